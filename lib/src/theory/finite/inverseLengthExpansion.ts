/** @file The mean error to first order in 1/m, for every k: what the factor 1 + o(1) of the scaling law needs. */
import { argumentsOf, Checks } from "../../core/check";
import { rowMajor } from "../../linalg/layout";
import { learnedDirections } from "../../model/commonDirections";
import { Covariance } from "../../model/covariance";
import { inverseGamma } from "../../model/gamma";
import { secondMomentSampler } from "../../model/wishart";
import { tilted } from "../caseMatrices";
import type { OverthinkingParams } from "../paper/overthinking";
import { productNorm } from "../simulatedErrors";
import { ownTheorem } from "../theorem";
import type { IsotropicErrorParams } from "./isotropicError";

/** E_k = limit + correction/m + O(1/m²). */
export interface InverseLengthExpansion {
  /** Σ_i δ_i^{2k}: the error at m = ∞, units of w². */
  readonly limit: number;
  /** C_k: the coefficient of 1/m, units of w². */
  readonly correction: number;
}

/**
 * The expansion of the mean error in 1/m, for commuting Γ and Σ and any k.
 * 𝓔_k = Σ_i δ_i^(2k) + C_k/m + O(1/m²),  δ_i = 1 - α_i σ_i,  α_i = 1/γ_i,  h_ij = Σ_{a+b=k-1} δ_i^a δ_j^b
 *   C_k = Σ_ij (1 + 1_ij) [α_i² σ_i σ_j h_ij² + 2 δ_i^k α_i α_j σ_i σ_j Σ_{b=0}^{k-2} (k-1-b) δ_i^(k-2-b) δ_j^b]
 * $$ \mathcal E_k = \sum_i \delta_i^{2k} + \frac{C_k}{m} + O(m^{-2}), \quad \delta_i = 1 - \alpha_i \sigma_i, \quad
 *    h_{ij} = \sum_{a+b=k-1} \delta_i^a \delta_j^b, \quad C_k = \sum_{ij} (1 + 1_{ij}) \Big[ \alpha_i^2 \sigma_i \sigma_j h_{ij}^2 +
 *    2 \delta_i^k \alpha_i \alpha_j \sigma_i \sigma_j \sum_{b=0}^{k-2} (k-1-b)\, \delta_i^{k-2-b} \delta_j^b \Big] $$
 * It follows from S = Σ + Ŝ with E Ŝ_ij² = (1 + 1_ij) σ_i σ_j/m. For Λ = Σ ∝ I, with δ = (d + 1)/(n + d + 1):
 * 𝓔_k = d δ^(2k) [1 + n² k (2k - 1)/((d + 1) m) + O(1/m²)]
 * $$ \mathcal E_k = d\,\delta^{2k} \Big[ 1 + \frac{n^2 k (2k-1)}{(d+1)\,m} + O(m^{-2}) \Big] $$
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; k >= 0; target = covariance (Σ); noise = 0 (σ)
 * @throws HypothesisError when Λ and Σ do not commute, or n = Infinity and λ_min(Λ) = 0; RangeError outside the domain, or beyond 1.8e308
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5]);
 * cot.theory.inverseLengthExpansion({ covariance, n: 10, k: 1 }); // => { limit: 0.1216, correction: 3.641 }
 */
export function inverseLengthExpansion(params: OverthinkingParams): InverseLengthExpansion {
  argumentsOf("inverseLengthExpansion", params);
  const check: Checks = new Checks("inverseLengthExpansion");
  const { k, ...alignment } = params;
  check.integer("k", k, 0);
  const directions = learnedDirections(check, "the expansion in 1/m", alignment);
  let [limit, correction] = [0, 0];
  for (const [i, one] of directions.entries()) {
    limit += one.delta ** (2 * k);
    if (k === 0) continue;
    for (const [j, other] of directions.entries()) {
      const { first, second } = dividedPowers(one.delta, other.delta, k);
      const square = one.alpha * one.alpha * one.sigma * other.sigma * first * first;
      const cross = 2 * one.delta ** k * one.mu * other.mu * second;
      correction += (i === j ? 2 : 1) * (square + cross);
    }
  }
  if (!Number.isFinite(limit) || !Number.isFinite(correction)) check.fail("k", "such that the expansion stays below 1.8e308", k);
  return { limit, correction };
}

/**
 * h_k = Σ_{a+b=k-1} x^a y^b and its derivative in x, Σ_b (k-1-b) x^{k-2-b} y^b, in about log2 k steps and without dividing by x - y:
 * h_{s+t} = x^t h_s + y^s h_t, once for k and once for its derivative.
 */
function dividedPowers(x: number, y: number, k: number): { first: number; second: number } {
  // x^s and its derivative, y^s, h_s and its derivative, for s the leading bits of k.
  let [xs, slope, ys, first, second] = [1, 0, 1, 0, 0];
  for (const bit of k.toString(2)) {
    [second, first, slope] = [slope * first + (xs + ys) * second, (xs + ys) * first, 2 * xs * slope];
    [xs, ys] = [xs * xs, ys * ys];
    if (bit === "0") continue;
    // h_{s+1} = x h_s + y^s.
    [second, first, slope] = [first + x * second, x * first + ys, xs + x * slope];
    [xs, ys] = [xs * x, ys * y];
  }
  return { first, second };
}

/**
 * The test length at which the first correction equals the m = ∞ error, for isotropic inputs; a real number, Infinity for n = Infinity, k >= 1.
 * m = n² k (2k - 1)/(d + 1)
 * The paper's factor 1 + o(1) needs test prompts much longer than this; m → ∞ at fixed k and n is not enough to say.
 * @param params d >= 1; n >= 1 or Infinity; k >= 0
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.scalingLawTestLength({ d: 10, n: 30, k: 5 }); // => 3681.8
 */
export function scalingLawTestLength(params: Omit<IsotropicErrorParams, "m">): number {
  const { d, n, k } = argumentsOf("scalingLawTestLength", params);
  const check: Checks = new Checks("scalingLawTestLength");
  check.integer("d", d, 1);
  check.length("n", n);
  check.integer("k", k, 0);
  return k === 0 ? 0 : (n * n * k * (2 * k - 1)) / (d + 1);
}

/** Length of the test prompts of the experiment below: its bias is of order 1/m. */
const LENGTH = 20_000;

/**
 * C_k, tested on sampled second moments S = Σ + Ŝ: m (½ f(Σ + Ŝ) + ½ f(Σ - Ŝ) - f(Σ)) with f(S) = ‖(I - AS)^k‖_F². The reflection
 * removes the odd orders in Ŝ, of which the first would drown the second.
 */
export const inverseLengthTheorem = /* @__PURE__ */ ownTheorem<OverthinkingParams>(() => ({
  id: "finite-inverse-length",
  source: "ours",
  statement: String.raw`$\mathcal E_k = \sum_i \delta_i^{2k} + C_k/m + O(m^{-2})$`,
  paper: "A factor 1 + o(1) in Corollary 3.5; in which limit is not said.",
  ours: "C_k in closed form for every k. For isotropic inputs the relative correction is n²k(2k-1)/((d+1)m).",
  kind: "rate",
  tolerance: 0.01,
  draws: 20_000,
  predict: (params) => inverseLengthExpansion(params).correction,
  sampler: ({ covariance, n, target = covariance, noise = 0, k }) => {
    const { d } = covariance;
    const f = productNorm(inverseGamma({ covariance, n, noise }), k);
    const mean = rowMajor(target.matrix);
    const center = f(mean);
    const draw = secondMomentSampler({ covariance: target, m: LENGTH });
    const reflected = new Float64Array(d * d);
    return (random) => {
      const S = draw(random);
      for (let i = 0; i < d * d; i++) reflected[i] = 2 * mean[i] - S[i];
      return LENGTH * (f(S) / 2 + f(reflected) / 2 - center);
    };
  },
  cases: [
    { covariance: tilted, n: 20, k: 1 },
    { covariance: tilted, n: 10, k: 3 },
    { covariance: tilted, n: 5, k: 6 },
    { covariance: Covariance.diagonal([1, 0.6, 0.3]), target: Covariance.diagonal([0.5, 0.9, 0.4]), n: 6, k: 4 },
  ],
}));
