/** @file The machine that a suite ran on, as far as its numbers depend on it; nothing that names it. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from "node:os";
import { npmVersion } from "../../benchmarks/peers/npm.ts";
import { peerPython } from "../../benchmarks/peers/python.ts";
import type { BenchRow } from "../../benchmarks/rows.ts";
import { findBlas } from "../../lib/dist/linalg/blas.js";
import { UsageError } from "../options.ts";

export interface Machine {
  readonly processor: string;
  /** Whether it is a virtual machine, whose cores may be shared with others; null where that is unknown. */
  readonly virtual: boolean | null;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly blas: string;
  /** Version by name, of the peers that are installed. */
  readonly peers: Readonly<Record<string, string>>;
  /** Processes that were running or waiting, averaged over the minute before the run: near 0 on a quiet machine. */
  readonly loadBefore: number;
}

/** Package by the name that rows give a peer. */
const PYTHON_PEERS = {
  NumPy: "numpy",
  SciPy: "scipy",
  PyTorch: "torch",
  Clarabel: "clarabel",
  OSQP: "osqp",
  matplotlib: "matplotlib",
  ipykernel: "ipykernel",
  ipywidgets: "ipywidgets",
};
const NPM_PEERS = { quadprog: "quadprog", HiGHS: "highs", "ml-matrix": "ml-matrix" };
const PEERS = ["Python", ...Object.keys(PYTHON_PEERS), ...Object.keys(NPM_PEERS)];

/**
 * Versions of the peers that can be imported.
 * @throws UsageError when COTLAB_BENCH_PYTHON names something that does not run
 */
function peerVersions(): Record<string, string> {
  const fromNpm = Object.fromEntries(Object.entries(NPM_PEERS).map(([name, package_]) => [name, npmVersion(package_)]));
  const python = peerPython();
  if (!python) return fromNpm;
  const program = [
    "import importlib, importlib.metadata as metadata, json, platform",
    "found = {'Python': platform.python_version()}",
    `for name, package in ${JSON.stringify(Object.entries(PYTHON_PEERS))}:`,
    "    try:",
    "        importlib.import_module(package)",
    "        found[name] = metadata.version(package)",
    "    except Exception: pass",
    "print(json.dumps(found))",
  ].join("\n");
  const { status, stdout, stderr, error } = spawnSync(python, ["-c", program], { encoding: "utf8" });
  if (status === 0) return { ...(JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, string>), ...fromNpm };
  const reason = error?.message ?? (stderr.trim().split("\n").at(-1) || `it ended with status ${status}`);
  if (process.env.COTLAB_BENCH_PYTHON)
    throw new UsageError(`bench: COTLAB_BENCH_PYTHON must be a Python that runs, got ${python}: ${reason}`);
  return fromNpm;
}

/** The processor by its model's name, and where the system tells them by family and model, which tell its generation. */
export function processorOf(name: string, cpuinfo: string): { processor: string; virtual: boolean | null } {
  const field = (key: string): string | undefined => cpuinfo.match(new RegExp(`^${key}\\s*: (.*)$`, "m"))?.[1]?.trim();
  const [family, model, flags] = [field("cpu family"), field("model"), field("flags")];
  return {
    processor: family === undefined || model === undefined ? name : `${name} (family ${family}, model ${model})`,
    virtual: flags === undefined ? null : flags.split(" ").includes("hypervisor"),
  };
}

export function thisMachine(): Machine {
  // First: finding the peers is work, too.
  const loadBefore = Math.round(10 * loadavg()[0]) / 10;
  const cpuinfo = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  return {
    ...processorOf(cpus()[0]?.model.trim() ?? "unknown", cpuinfo),
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    node: process.versions.node,
    blas: findBlas()?.description ?? "none",
    peers: peerVersions(),
    loadBefore,
  };
}

/** What a reader must know of a machine, part by part, always in this order. */
export function machineParts(machine: Machine): string[] {
  const peers = Object.entries(machine.peers).map(([name, version]) => `${name} ${version}`);
  return [
    machine.processor,
    ...(machine.virtual === null ? [] : [machine.virtual ? "virtual machine" : "no virtual machine"]),
    `${machine.cores} cores`,
    `${machine.memoryGiB} GiB`,
    machine.system,
    `Node ${machine.node}`,
    `our BLAS ${machine.blas}`,
    `peers ${peers.join(", ") || "none"}`,
    `load before the run ${machine.loadBefore}`,
  ];
}

/** The peers that rows were timed beside. */
export const peersOf = (rows: readonly BenchRow[]): string[] =>
  PEERS.filter((name) => rows.some(({ peer }) => peer.split(/[^\w-]+/).includes(name)));
