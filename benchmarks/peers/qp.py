"""Convex quadratic programs over the simplex by Clarabel and OSQP, for the benchmark and the tests.

One JSON request a line on standard input, one JSON answer a line on standard output:
  {"op": "load", "H": [[...]] or {"file": path, "n": L}, "c": [...], "upper": [... or null], "rows": [{"a", "low", "high"}]}
  {"op": "solve", "solver": "clarabel" or "osqp", "tolerance": 1e-9}  ->  {"x", "seconds", "iterations", "status"}
The first line written says which solvers there are. `seconds` covers set-up and solve, not the conversion to a sparse matrix.
"""

import json
import sys
import time

versions = {}
try:
    import numpy as np
    import scipy.sparse as sparse
except ImportError:
    print(json.dumps({"versions": versions}), flush=True)
    sys.exit(0)
try:
    import clarabel

    versions["clarabel"] = clarabel.__version__
except ImportError:
    pass
try:
    import osqp

    versions["osqp"] = osqp.__version__
except ImportError:
    pass

problem = {}


def load(request):
    H = request["H"]
    if isinstance(H, dict):
        H = np.fromfile(H["file"]).reshape(H["n"], H["n"])
    H = np.asarray(H, dtype=float)
    n = len(H)
    rows = [(np.ones(n), 1.0, 1.0)]
    for row in request.get("rows", []):
        low = -np.inf if row["low"] is None else row["low"]
        high = np.inf if row["high"] is None else row["high"]
        rows.append((np.array(row["a"], dtype=float), low, high))
    upper = [np.inf if u is None else u for u in request.get("upper", [None] * n)]
    problem["P"] = sparse.csc_matrix(np.triu(H))
    problem["q"] = np.array(request["c"], dtype=float)
    problem["A"] = sparse.csc_matrix(sparse.vstack([np.array([a for a, _, _ in rows]), sparse.eye(n)]))
    problem["low"] = np.array([low for _, low, _ in rows] + [0.0] * n)
    problem["high"] = np.array([high for _, _, high in rows] + upper)


def by_clarabel(tolerance):
    low, high, A = problem["low"], problem["high"], problem["A"].tocsr()
    equal, above, below = low == high, np.isfinite(high) & (low != high), np.isfinite(low) & (low != high)
    stacked = sparse.csc_matrix(sparse.vstack([A[equal], A[above], -A[below]]))
    b = np.concatenate([low[equal], high[above], -low[below]])
    cones = [clarabel.ZeroConeT(int(equal.sum())), clarabel.NonnegativeConeT(int(above.sum() + below.sum()))]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = tolerance
    start = time.perf_counter()
    solution = clarabel.DefaultSolver(problem["P"], problem["q"], stacked, b, cones, settings).solve()
    seconds = time.perf_counter() - start
    return solution.x, seconds, solution.iterations, str(solution.status)


def by_osqp(tolerance):
    solver = osqp.OSQP()
    start = time.perf_counter()
    solver.setup(
        P=problem["P"], q=problem["q"], A=problem["A"], l=problem["low"], u=problem["high"],
        verbose=False, eps_abs=tolerance, eps_rel=tolerance, polishing=True, max_iter=50000,
    )
    result = solver.solve()
    seconds = time.perf_counter() - start
    return result.x, seconds, result.info.iter, result.info.status


print(json.dumps({"versions": versions}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["op"] == "load":
        load(request)
        answer = {}
    else:
        x, seconds, iterations, status = (by_clarabel if request["solver"] == "clarabel" else by_osqp)(request["tolerance"])
        answer = {"x": [float(value) for value in x], "seconds": seconds, "iterations": int(iterations), "status": status}
    print(json.dumps(answer), flush=True)
