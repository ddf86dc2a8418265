/**
 * @file The wait before the first result: a new Node process that imports and uses one function, and a new kernel up to its first figure.
 *
 * A process is timed from outside, from its start to its end: start, import, one trained optimum of Theorem 3.1, its first entry printed. The
 * peer is a Python process that imports NumPy and works out the same matrix; both must print the same number. The import alone is timed
 * inside a process that already runs, as Node starts it whatever is imported.
 *
 * A kernel is started, runs a cell that imports and a cell that shows a figure; the time goes from the start to the reply to the second.
 * The peer is ipykernel with NumPy and matplotlib's inline figures. Both are started by the same script (`kernel.py`), which asks before the
 * kernel is ready, as a notebook does whose first cell is run at once. Ours starts from the memory that setup has made (`tools/kernel`).
 * Here every round starts anew, so the first one, which fills the file
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

const [D, N] = [20, 40];
const ONE_FUNCTION = `const { Covariance, optimalV, powerLawSpectrum } = require("cotlab");
const covariance = Covariance.diagonal(powerLawSpectrum({ d: ${D}, exponent: 1 }));
console.log(optimalV({ covariance, n: ${N}, c: 1 }).get(0, 0));`;
const PEER_FUNCTION = `import numpy as np
spectrum = np.arange(1, ${D + 1}) ** -1.0
Gamma = (1 + 1 / ${N}) * np.diag(spectrum) + spectrum.sum() / ${N} * np.eye(${D})
print(-np.linalg.inv(Gamma)[0, 0])`;

/** Seconds of a whole process, and the number that it prints. */
function wholeProcess(command: string, args: readonly string[]): { seconds: number; value: number } {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`startup: ${command} must end well, got: ${stderr.slice(-500)}`);
  return { seconds, value: Number(stdout) };
}

const TIMED_IMPORT = "const start = performance.now(); require('cotlab'); console.log((performance.now() - start) / 1000)";
const EVERYTHING =
  "const start = performance.now(); const cot = require('cotlab'); for (const name in cot) cot[name]; console.log((performance.now() - start) / 1000)";

const numeric = await PythonPeer.start("numeric.py", ["NumPy"]);
if (typeof numeric !== "string") numeric.close();
{
  let value = Number.NaN;
  const times = await race(suite.rounds, {
    ours: () => {
      const found = wholeProcess(pinnedNode, ["-e", ONE_FUNCTION]);
      ({ value } = found);
      return found.seconds;
    },
    theirs: () => {
      if (typeof numeric === "string") return 0;
      const found = wholeProcess(peerPython()!, ["-c", PEER_FUNCTION]);
      if (!(Math.abs(found.value - value) <= 1e-12 * Math.abs(value)))
        throw new Error(`startup: both sides must find the same number, got ${value} and ${found.value}`);
      return found.seconds;
    },
  });
  suite.ratio({
    case: "a new process that imports and uses one function",
    setting: `whole process, Node and Python; optimalV, d = ${D}`,
    ours: times.ours,
    peer: typeof numeric === "string" ? numeric : { name: numeric.label("NumPy"), seconds: times.theirs },
  });
}

const plots = await PythonPeer.start("figures.py", ["matplotlib"]);
if (typeof plots !== "string") plots.close();
const plotted = typeof plots === "string" ? plots : `NumPy and ${plots.label("matplotlib")}`;
for (const [name, program, note] of [
  ['import "cotlab"', TIMED_IMPORT, "loads an index alone, each function when it is first used; meant to stay below 0.3 s"],
  ['import "cotlab", every name read', EVERYTHING, "loads the whole library"],
] as const) {
  const times = await race(suite.rounds, { ours: () => printed(pinnedNode, ["-e", program]) });
  suite.ratio({ case: name, setting: "inside a Node process that runs, no peer", ours: times.ours, peer: "", note });
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
  const [first, second] = [0, 1].map((cell) => ours.slice(1).map(({ cells }) => cells[cell]));
  const middle = (values: readonly number[]): string => `${values.toSorted((a, b) => a - b)[values.length >> 1].toFixed(2)} s`;
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
