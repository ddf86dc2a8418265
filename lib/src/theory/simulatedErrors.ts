/**
 * @file The experiments that results are tested against: the weight error after k updates, by running them. They share no code with the
 * formulas: w is drawn where those take its mean, and every update is made where those take powers.
 */

import type { Matrix } from "ml-matrix";
import type { Random } from "../core/random";
import { rowMajor } from "../linalg/layout";
import type { Covariance } from "../model/covariance";
import { inverseGamma } from "../model/gamma";
import type { InputLaw } from "../model/inputLaw";
import type { AlignmentParams } from "../model/pencil";
import { samplePrompt } from "../model/prompt";
import { secondMomentSampler } from "../model/wishart";

/** What is run. Not checked again: callers build it from checked objects. */
export interface UpdateExperiment {
  /** A: the preconditioner that training has learned, Γ^{-1} in the paper, (d, d), units of 1/x²; need not be symmetric. */
  readonly preconditioner: Matrix;
  /** Σ: covariance of the test inputs, (d, d), units of x². */
  readonly target: Covariance;
  /** k: updates from w_0 = 0. */
  readonly k: number;
  /** The law of the test inputs; default normal. */
  readonly inputs?: InputLaw;
}

/** The k updates of a model trained on Λ at length n, A = Γ^{-1}. */
export function learnedUpdates({ covariance, target = covariance, n, noise, k }: AlignmentParams & { k: number }): UpdateExperiment {
  return { preconditioner: inverseGamma({ covariance, n, noise }), target, k };
}

/**
 * Draws ‖w_k - w‖² for a test prompt of m examples: w ~ N(0, I), X, y, then k times
 * $$ \hat w \leftarrow \hat w - \tfrac1m A X (X^\top \hat w - y). $$
 */
export function promptErrorSampler({ preconditioner, target, k, inputs, m, noise = 0 }: UpdateExperiment & { m: number; noise?: number }) {
  const d = target.d;
  const a = rowMajor(preconditioner);
  const gradient = new Float64Array(d);
  return (random: Random): number => {
    const prompt = samplePrompt({ covariance: target, n: m, noise, inputs }, random);
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
    return estimate.reduce((sum, value, i) => sum + (value - prompt.w[i]) ** 2, 0);
  };
}

/**
 * Draws the curve ‖w_j - w‖², j = 0..k, for a test prompt known by its S alone: w ~ N(0, I), then k times
 * $$ \hat w - w \leftarrow (\hat w - w) - A S (\hat w - w). $$
 * The difference is what is updated, so that small errors keep their digits. A diverging curve ends in Infinity.
 */
function curveSampler(preconditioner: Matrix, k: number): (S: Float64Array, random: Random) => Float64Array {
  const d = preconditioner.rows;
  const a = rowMajor(preconditioner);
  const gradient = new Float64Array(d);
  const difference = new Float64Array(d);
  return (S, random) => {
    random.fillNormal(difference);
    const curve = new Float64Array(k + 1);
    for (let step = 0; step <= k; step++) {
      for (let i = 0; i < d; i++) curve[step] += difference[i] ** 2;
      if (!(curve[step] < Number.POSITIVE_INFINITY)) return curve.fill(Number.POSITIVE_INFINITY, step);
      gradient.fill(0);
      for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) gradient[i] += S[i * d + j] * difference[j];
      subtractProduct(difference, a, gradient);
    }
    return curve;
  };
}

/** Draws the curve for test prompts of m examples, S and then w. */
export function momentCurveSampler({ preconditioner, target, k, inputs, m }: UpdateExperiment & { m: number }) {
  const draw = secondMomentSampler({ covariance: target, m, inputs });
  const curve = curveSampler(preconditioner, k);
  return (random: Random): Float64Array => curve(draw(random), random);
}

/** Draws the curve for an endless test prompt (S = Σ). */
export function limitCurveSampler({ preconditioner, target, k }: UpdateExperiment) {
  const sigma = rowMajor(target.matrix);
  const curve = curveSampler(preconditioner, k);
  return (random: Random): Float64Array => curve(sigma, random);
}

/** Draws ‖w_k - w‖² for an endless test prompt. */
export function limitErrorSampler(experiment: UpdateExperiment) {
  const curve = limitCurveSampler(experiment);
  return (random: Random): number => curve(random)[experiment.k];
}

/** Draws whether the error of an endless test prompt is larger after k steps than at the start: 1 or 0. */
export function limitGrowthSampler(experiment: UpdateExperiment) {
  const curve = limitCurveSampler(experiment);
  return (random: Random): number => {
    const errors = curve(random);
    return errors[experiment.k] > errors[0] ? 1 : 0;
  };
}

/** The least-squares slope of ln ‖w_j - w‖² against j over from <= j <= k, one draw. */
export function limitSlopeSampler({ from, ...experiment }: UpdateExperiment & { from: number }) {
  const curve = limitCurveSampler(experiment);
  const middle = (from + experiment.k) / 2;
  return (random: Random): number => {
    const errors = curve(random);
    let [covariance, variance] = [0, 0];
    for (let step = from; step <= experiment.k; step++) {
      covariance += (step - middle) * Math.log(errors[step]);
      variance += (step - middle) ** 2;
    }
    return covariance / variance;
  };
}

/**
 * Draws ‖(I - A S)^k‖_F², the squared weight error after k steps on a prompt of m examples with its mean over w ~ N(0, I) taken, by k
 * products P <- P - A S P from P = I.
 */
export function momentErrorSampler({ preconditioner, target, inputs, m, k }: UpdateExperiment & { m: number }): (random: Random) => number {
  const draw = secondMomentSampler({ covariance: target, m, inputs });
  const power = productNorm(preconditioner, k);
  return (random) => power(draw(random));
}

/** S ↦ ‖(I - A S)^k‖_F² for symmetric S, row-major (d, d), product by product. */
export function productNorm(preconditioner: Matrix, k: number): (S: Float64Array) => number {
  const d = preconditioner.rows;
  const a = rowMajor(preconditioner);
  const step = new Float64Array(d * d);
  let power = new Float64Array(d * d);
  let next = new Float64Array(d * d);
  return (S) => {
    // step = I - A S, by rows of A against rows of the symmetric S.
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        let sum = i === j ? 1 : 0;
        for (let l = 0; l < d; l++) sum -= a[i * d + l] * S[j * d + l];
        step[i * d + j] = sum;
      }
    }
    power.fill(0);
    for (let i = 0; i < d; i++) power[i * d + i] = 1;
    for (let count = 0; count < k; count++) {
      next.fill(0);
      for (let i = 0; i < d; i++) {
        for (let l = 0; l < d; l++) {
          const factor = step[i * d + l];
          for (let j = 0; j < d; j++) next[i * d + j] += factor * power[l * d + j];
        }
      }
      [power, next] = [next, power];
    }
    return power.reduce((sum, value) => sum + value ** 2, 0);
  };
}

/** v <- v - A g. */
function subtractProduct(v: Float64Array, a: Float64Array, g: Float64Array): void {
  const d = v.length;
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) v[i] -= a[i * d + j] * g[j];
}
