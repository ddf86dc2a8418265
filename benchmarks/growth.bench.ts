/**
 * @file How our times grow with the sizes: the Monte Carlo engine with d, n, m, k, draws and workers; the QP and the Gram matrix with d and
 * the number of tasks.
 *
 * One quantity changes at a time, over a factor of four or more, at sizes where the largest term of the operation count rules. A task of the
 * engine draws a factor of the prompt's second moment, not the prompt: d³ for its product with the square root of the covariance, whatever
 * m >= d is, then d² a step. n only enters the trained matrix, and d does not enter a QP whose Gram matrix is given.
 */
import { availableParallelism } from "node:os";
import { Matrix } from "ml-matrix";
import { Random } from "../lib/dist/core/random.js";
import { Covariance } from "../lib/dist/model/covariance.js";
import { covarianceGram } from "../lib/dist/model/gram.js";
import { powerLawSpectrum } from "../lib/dist/model/spectrum.js";
import { simplexQp } from "../lib/dist/optimize/simplexQp.js";
import { cotError } from "../lib/dist/simulation/cotError.js";
import { closeWorkers } from "../lib/dist/simulation/pool.js";
import { simulate } from "../lib/dist/simulation/simulate.js";
import { fullCovariances } from "./covariances.ts";
import type { Grown } from "./rows.ts";
import { race, secondsOf, startSuite, steadySeconds } from "./suite.ts";

const suite = startSuite("growth", 5);

interface Growth extends Pick<Grown, "quantity" | "setting" | "values" | "expected"> {
  /** The seconds at one value. */
  readonly at: (value: number) => number | Promise<number>;
}

/** Measures all values in turn, round after round. */
async function grow({ at, ...about }: Growth): Promise<void> {
  const { values } = about;
  const times = await race(suite.rounds, Object.fromEntries(values.map((value) => [`at ${value}`, () => at(value)])));
  suite.growth({ ...about, times: values.map((value) => times[`at ${value}`]) });
}

const share = suite.quick ? 0.1 : 1;
const base = { d: 48, n: 40, m: 96, steps: 40, draws: 4000 * share, workers: 1 };
type Size = typeof base;

/** Training and test covariances that do not commute, one draw of the weights a task: every step is carried out. */
async function engine(change: Partial<Size>): Promise<number> {
  const { d, n, m, steps, draws, workers } = { ...base, ...change };
  const train = Covariance.diagonal(powerLawSpectrum({ d, exponent: 1 }));
  const experiment = cotError({ train: { covariance: train, n }, test: fullOf(d), m, steps, weights: "drawn" });
  return secondsOf(() => simulate(experiment, { draws, seed: 1, workers }));
}
const full = new Map<number, Covariance>();
function fullOf(d: number): Covariance {
  const known = full.get(d) ?? fullCovariances(1, d, Random.seed(3605).stream("growth", d))[0];
  full.set(d, known);
  return known;
}

const { d, n, m, steps, draws } = base;
const fixed = (...names: string[]): string => names.join(", ");
const sizes = { d: `d = ${d}`, n: `n = ${n}`, m: `m = ${m}`, k: `k = 0..${steps}`, draws: `${draws} prompts`, one: "1 thread" };
await grow({
  quantity: "error curve: d",
  setting: fixed(sizes.n, "m = 2 d", "k = 0..2", `${draws / 4} prompts`, sizes.one),
  values: [32, 64, 128],
  expected: 3,
  at: (value) => engine({ d: value, m: 2 * value, steps: 2, draws: draws / 4 }),
});
for (const [length, other, values] of [
  ["n", "m", [10, 40, 160, 640]],
  ["m", "n", [96, 384, 1536, 6144]],
] as const)
  await grow({
    quantity: `error curve: ${length}`,
    setting: fixed(sizes.d, sizes[other], sizes.k, sizes.draws, sizes.one),
    values,
    expected: 0,
    at: (value) => engine({ [length]: value }),
  });
await grow({
  quantity: "error curve: k",
  setting: fixed(sizes.d, sizes.n, sizes.m, `${draws / 16} prompts`, sizes.one),
  values: [160, 320, 640, 1280],
  expected: 1,
  at: (value) => engine({ steps: value, draws: Math.round(draws / 16) }),
});
await grow({
  quantity: "error curve: draws",
  setting: fixed(sizes.d, sizes.n, sizes.m, sizes.k, sizes.one),
  values: [500, 1000, 2000, 4000].map((value) => value * share),
  expected: 1,
  at: (value) => engine({ draws: value }),
});
const cores = availableParallelism();
if (cores > 1) {
  const values = Array.from({ length: Math.floor(Math.log2(cores)) + 1 }, (_, i) => 2 ** i);
  await grow({
    quantity: "error curve: workers",
    setting: fixed(sizes.d, sizes.n, sizes.m, sizes.k, `${2 * draws} prompts, ${cores} cores`),
    values,
    expected: -1,
    at: (value) => engine({ workers: value, draws: 2 * draws }),
  });
} else suite.say("error curve: workers: left out, this machine has one core");
await closeWorkers();

/** min ||B x - b||² for normal vectors b_i and a target outside their hull. */
function program(size: number, dimension: number): { H: Matrix; c: Float64Array } {
  const random = Random.seed(3605).stream("growth-qp", size, dimension);
  const rows = new Matrix(Array.from({ length: size }, () => random.fillNormal(new Float64Array(dimension))));
  const target = random.fillNormal(new Float64Array(dimension));
  const c = Float64Array.from({ length: size }, (_, i) => -2 * rows.getRow(i).reduce((sum, value, j) => sum + value * target[j], 0));
  return { H: rows.mmul(rows.transpose()).mul(2), c };
}
const largest = suite.quick ? 4 : 1;
const programs = new Map<string, ReturnType<typeof program>>();
function solve(size: number, dimension: number): number {
  const key = `${size} ${dimension}`;
  const known = programs.get(key) ?? program(size, dimension);
  programs.set(key, known);
  return steadySeconds(() => simplexQp(known, { assumeConvex: true }), 0.02);
}
await grow({
  quantity: "QP: tasks",
  setting: "50 dimensions, convexity known, 1 thread",
  values: [200, 400, 800, 1600, 3200].map((value) => value / largest),
  expected: 2,
  at: (value) => solve(value, 50),
});
await grow({
  quantity: "QP: d",
  setting: "400 tasks, Gram matrix given, convexity known, 1 thread",
  values: [25, 50, 100, 200],
  expected: 0,
  at: (value) => solve(400 / largest, value),
});

const pools = new Map<string, Covariance[]>();
function gram(size: number, dimension: number): number {
  const key = `${size} ${dimension}`;
  const covariances = pools.get(key) ?? fullCovariances(size, dimension, Random.seed(3605).stream("growth-gram"));
  pools.set(key, covariances);
  return steadySeconds(() => covarianceGram({ covariances }), 0.02);
}
await grow({
  quantity: "Gram matrix: tasks",
  // Below and above 512 tasks, where BLAS takes over, it is different code; this is above.
  setting: "d = 40, by BLAS where there is one",
  values: [600, 1200, 2400].map((value) => value / largest),
  expected: 2,
  at: (value) => gram(value, 40),
});
await grow({
  quantity: "Gram matrix: d",
  setting: "300 tasks, our own products, 1 thread",
  values: [16, 32, 64, 128].map((value) => value / (largest > 1 ? 2 : 1)),
  expected: 2,
  at: (value) => gram(suite.quick ? 100 : 300, value),
});
