/** @file Products and eigenvalues of symmetric matrices for the rooms above: unchecked, only the lower triangle is read. */
import { EigenvalueDecomposition, type Matrix } from "ml-matrix";
import { backendFor } from "./backend";
import { multiply } from "./dense";
import { matrixOver, rowMajor, rowMajorCopy, transposeInPlace } from "./layout";
import type { SymmetricEigen } from "./symmetricEigen";
import { solveSymmetric } from "./symmetricSolver";

/**
 * Below so many rows by ml-matrix, on whose bits stored results rest, and on its signs of eigenvectors random draws; it is as fast there.
 * From there on by our layer: two and a half to three times as fast with vectors, six to nine times without, with signs of its own.
 */
export const OUR_SPECTRUM = 64;

/** A B of square matrices. */
export function squareProduct(A: Matrix, B: Matrix): Matrix {
  const d = A.rows;
  return d < OUR_SPECTRUM ? A.mmul(B) : matrixOver(multiply(rowMajor(A), rowMajor(B), d, d, d), d, d);
}

/** By ml-matrix; undefined where entries are so far apart in size that its iteration leaves the matrix. */
function byMlMatrix(matrix: Matrix): EigenvalueDecomposition | undefined {
  try {
    return new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** A = V diag(values) Vᵀ, values ascending, (d,), eigenvectors as columns of V, (d, d). */
export function spectrumOf(matrix: Matrix): SymmetricEigen {
  const d = matrix.rows;
  const small = d < OUR_SPECTRUM ? byMlMatrix(matrix) : undefined;
  if (small) return { values: Float64Array.from(small.realEigenvalues), vectors: small.eigenvectorMatrix };
  const { values, vectors } = solveSymmetric(rowMajorCopy(matrix), d, backendFor(d), true);
  return { values, vectors: matrixOver(transposeInPlace(vectors, d), d, d) };
}

/** The eigenvalues alone, ascending, (d,). */
export function eigenvaluesOf(matrix: Matrix): Float64Array {
  const d = matrix.rows;
  const small = d < OUR_SPECTRUM ? byMlMatrix(matrix) : undefined;
  if (small) return Float64Array.from(small.realEigenvalues);
  return solveSymmetric(rowMajorCopy(matrix), d, backendFor(d), false).values;
}
