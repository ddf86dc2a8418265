/** @file The experiments that results are tested against: the weight error after k updates, by running them. */
import type { Matrix } from "ml-matrix";
import type { Random } from "../../core/random";
import type { Covariance } from "../../model/covariance";
import { samplePrompt } from "../../model/prompt";

/** What is run. Not checked again: callers build it from checked objects. */
export interface UpdateExperiment {
  /** A: the preconditioner that training has learned, Γ^{-1} in the paper, (d, d), units of 1/x²; need not be symmetric. */
  readonly preconditioner: Matrix;
  /** Σ: covariance of the test inputs, (d, d), units of x². */
  readonly target: Covariance;
  /** k: updates from w_0 = 0. */
  readonly k: number;
}

/**
 * Draws ‖w_k - w‖² for a test prompt of m examples: w ~ N(0, I), X, y, then k times
 * $$ \hat w \leftarrow \hat w - \tfrac1m A X (X^\top \hat w - y). $$
 */
export function promptErrorSampler({ preconditioner, target, k, m, noise = 0 }: UpdateExperiment & { m: number; noise?: number }) {
  const d = target.d;
  const a = rowMajor(preconditioner);
  const gradient = new Float64Array(d);
  return (random: Random): number => {
    const prompt = samplePrompt({ covariance: target, n: m, noise }, random);
    const x = rowMajor(prompt.X);
    const estimate = new Float64Array(d);
    for (let step = 0; step < k; step++) {
      gradient.fill(0);
      for (let j = 0; j < m; j++) {
        let residual = -prompt.y[j];
        for (let i = 0; i < d; i++) residual += x[i * m + j] * estimate[i];
        for (let i = 0; i < d; i++) gradient[i] += (x[i * m + j] * residual) / m;
      }
      subtractProduct(estimate, a, gradient);
    }
    let error = 0;
    for (let i = 0; i < d; i++) error += (estimate[i] - prompt.w[i]) ** 2;
    return error;
  };
}

/**
 * Draws the curve ‖w_j - w‖², j = 0..k, for an endless test prompt (S = Σ): w ~ N(0, I), then k times
 * $$ \hat w - w \leftarrow (\hat w - w) - A \Sigma (\hat w - w). $$
 * The difference is what is updated, so that small errors keep their digits. A diverging curve ends in Infinity.
 */
export function limitCurveSampler({ preconditioner, target, k }: UpdateExperiment) {
  const d = target.d;
  const a = rowMajor(preconditioner);
  const sigma = rowMajor(target.matrix);
  const gradient = new Float64Array(d);
  const difference = new Float64Array(d);
  return (random: Random): Float64Array => {
    random.fillNormal(difference);
    const curve = new Float64Array(k + 1);
    for (let step = 0; step <= k; step++) {
      for (let i = 0; i < d; i++) curve[step] += difference[i] ** 2;
      if (!(curve[step] < Number.POSITIVE_INFINITY)) return curve.fill(Number.POSITIVE_INFINITY, step);
      gradient.fill(0);
      for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) gradient[i] += sigma[i * d + j] * difference[j];
      subtractProduct(difference, a, gradient);
    }
    return curve;
  };
}

/** Draws ‖w_k - w‖² for an endless test prompt. */
export function limitErrorSampler(experiment: UpdateExperiment) {
  const curve = limitCurveSampler(experiment);
  return (random: Random): number => curve(random)[experiment.k];
}

/** The least-squares slope of ln ‖w_j - w‖² against j over from <= j <= k, one draw. */
export function limitSlopeSampler({ from, ...experiment }: UpdateExperiment & { from: number }) {
  const curve = limitCurveSampler(experiment);
  const middle = (from + experiment.k) / 2;
  return (random: Random): number => {
    const errors = curve(random);
    let covariance = 0;
    let variance = 0;
    for (let step = from; step <= experiment.k; step++) {
      covariance += (step - middle) * Math.log(errors[step]);
      variance += (step - middle) ** 2;
    }
    return covariance / variance;
  };
}

function rowMajor(matrix: Matrix): Float64Array {
  return Float64Array.from(matrix.to1DArray());
}

/** v <- v - A g. */
function subtractProduct(v: Float64Array, a: Float64Array, g: Float64Array): void {
  const d = v.length;
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) v[i] -= a[i * d + j] * g[j];
}
