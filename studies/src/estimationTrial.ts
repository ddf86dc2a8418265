/** @file How many examples does a selection need? Selection from covariances that were estimated from N examples each. Ours. */
import { Covariance, core, model, Random, selection, type theory } from "cotlab";
import { Checks } from "cotlab/dist/core/check";
import { selectFrom } from "cotlab/dist/selection/selectTasks";
import { stableFrom } from "cotlab/dist/selection/stableSelection";
import { half, lengthB, nthTaskPool, type TaskPool, type TaskPoolParams } from "./taskPool";

/** A trial of selections from estimates. */
export interface EstimationTrialParams {
  /** How pools are drawn. */
  readonly pool: TaskPoolParams;
  /** Pools; integer >= 2. */
  readonly pools: number;
  /** N/d: examples per dimension from which each Λ_l and Σ is estimated; each N an integer > d, or Infinity for the true ones. */
  readonly ratios: readonly number[];
  /** k of the error. */
  readonly k: number;
  /** Objective; default "gamma" in the reading "length", "paper" in the reading "directions". */
  readonly form?: theory.SelectionForm;
  /** Margin of the stable selection; default 0.3. */
  readonly margin?: number;
  readonly seed?: number | string;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a selection from N examples is worth, over pools; judged with the true covariances. */
export interface EstimationRow {
  readonly ratio: number;
  /** N. */
  readonly samples: number;
  /** Which selection was made from the estimates. */
  readonly rule: "selected" | "stable";
  /** Mean over pools of half the sum of |π̂ - π|, π the same rule's choice from the true covariances; with 1.96 standard errors. */
  readonly distance: number;
  readonly distanceHalfWidth: number;
  /** Geometric mean over pools of error(π̂)/error(π), with its 95 % interval. */
  readonly ratioToTrue: number;
  readonly low: number;
  readonly high: number;
  /** Share of the pools in which π̂ has a smaller error than the uniform mixture. */
  readonly beatsUniform: number;
  /** Share of the pools in which π̂ diverges. */
  readonly diverges: number;
}

/**
 * Repeats the selection on estimated covariances. Λ̂_l = XXᵀ/N and Σ̂ = XXᵀ/N do not commute even when Λ_l and Σ do, so the programs are
 * solved in full. Where no mixture of the estimates reaches the margin, "stable" falls back on half of it and then on "selected".
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function estimationTrial(params: EstimationTrialParams): EstimationRow[] {
  const check: Checks = new Checks("estimationTrial");
  const { pools, ratios, k, margin = 0.3, seed = 7, onProgress } = params;
  const { form = params.pool.reading === "length" ? "gamma" : "paper" } = params;
  check.integer("pools", pools, 2);
  check.integer("k", k, 1);
  check.interval("margin", margin, 0, 10);
  const { d } = params.pool;
  ratios.forEach((ratio, i) => {
    if (!((Number.isInteger(ratio * d) || ratio === Number.POSITIVE_INFINITY) && ratio > 1))
      check.fail(`ratios[${i}]`, "N/d > 1 with an integer N, or Infinity", ratio);
  });
  const root = Random.seed(seed);
  const records = Array.from({ length: pools }, (_, p) => {
    const pool = nthTaskPool(params.pool, p, seed);
    const truePool = new selection.MixtureModel(pool);
    const error = (weights: ArrayLike<number>) => truePool.logErrors(weights, [k])[0];
    const truth = choose(truePool, form, margin);
    const uniform = error(new Float64Array(truePool.count).fill(1 / truePool.count));
    const perRatio = ratios.map((ratio) => {
      const estimated =
        ratio === Number.POSITIVE_INFINITY
          ? truth
          : choose(
              new selection.MixtureModel(estimateTasks(pool, Math.round(ratio * d), root.stream("estimates", p, ratio))),
              form,
              margin,
            );
      return (["selected", "stable"] as const).map((rule) => {
        const weights = estimated[rule];
        return {
          distance: weights.reduce((sum, weight, l) => sum + Math.abs(weight - truth[rule][l]) / 2, 0),
          gap: error(weights) - error(truth[rule]),
          beatsUniform: error(weights) < uniform ? 1 : 0,
          diverges: truePool.growth(weights) > 1 ? 1 : 0,
        };
      });
    });
    onProgress?.(p + 1, pools);
    return perRatio;
  });
  return ratios.flatMap((ratio, i) =>
    (["selected", "stable"] as const).map((rule, j) => {
      const rows = records.map((record) => record[i][j]);
      const distance = core.meanAndError(rows.map((row) => row.distance));
      const gap = core.meanAndError(rows.map((row) => row.gap));
      return {
        ratio,
        samples: Math.round(ratio * d),
        rule,
        distance: distance.mean,
        distanceHalfWidth: 1.96 * distance.standardError,
        ratioToTrue: Math.exp(gap.mean),
        low: Math.exp(gap.mean - 1.96 * gap.standardError),
        high: Math.exp(gap.mean + 1.96 * gap.standardError),
        beatsUniform: core.meanAndError(rows.map((row) => row.beatsUniform)).mean,
        diverges: core.meanAndError(rows.map((row) => row.diverges)).mean,
      };
    }),
  );
}

/**
 * The pool as N examples of each task and of the target show it: every covariance replaced by XXᵀ/N.
 * @throws RangeError unless N >= d
 * @origin ours
 */
export function estimateTasks(pool: TaskPool, samples: number, random: Random): TaskPool {
  const check: Checks = new Checks("estimateTasks");
  check.integer("samples", samples, pool.target.d);
  const estimate = (covariance: Covariance, stream: Random) =>
    Covariance.fromMatrix(model.sampleSecondMoment({ covariance, m: samples }, stream));
  return {
    ...pool,
    tasks: pool.tasks.map((task, l) => estimate(task, random.stream("task", l))),
    target: estimate(pool.target, random.stream("target")),
  };
}

function choose(
  mixture: selection.MixtureModel,
  form: theory.SelectionForm,
  margin: number,
): { selected: Float64Array; stable: Float64Array } {
  const selected = selectFrom(mixture, form);
  for (const tried of [margin, margin / 2]) {
    const { status, weights } = stableFrom(mixture, { form, margin: tried });
    if (status === "optimal") return { selected, stable: weights };
  }
  return { selected, stable: selected };
}

const ratios = [2, 5, 10, 20, 50, 100, 1000, Number.POSITIVE_INFINITY];

/** Settings of the robustness trial, by name. */
export const estimationSettings: Readonly<Record<string, EstimationTrialParams>> = {
  "B; target I/2": { pool: { ...lengthB, ...half }, pools: 100, ratios, k: 5, margin: 0.3 },
  "B; target i^-0.5": { pool: lengthB, pools: 100, ratios, k: 5, margin: 0.3 },
};
