/** @file Where a preconditioner A comes from that is not the closed form `inverseGamma`: training, or a finite number of prompts. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import type { Random } from "../core/random";
import { multiply, rowProducts } from "../linalg/dense";
import { allFinite, checkFiniteEntries, matrixOver, rowMajor } from "../linalg/layout";
import { pseudoInverse } from "../linalg/pseudoInverse";
import { checkBlock, checkScale } from "../model/block";
import { checkCovariance } from "../model/covariance";
import type { GammaParams } from "../model/gamma";
import { checkInputs, type InputLaw } from "../model/inputLaw";
import { regressionPairSampler } from "../model/regressionPair";
import { secondMomentSampler } from "../model/wishart";

/**
 * The preconditioner of a trained layer, (d, d), units of 1/x²: one step of the layer is then w ↦ w + A (X y/m - S w).
 * A = -c V31
 * @param params V31, (d, d), units of 1/(c x²); c: scale of the key-query matrix, finite and non-zero
 * @throws RangeError when V31 is not square or not finite, or c is 0 or not finite
 * @origin paper, Theorem 3.1, V_* = -Γ^(-1)/c
 * @example
 * cot.estimators.learnedPreconditioner({ V31: new Matrix([[-0.5]]), c: 2 }); // => [[1]]
 */
export function learnedPreconditioner(params: { readonly V31: Matrix; readonly c: number }): Matrix {
  const { V31, c } = argumentsOf("learnedPreconditioner", params);
  const check: Checks = new Checks("learnedPreconditioner");
  checkBlock(check, "V31", V31);
  checkScale(check, c);
  const A = Matrix.mul(V31, -c);
  checkFiniteEntries(check, "A = -c V31", rowMajor(A), A.columns);
  return A;
}

/** Prompts, and products of all: some seconds, and a minute. */
const [MOST_PROMPTS, MOST_PRODUCTS] = [1e7, 1e11];

/** Training data of a finite n, and how it enters {@link estimatePreconditioner}. */
export interface EstimatePreconditionerParams extends GammaParams {
  /** B: training prompts; integer in [1, 1e7], and B d² at most 1e11, B d³ for "averaged" weights. */
  readonly prompts: number;
  /**
   * "drawn" (default): the empirical minimiser of the training loss, from B pairs of prompt and weights. "averaged": the
   * loss is averaged over w and the noise exactly, so that only the B matrices S_n are random: it needs no labels at all.
   */
  readonly weights?: "drawn" | "averaged";
  /** The law of the inputs; default normal. */
  readonly inputs?: InputLaw;
}

/**
 * The preconditioner that minimises the training loss over B prompts instead of the population, (d, d), units of 1/x²; the second
 * formula is for "averaged" weights.
 * Â = (Σ_b w_b g_bᵀ) (Σ_b g_b g_bᵀ)⁺,  g_b = X_b y_b/n
 * $$ \hat A = \Big(\sum_b w_b g_b^\top\Big) \Big(\sum_b g_b g_b^\top\Big)^+, \quad g_b = \tfrac1n X_b y_b $$
 * Â = (Σ_b S_b) (Σ_b S_b² + σ²/n S_b)⁺
 * $$ \hat A = \Big(\sum_b S_b\Big) \Big(\sum_b S_b^2 + \tfrac{\sigma^2}{n} S_b\Big)^+ $$
 * Both tend to Γ⁻¹ as B grows. Neither is symmetric. With B < d the first has rank B, and directions that no training
 * prompt showed are never corrected.
 * @param params covariance Λ, (d, d); n >= 1; prompts B >= 1; noise = 0 (σ); weights = "drawn" (or "averaged"); inputs? the law of x
 * @param random the stream of the prompts
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal([1]);
 * cot.estimators.estimatePreconditioner({ covariance, n: 10, prompts: 1000 }, cot.Random.seed(1)); // => [[0.831]]
 */
export function estimatePreconditioner(params: EstimatePreconditionerParams, random: Random): Matrix {
  argumentsOf("estimatePreconditioner", params);
  const check: Checks = new Checks("estimatePreconditioner");
  check.random("random", random);
  const { covariance, n, prompts, noise = 0, weights = "drawn", inputs } = params;
  checkCovariance(check, "covariance", covariance);
  check.integer("n", n, 1);
  check.nonNegative("noise", noise);
  check.oneOf("weights", weights, ["drawn", "averaged"]);
  const d = covariance.d;
  check.count("prompts", prompts, 1, Math.min(MOST_PROMPTS, Math.floor(MOST_PRODUCTS / d ** (weights === "averaged" ? 3 : 2))));
  const cross = new Float64Array(d * d);
  const gram = new Float64Array(d * d);
  if (weights === "averaged") {
    const draw = inNameOf(check.fn, () => secondMomentSampler({ covariance, m: n, ...(inputs && { inputs }) }));
    const square = new Float64Array(d * d);
    for (let b = 0; b < prompts; b++) {
      const S = draw(random);
      rowProducts(S, d, d, 1, square);
      for (let at = 0; at < d * d; at++) {
        cross[at] += S[at];
        gram[at] += square[at] + ((noise * noise) / n) * S[at];
      }
    }
  } else {
    if (inputs !== undefined) checkInputs(check, inputs, covariance);
    const law = inputs?.kind === "normal" ? undefined : inputs;
    const draw = regressionPairSampler({ covariance, n, noise, inputs: law });
    const [w, g] = [new Float64Array(d), new Float64Array(d)];
    for (let b = 0; b < prompts; b++) {
      draw(random, w, g);
      for (let i = 0; i < d; i++) {
        for (let j = 0; j < d; j++) {
          cross[i * d + j] += w[i] * g[j];
          gram[i * d + j] += g[i] * g[j];
        }
      }
    }
  }
  if (!allFinite(gram) || !allFinite(cross)) check.fail("covariance and noise", "such that the moments of g are finite", "an overflow");
  return matrixOver(multiply(cross, pseudoInverse(gram, d), d, d, d), d, d);
}
