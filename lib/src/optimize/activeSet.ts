/** @file A primal active-set method for convex quadratic programs with bounds and a few rows. */
import { FreeSetFactor } from "./freeSetFactor";
import type { Hessian } from "./hessian";

/** Reduced costs down to -REDUCED_COST_TOLERANCE times the size of the data are taken for zero. */
const REDUCED_COST_TOLERANCE = 2e-15;
/** Changes of the gradient are summed up; after this many entering variables it is computed afresh. */
const REFRESH = 50;
/** Steps that change no variable by more than this count as steps that did not move. */
const NO_MOVE = 1e-15;
/** How far a variable may be taken past its bound (and put back) for the sake of a larger pivot. */
const SLACK = 1e-12;

/** min ½ xᵀHx + cᵀx subject to A x = b, lower <= x <= upper, with x in R^n and A of full row rank. */
export interface StandardQp {
  readonly n: number;
  /** m: the number of rows of A. */
  readonly m: number;
  /** H, for the first `hessian.size` variables; the others (slacks) do not enter the quadratic. */
  readonly hessian: Hessian;
  /** c, (n,). */
  readonly c: Float64Array;
  /** A by columns, (n * m,). */
  readonly columns: Float64Array;
  /** b, (m,). */
  readonly b: Float64Array;
  /** Finite lower bounds, (n,). */
  readonly lower: Float64Array;
  /** Upper bounds, possibly Infinity, (n,). */
  readonly upper: Float64Array;
}

/** Where the method stopped. */
export interface ActiveSetResult {
  /** "converged": no reduced cost has the wrong sign. */
  readonly status: "converged" | "iteration-limit";
  readonly x: Float64Array;
  /** Multipliers of the rows, (m,): H x + c + Aᵀ y = z. */
  readonly y: Float64Array;
  /** Reduced costs, (n,): >= 0 at a lower bound, <= 0 at an upper bound, 0 on the free set, to rounding. */
  readonly z: Float64Array;
  /** The free set with its factor. */
  readonly factor: FreeSetFactor;
  /** Steps taken: one for each solve with the factor and for each move along a direction of zero curvature. */
  readonly iterations: number;
}

/** The size of the numbers that a gradient is summed from, for tolerances. */
export function gradientScale({ hessian, c }: StandardQp): number {
  let largest = 0;
  for (const value of hessian.diagonal) largest = Math.max(largest, value);
  for (const value of c) largest = Math.max(largest, Math.abs(value));
  return largest > 0 ? largest : 1;
}

/**
 * Follows the minimisers on a sequence of free sets from a feasible start, the objective never rising. A variable enters
 * by the most negative reduced cost; the first variable to reach a bound leaves. Where the objective does not fall for
 * many steps, the smallest index enters and leaves (Bland's rule), so that no sequence of free sets repeats for ever.
 * @param start a feasible x; variables strictly between their bounds start free
 */
export function activeSet(qp: StandardQp, start: Float64Array, maxIterations: number): ActiveSetResult {
  return new ActiveSet(qp, start, maxIterations).run();
}

class ActiveSet {
  private readonly qp: StandardQp;
  private readonly maxIterations: number;
  private readonly x: Float64Array;
  private readonly factor: FreeSetFactor;
  private readonly isFree: Uint8Array;
  /** The gradient Hx + c at `xAtGradient`, (n,). */
  private readonly g: Float64Array;
  private readonly xAtGradient: Float64Array;
  private readonly gFree: Float64Array;
  private readonly p: Float64Array;
  private readonly z: Float64Array;
  private readonly changed: Int32Array;
  private readonly change: Float64Array;
  private iterations = 0;
  private stalled = 0;
  private sinceRefresh = 0;
  /** How many variables may enter together; it doubles while few of them leave again, and halves otherwise. */
  private block = 1;

  constructor(qp: StandardQp, start: Float64Array, maxIterations: number) {
    const n = qp.n;
    this.qp = qp;
    this.maxIterations = maxIterations;
    this.x = Float64Array.from(start);
    this.factor = new FreeSetFactor(qp.hessian, qp.columns, qp.m, n);
    this.isFree = new Uint8Array(n);
    this.g = new Float64Array(n);
    this.xAtGradient = new Float64Array(n);
    this.gFree = new Float64Array(n + 1);
    this.p = new Float64Array(n + 1);
    this.z = new Float64Array(n);
    this.changed = new Int32Array(n);
    this.change = new Float64Array(n);
  }

  run(): ActiveSetResult {
    let tolerance = REDUCED_COST_TOLERANCE * Math.sqrt(this.qp.n) * gradientScale(this.qp);
    this.refreshGradient();
    this.fillFreeSet();
    this.completeRows();
    let polished = false;
    while (this.iterations < this.maxIterations) {
      if (!this.descend()) break;
      this.updateGradient();
      this.computeReducedCosts();
      // Far beyond what Bland's rule needs, the wrong signs that keep the method going are rounding.
      if (this.stalled > 10 * (this.qp.n + 10)) {
        tolerance *= 10;
        this.stalled = 0;
      }
      const q = this.entering(tolerance);
      if (q < 0) {
        // The rows restored and a last step with a fresh gradient; if that uncovers no wrong sign, this is the end.
        this.restoreRows();
        this.refreshGradient();
        if (polished) {
          this.computeReducedCosts();
          return this.result("converged");
        }
        polished = true;
        continue;
      }
      polished = false;
      this.enter(q);
    }
    this.refreshGradient();
    this.computeReducedCosts();
    return this.result("iteration-limit");
  }

  private result(status: ActiveSetResult["status"]): ActiveSetResult {
    const { x, z, factor, iterations } = this;
    return { status, x, y: factor.y, z, factor, iterations };
  }

  /** Every variable strictly between its bounds becomes free, or is moved to a bound along a direction of zero curvature. */
  private fillFreeSet(): void {
    const { x, qp } = this;
    for (let j = 0; j < qp.n; j++) {
      if (!(x[j] > qp.lower[j] && x[j] < qp.upper[j])) continue;
      if (this.add(j)) continue;
      let slope = this.g[j];
      for (let i = 0; i < this.factor.size; i++) slope += this.g[this.factor.index[i]] * this.factor.nullDirection[i];
      this.slide(j, slope > 0 ? -1 : 1);
    }
    this.updateGradient();
  }

  /** Adds variables at a bound until A_F has full row rank. */
  private completeRows(): void {
    const { qp, factor } = this;
    const { m, n, columns } = qp;
    const basis: Float64Array[] = [];
    const residual = (j: number): { v: Float64Array; length: number } => {
      const v = columns.slice(j * m, (j + 1) * m);
      for (let pass = 0; pass < 2; pass++) {
        for (const u of basis) {
          let sum = 0;
          for (let r = 0; r < m; r++) sum += u[r] * v[r];
          for (let r = 0; r < m; r++) v[r] -= sum * u[r];
        }
      }
      return { v, length: Math.hypot(...v) };
    };
    const take = (j: number, least: number): boolean => {
      const { v, length } = residual(j);
      if (!(length > least)) return false;
      basis.push(v.map((value) => value / length));
      return true;
    };
    for (let i = 0; i < factor.size && basis.length < m; i++) take(factor.index[i], 1e-7);
    // Slacks first: they are the last variables.
    for (const least of [0.1, 1e-3, 1e-7]) {
      for (let j = n - 1; j >= 0 && basis.length < m; j--) if (!this.isFree[j] && take(j, least)) this.add(j);
    }
  }

  /** Steps to the minimiser on the free set, dropping the variables that reach a bound on the way; false at the step limit. */
  private descend(): boolean {
    const { factor, gFree, p } = this;
    for (let i = 0; i < factor.size; i++) gFree[i] = this.g[factor.index[i]];
    for (let drops = 0; ; drops++) {
      if (this.iterations++ >= this.maxIterations) return false;
      factor.direction(gFree, p);
      const blocking = this.blocking(p, factor.size, 1);
      const step = Math.min(1, this.stepTo(blocking, p));
      this.move(step, factor.size);
      // On the free set H p = -(g + Aᵀ y), so the gradient there needs no product with H.
      for (let i = 0; i < factor.size; i++) gFree[i] -= step * (gFree[i] + this.rowTerm(factor.index[i]));
      this.countProgress(step, p, factor.size);
      if (step >= 1) {
        this.block = drops > this.block / 2 ? Math.max(1, this.block >> 1) : Math.min(2 * this.block, 1 + (factor.size >> 2));
        return true;
      }
      for (let i = blocking; i < factor.size - 1; i++) gFree[i] = gFree[i + 1];
      this.drop(blocking, p[blocking] < 0);
    }
  }

  /** Restores A x = b to rounding by the least change in the metric of K; again where bounds cut the change short. */
  private restoreRows(): void {
    const { factor, p, x, qp } = this;
    const y = Float64Array.from(factor.y);
    for (let pass = 0; pass < 4; pass++) {
      const residual = Float64Array.from(qp.b);
      for (let j = 0; j < qp.n; j++) for (let r = 0; r < qp.m; r++) residual[r] -= qp.columns[j * qp.m + r] * x[j];
      if (residual.every((value) => Math.abs(value) < 2e-16)) break;
      factor.direction(this.gFree.fill(0, 0, factor.size), p, residual);
      this.move(1, factor.size);
    }
    factor.y.set(y);
  }

  /**
   * Makes q free, and with it up to `block` - 1 others whose reduced cost is at least half as wrong. Where q would add a
   * direction of zero curvature, that direction is followed to the first bound instead. The objective falls in either case:
   * a companion that would leave again at once is dropped with a step of 0, and q alone always gives descent.
   */
  private enter(q: number): void {
    const { z, block } = this;
    if (!this.add(q)) {
      this.iterations++;
      this.slide(q, z[q] < 0 ? 1 : -1);
      this.updateGradient();
      return;
    }
    if (block < 2 || this.stalled > 0) return;
    const companions: number[] = [];
    for (let j = 0; j < this.qp.n; j++) if (j !== q && this.wrongness(j) > 0.5 * Math.abs(z[q])) companions.push(j);
    companions.sort((i, j) => Math.abs(z[j]) - Math.abs(z[i]));
    for (const j of this.factor.appendAll(companions.slice(0, block - 1))) this.isFree[j] = 1;
  }

  /** By how much the reduced cost of a variable has the wrong sign. */
  private wrongness(j: number): number {
    const { x, z, qp, isFree } = this;
    if (isFree[j] || qp.lower[j] === qp.upper[j]) return 0;
    return x[j] === qp.lower[j] ? -z[j] : z[j];
  }

  /** Follows the factor's null direction, q rising (sign 1) or falling (-1), to the first bound; the variable that meets it leaves. */
  private slide(q: number, sign: number): void {
    const { factor, x, qp, p } = this;
    const k = factor.size;
    for (let i = 0; i <= k; i++) p[i] = sign * factor.nullDirection[i];
    factor.index[k] = q;
    const blocking = this.blocking(p, k + 1, Number.POSITIVE_INFINITY);
    const step = this.stepTo(blocking, p);
    // For a positive semidefinite H the direction has A p = 0, and the feasible set is bounded.
    if (!Number.isFinite(step)) throw new RangeError("simplexQp: H must be positive semidefinite, got a direction without bound");
    this.countProgress(step, p, k + 1);
    this.move(step, k + 1);
    if (blocking === k) {
      x[q] = p[k] < 0 ? qp.lower[q] : qp.upper[q];
      return;
    }
    this.drop(blocking, p[blocking] < 0);
    this.add(q);
  }

  /** Takes the first `count` variables a step along p, within their bounds. */
  private move(step: number, count: number): void {
    const { factor, p, x, qp } = this;
    for (let i = 0; i < count; i++) {
      const j = factor.index[i];
      x[j] = Math.min(Math.max(x[j] + step * p[i], qp.lower[j]), qp.upper[j]);
    }
  }

  /** Counts the steps in a row that did not move x beyond rounding. */
  private countProgress(step: number, p: Float64Array, count: number): void {
    let largest = 0;
    for (let i = 0; i < count; i++) largest = Math.max(largest, Math.abs(p[i]));
    this.stalled = step * largest > NO_MOVE ? 0 : this.stalled + 1;
  }

  private add(q: number): boolean {
    if (!this.factor.append(q)) return false;
    this.isFree[q] = 1;
    return true;
  }

  private drop(position: number, atLower: boolean): void {
    const j = this.factor.index[position];
    this.x[j] = atLower ? this.qp.lower[j] : this.qp.upper[j];
    this.isFree[j] = 0;
    this.factor.remove(position);
  }

  /**
   * The position whose variable first meets a bound along p, within `limit`; -1 when none does. Of all that meet one within
   * SLACK of each other the one that moves fastest is taken (Harris' rule), so that an entry of p that is only rounding does
   * not push a variable out and with it the row rank of A_F.
   */
  private blocking(p: Float64Array, count: number, limit: number): number {
    const { factor } = this;
    let reach = limit;
    for (let i = 0; i < count; i++) if (p[i] !== 0) reach = Math.min(reach, (this.room(i, p) + SLACK) / Math.abs(p[i]));
    if (reach >= limit) return -1;
    const bland = this.stalled > 2 * (count + 10);
    let best = -1;
    for (let i = 0; i < count; i++) {
      if (p[i] === 0) continue;
      const step = this.room(i, p) / Math.abs(p[i]);
      if (step > reach) continue;
      if (bland && Math.abs(p[i]) < SLACK) continue;
      if (best < 0 || (bland ? factor.index[i] < factor.index[best] : Math.abs(p[i]) > Math.abs(p[best]))) best = i;
    }
    return best;
  }

  private stepTo(position: number, p: Float64Array): number {
    return position < 0 ? Number.POSITIVE_INFINITY : this.room(position, p) / Math.abs(p[position]);
  }

  /** What is left to the bound that a variable moves to along p. */
  private room(position: number, p: Float64Array): number {
    const { x, qp, factor } = this;
    const j = factor.index[position];
    return Math.max(p[position] < 0 ? x[j] - qp.lower[j] : qp.upper[j] - x[j], 0);
  }

  /** The variable to enter: the one with the reduced cost of the wrong sign that is largest; -1 when there is none. */
  private entering(tolerance: number): number {
    const bland = this.stalled > 2 * (this.factor.size + 10);
    let best = -1;
    let largest = tolerance;
    for (let j = 0; j < this.qp.n; j++) {
      const wrong = this.wrongness(j);
      if (!(wrong > largest)) continue;
      if (bland) return j;
      best = j;
      largest = wrong;
    }
    return best;
  }

  /** Σ_r A[r][j] y[r]. */
  private rowTerm(j: number): number {
    const { columns, m } = this.qp;
    const y = this.factor.y;
    let sum = 0;
    for (let r = 0; r < m; r++) sum += columns[j * m + r] * y[r];
    return sum;
  }

  private computeReducedCosts(): void {
    const { z, g, qp } = this;
    for (let j = 0; j < qp.n; j++) z[j] = g[j] + this.rowTerm(j);
  }

  private refreshGradient(): void {
    this.g.set(this.qp.c);
    this.xAtGradient.fill(0);
    this.sinceRefresh = 0;
    this.updateGradient();
    this.sinceRefresh = 0;
  }

  /** Brings g from `xAtGradient` to x. */
  private updateGradient(): void {
    if (++this.sinceRefresh > REFRESH) {
      this.refreshGradient();
      return;
    }
    const { x, xAtGradient, changed, change, qp } = this;
    let count = 0;
    for (let j = 0; j < qp.hessian.size; j++) {
      if (x[j] === xAtGradient[j]) continue;
      changed[count] = j;
      change[count++] = x[j] - xAtGradient[j];
      xAtGradient[j] = x[j];
    }
    const size = qp.hessian.size;
    qp.hessian.accumulate(changed, change, count, size === qp.n ? this.g : this.g.subarray(0, size));
  }
}
