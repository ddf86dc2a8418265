/** @file Second-moment matrices of prompts, drawn without their prompts. */
import { Matrix } from "ml-matrix";
import { Checks } from "../core/check";
import type { Random } from "../core/random";
import type { Covariance } from "./covariance";

/** A prompt of which only S = XXᵀ/m matters. */
export interface SecondMomentParams {
  /** Σ: covariance of x, (d, d), units of x². */
  readonly covariance: Covariance;
  /** m: examples in the prompt; integer >= 1, or Infinity (then S = Σ). */
  readonly m: number;
}

/**
 * Draws S = XXᵀ/m for m independent columns x ~ N(0, Σ), (d, d), units of x², exactly in law.
 * For m >= d by Bartlett's decomposition: XXᵀ has the law of R T Tᵀ Rᵀ with R Rᵀ = Σ and T lower triangular, T_ii² chi-square with
 * m - i + 1 degrees of freedom (i from 1), standard normal below. For m < d from the m columns themselves.
 * @throws RangeError outside the domain
 * @see Bartlett 1933; ours for this setting
 */
export function sampleSecondMoment(params: SecondMomentParams, random: Random): Matrix {
  const { d } = params.covariance;
  return Matrix.from1DArray(d, d, Array.from(secondMomentSampler(params)(random)));
}

/**
 * A sampler of S for many draws: row-major (d, d), in an array that the next draw overwrites.
 * @throws RangeError outside the domain
 */
export function secondMomentSampler({ covariance, m }: SecondMomentParams): (random: Random) => Float64Array {
  const check: Checks = new Checks("sampleSecondMoment");
  check.length("m", m);
  const { d } = covariance;
  const S = new Float64Array(d * d);
  if (m === Number.POSITIVE_INFINITY) {
    return () => {
      S.set(covariance.matrix.to1DArray());
      return S;
    };
  }
  const root = squareRoot(covariance);
  const columns = Math.min(d, m);
  const normals = new Float64Array(d * columns);
  const factor = new Float64Array(d * columns);
  return (random) => {
    random.fillNormal(normals);
    if (m >= d) {
      for (let i = 0; i < d; i++) {
        normals[i * d + i] = Math.sqrt(random.chiSquare(m - i));
        for (let j = i + 1; j < d; j++) normals[i * d + j] = 0;
      }
    }
    // factor = R T, or R Z; R is diagonal or dense.
    factor.fill(0);
    for (let i = 0; i < d; i++) {
      for (let l = covariance.isDiagonal ? i : 0; l < (covariance.isDiagonal ? i + 1 : d); l++) {
        const r = root[i * d + l];
        for (let j = 0; j < columns; j++) factor[i * columns + j] += r * normals[l * columns + j];
      }
    }
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let l = 0; l < columns; l++) sum += factor[i * columns + l] * factor[j * columns + l];
        S[i * d + j] = sum / m;
        S[j * d + i] = sum / m;
      }
    }
    return S;
  };
}

/** R with R Rᵀ = Σ, row-major (d, d): diagonal when Σ is, Q diag(√λ) otherwise. */
function squareRoot({ d, isDiagonal, matrix, eigenvalues, eigenvectors }: Covariance): Float64Array {
  return Float64Array.from({ length: d * d }, (_, index) => {
    const i = Math.floor(index / d);
    const j = index % d;
    if (isDiagonal) return i === j ? Math.sqrt(matrix.get(i, i)) : 0;
    return eigenvectors.get(i, j) * Math.sqrt(eigenvalues[j]);
  });
}
