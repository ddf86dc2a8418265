"""Training steps of the vector GPT-2 by PyTorch, for the benchmark: forward, backward, clipping, Adam on the CPU; with "bfloat16", under
autocast.

One JSON request a line on standard input, one JSON answer a line on standard output:
  {"op": "model", "layers", "width", "heads", "d", "n", "thoughts", "batch"}  ->  {"parameters"}
  {"op": "steps", "count", "threads", "precision"}  ->  {"seconds", "cpuSeconds"}
The first line written holds PyTorch's version, or none where it is not installed.
"""

import json
import sys
import time

try:
    import torch
except ImportError:
    print(json.dumps({"versions": {}}), flush=True)
    sys.exit(0)
from gpt2_model import VectorGPT2, attention_mask, relative_loss

print(json.dumps({"versions": {"PyTorch": torch.__version__}}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["op"] == "model":
        torch.manual_seed(1)
        n, count, d, batch = request["n"], request["thoughts"], request["d"], request["batch"]
        model = VectorGPT2(request["layers"], request["width"], request["heads"], d)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.9, 0.99))
        X, target = torch.randn(batch, n, d), torch.randn(batch, d)
        y = torch.einsum("bnd,bd->bn", X, target)
        W = target[:, None] + 0.3 * torch.randn(batch, count, d)
        mask = attention_mask(n, list(range(count)))
        answer = {"parameters": sum(p.numel() for p in model.parameters())}
    else:
        torch.set_num_threads(request["threads"])
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(request["count"]):
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=request["precision"] == "bfloat16"):
                loss = relative_loss(W + model(X, y, W, mask), W, target)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        answer = {"seconds": time.perf_counter() - start, "cpuSeconds": time.process_time() - cpu}
    print(json.dumps(answer), flush=True)
