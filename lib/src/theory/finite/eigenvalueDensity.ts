/** @file The exact density of the eigenvalues of a real Wishart matrix at finite size, on a logarithmic scale. */
import { argumentsOf, Checks } from "../../core/check";
import { logPoissonWeight, regularizedGamma, stirlingRemainder } from "../../core/incompleteGamma";

/** Size of a Wishart matrix W = X Xᵀ, X of size d x m, entries independent N(0, 1). */
export interface WishartSize {
  /** d: rows of X; integer >= 1. */
  readonly d: number;
  /** m: columns of X; integer >= 1. */
  readonly m: number;
}

/** Beyond this the scaled recurrence is brought back towards 1. */
const RESCALE_ABOVE = 1e140;

/**
 * The logarithm of the mean density of the non-zero eigenvalues of W = X Xᵀ, as a function of x > 0, to about 1e-12 also in the tails.
 * ρ(x) = Σ_{j=0}^{N-2} ψ_j(x)² + x^(-1/2) ψ_{N-1}(x) T(x),  ∫ρ = N = min(d, m),  a = |d - m|
 *   ψ_j = (j!/Γ(j+a+1))^(1/2) x^(a/2) e^(-x/2) L_j^(a)(x),  Ψ_j(x) = ∫_x^∞ t^(-1/2) ψ_j dt,  I_j = Ψ_j(0),  b_j = √(j (j+a))
 *   T = ½ b_{N-1} Ψ_{N-2} + 1/I_{N-1} for odd N,  T = ½ b_{N-1} (Ψ_{N-2} - ½ I_{N-2}) for even N
 * $$ \rho(x) = \sum_{j=0}^{N-2} \psi_j(x)^2 + x^{-1/2} \psi_{N-1}(x)\, T(x), \quad
 *    \psi_j = \Big(\frac{j!}{\Gamma(j+a+1)}\Big)^{1/2} x^{a/2} e^{-x/2} L_j^{(a)}(x), \quad
 *    T = \begin{cases} \tfrac12 b_{N-1} \Psi_{N-2} + 1/I_{N-1} & N \text{ odd} \\ \tfrac12 b_{N-1} (\Psi_{N-2} - \tfrac12 I_{N-2}) & N \text{ even} \end{cases} $$
 * E tr f(W) = ∫ f ρ + (d - N) f(0).
 * @param params d >= 1; m >= 1
 * @throws RangeError outside the domain
 * @origin standard, Adler, Forrester, Nagao and van Moerbeke 2000, cited from memory, checked against exact moments; the recurrence is ours
 * @example
 * Math.exp(cot.theory.logEigenvalueDensity({ d: 1, m: 2 })(3)); // => 0.1116
 */
export function logEigenvalueDensity(params: WishartSize): (x: number) => number {
  const { d, m } = argumentsOf("logEigenvalueDensity", params);
  const check: Checks = new Checks("logEigenvalueDensity");
  check.integer("d", d, 1);
  check.integer("m", m, 1);
  const size = Math.min(d, m);
  const a = Math.abs(d - m);
  const even = size % 2 === 0;
  const b = Float64Array.from({ length: size + 1 }, (_, j) => Math.sqrt(j) * Math.sqrt(j + a));
  // I_0, then I_j = (b_{j-1}/b_j) I_{j-2} up to the one that T needs.
  let total = firstIntegral(a);
  for (let j = 2; j <= size - (even ? 2 : 1); j += 2) total *= b[j - 1] / b[j];
  const first = firstIntegral(a);
  return (x) => {
    check.positive("x", x);
    const root = Math.sqrt(x);
    // ψ_j = p exp(scale).
    let scale = logPoissonWeight(a, x) / 2;
    let factor = Math.exp(scale);
    let before = 0;
    let p = 1;
    let squares = 0;
    // Integrating d/dx(x^{1/2} ψ_j): b_{j+1} Ψ_{j+1} = b_j Ψ_{j-1} - 2 x^{1/2} ψ_j, so that one incomplete gamma function is all that is left.
    // Q_j is Ψ_j for odd j, and Ψ_j - I_j/2 for even j: the same recurrence, started at Q_{-1} = 0 or at Q_0.
    let q = 0;
    if (even) {
      const { lower, upper } = regularizedGamma((a + 1) / 2, x / 2);
      q = (first / 2) * (upper - lower);
    }
    for (let j = 0; j < size - 1; j++) {
      squares += p * p;
      if ((j % 2 === 1) === even) q = (b[j] * q - 2 * root * (p * factor)) / b[j + 1];
      const next = ((2 * j + a + 1 - x) * p - b[j] * before) / b[j + 1];
      before = p;
      p = next;
      if (Math.abs(p) > RESCALE_ABOVE) {
        p /= RESCALE_ABOVE;
        before /= RESCALE_ABOVE;
        squares /= RESCALE_ABOVE * RESCALE_ABOVE;
        scale += Math.log(RESCALE_ABOVE);
        factor = Math.exp(scale);
      }
    }
    const T = (b[size - 1] / 2) * q + (even ? 0 : 1 / total);
    return scale + Math.log(squares * factor + (p * T) / root);
  };
}

/** I_0 = 2^{(a+1)/2} Γ((a+1)/2) / Γ(a+1)^{1/2}, by the duplication formula (2 √π Γ((a+1)/2) / Γ(a/2+1))^{1/2}. */
function firstIntegral(a: number): number {
  const z = a / 2 + 1;
  const logRatio =
    a === 0
      ? Math.log(Math.PI) / 2
      : (a / 2) * Math.log1p(-0.5 / z) - Math.log(z) / 2 + 0.5 + stirlingRemainder(z - 0.5) - stirlingRemainder(z);
  return Math.sqrt(2 * Math.sqrt(Math.PI) * Math.exp(logRatio));
}
