/** @file Sums over plain arrays. */

/** Σ_i a[i] b[i] over i < count; four partial sums, so that the additions do not wait for each other. */
export function dot(a: Float64Array, b: Float64Array, count = a.length): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < count; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (; i < count; i++) s0 += a[i] * b[i];
  return s0 + s1 + (s2 + s3);
}
