/** @file Cholesky factors of positive definite matrices, and what is solved with them. */
import type { Matrix } from "ml-matrix";
import { findLapack } from "#blas";
import { argumentsOf, Checks } from "../core/check";
import { type Backend, type BackendOptions, chooseBackend } from "./backend";
import { checkFiniteEntries, checkMatrix, matrixOver, rowMajor, rowMajorCopy, symmetricCopy } from "./layout";
import { multiplyPanels } from "./panelProduct";
import { solveLower, solveUpper } from "./triangularSolve";

/**
 * The Cholesky factor L of a positive definite matrix, lower triangular with a positive diagonal, (d, d).
 * A = L Lᵀ
 * By LAPACK's dpotrf, or by ours, four rows at a time (TypeScript and WebAssembly give the same bits).
 * Backward stable: L Lᵀ misses A by at most about d ε times the diagonal.
 * @param A symmetric positive definite; mirrored entries may differ by 1e-12 of the largest, and those below the diagonal are used
 * @param options backend? by default by size
 * @throws RangeError when A is empty, not square, not finite, not symmetric, or not positive definite (the pivot is named)
 * @origin standard
 * @example
 * cot.linalg.cholesky(new Matrix([[4, 2], [2, 5]])); // => [[2, 0], [1, 2]]
 */
export function cholesky(A: Matrix, options: BackendOptions = {}): Matrix {
  argumentsOf("cholesky", options, "options");
  const check: Checks = new Checks("cholesky");
  check.matrix("A", A);
  const data = symmetricCopy(check, "A", A);
  const d = A.rows;
  factorise(check, "A", data, d, chooseBackend(check, d, options));
  return matrixOver(data, d, d);
}

/**
 * The solution X of A X = B, (d, q), from the Cholesky factor of A.
 * X = L⁻ᵀ L⁻¹ B
 * @param L lower triangular with a positive diagonal, (d, d), as {@link cholesky} gives it; only that triangle is used
 * @param B right-hand sides, (d, q)
 * @throws RangeError when the shapes do not fit, an entry is not finite, or a diagonal entry is not positive
 * @origin standard
 * @example
 * const A = new Matrix([[4, 2], [2, 5]]);
 * cot.linalg.choleskySolve(cot.linalg.cholesky(A), new Matrix([[8], [12]])); // => [[1], [2]]
 */
export function choleskySolve(L: Matrix, B: Matrix): Matrix {
  const check: Checks = new Checks("choleskySolve");
  checkMatrix(check, "L", L);
  checkMatrix(check, "B", B);
  const d = L.rows;
  if (L.columns !== d) check.fail("L", "square", L);
  if (B.rows !== d) check.fail("B", `a matrix of ${d} rows, as L is ${d}x${d}`, B);
  const factor = rowMajor(L);
  checkFiniteEntries(check, "L", factor, d);
  for (let i = 0; i < d; i++) if (!(factor[i * (d + 1)] > 0)) check.fail(`L[${i}][${i}]`, "a number > 0", factor[i * (d + 1)]);
  const out = rowMajorCopy(B);
  checkFiniteEntries(check, "B", out, B.columns);
  solveUpper(factor, solveLower(factor, out, d, B.columns), d, B.columns);
  const at = out.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) check.fail("L", "far enough from singular that the solution is finite", `entry ${at} of the solution ${out[at]}`);
  return matrixOver(out, d, B.columns);
}

/** Replaces a symmetric matrix by L, with zeros above the diagonal. */
function factorise(check: Checks, argument: string, data: Float64Array, d: number, backend: Backend): void {
  const diagonal = Float64Array.from({ length: d }, (_, i) => data[i * (d + 1)]);
  const pivot = choleskyInPlace(data, d, backend);
  if (pivot < 0) return;
  check.fail(
    argument,
    "positive definite",
    `no positive pivot in row ${pivot}, whose diagonal entry is ${diagonal[pivot]}`,
    `If A is a covariance, variable ${pivot} is, to rounding, a combination of those before it: leave it out, or add a small multiple of I`,
  );
}

/**
 * Replaces the lower triangle of a plain array (d, d) by L, and puts zeros above the diagonal.
 * @param least a pivot must be larger than this part of its diagonal entry
 * @returns the first pivot that is too small or not finite, or -1
 */
export function choleskyInPlace(a: Float64Array, d: number, backend: Backend, least = 0): number {
  const pivot = backend === "blas" ? byLapack(a, d, least) : ours(a, d, backend, least);
  for (let i = 0; i < d; i++) a.fill(0, i * d + i + 1, (i + 1) * d);
  return pivot;
}

function byLapack(a: Float64Array, d: number, least: number): number {
  const floor = Float64Array.from({ length: d }, (_, i) => least * a[i * (d + 1)]);
  const pivot = findLapack()!.cholesky(d, a);
  const small = least === 0 ? -1 : floor.findIndex((value, i) => (pivot < 0 || i < pivot) && !(a[i * (d + 1)] ** 2 > value));
  return small < 0 ? pivot : small;
}

/** Columns that are factored before the rest of the matrix hears of them. */
const BLOCK = 32;

/** Replaces the lower triangle by L, block by block; returns the first pivot that is too small, or -1. */
function ours(a: Float64Array, d: number, backend: "typescript" | "simd", least: number): number {
  const floor = Float64Array.from({ length: d }, (_, i) => least * a[i * (d + 1)]);
  for (let from = 0; from < d; from += BLOCK) {
    const to = Math.min(from + BLOCK, d);
    const pivot = factorColumns(a, d, from, to, floor);
    if (pivot >= 0 || to === d) return pivot;
    // What is left: A - (columns) (columns)ᵀ; the first factor is copied with its sign turned.
    const [left, width] = [d - to, to - from];
    const negated = new Float64Array(left * width);
    for (let i = 0; i < left; i++) for (let k = 0; k < width; k++) negated[i * width + k] = -a[(to + i) * d + from + k];
    const rows = { data: a.subarray(to * d + from), row: d, column: 1 };
    multiplyPanels(backend, { data: negated, row: width, column: 1 }, left, rows, left, width, true, a.subarray(to * d + to), d);
  }
  return -1;
}

/** Columns `from` to `to` of L, in the rows from there on, where the entries already lack what earlier columns contribute. */
function factorColumns(a: Float64Array, d: number, from: number, to: number, floor: Float64Array): number {
  const pivot = factorTriangle(a, d, from, to, floor);
  if (pivot >= 0) return pivot;
  // Four rows share the loads, and their sums do not wait for each other.
  let i = to;
  for (; i + 3 < d; i += 4) {
    const [r0, r1, r2, r3] = [i * d, (i + 1) * d, (i + 2) * d, (i + 3) * d];
    for (let j = from; j < to; j++) {
      const other = j * d;
      let s0 = a[r0 + j];
      let s1 = a[r1 + j];
      let s2 = a[r2 + j];
      let s3 = a[r3 + j];
      for (let p = from; p < j; p++) {
        const value = a[other + p];
        s0 -= a[r0 + p] * value;
        s1 -= a[r1 + p] * value;
        s2 -= a[r2 + p] * value;
        s3 -= a[r3 + p] * value;
      }
      const root = a[other + j];
      a[r0 + j] = s0 / root;
      a[r1 + j] = s1 / root;
      a[r2 + j] = s2 / root;
      a[r3 + j] = s3 / root;
    }
  }
  for (; i < d; i++) factorRow(a, d, i, from, to);
  return -1;
}

/** Row i of L in the columns `from` to `to`, which lie before its diagonal. */
function factorRow(a: Float64Array, d: number, i: number, from: number, to: number): void {
  const row = i * d;
  for (let j = from; j < to; j++) {
    const other = j * d;
    let sum = a[row + j];
    for (let p = from; p < j; p++) sum -= a[row + p] * a[other + p];
    a[row + j] = sum / a[other + j];
  }
}

/** Rows `from` to `to` of L, in the same columns; the first pivot that is not above its floor and finite, or -1. */
function factorTriangle(a: Float64Array, d: number, from: number, to: number, floor: Float64Array): number {
  for (let i = from; i < to; i++) {
    factorRow(a, d, i, from, i);
    const row = i * d;
    let rest = a[row + i];
    for (let p = from; p < i; p++) rest -= a[row + p] * a[row + p];
    if (!(rest > floor[i] && rest < Number.POSITIVE_INFINITY)) return i;
    a[row + i] = Math.sqrt(rest);
  }
  return -1;
}
