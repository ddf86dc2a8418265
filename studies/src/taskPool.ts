/** @file Pools of training tasks named by (α, B), the paper's table; both readings of its undefined B. */
import { Covariance, powerLawSpectrum, Random, type selection } from "cotlab";
import { Checks } from "cotlab/dist/core/check";

/** The four kinds of task in the paper's table, in the order in which it claims their probabilities to rise. */
export const TASK_TYPES = ["Easy-Short", "Easy-Long", "Hard-Short", "Hard-Long"] as const;
/** One of the four kinds. */
export type TaskType = (typeof TASK_TYPES)[number];

/**
 * What B stands for. Our source writes (α, B) with α in {0.2, 0.8} and B in {20, 100} and defines neither.
 * - "directions": B of the d directions are active, drawn at random; the others have λ = 0;
 * - "length": B is the length n_l of the task's training prompts; all directions are active.
 */
export type PoolReading = "directions" | "length";

/** How a pool is drawn. */
export interface TaskPoolParams {
  /** What B is. */
  readonly reading: PoolReading;
  /** d: dimension; integer >= 2. */
  readonly d: number;
  /** Tasks of each kind; integer >= 1; default 1. */
  readonly perType?: number;
  /** α of easy and hard tasks; default [0.2, 0.8], the paper's. */
  readonly exponents?: readonly [number, number];
  /** B of short and long tasks; default [20, 100], the paper's. At most d in the reading "directions". */
  readonly sizes?: readonly [number, number];
  /** How each task's spectrum is scaled; default "max-1". "frobenius-1" scales to ‖Λ‖_F = 1, "trace-B" to tr Λ = B. */
  readonly normalise?: PoolNormalisation;
  /** Whether λ_1, λ_2, ... fall on the active directions in random order or in theirs; default "random". */
  readonly order?: "random" | "kept";
  /** Exponent of the target, σ_i = scale · i^(-exponent); default 0.5. */
  readonly targetExponent?: number;
  /** Scale of the target; default 1. */
  readonly targetScale?: number;
  /** Length of all training prompts in the reading "directions"; default Infinity. */
  readonly promptLength?: number;
}

/** Scalings of a task's spectrum. */
export type PoolNormalisation = "max-1" | "trace-1" | "trace-d" | "trace-B" | "frobenius-1";
/** All of them. */
export const POOL_NORMALISATIONS: readonly PoolNormalisation[] = ["max-1", "trace-1", "trace-d", "trace-B", "frobenius-1"];

/** Tasks, their kinds, and the target. */
export interface TaskPool extends selection.SelectionSetting {
  /** The kind of each task, (L,). */
  readonly types: readonly TaskType[];
  readonly lengths: number[];
}

/**
 * Draws a pool: `perType` tasks of each kind, λ_r = r^(-α) for r = 1.. over the active directions.
 * Λ_l and Σ are diagonal. With order "kept" every task falls off along the same directions as the target.
 * @throws RangeError or TypeError outside the domain
 * @origin paper, the task-selection table; both readings are ours
 */
export function drawTaskPool(params: TaskPoolParams, random: Random): TaskPool {
  const check: Checks = new Checks("drawTaskPool");
  const { reading, d, perType = 1, exponents = [0.2, 0.8], sizes = [20, 100], normalise = "max-1", order = "random" } = params;
  const { targetExponent = 0.5, targetScale = 1, promptLength = Number.POSITIVE_INFINITY } = params;
  check.oneOf("reading", reading, ["directions", "length"]);
  check.integer("d", d, 2);
  check.integer("perType", perType, 1);
  check.oneOf("normalise", normalise, POOL_NORMALISATIONS);
  check.oneOf("order", order, ["random", "kept"]);
  check.finite("targetExponent", targetExponent);
  check.positive("targetScale", targetScale);
  sizes.forEach((size, i) => {
    check.integer(`sizes[${i}]`, size, 1, reading === "directions" ? d : undefined);
  });
  const types: TaskType[] = [];
  const tasks: Covariance[] = [];
  const lengths: number[] = [];
  TASK_TYPES.forEach((type) => {
    const exponent = exponents[type.startsWith("Hard") ? 1 : 0];
    const size = sizes[type.endsWith("Long") ? 1 : 0];
    for (let copy = 0; copy < perType; copy++) {
      const active = reading === "directions" ? size : d;
      const chosen = random.permutation(d).slice(0, active);
      const places = order === "random" ? chosen : chosen.sort((a, b) => a - b);
      const values = powerLawSpectrum({ d: active, exponent });
      const scale = scaleOf(normalise, values, d, size);
      const spectrum = new Float64Array(d);
      places.forEach((place, r) => {
        spectrum[place] = values[r] * scale;
      });
      types.push(type);
      tasks.push(Covariance.diagonal(spectrum));
      lengths.push(reading === "length" ? size : promptLength);
    }
  });
  const target = Covariance.diagonal(powerLawSpectrum({ d, exponent: targetExponent, factor: targetScale }));
  return { types, tasks, lengths, target };
}

function scaleOf(normalise: PoolNormalisation, values: Float64Array, d: number, size: number): number {
  const trace = values.reduce((sum, value) => sum + value, 0);
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return { "max-1": 1, "trace-1": 1 / trace, "trace-d": d / trace, "trace-B": size / trace, "frobenius-1": 1 / norm }[normalise];
}

/** Total weight of each kind, in the order of `TASK_TYPES`. */
export function typeShares(types: readonly TaskType[], weights: ArrayLike<number>): Float64Array {
  return Float64Array.from(TASK_TYPES, (type) => types.reduce((sum, other, l) => (other === type ? sum + weights[l] : sum), 0));
}

/** Draws the pool with the given place in the seed's sequence: the one that every study draws. */
export function nthTaskPool(params: TaskPoolParams, index: number, seed: number | string = 7): TaskPool {
  return drawTaskPool(params, Random.seed(seed).stream("task-pool", index));
}

/** The reading "directions" in which the paper's order comes out: d = 100, λ_1 = 1. */
export const spectralA = { reading: "directions", d: 100, perType: 1 } as const;
/** The reading "length" in which it comes out: d = 10, five tasks of each kind. */
export const lengthB = { reading: "length", d: 10, perType: 5 } as const;
/** The target I/2. */
export const half = { targetExponent: 0, targetScale: 0.5 } as const;
