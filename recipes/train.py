"""Fine-tunes a causal language model on problems that `npx cotlab problems` wrote: LoRA or all weights, on a CPU or one GPU.

python train.py --base DIR_OR_NAME --train TRAIN.jsonl --held-out TEST.jsonl ... --out DIR [options]

The loss is on the solution and its end token alone. A step takes problems until it has --tokens tokens, questions included, so that
two trainings with the same steps have seen the same number of tokens, however long their solutions are. The same call goes on
where a killed one stopped, with the numbers that an unbroken run would have had. DIR holds in the end `adapter` or `model`, and
`run.json`: settings, tokens, seconds, and the loss of every step.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import sys
import time
from pathlib import Path

CHECKPOINT = "checkpoint.pt"
NEEDED = {"lora": 3, "full": 6}  # GiB of memory for 135 million weights and 2,048 tokens a step, measured


def read_problems(path):
    """The lines of a file as dictionaries; stops the program at the first one that is not as it must be."""
    problems = []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            problem = json.loads(line)
            roles = [message["role"] for message in problem["messages"]]
            texts = [message["content"] for message in problem["messages"]]
            last = texts[-1].rsplit("\n", 1)[-1]
            if roles != ["user", "assistant"] or not all(texts) or not last.startswith("Answer: "):
                sys.exit(f"{path}: line {number} must hold a question and a solution that ends with `Answer: ...`")
            problems.append(problem)
    keys = {problem["key"] for problem in problems}
    if not problems or len(keys) < len(problems):
        sys.exit(f"{path} must hold problems, each once; it has {len(problems)}, {len(keys)} of them distinct")
    return problems


def checked_problems(train, held_out):
    """The training problems, none of which is in a file of the evaluation: `key` names the content, whatever the wording."""
    problems = read_problems(train)
    keys = {problem["key"] for problem in problems}
    for path in held_out:
        shared = keys & {problem["key"] for problem in read_problems(path)}
        if shared:
            sys.exit(f"{train} and {path} share {len(shared)} problems, such as {sorted(shared)[0]}")
    print(f"{len(problems)} problems, none of them held out", file=sys.stderr)
    return problems


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", help="a folder, or a name on the model hub")
    parser.add_argument("--train", required=True)
    parser.add_argument("--held-out", nargs="+", required=True, help="files of the evaluation")
    parser.add_argument("--out")
    parser.add_argument("--check", action="store_true", help="check the data only; needs nothing but Python")
    parser.add_argument("--method", choices=["lora", "full"], default="lora")
    parser.add_argument("--rank", type=int, default=16, help="of the LoRA matrices; their scale is 2")
    parser.add_argument("--rate", type=float, default=1e-4, help="learning rate after its warm-up; it falls to a twentieth")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--tokens", type=int, default=2048, help="of a step")
    parser.add_argument("--part", type=int, default=2048, help="tokens that are worked on at once, with padding: less needs less memory")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save-every", type=int, default=20, help="steps between checkpoints")
    fused = "fuse each layer's small operations on a CPU, which needs g++ and a minute at first: about twice as fast"
    parser.add_argument("--compile", type=int, choices=[0, 1], default=int(shutil.which("g++") is not None), help=fused)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as PyTorch takes")
    return parser.parse_args()


def settings_of(options):
    """What decides the result; a checkpoint belongs to one of these."""
    names = ["method", "rank", "rate", "steps", "tokens", "seed", "compile"]
    digest = hashlib.sha256(Path(options.train).read_bytes()).hexdigest()
    return {"base": base_of(options.base)} | {name: getattr(options, name) for name in names} | {"train_sha256": digest}


def base_of(base):
    """A hub's name, or what a folder holds: its place may change."""
    weights = sorted(Path(base).glob("*.safetensors"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in weights)).hexdigest() if weights else base


def tokenised(tokenizer, problems):
    """(question, solution) of every problem in tokens, the solution with its end token."""
    if not tokenizer.chat_template:
        sys.exit("the tokenizer must have a chat template; take an instruction-tuned model, or put one into its tokenizer_config.json")
    pairs = []
    for problem in problems:
        user, assistant = problem["messages"]
        question = tokenizer.apply_chat_template([user], tokenize=False, add_generation_prompt=True)
        prompt = tokenizer(question, add_special_tokens=False).input_ids
        pairs.append((prompt, tokenizer(assistant["content"], add_special_tokens=False).input_ids + [tokenizer.eos_token_id]))
    return pairs


def batches(pairs, tokens, seed):
    """Endless steps, each of problems with together at least `tokens` tokens; every pass over the problems has an order of its own."""
    step, have = [], 0
    for epoch in range(sys.maxsize):
        for index in random.Random(f"{seed} {epoch}").sample(range(len(pairs)), len(pairs)):
            step.append(pairs[index])
            have += sum(map(len, pairs[index]))
            if have >= tokens:
                yield step
                step, have = [], 0


def parts(step, most):
    """The problems of a step by length, in parts that hold at most `most` tokens with their padding, or one problem."""
    part = []
    for pair in sorted(step, key=lambda pair: sum(map(len, pair))):
        if part and sum(map(len, pair)) * (len(part) + 1) > most:
            yield part
            part = []
        part.append(pair)
    yield part


def rate_at(step, options):
    """Warm-up over eight steps, then a straight line down to a twentieth."""
    return options.rate * min(1, (step + 1) / 8) * max(0.05, 1 - step / options.steps)


def loaded(options, torch):
    """Model and its trained parameters; with LoRA the frozen weights are held in bfloat16."""
    from transformers import AutoModelForCausalLM

    frozen = torch.bfloat16 if options.method == "lora" else torch.float32
    model = AutoModelForCausalLM.from_pretrained(options.base, dtype=frozen)
    if options.method == "lora":
        from peft import LoraConfig, get_peft_model

        lora = LoraConfig(r=options.rank, lora_alpha=2 * options.rank, target_modules="all-linear", task_type="CAUSAL_LM")
        model = get_peft_model(model, lora)
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.float()
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    model.train()
    if options.compile and not torch.cuda.is_available():
        core = model.base_model.model if options.method == "lora" else model
        for layer in core.model.layers:
            layer.compile(dynamic=True)
    return model, [parameter for parameter in model.parameters() if parameter.requires_grad]


def step_loss(model, part, total, torch):
    """The part's share of the mean loss over a step's `total` solution tokens; its gradient is added to the parameters'."""
    device = next(model.parameters()).device
    width = max(sum(map(len, pair)) for pair in part)
    inputs = torch.zeros(len(part), width, dtype=torch.long)
    counted = torch.zeros(len(part), width, dtype=torch.bool)
    for row, (prompt, solution) in enumerate(part):
        inputs[row, : len(prompt) + len(solution)] = torch.tensor(prompt + solution)
        counted[row, len(prompt) : len(prompt) + len(solution)] = True
    inputs, counted = inputs.to(device), counted.to(device)
    core = model.base_model.model if hasattr(model, "peft_config") else model
    with torch.autocast(device.type, torch.bfloat16):
        # Padding stands on the right, where the causal mask keeps it from all that is counted. Only counted tokens need logits.
        hidden = core.model(input_ids=inputs, use_cache=False).last_hidden_state
        logits = core.lm_head(hidden[:, :-1][counted[:, 1:]])
    loss = torch.nn.functional.cross_entropy(logits.float(), inputs[:, 1:][counted[:, 1:]], reduction="sum") / total
    loss.backward()
    return loss.item()


def save_atomically(path, write):
    """Writes beside the place and renames, so that a kill or a full disk leaves the old state."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        if path.is_dir():
            shutil.rmtree(path)
        os.replace(temporary, path)
    except OSError as error:
        sys.exit(f"{path} cannot be written ({error.strerror}); what was saved before is kept, the same command goes on from there")
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)


def main():
    options = parsed()
    problems = checked_problems(options.train, options.held_out)
    if options.check:
        return
    if not options.base or not options.out:
        sys.exit("--base and --out must be given")
    out = Path(options.out)
    settings = settings_of(options)
    if (out / "run.json").exists():
        if json.loads((out / "run.json").read_text())["settings"] != settings:
            sys.exit(f"{out} holds a training with other settings; give another --out, or delete it")
        print(f"{out}: trained already", file=sys.stderr)
        return

    import torch
    from transformers import AutoTokenizer

    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    pairs = tokenised(AutoTokenizer.from_pretrained(options.base), problems)
    model, parameters = loaded(options, torch)
    optimizer = torch.optim.AdamW(parameters, lr=options.rate, betas=(0.9, 0.95), weight_decay=0.0)
    out.mkdir(parents=True, exist_ok=True)
    state = {"settings": settings, "step": 0, "tokens": 0, "seconds": 0.0, "cpu_seconds": 0.0, "losses": []}
    if (out / CHECKPOINT).exists():
        saved = torch.load(out / CHECKPOINT, weights_only=True)
        if saved["state"]["settings"] != settings:
            sys.exit(f"{out / CHECKPOINT} is of a training with other settings; give another --out, or delete it")
        state = saved["state"]
        optimizer.load_state_dict(saved["optimizer"])
        with torch.no_grad():
            for parameter, value in zip(parameters, saved["parameters"]):
                parameter.copy_(value)
    print(f"{sum(p.numel() for p in parameters):,} trained weights; from step {state['step']} of {options.steps}", file=sys.stderr)

    wall, cpu = time.monotonic() - state["seconds"], time.process_time() - state["cpu_seconds"]
    first, began = state["step"], time.monotonic()

    def checkpoint():
        state["seconds"], state["cpu_seconds"] = time.monotonic() - wall, time.process_time() - cpu
        content = {"state": state, "optimizer": optimizer.state_dict(), "parameters": [p.detach() for p in parameters]}
        save_atomically(out / CHECKPOINT, lambda path: torch.save(content, path))

    for index, step in enumerate(batches(pairs, options.tokens, options.seed)):
        if index < state["step"]:
            continue
        if index == options.steps:
            break
        for group in optimizer.param_groups:
            group["lr"] = rate_at(index, options)
        total = sum(len(solution) for _, solution in step)
        loss = sum(step_loss(model, part, total, torch) for part in parts(step, options.part))
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        state["step"] = index + 1
        state["tokens"] += sum(len(prompt) + len(solution) for prompt, solution in step)
        state["losses"].append(round(loss, 5))
        pace = (time.monotonic() - began) / (index + 1 - first)
        if index % 10 == 9 or index == first:
            left = pace * (options.steps - index - 1)
            print(f"step {index + 1}/{options.steps}, loss {loss:.4f}, {options.tokens / pace:.0f} tokens/s, {left:.0f} s left", file=sys.stderr)
        if (index + 1) % options.save_every == 0 and index + 1 < options.steps:
            checkpoint()

    checkpoint()
    kind = "adapter" if options.method == "lora" else "model"
    save_atomically(out / kind, model.save_pretrained)
    if kind == "model":
        AutoTokenizer.from_pretrained(options.base).save_pretrained(out / kind)
    save_atomically(out / "run.json", lambda path: path.write_text(json.dumps(state | {"torch": torch.__version__}, indent=1) + "\n"))
    (out / CHECKPOINT).unlink()


if __name__ == "__main__":
    main()
