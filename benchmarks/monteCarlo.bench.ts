/**
 * @file The Monte Carlo engine against straightforward batched NumPy: `node benchmarks/monteCarlo.bench.ts [rounds]`.
 *
 * The same error curve, k = 0..50, with its standard errors, turn by turn with the peer; medians of wall and processor
 * seconds. The peer, `benchmarks/peers/monte_carlo.py`, draws X and one w a prompt; it runs once with one BLAS thread and
 * once with as many as it likes. "drawn" draws one w a prompt as well, so its seconds compare like with like. "averaged"
 * takes the expectation over w exactly, "signs" draws signs for w: for them the last column counts, the wall seconds needed
 * for the standard error at k = 10 of the faster NumPy, in units of its seconds. The first round, which starts threads and
 * compiles, is not counted. The peer needs a Python with NumPy: set COTLAB_BENCH_PYTHON to it.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { cotError } from "../lib/dist/montecarlo/cotError.js";
import { closeWorkers } from "../lib/dist/montecarlo/pool.js";
import { simulate } from "../lib/dist/montecarlo/simulate.js";
import { Covariance } from "../lib/dist/tasks/covariance.js";
import { powerLawSpectrum } from "../lib/dist/tasks/spectrum.js";

const rounds = Number(process.argv[2] ?? 5);
const python = process.env.COTLAB_BENCH_PYTHON ?? "python3";

interface Case {
  readonly d: number;
  readonly n: number;
  readonly m: number;
  readonly steps: number;
  readonly tasks: number;
  readonly exponent: number;
  /** Prompts that NumPy handles at a time: the fastest of those tried. */
  readonly batch: number;
}

const cases: readonly Case[] = [
  { d: 20, n: 20, m: 40, steps: 50, tasks: 20_000, exponent: 0, batch: 500 },
  { d: 20, n: 20, m: 40, steps: 50, tasks: 20_000, exponent: 1, batch: 500 },
  { d: 100, n: 40, m: 200, steps: 50, tasks: 2000, exponent: 0, batch: 100 },
  { d: 100, n: 40, m: 200, steps: 50, tasks: 2000, exponent: 1, batch: 100 },
];

interface Timing {
  readonly seconds: number;
  readonly cpu: number;
  readonly mean: number;
  readonly se: number;
}

/** A Python process that answers one case a line. */
class Peer {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  constructor(threads?: number) {
    const env = threads === undefined ? process.env : { ...process.env, OPENBLAS_NUM_THREADS: String(threads) };
    this.child = spawn(python, [fileURLToPath(new URL("./peers/monte_carlo.py", import.meta.url))], { env });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async answer<T>(): Promise<T> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the peer ended");
    return JSON.parse(value) as T;
  }

  run(one: Case): Promise<Timing> {
    this.child.stdin.write(`${JSON.stringify(one)}\n`);
    return this.answer<Timing>();
  }

  close(): void {
    this.child.stdin.end();
  }
}

type Weights = "drawn" | "signs" | "averaged";

async function engine({ d, n, m, steps, tasks, exponent }: Case, weights: Weights, seed: number): Promise<Timing> {
  const covariance = Covariance.diagonal(powerLawSpectrum({ d, exponent }));
  const experiment = cotError({ train: { covariance, n }, test: covariance, m, steps, weights });
  const cpu = process.cpuUsage();
  const began = performance.now();
  const curve = (await simulate(experiment, { tasks, seed })).curves[0]!;
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpu: (user + system) / 1e6, mean: curve.mean[10]!, se: curve.se[10]! };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const relativeError = (timings: readonly Timing[]): number => median(timings.map(({ se, mean }) => se / mean));
const wall = (timings: readonly Timing[]): number => median(timings.map(({ seconds }) => seconds));

async function main(): Promise<void> {
  const found = spawnSync(python, ["-c", "import numpy"], { encoding: "utf8" });
  const peers = found.status === 0 ? [new Peer(1), new Peer()] : [];
  if (peers.length === 0) console.log("NumPy was not found: set COTLAB_BENCH_PYTHON to a Python that has it. Only our times follow.");
  const versions = await Promise.all(peers.map((peer) => peer.answer<{ numpy: string }>()));
  console.log(
    `${availableParallelism()} processors, Node ${process.version}, NumPy ${versions[0]?.numpy ?? "none"}, medians of ${rounds} rounds`,
  );
  for (const one of cases) {
    const rows = new Map<string, Timing[]>();
    const record = (name: string, round: number, timing: Timing): void => {
      if (round > 0) rows.set(name, [...(rows.get(name) ?? []), timing]);
    };
    for (let round = 0; round <= rounds; round++) {
      for (const [i, peer] of peers.entries()) record(i === 0 ? "NumPy, 1 BLAS thread" : "NumPy", round, await peer.run(one));
      for (const weights of ["drawn", "signs", "averaged"] as const) record(weights, round, await engine(one, weights, round));
    }
    const reference = [...rows].filter(([name]) => name.startsWith("NumPy")).sort(([, a], [, b]) => wall(a) - wall(b))[0]?.[1];
    const spectrum = one.exponent === 0 ? "isotropic" : "1/i";
    console.log(`\nd = ${one.d}, n = ${one.n}, m = ${one.m}, K = ${one.steps}, ${spectrum}, ${one.tasks} prompts`);
    console.log("                          wall s   cpu s   se, %   wall: NumPy/this   same se: NumPy/this");
    for (const [name, timings] of rows) {
      const faster = reference ? wall(reference) / wall(timings) : Number.NaN;
      const sharper = reference ? (relativeError(reference) / relativeError(timings)) ** 2 : Number.NaN;
      const ratio = (value: number): string => (Number.isNaN(value) ? "-" : value.toFixed(value < 20 ? 2 : 0)).padStart(14);
      console.log(
        `${name.padEnd(22)} ${wall(timings).toFixed(3).padStart(9)} ${median(timings.map(({ cpu }) => cpu))
          .toFixed(3)
          .padStart(7)}` + ` ${(100 * relativeError(timings)).toFixed(3).padStart(7)}   ${ratio(faster)}        ${ratio(faster * sharper)}`,
      );
    }
  }
  for (const peer of peers) peer.close();
  await closeWorkers();
}

await main();
