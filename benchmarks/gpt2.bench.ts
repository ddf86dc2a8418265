/**
 * @file Training steps of the transformer against PyTorch on the CPU.
 *
 * Same model, batch and tokens, forward, backward, clipping and Adam, PyTorch with one thread or as many as ours, whichever is faster. On a
 * busy machine compare processor time with one thread (--threads 1): threads that wait for each other lose far more than their share
 * (PyTorch's most of all), and a wait that spins counts as work. Ours also draws the prompts of every step. "Same outputs" computes the last
 * block's outputs for all tokens as PyTorch does; "needed outputs" leaves out those of the prompt, since the loss does not read them; "own
 * estimates" is a step of notebook 10's training, where 5 of the thought tokens are the model's own estimates instead of given ones.
 * "bfloat16" multiplies by the weights in it, on both sides: ours by oneDNN, PyTorch under autocast.
 */

import type { Precision, ProductBackend } from "../lib/dist/linalg/backend.js";
import { findBlas } from "../lib/dist/linalg/blas.js";
import { bfloat16Products } from "../lib/dist/linalg/oneDnn.js";
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
const bfloat16 = bfloat16Products();
const noBfloat16 = "missing" in bfloat16 && bfloat16.missing;
if (noBfloat16) suite.say(`no bfloat16: ${noBfloat16}`);
const precisions: readonly Precision[] = noBfloat16 ? ["float32"] : ["float32", "bfloat16"];
for (const { name, model, n, thoughts, batch, steps } of suite.quick ? sizes.slice(0, 1) : sizes) {
  const config = (onPolicy: number) =>
    runConfig({ name: "bench", model, train: { n }, recipe: { batch, shards: 4, onPolicy, noisy: thoughts - onPolicy } });
  const ours: { label: string; backend: ProductBackend; precision: Precision; every: boolean; onPolicy: number }[] = [];
  if (findBlas()) {
    for (const precision of precisions) {
      const which = { backend: "blas", precision } as const;
      const name = (label: string): string => (precision === "float32" ? label : `${label}, ${precision}`);
      ours.push(
        { ...which, label: name("same outputs"), every: true, onPolicy: 0 },
        { ...which, label: name("needed outputs"), every: false, onPolicy: 0 },
      );
      if (thoughts >= 10) ours.push({ ...which, label: name("own estimates"), every: false, onPolicy: 5 });
    }
  }
  ours.push({ label: "same outputs, no BLAS", backend: "simd", precision: "float32", every: true, onPolicy: 0 });
  const trainers = ours.map(({ label, every, onPolicy, ...products }) => {
    const settings = config(onPolicy);
    return { label, settings, trainer: regressionTrainer(settings, 1, { threads, ...products, everyRow: every }), cpu: [] as number[] };
  });
  if (typeof peer !== "string") await peer.ask({ op: "model", ...model, n, thoughts, batch });
  const peers = precisions.flatMap((precision) => peerThreads.map((count) => ({ precision, count, cpu: [] as number[] })));
  const peerName = ({ precision, count }: (typeof peers)[number]): string => `PyTorch ${precision} ${count}`;
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
  const theirs = async ({ precision, count, cpu }: (typeof peers)[number]): Promise<number> => {
    if (typeof peer === "string") return 0;
    await rest();
    const request = { op: "steps", count: steps, threads: count, precision };
    const { seconds, cpuSeconds } = await peer.ask<{ seconds: number; cpuSeconds: number }>(request);
    cpu.push(cpuSeconds / steps);
    return seconds / steps;
  };
  const times = await race<string>(suite.rounds, {
    ...runners,
    ...Object.fromEntries(peers.map((each) => [peerName(each), () => theirs(each)])),
  });
  const fastest = (precision: Precision) =>
    peers.filter((each) => each.precision === precision).toSorted((a, b) => median(times[peerName(a)]) - median(times[peerName(b)]))[0];
  const tokens = tokensPerStep(config(0));
  for (const { label, trainer, cpu } of trainers) {
    const { precision } = trainer.products;
    const best = fastest(precision);
    const fine = precision === "bfloat16" && times[label.replace(`, ${precision}`, "")];
    // The first round, which is not counted, stands in these lists.
    const processor = median(cpu.slice(1));
    const parts = [
      `${Math.round(tokens / median(times[label]))} tokens/s`,
      `processor time ${formatSeconds(processor)}${best === undefined ? "" : `, PyTorch's ${formatSeconds(median(best.cpu.slice(1)))}`}`,
      `our buffers ${(trainer.bytes / 2 ** 20).toFixed(0)} MiB`,
      ...(fine ? [`${(median(fine) / median(times[label])).toFixed(2)} times as fast as our float32`] : []),
      ...(label.endsWith("no BLAS") ? ["WebAssembly's vectors hold 4 numbers, the processor's own up to 16"] : []),
    ];
    suite.ratio({
      case: `step, ${name}: ${label}`,
      setting: inThreads(threads),
      ours: times[label],
      peer:
        typeof peer === "string" || best === undefined
          ? String(peer)
          : { name: `${peer.label("PyTorch")} (${inThreads(best.count)})`, seconds: times[peerName(best)] },
      note: parts.join(", "),
    });
    trainer.close();
  }
}
if (typeof peer !== "string") peer.close();
