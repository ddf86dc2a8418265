/** @file Matrices, comparisons and the list of back ends for the tests of linear algebra. */

import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import type { Backend } from "../../dist/linalg/backend.js";
import { findLapack } from "../../dist/linalg/blas.js";

/** Every back end of this machine. */
export const BACKENDS: readonly Backend[] = findLapack() ? ["typescript", "simd", "blas"] : ["typescript", "simd"];

export function normal(rows: number, columns: number, ...key: readonly number[]): Matrix {
  const stream = Random.seed(9).stream("linalg", rows, columns, ...key);
  return new Matrix(Array.from({ length: rows }, () => stream.fillNormal(new Float64Array(columns))));
}

export function symmetric(d: number, ...key: readonly number[]): Matrix {
  const a = normal(d, d, ...key);
  return a.add(a.transpose()).mul(0.5);
}

/** Eigenvalues between about 1 and 3. */
export function definite(d: number, ...key: readonly number[]): Matrix {
  const a = normal(d, d, ...key);
  const out = a.mmul(a.transpose()).div(2 * d);
  for (let i = 0; i < d; i++) out.set(i, i, out.get(i, i) + 1);
  return out.add(out.transpose()).mul(0.5);
}

/** Q diag(values) Qᵀ for some orthogonal Q, exactly symmetric. */
export function withSpectrum(values: readonly number[]): Matrix {
  const d = values.length;
  let out = Matrix.diag(Array.from(values));
  for (let k = 0; k < 3; k++) {
    const v = normal(d, 1, k);
    v.div(v.norm());
    const reflector = Matrix.eye(d).sub(v.mmul(v.transpose()).mul(2));
    out = reflector.mmul(out).mmul(reflector);
  }
  return out.add(out.transpose()).mul(0.5);
}

/** The largest difference, with its place in the message. */
export function close(actual: Matrix, expected: Matrix, tolerance: number, what: string): void {
  assert.equal(`${actual.rows}x${actual.columns}`, `${expected.rows}x${expected.columns}`, what);
  let [worst, place] = [0, ""];
  for (let i = 0; i < actual.rows; i++) {
    for (let j = 0; j < actual.columns; j++) {
      const miss = Math.abs(actual.get(i, j) - expected.get(i, j));
      if (!(miss <= worst)) [worst, place] = [miss, `[${i}][${j}]`];
    }
  }
  assert.ok(worst <= tolerance, `${what}: largest difference ${worst} at ${place}, allowed ${tolerance}`);
}
