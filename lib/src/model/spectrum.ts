/** @file The spectra of the paper's experiments: isotropic and power laws, in several normalisations. */
import { argumentsOf, Checks, inNameOf } from "../core/check";

/** How a spectrum is scaled: as it is, to a trace of d, to a trace of 1, or to λ_1 = 1. */
export type Normalisation = "none" | "trace-d" | "trace-1" | "max-1";
const NORMALISATIONS: readonly Normalisation[] = ["none", "trace-d", "trace-1", "max-1"];

/** Dimensions of the largest spectrum. */
const MOST_DIMENSIONS = 10_000_000;

/** A power-law spectrum. */
export interface PowerLawSpectrumParams {
  /** d: dimension; integer >= 1. */
  readonly d: number;
  /** α: decay exponent; finite; 0 is isotropic, 1 is the paper's "tilted" spectrum λ_i ∝ 1/i. */
  readonly exponent: number;
  /** How the spectrum is scaled; default "none", that is λ_1 = 1 before any factor. */
  readonly normalise?: Normalisation;
  /** A factor applied last; default 1. */
  readonly factor?: number;
}

/**
 * The eigenvalues of a power law, (d,), in units of x²; s is fixed by the normalisation.
 * λ_i = factor · s · i^(-α),  i = 1..d
 * @param params d >= 1; exponent α, finite; normalise = "none", or "trace-d", "trace-1", "max-1"; factor = 1
 * @throws RangeError outside the domain
 * @origin paper, LSA experiments (λ_i ∝ 1/i); the exponents 0.2 and 0.8 of its task-selection table
 * @example
 * cot.model.powerLawSpectrum({ d: 3, exponent: 1, normalise: "trace-d" }); // => [1.636, 0.818, 0.545]
 */
export function powerLawSpectrum(params: PowerLawSpectrumParams): Float64Array {
  const { d, exponent, normalise = "none", factor = 1 } = argumentsOf("powerLawSpectrum", params);
  const check: Checks = new Checks("powerLawSpectrum");
  check.count("d", d, 1, MOST_DIMENSIONS);
  check.finite("exponent", exponent);
  check.oneOf("normalise", normalise, NORMALISATIONS);
  check.positive("factor", factor);
  const spectrum = Float64Array.from({ length: d }, (_, i) => (i + 1) ** -exponent);
  const scaled = inNameOf(check.fn, () => normaliseSpectrum(spectrum, normalise)).map((lambda) => lambda * factor);
  // A positive number that has become 0, or infinite, is another spectrum.
  const at = scaled.findIndex((lambda) => !(lambda > 0 && Number.isFinite(lambda)));
  if (at >= 0) check.fail("exponent", `such that all ${d} eigenvalues are positive doubles`, exponent);
  return scaled;
}

/**
 * A spectrum rescaled as named.
 * @param spectrum eigenvalues >= 0, at least one > 0, (d,)
 * @param normalise "none", to a trace of d ("trace-d") or 1 ("trace-1"), or to a largest eigenvalue of 1 ("max-1")
 * @throws TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * cot.model.normaliseSpectrum(Float64Array.of(3, 1), "trace-1"); // => [0.75, 0.25]
 */
export function normaliseSpectrum(spectrum: Float64Array, normalise: Normalisation): Float64Array {
  const check: Checks = new Checks("normaliseSpectrum");
  check.vector("spectrum", spectrum);
  for (let i = 0; i < spectrum.length; i++) check.nonNegative(`spectrum[${i}]`, spectrum[i]);
  check.oneOf("normalise", normalise, NORMALISATIONS);
  if (spectrum.every((lambda) => lambda === 0)) check.fail("spectrum", "positive somewhere", spectrum);
  const trace = spectrum.reduce((sum, lambda) => sum + lambda, 0);
  const largest = spectrum.reduce((max, lambda) => Math.max(max, lambda), 0);
  const scale = { none: 1, "trace-d": spectrum.length / trace, "trace-1": 1 / trace, "max-1": 1 / largest }[normalise];
  if (!Number.isFinite(scale * largest) || !(scale > 0))
    check.fail("spectrum", "of eigenvalues whose sum and its inverse are finite", spectrum);
  return spectrum.map((lambda) => lambda * scale);
}
