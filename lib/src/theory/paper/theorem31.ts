/** @file Theorem 3.1: the population training loss in V31, its optimum, and how fast gradient descent reaches it. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { checkBlock, checkScale } from "../../model/block";
import { type Covariance, checkCovariance, requireInvertible } from "../../model/covariance";
import { embed } from "../../model/embedding";
import { type GammaParams, gammaEigenvalues } from "../../model/gamma";
import { structuredParameters } from "../../model/linearSelfAttention";
import { samplePrompt } from "../../model/prompt";
import { promptLoss } from "../../model/trainingLoss";
import { test, tilted } from "../caseMatrices";
import type { Theorem } from "../theorem";

/** The training set-up of Theorem 3.1: only V31 is trained, W13 = c I and W24 = -c are frozen. */
export interface Theorem31Params extends GammaParams {
  /** c: scale of the frozen key-query matrix; finite and non-zero. */
  readonly c: number;
  /** s: the estimate in the training embedding is ŵ_0 ~ N(0, s² I), units of y/x; >= 0; default 0, that is ŵ_0 = 0. */
  readonly w0Scale?: number;
}

/** A point of the training landscape. */
export interface Theorem31PointParams extends Theorem31Params {
  /** V31: the trained block, (d, d), units of 1/(c x²). */
  readonly V31: Matrix;
}

/**
 * The second moment of the empirical covariance S_n = XXᵀ/n of n columns x ~ N(0, Λ), (d, d), in units of x⁴.
 * E S_n² = (1 + 1/n) Λ² + (tr Λ/n) Λ = ΛΓ
 * @param params covariance Λ, (d, d); n >= 1 or Infinity
 * @throws RangeError outside the domain, or on overflow
 * @origin standard, Isserlis 1918 (Wick's formula); it is why Γ is the pivot of Theorem 3.1
 * @example
 * cot.theory.expectedSquaredSecondMoment({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10 }); // => [[1.25, 0], [0, 0.35]]
 */
export function expectedSquaredSecondMoment(params: Pick<Theorem31Params, "covariance" | "n">): Matrix {
  const { covariance, n } = argumentsOf("expectedSquaredSecondMoment", params);
  const gamma = inNameOf("expectedSquaredSecondMoment", () => gammaEigenvalues({ covariance, n }));
  const values = covariance.eigenvalues.map((lambda, i) => lambda * gamma[i]);
  return spectralMatrix(new Checks("expectedSquaredSecondMoment"), covariance, values);
}

/**
 * The training loss of V31, ½ E‖ŵ - w‖² over tasks and prompts, in units of (y/x)².
 * L(V) = (1+s²)/2 [d + 2c tr(VΛ) + c² tr(V Λ Γ_s Vᵀ)],  Γ_s = Γ at noise σ/√(1+s²)
 * The residual of the last column is (I + c V S)(ŵ_0 - w) - c V X ε/n with ŵ_0 - w ~ N(0, (1+s²) I), and E S² = ΛΓ. Evaluated as a sum of
 * squares, which keeps its digits near the optimum.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; c ≠ 0; w0Scale = 0 (s); noise = 0 (σ); V31, (d, d)
 * @throws TypeError or RangeError outside the domain, or on overflow
 * @origin paper, L(θ) and Theorem 3.1 (s = 0, σ = 0); the closed form, s and σ are ours
 * @example
 * cot.theory.populationLoss({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, c: 1, V31: Matrix.eye(2, 2, -0.5) }); // => 0.45
 */
export function populationLoss(params: Theorem31PointParams): number {
  argumentsOf("populationLoss", params);
  const check: Checks = new Checks("populationLoss");
  const { covariance, V31 } = params;
  checkCovariance(check, "covariance", covariance);
  const { loss } = spectralLoss(check, params);
  checkBlock(check, "V31", V31, covariance.d);
  return loss(byDirection(V31.mmul(covariance.eigenvectors)));
}

/**
 * {@link populationLoss} along the eigenvectors Q of Λ, as a function of U = V Q, whose columns lie one after the other: there its gradient
 * costs d² products, not d³. Column l of it is slope_l + h_l U_l, with slope = (1+s²) c Λ Q and the curvatures h, (d,).
 */
export function spectralLoss(
  check: Checks,
  params: Theorem31Params,
): Record<"slope" | "curvature", Float64Array> & { loss(U: Float64Array): number } {
  const { covariance, c } = params;
  const { d, eigenvalues } = covariance;
  const { spread, excess, curvature } = landscape(check, params);
  const Q = byDirection(covariance.eigenvectors);
  const slope = Q.map((value, at) => eigenvalues[Math.floor(at / d)] * (spread * c) * value);
  const loss = (U: Float64Array): number => {
    let sum = 0;
    for (let l = 0; l < d; l++) {
      const lambda = eigenvalues[l];
      const rest = excess[l];
      for (let at = l * d; at < (l + 1) * d; at++) {
        const v = c * U[at];
        sum += (Q[at] + lambda * v) ** 2 + lambda * v * (rest * v);
      }
    }
    return requireFinite(check, "the loss", (spread / 2) * sum);
  };
  return { slope, curvature, loss };
}

/** The columns of a matrix, one after the other. */
export function byDirection(matrix: Matrix): Float64Array {
  return new Float64Array(matrix.transpose().to1DArray());
}

/**
 * The gradient of {@link populationLoss} in V31, (d, d).
 * ∇L(V) = (1+s²) (c Λ + c² V Λ Γ_s)
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; c ≠ 0; w0Scale = 0 (s); noise = 0 (σ); V31, (d, d)
 * @throws TypeError or RangeError outside the domain, or on overflow
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5]);
 * cot.theory.populationGradient({ covariance, n: 10, c: 1, V31: Matrix.eye(2, 2, -0.5) }); // => [[0.375, 0], [0, 0.325]]
 */
export function populationGradient(params: Theorem31PointParams): Matrix {
  argumentsOf("populationGradient", params);
  const check: Checks = new Checks("populationGradient");
  const { covariance, c, V31 } = params;
  const { spread, curvature } = landscape(check, params);
  checkBlock(check, "V31", V31, covariance.d);
  const gradient = V31.mmul(spectralMatrix(check, covariance, curvature)).add(Matrix.mul(covariance.matrix, spread * c));
  requireFinite(check, "the gradient", Matrix.abs(gradient).sum());
  return gradient;
}

/**
 * The eigenvalues of the Hessian of {@link populationLoss}, (d,), descending; each has multiplicity d, one for each row of V31.
 * h_i = (1+s²) c² λ_i γ_i, γ_i those of Γ_s
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; c ≠ 0; w0Scale = 0 (s); noise = 0 (σ)
 * @throws RangeError outside the domain, on overflow, or when h_i underflows to 0 for a λ_i > 0
 * @origin ours
 * @example
 * cot.theory.hessianSpectrum({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, c: 1 }); // => [1.25, 0.35]
 */
export function hessianSpectrum(params: Theorem31Params): Float64Array {
  argumentsOf("hessianSpectrum", params);
  return landscape(new Checks("hessianSpectrum"), params).curvature;
}

/**
 * The optimum of Theorem 3.1, read as the block V31 for W frozen at W13 = c I, W24 = -c; (d, d), in units of 1/(c x²).
 * V_* = -Γ_s⁻¹/c, with Γ_s = Γ for σ = 0
 * In directions with λ_i = 0, where the loss is flat, it is 0, as gradient descent from 0 leaves it: {@link nearestMinimiser} of that start.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; c ≠ 0; w0Scale = 0 (s); noise = 0 (σ)
 * @throws RangeError outside the domain, or on overflow
 * @origin paper, Theorem 3.1; the singular Λ, s and σ are ours
 * @example
 * cot.theory.optimalV({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, c: 1 }); // => [[-0.8, 0], [0, -1.4286]]
 */
export function optimalV(params: Theorem31Params): Matrix {
  argumentsOf("optimalV", params);
  const check: Checks = new Checks("optimalV");
  const { gamma } = landscape(check, params);
  const { covariance, c } = params;
  const values = gamma.map((value, i) => (covariance.eigenvalues[i] > 0 ? -1 / (c * value) : 0));
  return spectralMatrix(check, covariance, values);
}

/**
 * The minimiser of {@link populationLoss} nearest to a start, (d, d): the limit of gradient descent from there.
 * V_∞ = -(1/c) Σ_{λ_i > 0} q_i q_iᵀ/γ_i + V_0 Σ_{λ_i = 0} q_i q_iᵀ
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; c ≠ 0; w0Scale = 0 (s); noise = 0 (σ); start V_0, (d, d)
 * @throws TypeError or RangeError outside the domain, or on overflow
 * @origin ours; equal to {@link optimalV} when λ_min > 0
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0]);
 * cot.theory.nearestMinimiser({ covariance, n: 10, c: 1, start: Matrix.eye(2) }); // => [[-0.8333, 0], [0, 1]]
 */
export function nearestMinimiser(params: Theorem31Params & { readonly start: Matrix }): Matrix {
  argumentsOf("nearestMinimiser", params);
  const check: Checks = new Checks("nearestMinimiser");
  const { covariance, c, start } = params;
  const { gamma } = landscape(check, params);
  checkBlock(check, "start", start, covariance.d);
  const uncovered = covariance.eigenvalues.map((lambda) => (lambda > 0 ? 0 : 1));
  const values = gamma.map((value, i) => (uncovered[i] === 0 ? -1 / (c * value) : 0));
  const learned = spectralMatrix(check, covariance, values);
  if (!covariance.isSingular) return learned;
  return learned.add(start.mmul(spectralMatrix(check, covariance, uncovered)));
}

/**
 * The least value of {@link populationLoss}, in units of (y/x)².
 * L_* = (1+s²)/2 (d - tr(ΛΓ_s⁻¹)) = (1+s²)/2 Σ_i (γ_i - λ_i)/γ_i
 * $$ L_* = \tfrac{1+s^2}{2} \big( d - \mathrm{tr}(\Lambda \Gamma_s^{-1}) \big) = \tfrac{1+s^2}{2} \sum_i \frac{\gamma_i - \lambda_i}{\gamma_i} $$
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; c ≠ 0; w0Scale = 0 (s); noise = 0 (σ)
 * @throws RangeError outside the domain, or on overflow
 * @origin ours
 * @example
 * cot.theory.minimalLoss({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, c: 1 }); // => 0.24286
 */
export function minimalLoss(params: Theorem31Params): number {
  argumentsOf("minimalLoss", params);
  const { spread, gamma, excess } = landscape(new Checks("minimalLoss"), params);
  return (spread / 2) * params.covariance.eigenvalues.reduce((sum, lambda, i) => sum + (lambda > 0 ? excess[i] / gamma[i] : 1), 0);
}

/**
 * The bound below which gradient descent with a constant step converges, and at or above which it does not.
 * η < 2/h_max,  h_max = (1+s²) c² λ_max γ_max
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; c ≠ 0; w0Scale = 0 (s); noise = 0 (σ)
 * @throws RangeError outside the domain, or on overflow
 * @origin ours; the paper says "a constant step size"
 * @example
 * cot.theory.largestStableStep({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, c: 1 }); // => 1.6
 */
export function largestStableStep(params: Theorem31Params): number {
  argumentsOf("largestStableStep", params);
  const check: Checks = new Checks("largestStableStep");
  return requireFinite(check, "the step", 2 / landscape(check, params).curvature[0]);
}

/**
 * The constant step with the best contraction, (κ-1)/(κ+1) with κ = h_max/h_min.
 * η = 2/(h_max + h_min)
 * @param params covariance Λ, (d, d), λ_min > 0; n >= 1 or Infinity; c ≠ 0; w0Scale = 0 (s); noise = 0 (σ)
 * @throws HypothesisError when λ_min = 0 (some directions never move); RangeError outside the domain, or on overflow
 * @origin standard, for a quadratic; the h are ours
 * @example
 * cot.theory.bestStep({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, c: 1 }); // => 1.25
 */
export function bestStep(params: Theorem31Params): number {
  argumentsOf("bestStep", params);
  const check: Checks = new Checks("bestStep");
  const { curvature } = landscape(check, params);
  requirePositiveDefinite(check, params.covariance);
  return requireFinite(check, "the step", 2 / (curvature[0] + curvature[curvature.length - 1]));
}

/**
 * The factor by which ‖V_t - V_*‖ shrinks in one gradient step, in the slowest direction; above 1 the iteration diverges.
 * ρ = max_i |1 - η h_i|
 * @param params covariance Λ, (d, d), λ_min > 0; n >= 1 or Infinity; c ≠ 0; w0Scale = 0 (s); noise = 0 (σ); step η > 0, units of 1/h
 * @throws HypothesisError when λ_min = 0 (ρ would be at least 1); RangeError outside the domain, or on overflow
 * @origin ours; with η < {@link largestStableStep} it is the convergence of Theorem 3.1, from any start
 * @example
 * cot.theory.contractionRate({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, c: 1, step: 1 }); // => 0.65
 */
export function contractionRate(params: Theorem31Params & { readonly step: number }): number {
  argumentsOf("contractionRate", params);
  const check: Checks = new Checks("contractionRate");
  const { curvature } = landscape(check, params);
  check.positive("step", params.step);
  requirePositiveDefinite(check, params.covariance);
  const rate = curvature.reduce((max, h) => Math.max(max, Math.abs(1 - params.step * h)), 0);
  return requireFinite(check, "the rate", rate);
}

/** 1 + s², the γ_i of Γ_s, γ_i - λ_i, and h_i. */
function landscape(check: Checks, { covariance, n, c, w0Scale = 0, noise = 0 }: Theorem31Params) {
  checkScale(check, c);
  check.length("n", n);
  check.nonNegative("w0Scale", w0Scale);
  check.nonNegative("noise", noise);
  const spread = requireFinite(check, "1 + s²", 1 + w0Scale * w0Scale);
  const gamma = inNameOf(check.fn, () => gammaEigenvalues({ covariance, n, noise: noise / Math.sqrt(spread) }));
  // From its positive parts: the difference would lose its digits at large n.
  const excess = covariance.eigenvalues.map((lambda) => (lambda + covariance.trace + (noise * noise) / spread) / n);
  const curvature = covariance.eigenvalues.map((lambda, i) => {
    const h = requireFinite(check, "c² λ γ", spread * (c * lambda) * (c * gamma[i]));
    if (h === 0 && lambda > 0) check.fail("c² λ γ", "representable as a number > 0", h, "Rescale c or the covariance");
    return h;
  });
  return { spread, gamma, excess, curvature };
}

function requirePositiveDefinite(check: Checks, covariance: Covariance): void {
  const why = "for Theorem 3.1, whose training loss is flat in directions without data";
  requireInvertible(check, "covariance", covariance, "Theorem 3.1", "lambda_min > 0", why);
}

function requireFinite(check: Checks, quantity: string, value: number): number {
  if (!Number.isFinite(value)) check.fail(quantity, "a finite number", value, "It overflows; rescale c, the covariance or V31");
  return value;
}

/** Q diag(values) Qᵀ with the covariance's eigenvectors, (d, d), exactly symmetric. */
function spectralMatrix(check: Checks, covariance: Covariance, values: Float64Array): Matrix {
  for (const value of values) requireFinite(check, "the spectrum", value);
  return covariance.withEigenvalues(values);
}

const aligned = { covariance: tilted, n: 20, c: 0.7 };
const skew = new Matrix([
  [-0.5, 0.4, 0],
  [-0.1, -0.3, 0.2],
  [0.3, 0, -0.8],
]);

/** The prediction of {@link populationLoss}, tested on sampled prompts that go through the embedding and f_LSA. */
export const theorem31: Theorem<Theorem31PointParams> = {
  id: "theorem-3.1",
  source: "Theorem 3.1",
  statement: String.raw`L(V) = \tfrac12[d + 2c\,\mathrm{tr}(V\Lambda) + c^2\mathrm{tr}(V\Lambda\Gamma V^\top)], \quad
    \Gamma = (1+\tfrac1n)\Lambda + \tfrac1n\mathrm{tr}(\Lambda)I, \quad \arg\min L = V_* = -\Gamma^{-1}/c`,
  paper:
    "Under appropriate initialisation, gradient descent with a constant step size converges to the global optimum V_* = -Γ⁻¹/c. The " +
    "initialisation is not stated in our source.",
  ours:
    "V_* is read as the block V31, with W13 = cI and W24 = -c frozen. The loss in closed form, its Hessian spectrum c²λ_iγ_i, the stable " +
    "steps and the contraction rate. V_* is the only optimum where Λ is positive definite. The extensions to ŵ_0 ~ N(0, s²I) (same optimum) and to label noise σ " +
    "(Γ gains σ²/n I).",
  kind: "equality",
  predict: populationLoss,
  simulate({ covariance, n, c, V31, w0Scale = 0, noise = 0 }, random) {
    const prompt = samplePrompt({ covariance, n, noise }, random);
    const start = Float64Array.from({ length: covariance.d }, () => (w0Scale === 0 ? 0 : w0Scale * random.normal()));
    return promptLoss(embed(prompt, start), structuredParameters({ V31, c }), prompt.w, n);
  },
  cases: [
    { ...aligned, V31: Matrix.zeros(4, 4) },
    { ...aligned, V31: optimalV(aligned) },
    { covariance: test, n: 1, c: -1.5, V31: skew },
    { covariance: test, n: 12, c: 1, V31: skew, w0Scale: 0.7 },
    { covariance: test, n: 6, c: 1, V31: optimalV({ covariance: test, n: 6, c: 1, noise: 0.5 }), noise: 0.5 },
  ],
};
