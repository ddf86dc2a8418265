/** @file What a solve of `simplexQp` returns or throws. */

import { dot } from "../linalg/vectors";
import type { ActiveSetResult } from "./activeSet";
import type { QpCertificate, QpMultipliers } from "./certificate";
import type { QpConflict } from "./feasibility";
import type { CheckedQp, StandardForm } from "./qpProblem";

/** How a solve ended. */
export type SimplexQpStatus = "optimal" | "iteration-limit" | "infeasible" | "inaccurate";

/** Cause and remedy of each status. */
export const SIMPLEX_QP_STATUS: Readonly<Record<SimplexQpStatus, string>> = {
  optimal: "The certificate is within the tolerance.",
  "iteration-limit":
    "The step limit was reached before x was known to be optimal; the certificate tells how far it is from that at most. Raise maxIterations.",
  infeasible:
    "No point of the simplex satisfies all constraints; x is a point that violates them least. Relax one that the conflict names.",
  inaccurate:
    "The method ended, but rounding kept the certificate above the tolerance: the data span too many orders of magnitude. " +
    "Rescale H, c or the rows of G, or raise the tolerance.",
};

/** Constraints that hold with equality. */
export interface ActiveConstraints {
  /** Tasks with 0 < x < u. */
  readonly free: readonly number[];
  /** Tasks with x = 0. */
  readonly lower: readonly number[];
  /** Tasks with x = u > 0. */
  readonly upper: readonly number[];
  /** Groups whose total is at a bound. */
  readonly groups: readonly { readonly group: number; readonly side: "lower" | "upper" }[];
  /** Rows of G with G x = h. */
  readonly inequalities: readonly number[];
}

/** The outcome of {@link simplexQp}. */
export interface SimplexQpResult {
  /** The weights, (L,). */
  readonly x: Float64Array;
  /** ½ xᵀHx + cᵀx. */
  readonly objective: number;
  /** Constraints that hold with equality. */
  readonly active: ActiveConstraints;
  /** The prices of the constraints; zeros where no feasible start was found. */
  readonly multipliers: QpMultipliers;
  /** Steps taken; each is one solve with the factor of the free set. */
  readonly iterations: number;
  /** How the solve ended. */
  readonly status: SimplexQpStatus;
  /** Cause and remedy of the status, with the conflict when there is one. */
  readonly message: string;
  /** The proof of how good x is. */
  readonly certificate: QpCertificate;
  /** True when x is the only optimum; false for a tie, and when the status is not "optimal". */
  readonly unique: boolean;
  /** True when x has the least Euclidean norm among the optima. */
  readonly leastNorm: boolean;
  /** The constraints that exclude each other, when the status is "infeasible". */
  readonly conflict?: QpConflict;
}

/** Thrown when a solve does not end "optimal"; carries all there is. */
export class SimplexQpError extends Error {
  override readonly name = "SimplexQpError";
  /** What the solve came to. */
  readonly result: SimplexQpResult;

  constructor(result: SimplexQpResult) {
    super(`simplexQp: ${result.message}`);
    this.result = result;
  }
}

/** Zeros, where there is no solution. */
export function noMultipliers({ size, groups, G }: CheckedQp): QpMultipliers {
  return {
    simplex: 0,
    lower: new Float64Array(size),
    upper: new Float64Array(size),
    groups: new Float64Array(groups.length),
    inequalities: new Float64Array(G.length),
  };
}

/** From the reduced costs and row multipliers of the standard form. */
export function toMultipliers(problem: CheckedQp, form: StandardForm, solution: ActiveSetResult): QpMultipliers {
  const { size, groups, G, upper } = problem;
  const { lower, upper: above, groups: group, inequalities } = noMultipliers(problem);
  const { x, y, z } = solution;
  for (let j = 0; j < size; j++) {
    if (x[j] === 0) lower[j] = Math.max(z[j], 0);
    if (x[j] === upper[j]) above[j] = Math.max(-z[j], 0);
  }
  for (let i = 0; i < groups.length; i++) {
    const slack = x[size + i];
    const width = form.qp.upper[size + i];
    const price = y[1 + i];
    // Slack 0: the upper bound presses; slack `width`: the lower one; both at once where they are equal.
    group[i] = width === 0 ? price : slack === 0 ? Math.max(price, 0) : slack === width ? Math.min(price, 0) : 0;
  }
  for (let i = 0; i < G.length; i++) {
    const r = 1 + groups.length + i;
    inequalities[i] = x[size + groups.length + i] === 0 ? Math.max(y[r] * form.rowScale[r], 0) : 0;
  }
  return { simplex: y[0] - form.shift, lower, upper: above, groups: group, inequalities };
}

/** A bound on a sum counts as met within 1e-10 of its size. */
function near(value: number, bound: number): boolean {
  return Number.isFinite(bound) && Math.abs(value - bound) <= 1e-10 * Math.max(1, Math.abs(bound));
}

/** The constraints that x meets with equality. */
export function activeConstraints({ size, upper, groups, G, h }: CheckedQp, x: Float64Array): ActiveConstraints {
  const tasks = Array.from({ length: size }, (_, j) => j);
  const met: { group: number; side: "lower" | "upper" }[] = [];
  groups.forEach(({ members, lower, upper: high }, group) => {
    const total = members.reduce((sum, j) => sum + x[j], 0);
    if (near(total, lower)) met.push({ group, side: "lower" });
    if (near(total, high)) met.push({ group, side: "upper" });
  });
  return {
    free: tasks.filter((j) => x[j] > 0 && x[j] < upper[j]),
    lower: tasks.filter((j) => x[j] === 0),
    upper: tasks.filter((j) => x[j] > 0 && x[j] === upper[j]),
    groups: met,
    inequalities: G.map((_, i) => i).filter((i) => near(dot(G[i], x, size), h[i])),
  };
}
