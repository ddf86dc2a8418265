"""The same work as cotlab's in straightforward NumPy, for the benchmarks.

One JSON request a line on standard input, {"op": NAME, ...}; one JSON answer a line on standard output with the seconds of the work.
The first line written says which packages there are.
"""

import json
import math
import sys
import time
from fractions import Fraction

try:
    import numpy as np
except ImportError:
    print(json.dumps({"versions": {}}), flush=True)
    sys.exit(0)

kept = {}


def load_gram(file, tasks, d, target):
    kept["covariances"] = np.fromfile(file).reshape(tasks, d, d)
    kept["target"] = None if target is None else np.array(target)
    return {}


def gram():
    """<A, B> = <inv(S) A, inv(S) B>_F for all pairs, as one product of matrices."""
    A, target = kept["covariances"], kept["target"]
    tasks = len(A)
    start = time.perf_counter()
    if target is None:
        scaled = A
    elif target.ndim == 1:
        scaled = A / target[:, None]
    else:
        scaled = np.linalg.inv(target) @ A
    flat = scaled.reshape(tasks, -1)
    G = flat @ flat.T
    return {"seconds": time.perf_counter() - start, "check": float(G[0, -1])}


def gradient_descent(covariance, n, c, step, steps):
    """Descent on the population loss in V, with the distance and the loss of every iterate."""
    start = time.perf_counter()
    cov = np.array(covariance)
    d = len(cov)
    gamma = (1 + 1 / n) * cov + np.trace(cov) / n * np.eye(d)
    hessian, offset = c * c * cov @ gamma, c * cov
    best = -np.linalg.inv(gamma) / c
    V = np.zeros((d, d))
    image = V @ hessian
    distances, losses = [], []
    for t in range(steps + 1):
        if t > 0:
            V = V - step * (offset + image)
            image = V @ hessian
        distances.append(np.linalg.norm(V - best))
        losses.append(0.5 * (d + 2 * np.sum(V * offset) + np.sum(image * V)))
    return {"seconds": time.perf_counter() - start, "check": float(distances[-1]), "loss": float(losses[-1])}


def stochastic(spectrum, n, c, step, steps, batch):
    """Stochastic gradient descent on fresh prompts, a batch at a time, with the weighted average of the iterates."""
    start = time.perf_counter()
    rng = np.random.default_rng(1)
    root = np.sqrt(np.array(spectrum))
    d = len(root)
    V, average = np.zeros((d, d)), np.zeros((d, d))
    for t in range(1, steps + 1):
        gap = -rng.standard_normal((batch, d))
        X = rng.standard_normal((batch, n, d)) * root
        q = ((X @ gap[:, :, None]).transpose(0, 2, 1) @ X)[:, 0] / n
        r = gap + c * q @ V.T
        V = V - step * c * (r.T @ q) / batch
        average += 2 / (t + 1) * (V - average)
    return {"seconds": time.perf_counter() - start, "check": float(np.linalg.norm(average))}


def covariance(file, chunk):
    """Mean and covariance of the rows of an NPY file that is mapped, not read whole: a chunk at a time, about the first chunk's mean."""
    start = time.perf_counter()
    X = np.load(file, mmap_mode="r")
    rows, d = X.shape
    origin = np.asarray(X[:chunk], dtype=float).mean(0)
    total, scatter = np.zeros(d), np.zeros((d, d))
    for at in range(0, rows, chunk):
        part = np.asarray(X[at : at + chunk], dtype=float)
        if not np.isfinite(part).all():
            raise ValueError("not finite")
        part = part - origin
        total += part.sum(0)
        scatter += part.T @ part
    shift = total / rows
    cov = (scatter - rows * np.outer(shift, shift)) / (rows - 1)
    return {"seconds": time.perf_counter() - start, "check": float(np.trace(cov))}


def block_moments(file, chunk, blocks):
    """What ours keeps: count, mean and scatter of random blocks of rows, and the sums of |y|^2 y and |y|^4 of all rows, y about one origin."""
    start = time.perf_counter()
    rng = np.random.default_rng(7)
    X = np.load(file, mmap_mode="r")
    rows, d = X.shape
    origin = np.asarray(X[:chunk], dtype=float).mean(0)
    count, total, scatter = np.zeros(blocks), np.zeros((blocks, d)), np.zeros((blocks, d, d))
    cubic, quartic = np.zeros(d), 0.0
    for at in range(0, rows, chunk):
        part = np.asarray(X[at : at + chunk], dtype=float)
        if not np.isfinite(part).all():
            raise ValueError("not finite")
        part = part - origin
        square = np.einsum("ij,ij->i", part, part)
        cubic += square @ part
        quartic += square @ square
        block = rng.integers(blocks, size=len(part))
        for b in range(blocks):
            mine = part[block == b]
            count[b] += len(mine)
            total[b] += mine.sum(0)
            scatter[b] += mine.T @ mine
    shift = total.sum(0) / rows
    cov = (scatter.sum(0) - rows * np.outer(shift, shift)) / (rows - 1)
    return {"seconds": time.perf_counter() - start, "check": float(np.trace(cov)), "fourth": quartic / rows, "cubic": cubic.tolist()}


def normals(count):
    """Standard normal numbers, a thousand at a time."""
    start = time.perf_counter()
    rng = np.random.default_rng(1)
    total = 0.0
    for _ in range(count // 1000):
        total += rng.standard_normal(1000)[0]
    return {"seconds": time.perf_counter() - start, "check": total}


def wishart_moments(d, m, order):
    """E tr(W^j) by cotlab's four-term recursion, in Python's integers."""
    s, gap = d + m - 1, (d - m) ** 2
    M = [d, d * m, d * m * (d + m + 1), d * m * (d * d + m * m + 3 * d * m + 3 * d + 3 * m + 4)]
    for top in range(4, order + 1):
        j = top - 4
        third = (4 * j + 15) * s
        second = (j + 3) * (5 * j * j + 29 * j + 40) - (2 * j + 5) * (2 * s * s + gap - 1)
        first = s * (10 * j**3 + 52 * j * j + 86 * j + 45 - (4 * j + 5) * gap)
        zeroth = j * (gap - (j + 2) ** 2) * (gap - (2 * j + 1) ** 2)
        M.append((third * M[-1] + second * M[-2] - first * M[-3] - zeroth * M[-4]) // (j + 5))
    return M[: order + 1]


def exact_curve(d, n, m, steps):
    """The exact mean errors E_0, ..., E_K as fractions: the alternating sum over the moments."""
    start = time.perf_counter()
    moments = wishart_moments(d, m, 2 * steps)
    x = Fraction(-n, m * (n + d + 1))
    powers = [x**j for j in range(2 * steps + 1)]
    terms = [moments[j] * powers[j] for j in range(2 * steps + 1)]
    curve = [sum(math.comb(2 * k, j) * terms[j] for j in range(2 * k + 1)) for k in range(steps + 1)]
    values = [float(value) for value in curve]
    return {"seconds": time.perf_counter() - start, "check": values[-1]}


def sampled_error(seed, preconditioner, target, m, k, draws):
    """The mean error after k steps with any preconditioner and its standard error, by batched simulation."""
    start = time.perf_counter()
    rng = np.random.default_rng(seed)
    A, root = np.array(preconditioner), np.linalg.cholesky(np.array(target))
    d = len(A)
    errors = np.empty(draws)
    for at in range(0, draws, 1000):
        size = min(1000, draws - at)
        X = root @ rng.standard_normal((size, d, m))
        update = A @ (X @ X.transpose(0, 2, 1)) / m
        gap = rng.standard_normal((size, d, 1))
        for _ in range(k):
            gap = gap - update @ gap
        errors[at : at + size] = (gap * gap).sum((1, 2))
    return {"seconds": time.perf_counter() - start, "mean": float(errors.mean()), "standardError": float(errors.std(ddof=1) / draws**0.5)}


OPERATIONS = {
    operation.__name__: operation
    for operation in (load_gram, gram, gradient_descent, stochastic, covariance, block_moments, normals, exact_curve, sampled_error)
}

if __name__ == "__main__":
    print(json.dumps({"versions": {"NumPy": np.__version__, "Python": sys.version.split()[0]}}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(OPERATIONS[request.pop("op")](**request)), flush=True)
