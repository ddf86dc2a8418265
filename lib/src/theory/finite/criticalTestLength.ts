/** @file How long a test prompt must be for a typical run of many steps to converge. */
import { bisect } from "../../core/bisection";
import { Checks } from "../../core/check";
import type { AlignmentParams } from "../../model/pencil";
import { overthinkingSpectrum } from "../paper/overthinking";

/**
 * The test length at which the edge of the spectrum of S/γ reaches 2, for isotropic inputs (Λ = Σ ∝ I). A real number.
 * $$ m_c = \frac{d}{(\sqrt{2\gamma} - 1)^2}, \quad \gamma = 1 + \frac{d+1}{n} $$
 * For m > m_c a typical prompt's iteration converges, for m < m_c it diverges, as d and m grow together. It increases with n,
 * to (3 + 2√2) d ≈ 5.83 d: long training makes the steps bolder. At finite d the largest eigenvalue fluctuates around the edge by
 * about d^{-2/3} of itself and lies below it on average, so the length at which half of the prompts converge is shorter by
 * some multiple of d^{1/3} (d = 10, n = 20: 11 and m_c = 17.3; d = 100, n = 500: 304 and 330).
 * @param params d, integer >= 1; n, integer >= 1 or Infinity
 * @throws RangeError outside the domain
 * @origin ours, from the Marchenko-Pastur edge
 */
export function criticalTestLength({ d, n }: { readonly d: number; readonly n: number }): number {
  const check: Checks = new Checks("criticalTestLength");
  check.integer("d", d, 1);
  check.length("n", n);
  return d / (Math.sqrt(2 * (1 + (d + 1) / n)) - 1) ** 2;
}

/**
 * The training length above which a typical run on isotropic test prompts of m examples diverges: the inverse of
 * `criticalTestLength`. A real number.
 * $$ n_c = \frac{d+1}{\tfrac12 (1 + \sqrt{d/m})^2 - 1} $$
 * and +Infinity for m >= (3 + 2√2) d, where no training length diverges.
 * @param params d, integer >= 1; m, integer >= 1 or Infinity
 * @throws RangeError outside the domain
 * @origin ours
 */
export function criticalTrainingLength({ d, m }: { readonly d: number; readonly m: number }): number {
  const check: Checks = new Checks("criticalTrainingLength");
  check.integer("d", d, 1);
  check.length("m", m);
  const root = Math.sqrt(d / m);
  const excess = (root * root + 2 * root - 1) / 2;
  return excess > 0 ? (d + 1) / excess : Number.POSITIVE_INFINITY;
}

/**
 * The test length at which the edge of the limiting spectrum of S̃ = Γ^{-1/2} S Γ^{-1/2} reaches 2, for any Λ and Σ,
 * commuting or not. A real number.
 * $$ m_c = \min_{\tau_{\max} < y < 2} \frac{1}{2 - y} \sum_i \frac{\tau_i y}{y - \tau_i}, \quad \tau_i \text{ the eigenvalues of } \Gamma^{-1}\Sigma $$
 * and +Infinity when τ_max >= 2: then even the endless prompt does not converge. Derivation: the edge is min_y z(y) of
 * `spectralEdges`, and z(y) < 2 can be solved for m. For Λ = Σ = I it is `criticalTestLength`.
 * @param params covariance Λ, n, target Σ (default Λ), training noise σ
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; TypeError or RangeError outside the domain
 * @origin ours, from the edge of Silverstein and Choi 1995
 */
export function anisotropicCriticalTestLength(params: AlignmentParams): number {
  const taus = overthinkingSpectrum(params).filter((tau) => tau > 0);
  if (taus.length === 0) return 0;
  const largest = taus[0];
  const room = 2 - largest;
  if (!(room > 0)) return Number.POSITIVE_INFINITY;
  // With y = τ_max + u the quotient has one minimum, where (2-y) F' + F = 0 for F(y) = Σ τ y/(y - τ).
  const sums = (u: number) => {
    let value = 0;
    let slope = 0;
    for (const tau of taus) {
      const gap = largest - tau + u;
      value += (tau * (largest + u)) / gap;
      slope -= (tau / gap) ** 2;
    }
    return { value, slope };
  };
  const { yes: u } = bisect(
    (point) => {
      const { value, slope } = sums(point);
      return !((room - point) * slope + value < 0);
    },
    0,
    room,
  );
  return sums(u).value / (room - u);
}
