/** @file Many small matrices of one size at once: the same operation on each matrix of an array (count, d, d). */
import { Checks } from "../core/check";
import { type BackendOptions, chooseBackend, findLapack } from "./backend";
import { batchProductKernel } from "./batchedKernel";
import { multiplyBatch } from "./batchTeam";
import { factorTriangle, notPositiveDefinite } from "./cholesky";
import { factorKernel, LARGEST } from "./choleskyKernel";
import { allFinite, uninitialised } from "./layout";
import { SymmetricSolver } from "./symmetricSolver";

/*
 * All functions take matrices one after another, each row-major, in one Float64Array, and give arrays of the same form. Where a
 * function needs symmetric matrices, it reads their lower triangles only. All but large products run on the calling thread.
 */

/** Checks an array of d x d matrices; returns their number. */
function checkBatch(check: Checks, argument: string, value: unknown, d: number): number {
  check.integer("d", d, 1);
  if (!(value instanceof Float64Array)) check.wrongKind(argument, "a Float64Array", value);
  if (value.length % (d * d) !== 0)
    check.fail(argument, `an array of ${d}x${d} matrices, its length a multiple of ${d * d}`, `length ${value.length}`);
  return value.length / (d * d);
}

/** Options of functions whose result is as large as their input. */
export interface BatchOptions {
  /** An array of the result's length, to be written and returned; default: a new one. In loops it saves the time of getting memory, which for small matrices is most of all. */
  readonly out?: Float64Array;
}

/** Options of {@link batchedProduct}. */
export interface BatchedProductOptions extends BatchOptions, BackendOptions {
  /** Most threads that multiply, this one among them; they are used by BLAS, for batches that are worth it. Default: as many as there are cores, one in a worker thread. */
  readonly threads?: number;
}

/** The array for a result: a new one, or `out`, which must not overlap the input. */
function resultArray(check: Checks, length: number, out: Float64Array | undefined, input: readonly Float64Array[]): Float64Array {
  if (out === undefined) return uninitialised(length);
  if (!(out instanceof Float64Array) || out.length !== length) check.fail("out", `a Float64Array of length ${length}`, out);
  for (const { buffer, byteOffset, byteLength } of input) {
    if (buffer === out.buffer && byteOffset < out.byteOffset + out.byteLength && out.byteOffset < byteOffset + byteLength)
      check.fail("out", "an array that does not overlap the input", out);
  }
  return out;
}

/** Names the first entry that is not finite. */
function checkEntries(check: Checks, argument: string, data: Float64Array, d: number): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const [matrix, row, column] = [Math.floor(at / (d * d)), Math.floor(at / d) % d, at % d];
  check.fail(`${argument}[${matrix}][${row}][${column}]`, "a finite number", data[at]);
}

/** A finite result has finite input. */
function checkResult(check: Checks, out: Float64Array, d: number, input: Readonly<Record<string, Float64Array>>): Float64Array {
  if (allFinite(out)) return out;
  for (const [argument, data] of Object.entries(input)) checkEntries(check, argument, data, d);
  const at = out.findIndex((value) => !Number.isFinite(value));
  const [first] = Object.keys(input);
  if (at >= 0) check.fail(first!, "small enough that the results are finite", `entry ${at} of the result ${out[at]}`);
  return out;
}

/** Multiplications in a batch from which BLAS is used unasked; smaller batches get the same bits on every machine. */
const LARGE_BATCH = 2 ** 17;

/** Whether BLAS multiplies a batch faster than ours; a library that needs a call for each matrix does so from d = 16. */
function worthBlas(d: number, count: number): boolean {
  if (count * d ** 3 < LARGE_BATCH) return false;
  const lapack = findLapack();
  return lapack !== null && d >= (lapack.batches ? 5 : 16);
}

/**
 * The products A_i B_i, (count, d, d): by WebAssembly, or by BLAS from d = 5 and 2^17 multiplications on.
 * @param A (count, d, d), row-major
 * @param B (count, d, d), row-major
 * @param d 1 or more
 * @param options.out where the products go; neither A nor B
 * @param options.threads changes no bit
 * @throws RangeError when a length does not fit, an entry is not finite, or a result overflows
 */
export function batchedProduct(A: Float64Array, B: Float64Array, d: number, options: BatchedProductOptions = {}): Float64Array {
  const check: Checks = new Checks("batchedProduct");
  if (options.threads !== undefined) check.integer("threads", options.threads, 1);
  const count = checkBatch(check, "A", A, d);
  if (checkBatch(check, "B", B, d) !== count) check.fail("B", `${count} matrices, as many as A holds`, `${B.length / (d * d)}`);
  const backend = options.backend === undefined && worthBlas(d, count) ? "blas" : chooseBackend(check, d, options);
  const out = resultArray(check, A.length, options.out, [A, B]);
  if (backend === "blas") {
    const lapack = findLapack()!;
    if (multiplyBatch(lapack, d, count, [A, B, out], options.threads)) return out;
  } else if (backend === "simd" && d >= 4 && d <= 64) batchProductKernel()(A, B, d, out);
  else for (let start = 0; start < A.length; start += d * d) multiplySmall(A, B, d, start, out);
  return checkResult(check, out, d, { A, B });
}

/** C = A B for one matrix of the batch, four columns at a time, each sum in order. */
function multiplySmall(A: Float64Array, B: Float64Array, d: number, start: number, out: Float64Array): void {
  const end = start + d * d;
  for (let row = start; row < end; row += d) {
    let j = 0;
    for (; j + 3 < d; j += 4) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let k = 0, b = start + j; k < d; k++, b += d) {
        const a = A[row + k];
        s0 += a * B[b];
        s1 += a * B[b + 1];
        s2 += a * B[b + 2];
        s3 += a * B[b + 3];
      }
      out[row + j] = s0;
      out[row + j + 1] = s1;
      out[row + j + 2] = s2;
      out[row + j + 3] = s3;
    }
    for (; j < d; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += A[row + k] * B[start + k * d + j];
      out[row + j] = sum;
    }
  }
}

/**
 * The Cholesky factors L_i of positive definite matrices, A_i = L_i L_iᵀ, (count, d, d), with zeros above the diagonals.
 * @param A (count, d, d), row-major; only the lower triangles are read
 * @param options.out where the factors go; not A itself, which an error message may still need
 * @throws RangeError when a length does not fit, an entry is not finite, or a matrix is not positive definite (it and the pivot are named)
 */
export function batchedCholesky(A: Float64Array, d: number, { out }: BatchOptions = {}): Float64Array {
  const check: Checks = new Checks("batchedCholesky");
  checkBatch(check, "A", A, d);
  const L = resultArray(check, A.length, out, [A]);
  factorAll(check, A, 0, d, L);
  return L;
}

/** Numbers of factors that are looked at while they are still in the cache. */
const PIECE = 2 ** 13;

/** Fills L with the factors of the matrices from A[first] on; names the first matrix that has none. */
function factorAll(check: Checks, A: Float64Array, first: number, d: number, L: Float64Array): void {
  const size = d * d;
  const piece = Math.max(1, Math.floor(PIECE / size)) * size;
  for (let from = 0; from < L.length; from += piece) {
    const to = Math.min(from + piece, L.length);
    factorPiece(A.subarray(first + from, first + to), d, L.subarray(from, to));
    for (let start = from; start < to; start += size) {
      for (let i = 0; i < d; i++) {
        const root = L[start + i * (d + 1)];
        if (!(root > 0 && root < Number.POSITIVE_INFINITY)) refuse(check, A, d, first + start, i);
      }
    }
  }
}

/** Fills L with the factors of the matrices in A; one that is missing has a diagonal entry that is not positive and finite. */
function factorPiece(A: Float64Array, d: number, L: Float64Array): void {
  if (d <= LARGEST) {
    factorKernel()(A, d, L);
    return;
  }
  L.set(A);
  for (let start = 0; start < L.length; start += d * d) {
    const pivot = factorTriangle(L, start, d, 0, d);
    if (pivot >= 0) L[start + pivot * (d + 1)] = 0;
    for (let i = 0; i < d - 1; i++) L.fill(0, start + i * d + i + 1, start + (i + 1) * d);
  }
}

/** Names the first entry of a lower triangle that is not finite. */
function checkLower(check: Checks, A: Float64Array, d: number, starts: readonly number[]): void {
  for (const start of starts) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        const value = A[start + i * d + j];
        if (!Number.isFinite(value)) check.fail(`A[${start / (d * d)}][${i}][${j}]`, "a finite number", value);
      }
    }
  }
}

function refuse(check: Checks, A: Float64Array, d: number, start: number, pivot: number): never {
  checkLower(check, A, d, [start]);
  notPositiveDefinite(check, `A[${start / (d * d)}]`, pivot, A[start + pivot * (d + 1)]);
}

/**
 * Solutions x_i of A_i x_i = b_i for positive definite A_i, (count, d).
 * @param A (count, d, d), row-major; only the lower triangles are read
 * @param b (count, d)
 * @throws RangeError when a length does not fit, an entry is not finite, or a matrix is not positive definite (it and the pivot are named)
 */
export function batchedSolve(A: Float64Array, b: Float64Array, d: number): Float64Array {
  const check: Checks = new Checks("batchedSolve");
  const count = checkBatch(check, "A", A, d);
  if (!(b instanceof Float64Array)) check.wrongKind("b", "a Float64Array", b);
  if (b.length !== count * d) check.fail("b", `an array of ${count} vectors of length ${d}`, `length ${b.length}`);
  const out = b.slice();
  // So many matrices at a time that their factors stay in the cache.
  const piece = Math.max(1, Math.floor(16384 / (d * d))) * d * d;
  const L = new Float64Array(Math.min(piece, A.length));
  for (let i = 0; i < count; i++) {
    const first = (i * d * d) % piece;
    if (first === 0) factorAll(check, A, i * d * d, d, L.subarray(0, Math.min(piece, A.length - i * d * d)));
    const at = i * d;
    for (let r = 0; r < d; r++) {
      let sum = out[at + r];
      for (let c = 0; c < r; c++) sum -= L[first + r * d + c] * out[at + c];
      out[at + r] = sum / L[first + r * (d + 1)];
    }
    for (let r = d - 1; r >= 0; r--) {
      const value = out[at + r] / L[first + r * (d + 1)];
      out[at + r] = value;
      for (let c = 0; c < r; c++) out[at + c] -= L[first + r * d + c] * value;
    }
  }
  if (allFinite(out)) return out;
  b.forEach((value, i) => {
    if (!Number.isFinite(value)) check.fail(`b[${Math.floor(i / d)}][${i % d}]`, "a finite number", value);
  });
  const at = out.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) check.fail("b", "small enough that the solutions are finite", `entry ${at} of the solutions ${out[at]}`);
  return out;
}

/**
 * Eigenvalues of symmetric matrices, ascending for each, (count, d).
 * @param A (count, d, d), row-major; only the lower triangles are read
 * @throws RangeError when the length does not fit or an entry is not finite
 */
export function batchedSymmetricEigenvalues(A: Float64Array, d: number): Float64Array {
  const check: Checks = new Checks("batchedSymmetricEigenvalues");
  const count = checkBatch(check, "A", A, d);
  const out = uninitialised(count * d);
  solvePairs(check, A, d, count, out);
  return out;
}

/** Two matrices at a time; the last of an odd number stands in for a second one. */
function solvePairs(check: Checks, A: Float64Array, d: number, count: number, values: Float64Array, vectors?: Float64Array): void {
  const solver = new SymmetricSolver(d);
  for (let i = 0; i < count; i += 2) {
    const starts = [i * d * d, Math.min(i + 1, count - 1) * d * d] as const;
    if (!solver.solvePair(A, starts, values, vectors)) checkLower(check, A, d, starts);
  }
}

/**
 * Eigenvalues and eigenvectors of symmetric matrices.
 * @param A (count, d, d), row-major; only the lower triangles are read
 * @returns values (count, d), ascending for each matrix; vectors (count, d, d): ROW j of matrix i is the unit eigenvector of values[i][j]
 * @throws RangeError when the length does not fit or an entry is not finite
 */
export function batchedSymmetricEigen(A: Float64Array, d: number): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const check: Checks = new Checks("batchedSymmetricEigen");
  const count = checkBatch(check, "A", A, d);
  const values = uninitialised(count * d);
  const vectors = uninitialised(count * d * d);
  solvePairs(check, A, d, count, values, vectors);
  return { values, vectors };
}
