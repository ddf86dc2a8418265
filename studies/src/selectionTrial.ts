/** @file The demonstration: what rules of selection do to the error, pool by pool, on the same pools and prompts. */
import { Checks } from "cotlab/dist/core/check";
import { Random } from "cotlab/dist/core/random";
import { meanAndError, quantiles } from "cotlab/dist/core/statistics";
import { logSumExp } from "cotlab/dist/model/pencil";
import { secondMomentSampler } from "cotlab/dist/model/sampleWishart";
import { vertex } from "cotlab/dist/selection/errorSelection";
import { MixtureModel } from "cotlab/dist/selection/mixtureModel";
import type { SelectionForm } from "cotlab/dist/theory/paper/taskSelection";
import { ruleWeights, SELECTION_RULES, type SelectionRule } from "./rules";
import { drawTaskPool, type TaskPoolParams } from "./taskPool";

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
  /** Objective of the selections; default "paper" in the reading "directions", "gamma" in the reading "length". */
  readonly form?: SelectionForm;
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
 * @see ours
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
  const curves: TrialCurve[] = [...rules, "best-single"];
  const logErrors = curves.map(() => steps.map(() => new Float64Array(pools)));
  const objectives = curves.map(() => new Float64Array(pools).fill(Number.NaN));
  const growths = curves.map(() => new Float64Array(pools).fill(Number.NaN));
  for (let p = 0; p < pools; p++) {
    const pool = drawTaskPool(params.pool, root.stream("task-pool", p));
    const model = new MixtureModel(check, pool);
    const options = { form, margin, k: optimisedSteps, random: root.stream("random-mixture", p) };
    const mixtures = rules.map((rule) => ruleWeights(pool, rule, options, model));
    mixtures.forEach((weights, r) => {
      objectives[r][p] = model.objective(form, weights);
      growths[r][p] = model.growth(weights);
    });
    const all = [...mixtures, ...pool.tasks.map((_, l) => vertex(model.count, l))];
    const errors =
      m === Number.POSITIVE_INFINITY
        ? all.map((weights) => model.logErrors(weights, steps))
        : promptErrors(model, all, steps, m, prompts, overPrompts, root.stream("prompts", p));
    steps.forEach((_, s) => {
      rules.forEach((_rule, r) => {
        logErrors[r][s][p] = errors[r][s];
      });
      logErrors[rules.length][s][p] = errors.slice(rules.length).reduce((least, row) => Math.min(least, row[s]), Number.POSITIVE_INFINITY);
    });
    onProgress?.(p + 1, pools);
  }
  return { curves, steps: [...steps], m, pools, startError: Math.log(params.pool.d), logErrors, objectives, growths };
}

/** ln of the median or the mean over prompts of ‖(I - AS)^k‖_F², for each mixture and k, on common S. */
function promptErrors(
  model: MixtureModel,
  mixtures: readonly Float64Array[],
  steps: readonly number[],
  m: number,
  prompts: number,
  overPrompts: "median" | "mean",
  random: Random,
): Float64Array[] {
  const { d } = model;
  const draw = secondMomentSampler({ covariance: model.target, m });
  const preconditioners = mixtures.map((weights) => Float64Array.from(model.preconditioner(weights).to1DArray()));
  const values = mixtures.map(() => steps.map(() => new Float64Array(prompts)));
  for (let t = 0; t < prompts; t++) {
    const S = draw(random.stream(t));
    preconditioners.forEach((A, r) => {
      errorCurve(A, S, d, steps).forEach((log, s) => {
        values[r][s][t] = log;
      });
    });
  }
  const centre = (logs: Float64Array) => (overPrompts === "median" ? quantiles(logs, [0.5])[0].value : logSumExp(logs) - Math.log(prompts));
  return values.map((rows) => Float64Array.from(rows, centre));
}

/** ln ‖(I - AS)^k‖_F² for each k, by products of powers that are there already: seven for k = 1, 2, 3, 5, 8, 12, 20. */
function errorCurve(A: Float64Array, S: Float64Array, d: number, steps: readonly number[]): Float64Array {
  const C = multiply(A, S, d);
  for (let i = 0; i < d * d; i++) C[i] = (i % (d + 1) === 0 ? 1 : 0) - C[i];
  // Every power is scaled to norm 1, so that none overflows or vanishes.
  const scaled = (matrix: Float64Array, log: number) => {
    const norm = Math.sqrt(matrix.reduce((sum, value) => sum + value * value, 0));
    if (norm > 0) for (let i = 0; i < d * d; i++) matrix[i] /= norm;
    return { matrix, log: log + Math.log(norm) };
  };
  const powers = new Map([[1, scaled(C, 0)]]);
  const power = (k: number): { matrix: Float64Array; log: number } => {
    const known = powers.get(k);
    if (known) return known;
    const exponents = [...powers.keys()];
    const part = exponents.find((exponent) => powers.has(k - exponent)) ?? Math.max(...exponents.filter((exponent) => exponent < k));
    const [left, right] = [power(part), power(k - part)];
    const product = scaled(multiply(left.matrix, right.matrix, d), left.log + right.log);
    powers.set(k, product);
    return product;
  };
  return Float64Array.from(steps, (k) => (k === 0 ? Math.log(d) : 2 * power(k).log));
}

function multiply(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let l = 0; l < d; l++) {
      const value = a[i * d + l];
      if (value !== 0) for (let j = 0; j < d; j++) out[i * d + j] += value * b[l * d + j];
    }
  }
  return out;
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
    const { mean, standardError } = meanAndError(values);
    const [median] = quantiles(values, [0.5]);
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
    const { mean, standardError } = meanAndError(gaps);
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
