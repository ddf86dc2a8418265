/** @file Between ml-matrix's matrices, which keep their rows apart, and one array that holds them one after another. */
import { type AbstractMatrix, Matrix } from "ml-matrix";
import type { Checks } from "../core/check";

/** A Matrix, seen as what it stores. */
interface Stored {
  data: Float64Array[];
  rows: number;
  columns: number;
}

/**
 * An array for results that are written whole. Its numbers are not set to zero, which would take longer than small products:
 * memory that the process has used before is handed out as it is. Only Node has such memory; elsewhere it is a new array.
 */
export function uninitialised(length: number): Float64Array {
  return typeof Buffer === "undefined" ? new Float64Array(length) : new Float64Array(Buffer.allocUnsafeSlow(8 * length).buffer);
}

/**
 * Where a matrix made by `matrixOver` keeps the array that all its rows are views of, and the rows. (A WeakMap from matrices to arrays
 * would keep them apart, but made every new result take longer than a small product.)
 */
const PACKED = Symbol("packed");

interface Packed {
  readonly whole: Float64Array;
  readonly rows: readonly Float64Array[];
}

/**
 * A Matrix whose rows are views of one array: `rowMajor` gives that array back without a copy. It is an ordinary Matrix in every
 * other way; what replaces or adds a row only costs a copy later.
 */
export function matrixOver(data: Float64Array, rows: number, columns: number): Matrix {
  const matrix = new Matrix(0, 0);
  const views: Float64Array[] = [];
  const { buffer, byteOffset } = data;
  for (let i = 0; i < rows; i++) views.push(new Float64Array(buffer, byteOffset + 8 * i * columns, columns));
  const stored = matrix as unknown as Stored;
  stored.data = views;
  stored.rows = rows;
  stored.columns = columns;
  Object.defineProperty(matrix, PACKED, { value: { whole: data, rows: views.slice() } satisfies Packed });
  return matrix;
}

/** The entries row by row: the matrix's own array when `matrixOver` made it, otherwise a copy. Not to be modified. */
export function rowMajor(matrix: AbstractMatrix): Float64Array {
  return wholeOf(matrix) ?? copyRows(matrix);
}

/** The entries row by row, in a new array. */
export function rowMajorCopy(matrix: AbstractMatrix): Float64Array {
  const whole = wholeOf(matrix);
  if (!whole) return copyRows(matrix);
  const out = uninitialised(whole.length);
  out.set(whole);
  return out;
}

/** The array that a matrix made by `matrixOver` lies in. */
function wholeOf(matrix: AbstractMatrix): Float64Array | undefined {
  const { [PACKED]: packed, data } = matrix as unknown as Stored & { readonly [PACKED]?: Packed };
  return packed && sameRows(packed.rows, data) && packed.whole.length === matrix.rows * matrix.columns ? packed.whole : undefined;
}

/** The array of a matrix that is to be overwritten: made by this layer, of the given shape, and none of the others. */
export function targetArray(check: Checks, into: Matrix, rows: number, columns: number, others: readonly Matrix[]): Float64Array {
  checkMatrix(check, "into", into);
  const whole = into.rows === rows && into.columns === columns ? wholeOf(into) : undefined;
  if (!whole) check.fail("into", `a ${rows}x${columns} matrix that a function of this layer has returned`, into);
  if (others.some((other) => wholeOf(other) === whole)) check.fail("into", "another matrix than the factors", into);
  return whole;
}

function sameRows(a: readonly Float64Array[], b: readonly Float64Array[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function copyRows(matrix: AbstractMatrix): Float64Array {
  const { rows, columns } = matrix;
  const out = uninitialised(rows * columns);
  const data = (matrix as unknown as Partial<Stored>).data;
  if (Array.isArray(data) && data[0] instanceof Float64Array) for (let i = 0; i < rows; i++) out.set(data[i], i * columns);
  else for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[i * columns + j] = matrix.get(i, j);
  return out;
}

/** A matrix with at least one entry. */
export function checkMatrix(check: Checks, argument: string, value: unknown): asserts value is Matrix {
  if (!Matrix.isMatrix(value)) check.wrongKind(argument, "a Matrix of ml-matrix", value);
  if (value.rows === 0 || value.columns === 0) check.fail(argument, "a matrix with at least one entry", value);
}

/** Names the first entry that is not finite. */
export function checkFiniteEntries(check: Checks, argument: string, data: Float64Array, columns: number): void {
  if (allFinite(data)) return;
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) check.fail(`${argument}[${Math.floor(at / columns)}][${at % columns}]`, "a finite number", data[at]);
}

/** False when an entry is not finite; also, rarely, when the entries are so large that their sum overflows. */
export function allFinite(data: Float64Array): boolean {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = data.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    s0 += data[i];
    s1 += data[i + 1];
    s2 += data[i + 2];
    s3 += data[i + 3];
  }
  for (let i = whole; i < data.length; i++) s0 += data[i];
  return Number.isFinite(s0 + s1 + s2 + s3);
}

/** Side of the squares in which a matrix is walked through when rows and columns are needed at once: 8 kB. */
const SQUARE = 32;

/**
 * Visits all (i, j) below the diagonal, a stretch of a row at a time: j from `from` to before `to`. It goes square by square, since
 * one of the two entries (i, j) and (j, i) is otherwise always a cache miss away from the other.
 */
function belowDiagonal(n: number, visit: (i: number, from: number, to: number) => void): void {
  for (let top = 0; top < n; top += SQUARE) {
    const bottom = Math.min(top + SQUARE, n);
    for (let left = 0; left <= top; left += SQUARE) for (let i = top; i < bottom; i++) visit(i, left, Math.min(left + SQUARE, i));
  }
}

/** Difference of mirrored entries, over the largest entry, that is taken for rounding. */
const SYMMETRY = 1e-12;

/**
 * The entries of a square, finite, symmetric matrix in a new array.
 * Entries may differ from their mirror images by rounding; those below the diagonal are taken.
 */
export function symmetricCopy(check: Checks, argument: string, matrix: unknown): Float64Array {
  checkMatrix(check, argument, matrix);
  const n = matrix.rows;
  if (matrix.columns !== n) check.fail(argument, "square", matrix);
  const data = rowMajorCopy(matrix);
  if (!mirrored(data, n)) checkSymmetric(check, argument, data, n);
  return data;
}

/** Whether all entries are finite and equal to their mirror images: a difference with one that is not finite is never 0. */
function mirrored(data: Float64Array, n: number): boolean {
  let equal = true;
  for (let i = 0; i < n; i++) if (data[i * (n + 1)] - data[i * (n + 1)] !== 0) equal = false;
  belowDiagonal(n, (i, from, to) => {
    for (let j = from; j < to; j++) if (data[i * n + j] - data[j * n + i] !== 0) equal = false;
  });
  return equal;
}

/** Names what is not finite or not symmetric; otherwise makes the matrix exactly symmetric. */
function checkSymmetric(check: Checks, argument: string, data: Float64Array, n: number): void {
  checkFiniteEntries(check, argument, data, n);
  const allowed = SYMMETRY * data.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  belowDiagonal(n, (i, from, to) => {
    for (let j = from; j < to; j++) {
      const [value, other] = [data[i * n + j], data[j * n + i]];
      if (Math.abs(value - other) > allowed)
        check.fail(argument, "symmetric", `${argument}[${i}][${j}] = ${value} and ${argument}[${j}][${i}] = ${other}`);
      data[j * n + i] = value;
    }
  });
}

/** Transposes a square matrix in place. */
export function transposeInPlace(data: Float64Array, n: number): Float64Array {
  belowDiagonal(n, (i, from, to) => {
    for (let j = from; j < to; j++) {
      const value = data[i * n + j];
      data[i * n + j] = data[j * n + i];
      data[j * n + i] = value;
    }
  });
  return data;
}

/** Copies the entries below the diagonal above it. */
export function mirrorLower(data: Float64Array, n: number): Float64Array {
  belowDiagonal(n, (i, from, to) => {
    for (let j = from; j < to; j++) data[j * n + i] = data[i * n + j];
  });
  return data;
}

/** The rows as a Matrix stores them, each (columns,), not to be modified; copies for the views that store none. */
export function matrixRows(matrix: Matrix): readonly Float64Array[] {
  const { data } = matrix as unknown as Partial<Stored>;
  if (Array.isArray(data) && data.length === matrix.rows && data.every((row) => row instanceof Float64Array)) return data;
  return Array.from({ length: matrix.rows }, (_, i) => Float64Array.from(matrix.getRow(i)));
}
