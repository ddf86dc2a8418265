/** @file The best number of steps on an endless test prompt. */
import { argumentsOf, Checks } from "../../core/check";
import { commutingLogErrors, pencilLogErrors } from "../../model/errorPowers";
import { type AlignmentParams, alignmentPencil, type Pencil } from "../../model/pencil";
import { fewest } from "./exchange";
import { behaviourOf } from "./overthinking";

/**
 * The number of steps with the least error at m = ∞; null when none is best.
 * k* = argmin_{k ≥ 0} ‖(I - Γ⁻¹Σ)^k‖_F²
 * When μ_max > 2 the error grows without limit in the end, and k* is finite, the smallest of equals, 0 if thinking hurts at once. Otherwise
 * the least error is the limit k → ∞, and the result is null.
 * @param given covariance Λ, (d, d); n >= 1 or Infinity; target = Λ (Σ); noise = 0 (σ); maxTrials = 1e6
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; RangeError outside the domain, and where μ_max is so close to 2 that
 *   k* exceeds 2^53 - 1, or that Γ and Σ do not commute and more than maxTrials candidates remain
 * @origin ours
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([1, 2])];
 * [3, 5].map((n) => cot.theory.limitBestSteps({ covariance, target, n })); // => [null, 1]
 */
export function limitBestSteps(given: AlignmentParams & { readonly maxTrials?: number }): number | null {
  const { maxTrials = 1_000_000, ...params } = argumentsOf("limitBestSteps", given);
  const check: Checks = new Checks("limitBestSteps");
  check.integer("maxTrials", maxTrials, 1);
  const pencil = alignmentPencil(check, "the overthinking condition", params);
  if (behaviourOf(pencil).behaviour !== "diverges") return null;
  const start = leastTrace(check, pencil);
  return pencil.frame === undefined ? start : searchAround(check, pencil, start, maxTrials);
}

/** The smallest k at which Σ δ_i^{2k} does not decrease any more. */
function leastTrace(check: Checks, { logs }: Pencil): number {
  // δ^{2k}(δ² - 1), summed relative to the largest term; it increases in k.
  const change = (k: number): number => {
    const terms = Array.from(logs, (log) => (log === Number.NEGATIVE_INFINITY ? { log: k === 0 ? 0 : log, sign: -1 } : growthTerm(log, k)));
    const largest = terms.reduce((max, term) => Math.max(max, term.log), Number.NEGATIVE_INFINITY);
    return terms.reduce((sum, term) => sum + term.sign * Math.exp(term.log - largest), 0);
  };
  return fewest(check, (k) => !(change(k) < 0), "μ_max is too close to 2");
}

function growthTerm(log: number, k: number): { log: number; sign: number } {
  const growth = Math.expm1(2 * log);
  return { log: 2 * k * log + Math.log(Math.abs(growth)), sign: Math.sign(growth) };
}

/** Scans outward from the minimum of the convex lower bound for as long as the bound is below the best error found. */
function searchAround(check: Checks, pencil: Pencil, start: number, maxTrials: number): number {
  const logError = pencilLogErrors(pencil);
  const logTrace = commutingLogErrors(pencil.logs);
  let best = start;
  let least = logError(start);
  let trials = 1;
  for (const direction of [-1, 1]) {
    for (let k = start + direction; k >= 0 && logTrace(k) <= least; k += direction) {
      if (++trials > maxTrials) check.fail("maxTrials", "enough to try every k that can be best", maxTrials, "μ_max is very close to 2");
      const error = logError(k);
      if (error < least || (error === least && k < best)) {
        best = k;
        least = error;
      }
    }
  }
  return best;
}
