/** @file A peer in a Python process beside this one: one JSON request a line, one JSON answer a line. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The Python to ask: COTLAB_BENCH_PYTHON, or that of the workspace's environment; undefined when there is neither. */
export function peerPython(): string | undefined {
  const named = process.env.COTLAB_BENCH_PYTHON;
  // A path from here: kernels are started in another folder.
  if (named) return /[\\/]/.test(named) ? resolve(named) : named;
  const own = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));
  return existsSync(own) ? own : undefined;
}

/** Settings that hold a Python process, its BLAS and its solvers to some threads. */
const threadSettings = (threads: number): Record<string, string> =>
  Object.fromEntries(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"].map((name) => [name, String(threads)]),
  );

/** A running peer script. Its first line says which packages it found: {"versions": {"NumPy": "2.4.6"}}. */
export class PythonPeer {
  /** Version by package; one that is not installed is missing. */
  readonly versions: Readonly<Record<string, string>>;
  private readonly script: string;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  private constructor(
    versions: Record<string, string>,
    script: string,
    child: ChildProcessWithoutNullStreams,
    lines: AsyncIterator<string>,
  ) {
    this.versions = versions;
    this.script = script;
    this.child = child;
    this.lines = lines;
  }

  /**
   * Starts `benchmarks/peers/SCRIPT`.
   * @param needs the packages without which there is nothing to ask
   * @param threads for BLAS and solvers; as many as they like when left out
   * @returns the peer, or why there is none
   */
  static async start(script: string, needs: readonly string[], threads?: number): Promise<PythonPeer | string> {
    const python = peerPython();
    const remedy = "set COTLAB_BENCH_PYTHON to a Python with benchmarks/requirements.txt";
    if (!python) return `no Python for the peers: ${remedy}`;
    const env = threads === undefined ? process.env : { ...process.env, ...threadSettings(threads) };
    const child = spawn(python, [fileURLToPath(new URL(script, import.meta.url))], { env });
    const ended = new Promise<string>((settle) => {
      child.once("error", ({ message }) => settle(message));
      child.once("close", (status) => settle(`it ended with status ${status}`));
    });
    child.stderr.pipe(process.stderr);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value, done } = await lines.next();
    if (done) return `the Python for the peers, ${python}, does not run ${script}: ${await ended}; ${remedy}`;
    const { versions } = JSON.parse(value) as { versions: Record<string, string> };
    const missing = needs.filter((name) => !(name in versions));
    if (missing.length === 0) return new PythonPeer(versions, script, child, lines);
    child.kill();
    return `${missing.join(" and ")} not installed: ${remedy}`;
  }

  /** Name and version of a package, as a row names its peer. */
  label(name: string): string {
    return `${name} ${this.versions[name]}`;
  }

  async ask<T>(request: object): Promise<T> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`benchmarks/peers/${this.script} ended on ${JSON.stringify(request).slice(0, 80)}`);
    return JSON.parse(value) as T;
  }

  close(): void {
    this.child.stdin.end();
  }
}
