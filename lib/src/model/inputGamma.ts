/** @file Γ from fourth moments: what training learns of inputs that are not normal. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { checkFiniteEntries, rowMajor } from "../linalg/layout";
import { Covariance, checkCovariance, requireInvertible } from "./covariance";
import type { GammaParams } from "./gamma";
import { checkInputLaw, checkInputs, type InputLaw } from "./inputLaw";

const RESULT = "the pivot matrix";
const KURTOSIS = { laplace: 3, rademacher: -2, uniform: -1.2 } as const;

/** Fourth moments of a law: those of an elliptical one, or of independent coordinates. The normal law is both, with 1 and 0. */
export type InputMoments =
  | {
      /** ρ = E r² of x = √r Λ^(1/2) g with E r = 1; >= 1. */
      readonly radialSecondMoment: number;
    }
  | {
      /** κ: excess kurtosis of a coordinate; >= -2. */
      readonly excessKurtosis: number;
    };

/**
 * The fourth moments of a law of inputs.
 * ρ = (ν - 2)/(ν - 4) for multivariate t; κ = 3 (Laplace), -2 (signs), -6/5 (uniform)
 * @param inputs the law: kind, and degrees ν for "student"
 * @throws HypothesisError for multivariate t with ν <= 4, which has no fourth moments; TypeError or RangeError for another law
 * @origin standard
 * @example
 * cot.model.inputMoments({ kind: "student", degrees: 8 }); // => { radialSecondMoment: 1.5 }
 */
export function inputMoments(inputs: InputLaw): InputMoments {
  argumentsOf("inputMoments", inputs, "inputs");
  const check: Checks = new Checks("inputMoments");
  checkInputLaw(check, inputs);
  if (inputs.kind === "normal") return { radialSecondMoment: 1 };
  if (inputs.kind !== "student") return { excessKurtosis: KURTOSIS[inputs.kind] };
  if (inputs.degrees > 4) return { radialSecondMoment: (inputs.degrees - 2) / (inputs.degrees - 4) };
  check.refuse(RESULT, "nu > 4", "inputs.degrees", "> 4 for fourth moments to exist", inputs.degrees);
}

/** Training data whose inputs have a law. */
export interface InputGammaParams extends GammaParams {
  /** The law of the inputs. */
  readonly inputs: InputLaw;
}

/**
 * The pivot matrix of elliptical inputs x = √r Λ^(1/2) g, E r = 1, (d, d), in units of x².
 * Γ = (1 + (2ρ - 1)/n) Λ + (ρ tr Λ + σ²)/n I,  ρ = E r²
 * $$ \Gamma = \Big(1 + \frac{2\rho - 1}{n}\Big) \Lambda + \frac{\rho\,\mathrm{tr}\Lambda + \sigma^2}{n} I, \quad \rho = E r^2 $$
 * So the hardness of every skill is multiplied by about ρ. For normal inputs ρ = 1; for multivariate t it is (ν - 2)/(ν - 4).
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; radialSecondMoment ρ >= 1; noise = 0 (σ)
 * @throws TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5, 0.25]);
 * cot.model.ellipticalGamma({ covariance, n: 5, radialSecondMoment: 1.5 }).eigenvalues; // => [1.925, 1.225, 0.875]
 */
export function ellipticalGamma(params: GammaParams & { readonly radialSecondMoment: number }): Covariance {
  const { covariance, n, radialSecondMoment: rho, noise = 0 } = argumentsOf("ellipticalGamma", params);
  const check: Checks = new Checks("ellipticalGamma");
  checkTraining(check, { covariance, n, noise });
  check.finite("radialSecondMoment", rho);
  // E r² >= (E r)².
  if (rho < 1) check.fail("radialSecondMoment", "a finite number >= 1", rho);
  return affine(check, covariance, 1 + (2 * rho - 1) / n, (rho * covariance.trace + noise * noise) / n);
}

/**
 * The pivot matrix of inputs with independent coordinates of one excess kurtosis, (d, d), in units of x².
 * Γ = (1 + (1 + κ)/n) Λ + (tr Λ + σ²)/n I
 * @param params covariance Λ, (d, d), diagonal; n >= 1 or Infinity; excessKurtosis κ >= -2; noise = 0 (σ)
 * @throws HypothesisError when Λ is not diagonal; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5, 0.25]);
 * cot.model.independentGamma({ covariance, n: 5, excessKurtosis: -2 }).eigenvalues; // => [1.15, 0.75, 0.55]
 */
export function independentGamma(params: GammaParams & { readonly excessKurtosis: number }): Covariance {
  const { covariance, n, excessKurtosis: kappa, noise = 0 } = argumentsOf("independentGamma", params);
  const check: Checks = new Checks("independentGamma");
  checkTraining(check, { covariance, n, noise });
  check.finite("excessKurtosis", kappa);
  if (kappa < -2) check.fail("excessKurtosis", "a finite number >= -2", kappa);
  if (!covariance.isDiagonal)
    check.refuse(RESULT, "Lambda is diagonal", "covariance", "diagonal for inputs of independent coordinates", covariance.matrix);
  return affine(check, covariance, 1 + (1 + kappa) / n, (covariance.trace + noise * noise) / n);
}

/**
 * The pivot matrix of inputs of a given law, (d, d), in units of x²: {@link ellipticalGamma} or {@link independentGamma}.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; inputs, the law; noise = 0 (σ)
 * @throws HypothesisError when fourth moments do not exist (t with ν <= 4), or Λ must be diagonal and is not; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5, 0.25]);
 * cot.model.inputGamma({ covariance, n: 5, inputs: { kind: "student", degrees: 8 } }).eigenvalues; // => [1.925, 1.225, 0.875]
 */
export function inputGamma(params: InputGammaParams): Covariance {
  const { inputs, ...training } = argumentsOf("inputGamma", params);
  const check: Checks = new Checks("inputGamma");
  const moments = inNameOf("inputGamma", () => inputMoments(inputs));
  checkCovariance(check, "covariance", training.covariance);
  checkInputs(check, inputs, training.covariance);
  return inNameOf("inputGamma", () =>
    "radialSecondMoment" in moments ? ellipticalGamma({ ...training, ...moments }) : independentGamma({ ...training, ...moments }),
  );
}

/** Second and fourth moments of inputs, as a file of features gives them. */
export interface FourthMoments {
  /** Λ = E xxᵀ, (d, d), units of x². */
  readonly covariance: Covariance;
  /** K = E ‖x‖² xxᵀ, (d, d), units of x⁴: of all fourth moments the only ones that training sees. */
  readonly fourth: Matrix;
}

/**
 * The pivot that is learned of any inputs, from their fourth moments, (d, d), in units of x²; symmetric where K commutes with Λ.
 * Γ = E[S²] Λ⁻¹ + σ²/n I,  E[S²] = (1 - 1/n) Λ² + K/n,  K = E ‖x‖² xxᵀ
 * $$ \Gamma = E[S^2] \Lambda^{-1} + \tfrac{\sigma^2}{n} I, \quad E[S^2] = (1 - \tfrac1n) \Lambda^2 + \tfrac1n K, \quad K = E \|x\|^2 x x^\top $$
 * The optimum is A = Γ⁻¹ = Λ E[S²]⁻¹ in this order, as for a mixture of tasks: its transpose is not the minimiser.
 * @param params covariance Λ, (d, d), positive definite; fourth K, (d, d), symmetric; n >= 1 or Infinity; noise = 0 (σ)
 * @throws HypothesisError when Λ is singular; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5]);
 * const fourth = new Matrix([[3.5, 0], [0, 1.25]]); // normal inputs: 2Λ² + tr(Λ) Λ
 * cot.model.fourthMomentGamma({ covariance, fourth, n: 10 }); // => [[1.25, 0], [0, 0.7]]
 */
export function fourthMomentGamma(params: FourthMoments & { readonly n: number; readonly noise?: number }): Matrix {
  const { covariance, fourth, n, noise = 0 } = argumentsOf("fourthMomentGamma", params);
  const check: Checks = new Checks("fourthMomentGamma");
  checkTraining(check, { covariance, n, noise });
  const { d } = covariance;
  if (!Matrix.isMatrix(fourth)) check.wrongKind("fourth", "a Matrix", fourth);
  if (fourth.rows !== d || fourth.columns !== d) check.fail("fourth", `a ${d}x${d} matrix, as the covariance`, fourth);
  // Positive semidefinite and symmetric, or it is no such moment.
  const K = inNameOf("fourthMomentGamma", () => Covariance.fromMatrix(fourth).matrix);
  requireInvertible(check, "covariance", covariance, RESULT, "lambda_min > 0");
  return Matrix.mul(K.mmul(covariance.inverse()), 1 / n)
    .add(Matrix.mul(covariance.matrix, 1 - 1 / n))
    .add(Matrix.eye(d, d, (noise * noise) / n));
}

/**
 * The second and fourth moments of a sample of inputs about 0, as {@link fourthMomentGamma} takes them.
 * Λ = (1/N) Σ_j x_j x_jᵀ,  K = (1/N) Σ_j ‖x_j‖² x_j x_jᵀ
 * $$ \Lambda = \tfrac1N \sum_j x_j x_j^\top, \quad K = \tfrac1N \sum_j \|x_j\|^2 x_j x_j^\top $$
 * @param X one example a column, (d, N), units of x; centred by the caller where the theory's mean of 0 is meant
 * @throws TypeError or RangeError when X is empty, zero, or not finite
 * @origin standard
 * @example
 * cot.model.fourthMoments(new Matrix([[1, -1, 2, 0], [1, 1, 0, -1]])).fourth; // => [[5, 0], [0, 1.25]]
 */
export function fourthMoments(X: Matrix): FourthMoments {
  const check: Checks = new Checks("fourthMoments");
  if (!Matrix.isMatrix(X)) check.wrongKind("X", "a Matrix", X);
  if (X.columns === 0) check.fail("X", "a matrix of at least one column", X);
  const [d, count] = [X.rows, X.columns];
  checkFiniteEntries(check, "X", rowMajor(X), count);
  const second = Matrix.zeros(d, d);
  const fourth = Matrix.zeros(d, d);
  for (let j = 0; j < count; j++) {
    const x = X.getColumn(j);
    const square = x.reduce((sum, value) => sum + value * value, 0);
    if (!Number.isFinite(square * square)) check.fail("X", "a matrix of finite numbers below 1e77", `column ${j}`);
    for (let i = 0; i < d; i++) {
      for (let l = 0; l < d; l++) {
        const product = (x[i] * x[l]) / count;
        second.set(i, l, second.get(i, l) + product);
        fourth.set(i, l, fourth.get(i, l) + square * product);
      }
    }
  }
  return { covariance: inNameOf("fourthMoments", () => Covariance.fromMatrix(second)), fourth };
}

function checkTraining(check: Checks, { covariance, n, noise = 0 }: GammaParams): void {
  checkCovariance(check, "covariance", covariance);
  check.length("n", n);
  check.nonNegative("noise", noise);
}

/** factor Λ + shift I. */
function affine(check: Checks, covariance: Covariance, factor: number, shift: number): Covariance {
  if (!Number.isFinite(factor * covariance.lambdaMax + shift))
    check.fail("Gamma", "representable as finite numbers", Number.POSITIVE_INFINITY);
  if (covariance.isDiagonal) return Covariance.diagonal(covariance.matrix.diag().map((lambda) => factor * lambda + shift));
  return Covariance.fromMatrix(Matrix.mul(covariance.matrix, factor).add(Matrix.eye(covariance.d, covariance.d, shift)));
}
