/** @file A feasible start, or the constraints that exclude each other. */
import { activeSet, type StandardQp } from "./activeSet";
import { FactorHessian } from "./hessian";
import type { CheckedQp } from "./qpProblem";

/** Violations of a row (of size one) up to this are taken for rounding. */
const FEASIBLE = 1e-9;

/** Constraints that have no common point, none of which can be left out. */
export interface QpConflict {
  /** Groups in the conflict, with the bound that takes part. */
  readonly groups: readonly { readonly group: number; readonly side: "lower" | "upper" }[];
  /** Rows of G x <= h in the conflict. */
  readonly inequalities: readonly number[];
  /** Tasks whose upper bound takes part. */
  readonly upper: readonly number[];
  /** The least total violation, in the Euclidean norm over rows scaled to largest entry 1; for upper bounds alone, 1 - Σ u. */
  readonly violation: number;
  /** The constraints in words. */
  readonly text: string;
}

/** The end of the search. */
interface FeasibilityResult {
  /** A feasible point of the standard form, slacks included; the least infeasible one when there is none. */
  readonly x: Float64Array;
  readonly conflict?: QpConflict;
  readonly iterations: number;
  readonly limitHit: boolean;
}

/**
 * Finds a feasible point by least squares: min ½ ||G x + s - b||² over the simplex with upper bounds and the slacks' bounds,
 * a program of the same kind whose start is known. A residual that stays is what the rows contradict each other by.
 */
export function findFeasible(problem: CheckedQp, qp: StandardQp, maxIterations: number): FeasibilityResult {
  const L = problem.size;
  const room = problem.upper.reduce((total, value) => total + value, 0);
  if (room < 1 - FEASIBLE) {
    const upper = Array.from({ length: L }, (_, j) => j);
    const text = `the upper bounds sum to ${room}, and the weights must sum to 1`;
    const x = new Float64Array(qp.n);
    x.set(problem.upper);
    return { x, conflict: { groups: [], inequalities: [], upper, violation: 1 - room, text }, iterations: 0, limitHit: false };
  }
  const start = cheapVertex(qp, L);
  const rows = Array.from({ length: qp.m - 1 }, (_, i) => i + 1);
  if (largestResidual(qp, start, rows) === 0) return { x: start, iterations: 0, limitHit: false };
  const first = leastViolation(qp, start, rows, maxIterations, qp.upper);
  const limitHit = first.status === "iteration-limit";
  if (limitHit || largestResidual(qp, first.x, rows) <= FEASIBLE) return { x: first.x, iterations: first.iterations, limitHit };
  return { x: first.x, conflict: findConflict(problem, qp, first.x, maxIterations), iterations: first.iterations, limitHit };
}

/** The cheapest tasks filled to their upper bounds, and slacks as near to a solution of their rows as their bounds allow. */
function cheapVertex(qp: StandardQp, L: number): Float64Array {
  const x = new Float64Array(qp.n);
  const cost = (j: number): number => qp.c[j] + qp.hessian.diagonal[j] / 2;
  let cheapest = 0;
  for (let j = 1; j < L; j++) if (cost(j) < cost(cheapest)) cheapest = j;
  if (qp.upper[cheapest] >= 1) x[cheapest] = 1;
  else {
    const order = Array.from({ length: L }, (_, j) => j).sort((i, j) => cost(i) - cost(j));
    let left = 1;
    for (const j of order) {
      x[j] = Math.min(left, qp.upper[j]);
      left -= x[j];
    }
  }
  for (let r = 1; r < qp.m; r++) {
    const slack = L + r - 1;
    x[slack] = 0;
    x[slack] = Math.min(Math.max(-residual(qp, x, r), 0), qp.upper[slack]);
  }
  return x;
}

/** (A x - b)_r. */
function residual(qp: StandardQp, x: Float64Array, r: number): number {
  let sum = -qp.b[r];
  for (let j = 0; j < qp.n; j++) sum += qp.columns[j * qp.m + r] * x[j];
  return sum;
}

function largestResidual(qp: StandardQp, x: Float64Array, rows: readonly number[]): number {
  return rows.reduce((largest, r) => Math.max(largest, Math.abs(residual(qp, x, r))), 0);
}

/** Least squares over some of the rows. */
function leastViolation(qp: StandardQp, from: Float64Array, rows: readonly number[], maxIterations: number, bounds: Float64Array) {
  const L = qp.hessian.size;
  const start = Float64Array.from(from);
  const upper = Float64Array.from(bounds);
  // The slacks of the other rows take no part.
  for (let r = 1; r < qp.m; r++) if (!rows.includes(r)) start[L + r - 1] = upper[L + r - 1] = 0;
  const columns = Array.from({ length: qp.n }, (_, j) => Float64Array.from(rows, (r) => qp.columns[j * qp.m + r]));
  const c = Float64Array.from(columns, (column) => -rows.reduce((sum, r, i) => sum + column[i] * qp.b[r], 0));
  const ones = new Float64Array(qp.n).fill(1, 0, L);
  const program = { ...qp, hessian: new FactorHessian(columns), c, m: 1, columns: ones, b: Float64Array.of(1), upper };
  return activeSet(program, start, maxIterations);
}

/** Leaves rows out one by one as long as the rest stays contradictory; what remains is a conflict none of whose rows can go. */
function findConflict(problem: CheckedQp, qp: StandardQp, x: Float64Array, maxIterations: number): QpConflict {
  const L = problem.size;
  const contradictory = (rows: readonly number[], upper: Float64Array): Float64Array | undefined => {
    const result = leastViolation(qp, x, rows, maxIterations, upper);
    return largestResidual(qp, result.x, rows) > FEASIBLE ? result.x : undefined;
  };
  let rows = Array.from({ length: qp.m - 1 }, (_, i) => i + 1).filter((r) => Math.abs(residual(qp, x, r)) > FEASIBLE);
  let witness = x;
  for (const r of [...rows]) {
    const rest = rows.filter((other) => other !== r);
    const found = rest.length > 0 ? contradictory(rest, qp.upper) : undefined;
    if (found) {
      rows = rest;
      witness = found;
    }
  }
  witness = contradictory(rows, qp.upper) ?? witness;
  const unbounded = Float64Array.from(qp.upper).fill(Number.POSITIVE_INFINITY, 0, L);
  const upper: number[] = [];
  if (!contradictory(rows, unbounded)) for (let j = 0; j < L; j++) if (witness[j] === qp.upper[j]) upper.push(j);

  const groups: { group: number; side: "lower" | "upper" }[] = [];
  const inequalities: number[] = [];
  const words: string[] = [];
  for (const r of rows) {
    if (r <= problem.groups.length) {
      const group = problem.groups[r - 1];
      const side = residual(qp, witness, r) < 0 ? "lower" : "upper";
      groups.push({ group: r - 1, side });
      words.push(`${group.label} ${side === "lower" ? ">=" : "<="} ${group[side]}`);
    } else {
      const i = r - 1 - problem.groups.length;
      inequalities.push(i);
      words.push(`inequality ${i} (<= ${problem.h[i]})`);
    }
  }
  if (upper.length > 0) words.push(`the upper bounds of tasks ${upper.slice(0, 8).join(", ")}${upper.length > 8 ? ", ..." : ""}`);
  const violation = Math.hypot(...rows.map((r) => residual(qp, witness, r)));
  const text =
    words.length > 1 ? `${words.join(" and ")} exclude each other on the simplex` : `${words[0]} excludes every point of the simplex`;
  return { groups, inequalities, upper, violation, text };
}
