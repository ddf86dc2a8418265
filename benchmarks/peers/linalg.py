"""Linear algebra by NumPy, for the benchmark.

One JSON request a line on standard input, {"op", "d", "calls"}; one JSON answer a line on standard output, {"seconds"}: the
mean time of so many calls. The first line written says which versions there are.
"""

import json
import sys
import time

try:
    import numpy as np
except ImportError:
    print(json.dumps({"versions": {}}), flush=True)
    sys.exit(0)

rng = np.random.default_rng(3605)
inputs = {}


def matrices(d):
    """A, B: normal; S: symmetric; P: positive definite; C takes products."""
    if d not in inputs:
        A = rng.standard_normal((d, d))
        B = rng.standard_normal((d, d))
        P = A @ A.T / d + np.eye(d)
        inputs[d] = A, B, (A + A.T) / 2, (P + P.T) / 2, np.empty((d, d))
    return inputs[d]


OPERATIONS = {
    "product": lambda A, B, S, P, C: np.matmul(A, B, out=C),
    "newProduct": lambda A, B, S, P, C: A @ B,
    "symmetricProduct": lambda A, B, S, P, C: np.matmul(A, A.T, out=C),
    "eigen": lambda A, B, S, P, C: np.linalg.eigh(S),
    "eigenvalues": lambda A, B, S, P, C: np.linalg.eigvalsh(S),
    "cholesky": lambda A, B, S, P, C: np.linalg.cholesky(P),
}

print(json.dumps({"versions": {"NumPy": np.__version__}}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    run = OPERATIONS[request["op"]]
    arrays = matrices(request["d"])
    start = time.perf_counter()
    for _ in range(request["calls"]):
        run(*arrays)
    seconds = (time.perf_counter() - start) / request["calls"]
    print(json.dumps({"seconds": seconds}), flush=True)
