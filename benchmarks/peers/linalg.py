"""Linear algebra by NumPy and SciPy, for the benchmark.

One JSON request a line on standard input, {"op", "d", "count", "calls"}; one JSON answer a line on standard output, {"seconds"}: the
mean time of so many calls. The first line written says which versions there are.
"""

import json
import sys
import time

try:
    import numpy as np
    import scipy
    import scipy.linalg
except ImportError:
    print(json.dumps({"versions": {}}), flush=True)
    sys.exit(0)

rng = np.random.default_rng(3605)
inputs = {}


def matrices(d, count):
    """A, B: normal; S: symmetric; P: positive definite; b: vectors; C takes products. One of each, or a batch."""
    key = (d, count)
    if key not in inputs:
        if count > 0:
            inputs.clear()  # batches are large
        shape = (d, d) if count == 0 else (count, d, d)
        A = rng.standard_normal(shape)
        B = rng.standard_normal(shape)
        turned = np.swapaxes(A, -1, -2)
        S = (A + turned) / 2
        P = A @ turned / d + np.eye(d)
        inputs[key] = A, B, S, (P + np.swapaxes(P, -1, -2)) / 2, rng.standard_normal(shape[:-1] + (1,)), np.empty(shape)
    return inputs[key]


OPERATIONS = {
    "product": lambda A, B, S, P, b, C: np.matmul(A, B, out=C),
    "newProduct": lambda A, B, S, P, b, C: A @ B,
    "symmetricProduct": lambda A, B, S, P, b, C: np.matmul(A, A.T, out=C),
    "eigen": lambda A, B, S, P, b, C: np.linalg.eigh(S),
    "eigenvalues": lambda A, B, S, P, b, C: np.linalg.eigvalsh(S),
    "cholesky": lambda A, B, S, P, b, C: np.linalg.cholesky(P),
    "generalized": lambda A, B, S, P, b, C: scipy.linalg.eigh(S, P),
    "solve": lambda A, B, S, P, b, C: np.linalg.solve(P, b),
}

print(json.dumps({"versions": {"NumPy": np.__version__, "SciPy": scipy.__version__}}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    run = OPERATIONS[request["op"]]
    arrays = matrices(request["d"], request["count"])
    start = time.perf_counter()
    for _ in range(request["calls"]):
        run(*arrays)
    seconds = (time.perf_counter() - start) / request["calls"]
    print(json.dumps({"seconds": seconds}), flush=True)
