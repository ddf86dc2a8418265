/** @file Does selection lower the error? What rules of selection do to it, pool by pool, on the same pools and prompts. */
import { core, model, Random, selection, type theory } from "cotlab";
import { Checks } from "cotlab/dist/core/check";
import { logSum } from "cotlab/dist/core/logSum";
import type { ResultRow } from "cotlab/dist/data/resultTable";
import { matrixLogErrors } from "cotlab/dist/model/errorPowers";
import { vertex } from "cotlab/dist/selection/errorSelection";
import { ruleWeights, SELECTION_RULES, type SelectionRule } from "./selectionRules";
import { half, lengthB, nthTaskPool, spectralA, type TaskPoolParams } from "./taskPool";

/** A curve of a trial: a rule, or at each k the task that was best alone in this pool. */
export type TrialCurve = SelectionRule | "best-single";

/** A trial. */
export interface SelectionTrialParams {
  /** How pools are drawn. */
  readonly pool: TaskPoolParams;
  /** Pools; integer >= 2. */
  readonly pools: number;
  /** k of the errors, each an integer >= 0. */
  readonly steps: readonly number[];
  /** m: examples in a test prompt; integer >= 1 or Infinity; default Infinity. */
  readonly m?: number;
  /** Prompts a pool when m is finite; integer >= 1; default 21. */
  readonly prompts?: number;
  /**
   * What stands for a pool's prompts when m is finite: "median" (default), or "mean", the expected error that the paper bounds, of which
   * a sample says nothing once a share of the prompts diverges.
   */
  readonly overPrompts?: "median" | "mean";
  /** Rules; default all. */
  readonly rules?: readonly SelectionRule[];
  /** Whether to judge every task alone, too, for "best-single"; on finite prompts that is most of the work; default true. */
  readonly bestSingle?: boolean;
  /** Objective of the selections; default "paper" in the reading "directions", "gamma" in the reading "length". */
  readonly form?: theory.SelectionForm;
  /** Margin of the stable selection; default 0.3. */
  readonly margin?: number;
  /** k of "error-optimal"; default 5. */
  readonly optimisedSteps?: number;
  /** Seed: an integer >= 0 or a non-empty string; default 7. */
  readonly seed?: number | string;
  /** Called after each pool. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The errors of a trial. */
export interface SelectionTrial {
  readonly curves: readonly TrialCurve[];
  readonly steps: readonly number[];
  readonly m: number;
  readonly pools: number;
  /** ln d: the error at k = 0. */
  readonly startError: number;
  /** ln error, logErrors[curve][step][pool]. */
  readonly logErrors: readonly (readonly Float64Array[])[];
  /** Objective of each rule's mixture, objectives[curve][pool]; NaN for "best-single". */
  readonly objectives: readonly Float64Array[];
  /** Growth of each rule's mixture at m = ∞; NaN for "best-single". */
  readonly growths: readonly Float64Array[];
}

/**
 * Runs a trial. The error of a pool is exact at m = ∞. At finite m it is the median (or the mean) over prompts of
 * E[‖w_k - w‖² | S] = ‖(I - AS)^k‖_F², with the same S for every rule. In the mean a diverging minority of prompts drowns the rest. "best-single" is chosen afterwards, at each k,
 * by that same error: no rule that must choose beforehand can be expected to reach it.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function selectionTrial(params: SelectionTrialParams): SelectionTrial {
  const check: Checks = new Checks("selectionTrial");
  const {
    pools,
    steps,
    m = Number.POSITIVE_INFINITY,
    prompts = 21,
    overPrompts = "median",
    rules = SELECTION_RULES,
    bestSingle = true,
    margin = 0.3,
    optimisedSteps = 5,
    seed = 7,
  } = params;
  const { form = params.pool.reading === "length" ? "gamma" : "paper", onProgress } = params;
  check.integer("pools", pools, 2);
  check.length("m", m);
  check.integer("prompts", prompts, 1);
  check.oneOf("overPrompts", overPrompts, ["median", "mean"]);
  if (steps.length === 0) check.fail("steps", "a non-empty list of k", steps);
  const root = Random.seed(seed);
  const curves: TrialCurve[] = bestSingle ? [...rules, "best-single"] : [...rules];
  const logErrors = curves.map(() => steps.map(() => new Float64Array(pools)));
  const objectives = curves.map(() => new Float64Array(pools).fill(Number.NaN));
  const growths = curves.map(() => new Float64Array(pools).fill(Number.NaN));
  for (let p = 0; p < pools; p++) {
    const pool = nthTaskPool(params.pool, p, seed);
    const mixture = new selection.MixtureModel(pool);
    const options = { form, margin, k: optimisedSteps, random: root.stream("random-mixture", p) };
    const mixtures = rules.map((rule) => ruleWeights(pool, rule, options, mixture));
    mixtures.forEach((weights, r) => {
      objectives[r][p] = mixture.objective(form, weights);
      growths[r][p] = mixture.growth(weights);
    });
    const all = [...mixtures, ...(bestSingle ? pool.tasks.map((_, l) => vertex(mixture.count, l)) : [])];
    const errors =
      m === Number.POSITIVE_INFINITY
        ? all.map((weights) => mixture.logErrors(weights, steps))
        : promptErrors(mixture, all, steps, m, prompts, overPrompts, root.stream("prompts", p));
    steps.forEach((k, s) => {
      // A step leaves 2^-53 of a direction where it would leave nothing: what is below that power is rounding, and its ratios say nothing.
      const rounding = Math.log(mixture.d) - 2 * k * 53 * Math.LN2;
      const error = (row: Float64Array) => Math.max(row[s], rounding);
      rules.forEach((_rule, r) => {
        logErrors[r][s][p] = error(errors[r]);
      });
      if (bestSingle)
        logErrors[rules.length][s][p] = errors
          .slice(rules.length)
          .reduce((least, row) => Math.min(least, error(row)), Number.POSITIVE_INFINITY);
    });
    onProgress?.(p + 1, pools);
  }
  return { curves, steps: [...steps], m, pools, startError: Math.log(params.pool.d), logErrors, objectives, growths };
}

/** ln of the median or the mean over prompts of ‖(I - AS)^k‖_F², for each mixture and k, on common S. */
function promptErrors(
  mixture: selection.MixtureModel,
  mixtures: readonly Float64Array[],
  steps: readonly number[],
  m: number,
  prompts: number,
  overPrompts: "median" | "mean",
  random: Random,
): Float64Array[] {
  const { d } = mixture;
  const draw = model.secondMomentSampler({ covariance: mixture.target, m });
  const preconditioners = mixtures.map((weights) => Float64Array.from(mixture.preconditioner(weights).to1DArray()));
  const values = mixtures.map(() => steps.map(() => new Float64Array(prompts)));
  for (let t = 0; t < prompts; t++) {
    const S = draw(random.stream(t));
    preconditioners.forEach((A, r) => {
      const logError = matrixLogErrors(A, S, d);
      steps.forEach((k, s) => {
        values[r][s][t] = logError(k);
      });
    });
  }
  const centre = (logs: Float64Array) =>
    overPrompts === "median" ? core.quantiles(logs, [0.5])[0].value : logSum(logs) - Math.log(prompts);
  return values.map((rows) => Float64Array.from(rows, centre));
}

/** A curve at one k, over pools. */
export interface TrialSummary {
  readonly curve: TrialCurve;
  readonly k: number;
  /** Mean error, and half the width of its 95 % interval; heavy-tailed, and meaningless, once some pools diverge. */
  readonly mean: number;
  readonly meanHalfWidth: number;
  /** Median error with a distribution-free 95 % interval. */
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** Share of the pools whose error exceeds d, the error at k = 0. */
  readonly worseThanNothing: number;
}

/** Means and medians over pools of one curve. */
export function trialSummary(trial: SelectionTrial, curve: TrialCurve): TrialSummary[] {
  const check: Checks = new Checks("trialSummary");
  const rows = curveRows(check, trial, curve);
  return trial.steps.map((k, s) => {
    const values = rows[s].map(Math.exp);
    const { mean, standardError } = core.meanAndError(values);
    const [median] = core.quantiles(values, [0.5]);
    return {
      curve,
      k,
      mean,
      meanHalfWidth: 1.96 * standardError,
      median: median!.value,
      low: median!.low,
      high: median!.high,
      worseThanNothing: shareAbove(rows[s], trial),
    };
  });
}

function shareAbove(row: Float64Array, trial: SelectionTrial): number {
  const limit = trial.startError;
  return row.reduce((count, value) => count + (value > limit ? 1 : 0), 0) / row.length;
}

/** One curve against another at one k, paired by pool. */
export interface TrialContrast {
  readonly curve: TrialCurve;
  readonly k: number;
  /** Geometric mean over pools of error(curve) / error(against), with its 95 % interval (from paired differences of logarithms). */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** Share of the pools in which `curve` has the smaller error. */
  readonly better: number;
}

/** Paired ratios of errors. Pools in which both are equal count neither as better nor as worse. */
export function trialContrast(trial: SelectionTrial, curve: TrialCurve, against: TrialCurve): TrialContrast[] {
  const check: Checks = new Checks("trialContrast");
  const rows = curveRows(check, trial, curve);
  const others = curveRows(check, trial, against);
  return trial.steps.map((k, s) => {
    const gaps = rows[s].map((value, p) => value - others[s][p]);
    const { mean, standardError } = core.meanAndError(gaps);
    const better = gaps.reduce((count, gap) => count + (gap < -1e-9 ? 1 : 0), 0) / gaps.length;
    return {
      curve,
      k,
      ratio: Math.exp(mean),
      low: Math.exp(mean - 1.96 * standardError),
      high: Math.exp(mean + 1.96 * standardError),
      better,
    };
  });
}

function curveRows(check: Checks, trial: SelectionTrial, curve: TrialCurve): readonly Float64Array[] {
  const at = trial.curves.indexOf(curve);
  if (at < 0) check.fail("curve", `one of ${trial.curves.join(", ")}`, curve);
  return trial.logErrors[at];
}

const trial = { margin: 0.3, pools: 100, steps: [1, 2, 3, 5, 8, 12, 20] } as const;

const means = { overPrompts: "mean", prompts: 300, steps: [1, 2, 3, 5] } as const;

/** Settings of the demonstration, by name. */
export const trialSettings: Readonly<Record<string, SelectionTrialParams>> = {
  "B; target I/2; m = Infinity": { ...trial, pools: 300, pool: { ...lengthB, ...half } },
  "B; target I/2; m = 200": { ...trial, pool: { ...lengthB, ...half }, m: 200 },
  "B; target I/2; m = 50": { ...trial, pool: { ...lengthB, ...half }, m: 50 },
  "B; target i^-0.5; m = Infinity": { ...trial, pools: 300, pool: lengthB },
  "B; target i^-0.5; m = 200": { ...trial, pool: lengthB, m: 200 },
  "B; target i^-0.5; m = 50": { ...trial, pool: lengthB, m: 50 },
  "B; target I/2; m = 50; means over prompts": { ...trial, ...means, pool: { ...lengthB, ...half }, m: 50 },
  "B; target i^-0.5; m = 200; means over prompts": { ...trial, ...means, pool: lengthB, m: 200 },
  "B; target i^-0.5; m = 50; means over prompts": { ...trial, ...means, pool: lengthB, m: 50 },
  "A; target i^-0.5; n = 50; m = Infinity": { ...trial, pool: { ...spectralA, perType: 10, promptLength: 50 } },
  "A; target i^-0.5; n = 500; m = Infinity": { ...trial, pool: { ...spectralA, perType: 10, promptLength: 500 } },
};

const margins = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8];
const sweep = { pools: 60, steps: [1, 5, 20], rules: ["selected", "stable", "uniform"], prompts: 11, seed: 8 } as const;

/** Settings of the choice of the margin, by name; other pools than those of the demonstration. */
export const marginSettings: Readonly<Record<string, SelectionTrialParams>> = Object.fromEntries(
  [Number.POSITIVE_INFINITY, 200, 50].flatMap((m) =>
    margins.map((margin) => [`B; target i^-0.5; m = ${m}; margin ${margin}`, { ...sweep, pool: lengthB, m, margin }]),
  ),
);

/** Rows of the demonstration for one setting: one a curve and k. */
export function trialRows(params: SelectionTrialParams): ResultRow[] {
  const result = selectionTrial(params);
  return result.curves.flatMap((curve, c) => {
    const contrasts = trialContrast(result, "selected", curve);
    const stable = trialContrast(result, "stable", curve);
    const growths = result.growths[c];
    const diverging = growths.reduce((count, growth) => count + (growth > 1 ? 1 : 0), 0) / growths.length;
    return trialSummary(result, curve).map((row, s) => ({
      curve,
      k: row.k,
      pools: result.pools,
      mean: row.mean,
      meanHalfWidth: row.meanHalfWidth,
      median: row.median,
      medianLow: row.low,
      medianHigh: row.high,
      worseThanNothing: row.worseThanNothing,
      diverging,
      selectedOverThis: contrasts[s].ratio,
      ratioLow: contrasts[s].low,
      ratioHigh: contrasts[s].high,
      selectedBetter: contrasts[s].better,
      stableOverThis: stable[s].ratio,
      stableLow: stable[s].low,
      stableHigh: stable[s].high,
      stableBetter: stable[s].better,
    }));
  });
}
