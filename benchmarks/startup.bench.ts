/**
 * @file The wait before the first result: `import "cotlab"` in a new Node process, and a new kernel up to its first figure.
 *
 * A kernel is started, runs a cell that imports and a cell that shows a figure; the time goes from the start to the reply to the second.
 * The peer is ipykernel with NumPy and matplotlib's inline figures. Both are started by the same script (`kernel.py`), which asks before the
 * kernel is ready, as a notebook does whose first cell is run at once. Here every round starts anew, so the first one, which fills the file
 * cache, is the one that is not counted.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pinnedNode, root, venvPython } from "../tools/workspace.mjs";
import { PythonPeer, peerPython } from "./peers/python.ts";
import { race, startSuite } from "./suite.ts";

const suite = startSuite("startup", 5);

/** Seconds that a program prints as its last line. */
function printed(command: string, args: readonly string[]): number {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  const seconds = Number(stdout.trim().split("\n").at(-1));
  if (status !== 0 || !(seconds > 0)) throw new Error(`startup: ${command} must print its seconds, got: ${stderr.slice(-500)}`);
  return seconds;
}

const TIMED_IMPORT = "const start = performance.now(); require('cotlab'); console.log((performance.now() - start) / 1000)";
const EVERYTHING =
  "const start = performance.now(); const cot = require('cotlab'); for (const name in cot) cot[name]; console.log((performance.now() - start) / 1000)";
const PEER_IMPORT = "import time; start = time.perf_counter(); import numpy, matplotlib.pyplot; print(time.perf_counter() - start)";

const plots = await PythonPeer.start("figures.py", ["matplotlib"]);
if (typeof plots !== "string") plots.close();
const plotted = typeof plots === "string" ? plots : `NumPy and ${plots.label("matplotlib")}`;
for (const [name, program] of [
  ['import "cotlab" in Node', TIMED_IMPORT],
  ['import "cotlab" in Node, every name used', EVERYTHING],
] as const) {
  const times = await race(suite.rounds, {
    ours: () => printed(pinnedNode, ["-e", program]),
    theirs: () => (typeof plots === "string" ? 0 : printed(peerPython()!, ["-c", PEER_IMPORT])),
  });
  suite.ratio({
    case: name,
    setting: "new process",
    ours: times.ours,
    peer: typeof plots === "string" ? plotted : { name: plotted, seconds: times.theirs },
  });
}

const OURS = [
  'import * as cot from "cotlab";',
  'await cot.show(cot.lineChart({ series: [{ x: [1, 2, 3, 4], y: [1, 0.5, 0.25, 0.125] }], x: { label: "k" }, y: { label: "error", log: true } }));',
];
const THEIRS = [
  "%matplotlib inline\nimport numpy as np, matplotlib.pyplot as plt",
  "plt.semilogy([1, 2, 3, 4], [1, 0.5, 0.25, 0.125]); plt.xlabel('k'); plt.ylabel('error'); plt.show()",
];

interface KernelTimes {
  readonly cells: readonly number[];
  readonly total: number;
  readonly figures: number;
}

const driver = existsSync(venvPython) ? venvPython : undefined;
const folder = mkdtempSync(join(tmpdir(), "cotlab-startup-"));

/** Starts a kernel by its specification and runs cells in it. */
function kernel(spec: object, cells: readonly string[]): KernelTimes {
  const request = JSON.stringify({ spec, cells, folder, cwd: join(root, "notebooks") });
  const { status, stdout, stderr } = spawnSync(driver!, [join(import.meta.dirname, "kernel.py")], { input: request, encoding: "utf8" });
  if (status !== 0) throw new Error(`startup: the kernel must run both cells, got: ${stderr.slice(-800)}`);
  const times = JSON.parse(stdout.trim().split("\n").at(-1)!) as KernelTimes;
  if (times.figures < 1) throw new Error("startup: the second cell must show a figure, got none");
  return times;
}

const ipykernel =
  peerPython() && spawnSync(peerPython()!, ["-c", "import ipykernel, matplotlib; print(ipykernel.__version__)"], { encoding: "utf8" });
const ipykernelVersion = ipykernel && ipykernel.status === 0 ? ipykernel.stdout.trim() : undefined;
try {
  if (!driver) throw new Error("startup: .venv must hold Jupyter's client, got no Python there; run `npm run setup`");
  const ours: KernelTimes[] = [];
  // As JupyterLab starts it.
  const tslab = JSON.parse(readFileSync(join(root, ".venv/share/jupyter/kernels/tslab/kernel.json"), "utf8")) as object;
  const ipykernelSpec = {
    argv: [peerPython(), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    display_name: "Python",
    language: "python",
  };
  const times = await race(suite.rounds, {
    ours: () => {
      const found = kernel(tslab, OURS);
      ours.push(found);
      return found.total;
    },
    theirs: () => (ipykernelVersion === undefined ? 0 : kernel(ipykernelSpec, THEIRS).total),
  });
  const [first, second] = [0, 1].map((cell) => ours.slice(1).map(({ cells }) => cells[cell]!));
  const middle = (values: readonly number[]): string => `${values.toSorted((a, b) => a - b)[values.length >> 1]!.toFixed(2)} s`;
  suite.ratio({
    case: "kernel start to first figure",
    setting: "start, a cell that imports, a cell that shows a line chart",
    ours: times.ours,
    peer:
      ipykernelVersion === undefined
        ? "ipykernel with matplotlib not installed: set COTLAB_BENCH_PYTHON to a Python with benchmarks/requirements.txt"
        : { name: `ipykernel ${ipykernelVersion} with ${plotted}`, seconds: times.theirs },
    note: `to the import ${middle(first!)}, the figure ${middle(second!)}`,
  });
} finally {
  rmSync(folder, { recursive: true });
}
