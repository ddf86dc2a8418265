/** @file The numbers that are left of Γ^{-1} and Σ when they commute. */

import type { Checks } from "../../core/check";
import { type AlignmentParams, alignmentPencil } from "../../model/pencil";
import { criticalLengths } from "../paper/criticalLength";

/** One common direction of Γ and Σ. */
export interface CommonDirection {
  /** α_i = 1/γ_i: eigenvalue of A = Γ^{-1}, units of 1/x². */
  readonly alpha: number;
  /** σ_i: eigenvalue of Σ, units of x². */
  readonly sigma: number;
  /** τ_i = α_i σ_i, dimensionless. */
  readonly tau: number;
  /** δ_i = 1 - τ_i, without cancellation. */
  readonly delta: number;
}

/**
 * The common directions of Γ and Σ, in no particular order.
 * @throws HypothesisError when Λ and Σ do not commute, or n = Infinity and λ_min(Λ) = 0; TypeError or RangeError outside the domain
 */
export function commutingSpectra(check: Checks, result: string, params: AlignmentParams): CommonDirection[] {
  const { covariance, n, target = covariance, noise = 0 } = params;
  alignmentPencil(check, result, params);
  const surplus = covariance.trace + noise * noise;
  return criticalLengths({ covariance, target, noise }).map(({ lambda, sigma }) => {
    const gamma = lambda + (lambda + surplus) / n;
    return { alpha: 1 / gamma, sigma, tau: sigma / gamma, delta: (lambda - sigma + (lambda + surplus) / n) / gamma };
  });
}
