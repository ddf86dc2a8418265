/**
 * @file The Monte Carlo engine against straightforward batched NumPy.
 *
 * The same error curve, k = 0..50, with its standard errors. The peer, `benchmarks/peers/monte_carlo.py`, draws X and one w a prompt; it
 * runs once with one BLAS thread and once with as many as it likes, and the faster one counts. "Same draws" draws one w a prompt as well,
 * so its seconds compare like with like. "Same standard error" is not the same work: ours takes the expectation over w exactly, and draws
 * only as many prompts as it then needs for the peer's relative standard error at k = 10.
 */

import { Covariance } from "../lib/dist/model/covariance.js";
import { powerLawSpectrum } from "../lib/dist/model/spectrum.js";
import { cotError } from "../lib/dist/simulation/cotError.js";
import { closeWorkers } from "../lib/dist/simulation/pool.js";
import { simulate } from "../lib/dist/simulation/simulate.js";
import { PythonPeer } from "./peers/python.ts";
import { formatPercent, median } from "./rows.ts";
import { fasterOf, startSuite } from "./suite.ts";

const suite = startSuite("monteCarlo", 5);

interface Case {
  readonly d: number;
  readonly n: number;
  readonly m: number;
  readonly steps: number;
  readonly draws: number;
  readonly exponent: number;
  /** Prompts that NumPy handles at a time: the fastest of those tried. */
  readonly batch: number;
}

const share = suite.quick ? 0.1 : 1;
const cases: readonly Case[] = [
  { d: 20, n: 20, m: 40, steps: 50, draws: 20_000 * share, exponent: 0, batch: 500 },
  { d: 20, n: 20, m: 40, steps: 50, draws: 20_000 * share, exponent: 1, batch: 500 },
  { d: 100, n: 40, m: 200, steps: 50, draws: 2000 * share, exponent: 0, batch: 100 },
  { d: 100, n: 40, m: 200, steps: 50, draws: 2000 * share, exponent: 1, batch: 100 },
];

interface Timing {
  readonly seconds: number;
  readonly cpu: number;
  readonly mean: number;
  readonly standardError: number;
}

async function engine({ d, n, m, steps, exponent }: Case, weights: "drawn" | "averaged", draws: number, seed: number): Promise<Timing> {
  const covariance = Covariance.diagonal(powerLawSpectrum({ d, exponent }));
  const experiment = cotError({ train: { covariance, n }, test: covariance, m, steps, weights });
  const cpu = process.cpuUsage();
  const began = performance.now();
  const curve = (await simulate(experiment, { draws, seed })).curves[0];
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpu: (user + system) / 1e6, mean: curve.mean[10], standardError: curve.standardError[10] };
}

const seconds = (timings: readonly Timing[]): number[] => timings.map((timing) => timing.seconds);
const relativeError = (timings: readonly Timing[]): number => median(timings.map(({ standardError, mean }) => standardError / mean));
const percent = (timings: readonly Timing[]): string => formatPercent(relativeError(timings));

const peers = await Promise.all([PythonPeer.start("monte_carlo.py", ["NumPy"], 1), PythonPeer.start("monte_carlo.py", ["NumPy"])]);
const [one, many] = peers;
for (const each of cases) {
  const times = { one: [] as Timing[], many: [] as Timing[], drawn: [] as Timing[], averaged: [] as Timing[] };
  /** Prompts of ours that give the peer's standard error when w is averaged: they follow from the first round. */
  let enough = each.draws;
  for (let round = 0; round <= suite.rounds; round++) {
    const found = {
      ...(typeof one === "string" ? {} : { one: await one.ask<Timing>(each) }),
      ...(typeof many === "string" ? {} : { many: await many.ask<Timing>(each) }),
      drawn: await engine(each, "drawn", each.draws, round),
      averaged: await engine(each, "averaged", enough, round),
    };
    // The first round starts threads and compiles.
    if (round === 0) {
      const wanted = relativeError([found.one ?? found.drawn]);
      enough = Math.max(2, Math.ceil(each.draws * (relativeError([found.averaged]) / wanted) ** 2));
    } else for (const [name, timing] of Object.entries(found)) times[name as keyof typeof times].push(timing);
  }
  const spectrum = each.exponent === 0 ? "isotropic" : "power law";
  const setting = `n = ${each.n}, m = ${each.m}, k = 0..${each.steps}`;
  const { drawn, averaged } = times;
  const faster = fasterOf([
    { threads: "1 BLAS thread", seconds: seconds(times.one) },
    { threads: "all BLAS threads", seconds: seconds(times.many) },
  ]);
  const row = (what: string, prompts: string, ours: readonly Timing[], note: string): void => {
    const peer = typeof one === "string" ? one : { name: `${one.label("NumPy")} (${faster.threads})`, seconds: faster.seconds };
    const name = `error curve, ${spectrum}, d = ${each.d}: ${what}`;
    suite.ratio({ case: name, setting: `${setting}, ${prompts}`, ours: seconds(ours), peer, note });
  };
  const cpu = (timings: readonly Timing[]): string => `${median(timings.map((timing) => timing.cpu)).toFixed(2)} s of processor time`;
  row("same draws", `${each.draws} prompts`, drawn, `${cpu(drawn)}, standard error ${percent(drawn)}`);
  row(
    "same standard error",
    `ours ${enough} prompts, mean over w exact${typeof one === "string" ? "" : `; the peer ${each.draws} prompts, w drawn`}`,
    averaged,
    `standard error ${percent(averaged)}${typeof one === "string" ? "" : `, the peer's ${percent(times.one)}`}`,
  );
}
for (const peer of peers) if (typeof peer !== "string") peer.close();
await closeWorkers();
