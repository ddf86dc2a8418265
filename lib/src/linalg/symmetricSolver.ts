/** @file The symmetric eigenproblem on a plain array, for any spectrum: by LAPACK or by ours. */
import { findLapack } from "#blas";
import type { Backend } from "./backend";
import { SymmetricWorkspace } from "./symmetricWorkspace";

/** Gap of neighbouring eigenvalues, over the norm, below which their vectors, computed one by one, are made orthogonal afterwards. */
const CLOSE = 1e-3;
/** Largest entries between these bounds can be squared and summed; others are scaled by a power of two, which is exact. */
const [SMALLEST, LARGEST] = [2 ** -400, 2 ** 400];

/** Eigenvalues, (d,), and unit eigenvectors as rows, (d, d). */
export interface EigenRows {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues, ascending, (d,), and where wanted the unit eigenvectors as rows, (d, d), of a symmetric matrix with finite entries.
 * By LAPACK's dsyevd, or by ours: values by Householder reduction and root-free QL, to a few units of ε‖A‖; vectors by twisted
 * factorisations, made orthogonal within clusters; where two eigenvalues agree to 1e-7 ‖A‖, by implicit QL with accumulated rotations,
 * which takes about twice as long.
 * @param a row-major (d, d); only the lower triangle is read; overwritten
 */
export function solveSymmetric(a: Float64Array, d: number, backend: Backend, wantVectors: false): Pick<EigenRows, "values">;
export function solveSymmetric(a: Float64Array, d: number, backend: Backend, wantVectors: true): EigenRows;
export function solveSymmetric(a: Float64Array, d: number, backend: Backend, wantVectors: boolean): EigenRows {
  if (backend === "blas") {
    const values = new Float64Array(d);
    findLapack()!.eigen(wantVectors, d, a, values);
    return { values, vectors: a };
  }
  const scale = scaleOf(a, d);
  if (scale !== 1) for (let i = 0; i < a.length; i++) a[i] *= scale;
  const space = new SymmetricWorkspace(d);
  const { values, vectors } = space;
  space.eigenvalues(a);
  if (wantVectors) {
    if (space.eigenvectors()) orthogonalise(values, vectors, d);
    else space.eigenvectorsByQl();
  }
  if (scale !== 1) for (let i = 0; i < d; i++) values[i] /= scale;
  return { values, vectors };
}

/** 1, or the power of two that brings very small or very large entries of a lower triangle to 1. */
function scaleOf(a: Float64Array, d: number): number {
  let largest = 0;
  for (let i = 0; i < d; i++) {
    for (let j = i * d; j <= i * (d + 1); j++) {
      const size = Math.abs(a[j]);
      if (size > largest) largest = size;
    }
  }
  if (largest === 0 || (largest > SMALLEST && largest < LARGEST)) return 1;
  return 2 ** -Math.max(-1000, Math.min(1000, Math.floor(Math.log2(largest))));
}

/** Gram and Schmidt within runs of close eigenvalues. What is taken away lies along vectors of almost the same eigenvalue. */
function orthogonalise(values: Float64Array, vectors: Float64Array, d: number): void {
  const close = CLOSE * Math.max(Math.abs(values[0]), Math.abs(values[d - 1]));
  let first = 0;
  for (let j = 1; j < d; j++) {
    if (values[j] - values[j - 1] > close) first = j;
    if (first === j) continue;
    const row = j * d;
    for (let i = first; i < j; i++) {
      const other = i * d;
      let dot = 0;
      for (let c = 0; c < d; c++) dot += vectors[other + c] * vectors[row + c];
      for (let c = 0; c < d; c++) vectors[row + c] -= dot * vectors[other + c];
    }
    let square = 0;
    for (let c = 0; c < d; c++) square += vectors[row + c] * vectors[row + c];
    const scale = 1 / Math.sqrt(square);
    for (let c = 0; c < d; c++) vectors[row + c] *= scale;
  }
}
