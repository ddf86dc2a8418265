/** @file Householder reduction of a symmetric matrix to tridiagonal form, and the way back for eigenvectors. Nothing is allocated. */

/** A symmetric tridiagonal matrix T: its diagonal, (d,), and in 0..d-2 what stands beside it, (d,). */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly off: Float64Array;
}

/**
 * A = Q T Qᵀ for the symmetric matrix in the lower triangle of a, row-major (d, d). Row i keeps, in columns 0..i-1, the reflector that
 * annihilated it, and tau[i] its scale: `backTransform` needs both.
 * @param work (d,), overwritten
 */
export function tridiagonalise(a: Float64Array, d: number, { diagonal, off }: Tridiagonal, tau: Float64Array, work: Float64Array): void {
  for (let i = d - 1; i >= 2; i--) {
    diagonal[i] = a[i * d + i];
    off[i - 1] = makeReflector(a, d, i, tau);
    if (tau[i] !== 0) reflect(a, d, i, tau[i], work);
  }
  if (d > 1) {
    off[0] = a[d];
    diagonal[1] = a[d + 1];
    tau[1] = 0;
  }
  diagonal[0] = a[0];
  off[d - 1] = 0;
}

/** Turns row i into the reflector v that annihilates all of it but the last entry before the diagonal, whose new value it returns. */
function makeReflector(a: Float64Array, d: number, i: number, tau: Float64Array): number {
  const row = i * d;
  let tail = 0;
  for (let j = 0; j < i - 1; j++) tail += a[row + j] * a[row + j];
  const head = a[row + i - 1];
  tau[i] = 0;
  if (tail === 0) return head;
  const beta = head > 0 ? -Math.sqrt(head * head + tail) : Math.sqrt(head * head + tail);
  tau[i] = (beta - head) / beta;
  const scale = 1 / (head - beta);
  for (let j = 0; j < i - 1; j++) a[row + j] = a[row + j] * scale;
  a[row + i - 1] = 1;
  return beta;
}

/** Rows that are taken four at a time: fewer than 16 are done sooner one by one. */
function wholeFours(rows: number): number {
  return rows < 16 ? 0 : rows & ~3;
}

/** A := (I - t v vᵀ) A (I - t v vᵀ) for the leading i x i block of A, in its lower triangle, and the reflector v in row i. */
function reflect(a: Float64Array, d: number, i: number, t: number, work: Float64Array): void {
  const row = i * d;
  timesVector(a, d, i, row, work);
  let dot = 0;
  for (let r = 0; r < i; r++) dot += work[r] * a[row + r];
  const half = (t * t * dot) / 2;
  for (let r = 0; r < i; r++) work[r] = t * work[r] - half * a[row + r];
  // A - v wᵀ - w vᵀ, four rows at a time.
  let r = 0;
  for (const whole = wholeFours(i); r < whole; r += 4) {
    const r0 = r * d;
    const r1 = r0 + d;
    const r2 = r1 + d;
    const r3 = r2 + d;
    const v0 = a[row + r];
    const v1 = a[row + r + 1];
    const v2 = a[row + r + 2];
    const v3 = a[row + r + 3];
    const w0 = work[r];
    const w1 = work[r + 1];
    const w2 = work[r + 2];
    const w3 = work[r + 3];
    for (let c = 0; c <= r; c++) {
      const vc = a[row + c];
      const wc = work[c];
      a[r0 + c] -= v0 * wc + w0 * vc;
      a[r1 + c] -= v1 * wc + w1 * vc;
      a[r2 + c] -= v2 * wc + w2 * vc;
      a[r3 + c] -= v3 * wc + w3 * vc;
    }
    for (let q = r + 1; q < r + 4; q++) subtractRow(a, d, row, q, r + 1, work);
  }
  for (; r < i; r++) subtractRow(a, d, row, r, 0, work);
}

/** Row r of A - v wᵀ - w vᵀ from column `from` to the diagonal, for the v that begins at a[v]. */
function subtractRow(a: Float64Array, d: number, v: number, r: number, from: number, w: Float64Array): void {
  const base = r * d;
  const vr = a[v + r];
  const wr = w[r];
  for (let c = from; c <= r; c++) a[base + c] -= vr * w[c] + wr * a[v + c];
}

/**
 * out = A v for the leading i x i block of A, in its lower triangle, and the v that begins at a[v]. Four rows share the loads, and their
 * sums do not wait for each other; every sum keeps its order, so that the bits are those of one row after another.
 */
function timesVector(a: Float64Array, d: number, i: number, v: number, out: Float64Array): void {
  for (let r = 0; r < i; r++) out[r] = 0;
  let r = 0;
  for (const whole = wholeFours(i); r < whole; r += 4) {
    const r0 = r * d;
    const r1 = r0 + d;
    const r2 = r1 + d;
    const r3 = r2 + d;
    const v0 = a[v + r];
    const v1 = a[v + r + 1];
    const v2 = a[v + r + 2];
    const v3 = a[v + r + 3];
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let c = 0; c < r; c++) {
      const vc = a[v + c];
      const a0 = a[r0 + c];
      const a1 = a[r1 + c];
      const a2 = a[r2 + c];
      const a3 = a[r3 + c];
      s0 += a0 * vc;
      s1 += a1 * vc;
      s2 += a2 * vc;
      s3 += a3 * vc;
      out[c] = out[c] + a0 * v0 + a1 * v1 + a2 * v2 + a3 * v3;
    }
    out[r] += s0 + a[r0 + r] * v0;
    finishRow(a, r1, v, r, r + 1, s1, out);
    finishRow(a, r2, v, r, r + 2, s2, out);
    finishRow(a, r3, v, r, r + 3, s3, out);
  }
  for (; r < i; r++) finishRow(a, r * d, v, 0, r, 0, out);
}

/** Row r of A, which begins at `base`, from column `from` on; `sum` holds what its columns before have given. */
function finishRow(a: Float64Array, base: number, v: number, from: number, r: number, sum: number, out: Float64Array): void {
  const vr = a[v + r];
  for (let c = from; c < r; c++) {
    const value = a[base + c];
    sum += value * a[v + c];
    out[c] += value * vr;
  }
  out[r] += sum + a[base + r] * vr;
}

/**
 * Turns the rows of z, eigenvectors of T, into eigenvectors of A = Q T Qᵀ. Four rows at a time, for the processor's sake.
 * @param a the array that `tridiagonalise` was given, where it has left the reflectors
 */
export function backTransform(a: Float64Array, tau: Float64Array, d: number, z: Float64Array): void {
  let j = 0;
  for (; j + 3 < d; j += 4) {
    const z0 = j * d;
    const z1 = z0 + d;
    const z2 = z1 + d;
    const z3 = z2 + d;
    for (let i = 2; i < d; i++) {
      const t = tau[i];
      if (t === 0) continue;
      const row = i * d;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let c = 0; c < i; c++) {
        const v = a[row + c];
        s0 += v * z[z0 + c];
        s1 += v * z[z1 + c];
        s2 += v * z[z2 + c];
        s3 += v * z[z3 + c];
      }
      s0 *= t;
      s1 *= t;
      s2 *= t;
      s3 *= t;
      for (let c = 0; c < i; c++) {
        const v = a[row + c];
        z[z0 + c] -= s0 * v;
        z[z1 + c] -= s1 * v;
        z[z2 + c] -= s2 * v;
        z[z3 + c] -= s3 * v;
      }
    }
  }
  for (; j < d; j++) {
    const z0 = j * d;
    for (let i = 2; i < d; i++) {
      const row = i * d;
      let s = 0;
      for (let c = 0; c < i; c++) s += a[row + c] * z[z0 + c];
      s *= tau[i];
      for (let c = 0; c < i; c++) z[z0 + c] -= s * a[row + c];
    }
  }
}
