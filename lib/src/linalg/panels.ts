/** @file Inner products of many rows with many rows, four by four: what matrix products, Gram matrices and Cholesky factors are made of. */

/**
 * The rows of a panel, in numbers: the least multiple of four that is not below n.
 * A panel holds rows of equal width, four at a time and interleaved, as the inner loop reads them.
 */
export function padded(n: number): number {
  return (n + 3) & ~3;
}

/**
 * Fills a panel with `rows` rows of `width` numbers of an array: row r starts at `start(r)`, its numbers are `step` apart. Rows that
 * the last four lack repeat the last one.
 */
export function packRows(
  from: Float64Array,
  start: (row: number) => number,
  step: number,
  rows: number,
  width: number,
  panel: Float64Array,
): void {
  const last = rows - 1;
  let at = 0;
  for (let r = 0; r < rows; r += 4) {
    let s0 = start(r);
    let s1 = start(Math.min(r + 1, last));
    let s2 = start(Math.min(r + 2, last));
    let s3 = start(Math.min(r + 3, last));
    for (const end = at + 4 * width; at < end; at += 4) {
      panel[at] = from[s0];
      panel[at + 1] = from[s1];
      panel[at + 2] = from[s2];
      panel[at + 3] = from[s3];
      s0 += step;
      s1 += step;
      s2 += step;
      s3 += step;
    }
  }
}

/**
 * out += X Yᵀ for panels X and Y of so many rows (multiples of four), out by rows with a stride. Each sum runs over the width in order, and is then added: every implementation gives the same bits.
 */
export type AddProducts = (
  x: Float64Array,
  xRows: number,
  y: Float64Array,
  yRows: number,
  width: number,
  out: Float64Array,
  stride: number,
) => void;

/** {@link AddProducts} in plain TypeScript: sixteen sums run side by side, so that each number loaded takes part in four products. */
export const addProducts: AddProducts = (x, xRows, y, yRows, width, out, stride) => {
  for (let i = 0; i < xRows; i += 4)
    for (let j = 0; j < yRows; j += 4) addBlock(x, i * width, y, j * width, width, out, i * stride + j, stride);
};

/** The 4 x 4 block of {@link addProducts} for the four rows from `startX` and the four from `startY`, added at out[at]. */
function addBlock(
  x: Float64Array,
  startX: number,
  y: Float64Array,
  startY: number,
  width: number,
  out: Float64Array,
  at: number,
  stride: number,
): void {
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
  const end = startX + 4 * width;
  for (let i = startX, j = startY; i < end; i += 4, j += 4) {
    const a0 = x[i];
    const a1 = x[i + 1];
    const a2 = x[i + 2];
    const a3 = x[i + 3];
    const b0 = y[j];
    const b1 = y[j + 1];
    const b2 = y[j + 2];
    const b3 = y[j + 3];
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
  add(out, at, s00, s01, s02, s03);
  add(out, at + stride, s10, s11, s12, s13);
  add(out, at + 2 * stride, s20, s21, s22, s23);
  add(out, at + 3 * stride, s30, s31, s32, s33);
}

function add(out: Float64Array, at: number, s0: number, s1: number, s2: number, s3: number): void {
  out[at] += s0;
  out[at + 1] += s1;
  out[at + 2] += s2;
  out[at + 3] += s3;
}
