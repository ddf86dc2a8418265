/**
 * @file Symmetric eigenproblems in O(d³) with a small constant, on plain arrays that the caller owns.
 *
 * ml-matrix has an eigensolver; this one exists for the Monte Carlo loops, where tens of thousands of small matrices
 * are decomposed and nothing may be allocated. Householder reduction, eigenvalues by the root-free QL iteration of
 * Pal, Walker and Kahan (Parlett, "The Symmetric Eigenvalue Problem", section 8.15), eigenvectors of the tridiagonal
 * matrix by twisted factorisation (Parlett and Dhillon 1997). Eigenvalues are good to a few units of ε‖A‖,
 * eigenvectors to ε‖A‖/gap; `eigenvectors` says when a gap is too small for that, and the caller must then do otherwise.
 */

/** Smallest gap between neighbouring eigenvalues, relative to ‖A‖, at which an eigenvector is computed on its own. */
const SMALLEST_GAP = 1e-7;
/** Largest residual ‖Tz - λz‖/‖T‖ that an eigenvector may have. */
const LARGEST_RESIDUAL = 1e-11;
/** QL sweeps per eigenvalue before the iteration is called failed; 2 is usual. */
const MAX_SWEEPS = 60;

/** Work space for symmetric d x d problems. One instance serves any number of matrices, one after another. */
export class SymmetricWorkspace {
  /** d: the dimension. */
  readonly d: number;
  /** Eigenvalues, ascending, (d,). Filled by `eigenvalues`. */
  readonly values: Float64Array;
  /** Eigenvectors as rows, row-major (d, d), in the order of `values`. Filled by `eigenvectors`. */
  readonly vectors: Float64Array;
  /** The tridiagonal matrix T = Qᵀ A Q of the last call of `eigenvalues`: its diagonal, (d,), and in 0..d-2 what stands beside it. */
  readonly diagonal: Float64Array;
  readonly off: Float64Array;
  /** Scales of the reflectors of which Q is made, as `backTransform` takes them. */
  readonly tau: Float64Array;
  private readonly offSquared: Float64Array;
  private readonly lower: Float64Array;
  private readonly upper: Float64Array;
  private readonly pivots: Float64Array;
  private readonly descending: Float64Array;
  private reflectors: Float64Array | undefined;

  constructor(d: number) {
    this.d = d;
    this.values = new Float64Array(d);
    this.vectors = new Float64Array(d * d);
    this.diagonal = new Float64Array(d);
    this.off = new Float64Array(d);
    this.offSquared = new Float64Array(d);
    this.tau = new Float64Array(d);
    this.lower = new Float64Array(d);
    this.upper = new Float64Array(d);
    this.pivots = new Float64Array(d);
    this.descending = new Float64Array(d);
  }

  /**
   * Eigenvalues of a symmetric matrix, ascending.
   * @param a row-major (d, d); only the lower triangle is read; overwritten by the reflectors that `eigenvectors` needs
   * @returns `values`
   * @throws Error when the iteration fails, which needs an entry that is not finite
   */
  eigenvalues(a: Float64Array): Float64Array {
    tridiagonalise(a, this.d, this.diagonal, this.off, this.tau, this.pivots);
    this.tridiagonalEigenvalues();
    this.reflectors = a;
    return this.values;
  }

  /**
   * Eigenvalues of the tridiagonal matrix that stands in `diagonal` and `off`, ascending; `eigenvectors` then gives its vectors.
   * @returns `values`
   */
  tridiagonalEigenvalues(): Float64Array {
    const d = this.d;
    this.reflectors = undefined;
    for (let i = 0; i < d; i++) {
      this.values[i] = this.diagonal[i];
      this.offSquared[i] = this.off[i] * this.off[i];
    }
    return tridiagonalEigenvalues(this.values, this.offSquared, d);
  }

  /**
   * Eigenvectors of the matrix last given to `eigenvalues`, as rows of `vectors`.
   * @returns false when two eigenvalues are too close for the method; `vectors` is then of no use
   */
  eigenvectors(): boolean {
    const { d, values, vectors, diagonal, off } = this;
    const norm = Math.max(Math.abs(values[0]), Math.abs(values[d - 1]));
    for (let i = 1; i < d; i++) if (!(values[i] - values[i - 1] > SMALLEST_GAP * norm)) return false;
    for (let j = 0; j < d; j++) {
      const residual = twistedVector(
        diagonal,
        off,
        d,
        values[j],
        norm,
        vectors,
        j * d,
        this.lower,
        this.upper,
        this.pivots,
        this.descending,
      );
      if (!(residual <= LARGEST_RESIDUAL * norm)) return false;
    }
    if (this.reflectors) backTransform(this.reflectors, this.tau, d, vectors);
    return true;
  }
}

/**
 * Householder reduction A = Q T Qᵀ of the symmetric matrix in the lower triangle of a. Row i keeps, in columns
 * 0..i-1, the reflector that annihilated it; off[i] = T[i+1][i].
 */
function tridiagonalise(
  a: Float64Array,
  d: number,
  diagonal: Float64Array,
  off: Float64Array,
  tau: Float64Array,
  work: Float64Array,
): void {
  for (let i = d - 1; i >= 2; i--) {
    const row = i * d;
    let tail = 0;
    for (let j = 0; j < i - 1; j++) tail += a[row + j] * a[row + j];
    const head = a[row + i - 1];
    diagonal[i] = a[row + i];
    if (tail === 0) {
      tau[i] = 0;
      off[i - 1] = head;
      continue;
    }
    const beta = head > 0 ? -Math.sqrt(head * head + tail) : Math.sqrt(head * head + tail);
    const t = (beta - head) / beta;
    const scale = 1 / (head - beta);
    for (let j = 0; j < i - 1; j++) a[row + j] = a[row + j] * scale;
    a[row + i - 1] = 1;
    tau[i] = t;
    off[i - 1] = beta;
    // work = t A v, with A the leading i x i block in its lower triangle.
    for (let r = 0; r < i; r++) work[r] = 0;
    for (let r = 0; r < i; r++) {
      const base = r * d;
      const vr = a[row + r];
      let sum = 0;
      for (let c = 0; c < r; c++) {
        const value = a[base + c];
        sum += value * a[row + c];
        work[c] += value * vr;
      }
      work[r] += sum + a[base + r] * vr;
    }
    let dot = 0;
    for (let r = 0; r < i; r++) dot += work[r] * a[row + r];
    const half = (t * t * dot) / 2;
    for (let r = 0; r < i; r++) work[r] = t * work[r] - half * a[row + r];
    for (let r = 0; r < i; r++) {
      const base = r * d;
      const vr = a[row + r];
      const wr = work[r];
      for (let c = 0; c <= r; c++) a[base + c] -= vr * work[c] + wr * a[row + c];
    }
  }
  if (d > 1) {
    off[0] = a[d];
    diagonal[1] = a[d + 1];
    tau[1] = 0;
  }
  diagonal[0] = a[0];
  off[d - 1] = 0;
}

/**
 * Eigenvalues of a symmetric tridiagonal matrix, ascending, by the root-free QL iteration.
 * @param values on entry the diagonal, (d,); on return the eigenvalues
 * @param offSquared squares of the subdiagonal in 0..d-2; overwritten
 * @throws Error when a sweep does not converge, which needs an entry that is not finite
 */
export function tridiagonalEigenvalues(values: Float64Array, offSquared: Float64Array, d: number): Float64Array {
  const eps2 = Number.EPSILON * Number.EPSILON;
  let norm = 0;
  for (let i = 0; i < d; i++) norm = Math.max(norm, Math.abs(values[i]), i < d - 1 ? Math.sqrt(offSquared[i]) : 0);
  if (!Number.isFinite(norm)) throw new Error("tridiagonalEigenvalues: an entry is not finite");
  const floor = eps2 * norm * norm;
  if (d > 0) offSquared[d - 1] = 0;
  for (let l = 0; l < d; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < d - 1 && offSquared[m] > floor) m++;
      if (m === l) break;
      if (sweep === MAX_SWEEPS) throw new Error("tridiagonalEigenvalues: the QL iteration did not converge");
      offSquared[m] = 0;
      // Wilkinson's shift from the leading 2 x 2 block.
      const root = Math.sqrt(offSquared[l]);
      const slope = (values[l + 1] - values[l]) / (2 * root);
      const hypot = Math.sqrt(slope * slope + 1);
      const shift = values[l] - root / (slope + (slope >= 0 ? hypot : -hypot));
      let c = 1;
      let s = 0;
      let gamma = values[m] - shift;
      let p = gamma * gamma;
      for (let i = m - 1; i >= l; i--) {
        const bb = offSquared[i];
        const r = p + bb;
        if (i !== m - 1) offSquared[i + 1] = s * r;
        const oldC = c;
        const inverse = 1 / r;
        c = p * inverse;
        s = bb * inverse;
        const oldGamma = gamma;
        const alpha = values[i];
        gamma = c * (alpha - shift) - s * oldGamma;
        values[i + 1] = oldGamma + (alpha - gamma);
        p = c !== 0 ? (gamma * gamma) / c : oldC * bb;
      }
      offSquared[l] = s * p;
      values[l] = shift + gamma;
    }
  }
  // The iteration leaves the values nearly sorted, where insertion is linear.
  for (let i = 1; i < d; i++) {
    const value = values[i];
    let j = i - 1;
    for (; j >= 0 && values[j] > value; j--) values[j + 1] = values[j];
    values[j + 1] = value;
  }
  return values;
}

/**
 * The unit eigenvector of a tridiagonal matrix for an eigenvalue known to rounding, written to out[at..at+d-1].
 * @returns the residual ‖Tz - λz‖
 */
function twistedVector(
  diagonal: Float64Array,
  off: Float64Array,
  d: number,
  lambda: number,
  norm: number,
  out: Float64Array,
  at: number,
  lower: Float64Array,
  upper: Float64Array,
  pivots: Float64Array,
  descending: Float64Array,
): number {
  // A vanishing pivot is replaced by one of rounding size: it changes T by less than its own error.
  const tiny = Number.EPSILON * norm * 1e-3 + Number.MIN_VALUE;
  // The factorisations from the top and from the bottom do not depend on each other: in one loop their divisions overlap.
  let down = diagonal[0] - lambda;
  let up = diagonal[d - 1] - lambda;
  pivots[d - 1] = 0;
  for (let i = 0, j = d - 2; i < d - 1; i++, j--) {
    if (down < tiny && down > -tiny) down = tiny;
    if (up < tiny && up > -tiny) up = tiny;
    const l = off[i] / down;
    const u = off[j] / up;
    lower[i] = l;
    upper[j] = u;
    descending[i] = down;
    pivots[j] = diagonal[j] - lambda - off[j] * u;
    down = diagonal[i + 1] - lambda - off[i] * l;
    up = pivots[j];
  }
  descending[d - 1] = down;
  // gamma_i, the twist's pivot: where it is smallest, the vector is best determined.
  let best = d - 1;
  let smallest = Math.abs(down);
  for (let i = d - 2; i >= 0; i--) {
    const gamma = Math.abs(descending[i] + pivots[i] - (diagonal[i] - lambda));
    if (gamma < smallest) {
      smallest = gamma;
      best = i;
    }
  }
  out[at + best] = 1;
  let sum = 1;
  let z = 1;
  for (let i = best - 1; i >= 0; i--) {
    z = -lower[i] * z;
    out[at + i] = z;
    sum += z * z;
  }
  z = 1;
  for (let i = best; i < d - 1; i++) {
    z = -upper[i] * z;
    out[at + i + 1] = z;
    sum += z * z;
  }
  const scale = 1 / Math.sqrt(sum);
  for (let i = 0; i < d; i++) out[at + i] = out[at + i] * scale;
  return smallest * scale;
}

/**
 * Turns the rows of z, eigenvectors of T, into eigenvectors of A = Q T Qᵀ. Four rows at a time, for the processor's sake.
 * @param a the array that `eigenvalues` was given, where it has left the reflectors
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
