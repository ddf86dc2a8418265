/** @file Dense linear algebra on plain row-major arrays, for the loops of the diagnostic: the layer's own code without checks of arguments. */
import { backendFor } from "./backend";
import { choleskyInPlace } from "./cholesky";
import { multiplyBy } from "./product";
import { type EigenRows, solveSymmetric } from "./symmetricSolver";
import { solveLower } from "./triangularSolve";

/** A B for A (n, l) and B (l, q). */
export function multiply(a: Float64Array, b: Float64Array, n: number, l: number, q: number, out?: Float64Array): Float64Array {
  const product = out ?? new Float64Array(n * q);
  multiplyBy(backendFor(Math.min(n, l, q)))(false, false, n, q, l, a, b, product);
  return product;
}

/** A Aᵀ/divisor for A (rows, columns), one sum after the other in the order of the columns: the same bits everywhere. */
export function rowProducts(a: Float64Array, rows: number, columns: number, divisor: number, out: Float64Array): Float64Array {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let l = 0; l < columns; l++) sum += a[i * columns + l] * a[j * columns + l];
      out[i * rows + j] = sum / divisor;
      out[j * rows + i] = sum / divisor;
    }
  }
  return out;
}

/** Aᵀ of a matrix (rows, columns), square unless said otherwise. */
export function transpose(a: Float64Array, rows: number, columns = rows): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j];
  return out;
}

/** The identity. */
export function identity(d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) out[i * (d + 1)] = 1;
  return out;
}

/** tr A. */
export function trace(a: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += a[i * (d + 1)];
  return sum;
}

/** What is left of a variable's variance after regression on those before it, below which it counts as a combination of them. */
const DEPENDENT = 1e-11;

/** L with L Lᵀ = A, lower triangular; or the place of the first variable that the ones before it determine, up to the resolution. */
export function cholesky(a: Float64Array, d: number, resolution = DEPENDENT): { factor: Float64Array } | { dependent: number } {
  const factor = a.slice();
  const dependent = choleskyInPlace(factor, d, backendFor(d), resolution);
  return dependent < 0 ? { factor } : { dependent };
}

/** Eigenvalues of a symmetric matrix, descending. */
export function eigenvalues(a: Float64Array, d: number): Float64Array {
  return solveSymmetric(a.slice(), d, backendFor(d), false).values.reverse();
}

/** Eigenvalues, descending, and the vectors as rows. */
export function eigen(a: Float64Array, d: number): EigenRows {
  const { values, vectors } = solveSymmetric(a.slice(), d, backendFor(d), true);
  return { values: values.reverse(), vectors: reverseRows(vectors, d) };
}

/** The rows of a square matrix, the last one first. */
function reverseRows(rows: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) out.set(rows.subarray((d - 1 - i) * d, (d - i) * d), i * d);
  return out;
}

/** L^{-1} A L^{-T} for a symmetric A, made exactly symmetric. */
export function whiten(L: Float64Array, a: Float64Array, d: number): Float64Array {
  const half = transpose(solveLower(L, a.slice(), d, d), d);
  const out = solveLower(L, half, d, d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const mean = (out[i * d + j] + out[j * d + i]) / 2;
      out[i * d + j] = mean;
      out[j * d + i] = mean;
    }
  }
  return out;
}
