"""Figures by matplotlib as PDF, SVG and PNG at 300 dpi, for the benchmark: a line chart with a band, or a heatmap.

With a folder as argument it writes one line chart there and ends. Without, one JSON request a line, {"kind", "folder"}, and one JSON
answer a line, {"seconds"}; the first line written says which packages there are.
"""

import json
import os
import sys
import time

try:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np
except ImportError:
    print(json.dumps({"versions": {}}), flush=True)
    sys.exit(0)

# Text as text in the SVG, and embedded TrueType in the PDF, as cotlab has them.
matplotlib.rcParams.update({"svg.fonttype": "none", "pdf.fonttype": 42})


def draw(kind, folder):
    figure, axes = plt.subplots(figsize=(5.5, 3.125), layout="constrained")
    if kind == "heatmap":
        x, y = np.arange(1, 31), np.arange(1, 21)
        mesh = axes.pcolormesh(x, y, np.sin(x / 5)[None, :] * np.cos(y / 4)[:, None], shading="nearest")
        figure.colorbar(mesh, label="error")
        axes.set(xlabel="n", ylabel="m")
    else:
        k = np.arange(51)
        for n, rate in ((10, 0.1), (20, 0.2), (40, 0.4)):
            error = 20 * np.exp(-rate * k) + 0.01
            axes.semilogy(k, error, label=f"n = {n}")
            if n == 20:
                axes.fill_between(k, 0.9 * error, 1.1 * error, alpha=0.2)
        axes.set(xlabel="steps k", ylabel="mean squared error")
        axes.legend()
    for ending in ("pdf", "svg", "png"):
        figure.savefig(os.path.join(folder, f"theirs-{kind}.{ending}"), dpi=300)
    plt.close(figure)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        draw("lines", sys.argv[1])
        sys.exit(0)
    print(json.dumps({"versions": {"matplotlib": matplotlib.__version__}}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        start = time.perf_counter()
        draw(request["kind"], request["folder"])
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)
