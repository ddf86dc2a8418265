/** @file Shared by the tests of the linear self-attention model and its training. */
import fc from "fast-check";
import { Matrix, QR } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { Covariance } from "../../dist/model/covariance.js";

export { referenceNumbers as reference } from "./reference.ts";

/** Largest absolute difference of two arrays or matrices. */
export function maxDifference(a: Matrix | ArrayLike<number>, b: Matrix | ArrayLike<number>): number {
  const [left, right] = [flat(a), flat(b)];
  if (left.length !== right.length) throw new Error(`lengths differ: ${left.length} and ${right.length}`);
  return left.reduce((max, value, i) => (Math.abs(value - right[i]) <= max ? max : Math.abs(value - right[i])), 0);
}

function flat(a: Matrix | ArrayLike<number>): number[] {
  return Matrix.isMatrix(a) ? (a as Matrix).to1DArray() : Array.from(a as ArrayLike<number>);
}

/** A d x d (or rows x columns) matrix of standard normal numbers times a scale. */
export function normalMatrix(random: Random, rows: number, columns = rows, scale = 1): Matrix {
  return Matrix.from1DArray(
    rows,
    columns,
    random.fillNormal(new Float64Array(rows * columns)).map((value) => value * scale),
  );
}

/** A covariance with the given spectrum and random eigenvectors. */
export function rotated(spectrum: ArrayLike<number>, random: Random): Covariance {
  const Q = new QR(normalMatrix(random, spectrum.length)).orthogonalMatrix;
  const M = Q.mmul(Matrix.diag(Array.from(spectrum))).mmul(Q.transpose());
  return Covariance.fromMatrix(Matrix.add(M, M.transpose()).mul(0.5));
}

/** Welford's mean and variance, and the z-score of an expected mean. */
export class Sample {
  count = 0;
  mean = 0;
  private squares = 0;

  add(value: number): void {
    this.count++;
    const gap = value - this.mean;
    this.mean += gap / this.count;
    this.squares += gap * (value - this.mean);
  }

  z(expected: number): number {
    return (this.mean - expected) / Math.sqrt(this.squares / (this.count - 1) / this.count);
  }
}

/** Random covariances: d from 1 to `maxD`, condition number up to 1e12, scale 1e-6 to 1e6, diagonal or rotated. */
export function covariances(maxD = 30): fc.Arbitrary<Covariance> {
  return fc
    .record({
      logs: fc.array(fc.double({ min: -12, max: 0, noNaN: true }), { minLength: 1, maxLength: maxD }),
      scale: fc.integer({ min: -6, max: 6 }),
      rotation: fc.option(fc.nat(1_000_000)),
    })
    .map(({ logs, scale, rotation }) => {
      const spectrum = logs.map((log) => 10 ** (log + scale));
      return rotation === null ? Covariance.diagonal(spectrum) : rotated(spectrum, Random.seed(rotation));
    });
}

/** Prompt lengths from 1 on, and Infinity. */
export const lengths: fc.Arbitrary<number> = fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.constant(Number.POSITIVE_INFINITY));

/** Key-query scales of both signs. */
export const scales: fc.Arbitrary<number> = fc.oneof(
  fc.double({ min: 0.01, max: 100, noNaN: true }),
  fc.double({ min: -100, max: -0.01, noNaN: true }),
);
