/** @file Shrinkage of a sample covariance towards a multiple of the identity. */
import { Checks } from "../core/check";
import { Moments } from "../data/moments";
import { trace } from "../linalg/dense";

/** Which shrinkage: none, by Ledoit and Wolf, or the oracle approximating one for Gaussian rows. */
export type Shrinkage = "none" | "ledoit-wolf" | "oas";

/**
 * The intensity ρ of the shrinkage (1-ρ)S + ρ (tr S/d) I, in [0, 1]: by Ledoit and Wolf, or OAS for Gaussian rows.
 * ρ = min(β², δ²)/δ²,  δ² = ‖S - (tr S/d) I‖²,  β² = (mean ‖x‖⁴ - ‖S‖²)/N
 * $$ \rho = \min(\beta^2, \delta^2)/\delta^2, \quad \delta^2 = \|S - \tfrac{\mathrm{tr} S}d I\|_F^2, \quad \beta^2 = (\overline{\|x\|^4} - \|S\|_F^2)/N $$
 * ρ = min(1, ((1 - 2/d) tr S² + (tr S)²)/((N + 1 - 2/d) (tr S² - (tr S)²/d)))
 * $$ \rho = \min\Big(1, \frac{(1 - 2/d)\,\mathrm{tr}S^2 + (\mathrm{tr}S)^2}{(N + 1 - 2/d)\,(\mathrm{tr}S^2 - (\mathrm{tr}S)^2/d)}\Big) $$
 * Both take S divided by N; N - 1 is used for N in centred data. They minimise the expected squared Frobenius error, not the error of the
 * smallest eigenvalue or of a pencil, and leave a bias towards the identity that the intervals do not contain.
 * @param moments of the rows
 * @param kind "none" (ρ = 0), "ledoit-wolf" or "oas"
 * @throws RangeError for another name, or "ledoit-wolf" after a projection, which loses the fourth moments
 * @origin standard, Ledoit and Wolf 2004; Chen, Wiesel, Eldar and Hero 2010, equation 23
 * @example
 * const rows = new cot.data.SecondMoments(2);
 * rows.add(Float64Array.of(1, 1, 2, 2, 3, 4, 4, 4, 5, 5, 6, 7));
 * cot.diagnostic.shrinkageIntensity(rows.finish(), "oas"); // => 0.42
 */
export function shrinkageIntensity(moments: Moments, kind: Shrinkage): number {
  const check: Checks = new Checks("shrinkageIntensity");
  if (!(moments instanceof Moments)) check.wrongKind("moments", "moments (readMoments)", moments);
  check.oneOf("kind", kind, ["none", "ledoit-wolf", "oas"]);
  if (kind === "none") return 0;
  const { d, centred } = moments;
  const count = moments.count - (centred ? 1 : 0);
  if (kind === "ledoit-wolf" && !Number.isFinite(moments.fourth))
    check.fail("kind", "none or oas for projected or standardised features, whose fourth moments are not known", kind);
  const S = moments.covariance();
  const size = S.reduce((sum, value) => sum + value * value, 0);
  const total = trace(S, d);
  const spread = size - total ** 2 / d;
  if (!(spread > 1e-14 * size)) return 1;
  if (kind === "oas") return Math.min(1, ((1 - 2 / d) * size + total ** 2) / ((count + 1 - 2 / d) * spread));
  const noise = (moments.fourth - size) / count;
  return Math.min(1, Math.max(0, noise / spread));
}

/**
 * A covariance shrunk towards a multiple of the identity, row-major (d, d).
 * S_ρ = (1-ρ)S + ρ (tr S/d) I
 * @param S row-major (d, d)
 * @param d its size
 * @param intensity ρ, in [0, 1]
 * @throws RangeError outside the domain
 * @origin standard, Ledoit and Wolf 2004
 * @example
 * cot.diagnostic.shrink(Float64Array.of(2, 0, 0, 0), 2, 0.5); // => [1.5, 0, 0, 0.5]
 */
export function shrink(S: Float64Array, d: number, intensity: number): Float64Array {
  const check: Checks = new Checks("shrink");
  check.integer("d", d, 1);
  check.vector("S", S, d * d);
  check.interval("intensity", intensity, 0, 1);
  if (intensity === 0) return S;
  const level = (intensity * trace(S, d)) / d;
  return S.map((value, at) => (1 - intensity) * value + (at % (d + 1) === 0 ? level : 0));
}
