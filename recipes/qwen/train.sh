#!/usr/bin/env bash
# Draws the problems and fine-tunes one adapter on greatest common divisors and one on polynomials.
# MODEL, COUNT (training problems per task) and GPUS may be set; whatever follows is handed to train.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
model=${MODEL:-Qwen/Qwen2.5-7B-Instruct} count=${COUNT:-20000} gpus=${GPUS:-1}
mkdir -p out/qwen
npx cotlab problems --spec data/reasoning/gcd.json --count 1000 --out out/qwen/gcd-eval.jsonl
for task in gcd polynomial; do
  npx cotlab problems --spec "data/reasoning/$task.json" --split train --count "$count" --out "out/qwen/$task-train.jsonl"
  accelerate launch --num_processes "$gpus" $([ "$gpus" -gt 1 ] && echo --multi_gpu) --mixed_precision bf16 \
    recipes/qwen/train.py --model "$model" --method lora --train "out/qwen/$task-train.jsonl" \
    --held-out data/reasoning/{gcd,polynomial}-test.jsonl out/qwen/gcd-eval.jsonl --output_dir "out/qwen/$task-lora" "$@"
done
