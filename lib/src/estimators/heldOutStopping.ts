/** @file When to stop thinking, read off pairs of the prompt that the chain has not seen. */
import type { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../core/check";
import { rowMajor } from "../linalg/layout";
import { checkBlock } from "../model/block";
import type { Examples } from "../model/embedding";
import { checkFits, checkPrompt, type NormalEquations, normalEquations } from "./estimator";

/** A chain of thought that may be stopped. */
export interface StoppingParams {
  /** A: the preconditioner, Γ^(-1) of a trained layer, (d, d), units of 1/x². */
  readonly preconditioner: Matrix;
  /** K: the most steps that may be taken; integer >= 1. */
  readonly maxSteps: number;
}

/** How the held-out pairs are chosen, and when they say stop. */
export interface HeldOutParams extends StoppingParams {
  /** V: number of folds; integer in [2, m]; pair j (from 0) is in fold j mod V. Default m: every pair is left out once, alone. */
  readonly folds?: number;
  /** "least" (default): the step of the least held-out error among 0..K. "first-rise": the step before its first rise. */
  readonly stop?: "least" | "first-rise";
}

/** What a stopping rule decides. */
export interface StoppingChoice {
  /** The number of steps to take; integer in [0, K]. */
  readonly steps: number;
  /** What the rule watched at k = 0..K, (K + 1,); +Infinity after an overflow. */
  readonly criterion: Float64Array;
}

/**
 * Chooses the number of steps from the prompt's own pairs, by leaving some out; w_k^(-v) is the chain on the pairs outside fold F_v.
 * k̂ = argmin_{k <= K} 1/m Σ_v Σ_{j ∈ F_v} (y_j - ⟨w_k^(-v), x_j⟩)²
 * $$ \hat k = \arg\min_{k \le K} \frac1m \sum_{v=1}^V \sum_{j \in F_v} \big(y_j - \langle w_k^{(-v)}, x_j\rangle\big)^2 $$
 * It knows neither w nor Σ nor how the layer was trained, only the layer. The answer is then the chain on all pairs, after k̂ steps.
 * The held-out chains see fewer pairs, so that they diverge a little more readily: the fewer folds, the more. Ties go to fewer steps. The
 * criterion of a step that has overflowed is +Infinity.
 * @param prompt X, (d, m), and y, (m,), m >= 2; hidden weights, when the prompt carries them, are not read
 * @param params preconditioner A, (d, d); maxSteps K >= 1; folds = m, in [2, m]; stop = "least" (or "first-rise")
 * @throws RangeError or TypeError outside the domain, or when A does not fit the prompt
 * @origin ours; leaving out pairs is standard cross-validation
 * @example
 * const prompt = { X: new Matrix([[1, 0.5, 2]]), y: [1, 0.5, 2] };
 * cot.estimators.heldOutStopping(prompt, { preconditioner: new Matrix([[0.8]]), maxSteps: 3 }).steps; // => 3
 */
export function heldOutStopping(prompt: Examples, params: HeldOutParams): StoppingChoice {
  argumentsOf("heldOutStopping", prompt, "prompt");
  argumentsOf("heldOutStopping", params);
  const check: Checks = new Checks("heldOutStopping");
  const { preconditioner, maxSteps } = checkStopping(check, prompt, params);
  const { d, m, S, b } = normalEquations(prompt);
  const { folds = m, stop = "least" } = params;
  if (m < 2) check.fail("prompt", "of at least 2 pairs", m);
  check.integer("folds", folds, 2, m);
  check.oneOf("stop", stop, ["least", "first-rise"]);
  const A = rowMajor(preconditioner);
  const criterion = new Float64Array(maxSteps + 1);
  const equations = { d, m, S: new Float64Array(d * d), b: new Float64Array(d) };
  for (let fold = 0; fold < folds; fold++) {
    const left = Array.from({ length: Math.ceil((m - fold) / folds) }, (_, i) => fold + i * folds);
    const columns = left.map((j) => Float64Array.from({ length: d }, (_, i) => prompt.X.get(i, j)));
    // The means over the kept pairs, from those over all.
    const kept = m - left.length;
    for (let i = 0; i < d * d; i++) equations.S[i] = (S[i] * m) / kept;
    for (let i = 0; i < d; i++) equations.b[i] = (b[i] * m) / kept;
    columns.forEach((x, at) => {
      for (let i = 0; i < d; i++) {
        equations.b[i] -= (x[i] * prompt.y[left[at]]) / kept;
        for (let j = 0; j < d; j++) equations.S[i * d + j] -= (x[i] * x[j]) / kept;
      }
    });
    const labels = Float64Array.from(left, (j) => prompt.y[j]);
    addMisses(A, equations, columns, labels, criterion);
  }
  for (let k = 0; k <= maxSteps; k++) criterion[k] /= m;
  return { steps: stop === "least" ? leastAt(criterion) : firstRise(criterion), criterion };
}

/**
 * Adds Σ_j (y_j - ⟨w_k, x_j⟩)² for the chain w_{k+1} = w_k + A (b - S w_k), w_0 = 0, to `sums`, (K + 1,). It is written without a
 * vector a step: the rule runs as many chains as there are folds.
 */
function addMisses(A: Float64Array, { d, S, b }: NormalEquations, xs: readonly Float64Array[], ys: Float64Array, sums: Float64Array): void {
  const w = new Float64Array(d);
  const r = new Float64Array(d);
  for (let k = 0; k < sums.length; k++) {
    for (let j = 0; j < xs.length; j++) sums[k] += missSquared(w, xs[j], ys[j]);
    for (let i = 0; i < d; i++) {
      let product = 0;
      for (let l = 0; l < d; l++) product += S[i * d + l] * w[l];
      r[i] = b[i] - product;
    }
    for (let i = 0; i < d; i++) {
      let step = 0;
      for (let l = 0; l < d; l++) step += A[i * d + l] * r[l];
      w[i] += step;
    }
  }
}

/** Checks what every stopping rule is given. */
export function checkStopping(check: Checks, prompt: Examples, params: StoppingParams): StoppingParams {
  check.integer("maxSteps", params.maxSteps, 1);
  checkBlock(check, "preconditioner", params.preconditioner);
  checkPrompt(check, prompt, params.maxSteps);
  checkFits(check, "preconditioner", params.preconditioner, prompt.X.rows);
  return params;
}

/** (y - ⟨w, x⟩)²; +Infinity for an estimate that has overflowed. */
export function missSquared(w: Float64Array, x: ArrayLike<number>, y: number): number {
  let miss = y;
  for (let i = 0; i < w.length; i++) miss -= w[i] * x[i];
  const square = miss * miss;
  return Number.isNaN(square) ? Number.POSITIVE_INFINITY : square;
}

/** The first place of the least value. */
export function leastAt(values: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] < values[best]) best = k;
  return best;
}

/** The first place after which the values do not fall; the last place when they always do. */
function firstRise(values: Float64Array): number {
  let k = 0;
  while (k + 1 < values.length && values[k + 1] < values[k]) k++;
  return k;
}
