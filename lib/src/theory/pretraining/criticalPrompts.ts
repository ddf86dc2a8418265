/** @file How many training prompts thinking needs: the number below which more steps hurt in the end, and the growth per step. */
import { argumentsOf, Checks } from "../../core/check";
import { rowMajor } from "../../linalg/layout";
import { stepGrowth } from "../../model/errorPowers";
import type { AlignmentParams } from "../../model/pencil";
import { ones, powerLaw } from "../caseMatrices";
import { ownTheorem } from "../theorem";
import { checkPretraining, endlessMoments } from "./chainMoments";
import { fittedLayerSampler } from "./fittedLayer";
import { largestReturn, noiselessGrowth, pairedGrowth } from "./nestedPairings";
import { noiseScaleOf, type PretrainingParams, pretrainingMoments } from "./pretrainingError";

/**
 * The number of training prompts above which chains of a fitted layer converge on endless test prompts; a real number.
 * B_c = d + 1 + max_{|z|=1} tr(CΣ(z - D)⁻¹R(z - D)⁻ᴴΣ)  ≥  d + 1 + (d + Σ_i h_i)/n
 * $$ B_c = d + 1 + \max_{|z|=1} \mathrm{tr}\big(C\Sigma(z - D)^{-1}R(z - D)^{-H}\Sigma\big) \;\ge\; d + 1 + \frac{d + \sum_i h_i}{n} $$
 * The right side is the value at z = 1, where the target drops out (with label noise σ, h_i = (tr Λ + σ²)/λ_i): so many prompts are necessary for every
 * target, and the mean hardness of the skills sets how many, as the largest sets how many steps. Where Λ and Σ commute the return is convex in the real
 * part of z and largest at 1 or -1, and -1 asks for more exactly when steps overshoot so far that the mean of (μ_i/(2 - μ_i))² with weights 1 + h_i
 * exceeds 1, which needs a μ_i > 1 and so never happens when aligned:
 * B_c = d + 1 + (1/n) max(Σ_i (1 + h_i), Σ_i (1 + h_i) (μ_i/(2 - μ_i))²)
 * $$ B_c = d + 1 + \frac1n \max\Big( \sum_i (1 + h_i),\; \sum_i (1 + h_i) \Big(\frac{\mu_i}{2 - \mu_i}\Big)^2 \Big) $$
 * For Λ = Σ = I it is (d + 1)(1 + d/n). Infinity when the layer of endless training diverges already.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; target = covariance (Σ); noise = 0 (σ)
 * @throws HypothesisError when Λ is singular; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal(new Float64Array(60).fill(1));
 * cot.theory.criticalPrompts({ covariance, n: 30 }); // => 183
 */
export function criticalPrompts(params: AlignmentParams): number {
  argumentsOf("criticalPrompts", params);
  const check: Checks = new Checks("criticalPrompts");
  checkPretraining(check, params);
  const moments = [endlessMoments(params)];
  const { mu, delta } = moments[0];
  if (delta.some((value, i) => mu[i] > 0 && Math.abs(value) >= 1)) return Number.POSITIVE_INFINITY;
  return params.covariance.d + 1 + largestReturn(moments, 1);
}

/**
 * The factor by which the error's norm changes in one step of a fitted layer, in the end: the spectral radius of I - ÂS; dimensionless.
 * growth = max {|z| : s tr(CS(z - D)⁻¹R(z - D)⁻ᴴS) ≥ 1}, at least max_i |δ_i|
 * It is below 1 exactly for B > B_c ({@link criticalPrompts}) and m = ∞; for Λ = Σ = I it is δ + ρ. At finite m the trace is averaged over drawn S.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; prompts B > d + 1 or Infinity; target = covariance (Σ); noise = 0 (σ); m = Infinity; draws?; seed = 1
 * @throws HypothesisError when Λ is singular or B <= d + 1; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal(new Float64Array(60).fill(1));
 * cot.theory.pretrainingGrowth({ covariance, n: 30, prompts: 400 }); // => 0.8681
 */
export function pretrainingGrowth(params: PretrainingParams): number {
  argumentsOf("pretrainingGrowth", params);
  const check: Checks = new Checks("pretrainingGrowth");
  const scale = noiseScaleOf(check, params);
  const { moments } = pretrainingMoments(check, params);
  return scale === 0 ? noiselessGrowth(moments) : pairedGrowth(moments, scale);
}

const tilted = /* @__PURE__ */ powerLaw(80, 0.7);

/** The growth on either side of B_c, tested on the eigenvalues of layers that are fitted to sampled prompts. */
export const finitePretrainingGrowth = /* @__PURE__ */ ownTheorem<PretrainingParams>(() => ({
  id: "finite-pretraining-growth",
  source: "ours",
  statement: String.raw`the spectral radius of $I - \hat A\Sigma$ passes 1 at $B_c = d + 1 + \max_{|z|=1}\mathrm{tr}(C\Sigma(z-D)^{-1}R(z-D)^{-H}\Sigma)$ as $d, n, B \to \infty$ together`,
  paper: "Thinking longer always helps an aligned layer at m = ∞.",
  ours: "A layer that has seen fewer than B_c prompts overthinks even so.",
  kind: "approximation",
  tolerance: 0.03,
  draws: 60,
  predict: pretrainingGrowth,
  sampler: ({ covariance, target = covariance, n, prompts, noise }) => {
    const fit = fittedLayerSampler({ covariance, n, prompts, noise });
    const sigma = rowMajor(target.matrix);
    return (random) => stepGrowth(fit(random), sigma, target.d);
  },
  cases: [
    { covariance: ones(60), n: 30, prompts: 150 },
    { covariance: ones(60), n: 30, prompts: 400 },
    // Fitted layers stay below by 5 % at d = 40 (1.143 against 1.207), 3 % at 80, 1.5 % at 120.
    { covariance: tilted, n: 120, prompts: 120 },
    { covariance: tilted, n: 120, prompts: 240 },
    // Steps that overshoot, μ = 1.39: B_c is 375 and not 122.
    { covariance: ones(60), target: ones(60).scale(2.8), n: 60, prompts: 200 },
  ],
}));
