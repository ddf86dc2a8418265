/** @file Triangular systems with many right-hand sides, in place on plain row-major arrays. Arguments are not checked. */

import { findLapack } from "#blas";
import { backendFor } from "./backend";
import { multiplyPanels, type Strided } from "./panelProduct";

/** Rows that are solved before the others hear of them. */
const BLOCK = 32;
/** Right-hand sides from which products by panels pay. */
const MANY = 8;

/** L⁻¹ B in place, L lower triangular (d, d), B (d, q). */
export function solveLower(L: Float64Array, B: Float64Array, d: number, q: number): Float64Array {
  if (solvedByBlas(false, L, B, d, q)) return B;
  for (let from = 0; from < d; from += BLOCK) {
    const to = Math.min(from + BLOCK, d);
    subtract(L, from, to, 0, from, false, B, d, q);
    for (let i = from; i < to; i++) {
      for (let p = q < MANY ? 0 : from; p < i; p++) {
        const value = L[i * d + p];
        if (value !== 0) for (let j = 0; j < q; j++) B[i * q + j] -= value * B[p * q + j];
      }
      const scale = 1 / L[i * d + i];
      for (let j = 0; j < q; j++) B[i * q + j] *= scale;
    }
  }
  return B;
}

/** L⁻ᵀ B in place. */
export function solveUpper(L: Float64Array, B: Float64Array, d: number, q: number): Float64Array {
  if (solvedByBlas(true, L, B, d, q)) return B;
  const last = d - 1 - ((d - 1) % BLOCK);
  for (let from = last; from >= 0; from -= BLOCK) {
    const to = Math.min(from + BLOCK, d);
    subtract(L, from, to, to, d, true, B, d, q);
    for (let i = to - 1; i >= from; i--) {
      const scale = 1 / L[i * d + i];
      for (let j = 0; j < q; j++) B[i * q + j] *= scale;
      for (let p = q < MANY ? 0 : from; p < i; p++) {
        const value = L[i * d + p];
        if (value !== 0) for (let j = 0; j < q; j++) B[p * q + j] -= value * B[i * q + j];
      }
    }
  }
  return B;
}

/** Large systems by BLAS, where there is one. */
function solvedByBlas(transposed: boolean, L: Float64Array, B: Float64Array, d: number, q: number): boolean {
  if (q < MANY || backendFor(d) !== "blas") return false;
  findLapack()!.solveTriangular(transposed, d, q, L, B);
  return true;
}

/** Rows `from` to `to` of B lose what the known rows `first` to `end` give: L's entries, or Lᵀ's, times those rows. */
function subtract(
  L: Float64Array,
  from: number,
  to: number,
  first: number,
  end: number,
  transposed: boolean,
  B: Float64Array,
  d: number,
  q: number,
): void {
  const [rows, known] = [to - from, end - first];
  if (known === 0 || q < MANY) return;
  const factor = new Float64Array(rows * known);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < known; k++) factor[i * known + k] = transposed ? -L[(first + k) * d + from + i] : -L[(from + i) * d + first + k];
  const right: Strided = { data: B.subarray(first * q), row: 1, column: q };
  multiplyPanels("simd", { data: factor, row: known, column: 1 }, rows, right, q, known, false, B.subarray(from * q), q);
}
