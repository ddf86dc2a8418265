/** @file The common eigenvectors of training and test covariances that commute, and what is learned along them. */
import { Matrix } from "ml-matrix";
import { type Checks, HypothesisError } from "../core/check";
import { spectrumOf } from "../linalg/spectrum";
import { type Covariance, quadraticForm } from "./covariance";
import { type AlignmentParams, alignmentPencil, checkPair, sameMatrix } from "./pencil";

/** One common direction of Λ and Σ. */
export interface CommonDirection {
  /** The direction, a unit vector, (d,). */
  readonly vector: Float64Array;
  /** λ_i: variance of the training inputs, units of x². */
  readonly lambda: number;
  /** σ_i: variance of the test inputs, units of x². */
  readonly sigma: number;
}

/** What a model trained at length n does along it. */
export interface LearnedDirection extends CommonDirection {
  /** α_i = 1/γ_i: eigenvalue of A = Γ^{-1}, units of 1/x². */
  readonly alpha: number;
  /** μ_i = σ_i/γ_i, dimensionless. */
  readonly mu: number;
  /** δ_i = 1 - μ_i, without cancellation. */
  readonly delta: number;
}

/** Relative size of ΛΣ - ΣΛ that is taken for rounding. */
const COMMUTING_TOLERANCE = 1e-10;

/**
 * The common directions of Λ and Σ, in no particular order; the coordinates, in order, when both are diagonal.
 * @throws HypothesisError when Λ and Σ do not commute within 1e-10; TypeError or RangeError outside the domain
 */
export function commonDirections(
  check: Checks,
  result: string,
  { covariance, target = covariance, noise = 0 }: Omit<AlignmentParams, "n">,
): CommonDirection[] {
  checkPair(check, covariance, target, noise);
  if (covariance.isDiagonal && target.isDiagonal) {
    const [lambdas, sigmas] = [covariance.matrix.diag(), target.matrix.diag()];
    return lambdas.map((lambda, i) => {
      const vector = new Float64Array(covariance.d);
      vector[i] = 1;
      return { vector, lambda, sigma: sigmas[i] };
    });
  }
  const product = covariance.matrix.mmul(target.matrix);
  const commutator = Matrix.sub(product, product.transpose()).norm("frobenius") / (covariance.lambdaMax * target.lambdaMax);
  if (commutator > COMMUTING_TOLERANCE) {
    const gap = `‖ΛΣ - ΣΛ‖ = ${commutator} λ_max σ_max`;
    const message = `${check.fn}: target must commute with the covariance for ${result}, got ${gap}`;
    throw new HypothesisError(result, "Lambda and Sigma commute", message);
  }
  const basis = commonBasis(covariance, target);
  // Where the covariance is singular its zeros come back as rounding.
  const unseen = covariance.isSingular ? 4 * covariance.d * Number.EPSILON * covariance.lambdaMax : 0;
  return Array.from({ length: covariance.d }, (_, column) => {
    const vector = basis.getColumn(column);
    return {
      vector: Float64Array.from(vector),
      lambda: seen(quadraticForm(covariance.matrix, vector), unseen),
      sigma: Math.max(quadraticForm(target.matrix, vector), 0),
    };
  });
}

/**
 * The same with what is learned at length n.
 * @throws HypothesisError also when n = Infinity and λ_min(Λ) = 0
 */
export function learnedDirections(check: Checks, result: string, params: AlignmentParams): LearnedDirection[] {
  const { surplus } = alignmentPencil(check, result, params); // Γ must be invertible
  return commonDirections(check, result, params).map((direction) => {
    const { lambda, sigma } = direction;
    // Training from 0 learns nothing where it has no data.
    if (lambda === 0) return { ...direction, alpha: 0, mu: 0, delta: 1 };
    const rest = (lambda + surplus) / params.n;
    const gamma = lambda + rest;
    return { ...direction, alpha: 1 / gamma, mu: sigma / gamma, delta: (lambda - sigma + rest) / gamma };
  });
}

function seen(lambda: number, unseen: number): number {
  return lambda > unseen ? lambda : 0;
}

/** Common eigenvectors of two commuting covariances, as columns. */
function commonBasis(covariance: Covariance, target: Covariance): Matrix {
  if (sameMatrix(covariance, target)) return covariance.eigenvectors;
  // A generic combination has only common eigenvectors: an irrational factor makes an accidental tie of eigenvalues unlikely.
  const mixed = Matrix.div(covariance.matrix, covariance.lambdaMax).add(Matrix.mul(target.matrix, 0.6180339887498949 / target.lambdaMax));
  return spectrumOf(mixed).vectors;
}
