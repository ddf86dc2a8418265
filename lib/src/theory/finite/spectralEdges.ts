/** @file The edges of the limiting spectrum of a finite prompt's second moment, for any population spectrum. */
import { bisect } from "../../core/bisection";
import { argumentsOf, Checks } from "../../core/check";

/** A prompt of m examples whose population second moment has a given spectrum. */
export interface SpectralEdgeParams {
  /** τ: eigenvalues of E S̃, (d,), >= 0, not all 0, dimensionless. */
  readonly spectrum: ArrayLike<number>;
  /** m: examples in the prompt; integer >= 1. */
  readonly m: number;
}

/**
 * The edges of the limiting spectrum of S̃ = XXᵀ/m, x ~ N(0, diag(τ)), as d and m grow together.
 * z(y) = y + (1/m) Σ_i τ_i y/(y - τ_i),  upper = min over y > τ_max of z(y),  lower = max over 0 < y < τ_min of z(y)
 * $$ z(y) = y + \frac1m \sum_i \frac{\tau_i y}{y - \tau_i}, \quad \mathrm{upper} = \min_{y > \tau_{\max}} z(y), \quad \mathrm{lower} = \max_{0 < y < \tau_{\min}} z(y) $$
 * The lower one is 0 when some τ_i = 0 or m <= d. For τ = 1 they are (1 ± √(d/m))².
 * @param params spectrum τ, (d,), >= 0, not all 0; m >= 1
 * @throws RangeError outside the domain
 * @origin standard, Silverstein and Choi 1995
 * @example
 * cot.theory.spectralEdges({ spectrum: [1, 1, 0.5], m: 12 }); // => { lower: 0.1675, upper: 2.048 }
 */
export function spectralEdges(params: SpectralEdgeParams): { lower: number; upper: number } {
  const { spectrum, m } = argumentsOf("spectralEdges", params);
  const check: Checks = new Checks("spectralEdges");
  check.vector("spectrum", spectrum);
  const taus = Array.from(spectrum);
  for (const [i, tau] of taus.entries()) if (tau < 0) check.fail(`spectrum[${i}]`, "an eigenvalue >= 0", tau);
  const largest = taus.reduce((max, tau) => Math.max(max, tau), 0);
  if (largest === 0) check.fail("spectrum", "non-zero", spectrum);
  check.integer("m", m, 1);
  const smallest = taus.reduce((min, tau) => Math.min(min, tau), Number.POSITIVE_INFINITY);
  const d = taus.length;
  // y = τ_max (1 + u): z' >= 0 at u = √(d/m), where each of d terms is at most 1/d.
  const slopeAbove = (u: number) => taus.reduce((sum, tau) => sum - (tau / largest / (1 + u - tau / largest)) ** 2 / m, 1);
  const right = largest * (1 + bisect((u) => !(slopeAbove(u) < 0), 0, Math.sqrt(d / m)).yes);
  const upper = right + taus.reduce((sum, tau) => sum + (tau / (right - tau)) * (right / m), 0);
  if (!Number.isFinite(upper)) check.fail("spectrum", "of values whose edge is a finite number", spectrum);
  if (smallest === 0 || m <= d) return { lower: 0, upper };
  // y = τ_min (1 - u), u in (0, 1): z' < 0 near τ_min and z' = 1 - d/m > 0 at 0.
  const slopeBelow = (u: number) => taus.reduce((sum, tau) => sum - (tau / (tau - smallest * (1 - u))) ** 2 / m, 1);
  const left = smallest * (1 - bisect((u) => !(slopeBelow(u) < 0), 0, 1).yes);
  const lower = taus.reduce((sum, tau) => sum + (tau / (left - tau)) * (left / m), left);
  return { lower: Math.max(0, lower), upper };
}
