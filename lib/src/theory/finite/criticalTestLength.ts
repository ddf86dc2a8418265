/** @file How long a test prompt must be for a typical run of many steps to converge. */
import { bisect } from "../../core/bisection";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import type { AlignmentParams } from "../../model/pencil";
import { overthinkingSpectrum } from "../paper/overthinking";

/**
 * The test length at which the edge of the spectrum of S/γ reaches 2, for isotropic inputs (Λ = Σ ∝ I); a real number.
 * m_c = d/(√(2γ) - 1)²,  γ = 1 + (d + 1)/n
 * As d and m grow together a typical prompt's iteration converges for m > m_c and diverges for m < m_c. m_c increases with n to (3 + 2√2) d: long
 * training makes bold steps. At finite d half of the prompts converge already at a length shorter by a multiple of d^(1/3) (11 for 17.3).
 * @param params d >= 1; n >= 1 or Infinity
 * @throws RangeError outside the domain
 * @origin ours, from the edge of Marchenko and Pastur 1967
 * @example
 * cot.theory.criticalTestLength({ d: 10, n: 20 }); // => 17.28
 */
export function criticalTestLength(params: { readonly d: number; readonly n: number }): number {
  const { d, n } = argumentsOf("criticalTestLength", params);
  const check: Checks = new Checks("criticalTestLength");
  check.integer("d", d, 1);
  check.length("n", n);
  return d / (Math.sqrt(2 * (1 + (d + 1) / n)) - 1) ** 2;
}

/**
 * The training length above which a typical run on isotropic test prompts diverges: the inverse of {@link criticalTestLength}; a real number.
 * n_c = (d + 1)/(½ (1 + √(d/m))² - 1);  Infinity for m >= (3 + 2√2) d
 * @param params d >= 1; m >= 1 or Infinity
 * @throws RangeError outside the domain
 * @origin ours, from the edge of Marchenko and Pastur 1967
 * @example
 * cot.theory.criticalTrainingLength({ d: 10, m: 20 }); // => 24.06
 */
export function criticalTrainingLength(params: { readonly d: number; readonly m: number }): number {
  const { d, m } = argumentsOf("criticalTrainingLength", params);
  const check: Checks = new Checks("criticalTrainingLength");
  check.integer("d", d, 1);
  check.length("m", m);
  const root = Math.sqrt(d / m);
  const excess = (root * root + 2 * root - 1) / 2;
  return excess > 0 ? (d + 1) / excess : Number.POSITIVE_INFINITY;
}

/**
 * The test length at which the edge of the limiting spectrum of Γ^(-1/2) S Γ^(-1/2) reaches 2, for any Λ and Σ; a real number.
 * m_c = min over μ_max < y < 2 of (1/(2 - y)) Σ_i μ_i y/(y - μ_i),  μ_i the eigenvalues of Γ⁻¹Σ
 * $$ m_c = \min_{\mu_{\max} < y < 2} \frac{1}{2 - y} \sum_i \frac{\mu_i y}{y - \mu_i}, \quad \mu_i \text{ the eigenvalues of } \Gamma^{-1}\Sigma $$
 * Infinity when μ_max >= 2: then even the endless prompt does not converge. It is the m at which the edge of {@link spectralEdges} is 2; for
 * Λ = Σ ∝ I it is {@link criticalTestLength}.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; target = covariance (Σ); noise = 0 (σ)
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; TypeError or RangeError outside the domain
 * @origin ours, from the edge of Silverstein and Choi 1995
 * @example
 * cot.theory.anisotropicCriticalTestLength({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10 }); // => 5.183
 */
export function anisotropicCriticalTestLength(params: AlignmentParams): number {
  argumentsOf("anisotropicCriticalTestLength", params);
  const taus = inNameOf("anisotropicCriticalTestLength", () => overthinkingSpectrum(params)).filter((tau) => tau > 0);
  if (taus.length === 0) return 0;
  const largest = taus[0];
  const room = 2 - largest;
  if (!(room > 0)) return Number.POSITIVE_INFINITY;
  // With y = τ_max + u the quotient has one minimum, where (2-y) F' + F = 0 for F(y) = Σ τ y/(y - τ).
  const sums = (u: number) => {
    let [value, slope] = [0, 0];
    for (const tau of taus) {
      const gap = largest - tau + u;
      value += (tau * (largest + u)) / gap;
      slope -= (tau / gap) ** 2;
    }
    return { value, slope };
  };
  const beyond = (point: number) => {
    const { value, slope } = sums(point);
    return !((room - point) * slope + value < 0);
  };
  const { yes: u } = bisect(beyond, 0, room);
  return sums(u).value / (room - u);
}
