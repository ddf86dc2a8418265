/** @file Shrinkage of a sample covariance towards a multiple of the identity. */
import { Checks } from "../core/check";
import type { Moments } from "../data/moments";
import { trace } from "../linalg/dense";

/** Which shrinkage. */
export type Shrinkage = "none" | "ledoit-wolf" | "oas";

/**
 * The intensity ρ of (1-ρ)S + ρ (tr S/d) I, in [0, 1].
 * - Ledoit and Wolf (2004): with δ² = ‖S - (tr S/d) I‖_F² and β² = (1/N²) Σ ‖x_i x_iᵀ - S‖_F² = (mean ‖x‖⁴ - ‖S‖_F²)/N,
 *   $$ \rho = \min(\beta^2, \delta^2)/\delta^2 $$
 * - OAS, oracle approximating shrinkage for Gaussian rows (Chen, Wiesel, Eldar and Hero 2010, equation 23):
 *   $$ \rho = \min\Big(1, \frac{(1 - 2/d)\,\mathrm{tr}S^2 + (\mathrm{tr}S)^2}{(N + 1 - 2/d)\,(\mathrm{tr}S^2 - (\mathrm{tr}S)^2/d)}\Big) $$
 * Both take S divided by N; N - 1 is used for N in centred data. They minimise the expected squared Frobenius error, not the error of the
 * smallest eigenvalue or of a pencil, and leave a bias towards the identity that the intervals do not contain.
 * @throws RangeError for another name
 */
export function shrinkageIntensity(moments: Moments, kind: Shrinkage): number {
  const check: Checks = new Checks("shrinkageIntensity");
  check.oneOf("kind", kind, ["none", "ledoit-wolf", "oas"]);
  if (kind === "none") return 0;
  const { d, centred } = moments;
  const count = moments.count - (centred ? 1 : 0);
  if (kind === "ledoit-wolf" && !Number.isFinite(moments.fourth))
    check.fail("kind", "none or oas for projected features, whose fourth moments are not known", kind);
  const S = moments.covariance();
  const size = S.reduce((sum, value) => sum + value * value, 0);
  const total = trace(S, d);
  const spread = size - total ** 2 / d;
  if (!(spread > 1e-14 * size)) return 1;
  if (kind === "oas") return Math.min(1, ((1 - 2 / d) * size + total ** 2) / ((count + 1 - 2 / d) * spread));
  const noise = (moments.fourth - size) / count;
  return Math.min(1, Math.max(0, noise / spread));
}

/** (1-ρ)S + ρ (tr S/d) I. */
export function shrink(S: Float64Array, d: number, intensity: number): Float64Array {
  const check: Checks = new Checks("shrink");
  if (!(intensity >= 0 && intensity <= 1)) check.fail("intensity", "a number in [0, 1]", intensity);
  if (intensity === 0) return S;
  const level = (intensity * trace(S, d)) / d;
  return S.map((value, at) => (1 - intensity) * value + (at % (d + 1) === 0 ? level : 0));
}
