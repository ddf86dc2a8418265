/** @file The machine that benchmarks run on, as far as their numbers depend on it; nothing that names it. */
import { spawnSync } from "node:child_process";
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from "node:os";
import { peerPython } from "../../benchmarks/peers/python.ts";
import { findBlas } from "../../lib/dist/linalg/blas.js";

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly blas: string;
  /** Version by package, of the peers that are installed. */
  readonly peers: Readonly<Record<string, string>>;
  /** Processes that were running or waiting, averaged over the minute before the first suite: near 0 on a quiet machine. */
  readonly loadBefore: number;
}

const PEERS = ["numpy", "scipy", "torch", "clarabel", "osqp", "matplotlib", "ipykernel"];

function peerVersions(): Record<string, string> {
  const python = peerPython();
  if (!python) return {};
  const program = [
    "import importlib.metadata as m, json, platform",
    "found = {'python': platform.python_version()}",
    `for name in ${JSON.stringify(PEERS)}:`,
    "    try: found[name] = m.version(name)",
    "    except m.PackageNotFoundError: pass",
    "print(json.dumps(found))",
  ].join("\n");
  const { status, stdout } = spawnSync(python, ["-c", program], { encoding: "utf8" });
  return status === 0 ? (JSON.parse(stdout) as Record<string, string>) : {};
}

export function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    node: process.versions.node,
    blas: findBlas()?.description ?? "none",
    peers: peerVersions(),
    loadBefore: Math.round(10 * loadavg()[0]!) / 10,
  };
}

/** Whether times of the two may stand in one table. */
export const sameMachine = (a: Machine, b: Machine): boolean => a.processor === b.processor && a.cores === b.cores && a.system === b.system;
