/** @file Proposition 3.2: chain of thought is a pseudo-Newton iteration, and its closed form. */

import { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../../core/check";
import { rowMajor } from "../../linalg/layout";
import { checkBlock } from "../../model/block";
import { rollout } from "../../model/chainOfThought";
import { Covariance, checkCovariance, requireInvertible } from "../../model/covariance";
import type { Examples } from "../../model/embedding";
import { matrixLogErrors, stepPowers } from "../../model/errorPowers";
import { type GammaParams, inverseGamma } from "../../model/gamma";
import { structuredParameters } from "../../model/linearSelfAttention";
import { alignmentPencil } from "../../model/pencil";
import { planar } from "../caseMatrices";
import { ownTheorem } from "../theorem";

const RESULT = "Proposition 3.2";

/**
 * One pseudo-Newton step on the test loss ‖y - Xᵀw‖²/(2m), whose inverse Hessian S⁻¹ A replaces; (d,), in units of y/x.
 * w_{i+1} = w_i - (1/m) A X (Xᵀ w_i - y),  A = Γ⁻¹
 * @param prompt X, (d, m), and y, (m,)
 * @param preconditioner A, (d, d), units of 1/x²; need not be symmetric
 * @param estimate w_i, (d,), units of y/x
 * @throws TypeError or RangeError when shapes disagree, an entry is not finite, or the step overflows
 * @origin paper, Proposition 3.2, for noise-free labels y = Xᵀw
 * @example
 * cot.theory.pseudoNewtonStep({ X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] }, Matrix.eye(2), [0, 0]); // => [0.5, 2]
 */
export function pseudoNewtonStep(prompt: Examples, preconditioner: Matrix, estimate: ArrayLike<number>): Float64Array {
  argumentsOf("pseudoNewtonStep", prompt, "prompt");
  const check: Checks = new Checks("pseudoNewtonStep");
  const { X, y } = prompt;
  check.matrix("prompt.X", X);
  const d = X.rows;
  const m = X.columns;
  check.vector("prompt.y", y, m);
  checkBlock(check, "preconditioner", preconditioner, d);
  check.vector("estimate", estimate, d);
  for (let i = 0; i < d; i++) check.vector(`prompt.X's row ${i}`, X.getRow(i), m);
  const gradient = new Float64Array(d);
  for (let j = 0; j < m; j++) {
    let residual = -y[j];
    for (let i = 0; i < d; i++) residual += X.get(i, j) * estimate[i];
    for (let i = 0; i < d; i++) gradient[i] += (X.get(i, j) * residual) / m;
  }
  const next = Float64Array.from(estimate);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) next[i] -= preconditioner.get(i, j) * gradient[j];
    if (!Number.isFinite(next[i])) check.fail("the step", "finite", next[i], "The iteration diverges; take fewer steps");
  }
  return next;
}

/** What the closed form needs. */
export interface ClosedFormParams {
  /** A, (d, d), units of 1/x²; Γ^{-1} in the paper. */
  readonly preconditioner: Matrix;
  /** S = XXᵀ/m, (d, d), units of x². */
  readonly moment: Matrix;
  /** w: the weights that made the labels, (d,), units of y/x. */
  readonly w: ArrayLike<number>;
  /** k: updates from the start; integer >= 0. */
  readonly k: number;
  /** w_0: the start, (d,); default 0, as in the paper. */
  readonly start?: ArrayLike<number>;
}

/**
 * The estimate after k updates, for noise-free labels, (d,), in units of y/x.
 * w_k = w + (I - A S)^k (w_0 - w), which is (I - (I - A S)^k) w for w_0 = 0
 * $$ w_k = w + (I - A S)^k (w_0 - w) = \big(I - (I - A S)^k\big) w \quad (w_0 = 0) $$
 * The paper writes w_{k+1} for it, which is right only if its start is called w_1 = 0; see {@link stepsOfPaperIndex}.
 * @param params preconditioner A, (d, d); moment S, (d, d); w, (d,); k >= 0; start = 0 (w_0), (d,)
 * @throws TypeError or RangeError when shapes disagree, an entry is not finite, or the power overflows
 * @origin paper, Proposition 3.2; the start and the index are ours
 * @example
 * const [preconditioner, moment] = [Matrix.eye(2), Matrix.eye(2, 2, 0.5)];
 * cot.theory.pseudoNewtonClosedForm({ preconditioner, moment, w: [1, 2], k: 2 }); // => [0.75, 1.5]
 */
export function pseudoNewtonClosedForm(params: ClosedFormParams): Float64Array {
  const { preconditioner, moment, w, k, start } = argumentsOf("pseudoNewtonClosedForm", params);
  const check: Checks = new Checks("pseudoNewtonClosedForm");
  checkBlock(check, "preconditioner", preconditioner);
  const d = preconditioner.rows;
  checkBlock(check, "moment", moment, d);
  check.vector("w", w, d);
  check.integer("k", k, 0);
  if (start !== undefined) check.vector("start", start, d);
  const { matrix, log } = stepPowers(rowMajor(preconditioner), rowMajor(moment), d)(k);
  const scale = Math.exp(log);
  return Float64Array.from({ length: d }, (_, i) => {
    let value = w[i];
    for (let j = 0; j < d; j++) value += scale * matrix[i * d + j] * ((start?.[j] ?? 0) - w[j]);
    if (!Number.isFinite(value)) check.fail("the estimate", "finite", value, "The iteration diverges; take fewer steps");
    return value;
  });
}

/**
 * The number of updates behind the paper's w_j: j - 1, since its start is w_1 = 0.
 * @param index j; integer >= 1
 * @throws RangeError outside the domain
 * @origin ours: the reading under which the paper's recursion and its closed form agree
 * @example
 * cot.theory.stepsOfPaperIndex(1); // => 0
 */
export function stepsOfPaperIndex(index: number): number {
  const check: Checks = new Checks("stepsOfPaperIndex");
  check.integer("index", index, 1);
  return index - 1;
}

/** How close Γ^{-1} is to being the Newton preconditioner of a given Hessian. */
export interface NewtonDistance {
  /** ‖Γ^{-1} - H^{-1}‖_F / ‖H^{-1}‖_F, dimensionless. */
  readonly inverseDistance: number;
  /** max_i |1 - μ_i| over the eigenvalues μ_i of Γ^{-1}H: the factor per step in the slowest direction; 0 for Newton's method. */
  readonly contraction: number;
}

/**
 * The distance of the learned Γ⁻¹ to an inverse Hessian H⁻¹: S⁻¹ for the actual test loss, Λ⁻¹ for its mean over aligned prompts.
 * contraction = (1 + Hard(Λ))/(n + 1 + Hard(Λ)) for H = Λ, σ = 0
 * So Γ⁻¹ → Λ⁻¹ needs n >> 1 + Hard(Λ). S = XXᵀ/m is singular for m < d.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; noise = 0 (σ); hessian H, (d, d), positive definite
 * @throws HypothesisError when H is singular, or Γ is (n = Infinity and λ_min(Λ) = 0); TypeError or RangeError outside the domain
 * @origin paper, the remark that Γ⁻¹ approximates "the inverse of the true Hessian Λ⁻¹"; the measures are ours
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5]);
 * cot.theory.newtonDistance({ covariance, n: 10, hessian: covariance }); // => { inverseDistance: 0.2708, contraction: 0.2857 }
 */
export function newtonDistance(params: GammaParams & { readonly hessian: Covariance }): NewtonDistance {
  const { hessian, ...training } = argumentsOf("newtonDistance", params);
  const check: Checks = new Checks("newtonDistance");
  checkCovariance(check, "hessian", hessian);
  const pencil = alignmentPencil(check, RESULT, { ...training, target: hessian });
  requireInvertible(check, "hessian", hessian, RESULT, "the Hessian is invertible", "for Newton's method");
  const exact = hessian.inverse();
  const gap = Matrix.sub(inverseGamma(training), exact);
  return {
    inverseDistance: gap.norm("frobenius") / exact.norm("frobenius"),
    contraction: Math.exp(pencil.logs.reduce((max, log) => Math.max(max, log), Number.NEGATIVE_INFINITY)),
  };
}

/** A trained layer that takes k chain-of-thought updates on a fixed set of test inputs. */
export interface Proposition32Params extends GammaParams {
  /** X: the test inputs, (d, m), units of x. */
  readonly inputs: Matrix;
  /** k: updates from ŵ = 0; integer >= 0. */
  readonly k: number;
  /** c: scale of the layer's key-query matrix; it drops out. */
  readonly c: number;
}

const wide = /* @__PURE__ */ new Matrix([
  [0.3, -1.2, 0.8],
  [0.5, 0.1, -0.6],
]);
const square = /* @__PURE__ */ new Matrix([
  [1.1, -0.4],
  [0.2, 0.9],
]);

/** The closed form, tested on the layer itself: embedding, attention and repeated application, over random w. */
export const proposition32 = /* @__PURE__ */ ownTheorem<Proposition32Params>(() => ({
  id: "proposition-3.2",
  source: "Proposition 3.2",
  statement: String.raw`$k$ steps of chain of thought give $w^{(k)} = (I-(I-\Gamma^{-1}S)^k)w$, so $E_w\|w^{(k)}-w\|^2 = \|(I-\Gamma^{-1}S)^k\|_F^2$ for given $S$`,
  paper: "The recursion, its reading as a pseudo-Newton iteration, and the closed form, written as w_{k+1}.",
  ours:
    "The index (k steps lead to it from a start called w_1). The layer divides by m at test. The Hessian of the test loss is S, not Λ, " +
    "and Γ⁻¹ is close to Λ⁻¹ only if n >> 1 + Hard(Λ).",
  kind: "equality",
  predict({ inputs, k, ...training }) {
    const moment = inputs.mmul(inputs.transpose()).div(inputs.columns);
    return Math.exp(matrixLogErrors(rowMajor(inverseGamma(training)), rowMajor(moment), inputs.rows)(k));
  },
  sampler({ inputs, k, c, ...training }) {
    const parameters = structuredParameters({ V31: inverseGamma(training).div(-c), c });
    const d = inputs.rows;
    return (random) => {
      const w = random.fillNormal(new Float64Array(d));
      const y = inputs.transpose().mmul(Matrix.columnVector(w)).to1DArray();
      const estimate = rollout({ X: inputs, y }, parameters, { steps: k })[k];
      return estimate.reduce((sum, value, i) => sum + (value - w[i]) ** 2, 0);
    };
  },
  cases: [
    { covariance: Covariance.diagonal([1, 0.4]), n: 8, c: 0.7, k: 1, inputs: wide },
    { covariance: planar(0.9, -0.2, 0.6), n: 12, c: -1.5, k: 4, inputs: square },
  ],
}));
