#!/usr/bin/env bash
# Asks the three served models the same greatest-common-divisor problems and sets the result beside the paper's table.
# Goes on where it stopped. ENDPOINT_base, ENDPOINT_gcd, ENDPOINT_polynomial may name other servers; whatever follows goes to `cotlab eval`.
set -euo pipefail
cd "$(dirname "$0")/../.."
for model in base gcd polynomial; do
  endpoint="ENDPOINT_$model"
  npx cotlab eval --endpoint "${!endpoint:-http://127.0.0.1:8000/v1}" --model "$model" --problems out/qwen/gcd-eval.jsonl \
    --budgets 2000 --concurrency 64 --out "out/qwen/$model" "$@"
done
npx cotlab eval --table base=out/qwen/base gcd=out/qwen/gcd polynomial=out/qwen/polynomial --out out/qwen
