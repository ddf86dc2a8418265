/** @file The symmetric rank-k update, on which the time of reading a data set's covariance is spent. */

/** Adds YYᵀ to a symmetric matrix. `Y` is row-major (d, k), `packed` the lower triangle row by row, d(d+1)/2 numbers. */
export type RankUpdate = (packed: Float64Array, Y: Float64Array, d: number, k: number) => void;

/** Place of row i in a packed lower triangle. */
export function packedRow(i: number): number {
  return (i * (i + 1)) / 2;
}

/**
 * C ← C + YYᵀ on packed lower triangles: 4 x 4 blocks of inner products, each row of Y being read from the cache for sixteen sums at once.
 * Another implementation of `RankUpdate` (BLAS dsyrk, say) can be given to `SecondMoments`.
 */
export const rankUpdate: RankUpdate = (packed, Y, d, k) => {
  let i = 0;
  for (; i + 3 < d; i += 4) {
    const a = i * k;
    for (let j = 0; j <= i; j += 4) {
      const b = j * k;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      let s20 = 0;
      let s21 = 0;
      let s22 = 0;
      let s23 = 0;
      let s30 = 0;
      let s31 = 0;
      let s32 = 0;
      let s33 = 0;
      for (let r = 0; r < k; r++) {
        const a0 = Y[a + r]!;
        const a1 = Y[a + k + r]!;
        const a2 = Y[a + 2 * k + r]!;
        const a3 = Y[a + 3 * k + r]!;
        const b0 = Y[b + r]!;
        const b1 = Y[b + k + r]!;
        const b2 = Y[b + 2 * k + r]!;
        const b3 = Y[b + 3 * k + r]!;
        s00 += a0 * b0;
        s01 += a0 * b1;
        s02 += a0 * b2;
        s03 += a0 * b3;
        s10 += a1 * b0;
        s11 += a1 * b1;
        s12 += a1 * b2;
        s13 += a1 * b3;
        s20 += a2 * b0;
        s21 += a2 * b1;
        s22 += a2 * b2;
        s23 += a2 * b3;
        s30 += a3 * b0;
        s31 += a3 * b1;
        s32 += a3 * b2;
        s33 += a3 * b3;
      }
      const p0 = packedRow(i) + j;
      const p1 = packedRow(i + 1) + j;
      const p2 = packedRow(i + 2) + j;
      const p3 = packedRow(i + 3) + j;
      packed[p0]! += s00;
      packed[p1]! += s10;
      packed[p1 + 1]! += s11;
      packed[p2]! += s20;
      packed[p2 + 1]! += s21;
      packed[p2 + 2]! += s22;
      packed[p3]! += s30;
      packed[p3 + 1]! += s31;
      packed[p3 + 2]! += s32;
      packed[p3 + 3]! += s33;
      if (j === i) continue;
      packed[p0 + 1]! += s01;
      packed[p0 + 2]! += s02;
      packed[p0 + 3]! += s03;
      packed[p1 + 2]! += s12;
      packed[p1 + 3]! += s13;
      packed[p2 + 3]! += s23;
    }
  }
  for (; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let r = 0; r < k; r++) sum += Y[i * k + r]! * Y[j * k + r]!;
      packed[packedRow(i) + j]! += sum;
    }
  }
};
