/** @file The error of k steps of a layer that has seen B training prompts, for any pair of covariances and any test length. */
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { Random } from "../../core/random";
import { meanAndError } from "../../core/statistics";
import type { AlignmentParams } from "../../model/pencil";
import { neighbours, powerLaw } from "../caseMatrices";
import { ownTheorem } from "../theorem";
import { type ChainMoments, checkPretraining, endlessMoments, noiseScale, promptMomentsSampler } from "./chainMoments";
import { equivalentTables } from "./equivalentTables";
import { fittedErrorSampler } from "./fittedLayer";
import { MAX_PAIRED_STEPS, nestedPairings, promptTables } from "./nestedPairings";

/** A layer fitted to B prompts, and its test. */
export interface PretrainingParams extends AlignmentParams {
  /** B: training prompts; integer > d + 1, or Infinity (then A = Γ⁻¹). */
  readonly prompts: number;
  /** m: examples in the test prompt; integer >= 1, or Infinity; default Infinity. */
  readonly m?: number;
  /** Test prompts over which traces are averaged at finite m; integer >= 2, up to 10,000 and 4·10⁶/d²; default none: their limit for large d and m is taken. */
  readonly draws?: number;
  /** Seed of these test prompts; default 1. */
  readonly seed?: number;
}

/** The error of k = 0..K steps. */
export interface PretrainingCurve {
  /** 𝓔_k, (K+1,), units of (y/x)²; Infinity beyond 1.8e308. */
  readonly errors: Float64Array;
  /** ln 𝓔_k, (K+1,). */
  readonly logErrors: Float64Array;
  /** Standard error of `logErrors` from drawn test prompts, by the jackknife, (K+1,); 0 where none are drawn. */
  readonly logStandardErrors: Float64Array;
  /** Test prompts over which traces were averaged; 0 where none were drawn. */
  readonly draws: number;
}

/** Most draws, and most entries of their matrices, so that every call ends. */
const MOST_DRAWS = 10_000;
const MOST_NUMBERS = 4e6;
/** Groups of draws that the jackknife leaves out in turn. */
const GROUPS = 10;
/** Largest K of the contour integrals. */
export const MAX_CONTOUR_STEPS = 150;

/**
 * The error after k = 0..K steps of a layer that was fitted to B prompts instead of the population, in units of (y/x)².
 * 𝓔_k(B) = E‖D^k‖² + Σ_{j=1..k} (u ∗ v^{∗(j-1)} ∗ e)(k - j, k - j),  D = I - Γ⁻¹S,  s = 1/(B - d - 1),
 *   u = E tr(D^p R D^qᵀ),  v = s E tr(CS D^p R D^qᵀ S),  e = s E tr(CS D^p D^qᵀ S),  R = I - ΛΓ⁻¹,  C = (ΛΓ)⁻¹
 * $$ \mathcal E_k(B) = E\|D^k\|_F^2 + \sum_{j=1}^k (u * v^{*(j-1)} * e)(k - j, k - j), \quad D = I - \Gamma^{-1}S, \quad s = \frac{1}{B - d - 1},
 *    \quad u = E\,\mathrm{tr}(D^p R D^{q\top}), \quad v = s\,E\,\mathrm{tr}(C S D^p R D^{q\top} S), \quad e = s\,E\,\mathrm{tr}(C S D^p D^{q\top} S),
 *    \quad R = I - \Lambda\Gamma^{-1}, \quad C = (\Lambda\Gamma)^{-1} $$
 * ∗ is the two-dimensional convolution. The layer is Â = Γ⁻¹ + N, see {@link pretrainingNoise}, and of the pairings of N only the nested ones survive
 * as B, n and d grow together: at d = 40 to 80 it is good to some percent where chains converge. Below {@link criticalPrompts} the mean lives on rare
 * fits, and the median lies below it. S = Σ at m = ∞; at finite m the traces are those of the two-resolvent formula ({@link nonCommutingEquivalent}), or, with
 * draws, averaged over drawn S.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; prompts B > d + 1 or Infinity; target = covariance (Σ); noise = 0 (σ of training); m = Infinity;
 *   draws?; seed = 1
 * @param steps K; integer in [0, 300], in [0, 150] at finite m without draws
 * @throws HypothesisError when Λ is singular or B <= d + 1; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal(cot.model.powerLawSpectrum({ d: 40, exponent: 0.7 }));
 * cot.theory.pretrainingErrorCurve({ covariance, n: 60, prompts: 120 }, 3).errors; // => [40, 14.56, 7.969, 4.892]
 */
export function pretrainingErrorCurve(params: PretrainingParams, steps: number): PretrainingCurve {
  argumentsOf("pretrainingErrorCurve", params);
  const check: Checks = new Checks("pretrainingErrorCurve");
  const scale = noiseScaleOf(check, params);
  const { m = Number.POSITIVE_INFINITY, draws: wanted } = params;
  check.length("m", m);
  const finite = m !== Number.POSITIVE_INFINITY;
  check.integer("steps", steps, 0, finite && wanted === undefined ? MAX_CONTOUR_STEPS : MAX_PAIRED_STEPS);
  if (finite && wanted === undefined) {
    const logErrors = nestedPairings(equivalentTables({ ...params, m }, steps), scale, steps);
    return { errors: logErrors.map(Math.exp), logErrors, logStandardErrors: logErrors.map(() => 0), draws: 0 };
  }
  const { moments, draws } = pretrainingMoments(check, params);
  const curve = (prompts: readonly ChainMoments[]): Float64Array => nestedPairings(promptTables(prompts, scale, steps), scale, steps);
  const logErrors = curve(moments);
  const groups = Math.min(draws, GROUPS);
  const left = Array.from({ length: groups }, (_, g) => curve(moments.filter((_, i) => i % groups !== g)));
  // The jackknife's error is (groups - 1) times that of the mean of the values with one group left out.
  const spread = (k: number): number => (groups - 1) * meanAndError(left.map((logs) => logs[k])).standardError;
  return {
    errors: logErrors.map(Math.exp),
    logErrors,
    logStandardErrors: logErrors.map((_, k) => (groups === 0 ? 0 : spread(k))),
    draws,
  };
}

/** Checks a pretrained layer and gives the scale of its noise. */
export function noiseScaleOf(check: Checks, params: PretrainingParams): number {
  checkPretraining(check, params);
  return noiseScale(check, params.prompts, params.covariance.d);
}

/** The moments on the test prompts: one set at m = ∞, drawn ones otherwise. */
export function pretrainingMoments(
  check: Checks,
  { m = Number.POSITIVE_INFINITY, draws, seed = 1, ...alignment }: Omit<PretrainingParams, "prompts">,
): { moments: ChainMoments[]; draws: number } {
  check.length("m", m);
  if (m === Number.POSITIVE_INFINITY) return { moments: [endlessMoments(alignment)], draws: 0 };
  const count = draws ?? Math.max(2, Math.ceil(300 / alignment.covariance.d));
  // All moments are held at once.
  check.count("draws", count, 2, Math.max(2, Math.min(MOST_DRAWS, Math.floor(MOST_NUMBERS / alignment.covariance.d ** 2))));
  const random = inNameOf(check.fn, () => Random.seed(seed)).stream("pretraining");
  const sampler = promptMomentsSampler({ ...alignment, m });
  return { moments: Array.from({ length: count }, () => sampler(random)), draws: count };
}

const tilted = /* @__PURE__ */ powerLaw(40, 0.7);

/** The curve, tested on layers that are fitted to sampled prompts. */
export const finitePretraining = /* @__PURE__ */ ownTheorem<PretrainingParams & { readonly k: number }>(() => ({
  id: "finite-pretraining",
  source: "ours",
  statement: String.raw`$\mathcal E_k(B) \to E\|D^k\|_F^2 + \sum_j (u * v^{*(j-1)} * e)(k-j, k-j)$ as $d, n, B, m \to \infty$ together`,
  paper: "The trained layer is the optimum of the population loss.",
  ours: "The error of a layer that has seen B prompts, for any Λ, Σ, n, m and k.",
  kind: "approximation",
  tolerance: 0.05,
  draws: 60,
  predict: ({ k, ...params }) => pretrainingErrorCurve(params, k).errors[k],
  sampler: ({ covariance, target = covariance, n, prompts, m = Number.POSITIVE_INFINITY, noise, k }) =>
    fittedErrorSampler({ covariance, target, n, prompts, m, noise, k }),
  cases: [
    { covariance: tilted, n: 60, prompts: 120, k: 3 },
    { covariance: tilted, n: 60, prompts: 150, m: 200, k: 1 },
    { covariance: tilted, n: 60, prompts: 400, m: 200, k: 3 },
    { covariance: tilted, n: 60, prompts: 200, noise: 1, k: 2 },
    { covariance: tilted, target: neighbours(40, 0.1, 0.3), n: 60, prompts: 200, m: 150, k: 3 },
  ],
}));
