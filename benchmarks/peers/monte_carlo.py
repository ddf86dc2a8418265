"""The error curve of chain of thought in straightforward batched NumPy: prompts drawn, S formed, w drawn, K updates.

Reads one JSON object a line, {d, n, m, steps, draws, exponent}, and answers {seconds, cpu, mean, standardError}; means and standard
errors are those after 10 steps. Random numbers, S and the updates are batched, `batch` prompts at a time: the fastest of 20 to 2000 for each size.
"""

import json
import sys
import time

try:
    import numpy as np
except ImportError:
    print(json.dumps({"versions": {}}), flush=True)
    sys.exit(0)


def error_curve(rng, d, n, m, steps, draws, exponent, batch):
    spectrum = np.arange(1, d + 1) ** -float(exponent)
    gamma = (1 + 1 / n) * spectrum + spectrum.sum() / n
    errors = np.empty((draws, steps + 1))
    for start in range(0, draws, batch):
        size = min(batch, draws - start)
        X = rng.standard_normal((size, d, m)) * np.sqrt(spectrum)[:, None]
        S = X @ X.transpose(0, 2, 1) / m
        gap = rng.standard_normal((size, d, 1))
        errors[start : start + size, 0] = (gap * gap).sum((1, 2))
        for k in range(1, steps + 1):
            gap = gap - (S @ gap) / gamma[:, None]
            errors[start : start + size, k] = (gap * gap).sum((1, 2))
    return errors.mean(0), errors.std(0, ddof=1) / np.sqrt(draws)


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    print(json.dumps({"versions": {"NumPy": np.__version__}}), flush=True)
    for line in sys.stdin:
        case = json.loads(line)
        began, busy = time.perf_counter(), time.process_time()
        mean, error = error_curve(rng, **case)
        seconds, cpu = time.perf_counter() - began, time.process_time() - busy
        print(json.dumps({"seconds": seconds, "cpu": cpu, "mean": mean[10], "standardError": error[10]}), flush=True)
