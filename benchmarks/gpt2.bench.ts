/**
 * @file Training steps of the transformer against PyTorch on the CPU.
 *
 * Same model, batch and tokens, forward, backward, clipping and Adam, PyTorch with one thread or as many as ours, whichever is faster. On a
 * busy machine compare processor time with one thread (--threads 1): threads that wait for each other lose far more than their share
 * (PyTorch's most of all), and a wait that spins counts as work. Ours also draws the prompts of every step. "Same outputs" computes the last
 * block's outputs for all tokens as PyTorch does; "needed outputs" leaves out those of the prompt, since the loss does not read them; "own
 * estimates" is a step of notebook 10's training, where 5 of the thought tokens are the model's own estimates instead of given ones.
 */

import type { ProductBackend } from "../lib/dist/linalg/backend.js";
import { findBlas } from "../lib/dist/linalg/blas.js";
import { runConfig } from "../lib/dist/transformer/regression/recipe.js";
import { recipeStep, regressionTrainer, tokensPerStep } from "../lib/dist/transformer/regression/regressionTrainer.js";
import { PythonPeer } from "./peers/python.ts";
import { formatSeconds, median } from "./rows.ts";
import { race, startSuite } from "./suite.ts";

const suite = startSuite("gpt2", 4);
const { threads } = suite;

interface Size {
  readonly name: string;
  readonly model: { layers: number; width: number; heads: number; d: number };
  readonly n: number;
  readonly thoughts: number;
  readonly batch: number;
  readonly steps: number;
}
const sizes: Size[] = [
  { name: "small, 64 x 25 tokens", model: { layers: 2, width: 64, heads: 4, d: 5 }, n: 15, thoughts: 10, batch: 64, steps: 20 },
  { name: "large, 64 x 21 tokens", model: { layers: 12, width: 256, heads: 8, d: 10 }, n: 20, thoughts: 1, batch: 64, steps: 1 },
  { name: "large, 8 x 61 tokens", model: { layers: 12, width: 256, heads: 8, d: 10 }, n: 40, thoughts: 21, batch: 8, steps: 2 },
];

const inThreads = (count: number): string => `${count} ${count === 1 ? "thread" : "threads"}`;
/** A round must not run into the spinning threads of the one before. */
const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

const peer = await PythonPeer.start("gpt2.py", ["PyTorch"]);
/** PyTorch with these numbers of threads; the faster one counts. */
const peerThreads = typeof peer === "string" ? [] : [...new Set([1, threads])];
for (const { name, model, n, thoughts, batch, steps } of suite.quick ? sizes.slice(0, 1) : sizes) {
  const config = (onPolicy: number) =>
    runConfig({ name: "bench", model, train: { n }, recipe: { batch, shards: 4, onPolicy, noisy: thoughts - onPolicy } });
  const ours: { label: string; backend: ProductBackend; every: boolean; onPolicy: number }[] = [];
  if (findBlas()) {
    ours.push(
      { label: "same outputs", backend: "blas", every: true, onPolicy: 0 },
      { label: "needed outputs", backend: "blas", every: false, onPolicy: 0 },
    );
    if (thoughts >= 10) ours.push({ label: "own estimates", backend: "blas", every: false, onPolicy: 5 });
  }
  ours.push({ label: "same outputs, no BLAS", backend: "simd", every: true, onPolicy: 0 });
  const trainers = ours.map(({ label, backend, every, onPolicy }) => {
    const settings = config(onPolicy);
    return { label, settings, trainer: regressionTrainer(settings, 1, { threads, backend, everyRow: every }), cpu: [] as number[] };
  });
  if (typeof peer !== "string") await peer.ask({ op: "model", ...model, n, thoughts, batch });
  const theirCpu = new Map(peerThreads.map((count) => [count, [] as number[]]));
  const runners = Object.fromEntries(
    trainers.map(({ label, settings, trainer, cpu }) => [
      label,
      async () => {
        await rest();
        const start = performance.now();
        const before = process.cpuUsage();
        for (let i = 0; i < steps; i++) recipeStep(trainer, settings);
        const seconds = (performance.now() - start) / 1000 / steps;
        const { user, system } = process.cpuUsage(before);
        cpu.push((user + system) / 1e6 / steps);
        return seconds;
      },
    ]),
  );
  const theirs = async (count: number): Promise<number> => {
    if (typeof peer === "string") return 0;
    await rest();
    const { seconds, cpuSeconds } = await peer.ask<{ seconds: number; cpuSeconds: number }>({ op: "steps", count: steps, threads: count });
    theirCpu.get(count)!.push(cpuSeconds / steps);
    return seconds / steps;
  };
  const times = await race<string>(suite.rounds, {
    ...runners,
    ...Object.fromEntries(peerThreads.map((count) => [`PyTorch ${count}`, () => theirs(count)])),
  });
  const best = peerThreads.toSorted((a, b) => median(times[`PyTorch ${a}`]) - median(times[`PyTorch ${b}`]))[0];
  const tokens = tokensPerStep(config(0));
  for (const { label, trainer, cpu } of trainers) {
    // The first round, which is not counted, stands in these lists.
    const processor = median(cpu.slice(1));
    const parts = [
      `${Math.round(tokens / median(times[label]))} tokens/s`,
      `processor time ${formatSeconds(processor)}${best === undefined ? "" : `, PyTorch's ${formatSeconds(median(theirCpu.get(best)!.slice(1)))}`}`,
      `our buffers ${(trainer.bytes / 2 ** 20).toFixed(0)} MiB`,
      ...(label.endsWith("no BLAS") ? ["WebAssembly's vectors hold 4 numbers, the processor's own up to 16"] : []),
    ];
    suite.ratio({
      case: `step, ${name}: ${label}`,
      setting: inThreads(threads),
      ours: times[label],
      peer:
        typeof peer === "string" || best === undefined
          ? String(peer)
          : { name: `${peer.label("PyTorch")} (${inThreads(best)})`, seconds: times[`PyTorch ${best}`] },
      note: parts.join(", "),
    });
    trainer.close();
  }
}
if (typeof peer !== "string") peer.close();
