/** @file How long to train before k steps of thinking are as good as with the optimum. */
import { smallestInteger } from "../../core/bisection";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { logDeviation } from "../../core/logSum";
import { checkScale } from "../../model/block";
import { commutingLogErrors } from "../../model/errorPowers";
import { gammaEigenvalues } from "../../model/gamma";
import type { Theorem31Params } from "../paper/theorem31";

/** Gradient descent from V31 = 0, and the chain of thought that it is for. */
export interface TrainedChainParams extends Omit<Theorem31Params, "w0Scale"> {
  /** η: constant step of gradient descent, units of 1/h; > 0. */
  readonly step: number;
  /** k: steps of chain of thought; integer >= 1. */
  readonly k: number;
}

/**
 * The error after k steps at m = ∞ of a layer that gradient descent trained for T steps from V31 = 0, aligned, in units of (y/x)².
 * 𝓔_k(T) = Σ_i (1 - (λ_i/γ_i)(1 - (1 - η c² λ_i γ_i)^T))^(2k)
 * since V_T = -Γ⁻¹(I - (I - η c² ΛΓ)^T)/c. Below 1e-308 it underflows towards 0.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; c != 0; step η > 0; k >= 1; noise = 0 (σ)
 * @param trained T: steps of training; integer >= 0
 * @throws RangeError outside the domain
 * @origin ours, from the paper's Theorem 3.1 and Corollary 3.5
 * @example
 * cot.theory.trainedChainError({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, c: 1, step: 0.5, k: 2 }, 10); // => 0.02475
 */
export function trainedChainError(params: TrainedChainParams, trained: number): number {
  argumentsOf("trainedChainError", params);
  return Math.exp(logError(new Checks("trainedChainError"), params, trained));
}

/**
 * The natural logarithm of {@link trainedChainError}, also where the error is beyond what a number can hold.
 * ln 𝓔_k(T)
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; c != 0; step η > 0; k >= 1; noise = 0 (σ)
 * @param trained T: steps of training; integer >= 0
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.logTrainedChainError({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, c: 1, step: 0.5, k: 500 }, 10); // => -941.5
 */
export function logTrainedChainError(params: TrainedChainParams, trained: number): number {
  argumentsOf("logTrainedChainError", params);
  return logError(new Checks("logTrainedChainError"), params, trained);
}

function logError(check: Checks, params: TrainedChainParams, trained: number): number {
  const terms = directions(check, params);
  check.integer("trained", trained, 0);
  const log = logErrorAfter(terms, params.k, (factor) => factor ** trained);
  if (Number.isNaN(log)) check.fail("step", "so small that training does not overflow", params.step);
  return log;
}

/**
 * The fewest steps of training after which k steps of thinking are within a tolerance of what they are at the optimum.
 * T = min {T : 𝓔_k(T) ≤ (1 + ε) 𝓔_k(∞)},  𝓔_k as in trainedChainError
 * T grows like ln(k/ε)/(-ln ρ), logarithmically in the steps of thinking: a direction of share r = λ/γ whose training is off by ρ^T multiplies the
 * error by about e^(2k r ρ^T/(1 - r)). For η <= 1/(c² λ_max γ_max) the error falls with T throughout, and T is found by bisection; for
 * larger steps every T is tried in turn.
 * @param run covariance Λ, (d, d); n >= 1 or Infinity; c != 0; step η > 0; k >= 1; tolerance ε > 0; noise = 0 (σ); limit?, the largest T, by
 * default 2^53 - 1 where the error falls throughout, else 1e7
 * @throws RangeError outside the domain, when Λ is singular, when η is not below the largest stable step, or past the limit
 * @origin ours
 * @example
 * cot.theory.trainingForSteps({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, c: 1, step: 0.5, k: 2, tolerance: 0.01 }); // => 35
 */
export function trainingForSteps(run: TrainedChainParams & { tolerance: number; limit?: number }): number {
  argumentsOf("trainingForSteps", run, "run");
  const check: Checks = new Checks("trainingForSteps");
  const { tolerance, ...params } = run;
  const terms = directions(check, params);
  check.positive("tolerance", tolerance);
  // Rounding may take the factor of the largest eigenvalue just below 0 at the largest of these steps.
  const falls = terms.every(({ factor }) => factor > -1e-12);
  const limit = run.limit ?? (falls ? Number.MAX_SAFE_INTEGER : 1e7);
  check.integer("limit", limit, 1);
  const slowest = terms.reduce((max, { factor }) => Math.max(max, Math.abs(factor)), 0);
  if (!(slowest < 1)) check.fail("step", "below the largest stable step, with a positive definite covariance", params.step);
  const goal = Math.log1p(tolerance) + logErrorAfter(terms, params.k, () => 0);
  if (falls) {
    const enough = smallestInteger((trained) => logErrorAfter(terms, params.k, (factor) => factor ** trained) <= goal, 0, limit);
    return Number.isFinite(enough) ? enough : check.fail("limit", "as large as the training that is needed", limit);
  }
  const powers = new Map(terms.map(({ factor }) => [factor, 1]));
  for (let trained = 0; trained <= limit; trained++) {
    if (logErrorAfter(terms, params.k, (factor) => powers.get(factor)!) <= goal) return trained;
    for (const [factor, value] of powers) powers.set(factor, value * factor);
  }
  return check.fail("limit", "as large as the training that is needed", limit);
}

/** What one step of thinking recovers of a direction at the optimum, and what one step of training leaves of the distance to it. */
function directions(check: Checks, { covariance, n, noise = 0, c, step, k }: TrainedChainParams) {
  checkScale(check, c);
  check.positive("step", step);
  check.integer("k", k, 1);
  const gamma = inNameOf(check.fn, () => gammaEigenvalues({ covariance, n, noise }));
  if (!(gamma[gamma.length - 1] > 0)) check.fail("the smallest eigenvalue of Gamma", "> 0", gamma[gamma.length - 1]);
  return Array.from(covariance.eigenvalues, (lambda, i) => ({ share: lambda / gamma[i], factor: 1 - step * c * c * lambda * gamma[i] }));
}

/** ln Σ_i (1 - r_i (1 - ρ_i^T))^{2k}. */
function logErrorAfter(terms: ReturnType<typeof directions>, k: number, left: (factor: number) => number): number {
  return commutingLogErrors(Float64Array.from(terms, ({ share, factor }) => logDeviation(share === 0 ? 0 : share * (1 - left(factor)))))(k);
}
