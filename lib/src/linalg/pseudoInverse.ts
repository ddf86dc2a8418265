/** @file The pseudo-inverse of a symmetric matrix. */
import { backendFor } from "./backend";
import { solveSymmetric } from "./symmetricSolver";

/**
 * The Moore-Penrose inverse of a symmetric positive semidefinite matrix, row-major (d, d), on a plain array; eigenvalues below
 * d ε λ_max count as zero. Arguments are not checked.
 */
export function pseudoInverse(a: Float64Array, d: number): Float64Array {
  const { values, vectors } = solveSymmetric(a.slice(), d, backendFor(d), true);
  const threshold = d * Number.EPSILON * values[d - 1];
  const out = new Float64Array(d * d);
  for (let l = 0; l < d; l++) {
    if (!(values[l] > threshold)) continue;
    const v = vectors.subarray(l * d, (l + 1) * d);
    for (let i = 0; i < d; i++) {
      const scaled = v[i] / values[l];
      for (let j = 0; j < d; j++) out[i * d + j] += scaled * v[j];
    }
  }
  return out;
}
