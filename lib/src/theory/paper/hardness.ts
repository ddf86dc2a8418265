/** @file Task hardness: how far a task's weakest skill stands below the sum of all of them. */
import { Checks } from "../../core/check";
import { Covariance, checkCovariance, requireInvertible } from "../../model/covariance";
import type { GammaParams } from "../../model/gamma";
import { test, tilted } from "../caseMatrices";
import { ownTheorem } from "../theorem";

/**
 * The hardness of each skill, (d,), ascending, dimensionless; Infinity for a skill of strength 0.
 * h_i = tr Λ/λ_i ≥ 1
 * @param covariance Λ, (d, d)
 * @throws TypeError when it is not a Covariance
 * @origin ours: the per-direction form of the paper's Hard(Λ)
 * @example
 * cot.theory.skillHardness(cot.Covariance.diagonal([1, 0.5])); // => [1.5, 3]
 */
export function skillHardness(covariance: Covariance): Float64Array {
  checkCovariance(new Checks("skillHardness"), "covariance", covariance);
  return covariance.eigenvalues.map((lambda) => covariance.trace / lambda);
}

/**
 * The hardness of a task, dimensionless; scaling Λ leaves it unchanged.
 * Hard(Λ) = tr Λ/λ_min = max_i h_i ≥ d, with equality exactly for Λ ∝ I
 * $$ \mathrm{Hard}(\Lambda) = \mathrm{tr}(\Lambda) / \lambda_{\min}(\Lambda) = \max_i h_i \ge d $$
 * @param covariance Λ, (d, d), with λ_min > 0
 * @throws HypothesisError when λ_min = 0 (no finite hardness); TypeError when it is not a Covariance; RangeError when the ratio overflows
 * @origin paper, Definition of Hard(Λ) as u/λ_min with u left undefined; u = tr(Λ) is what its Theorem 3.3 writes out
 * @example
 * cot.theory.hardness(cot.Covariance.diagonal([1, 0.5])); // => 3
 */
export function hardness(covariance: Covariance): number {
  return finiteHardness(new Checks("hardness"), "the hardness Hard(Λ)", covariance);
}

/** `hardness`, speaking in the name of the function and the result that needs it. */
export function finiteHardness(check: Checks, result: string, covariance: Covariance): number {
  checkCovariance(check, "covariance", covariance);
  requireInvertible(check, "covariance", covariance, result, "lambda_min > 0");
  const ratio = covariance.trace / covariance.lambdaMin;
  if (!Number.isFinite(ratio)) check.fail("covariance", "such that tr/lambda_min does not overflow", covariance.lambdaMin);
  return ratio;
}

/** A task whose hardness is tested. */
export type HardnessCase = Pick<GammaParams, "covariance">;

const hardnessCases: readonly HardnessCase[] = [
  { covariance: Covariance.diagonal([1, 1, 1]) },
  { covariance: tilted },
  { covariance: test },
];

/** Draws tr(Λ) / vᵀΛv in a uniformly random direction v: the hardness of that direction. */
function directionSampler({ covariance }: HardnessCase) {
  const { d, matrix, trace } = covariance;
  return (random: { normal(): number }) => {
    const v = Float64Array.from({ length: d }, () => random.normal());
    let [norm, form] = [0, 0];
    for (let i = 0; i < d; i++) {
      norm += v[i] * v[i];
      for (let j = 0; j < d; j++) form += v[i] * matrix.get(i, j) * v[j];
    }
    return (trace * norm) / form;
  };
}

/** No direction is harder than Hard(Λ). */
export const hardnessMaximum = /* @__PURE__ */ ownTheorem<HardnessCase>(() => ({
  id: "hardness-maximum",
  source: "Definition of Hard(Λ)",
  statement: String.raw`$\mathrm{tr}(\Lambda)/v^\top\Lambda v \le \mathrm{Hard}(\Lambda)$ for every unit vector $v$`,
  paper: "Hard(Λ) = u/λ_min(Λ), u undefined in the statement; its highlights write tr(Λ)/λ_min(Λ).",
  ours: "u = tr(Λ); the variational form, which says that Hard(Λ) is the hardness of the weakest direction.",
  kind: "upper-bound",
  everyDraw: true,
  tolerance: 1e-12,
  predict: ({ covariance }) => hardness(covariance),
  sampler: directionSampler,
  cases: hardnessCases,
}));

/** Hard(Λ) >= d, since already the average direction has hardness at least d. */
export const hardnessMinimum = /* @__PURE__ */ ownTheorem<HardnessCase>(() => ({
  id: "hardness-minimum",
  source: "ours",
  statement: String.raw`$E_v[\mathrm{tr}(\Lambda)/v^\top\Lambda v] \ge d$ for $v$ uniform on the sphere, hence $\mathrm{Hard}(\Lambda)\ge d$`,
  paper: "Nothing: the smallest hardness is not stated.",
  ours: "Jensen's inequality and E[vᵀΛv] = tr(Λ)/d. The least hardness of a task is d (isotropic), not 1.",
  kind: "lower-bound",
  // An isotropic Λ attains the bound, and then the mean differs from d by rounding only.
  tolerance: 1e-12,
  predict: ({ covariance }) => {
    checkCovariance(new Checks("predict"), "covariance", covariance);
    return covariance.d;
  },
  sampler: directionSampler,
  cases: hardnessCases,
}));
