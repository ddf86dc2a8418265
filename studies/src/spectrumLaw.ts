/** @file The spectrum of a power law, in words. */

/**
 * "λ_i ∝ 1/i" and the like for λ_i = a·i^(-α): "λ_i = 1" for α = 0 where no scale is named, "λ_i = 3·i^(-2)" with the scale 3.
 * @param exponent α >= 0
 * @param scale a, a number or its symbol; without it the trace is d
 * @origin ours
 */
export function spectrumLaw(exponent: number, scale?: number | string): string {
  if (exponent === 0) return `λ_i = ${scale ?? 1}`;
  if (exponent === 1) return scale === undefined ? "λ_i ∝ 1/i" : `λ_i = ${scale}/i`;
  return scale === undefined ? `λ_i ∝ i^(-${exponent})` : `λ_i = ${scale}·i^(-${exponent})`;
}
