/** @file Eigenvalues and eigenvectors of a symmetric matrix. */
import type { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../core/check";
import { type BackendOptions, chooseBackend } from "./backend";
import { matrixOver, symmetricCopy, transposeInPlace } from "./layout";
import { solveSymmetric } from "./symmetricSolver";

/** The eigenvalues and eigenvectors of a symmetric matrix: A = V diag(values) Vᵀ. */
export interface SymmetricEigen {
  /** Eigenvalues, ascending, (d,). */
  readonly values: Float64Array;
  /** V, (d, d), orthogonal: column j is the unit eigenvector of values[j]; its sign is arbitrary, and so is the basis of an eigenspace. */
  readonly vectors: Matrix;
}

/**
 * The eigenvalues and eigenvectors of a symmetric matrix.
 * A = V diag(λ) Vᵀ,  λ_1 <= ... <= λ_d
 * By LAPACK's dsyevd, or by ours (see `solveSymmetric`; the WebAssembly back end shares that code). Both are good to a few units
 * of d ε‖A‖ in values, residuals and orthogonality. Weak spot of both: small eigenvalues have no relative accuracy.
 * @param A symmetric (d, d); mirrored entries may differ by 1e-12 of the largest, and those below the diagonal are used
 * @param options backend? by default by size
 * @throws RangeError when A is empty, not square, not finite or not symmetric
 * @origin standard
 * @example
 * cot.linalg.symmetricEigen(new Matrix([[2, 1], [1, 2]])).values; // => [1, 3]
 */
export function symmetricEigen(A: Matrix, options: BackendOptions = {}): SymmetricEigen {
  argumentsOf("symmetricEigen", options, "options");
  const check: Checks = new Checks("symmetricEigen");
  check.matrix("A", A);
  const d = A.rows;
  const { values, vectors } = solveSymmetric(symmetricCopy(check, "A", A), d, chooseBackend(check, d, options), true);
  return { values, vectors: matrixOver(transposeInPlace(vectors, d), d, d) };
}

/**
 * The eigenvalues of a symmetric matrix alone, ascending, (d,): like {@link symmetricEigen}, in a fraction of the time.
 * @param A symmetric (d, d), as there
 * @param options backend? by default by size
 * @throws RangeError when A is empty, not square, not finite or not symmetric
 * @origin standard
 * @example
 * cot.linalg.symmetricEigenvalues(new Matrix([[2, 1], [1, 2]])); // => [1, 3]
 */
export function symmetricEigenvalues(A: Matrix, options: BackendOptions = {}): Float64Array {
  argumentsOf("symmetricEigenvalues", options, "options");
  const check: Checks = new Checks("symmetricEigenvalues");
  check.matrix("A", A);
  return solveSymmetric(symmetricCopy(check, "A", A), A.rows, chooseBackend(check, A.rows, options), false).values;
}
