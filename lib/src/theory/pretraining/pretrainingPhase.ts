/** @file What becomes of the error of a layer that has seen B prompts as k grows, and the steps that serve it best, for any pair. */
import { argumentsOf, Checks } from "../../core/check";
import { leastOf, type PretrainingBehaviour, phaseOf } from "./isotropicPretraining";
import { MAX_PAIRED_STEPS, noiselessGrowth, pairedGrowth } from "./nestedPairings";
import { MAX_CONTOUR_STEPS, noiseScaleOf, type PretrainingParams, pretrainingErrorCurve, pretrainingMoments } from "./pretrainingError";

/**
 * The phase of a layer fitted to B prompts, by the growth of its error, and k*: exponential, polynomial, saturating or overthinking.
 * k* = argmin_k 𝓔_k(B)
 * The growth is {@link pretrainingGrowth}; for Λ = Σ ∝ I {@link isotropicPretrainingPhase} has it in closed form, with the laws near B_c.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; prompts B > d + 1 or Infinity; target = covariance (Σ); noise = 0 (σ); m = Infinity; draws?; seed = 1
 * @throws HypothesisError when Λ is singular or B <= d + 1; TypeError or RangeError outside the domain, or when k* exceeds 300 (150 at finite m)
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal(cot.model.powerLawSpectrum({ d: 40, exponent: 0.7 }));
 * cot.theory.pretrainingPhase({ covariance, n: 60, prompts: 60 }); // => { phase: "overthinking", growth: 1.2066, bestSteps: 1 }
 */
export function pretrainingPhase(params: PretrainingParams): PretrainingBehaviour {
  argumentsOf("pretrainingPhase", params);
  const check: Checks = new Checks("pretrainingPhase");
  const scale = noiseScaleOf(check, params);
  const { moments } = pretrainingMoments(check, params);
  const growth = scale === 0 ? noiselessGrowth(moments) : pairedGrowth(moments, scale);
  const phase = phaseOf(
    growth,
    moments.some(({ mu }) => mu.some((value) => value === 0)),
  );
  if (phase === "exponential" || phase === "polynomial") return { phase, growth, bestSteps: Number.POSITIVE_INFINITY };
  const limit = Number.isFinite(params.m ?? Number.POSITIVE_INFINITY) && params.draws === undefined ? MAX_CONTOUR_STEPS : MAX_PAIRED_STEPS;
  return { phase, growth, bestSteps: leastOf(check, phase, (steps) => pretrainingErrorCurve(params, steps).logErrors, limit) };
}
