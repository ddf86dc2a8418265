/** @file The symmetric generalised eigenproblem. */
import type { Matrix } from "ml-matrix";
import { Checks } from "../core/check";
import { type BackendOptions, chooseBackend, findLapack } from "./backend";
import { factorise, notPositiveDefinite } from "./cholesky";
import { solveUpper, whiten } from "./dense";
import { matrixOver, symmetricCopy, transposeInPlace } from "./layout";
import type { SymmetricEigen } from "./symmetricEigen";
import { SymmetricSolver } from "./symmetricSolver";

/**
 * Eigenvalues and eigenvectors of a symmetric A relative to a positive definite B.
 * $$ A v_j = \lambda_j B v_j, \qquad V^\top B V = I $$
 * With B = L Lᵀ, it is the eigenproblem of L⁻¹ A L⁻ᵀ, by LAPACK's dsygvd or by ours. Weak spot of both: errors grow with the
 * condition of B, to about d ε ‖A‖ ‖B⁻¹‖ in the eigenvalues.
 * @param A symmetric, (d, d)
 * @param B symmetric positive definite, (d, d)
 * @returns values ascending, (d,), and V, (d, d), the vectors as columns
 * @throws RangeError when one is empty, not square, not finite or not symmetric, sizes differ, or B is not positive definite (the pivot is named)
 */
export function generalizedEigen(A: Matrix, B: Matrix, options: BackendOptions = {}): SymmetricEigen {
  const check: Checks = new Checks("generalizedEigen");
  const { values, vectors } = solve(check, true, A, B, options);
  return { values, vectors: matrixOver(vectors!, A.rows, A.rows) };
}

/** The values of {@link generalizedEigen} alone, ascending, (d,). */
export function generalizedEigenvalues(A: Matrix, B: Matrix, options: BackendOptions = {}): Float64Array {
  const check: Checks = new Checks("generalizedEigenvalues");
  return solve(check, false, A, B, options).values;
}

function solve(
  check: Checks,
  wantVectors: boolean,
  A: Matrix,
  B: Matrix,
  options: BackendOptions,
): { values: Float64Array; vectors?: Float64Array } {
  const a = symmetricCopy(check, "A", A);
  const b = symmetricCopy(check, "B", B);
  const d = A.rows;
  if (B.rows !== d) check.fail("B", `a ${d}x${d} matrix, as A is`, B);
  const backend = chooseBackend(check, d, options);
  if (backend === "blas") {
    const values = new Float64Array(d);
    const pivot = findLapack()!.generalized(wantVectors, d, a, b, values);
    if (pivot >= 0) notPositiveDefinite(check, "B", pivot, B.get(pivot, pivot));
    checkFinite(check, values);
    return wantVectors ? { values, vectors: transposeInPlace(a, d) } : { values };
  }
  factorise(check, "B", b, d, backend);
  const solver = new SymmetricSolver(d);
  const white = whiten(b, a, d);
  checkFinite(check, white);
  if (!wantVectors) {
    solver.eigenvalues(white);
    return { values: solver.values };
  }
  const columns = transposeInPlace(solver.eigen(white)!, d);
  return { values: solver.values, vectors: solveUpper(b, columns, d, d) };
}

/** Overflow: A is finite and B positive definite, but their quotient is too large. */
function checkFinite(check: Checks, data: Float64Array): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) check.fail("B", "far enough from singular that the eigenvalues are finite", `an intermediate result of ${data[at]}`);
}
