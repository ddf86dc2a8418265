"""Writes a language model's states as features for `npx cotlab diagnose`: python features.py --base DIR_OR_NAME --texts FILE ... --out FOLDER

FILE is of problems (`npx cotlab problems`), or plain text with a text a line. For each, FOLDER gets two NPY files of half precision,
a row a text: NAME-last.npy, the last layer's state at the last token of the question, from which the answer begins; and
NAME-mean.npy, its mean over the tokens of question and solution.
"""

import argparse
import json
import os
import sys
from pathlib import Path


def texts_of(path, tokenizer, most):
    """(tokens up to where the answer begins, all tokens) of the first `most` texts."""
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if len(pairs) == most:
            break
        if not line.strip():
            continue
        if path.suffix == ".jsonl":
            user, assistant = json.loads(line)["messages"]
            text = tokenizer.apply_chat_template([user], tokenize=False, add_generation_prompt=True)
            question = tokenizer(text, add_special_tokens=False).input_ids
            pairs.append((question, question + tokenizer(assistant["content"], add_special_tokens=False).input_ids))
        else:
            tokens = tokenizer(line, add_special_tokens=False).input_ids
            pairs.append((tokens, tokens))
    if len(pairs) < 2:
        sys.exit(f"{path} must hold at least two texts, got {len(pairs)}")
    return pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", required=True, help="a folder, or a name on the model hub")
    parser.add_argument("--texts", nargs="+", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--most", type=int, default=600, help="texts of a file")
    options = parser.parse_args()

    import numpy
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(options.base)
    model = AutoModelForCausalLM.from_pretrained(options.base, dtype=torch.float32).model.eval()
    options.out.mkdir(parents=True, exist_ok=True)
    for path in options.texts:
        pairs = texts_of(path, tokenizer, options.most)
        last, mean = [], []
        with torch.inference_mode():
            for row, (question, whole) in enumerate(pairs):
                states = model(input_ids=torch.tensor([whole]), use_cache=False).last_hidden_state[0]
                last.append(states[len(question) - 1].numpy())
                mean.append(states.mean(0).numpy())
                if row % 100 == 99:
                    print(f"{path.name}: {row + 1} of {len(pairs)}", file=sys.stderr)
        for name, rows in {"last": last, "mean": mean}.items():
            target = options.out / f"{path.stem}-{name}.npy"
            temporary = target.with_suffix(f".{os.getpid()}.npy")
            numpy.save(temporary, numpy.asarray(rows, dtype=numpy.float16))
            os.replace(temporary, target)


if __name__ == "__main__":
    main()
