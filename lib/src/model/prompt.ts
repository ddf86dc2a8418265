/** @file In-context linear regression: prompts and their sampling. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import type { Random } from "../core/random";
import { type Covariance, checkCovariance } from "./covariance";
import type { GammaParams } from "./gamma";
import { checkInputs, type InputLaw, whiteInputs } from "./inputLaw";

/** A prompt P_τ = (x_1, y_1, ..., x_n, y_n) with the weights that made its labels. */
export interface Prompt {
  /** X: one example a column, (d, n), units of x. */
  readonly X: Matrix;
  /** y: labels ⟨w, x_i⟩ + noise, (n,), units of y. */
  readonly y: Float64Array;
  /** w: the hidden weights, (d,), units of y/x. */
  readonly w: Float64Array;
}

/** Examples of the longest prompt that is drawn. */
const MOST_EXAMPLES = 10_000_000;

/** How prompts of a finite n are drawn. */
export interface PromptParams extends GammaParams {
  /** w: hidden weights; default: drawn from N(0, I_d), as in the paper. */
  readonly w?: ArrayLike<number>;
  /** The law of the inputs; default normal, as in the paper. */
  readonly inputs?: InputLaw;
}

/**
 * Draws a prompt of linear regression with weights of its own.
 * w ~ N(0, I_d),  x_i ~ N(0, Λ),  ε_i ~ N(0, 1),  y_i = ⟨w, x_i⟩ + σ ε_i
 * Draws in the order w, X, noise, so that prompts of the same stream share w and X across noise levels.
 * @param params covariance Λ, (d, d); n >= 1; noise = 0 (σ); w? fixed weights, (d,), in place of drawn ones;
 *   inputs? the law of x, else normal
 * @param random the stream; w advances it even where it is fixed
 * @throws RangeError outside the domain
 * @origin paper, the setting; its labels have no noise
 * @example
 * const { X, y, w } = cot.model.samplePrompt({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 5, w: [1, -1] }, cot.Random.seed(1));
 * y[0] - (X.get(0, 0) - X.get(1, 0)); // => 0
 * w; // => [1, -1]
 */
export function samplePrompt(params: PromptParams, random: Random): Prompt {
  const { covariance, n, noise = 0, w: fixed, inputs } = argumentsOf("samplePrompt", params);
  const check: Checks = new Checks("samplePrompt");
  check.random("random", random);
  checkCovariance(check, "covariance", covariance);
  check.count("n", n, 1, MOST_EXAMPLES);
  check.nonNegative("noise", noise);
  const d = covariance.d;
  if (fixed !== undefined) check.vector("w", fixed, d);
  const w = random.fillNormal(new Float64Array(d));
  if (fixed !== undefined) w.set(Float64Array.from(fixed));
  const X = inNameOf("samplePrompt", () => sampleInputs(covariance, n, random, inputs));
  const y = new Float64Array(n);
  for (let j = 0; j < n; j++) for (let i = 0; i < d; i++) y[j] += w[i] * X.get(i, j);
  if (noise > 0) for (let j = 0; j < n; j++) y[j] += noise * random.normal();
  return { X, y, w };
}

/**
 * Draws the inputs of a prompt: independent columns x ~ N(0, Λ), (d, n), in units of x.
 * X = Q Λ^(1/2) Z,  Z_ij ~ N(0, 1),  Q = I for diagonal Λ
 * @param covariance Λ, (d, d)
 * @param n columns; integer >= 0
 * @param random the stream
 * @param inputs the law of x; default normal, as in the paper
 * @throws HypothesisError for independent coordinates that are not normal when Λ is not diagonal; RangeError for a law without a covariance
 * @origin paper, the setting
 * @example
 * const X = cot.model.sampleInputs(cot.Covariance.diagonal([1, 0.5]), 5, cot.Random.seed(1));
 * [X.rows, X.columns]; // => [2, 5]
 */
export function sampleInputs(covariance: Covariance, n: number, random: Random, inputs?: InputLaw): Matrix {
  const check: Checks = new Checks("sampleInputs");
  check.random("random", random);
  if (inputs !== undefined) argumentsOf("sampleInputs", inputs, "inputs");
  checkCovariance(check, "covariance", covariance);
  check.count("n", n, 1, MOST_EXAMPLES);
  const d = covariance.d;
  if (inputs !== undefined) checkInputs(check, inputs, covariance);
  const z = whiteInputs(inputs)(random, new Float64Array(d * n), d, n);
  const X = Matrix.zeros(d, n);
  if (covariance.isDiagonal) {
    for (let i = 0; i < d; i++) {
      const root = Math.sqrt(covariance.matrix.get(i, i));
      for (let j = 0; j < n; j++) X.set(i, j, root * z[i * n + j]);
    }
    return X;
  }
  const q = covariance.eigenvectors;
  for (let l = 0; l < d; l++) {
    const root = Math.sqrt(covariance.eigenvalues[l]);
    for (let i = 0; i < d; i++) {
      const a = q.get(i, l) * root;
      for (let j = 0; j < n; j++) X.set(i, j, X.get(i, j) + a * z[l * n + j]);
    }
  }
  return X;
}
