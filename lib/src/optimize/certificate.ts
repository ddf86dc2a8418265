/** @file How far a point is from optimal, recomputed from the statement of the program alone. */
import { compensatedSum } from "../core/compensatedSum";
import type { CheckedQp } from "./qpProblem";

/** Multipliers λ of the constraints of {@link simplexQp}; at an optimum Hx + c + ν 1 - lower + upper + Σ_g groups_g 1_g + Gᵀ inequalities = 0. */
export interface QpMultipliers {
  /** ν of Σ x = 1. */
  readonly simplex: number;
  /** Of x >= 0, (L,), >= 0. */
  readonly lower: Float64Array;
  /** Of x <= u, (L,), >= 0. */
  readonly upper: Float64Array;
  /** One a group: > 0 where its upper bound presses, < 0 where its lower bound does. */
  readonly groups: Float64Array;
  /** Of Gx <= h, (q,), >= 0. */
  readonly inequalities: Float64Array;
}

/** A proof of how good x is. */
export interface QpCertificate {
  /** Largest violation of a constraint; a row of G counts relative to max(1, its largest entry, |h|). */
  readonly primalResidual: number;
  /** Largest entry of the gradient of the Lagrangian, or of a multiplier with the wrong sign; in units of the gradient. */
  readonly dualResidual: number;
  /** Objective minus a lower bound on the optimum, in units of the objective: no feasible point is better by more than this. */
  readonly gap: number;
}

/** The certificate with the objective it is about. */
export interface CertifiedQp {
  /** ½ xᵀHx + cᵀx. */
  readonly objective: number;
  /** How good x is. */
  readonly certificate: QpCertificate;
}

/**
 * Recomputes objective, residuals and duality gap of x, sharing no state with the solver. The gradient is that without c's common part, and so
 * is the multiplier of Σ x = 1: `multipliers.simplex + shift` of the program as it was stated.
 *
 * The gap trusts the multipliers of groups and inequalities only (wrong signs count as 0). With g = Hx + c and
 * ĝ = g + Σ_g μ_g 1_g + Gᵀλ, convexity gives for every feasible y
 * $$ f(y) \ge f(x) - g^\top x + \min_{y \in \Delta,\, y \le u} \hat g^\top y - \lambda^\top h - \mu_+^\top hi + \mu_-^\top lo, $$
 * and the minimum over the simplex with upper bounds is found exactly, by filling the cheapest tasks first.
 */
export function certifyQp(problem: CheckedQp, x: Float64Array, multipliers: QpMultipliers): CertifiedQp {
  const { size, hessian, c, shift, upper, groups, G, h } = problem;
  const g = new Float64Array(size);
  const support = Int32Array.from({ length: size }, (_, j) => j).filter((j) => x[j] !== 0);
  const values = Float64Array.from(support, (j) => x[j]);
  hessian.accumulate(support, values, support.length, g);
  const quadratic = compensatedSum(size, (j) => g[j] * x[j]) / 2;
  const linear = compensatedSum(2 * size, (j) => (j < size ? c[j] : shift) * x[j % size]);
  for (let j = 0; j < size; j++) g[j] += c[j];

  let primal = Math.abs(compensatedSum(size, (j) => x[j]) - 1);
  let dual = 0;
  for (let j = 0; j < size; j++) {
    primal = Math.max(primal, -x[j], x[j] - upper[j]);
    dual = Math.max(dual, -multipliers.lower[j], -multipliers.upper[j]);
  }
  const priced = Float64Array.from(g);
  let slackCost = 0;
  const lagrangian = Float64Array.from(g, (value, j) => value + multipliers.simplex - multipliers.lower[j] + multipliers.upper[j]);
  groups.forEach((group, i) => {
    const total = compensatedSum(group.members.length, (a) => x[group.members[a]]);
    primal = Math.max(primal, total - group.upper, group.lower - total);
    const given = multipliers.groups[i];
    const limit = given > 0 ? group.upper : group.lower;
    const mu = Number.isFinite(limit) ? given : 0;
    dual = Math.max(dual, Math.abs(given - mu));
    if (mu !== 0) slackCost += mu * (limit - total);
    for (const j of group.members) {
      priced[j] += mu;
      lagrangian[j] += given;
    }
  });
  G.forEach((row, i) => {
    const value = compensatedSum(size, (j) => row[j] * x[j]);
    const unit = row.reduce((most, entry) => Math.max(most, Math.abs(entry)), Math.max(1, Math.abs(h[i])));
    primal = Math.max(primal, (value - h[i]) / unit);
    const given = multipliers.inequalities[i];
    const lambda = Math.max(given, 0);
    dual = Math.max(dual, -given);
    slackCost += lambda * (h[i] - value);
    for (let j = 0; j < size; j++) {
      priced[j] += lambda * row[j];
      lagrangian[j] += given * row[j];
    }
  });
  for (const value of lagrangian) dual = Math.max(dual, Math.abs(value));
  // Measured from the cheapest task, so that a large common part of the gradient does not cancel in the difference.
  const cheapest = priced.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const shifted = priced.map((value) => value - cheapest);
  const gap = compensatedSum(size, (j) => shifted[j] * x[j]) - cheapestFill(shifted, upper) + slackCost;
  return { objective: quadratic + linear, certificate: { primalResidual: primal, dualResidual: dual, gap } };
}

/** min vᵀy over Σ y = 1, 0 <= y <= upper, where v >= 0 and some v is 0. */
function cheapestFill(v: Float64Array, upper: Float64Array): number {
  for (let j = 0; j < v.length; j++) if (v[j] === 0 && upper[j] >= 1) return 0;
  const order = Int32Array.from({ length: v.length }, (_, j) => j).sort((i, j) => v[i] - v[j]);
  let left = 1;
  let total = 0;
  for (const j of order) {
    const amount = Math.min(left, upper[j]);
    total += amount * v[j];
    left -= amount;
    if (left <= 0) break;
  }
  return total;
}
