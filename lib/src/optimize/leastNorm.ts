/** @file Is the optimum unique; and if not, which optimum has the least norm. */

import { dot } from "../linalg/vectors";
import { type ActiveSetResult, gradientScale, type StandardQp } from "./activeSet";
import { type Face, projectOntoFace } from "./faceProjection";
import { curvatureTolerance, pivotedCholesky } from "./pivotedCholesky";

/** Reduced costs and multipliers up to this multiple of the size of the data are taken for zero: the variable or row is tied. */
const TIE = 1e-11;
/** Optima closer than this in every entry are taken for the same. */
const SAME = 1e-9;
/** A variable or a row this near to its bound is taken to be on it. */
const NEAR = 1e-11;

/** The choice among the optima. */
export interface CanonicalOptimum {
  /** The optimum of least norm, slacks included. */
  readonly x: Float64Array;
  /** True when there is no other optimum. */
  readonly unique: boolean;
  /** False when the optimum of least norm was not reached, and x is another optimum. */
  readonly leastNorm: boolean;
}

/**
 * The optimum of least Euclidean norm over the tasks.
 *
 * With x one optimum and z its reduced costs, the optima are the feasible points that agree with x where z != 0 and whose
 * difference d from x has H d = 0 (for a convex quadratic, all optima share Hx and the multipliers). On the other variables
 * H d = 0 is Rᵀ d = 0 with R the pivoted Cholesky factor of H. If the tied variables and the free ones have independent
 * columns, x is the only optimum, which is the usual case and costs nothing more; otherwise 0 is projected onto the face.
 * A least norm that is x again does not make x unique: then the face is also asked for its point nearest to x + s, with s
 * pointing into the face at every tied bound, which is x only when the face is {x}.
 * @param qp the program, row 0 the simplex, row r >= 1 with its own slack, variable L + r - 1
 * @param solution a converged solution of it; its free set is extended
 */
export function canonicalOptimum(qp: StandardQp, solution: ActiveSetResult): CanonicalOptimum {
  const { x, y, z, factor } = solution;
  const L = qp.hessian.size;
  const tie = TIE * gradientScale(qp);
  const free = new Uint8Array(qp.n);
  for (let i = 0; i < factor.size; i++) free[factor.index[i]] = 1;
  let dependent = false;
  for (let j = 0; j < qp.n && !dependent; j++) {
    if (free[j] || qp.lower[j] === qp.upper[j] || Math.abs(z[j]) > tie) continue;
    dependent = !factor.append(j);
  }
  if (!dependent) return { x, unique: true, leastNorm: true };

  const members: number[] = [];
  for (let j = 0; j < L; j++) if (qp.lower[j] < qp.upper[j] && (free[j] || Math.abs(z[j]) <= tie)) members.push(j);
  const { face, tied } = optimalFace(qp, x, y, Int32Array.from(members), tie);
  const here = Float64Array.from(members, (j) => x[j]);
  const least = projectOntoFace(face, new Float64Array(members.length));
  if (least && distance(least, here) > SAME) return { x: withMembers(qp, x, members, least), unique: false, leastNorm: true };

  const inward = Float64Array.from(here);
  members.forEach((j, i) => {
    if (x[j] <= qp.lower[j] + NEAR) inward[i] += 1;
    else if (x[j] >= qp.upper[j] - NEAR) inward[i] -= 1;
  });
  for (const row of tied) for (let i = 0; i < members.length; i++) inward[i] -= row[i];
  const other = projectOntoFace(face, inward);
  const unique = other !== undefined && distance(other, here) <= SAME;
  return { x, unique, leastNorm: unique || least !== undefined };
}

/** The optima in the coordinates `members`, and the inequality rows that x meets with equality. */
function optimalFace(qp: StandardQp, x: Float64Array, y: Float64Array, members: Int32Array, tie: number) {
  const { m, columns, hessian } = qp;
  const L = hessian.size;
  const here = Float64Array.from(members, (j) => x[j]);
  const restricted = (r: number): Float64Array => Float64Array.from(members, (j) => columns[j * m + r]);
  const equalities: Float64Array[] = [];
  const inequalities: Float64Array[] = [];
  const bounds: number[] = [];
  const tied: Float64Array[] = [];
  addOrthonormal(equalities, restricted(0));
  for (let r = 1; r < m; r++) {
    const row = restricted(r);
    const slack = L + r - 1;
    const low = qp.lower[slack];
    const high = qp.upper[slack];
    if (low === high || Math.abs(y[r]) > tie) {
      addOrthonormal(equalities, row);
      continue;
    }
    // a x + slack is fixed: a x may rise by what the slack has above its lower bound, and fall by what it has below its upper one.
    const value = dot(row, here, here.length);
    for (const [sign, room] of [
      [1, x[slack] - low],
      [-1, high - x[slack]],
    ] as const) {
      if (room === Number.POSITIVE_INFINITY) continue;
      const signed = row.map((entry) => sign * entry);
      inequalities.push(signed);
      bounds.push(sign * value + Math.max(room, 0));
      if (room <= NEAR) tied.push(signed);
    }
  }
  const { rank, rows } = pivotedCholesky(hessian, members, curvatureTolerance(qp.n));
  const column = (t: number) => Float64Array.from(rows, (row) => row[t]);
  for (let t = 0; t < rank; t++) addOrthonormal(equalities, column(t));
  const face: Face = {
    equalities,
    equalityValues: Float64Array.from(equalities, (row) => dot(row, here, here.length)),
    inequalities,
    inequalityBounds: Float64Array.from(bounds),
    lower: Float64Array.from(members, (j) => qp.lower[j]),
    upper: Float64Array.from(members, (j) => qp.upper[j]),
  };
  return { face, tied };
}

/** Appends the part of a row that is new, scaled to unit length; nothing when the row depends on the others. */
function addOrthonormal(rows: Float64Array[], row: Float64Array): void {
  const length = Math.sqrt(dot(row, row, row.length));
  if (length === 0) return;
  const v = row.map((value) => value / length);
  for (let pass = 0; pass < 2; pass++) {
    for (const u of rows) {
      const overlap = dot(u, v, v.length);
      for (let i = 0; i < v.length; i++) v[i] -= overlap * u[i];
    }
    const rest = Math.sqrt(dot(v, v, v.length));
    if (rest < 1e-9) return;
    for (let i = 0; i < v.length; i++) v[i] /= rest;
  }
  rows.push(v);
}

/** x with new values for some tasks, and the slacks that follow from them. */
function withMembers(qp: StandardQp, x: Float64Array, members: readonly number[], values: Float64Array): Float64Array {
  const out = Float64Array.from(x);
  for (const [i, j] of members.entries()) out[j] = values[i];
  for (let r = 1; r < qp.m; r++) {
    let sum = qp.b[r];
    for (let j = 0; j < qp.hessian.size; j++) sum -= qp.columns[j * qp.m + r] * out[j];
    const slack = qp.hessian.size + r - 1;
    out[slack] = Math.min(Math.max(sum, qp.lower[slack]), qp.upper[slack]);
  }
  return out;
}

function distance(a: Float64Array, b: Float64Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}
