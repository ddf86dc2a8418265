/**
 * @file Dense linear algebra on plain row-major arrays, for the loops of the diagnostic. Arguments are not checked. Up to 511 rows
 * the bits are the same on every machine; from 512 on BLAS does the work that grows with the cube, where there is one.
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { findLapack, LARGE } from "./backend";
import { SymmetricWorkspace } from "./tridiagonal";

/** A B for A (n, l) and B (l, q), row-major. Four rows of B at a time. */
export function multiply(
  a: Float64Array,
  b: Float64Array,
  n: number,
  l: number,
  q: number,
  out: Float64Array = new Float64Array(n * q),
): Float64Array {
  const lapack = Math.min(n, l, q) >= LARGE ? findLapack() : null;
  if (lapack) {
    lapack.multiply(false, false, n, q, l, a, b, out);
    return out;
  }
  out.fill(0);
  for (let i = 0; i < n; i++) {
    const to = i * q;
    let p = 0;
    for (; p + 3 < l; p += 4) {
      const at = i * l + p;
      const a0 = a[at];
      const a1 = a[at + 1];
      const a2 = a[at + 2];
      const a3 = a[at + 3];
      const b0 = p * q;
      const b1 = b0 + q;
      const b2 = b1 + q;
      const b3 = b2 + q;
      for (let j = 0; j < q; j++) out[to + j] += a0 * b[b0 + j] + a1 * b[b1 + j] + a2 * b[b2 + j] + a3 * b[b3 + j];
    }
    for (; p < l; p++) {
      const value = a[i * l + p];
      for (let j = 0; j < q; j++) out[to + j] += value * b[p * q + j];
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

/** L with L Lᵀ = A, lower triangular; or the place of the first variable that the ones before it determine. */
export function cholesky(a: Float64Array, d: number): { factor: Float64Array } | { dependent: number } {
  const factor = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    const row = i * d;
    for (let j = 0; j <= i; j++) {
      let sum = a[row + j];
      const other = j * d;
      for (let p = 0; p < j; p++) sum -= factor[row + p] * factor[other + p];
      if (j < i) factor[row + j] = sum / factor[other + j];
      else if (sum > DEPENDENT * a[row + i]) factor[row + i] = Math.sqrt(sum);
      else return { dependent: i };
    }
  }
  return { factor };
}

/** L^{-1} B in place, L lower triangular (d, d), B (d, q). */
export function solveLower(L: Float64Array, B: Float64Array, d: number, q: number): Float64Array {
  for (let i = 0; i < d; i++) {
    for (let p = 0; p < i; p++) {
      const value = L[i * d + p];
      if (value !== 0) for (let j = 0; j < q; j++) B[i * q + j] -= value * B[p * q + j];
    }
    const scale = 1 / L[i * d + i];
    for (let j = 0; j < q; j++) B[i * q + j] *= scale;
  }
  return B;
}

/** L^{-T} B in place. */
export function solveUpper(L: Float64Array, B: Float64Array, d: number, q: number): Float64Array {
  for (let i = d - 1; i >= 0; i--) {
    const scale = 1 / L[i * d + i];
    for (let j = 0; j < q; j++) B[i * q + j] *= scale;
    for (let p = 0; p < i; p++) {
      const value = L[i * d + p];
      if (value !== 0) for (let j = 0; j < q; j++) B[p * q + j] -= value * B[i * q + j];
    }
  }
  return B;
}

/** Eigenvalues of a symmetric matrix, descending. */
export function eigenvalues(a: Float64Array, d: number): Float64Array {
  const lapack = d >= LARGE ? findLapack() : null;
  if (lapack) {
    const values = new Float64Array(d);
    lapack.eigen(false, d, a.slice(), values);
    return values.reverse();
  }
  return new SymmetricWorkspace(d).eigenvalues(a.slice()).slice().reverse();
}

/** Eigenvalues, descending, and the vectors as rows. */
export function eigen(a: Float64Array, d: number): { values: Float64Array; vectors: Float64Array } {
  const lapack = d >= LARGE ? findLapack() : null;
  if (lapack) {
    const [ascending, rows] = [new Float64Array(d), a.slice()];
    lapack.eigen(true, d, rows, ascending);
    return { values: ascending.reverse(), vectors: reverseRows(rows, d) };
  }
  const space = new SymmetricWorkspace(d);
  const values = space.eigenvalues(a.slice()).slice().reverse();
  if (space.eigenvectors()) return { values, vectors: reverseRows(space.vectors, d) };
  // Eigenvalues too close for the fast method.
  const evd = new EigenvalueDecomposition(Matrix.from1DArray(d, d, Array.from(a)), { assumeSymmetric: true });
  const order = evd.realEigenvalues.map((_, i) => i).sort((i, j) => evd.realEigenvalues[j] - evd.realEigenvalues[i]);
  const vectors = new Float64Array(d * d);
  order.forEach((from, to) => {
    for (let i = 0; i < d; i++) vectors[to * d + i] = evd.eigenvectorMatrix.get(i, from);
  });
  return { values, vectors };
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
