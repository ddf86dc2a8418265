/** @file Clarabel and OSQP, in a Python process beside this one. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export type PeerName = "clarabel" | "osqp";

/** A program for the peers: H as rows or as a file of doubles, a constraint's missing side as null. */
export interface PeerProblem {
  readonly H: readonly (readonly number[])[] | { readonly file: string; readonly n: number };
  readonly c: readonly number[];
  readonly upper?: readonly (number | null)[];
  readonly rows?: readonly { readonly a: readonly number[]; readonly low: number | null; readonly high: number | null }[];
}

export interface PeerAnswer {
  readonly x: readonly number[];
  /** Set-up and solve. */
  readonly seconds: number;
  readonly iterations: number;
  readonly status: string;
}

/** The process; `close` ends it. */
export interface QpPeers {
  /** Version by solver; a solver that is not installed is missing. */
  readonly versions: Partial<Record<PeerName, string>>;
  load(problem: PeerProblem): Promise<void>;
  solve(solver: PeerName, tolerance: number): Promise<PeerAnswer>;
  close(): void;
}

/** The Python to ask: COTLAB_BENCH_PYTHON, or that of the workspace's environment; undefined when there is neither. */
export function peerPython(): string | undefined {
  if (process.env.COTLAB_BENCH_PYTHON) return process.env.COTLAB_BENCH_PYTHON;
  const own = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));
  return existsSync(own) ? own : undefined;
}

/** Starts the process on one thread, as the solver here is; undefined, with the reason given to `skip`, when it cannot. */
export async function startPeers(skip: (reason: string) => void): Promise<QpPeers | undefined> {
  const python = peerPython();
  if (!python) {
    skip("no Python: set COTLAB_BENCH_PYTHON to one that has clarabel, osqp, numpy and scipy");
    return undefined;
  }
  const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1", RAYON_NUM_THREADS: "1" };
  const child = spawn(python, [fileURLToPath(new URL("./qp.py", import.meta.url))], { stdio: ["pipe", "pipe", "inherit"], env });
  child.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async <T>(): Promise<T | undefined> => {
    const { value, done } = await lines.next();
    return done ? undefined : (JSON.parse(value) as T);
  };
  const ask = async <T>(request: object): Promise<T> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = await read<T>();
    if (!answer) throw new Error(`benchmarks/peers/qp.py ended on ${JSON.stringify(request).slice(0, 80)}`);
    return answer;
  };
  const hello = await read<{ versions: QpPeers["versions"] }>();
  if (!hello || Object.keys(hello.versions).length === 0) {
    child.kill();
    skip(`${python} has neither clarabel nor osqp (with numpy and scipy)`);
    return undefined;
  }
  return {
    versions: hello.versions,
    async load(problem) {
      await ask({ op: "load", ...problem });
    },
    solve: (solver, tolerance) => ask<PeerAnswer>({ op: "solve", solver, tolerance }),
    close: () => child.stdin.end(),
  };
}
