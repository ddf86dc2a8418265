/** @file A Cholesky factor of the Hessian on the free variables, kept up to date as variables enter and leave. */
import { dot } from "../linalg/vectors";
import type { Hessian } from "./hessian";

const EPSILON = 2 ** -52;
/** A curvature below -NEGATIVE times what rounding can make is not rounding. */
const NEGATIVE = 1e4;

/**
 * The free set F of an active-set method and the factor of its KKT system
 * $$ \begin{pmatrix} H_{FF} & A_F^\top \\ A_F & 0 \end{pmatrix}. $$
 * With K = H + ρ AᵀA, which agrees with H on every direction p with A p = 0, it keeps L Lᵀ = K_FF and W = L⁻¹ A_Fᵀ.
 * K_FF is positive definite exactly when H is positive definite on {p : A_F p = 0}, so a singular H needs no special case:
 * a variable that would make it singular is refused, and the direction along which H is zero is reported.
 */
export class FreeSetFactor {
  /** |F|. */
  size = 0;
  /** F, in the order in which its members entered; the first `size` entries. */
  readonly index: Int32Array;
  /** The direction left by a refused `append`: its last entry, 1, belongs to the refused variable; (|F| + 1,). */
  readonly nullDirection: Float64Array;
  /** The multipliers of the rows of A from the last `direction`, (m,). */
  readonly y: Float64Array;

  private readonly hessian: Hessian;
  private readonly columns: Float64Array;
  private readonly m: number;
  private readonly rho: number;
  private readonly tolerance: number;
  /** Row i holds the i + 1 entries of row i of L, and perhaps room for more. */
  private readonly lower: Float64Array[] = [];
  /** Row i holds the m entries of row i of W. */
  private readonly w: Float64Array[] = [];
  private readonly cosine: Float64Array;
  private readonly sine: Float64Array;
  private readonly schur: Float64Array;
  private readonly rhs: Float64Array;

  /**
   * @param hessian H; variables with an index beyond its size (slacks) have zero rows and columns
   * @param columns A by columns, (n * m,): the m entries of column j start at j * m
   */
  constructor(hessian: Hessian, columns: Float64Array, m: number, n: number) {
    this.hessian = hessian;
    this.columns = columns;
    this.m = m;
    let largest = 0;
    for (const value of hessian.diagonal) largest = Math.max(largest, value);
    this.rho = largest > 0 ? largest : 1;
    this.tolerance = (32 + n / 8) * EPSILON;
    this.index = new Int32Array(n + 1);
    this.nullDirection = new Float64Array(n + 1);
    this.cosine = new Float64Array(n + 1);
    this.sine = new Float64Array(n + 1);
    this.y = new Float64Array(m);
    this.schur = new Float64Array(m * m);
    this.rhs = new Float64Array(m);
  }

  /** K_qq. */
  private pivot(q: number): number {
    const m = this.m;
    let sum = 0;
    for (let r = 0; r < m; r++) sum += this.columns[q * m + r] ** 2;
    return (q < this.hessian.size ? this.hessian.diagonal[q] : 0) + this.rho * sum;
  }

  /**
   * Adds variable q to F. Returns false, with F as it was and `nullDirection` filled, when H is zero (to rounding) along
   * the one direction that q would add.
   * @throws RangeError when H is clearly negative along that direction
   */
  append(q: number): boolean {
    const row = this.newRow();
    this.crossTerms(q, row, 0, this.size);
    this.eliminate([row], 0, this.size);
    return this.accept(q, row);
  }

  /**
   * Adds several variables, one after the other as `append` does, and returns those that were not refused. Four at a time
   * share each pass over L, which is what an entry costs.
   */
  appendAll(variables: readonly number[]): number[] {
    const accepted: number[] = [];
    for (let start = 0; start < variables.length; start += 4) {
      const batch = variables.slice(start, start + 4);
      const known = this.size;
      const rows = batch.map((q) => {
        const row = new Float64Array(known + batch.length);
        this.crossTerms(q, row, 0, known);
        return row;
      });
      this.eliminate(rows, 0, known);
      batch.forEach((q, i) => {
        const row = this.newRow();
        row.set(rows[i].subarray(0, known));
        this.crossTerms(q, row, known, this.size);
        this.eliminate([row], known, this.size);
        if (this.accept(q, row)) accepted.push(q);
      });
    }
    return accepted;
  }

  /** The storage of row |F| of L. */
  private newRow(): Float64Array {
    const row = this.lower[this.size] ?? new Float64Array(this.size + 1);
    this.lower[this.size] = row;
    return row;
  }

  /** Entries from..to - 1 of L⁻¹ times each row, where the entries before `from` are so already; one row, or up to four together. */
  private eliminate(rows: readonly Float64Array[], from: number, to: number): void {
    const { lower } = this;
    if (rows.length === 1) {
      const row = rows[0];
      for (let i = from; i < to; i++) row[i] = (row[i] - dot(lower[i], row, i)) / lower[i][i];
      return;
    }
    // Missing rows repeat the last; what is stored there is stored again.
    const r0 = rows[0];
    const r1 = rows[1];
    const r2 = rows[2] ?? r1;
    const r3 = rows[3] ?? r2;
    for (let i = from; i < to; i++) {
      const li = lower[i];
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let t = 0; t < i; t++) {
        const value = li[t];
        s0 += value * r0[t];
        s1 += value * r1[t];
        s2 += value * r2[t];
        s3 += value * r3[t];
      }
      const pivot = li[i];
      const v0 = (r0[i] - s0) / pivot;
      const v1 = (r1[i] - s1) / pivot;
      const v2 = (r2[i] - s2) / pivot;
      const v3 = (r3[i] - s3) / pivot;
      r0[i] = v0;
      r1[i] = v1;
      r2[i] = v2;
      r3[i] = v3;
    }
  }

  /** Takes q into F, its row of L complete but for the diagonal entry; or refuses it. */
  private accept(q: number, row: Float64Array): boolean {
    const k = this.size;
    const m = this.m;
    const diagonal = this.pivot(q);
    const remainder = diagonal - dot(row, row, k);
    if (!(remainder > 1e-5 * diagonal)) {
      // The remainder is the curvature of the direction d that q adds; compared with what rounding of K can make of it.
      const d = this.nullDirection;
      for (let i = 0; i < k; i++) d[i] = -row[i];
      this.solveTransposed(d);
      d[k] = 1;
      let scale = diagonal;
      for (let i = 0; i < k; i++) scale += this.pivot(this.index[i]) * d[i] * d[i];
      if (remainder < -NEGATIVE * this.tolerance * scale) {
        throw new RangeError(`simplexQp: H must be positive semidefinite, got negative curvature in a direction that involves task ${q}`);
      }
      if (!(remainder > this.tolerance * scale)) return false;
    }
    row[k] = Math.sqrt(remainder);
    const wk = this.w[k] ?? new Float64Array(m);
    this.w[k] = wk;
    for (let r = 0; r < m; r++) {
      let sum = this.columns[q * m + r];
      for (let i = 0; i < k; i++) sum -= row[i] * this.w[i][r];
      wk[r] = sum / row[k];
    }
    this.index[k] = q;
    this.size = k + 1;
    return true;
  }

  /** Removes the variable at the given position of F, by rotations of neighbouring columns of L. */
  remove(position: number): void {
    const { cosine, sine, lower, w, m } = this;
    const last = this.size - 1;
    lower.splice(position, 1);
    for (let i = position; i < last; i++) {
      const row = lower[i];
      let carried = row[position];
      for (let t = position; t < i; t++) {
        const next = row[t + 1];
        row[t] = cosine[t] * carried + sine[t] * next;
        carried = cosine[t] * next - sine[t] * carried;
      }
      const next = row[i + 1];
      const length = Math.hypot(carried, next);
      cosine[i] = carried / length;
      sine[i] = next / length;
      row[i] = length;
      this.index[i] = this.index[i + 1];
    }
    for (let t = position; t < last; t++) {
      const a = w[t];
      const b = w[t + 1];
      const c = cosine[t];
      const s = sine[t];
      for (let r = 0; r < m; r++) {
        const first = a[r];
        a[r] = c * first + s * b[r];
        b[r] = c * b[r] - s * first;
      }
    }
    this.size = last;
  }

  /**
   * The step p on F to the minimiser of the quadratic under A_F p = r: K_FF p + A_Fᵀ y = -g.
   * @param g the gradient on F, (|F|,)
   * @param p filled with the step, (|F|,)
   * @param r the right-hand side of the rows, (m,); zero when left out
   */
  direction(g: Float64Array, p: Float64Array, r?: Float64Array): void {
    const k = this.size;
    const { lower, w, m, y, rhs, schur } = this;
    for (let i = 0; i < k; i++) {
      const row = lower[i];
      p[i] = (g[i] - dot(row, p, i)) / row[i];
    }
    const before = dot(p, p, k);
    this.factorSchur();
    y.fill(0);
    // Two passes of the seminormal equations WᵀW y = -(Wᵀ t + r): the second removes the rounding of the first.
    for (let pass = 0; pass < 2; pass++) {
      for (let a = 0; a < m; a++) rhs[a] = r ? -r[a] : 0;
      for (let i = 0; i < k; i++) {
        const wi = w[i];
        const t = p[i];
        for (let a = 0; a < m; a++) rhs[a] -= wi[a] * t;
      }
      for (let a = 0; a < m; a++) rhs[a] = (rhs[a] - partial(schur, a * m, rhs, a)) / schur[a * m + a];
      for (let a = m - 1; a >= 0; a--) {
        rhs[a] /= schur[a * m + a];
        for (let b = 0; b < a; b++) rhs[b] -= schur[a * m + b] * rhs[a];
      }
      for (let a = 0; a < m; a++) y[a] += rhs[a];
      for (let i = 0; i < k; i++) {
        const wi = w[i];
        let sum = 0;
        for (let a = 0; a < m; a++) sum += wi[a] * rhs[a];
        p[i] += sum;
      }
    }
    // ½ |p|² is now what the step gains; below the rounding of |L⁻¹g|² the step is noise. So it is when the rows leave no freedom.
    if (!r && (k <= m || dot(p, p, k) <= k * (4 * EPSILON) ** 2 * before)) {
      p.fill(0, 0, k);
      return;
    }
    for (let i = 0; i < k; i++) p[i] = -p[i];
    this.solveTransposed(p);
  }

  /** Lᵀ v = given, in place on the first |F| entries. */
  private solveTransposed(v: Float64Array): void {
    for (let i = this.size - 1; i >= 0; i--) {
      const row = this.lower[i];
      const value = v[i] / row[i];
      v[i] = value;
      for (let j = 0; j < i; j++) v[j] -= value * row[j];
    }
  }

  /** Entries from..to - 1 of K[q][F]. */
  private crossTerms(q: number, out: Float64Array, from: number, to: number): void {
    const { columns, m, rho, index, hessian } = this;
    if (q < hessian.size) hessian.gather(q, index.subarray(from, to), to - from, out.subarray(from, to));
    else out.fill(0, from, to);
    for (let i = from; i < to; i++) {
      const j = index[i];
      let sum = 0;
      for (let r = 0; r < m; r++) sum += columns[q * m + r] * columns[j * m + r];
      out[i] += rho * sum;
    }
  }

  /** Cholesky factor of WᵀW, lower, in `schur`. */
  private factorSchur(): void {
    const { schur, w, m, size } = this;
    schur.fill(0);
    for (let i = 0; i < size; i++) {
      const wi = w[i];
      for (let a = 0; a < m; a++) for (let b = 0; b <= a; b++) schur[a * m + b] += wi[a] * wi[b];
    }
    for (let a = 0; a < m; a++) {
      for (let b = 0; b <= a; b++) {
        let sum = schur[a * m + b];
        for (let t = 0; t < b; t++) sum -= schur[a * m + t] * schur[b * m + t];
        schur[a * m + b] = a === b ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / schur[b * m + b];
      }
    }
  }
}

function partial(matrix: Float64Array, start: number, v: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += matrix[start + i] * v[i];
  return sum;
}
