/** @file The symmetric rank-k update, on which the time of reading a data set's covariance is spent. */
import { findLapack, LARGE } from "../linalg/backend";
import { multiplyPanels } from "../linalg/panelProduct";

/** Adds YYᵀ to a symmetric matrix. `Y` is row-major (d, k), `packed` the lower triangle row by row, d(d+1)/2 numbers. */
export type RankUpdate = (packed: Float64Array, Y: Float64Array, d: number, k: number) => void;

/** Place of row i in a packed lower triangle. */
export function packedRow(i: number): number {
  return (i * (i + 1)) / 2;
}

/**
 * C ← C + YYᵀ on packed lower triangles: by BLAS (dsyrk) where there is one and d is at least 512, otherwise by our own products,
 * which give the same bits on every machine.
 * Another implementation of `RankUpdate` can be given to `SecondMoments`.
 */
export const rankUpdate: RankUpdate = (packed, Y, d, k) => {
  const products = new Float64Array(d * d);
  const lapack = d >= LARGE ? findLapack() : null;
  if (lapack) lapack.symmetricProduct(false, d, k, Y, products);
  else {
    const rows = { data: Y, row: k, column: 1 };
    multiplyPanels("simd", rows, d, rows, d, k, true, products, d);
  }
  for (let i = 0, to = 0; i < d; i++) for (let j = i * d; j <= i * (d + 1); j++) packed[to++]! += products[j]!;
};
