#!/usr/bin/env bash
# Serves the base model and both adapters under the names base, gcd and polynomial at http://127.0.0.1:8000/v1.
# Whatever follows is handed to vLLM, such as --tensor-parallel-size 2.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec vllm serve "${MODEL:-Qwen/Qwen2.5-7B-Instruct}" --served-model-name base --host 127.0.0.1 --port 8000 --max-model-len 4096 \
  --enable-lora --max-lora-rank 32 --max-loras 2 \
  --lora-modules gcd=out/qwen/gcd-lora polynomial=out/qwen/polynomial-lora "$@"
