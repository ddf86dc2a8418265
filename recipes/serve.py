"""Serves a model and its adapter by the OpenAI interface on this machine, many chains at once: python serve.py --model DIR [--adapter DIR] --name NAME

For evaluations by `npx cotlab eval` with a high --concurrency where a GGUF server, which answers one chain at a time, is too slow.
Greedy decoding only. Whoever waits is taken into one batch, so that a rounding may depend on who else waited: two runs can differ
in the rare chain in which two tokens are all but equal. Chat completions and the list of models; nothing else.
"""

import argparse
import json
import queue
import sys
import threading
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MOST_BYTES = 2**20


class Refused(Exception):
    """A request that is refused, with its status."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Model:
    """Answers prompts in batches, in a thread of its own."""

    def __init__(self, options):
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self.torch = torch
        if options.threads:
            torch.set_num_threads(options.threads)
        self.name, self.batch, self.context = options.name, options.batch, options.context
        self.tokenizer = AutoTokenizer.from_pretrained(options.model)
        if not self.tokenizer.chat_template:
            sys.exit(f"serve.py: {options.model} must have a chat template")
        self.model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.bfloat16)
        if options.adapter:
            from peft import PeftModel

            self.model = PeftModel.from_pretrained(self.model, options.adapter).merge_and_unload()
        self.model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        self.waiting = queue.Queue()
        threading.Thread(target=self.work, daemon=True).start()

    def prompt(self, messages, go_on):
        """The tokens of a chat; with `go_on` the assistant's last message is left open."""
        closed = messages[:-1] if go_on else messages
        text = self.tokenizer.apply_chat_template(closed, tokenize=False, add_generation_prompt=True)
        return self.tokenizer(text + (messages[-1]["content"] if go_on else ""), add_special_tokens=False).input_ids

    def answer(self, prompt, most):
        """The reply's tokens and whether the model ended it."""
        chain = Chain(prompt, most)
        self.waiting.put(chain)
        return chain.future.result()

    def work(self):
        # Inference mode is a thread's own: without it here every step would keep what a gradient needs.
        with self.torch.inference_mode():
            rows = Rows(self.torch)
            while True:
                try:
                    self.admit(rows)
                    self.step(rows)
                except Exception as error:  # the server must go on; the clients are told
                    for chain in rows.chains:
                        chain.future.set_exception(error)
                    rows = Rows(self.torch)

    def admit(self, rows):
        """Takes chains that wait into free rows: several at a time, since reading questions one by one would take longer."""
        free = self.batch - len(rows.chains)
        if rows.chains and (self.waiting.empty() or free < max(1, self.batch // 8)):
            return
        chains = [] if rows.chains else [self.waiting.get()]
        while len(chains) < free and not self.waiting.empty():
            chains.append(self.waiting.get())
        # Until the questions are read the chains are nobody's: whatever fails, their clients are told.
        try:
            width = max(len(chain.prompt) for chain in chains)
            inputs = self.torch.full((len(chains), width), self.tokenizer.eos_token_id)
            mask = self.torch.zeros(len(chains), width, dtype=self.torch.long)
            for row, chain in enumerate(chains):
                inputs[row, width - len(chain.prompt) :] = self.torch.tensor(chain.prompt)
                mask[row, width - len(chain.prompt) :] = 1
            inputs, mask = inputs.to(self.model.device), mask.to(self.model.device)
            places = (mask.cumsum(-1) - 1).clamp(min=0)
            out = self.model(input_ids=inputs, attention_mask=mask, position_ids=places, use_cache=True, logits_to_keep=1)
            rows.add(chains, out.past_key_values, mask, places[:, -1:], out.logits[:, -1].float().argmax(-1))
        except Exception as error:
            for chain in chains:
                chain.future.set_exception(error)
            raise

    def step(self, rows):
        """Takes the chosen token of every row, ends the rows that are done, and chooses the next."""
        rows.take(self.tokenizer.eos_token_id)
        if not rows.chains:
            return
        out = self.model(
            input_ids=rows.chosen[:, None], attention_mask=rows.mask, position_ids=rows.places, past_key_values=rows.cache, use_cache=True, logits_to_keep=1
        )
        rows.chosen = out.logits[:, -1].float().argmax(-1)


class Chain:
    """A reply that is being written."""

    def __init__(self, prompt, most):
        self.prompt, self.most, self.tokens, self.future = prompt, most, [], Future()


class Rows:
    """The chains under way. All end at the same column of the cache; what stands before a chain's beginning is masked."""

    def __init__(self, torch):
        self.torch = torch
        self.chains, self.cache, self.mask, self.places, self.chosen = [], None, None, None, None

    def add(self, chains, cache, mask, places, chosen):
        if self.chains:
            width = max(self.mask.shape[1], mask.shape[1])
            for ours, theirs in zip(self.cache.layers, cache.layers):
                ours.keys = self.joined(ours.keys, theirs.keys, width)
                ours.values = self.joined(ours.values, theirs.values, width)
            self.mask = self.joined(self.mask, mask, width)
            self.places = self.torch.cat([self.places, places])
            self.chosen = self.torch.cat([self.chosen, chosen])
        else:
            self.cache, self.mask, self.places, self.chosen = cache, mask, places, chosen
        self.chains = self.chains + chains

    def joined(self, ours, theirs, width):
        """Both below each other, padded on the left; columns are the last but one dimension of a cache, the last of a mask."""
        columns = 1 if ours.dim() == 2 else 2
        return self.torch.cat([self.padded(each, columns, width) for each in (ours, theirs)])

    def padded(self, tensor, columns, width):
        missing = width - tensor.shape[columns]
        sides = [0, 0] * (tensor.dim() - 1 - columns) + [missing, 0]
        return self.torch.nn.functional.pad(tensor, sides) if missing else tensor

    def take(self, end):
        kept = []
        for row, (chain, token) in enumerate(zip(self.chains, self.chosen.tolist())):
            ended = token == end
            if not ended:
                chain.tokens.append(token)
            if ended or len(chain.tokens) == chain.most:
                chain.future.set_result((chain.tokens, ended))
            else:
                kept.append(row)
        if len(kept) < len(self.chains):
            self.chains = [self.chains[row] for row in kept]
            if not kept:
                return
            rows = self.torch.tensor(kept, dtype=self.torch.long, device=self.mask.device)
            self.mask, self.places, self.chosen = self.mask[rows], self.places[rows], self.chosen[rows]
            # Columns that no chain reaches any more are let go.
            first = int(self.mask.any(dim=0).int().argmax())
            self.mask = self.mask[:, first:]
            for layer in self.cache.layers:
                layer.keys, layer.values = layer.keys[rows, :, first:], layer.values[rows, :, first:]
        self.mask = self.torch.cat([self.mask, self.mask.new_ones(len(self.chains), 1)], dim=1)
        self.places = self.places + 1


def checked(body, model):
    """Prompt and most tokens of a request's body."""
    if not isinstance(body, dict) or body.get("model", model.name) != model.name:
        raise Refused(404, f"model must be {model.name!r}, the only one that is served here")
    for name, harmless in {"temperature": (0,), "n": (1,), "stream": (False,), "stop": ([],), "tools": ()}.items():
        if body.get(name) is not None and body[name] not in harmless:
            raise Refused(400, f"{name} must be absent{''.join(f' or {value}' for value in harmless)}: this server does not serve it")
    messages, most = body.get("messages"), body.get("max_completion_tokens", body.get("max_tokens", 1024))
    if not isinstance(messages, list) or not messages or not all(isinstance(m, dict) and isinstance(m.get("content"), str) for m in messages):
        raise Refused(400, "messages must be a non-empty list with texts")
    go_on = body.get("continue_final_message") is True
    if go_on and messages[-1].get("role") != "assistant":
        raise Refused(400, "continue_final_message needs a last message of the assistant")
    if not isinstance(most, int) or most < 1:
        raise Refused(400, "max_tokens must be a whole number >= 1")
    prompt = model.prompt(messages, go_on)
    if len(prompt) >= model.context:
        raise Refused(400, f"the prompt must be shorter than {model.context} tokens, got {len(prompt)}")
    return prompt, min(most, model.context - len(prompt))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    model = None

    def send(self, status, content):
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def handled(self, work):
        try:
            # A web page whose name was made to point to this machine still sends its own name.
            if self.headers.get("Host", "").split(":")[0] not in ("127.0.0.1", "localhost"):
                raise Refused(403, "the Host must be 127.0.0.1 or localhost")
            self.send(200, work())
        except Refused as refused:
            self.send(refused.status, {"error": {"message": str(refused)}})
        except (BrokenPipeError, ConnectionResetError):
            pass
        except Exception as error:
            self.send(500, {"error": {"message": f"the model failed: {error}"}})

    def do_GET(self):
        def models():
            if self.path != "/v1/models":
                raise Refused(404, "the path must be /v1/models or /v1/chat/completions")
            return {"object": "list", "data": [{"id": self.model.name, "object": "model"}]}

        self.handled(models)

    def do_POST(self):
        def complete():
            if self.path != "/v1/chat/completions":
                raise Refused(404, "the path must be /v1/models or /v1/chat/completions")
            if not self.headers.get("Content-Type", "").startswith("application/json"):
                raise Refused(415, "the Content-Type must be application/json")
            size = int(self.headers.get("Content-Length") or 0)
            if size > MOST_BYTES:
                self.close_connection = True
                raise Refused(413, f"the body must have at most {MOST_BYTES} bytes")
            try:
                body = json.loads(self.rfile.read(size))
            except ValueError:
                raise Refused(400, "the body must be JSON") from None
            prompt, most = checked(body, self.model)
            tokens, ended = self.model.answer(prompt, most)
            message = {"role": "assistant", "content": self.model.tokenizer.decode(tokens)}
            usage = {"prompt_tokens": len(prompt), "completion_tokens": len(tokens), "total_tokens": len(prompt) + len(tokens)}
            choice = {"index": 0, "message": message, "finish_reason": "stop" if ended else "length"}
            return {"id": "0", "object": "chat.completion", "created": 0, "model": self.model.name, "choices": [choice], "usage": usage}

        self.handled(complete)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a folder, or a name on the model hub")
    parser.add_argument("--adapter", help="the folder of a LoRA adapter")
    parser.add_argument("--name", required=True)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--batch", type=int, default=32, help="chains at once")
    parser.add_argument("--context", type=int, default=2048, help="tokens of question and chain together")
    parser.add_argument("--threads", type=int, default=0, help="0: as many as PyTorch takes")
    options = parser.parse_args()
    Handler.model = Model(options)
    server = Server(("127.0.0.1", options.port), Handler)
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
