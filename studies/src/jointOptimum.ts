/** @file Where joint training ends when ŵ_0 is random: the stationary point within the pattern V31, W13, W24. */
import { Checks } from "cotlab/dist/core/check";
import { requireInvertible } from "cotlab/dist/model/covariance";
import { type GammaParams, gammaEigenvalues } from "cotlab/dist/model/gamma";
import type { Matrix } from "ml-matrix";

/** Training data of a positive definite covariance, with a random start ŵ_0 ~ N(0, s² I). */
export interface JointOptimumParams extends Pick<GammaParams, "covariance" | "n"> {
  /** s: the estimate in the training embedding is ŵ_0 ~ N(0, s² I), units of y/x; > 0 (at 0, W13 has no gradient). */
  readonly w0Scale: number;
  /** Sweeps of alternating least squares at most; integer >= 1; default 1000000 (isotropic to moderately tilted spectra need tens). */
  readonly maxSweeps?: number;
}

/** The stationary point, scaled so that W24 = -1. */
export interface JointOptimum {
  /** V31, (d, d). */
  readonly V31: Matrix;
  /** W13, (d, d); Theorem 3.1 assumes a multiple of I. */
  readonly W13: Matrix;
  /** W24: -1. Only V31 W13 and V31 W24 matter to the model. */
  readonly W24: -1;
  /** The population loss there, units of (y/x)². */
  readonly loss: number;
  /** Sweeps used. */
  readonly sweeps: number;
}

/**
 * The least population loss over V31 = Q diag(v) Qᵀ, W13 = Q diag(g) Qᵀ and W24 = b, with Λ = Q diag(λ) Qᵀ and a random ŵ_0.
 * L = ½ [s² E‖I + V31 S W13‖_F² + E‖b V31 S - I‖_F²],  E S_ij² = (λ_i λ_j + δ_ij λ_i²)/n + δ_ij λ_i²
 * Alternating least squares in (g, b) and v: each half-step is exact, so the loss never rises. That the point is a minimum over all of V and W is
 * not proven; every block's gradient vanishes at it.
 * @param params covariance Λ, (d, d), positive definite; n >= 1 or Infinity; w0Scale s > 0; maxSweeps = 1000000
 * @throws HypothesisError when λ_min = 0; RangeError outside the domain, or when the sweeps do not converge
 * @origin ours; W13 = I, as in the paper's Theorem 3.1, for an isotropic Λ or n = Infinity, otherwise no multiple of I
 */
export function jointOptimum({ covariance, n, w0Scale, maxSweeps = 1_000_000 }: JointOptimumParams): JointOptimum {
  const check: Checks = new Checks("jointOptimum");
  check.length("n", n);
  check.positive("w0Scale", w0Scale);
  check.integer("maxSweeps", maxSweeps, 1);
  requireInvertible(check, "covariance", covariance, "Theorem 3.1", "lambda_min > 0");
  const { d } = covariance;
  const s2 = w0Scale * w0Scale;
  // The problem in λ / λ_max: V31 takes up the scale, W13 and W24 do not feel it.
  const lambda = covariance.eigenvalues.map((value) => value / covariance.lambdaMax);
  const moment = (i: number, j: number) => (lambda[i] * lambda[j]) / n + (i === j ? lambda[i] ** 2 * (1 + 1 / n) : 0);
  // Theorem 3.1's optimum is a good start: from far away, small s and small λ_i leave the sweeps crawling.
  const v = gammaEigenvalues({ covariance, n }).map((gamma) => -covariance.lambdaMax / gamma);
  const g = new Float64Array(d);
  for (let sweep = 1; sweep <= maxSweeps; sweep++) {
    let [change, top, bottom] = [0, 0, 0];
    for (let j = 0; j < d; j++) {
      let sum = 0;
      for (let i = 0; i < d; i++) sum += v[i] ** 2 * moment(i, j);
      g[j] = (-v[j] * lambda[j]) / sum;
      top += v[j] * lambda[j];
      bottom += sum;
    }
    const b = top / bottom; // < 0
    for (let j = 0; j < d; j++) g[j] /= -b;
    for (let i = 0; i < d; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += (s2 * g[j] ** 2 + 1) * moment(i, j);
      const value = (-(1 + s2 * g[i]) * lambda[i]) / sum;
      change = Math.max(change, Math.abs(value / v[i] - 1));
      v[i] = value;
    }
    if (change < 1e-14 * d) return finish(sweep);
  }
  throw new RangeError(`${check.fn}: maxSweeps must be large enough to converge, got ${maxSweeps}`);

  function finish(sweeps: number): JointOptimum {
    let loss = d * (s2 + 1);
    for (let i = 0; i < d; i++) {
      loss += 2 * v[i] * lambda[i] * (s2 * g[i] + 1);
      for (let j = 0; j < d; j++) loss += v[i] ** 2 * moment(i, j) * (s2 * g[j] ** 2 + 1);
    }
    const matrix = (values: Float64Array) => covariance.withEigenvalues(values);
    return { V31: matrix(v.map((value) => value / covariance.lambdaMax)), W13: matrix(g), W24: -1, loss: loss / 2, sweeps };
  }
}
