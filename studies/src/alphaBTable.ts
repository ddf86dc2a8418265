/** @file In which order do the task types of the paper's table come? Selection probabilities by (α, B), under stated readings. */
import { core, selection, type theory } from "cotlab";
import { Checks } from "cotlab/dist/core/check";
import type { ResultRow } from "cotlab/dist/data/resultTable";
import { selectFrom } from "cotlab/dist/selection/selectTasks";
import {
  half,
  lengthB,
  nthTaskPool,
  POOL_NORMALISATIONS,
  spectralA,
  TASK_TYPES,
  type TaskPoolParams,
  type TaskType,
  typeShares,
} from "./taskPool";

/** A row group of the table: one way to draw pools, one objective. */
export interface AlphaBTableParams extends TaskPoolParams {
  /** The objective; default "paper" in the reading "directions", "gamma" in the reading "length". */
  readonly form?: theory.SelectionForm;
  /** Pools drawn; integer >= 2. */
  readonly draws: number;
  /** Seed: an integer >= 0 or a non-empty string; default 7. */
  readonly seed?: number | string;
}

/** The table, averaged over pools. */
export interface AlphaBTable {
  readonly types: readonly TaskType[];
  /** Mean probability of each kind, in the order Easy-Short, Easy-Long, Hard-Short, Hard-Long. */
  readonly means: Float64Array;
  /** Their standard errors over pools. */
  readonly standardErrors: Float64Array;
  /** True when the means rise in the paper's order. */
  readonly inOrder: boolean;
  /** z of each step of the order, from paired differences: Easy-Long - Easy-Short, and so on. */
  readonly steps: Float64Array;
  readonly draws: number;
}

/**
 * Average selection probabilities by task type over independently drawn pools, with standard errors.
 * The paper claims Easy-Short < Easy-Long < Hard-Short < Hard-Long and gives no numbers.
 * @throws RangeError or TypeError outside the domain
 * @origin paper, the task-selection table; readings, averages and intervals are ours
 */
export function alphaBTable(params: AlphaBTableParams): AlphaBTable {
  const check: Checks = new Checks("alphaBTable");
  const { draws, seed = 7, form = params.reading === "length" ? "gamma" : "paper" } = params;
  check.integer("draws", draws, 2);
  const shares = Array.from({ length: draws }, (_, i) => {
    const pool = nthTaskPool(params, i, seed);
    return typeShares(pool.types, selectFrom(new selection.MixtureModel(pool), form));
  });
  const summaries = TASK_TYPES.map((_, t) => core.meanAndError(shares.map((share) => share[t])));
  const steps = TASK_TYPES.slice(1).map((_, t) => {
    const { mean, standardError } = core.meanAndError(shares.map((share) => share[t + 1] - share[t]));
    return standardError > 0 ? mean / standardError : mean === 0 ? 0 : mean * Number.POSITIVE_INFINITY;
  });
  return {
    types: TASK_TYPES,
    means: Float64Array.from(summaries, ({ mean }) => mean),
    standardErrors: Float64Array.from(summaries, ({ standardError }) => standardError),
    inOrder: steps.every((z) => z > 0),
    steps: Float64Array.from(steps),
    draws,
  };
}

/** A scan: one way to draw tasks, many targets. */
export interface AlphaBScanParams extends Omit<AlphaBTableParams, "targetExponent" | "targetScale"> {
  /** Exponents of the targets, σ_i = scale · i^(-exponent). */
  readonly targetExponents: readonly number[];
  /** Their scales; every exponent is tried with every scale. */
  readonly targetScales: readonly number[];
}

/** The table at one target. */
export interface AlphaBScanRow {
  readonly targetExponent: number;
  readonly targetScale: number;
  /** Mean probability of each kind, in the order of `TASK_TYPES`. */
  readonly means: Float64Array;
  /** True when the means rise in the paper's order. */
  readonly inOrder: boolean;
  /** The least z of its steps: how clearly they rise. */
  readonly leastZ: number;
}

/**
 * The table of `alphaBTable` for every target of a grid, on the same pools of tasks.
 * @throws RangeError or TypeError outside the domain
 * @origin paper, the task-selection table; readings, targets and the scan are ours
 */
export function alphaBScan({ targetExponents, targetScales, ...params }: AlphaBScanParams): AlphaBScanRow[] {
  const check: Checks = new Checks("alphaBScan");
  check.vector("targetExponents", targetExponents);
  check.vector("targetScales", targetScales);
  return targetExponents.flatMap((targetExponent) =>
    targetScales.map((targetScale) => {
      const { means, inOrder, steps } = alphaBTable({ ...params, targetExponent, targetScale });
      const leastZ = steps.reduce((min, z) => Math.min(min, z), Number.POSITIVE_INFINITY);
      return { targetExponent, targetScale, means, inOrder, leastZ };
    }),
  );
}

const draws = 300;

/** Settings of the (α, B) table, by name: those in which the paper's order comes out, and those that break it. */
export const alphaBSettings: Readonly<Record<string, AlphaBTableParams>> = {
  "A; target i^-0.5": { ...spectralA, draws },
  "A; target i^-0.5; 10 tasks a type": { ...spectralA, perType: 10, draws },
  "A; target 0.1 I": { ...spectralA, targetExponent: 0, targetScale: 0.1, draws },
  "A; target i^-0.4": { ...spectralA, targetExponent: 0.4, draws },
  "A; target i^-0.6": { ...spectralA, targetExponent: 0.6, draws },
  "A; target i^-0.8": { ...spectralA, targetExponent: 0.8, draws },
  "A; target I": { ...spectralA, targetExponent: 0, draws },
  "A; target i^-0.5; spectra in the target's order": { ...spectralA, order: "kept", draws },
  "A; target i^-0.5; trace 1": { ...spectralA, normalise: "trace-1", draws },
  "A; target i^-0.5; trace d": { ...spectralA, normalise: "trace-d", draws },
  "A; target i^-0.5; trace B": { ...spectralA, normalise: "trace-B", draws },
  "A; target i^-0.5; Frobenius norm 1": { ...spectralA, normalise: "frobenius-1", draws },
  "B; target I/2": { ...lengthB, ...half, draws },
  "B; target I/2; d = 100": { ...lengthB, ...half, d: 100, draws },
  "B; target I/2; 1 task a type": { ...lengthB, ...half, perType: 1, draws },
  "B; target i^-0.5": { ...lengthB, draws },
  "B; target i^-0.5; d = 20": { ...lengthB, d: 20, draws },
  "B; target i^-0.2; d = 100": { ...lengthB, targetExponent: 0.2, d: 100, draws },
  "B; target I": { ...lengthB, targetExponent: 0, draws },
  "B; target 0.25 I": { ...lengthB, targetExponent: 0, targetScale: 0.25, draws },
  "B; target I/2; trace 1": { ...lengthB, ...half, normalise: "trace-1", draws },
  "B; target I/2; trace d": { ...lengthB, ...half, normalise: "trace-d", draws },
  "B; target I/2; Frobenius norm 1": { ...lengthB, ...half, normalise: "frobenius-1", draws },
  "B; target I/2; program on Λ": { ...lengthB, ...half, form: "paper", draws },
};

const scanned = { targetExponents: [0, 0.2, 0.4, 0.5, 0.6, 0.8, 1], targetScales: [0.1, 0.25, 0.5, 1, 2], draws: 60 } as const;
const scannedPools = {
  "A; 1 task a type": spectralA,
  "A; 5 tasks a type": { ...spectralA, perType: 5 },
  "B; d = 10": lengthB,
};

/** Settings of the scan for the paper's order, by name: every reading with every normalisation, each on a grid of targets. */
export const scanSettings: Readonly<Record<string, AlphaBScanParams>> = Object.fromEntries(
  Object.entries(scannedPools).flatMap(([name, pool]) =>
    POOL_NORMALISATIONS.map((normalise) => [`${name}; ${normalise}`, { ...scanned, ...pool, normalise }]),
  ),
);

/** Rows of the (α, B) table for one setting. */
export function alphaBRows(params: AlphaBTableParams): ResultRow[] {
  const { types, means, standardErrors, steps, inOrder } = alphaBTable(params);
  const named = (prefix: string, values: ArrayLike<number>) => Object.fromEntries(types.map((type, t) => [`${prefix} ${type}`, values[t]]));
  const least = steps.reduce((min, z) => Math.min(min, z), Number.POSITIVE_INFINITY);
  return [{ draws: params.draws, ...named("mean", means), ...named("se", standardErrors), inOrder: inOrder ? "yes" : "no", leastZ: least }];
}

/** Rows of the scan for one setting: one a target. */
export function scanRows(params: AlphaBScanParams): ResultRow[] {
  return alphaBScan(params).map(({ means, inOrder, ...row }) => ({
    ...row,
    ...Object.fromEntries(TASK_TYPES.map((type, t) => [`mean ${type}`, means[t]])),
    inOrder: inOrder ? "yes" : "no",
  }));
}
