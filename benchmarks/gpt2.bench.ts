/**
 * @file Training steps of the transformer against PyTorch on the CPU: `node benchmarks/gpt2.bench.ts [rounds] [threads]`.
 *
 * Same model, batch and tokens, forward, backward, clipping and Adam, as many threads (by default all), turn by turn; medians of
 * rounds, of wall time and of the processor time of all threads. On a busy machine compare processor time with one thread: threads
 * that wait for each other lose far more than their share (PyTorch's most of all), and a wait that spins counts as work.
 * Ours also draws the prompts of every step. "every row" computes the last block's outputs of prompt rows as PyTorch does; "as used"
 * leaves them out, since nothing reads them; "recipe" is a step with the model's own estimates (5 rollout steps) instead of given ones.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ProductBackend } from "../lib/dist/linalg/backend.js";
import { findBlas } from "../lib/dist/linalg/blas.js";
import { runConfig } from "../lib/dist/transformer/recipe.js";
import { recipeStep, regressionTrainer, tokensPerStep } from "../lib/dist/transformer/trainRegression.js";

const rounds = Number(process.argv[2] ?? 7);
const threads = Number(process.argv[3] ?? availableParallelism());
if (![rounds, threads].every((value) => Number.isInteger(value) && value >= 1))
  throw new RangeError("usage: gpt2.bench.ts [rounds] [threads]");

interface Size {
  readonly name: string;
  readonly model: { layers: number; width: number; heads: number; d: number };
  readonly n: number;
  readonly thoughts: number;
  readonly batch: number;
  readonly steps: number;
}
const sizes: Size[] = [
  { name: "reduced, 64 x 25 tokens", model: { layers: 2, width: 64, heads: 4, d: 5 }, n: 15, thoughts: 10, batch: 64, steps: 20 },
  { name: "9.5 M, 64 x 21 tokens", model: { layers: 12, width: 256, heads: 8, d: 10 }, n: 20, thoughts: 1, batch: 64, steps: 1 },
  { name: "9.5 M, 8 x 61 tokens", model: { layers: 12, width: 256, heads: 8, d: 10 }, n: 40, thoughts: 21, batch: 8, steps: 2 },
];

/** PyTorch in a process of its own, or null. */
async function startPeer(): Promise<{
  version: string;
  ask: (request: object) => Promise<{ seconds: number; cpuSeconds: number }>;
  end: () => void;
} | null> {
  const python = process.env.COTLAB_BENCH_PYTHON;
  if (!python) return null;
  const child = spawn(python, [join(import.meta.dirname, "peers", "gpt2.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown>> => JSON.parse((await lines.next()).value as string) as Record<string, unknown>;
  const { version } = await next();
  if (version === null) return null;
  return {
    version: version as string,
    ask: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return (await next()) as never;
    },
    end: () => child.kill(),
  };
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
/** A round must not run into the spinning threads of the one before. */
const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

const peer = await startPeer();
if (!peer) process.stdout.write("PyTorch was not found (COTLAB_BENCH_PYTHON with benchmarks/requirements.txt): only ours is timed\n");
process.stdout.write(
  `${threads} threads, ${rounds} rounds, BLAS: ${findBlas()?.description ?? "none"}${peer ? `, PyTorch ${peer.version}` : ""}\n`,
);
for (const { name, model, n, thoughts, batch, steps } of sizes) {
  const config = (onPolicy: number) =>
    runConfig({ name: "bench", model, train: { n }, recipe: { batch, shards: 4, onPolicy, noisy: thoughts - onPolicy } });
  const ours: { label: string; backend: ProductBackend; every: boolean; onPolicy: number }[] = [];
  if (findBlas()) {
    ours.push(
      { label: "every row", backend: "blas", every: true, onPolicy: 0 },
      { label: "as used", backend: "blas", every: false, onPolicy: 0 },
    );
    if (thoughts >= 10) ours.push({ label: "recipe", backend: "blas", every: false, onPolicy: 5 });
  }
  ours.push({ label: "without BLAS", backend: "simd", every: true, onPolicy: 0 });
  await peer?.ask({ op: "model", ...model, n, thoughts, batch, threads });
  const trainers = ours.map(({ label, backend, every, onPolicy }) => {
    const settings = config(onPolicy);
    return {
      label,
      settings,
      trainer: regressionTrainer(settings, 1, { threads, backend, everyRow: every }),
      times: [] as number[],
      cpu: [] as number[],
    };
  });
  const tokens = tokensPerStep(config(0));
  const theirs: number[] = [];
  const theirCpu: number[] = [];
  for (let round = -1; round < rounds; round++) {
    for (const { settings, trainer, times, cpu } of trainers) {
      await rest();
      const start = performance.now();
      const before = process.cpuUsage();
      for (let i = 0; i < steps; i++) recipeStep(trainer, settings);
      if (round < 0) continue;
      times.push((performance.now() - start) / 1000 / steps);
      const { user, system } = process.cpuUsage(before);
      cpu.push((user + system) / 1e6 / steps);
    }
    if (!peer) continue;
    await rest();
    const { seconds, cpuSeconds } = await peer.ask({ op: "steps", count: steps });
    if (round < 0) continue;
    theirs.push(seconds / steps);
    theirCpu.push(cpuSeconds / steps);
  }
  const row = (label: string, wall: number, cpu: number, more: string): void => {
    const cells = [
      `${Math.round(tokens / wall)} tokens/s`,
      `${(1000 * wall).toFixed(1)} ms a step`,
      `${(1000 * cpu).toFixed(1)} ms of processor time`,
    ];
    process.stdout.write(`  ${label.padEnd(14)} ${cells.map((cell) => cell.padStart(26)).join("")}  ${more}\n`);
  };
  process.stdout.write(`\n${name}\n`);
  if (peer) row("PyTorch", median(theirs), median(theirCpu), "");
  for (const { label, times, cpu, trainer } of trainers) {
    const [wall, processor] = [median(times), median(cpu)];
    const ratio = peer
      ? `${(median(theirs) / wall).toFixed(2)} x PyTorch (processor time ${(median(theirCpu) / processor).toFixed(2)} x), `
      : "";
    row(label, wall, processor, `${ratio}${(trainer.bytes / 2 ** 20).toFixed(0)} MiB`);
    trainer.close();
  }
}
peer?.end();
