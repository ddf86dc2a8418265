/** @file The experiment that results on finite prompts are tested against: k steps on a sampled second moment. */
import type { Matrix } from "ml-matrix";
import type { Random } from "../../core/random";
import type { Covariance } from "../../model/covariance";
import { secondMomentSampler } from "../../model/sampleWishart";

/** What is run. Not checked again: callers build it from checked objects. */
export interface MomentExperiment {
  /** A: the preconditioner that training has learned, Γ^{-1} in the paper, (d, d), units of 1/x². */
  readonly preconditioner: Matrix;
  /** Σ: covariance of the test inputs, (d, d), units of x². */
  readonly target: Covariance;
  /** m: examples in the test prompt; integer >= 1, or Infinity. */
  readonly m: number;
  /** k: updates from w_0 = 0. */
  readonly k: number;
}

/**
 * Draws ‖(I - A S)^k‖_F², the squared weight error after k steps with its mean over w ~ N(0, I) taken, by k products
 * P <- P - A S P from P = I.
 */
export function momentErrorSampler({ preconditioner, target, m, k }: MomentExperiment): (random: Random) => number {
  const draw = secondMomentSampler({ covariance: target, m });
  const power = powerNorm(preconditioner, k);
  return (random) => power(draw(random));
}

/** S ↦ ‖(I - A S)^k‖_F² for symmetric S, row-major (d, d). */
export function powerNorm(preconditioner: Matrix, k: number): (S: Float64Array) => number {
  const d = preconditioner.rows;
  const a = Float64Array.from(preconditioner.to1DArray());
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
    let norm = 0;
    for (let i = 0; i < d * d; i++) norm += power[i] ** 2;
    return norm;
  };
}
