/** @file What thinking cannot recover where training had no data, and what it spoils for the rest. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../../core/check";
import { rowMajor } from "../../linalg/layout";
import { pseudoInverse } from "../../linalg/pseudoInverse";
import { Covariance, toMatrix } from "../../model/covariance";
import { type AlignmentParams, alignmentPencil } from "../../model/pencil";
import { behaviourOf } from "../paper/overthinking";
import { largestStableStep } from "../paper/theorem31";
import { limitErrorSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";
import { gradientDescent } from "./gradientDescent";

/**
 * The error to which thinking tends on an endless prompt when training had no data in some directions, in units of (y/x)²; Infinity when the
 * covered directions diverge.
 * lim 𝓔_k = d - r + ‖Σ_PP⁻¹ Σ_PU‖_F²,  P the r covered directions of Λ and U the others
 * The uncovered weights are never learned, and through Σ_PU they are mistaken for covered ones: the second term is what thinking spoils. It is 0 where Λ
 * and Σ commute. Where Λ is invertible the limit is 0. Directions that Σ does not show at all keep their error as well.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; target = Λ (Σ); noise = 0 (σ)
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0]), cot.Covariance.fromMatrix([[1, 0.5], [0.5, 1]])];
 * cot.theory.uncoveredError({ covariance, target, n: 10 }); // => 1.25
 */
export function uncoveredError(params: AlignmentParams): number {
  argumentsOf("uncoveredError", params);
  const check: Checks = new Checks("uncoveredError");
  const pencil = alignmentPencil(check, "the limit of thinking", params);
  if (behaviourOf(pencil).behaviour === "diverges") return Number.POSITIVE_INFINITY;
  const { covariance } = params;
  const { d, eigenvalues, eigenvectors } = covariance;
  const r = eigenvalues.filter((lambda) => lambda > 0).length;
  const turned = eigenvectors.transpose().mmul(pencil.target.matrix).mmul(eigenvectors);
  const block = rowMajor(turned.subMatrix(0, r - 1, 0, r - 1)).slice();
  const inverse = toMatrix(pseudoInverse(block, r), r);
  // Directions that are covered but not shown keep their error: the trace of Σ_PP Σ_PP⁺ counts the others.
  const shown = inverse.mmul(turned.subMatrix(0, r - 1, 0, r - 1)).trace();
  const leak = r === d ? 0 : inverse.mmul(turned.subMatrix(0, r - 1, r, d - 1)).norm("frobenius") ** 2;
  return d - Math.round(shown) + leak;
}

const holed = /* @__PURE__ */ Covariance.diagonal([1, 0.6, 0, 0]);
const coupled = /* @__PURE__ */ Covariance.fromMatrix([
  [0.5, -0.1, 0.1, 0],
  [-0.1, 0.6, 0, 0.2],
  [0.1, 0, 0.8, 0.1],
  [0, 0.2, 0.1, 0.7],
]);

/** The limit, tested on a layer that gradient descent has trained from 0. */
export const uncoveredLimit = /* @__PURE__ */ ownTheorem<AlignmentParams & { readonly k: number }>(() => ({
  id: "uncovered-limit",
  source: "ours",
  statement: String.raw`$\lim_k \mathcal E_k = d - r + \|\Sigma_{PP}^{-1}\Sigma_{PU}\|_F^2$ at $m = \infty$ for training from 0 without data in $U$`,
  paper: "Supposes data in every direction.",
  ours: "What is never learned, and what it spoils for the covered directions.",
  kind: "equality",
  draws: 20_000,
  predict: ({ k: _, ...params }) => uncoveredError(params),
  sampler: ({ covariance, target = covariance, n, noise, k }) => {
    const setting = { covariance, n, noise, c: 1 };
    const { V31 } = gradientDescent({ ...setting, step: largestStableStep(setting) / 2, steps: 2000 });
    return limitErrorSampler({ preconditioner: Matrix.mul(V31, -1), target, k });
  },
  cases: [
    { covariance: holed, target: coupled, n: 30, k: 300 },
    { covariance: Covariance.diagonal([0, 0.7, 0.4, 0.3]), target: coupled.scale(0.5), n: 12, noise: 0.5, k: 300 },
  ],
}));
