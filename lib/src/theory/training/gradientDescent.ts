/** @file Gradient descent on the population loss in V31, the algorithm of Theorem 3.1. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { checkBlock } from "../../model/block";
import { checkCovariance } from "../../model/covariance";
import { byDirection, nearestMinimiser, spectralLoss, type Theorem31Params } from "../paper/theorem31";

/** Two numbers of each step are kept. */
const MOST_STEPS = 30_000_000;

/** A run counts as diverged once its distance exceeds this many times the larger of ‖V_0 - V_*‖_F and ‖V_*‖_F. */
export const DIVERGENCE_FACTOR = 1e50;

/** A run of gradient descent. */
export interface GradientDescentParams extends Theorem31Params {
  /** η: constant step, units of 1/h; > 0. */
  readonly step: number;
  /** T: steps; integer in [0, 3e7]. */
  readonly steps: number;
  /** V_0, (d, d); default 0. */
  readonly start?: Matrix;
}

/** What a run of gradient descent went through. */
export interface GradientDescentResult {
  /** ‖V_t - V_*‖_F for t = 0, ..., T; shorter when the run diverged. */
  readonly distances: Float64Array;
  /** L(V_t), at the same t. */
  readonly losses: Float64Array;
  /** The last iterate, (d, d). */
  readonly V31: Matrix;
  /** V_*: the minimiser that the distances are measured to, (d, d). */
  readonly target: Matrix;
  /** True when the run stopped early because its distance exceeded `DIVERGENCE_FACTOR`. */
  readonly diverged: boolean;
}

/**
 * Gradient descent on the population loss, with a constant step.
 * V_{t+1} = V_t - η ∇L(V_t)
 * Distances are to the minimiser nearest to the start: -Γ⁻¹/c when Λ is positive definite. Otherwise the start is kept in the uncovered
 * directions, and Theorem 3.1 does not hold.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; c != 0; step η > 0; steps >= 0; start? V_0, (d, d), else 0; noise = 0 (σ); w0Scale = 0 (s)
 * @throws RangeError outside the domain, or on overflow
 * @origin paper, Theorem 3.1
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5]);
 * cot.theory.gradientDescent({ covariance, n: 10, c: 1, step: 0.5, steps: 3 }).distances; // => [1.637, 1.216, 0.979, 0.803]
 */
export function gradientDescent(params: GradientDescentParams): GradientDescentResult {
  argumentsOf("gradientDescent", params);
  const check: Checks = new Checks("gradientDescent");
  checkCovariance(check, "covariance", params.covariance);
  const { covariance, step, steps } = params;
  const d = covariance.d;
  check.positive("step", step);
  check.count("steps", steps, 0, MOST_STEPS);
  const start = params.start ?? Matrix.zeros(d, d);
  checkBlock(check, "start", start, d);
  const target = inNameOf("gradientDescent", () => nearestMinimiser({ ...params, start }));
  // In the eigenbasis Q of Λ, with U = V Q, a step is d² products and not d³; lengths are the same.
  const Q = covariance.eigenvectors;
  const { slope, curvature, loss } = spectralLoss(check, params);
  const goal = byDirection(target.mmul(Q));
  let U: Float64Array = byDirection(start.mmul(Q));
  let next: Float64Array = new Float64Array(d * d);
  const distances = [distance(U, goal, d)];
  const losses = [loss(U)];
  const limit = DIVERGENCE_FACTOR * Math.max(distances[0], target.norm("frobenius"));
  if (!Number.isFinite(limit)) check.fail("the norm of V_*", "a finite number below 1e250", limit, "Rescale c or the covariance");
  let diverged = false;
  for (let t = 0; t < steps; t++) {
    for (let l = 0; l < d; l++) {
      const h = curvature[l];
      for (let at = l * d; at < (l + 1) * d; at++) next[at] = U[at] - (slope[at] + U[at] * h) * step;
    }
    const gap = distance(next, goal, d);
    diverged = !(gap <= limit);
    if (diverged) break;
    [U, next] = [next, U];
    distances.push(gap);
    losses.push(loss(U));
  }
  const V31 = distances.length === 1 ? start.clone() : Matrix.from1DArray(d, d, U).transpose().mmul(Q.transpose());
  return { distances: Float64Array.from(distances), losses: Float64Array.from(losses), V31, target, diverged };
}

/** ‖A - B‖_F of matrices whose columns lie one after the other; summed by rows, on which stored results depend in their last bits. */
function distance(A: Float64Array, B: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) {
    for (let at = i; at < d * d; at += d) {
      const gap = A[at] - B[at];
      sum += gap * gap;
    }
  }
  return Math.sqrt(sum);
}
