"""Fine-tunes Qwen2.5-7B on problems that `npx cotlab problems` wrote, with TRL: LoRA or all weights.

python train.py --train TRAIN.jsonl --held-out TEST.jsonl ... --method lora --output_dir DIR [any option of trl.SFTConfig]
python train.py --train TRAIN.jsonl --held-out TEST.jsonl ... --check      checks the data only; needs nothing but Python

Options of trl.SFTConfig go before those set here.
"""

import argparse
import json
import sys

# One set of choices for both tasks, so that the two models differ in their data alone.
LORA = {"r": 32, "lora_alpha": 64, "lora_dropout": 0.05, "target_modules": "all-linear", "task_type": "CAUSAL_LM"}
LEARNING_RATE = {"lora": "1e-4", "full": "1e-5"}
SETTINGS = {
    "num_train_epochs": "1",
    "per_device_train_batch_size": "8",
    "gradient_accumulation_steps": "4",
    "lr_scheduler_type": "cosine",
    "warmup_steps": "20",
    "max_length": "2048",
    "save_strategy": "no",
    "report_to": "none",
    "seed": "1",
    # Replies end here in Qwen's chat format; the base model's own end token is another one.
    "eos_token": "<|im_end|>",
}


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


def check(train, held_out):
    """Reads all files and makes sure that no problem of the evaluation is trained on. Returns the training problems."""
    problems = read_problems(train)
    keys = {problem["key"] for problem in problems}
    for path in held_out:
        shared = keys & {problem["key"] for problem in read_problems(path)}
        if shared:
            sys.exit(f"{train} and {path} share {len(shared)} problems, such as {sorted(shared)[0]}")
    longest = max(len(text) for problem in problems for text in (message["content"] for message in problem["messages"]))
    print(f"{len(problems)} problems, none of them held out; the longest message has {longest} characters")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="Qwen/Qwen2.5-7B-Instruct")
    parser.add_argument("--train", required=True)
    parser.add_argument("--held-out", nargs="+", required=True, help="files of the evaluation")
    parser.add_argument("--method", choices=["lora", "full"], default="lora")
    parser.add_argument("--check", action="store_true")
    options, rest = parser.parse_known_args()
    problems = check(options.train, options.held_out)
    if options.check:
        return

    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoTokenizer, HfArgumentParser
    from trl import SFTConfig, SFTTrainer

    settings = {**SETTINGS, "learning_rate": LEARNING_RATE[options.method]}
    defaults = [part for name, value in settings.items() for part in (f"--{name}", value)]
    (config,) = HfArgumentParser(SFTConfig).parse_args_into_dataclasses(args=defaults + rest)
    config.model_init_kwargs = {"dtype": "bfloat16", **(config.model_init_kwargs or {})}

    tokenizer = AutoTokenizer.from_pretrained(options.model)
    longest = max(len(tokenizer.apply_chat_template(problem["messages"], return_dict=True)["input_ids"]) for problem in problems)
    if config.max_length is not None and longest > config.max_length:
        sys.exit(f"the longest example has {longest} tokens: without --max_length {longest} its answer would be cut off")

    # Prompt and completion apart, so that the loss is on the solution alone.
    data = Dataset.from_list([{"prompt": problem["messages"][:1], "completion": problem["messages"][1:]} for problem in problems])
    trainer = SFTTrainer(
        model=options.model,
        args=config,
        train_dataset=data,
        processing_class=tokenizer,
        peft_config=LoraConfig(**LORA) if options.method == "lora" else None,
    )
    trainer.train()
    trainer.save_model(config.output_dir)


if __name__ == "__main__":
    main()
