/** @file How long a test prompt must be before Corollary 3.5's factor 1 + o(1) means anything, for any spectrum. */
import { argumentsOf, Checks } from "../../core/check";
import { rowMajor } from "../../linalg/layout";
import { type LearnedDirection, learnedDirections } from "../../model/commonDirections";
import { Covariance } from "../../model/covariance";
import { inverseGamma } from "../../model/gamma";
import { tilted } from "../caseMatrices";
import type { OverthinkingParams } from "../paper/overthinking";
import { productNorm } from "../simulatedErrors";
import { ownTheorem } from "../theorem";
import { inverseLengthTheorem } from "./inverseLengthExpansion";

const RESULT = "the first-order law";
/** Relative difference up to which growths count as one. */
const EQUAL = 1e-12;

/**
 * The test length at which the 1/m correction of the error equals the error at m = ∞, for commuting Γ and Σ; a real number.
 * m = C_k/Σ_i δ_i^(2k),  C_k as in inverseLengthExpansion
 * The error follows its law for endless prompts only where m is much larger. For Λ = Σ ∝ I it is {@link scalingLawTestLength}; a tilted spectrum needs
 * less, for the direction that rules the error is learned with a short step. All powers are taken of δ_i/max|δ|, so that any k is in range.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; k in [1, 2e8/d²]; target = covariance (Σ); noise = 0 (σ)
 * @throws HypothesisError when Λ and Σ do not commute, or Γ is singular; TypeError or RangeError outside the domain, or when the error at m = ∞ is 0
 * @origin ours
 * @example
 * const lengths = [0, 1, 2].map((exponent) => {
 *   const covariance = cot.Covariance.diagonal(cot.model.powerLawSpectrum({ d: 10, exponent }));
 *   return cot.theory.firstOrderLength({ covariance, n: 10, k: 20 });
 * });
 * lengths; // => [7090.9, 632.99, 52.04]
 */
export function firstOrderLength(params: OverthinkingParams): number {
  argumentsOf("firstOrderLength", params);
  const check: Checks = new Checks("firstOrderLength");
  const { directions, growth } = slowest(check, params);
  const { k } = params;
  check.count("k", k, 1, Math.floor(MOST_TERMS / directions.length ** 2));
  const deltas = Float64Array.from(directions, ({ delta }) => delta / growth);
  let limit = 0;
  let correction = 0;
  directions.forEach((one, i) => {
    const x = deltas[i];
    const last = x ** k;
    limit += last * last;
    for (let j = 0; j < deltas.length; j++) {
      // h = Σ_{a+b=k-1} x^a y^b and its derivative in x, without dividing by x - y: h_{t+1} = x h_t + y^t.
      let [h, slope, power] = [0, 0, 1];
      for (let t = 0; t < k; t++) {
        slope = h + x * slope;
        h = x * h + power;
        power *= deltas[j];
      }
      const { sigma, mu } = directions[j];
      correction += (i === j ? 2 : 1) * (one.alpha * one.alpha * one.sigma * sigma * h * h + 2 * last * one.mu * mu * slope);
    }
  });
  const length = correction / limit / (growth * growth);
  if (!Number.isFinite(length)) check.fail("the result", "below 1.8e308", length);
  return length;
}

/** Pairs of directions times steps; beyond, {@link firstOrderLaw} is as good. */
const MOST_TERMS = 2e8;

/**
 * What {@link firstOrderLength} tends to as k grows; a real number.
 * m → (q + 1) k (2k - 1) (μ/δ)²,  q the multiplicity of the slowest direction;  aligned μ/δ = n/(1 + H)
 * $$ m \to (q + 1)\, k (2k - 1) \Big(\frac{\mu}{\delta}\Big)^2, \quad \text{aligned } \frac\mu\delta = \frac{n}{1 + H} $$
 * So m ≫ k²n²/d is the isotropic case, q = d and H = d, alone: where one weak skill rules, H is its hardness and q = 1.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; k >= 1; target = covariance (Σ); noise = 0 (σ)
 * @throws as {@link firstOrderLength}
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5]);
 * const params = { covariance, n: 10, k: 500 };
 * cot.theory.firstOrderLength(params) / cot.theory.firstOrderLaw(params); // => 1.00
 */
export function firstOrderLaw(params: OverthinkingParams): number {
  argumentsOf("firstOrderLaw", params);
  const check: Checks = new Checks("firstOrderLaw");
  const { directions, growth } = slowest(check, params);
  const { k } = params;
  const ruling = directions.filter(({ delta }) => Math.abs(delta) >= growth * (1 - EQUAL));
  // Where directions with different steps are equally slow, each pair counts with the product of their own.
  let sum = 0;
  for (const one of ruling) for (const other of ruling) sum += pairWeight(one, other, k);
  return sum / ruling.length / (growth * growth);
}

/** The leading part of one pair in k: (1 + 1_ij) [k² α_i² σ_i σ_j + k (k - 1) μ_i μ_j] where δ_i = δ_j; 0 for opposite signs, which do not resonate. */
function pairWeight(one: LearnedDirection, other: LearnedDirection, k: number): number {
  if (one.delta > 0 !== other.delta > 0) return 0;
  const same = one === other ? 2 : 1;
  return same * (k * k * one.alpha * one.alpha * one.sigma * other.sigma + k * (k - 1) * one.mu * other.mu);
}

function slowest(check: Checks, { k, ...alignment }: OverthinkingParams): { directions: LearnedDirection[]; growth: number } {
  check.integer("k", k, 1);
  const directions = learnedDirections(check, RESULT, alignment);
  const growth = directions.reduce((most, { delta }) => Math.max(most, Math.abs(delta)), 0);
  if (growth === 0) check.fail("n", "finite, or the error at m = ∞ is 0", alignment.n);
  return { directions, growth };
}

/** The length, tested on sampled second moments near their mean. */
export const firstOrderTheorem = /* @__PURE__ */ ownTheorem<OverthinkingParams>(() => ({
  id: "finite-first-order-length",
  source: "ours",
  statement: String.raw`$C_k/\mathcal E_k(\infty) \to (q+1)\,k(2k-1)\,(n/(1+H))^2$ as $k \to \infty$, $q$ the multiplicity of $\lambda_{\min}$`,
  paper: "A factor 1 + o(1) in Corollary 3.5; in which limit is not said.",
  ours: "The test length that it needs, for any spectrum.",
  kind: "rate",
  tolerance: 0.01,
  draws: 20_000,
  predict: firstOrderLength,
  sampler: (params) => {
    const { covariance, n, target = covariance, noise, k } = params;
    const correction = inverseLengthTheorem.sampler!(params);
    const limit = productNorm(inverseGamma({ covariance, n, noise }), k)(rowMajor(target.matrix));
    return (random) => correction(random) / limit;
  },
  cases: [
    { covariance: tilted, n: 10, k: 5 },
    { covariance: Covariance.diagonal([1, 0.25, 0.25]), n: 6, k: 8 },
  ],
}));
