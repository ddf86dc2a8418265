/** @file A model trained on a mixture of tasks, tested on a target with an endless prompt. */

import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { fromLog } from "../../core/logSum";
import { rowMajor } from "../../linalg/layout";
import { type Covariance, checkCovariance } from "../../model/covariance";
import { matrixLogErrors, stepGrowth } from "../../model/errorPowers";
import { type MixtureParams, mixturePreconditioner } from "../../model/mixture";

/** A model trained on a mixture that takes k steps on an endless test prompt. */
export interface MixtureTestParams extends MixtureParams {
  /** Σ: covariance of the test inputs, (d, d), units of x². */
  readonly target: Covariance;
  /** k: chain-of-thought updates from w_0 = 0; integer >= 0. */
  readonly k: number;
}

/**
 * The exact mean squared weight error after k steps of the model trained on a mixture, at m = ∞, in units of (y/x)².
 * 𝓔_k = ‖(I - Γ_mix⁻¹ Σ)^k‖_F²
 * @param params tasks Λ_l, L of (d, d); weights π, (L,); lengths n_l; mixing = "per-prompt"; noise = 0 (σ); target Σ, (d, d); k >= 0
 * @throws HypothesisError when Λ̄ is singular; TypeError or RangeError outside the domain, or when the error exceeds 1.8e308
 * @origin ours
 * @example
 * const [tasks, target] = [[cot.Covariance.diagonal([2, 2]), cot.Covariance.diagonal([1, 0.1])], cot.Covariance.diagonal([1, 1])];
 * cot.theory.mixtureLimitError({ tasks, weights: [0.5, 0.5], lengths: 20, target, k: 2 }); // => 0.1388
 */
export function mixtureLimitError(params: MixtureTestParams): number {
  argumentsOf("mixtureLimitError", params);
  return fromLog(
    new Checks("mixtureLimitError"),
    inNameOf("mixtureLimitError", () => logMixtureLimitError(params)),
    "logMixtureLimitError",
  );
}

/**
 * The natural logarithm of {@link mixtureLimitError}, for any k.
 * @param params tasks Λ_l, L of (d, d); weights π, (L,); lengths n_l; mixing = "per-prompt"; noise = 0 (σ); target Σ, (d, d); k >= 0
 * @throws HypothesisError when Λ̄ is singular; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const [tasks, target] = [[cot.Covariance.diagonal([2, 2]), cot.Covariance.diagonal([1, 0.1])], cot.Covariance.diagonal([1, 1])];
 * cot.theory.logMixtureLimitError({ tasks, weights: [0.5, 0.5], lengths: 20, target, k: 1000 }); // => -1213.7
 */
export function logMixtureLimitError(params: MixtureTestParams): number {
  const { target, k, ...mixture } = argumentsOf("logMixtureLimitError", params);
  const check: Checks = new Checks("logMixtureLimitError");
  const step = mixtureStep(check, mixture, target);
  check.integer("k", k, 0);
  return matrixLogErrors(...step)(k);
}

/**
 * The factor by which the error's norm changes in one step, in the end: below 1 the error tends to 0, above 1 it diverges.
 * growth = max |λ(I - Γ_mix⁻¹ Σ)|
 * Γ_mix is not symmetric, so the eigenvalues may be complex.
 * @param params tasks Λ_l, L of (d, d); weights π, (L,); lengths n_l; mixing = "per-prompt"; noise = 0 (σ); target Σ, (d, d)
 * @throws HypothesisError when Λ̄ is singular; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const [tasks, target] = [[cot.Covariance.diagonal([2, 2]), cot.Covariance.diagonal([1, 0.1])], cot.Covariance.diagonal([1, 1])];
 * cot.theory.mixtureGrowth({ tasks, weights: [0.5, 0.5], lengths: 20, target }); // => 0.5451
 */
export function mixtureGrowth(params: Omit<MixtureTestParams, "k">): number {
  const { target, ...mixture } = argumentsOf("mixtureGrowth", params);
  return stepGrowth(...mixtureStep(new Checks("mixtureGrowth"), mixture, target));
}

function mixtureStep(check: Checks, mixture: MixtureParams, target: Covariance): [A: Float64Array, Sigma: Float64Array, d: number] {
  checkCovariance(check, "target", target);
  const A = inNameOf(check.fn, () => mixturePreconditioner(mixture));
  if (A.rows !== target.d) check.fail("target", `a covariance of dimension ${A.rows}, that of the tasks`, target.d);
  return [rowMajor(A), rowMajor(target.matrix), target.d];
}
