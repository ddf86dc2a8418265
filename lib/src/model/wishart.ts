/** @file Second-moment matrices of prompts, drawn without their prompts: Wishart matrices and their factors. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import type { Random } from "../core/random";
import { rowProducts } from "../linalg/dense";
import { type Covariance, checkCovariance } from "./covariance";
import { checkInputs, type InputLaw, whiteInputs } from "./inputLaw";

/** Numbers of one prompt that are held at once: 800 MB. */
const MOST_NUMBERS = 1e8;

/** A prompt of which only S = XXᵀ/m matters. */
export interface SecondMomentParams {
  /** Σ: covariance of x, (d, d), units of x². */
  readonly covariance: Covariance;
  /** m: examples in the prompt; integer >= 1, or Infinity (then S = Σ). */
  readonly m: number;
  /** The law of the inputs; default normal, as in the paper. */
  readonly inputs?: InputLaw;
}

/**
 * Draws a lower trapezoidal T, (d, r) with r = min(d, m), such that T Tᵀ has the law of Z Zᵀ for Z of m standard normal
 * columns: T_ii = chi_{m-i} (i from 0), standard normal below the diagonal. d(d-1)/2 normal numbers and d chi-squares
 * in place of d m normal numbers. T is written row by row into `out`, row-major, each row times `factor[i]`; the strict upper triangle is not.
 * @param whole draw d r normal numbers and leave out those that T has no place for, as stored results of `secondMomentSampler` rest on
 * @origin standard, Bartlett 1933; Anderson, "An Introduction to Multivariate Statistical Analysis", section 7.2
 */
export function bartlettSampler(d: number, m: number, whole = false) {
  const columns = Math.min(d, m);
  let entries = 0;
  for (let i = 0; i < d; i++) entries += whole ? columns : Math.min(i, columns);
  const normals = new Float64Array(entries);
  return (random: Random, out: Float64Array, factor: Float64Array): void => {
    random.fillNormal(normals);
    let next = 0;
    for (let i = 0; i < d; i++) {
      const row = i * columns;
      if (whole) next = row;
      const f = factor[i];
      const below = Math.min(i, columns);
      for (let j = 0; j < below; j++) out[row + j] = f * normals[next++];
      if (i < columns) out[row + i] = f * Math.sqrt(random.chiSquare(m - i));
    }
  };
}

/**
 * Squares of a bidiagonal factor of Z Zᵀ, Z (d, m) standard normal, r = min(d, m): its nonzero eigenvalues are those of the
 * tridiagonal matrix with diagonal a_i + b_{i-1} and squared off-diagonal a_i b_i, where a_i ~ chi²_{max - i} and
 * b_i ~ chi²_{r - 1 - i} (i from 0), all independent. 2r - 1 random numbers in place of d m.
 * @param diagonal on return the tridiagonal matrix's diagonal, (r,)
 * @param offSquared on return its squared off-diagonal in 0..r-2, (r,)
 * @origin standard, Dumitriu and Edelman, "Matrix models for beta ensembles", J. Math. Phys. 43 (2002) 5830, with beta = 1
 */
export function drawBidiagonal(random: Random, d: number, m: number, diagonal: Float64Array, offSquared: Float64Array): void {
  const r = Math.min(d, m);
  const longer = Math.max(d, m);
  let previous = 0;
  for (let i = 0; i < r; i++) {
    const a = random.chiSquare(longer - i);
    diagonal[i] = a + previous;
    if (i < r - 1) {
      previous = random.chiSquare(r - 1 - i);
      offSquared[i] = a * previous;
    }
  }
}

/**
 * Draws S = XXᵀ/m for m independent columns x ~ N(0, Σ), (d, d), in units of x², exactly in law.
 * For m >= d by Bartlett's decomposition: XXᵀ has the law of R T Tᵀ Rᵀ with R Rᵀ = Σ and T lower triangular, T_ii² chi-square with
 * m - i + 1 degrees of freedom (i from 1), standard normal below. For m < d from the m columns themselves.
 * @param params covariance Σ, (d, d); m >= 1 or Infinity (then S = Σ); inputs? the law of x, else normal
 * @param random the stream
 * @throws RangeError outside the domain
 * @origin standard, Bartlett 1933
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5]);
 * cot.model.sampleSecondMoment({ covariance, m: 20 }, cot.Random.seed(1)); // => [[0.711, -0.057], [-0.057, 0.391]]
 */
export function sampleSecondMoment(params: SecondMomentParams, random: Random): Matrix {
  const check: Checks = new Checks("sampleSecondMoment");
  check.random("random", random);
  argumentsOf("sampleSecondMoment", params);
  const draw = inNameOf("sampleSecondMoment", () => secondMomentSampler(params));
  const { d } = params.covariance;
  return Matrix.from1DArray(d, d, Array.from(draw(random)));
}

/**
 * A sampler of {@link sampleSecondMoment} for many draws: row-major (d, d), in an array that the next draw overwrites.
 * @param params covariance Σ, (d, d); m >= 1 or Infinity (then S = Σ); inputs? the law of x, else normal
 * @throws RangeError outside the domain
 * @origin standard, Bartlett 1933
 * @example
 * const draw = cot.model.secondMomentSampler({ covariance: cot.Covariance.diagonal([1, 0.5]), m: 20 });
 * draw(cot.Random.seed(1)); // => [0.711, -0.057, -0.057, 0.391]
 */
export function secondMomentSampler(params: SecondMomentParams): (random: Random) => Float64Array {
  const { covariance, m, inputs } = argumentsOf("secondMomentSampler", params);
  const check: Checks = new Checks("secondMomentSampler");
  checkCovariance(check, "covariance", covariance);
  check.length("m", m);
  if (inputs !== undefined) checkInputs(check, inputs, covariance);
  const isNormal = (inputs?.kind ?? "normal") === "normal";
  const { d } = covariance;
  const S = new Float64Array(d * d);
  if (m === Number.POSITIVE_INFINITY) {
    return () => {
      S.set(covariance.matrix.to1DArray());
      return S;
    };
  }
  const root = covariance.root();
  const columns = isNormal ? Math.min(d, m) : m;
  if (d * columns > MOST_NUMBERS)
    check.fail("m", `at most ${Math.floor(MOST_NUMBERS / d)} for d = ${d} where inputs are drawn one by one`, m);
  const white = new Float64Array(d * columns); // T, or Z
  const factor = new Float64Array(d * columns); // R T, or R Z
  const fill = whiteInputs(inputs);
  const bartlett = m >= d && isNormal ? bartlettSampler(d, m, true) : undefined;
  const ones = new Float64Array(d).fill(1);
  return (random) => {
    check.random("random", random);
    if (bartlett) bartlett(random, white, ones);
    else fill(random, white, d, columns);
    factor.fill(0);
    for (let i = 0; i < d; i++) {
      for (let l = covariance.isDiagonal ? i : 0; l < (covariance.isDiagonal ? i + 1 : d); l++) {
        const r = root[i * d + l];
        for (let j = 0; j < columns; j++) factor[i * columns + j] += r * white[l * columns + j];
      }
    }
    return rowProducts(factor, d, columns, m, S);
  };
}
