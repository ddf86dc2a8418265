/**
 * @file k updates multiply the weight error by (I - AS)^k: ln ‖(I - AS)^k‖_F², the error with its mean over w ~ N(0, I) taken,
 * for any A and S and any k, without overflow.
 */
import { EigenvalueDecomposition } from "ml-matrix";
import { logDeviation, logSum } from "../core/logSum";
import { identity, multiply } from "../linalg/dense";
import { squareProduct } from "../linalg/spectrum";
import { toMatrix } from "./covariance";
import type { Pencil } from "./pencil";

/** k ↦ ln ‖(I - AS)^k‖_F² for an integer k >= 0; -Infinity for a power that vanishes. */
export type LogErrors = (k: number) => number;

/** Where A and S commute and A is symmetric: from ln|δ_i|, δ_i = 1 - α_i σ_i the eigenvalues of I - AS, (d,). */
export function commutingLogErrors(logs: Float64Array): LogErrors {
  return (k) => (k === 0 ? Math.log(logs.length) : logSum(logs.map((log) => 2 * k * log)));
}

/**
 * For a pair (Γ, Σ) that has been taken apart. The power is written as L diag(δ^k) R, whose entries are summed as squares, so that no
 * terms of opposite sign are added up; the largest |δ|^k is kept as a logarithm. The relative error is about ε k cond(Γ), that of the δ_i.
 */
export function pencilLogErrors({ deviations, logs, frame }: Pencil): LogErrors {
  const commuting = commutingLogErrors(logs);
  if (frame === undefined) return commuting;
  const largest = logs.reduce((max, log) => Math.max(max, log), Number.NEGATIVE_INFINITY);
  return (k) => {
    if (k === 0 || largest === Number.NEGATIVE_INFINITY) return commuting(k);
    const powers = Array.from(logs, (log, i) => (deviations[i] < 0 && k % 2 === 1 ? -1 : 1) * Math.exp(k * (log - largest)));
    const product = squareProduct(frame.left, frame.right.clone().mulColumnVector(powers));
    return 2 * k * largest + Math.log(product.mul(product).sum());
  };
}

/** For any A and S, row-major (d, d), symmetric or not; diagonals, (d,), where both are diagonal. */
export function matrixLogErrors(A: Float64Array, S: Float64Array, d: number): LogErrors {
  if (A.length === d) return commutingLogErrors(A.map((a, i) => logDeviation(a * S[i])));
  const power = stepPowers(A, S, d);
  return (k) => (k === 0 ? Math.log(d) : 2 * power(k).log);
}

/** e^log M with ‖M‖_F = 1, or M = 0; row-major (d, d). */
export interface ScaledMatrix {
  readonly matrix: Float64Array;
  readonly log: number;
}

/**
 * k ↦ (I - AS)^k by products of powers that are there already, about 2 log2 k of them: one for each k of a curve, seven for
 * k = 1, 2, 3, 5, 8, 12, 20.
 */
export function stepPowers(A: Float64Array, S: Float64Array, d: number): (k: number) => ScaledMatrix {
  const powers = new Map([[1, scaled(residual(A, S, d), 0)]]);
  const power = (k: number): ScaledMatrix => {
    const known = powers.get(k);
    if (known) return known;
    if (k === 0) return scaled(identity(d), 0);
    const exponents = [...powers.keys()].filter((exponent) => exponent < k);
    const part = exponents.find((exponent) => powers.has(k - exponent)) ?? Math.max(Math.floor(k / 2), ...exponents);
    const [left, right] = [power(part), power(k - part)];
    const product = scaled(multiply(left.matrix, right.matrix, d, d, d), left.log + right.log);
    powers.set(k, product);
    return product;
  };
  return power;
}

/**
 * The factor by which the error's norm changes in one step, in the end: the spectral radius of I - AS, whose eigenvalues may be complex.
 * A and S as in `matrixLogErrors`.
 */
export function stepGrowth(A: Float64Array, S: Float64Array, d: number): number {
  if (A.length === d) return A.reduce((most, a, i) => Math.max(most, Math.abs(1 - a * S[i])), 0);
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(toMatrix(residual(A, S, d), d));
  return realEigenvalues.reduce((most, real, i) => Math.max(most, Math.hypot(real, imaginaryEigenvalues[i])), 0);
}

/** I - AS. */
function residual(A: Float64Array, S: Float64Array, d: number): Float64Array {
  return multiply(A, S, d, d, d).map((value, at) => (at % (d + 1) === 0 ? 1 : 0) - value);
}

function scaled(matrix: Float64Array, log: number): ScaledMatrix {
  const norm = Math.sqrt(matrix.reduce((sum, value) => sum + value * value, 0));
  return { matrix: norm > 0 ? matrix.map((value) => value / norm) : matrix, log: log + Math.log(norm) };
}

/** Sums of squares within 1e±150 need no scaling. */
const LARGE_SQUARE = 1e150;

/**
 * The curve ln ‖(I - sB)^k‖_F², k = 0..K, by K products of B with the columns of P alone: for a B that is never formed, and for few columns.
 * $$ \ln d + \ln \|(I - sB)^k P\|_F^2 - \ln \|P\|_F^2 $$
 * Exact for P = I, and an estimate for random P with E PPᵀ ∝ I, for example of signs.
 * @param apply writes B times its first argument into its second, both row-major (d, q)
 * @param start P, (d, q)
 * @param scale s
 */
export function logErrorCurve(
  apply: (vectors: Float64Array, out: Float64Array) => void,
  start: Float64Array,
  d: number,
  steps: number,
  scale = 1,
): Float64Array {
  const vectors = start.slice();
  const change = new Float64Array(start.length);
  const logs = new Float64Array(steps + 1).fill(Math.log(d));
  let taken = Math.log(d) - Math.log(start.reduce((sum, value) => sum + value * value, 0));
  for (let k = 1; k <= steps; k++) {
    apply(vectors, change);
    let sum = 0;
    for (let i = 0; i < vectors.length; i++) {
      vectors[i] -= scale * change[i];
      sum += vectors[i] * vectors[i];
    }
    logs[k] = taken + Math.log(Math.max(sum, Number.MIN_VALUE));
    if (sum > LARGE_SQUARE || sum < 1 / LARGE_SQUARE) {
      const size = Math.sqrt(Math.max(sum, 1e-280));
      for (let i = 0; i < vectors.length; i++) vectors[i] /= size;
      taken += 2 * Math.log(size);
    }
  }
  return logs;
}
