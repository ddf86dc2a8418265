/** @file The symmetric rank-k update, on which the time of reading a data set's covariance is spent. */

import { LARGE } from "../linalg/backend";
import { findLapack } from "../linalg/blas";
import { withOneThread } from "../linalg/oneThread";
import { multiplyPanels } from "../linalg/panelProduct";

/** Place of row i in a packed lower triangle. */
export function packedRow(i: number): number {
  return (i * (i + 1)) / 2;
}

/** Numbers of products that are kept from one call to the next: the system takes longer to give new memory than a small product lasts. */
const KEPT = 2 ** 21;
let kept = new Float64Array(0);

/**
 * C ← C + YᵀY on packed lower triangles: by BLAS (dsyrk) where there is one and d or k is at least 512, otherwise by our own products,
 * which give the same bits on every machine. Below d = 512 BLAS gets one thread.
 * @param packed C, the lower triangle row by row, d(d+1)/2 numbers
 * @param Y row-major (k, d)
 */
export function rankUpdate(packed: Float64Array, Y: Float64Array, d: number, k: number): void {
  const products = kept.length === d * d ? kept : new Float64Array(d * d);
  if (products.length <= KEPT) kept = products;
  const lapack = Math.max(d, k) >= LARGE ? findLapack() : null;
  if (lapack) {
    const multiply = (): void => lapack.symmetricProduct(true, d, k, Y, products);
    if (d < LARGE) withOneThread(multiply);
    else multiply();
  } else {
    const columns = { data: Y, row: 1, column: d };
    multiplyPanels("simd", columns, d, columns, d, k, true, products.fill(0), d);
  }
  for (let i = 0, to = 0; i < d; i++) for (let j = i * d; j <= i * (d + 1); j++) packed[to++] += products[j];
}
