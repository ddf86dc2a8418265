/** @file What training on sampled prompts leaves, predicted without a run of it. */
import { Checks } from "cotlab/dist/core/check";
import type { Random } from "cotlab/dist/core/random";
import { type Mean, meanAndError } from "cotlab/dist/core/statistics";
import type { Covariance } from "cotlab/dist/model/covariance";
import { inverseGamma } from "cotlab/dist/model/gamma";
import { samplePrompt } from "cotlab/dist/model/prompt";
import { Matrix } from "ml-matrix";

/** Parameters of `sampledTraining`. */
export interface SampledTrainingParams {
  /** Λ: covariance of the inputs, (d, d), positive definite. */
  readonly covariance: Covariance;
  /** n: examples in a training prompt; integer >= 1. */
  readonly n: number;
  /** Prompts of the training, T times the batch; integer >= 1. */
  readonly prompts: number;
  /** k: numbers of steps of thought; integers >= 1. */
  readonly steps: readonly number[];
  /** Prompts that the means are taken over; integer >= 2. */
  readonly draws: number;
}

/** What is left after training, with the standard error of the prediction. */
export interface SampledTraining {
  /** The root mean square of ‖A - Γ⁻¹‖/‖Γ⁻¹‖. */
  readonly distance: Mean;
  /** For each of the steps: the mean |𝓔_k(A)/𝓔_k(Γ⁻¹) - 1| at m = ∞, aligned, as long as it is small. */
  readonly excess: readonly Mean[];
}

/**
 * How far the averaged iterate of stochastic gradient descent is from the optimum, once its start is forgotten.
 * The iterate after step t has the weight 2t/(T(T + 1)); the squares of the weights sum to 4/(3T). The loss is quadratic in A, so that what
 * the average keeps of a prompt's gradient (A g - w) gᵀ, whatever the step size, is that times the inverse of E g gᵀ = ΛΓ:
 * A - Γ⁻¹ ≈ Σ_b e_b g_bᵀ(ΛΓ)⁻¹/B',  e = w - Γ⁻¹g,  B' = ¾ T·batch
 * $$ A - \Gamma^{-1} \approx \frac1{B'} \sum_{b \le B'} e_b\, g_b^\top (\Lambda\Gamma)^{-1}, \quad e = w - \Gamma^{-1} g, \quad B' = \tfrac34\, T \cdot \mathrm{batch} $$
 * the regression of w on g from three quarters of the prompts. It is normal in the limit, and to first order the error at m = ∞ changes by
 * the factor 1 - (2k/𝓔_k) tr(R^{2k-1} (A - Γ⁻¹) Λ), R = I - Γ⁻¹Λ; the mean absolute value of a normal deviation is √(2/π) of its spread.
 * @throws RangeError outside the domain
 * @origin ours, after Polyak and Juditsky 1992 on averaged iterates
 */
export function sampledTraining({ covariance, n, prompts, steps, draws }: SampledTrainingParams, random: Random): SampledTraining {
  const check: Checks = new Checks("sampledTraining");
  check.integer("prompts", prompts, 1);
  check.integer("draws", draws, 2);
  steps.forEach((k, i) => {
    check.integer(`steps[${i}]`, k, 1);
  });
  const gammaOf = (lambda: number) => (1 + 1 / n) * lambda + covariance.trace / n;
  const best = inverseGamma({ covariance, n });
  const inverse = covariance.apply((lambda) => 1 / (lambda * gammaOf(lambda)));
  const scores = steps.map((k) => {
    const error = covariance.apply((lambda) => (1 - lambda / gammaOf(lambda)) ** (2 * k)).trace();
    return covariance.apply((lambda) => ((2 * k) / error / gammaOf(lambda)) * (1 - lambda / gammaOf(lambda)) ** (2 * k - 1));
  });
  const pairs = Array.from({ length: draws }, (_, i) => {
    const { X, y, w } = samplePrompt({ covariance, n }, random.stream(i));
    const g = X.mmul(Matrix.columnVector(y)).mul(1 / n);
    return { g, e: Matrix.columnVector(w).sub(best.mmul(g)) };
  });
  const spread = (scale: number, value: (pair: { g: Matrix; e: Matrix }) => number): Mean => {
    const { mean, standardError, n: count } = meanAndError(pairs.map(value));
    const root = Math.sqrt(mean);
    const factor = scale * Math.sqrt(4 / (3 * prompts));
    return { mean: factor * root, standardError: (factor * standardError) / (2 * root), n: count };
  };
  const squared = (vector: Matrix) => vector.norm("frobenius") ** 2;
  return {
    distance: spread(1 / best.norm("frobenius"), ({ g, e }) => squared(e) * squared(inverse.mmul(g))),
    excess: scores.map((score) => spread(Math.sqrt(2 / Math.PI), ({ g, e }) => g.transpose().mmul(score).mmul(e).get(0, 0) ** 2)),
  };
}
