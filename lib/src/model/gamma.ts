/** @file The pivot matrix Γ, through which training data enters every later result. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { Covariance } from "./covariance";

/** Training data: the covariance of its inputs, the length of its prompts, and the noise of its labels. */
export interface GammaParams {
  /** Λ: covariance of the training inputs, (d, d), units of x². */
  readonly covariance: Covariance;
  /** n: examples in a training prompt; integer >= 1, or Infinity (then Γ = Λ). */
  readonly n: number;
  /** σ: standard deviation of the label noise, in units of y with w of unit variance; >= 0; default 0, as in the paper. */
  readonly noise?: number;
}

/**
 * The pivot matrix Γ, (d, d), in units of x².
 * Γ = (1 + 1/n) Λ + (tr Λ + σ²)/n I
 * It is positive definite for every finite n, even where Λ is singular.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; noise = 0 (σ)
 * @throws RangeError outside the domain, or on overflow
 * @origin paper, Theorem 3.1, with σ = 0; the noise term is ours
 * @example
 * cot.model.gammaMatrix({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10 }).matrix; // => [[1.25, 0], [0, 0.7]]
 */
export function gammaMatrix(params: GammaParams): Covariance {
  const { covariance, n, noise = 0 } = argumentsOf("gammaMatrix", params);
  const { factor, shift } = gammaTerms(new Checks("gammaMatrix"), { covariance, n, noise });
  if (factor === 1 && shift === 0) return covariance;
  const d = covariance.d;
  if (covariance.isDiagonal) return Covariance.diagonal(covariance.matrix.diag().map((lambda) => factor * lambda + shift));
  return Covariance.fromMatrix(Matrix.mul(covariance.matrix, factor).add(Matrix.eye(d, d, shift)));
}

/**
 * What training has learned, (d, d), in units of 1/x².
 * A = Γ⁻¹,  for a singular Λ with the covered directions P only: A = P (PᵀΓP)⁻¹ Pᵀ
 * Gradient descent from 0 leaves A at 0 in directions without data, where the loss is flat.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; noise = 0 (σ)
 * @throws RangeError outside the domain, or when Γ is singular (n = Infinity and λ_min = 0)
 * @origin paper, Theorem 3.1, with σ = 0; the noise term and the singular Λ are ours
 * @example
 * cot.model.inverseGamma({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10 }); // => [[0.8, 0], [0, 1.429]]
 */
export function inverseGamma(params: GammaParams): Matrix {
  argumentsOf("inverseGamma", params);
  const gamma = inNameOf("inverseGamma", () => gammaMatrix(params));
  const check: Checks = new Checks("inverseGamma");
  check.positive("the smallest eigenvalue of Gamma", gamma.lambdaMin);
  if (!params.covariance.isSingular) return gamma.inverse();
  const gammas = gammaEigenvalues(params);
  return params.covariance.withEigenvalues(params.covariance.eigenvalues.map((lambda, i) => (lambda > 0 ? 1 / gammas[i] : 0)));
}

/**
 * The eigenvalues of Γ in the order of the covariance's, (d,), descending, in units of x².
 * γ_i = (1 + 1/n) λ_i + (tr Λ + σ²)/n
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; noise = 0 (σ)
 * @throws RangeError outside the domain, or on overflow
 * @origin paper, Theorem 3.1, with σ = 0; the noise term is ours
 * @example
 * cot.model.gammaEigenvalues({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10 }); // => [1.25, 0.7]
 */
export function gammaEigenvalues(params: GammaParams): Float64Array {
  const { covariance, n, noise = 0 } = argumentsOf("gammaEigenvalues", params);
  const { factor, shift } = gammaTerms(new Checks("gammaEigenvalues"), { covariance, n, noise });
  return covariance.eigenvalues.map((lambda) => factor * lambda + shift);
}

/** Γ = factor Λ + shift I. */
function gammaTerms(check: Checks, { covariance, n, noise }: Required<GammaParams>): { factor: number; shift: number } {
  if (!(covariance instanceof Covariance)) check.wrongKind("covariance", "a Covariance", covariance);
  check.length("n", n);
  check.nonNegative("noise", noise);
  const factor = 1 + 1 / n;
  const shift = (covariance.trace + noise * noise) / n;
  const largest = factor * covariance.lambdaMax + shift;
  if (!Number.isFinite(largest)) check.fail("Gamma", "representable as finite numbers", largest, "Rescale the covariance or the noise");
  return { factor, shift };
}
