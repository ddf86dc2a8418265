/** @file What a finite number of prompts adds to the learned matrix: the law of N = Â - Γ⁻¹. */
import type { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../../core/check";
import { gammaEigenvalues, inverseGamma } from "../../model/gamma";
import type { AlignmentParams } from "../../model/pencil";
import { ones, powerLaw } from "../caseMatrices";
import { ownTheorem } from "../theorem";
import { endlessMoments } from "./chainMoments";
import { fittedLayerSampler } from "./fittedLayer";
import { noiseScaleOf } from "./pretrainingError";

/** Training on B prompts, and the inputs of the test. */
export interface PretrainingNoiseParams extends AlignmentParams {
  /** B: training prompts; integer > d + 1, or Infinity. */
  readonly prompts: number;
}

/** The law of N = R^{1/2} Z (Wishart_B)^{-1/2} C^{1/2}, Z of independent N(0, 1): it does not change under rotations between its factors. */
export interface PretrainingNoise {
  /** R = I - ΛΓ⁻¹: covariance of w - Γ⁻¹g, what a prompt leaves open of w, (d, d), units of (y/x)². */
  readonly rows: Matrix;
  /** C = (ΛΓ)⁻¹: inverse covariance of g = S_n w, (d, d), units of 1/x⁴. */
  readonly columns: Matrix;
  /** s = 1/(B - d - 1): E N_ij² = s R_i C_j in the eigenbasis of Λ. */
  readonly scale: number;
  /** √(s tr(CΣRΣ)): radius of the disc that the eigenvalues of NΣ fill, dimensionless. */
  readonly discRadius: number;
}

/**
 * The law of what is random in a layer fitted to B prompts, N = Â - Γ⁻¹, of mean 0; (d, d), units of 1/x². In the eigenbasis of Λ
 * E N_ij² = R_i/(λ_j γ_j (B - d - 1)),  R_i = 1 - λ_i/γ_i
 * Exact for w and g jointly normal; g = S_n w is so as d and n grow. The eigenvalues of NΣ fill a disc as d grows, and those of I - ÂΣ the set
 * where s tr(CΣ(z - D)⁻¹R(z - D)⁻ᴴΣ) >= 1, whose radius is {@link pretrainingGrowth}.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; prompts B > d + 1 or Infinity; target = covariance (Σ); noise = 0 (σ)
 * @throws HypothesisError when Λ is singular or B <= d + 1; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5]);
 * cot.theory.pretrainingNoise({ covariance, n: 10, prompts: 103 }).discRadius; // => 0.06034
 */
export function pretrainingNoise(params: PretrainingNoiseParams): PretrainingNoise {
  argumentsOf("pretrainingNoise", params);
  const check: Checks = new Checks("pretrainingNoise");
  const scale = noiseScaleOf(check, params);
  const { covariance, n, noise = 0 } = params;
  const gamma = gammaEigenvalues({ covariance, n, noise });
  const surplus = covariance.trace + noise * noise;
  const { mu, loop } = endlessMoments(params);
  // tr(CΣRΣ) is the loop at p = q = 0.
  const count = mu.length;
  let trace = 0;
  for (let i = 0; i < count; i++) {
    if (loop.length === count) trace += loop[i] * mu[i] * mu[i];
    else for (let j = 0; j < count; j++) trace += loop[i * count + j] * mu[i] * mu[j];
  }
  return {
    rows: covariance.withEigenvalues(gamma.map((value, i) => (covariance.eigenvalues[i] + surplus) / n / value)),
    columns: covariance.withEigenvalues(gamma.map((value, i) => 1 / (value * covariance.eigenvalues[i]))),
    scale,
    discRadius: Math.sqrt(scale * trace),
  };
}

/** E ‖N‖_F², tested on layers that are fitted to sampled prompts. */
export const finitePretrainingNoise = /* @__PURE__ */ ownTheorem<PretrainingNoiseParams>(() => ({
  id: "finite-pretraining-noise",
  source: "ours",
  statement: String.raw`$E\|\hat A - \Gamma^{-1}\|_F^2 \to \mathrm{tr}(R)\,\mathrm{tr}((\Lambda\Gamma)^{-1})/(B-d-1)$ as $d, n, B \to \infty$ together`,
  paper: "The trained layer is the optimum of the population loss.",
  ours: "What a finite number of prompts adds to it.",
  kind: "approximation",
  tolerance: 0.05,
  draws: 100,
  predict: (params) => {
    const { rows, columns, scale } = pretrainingNoise(params);
    return scale * rows.trace() * columns.trace();
  },
  sampler: ({ covariance, n, prompts, noise }) => {
    const mean = inverseGamma({ covariance, n, noise }).to1DArray();
    const fit = fittedLayerSampler({ covariance, n, prompts, noise });
    return (random) => fit(random).reduce((sum, value, at) => sum + (value - mean[at]) ** 2, 0);
  },
  cases: [
    { covariance: ones(60), n: 60, prompts: 200 },
    { covariance: powerLaw(40, 0.7), n: 60, prompts: 150 },
  ],
}));
