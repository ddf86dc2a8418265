/** @file Convex quadratic programs over the simplex. */
import { argumentsOf, Checks } from "../core/check";
import { activeSet } from "./activeSet";
import { type CertifiedQp, certifyQp, type QpMultipliers } from "./certificate";
import { checkFields } from "./checkFields";
import { findFeasible } from "./feasibility";
import { canonicalOptimum } from "./leastNorm";
import { type CheckedQp, checkProblem, type SimplexQpProblem, type StandardForm, standardForm } from "./qpProblem";
import { activeConstraints, noMultipliers, SIMPLEX_QP_STATUS, SimplexQpError, type SimplexQpResult, toMultipliers } from "./qpResult";

/** Options of {@link simplexQp}. */
export interface SimplexQpOptions {
  /** Largest residual and gap of an "optimal" solution, relative to the size of the data; default 1e-9. */
  readonly tolerance?: number;
  /** Step limit, the search for a feasible start included; default 1000 + 20 (L + rows). */
  readonly maxIterations?: number;
  /** Throw a {@link SimplexQpError} unless the status is "optimal"; default true. */
  readonly throwOnFailure?: boolean;
  /** Skip the test that a dense H is positive semidefinite, for an H that is so by construction; default false. */
  readonly assumeConvex?: boolean;
}

/**
 * The minimiser of a convex quadratic over the simplex, with a proof of how good it is.
 * min_x ½ xᵀHx + cᵀx  s.t.  Σ_l x_l = 1,  0 <= x <= u,  lo_g <= Σ_{l ∈ g} x_l <= hi_g,  G x <= h
 * $$ \min_x \tfrac12 x^\top H x + c^\top x \quad\text{s.t.}\quad \sum_l x_l = 1,\; 0 \le x \le u,\;
 *    lo_g \le \sum_{l \in g} x_l \le hi_g,\; G x \le h. $$
 * H may be singular. Where the optimum is not unique, the one of least norm is returned and `unique` is false.
 * The method is a primal active-set method with an updated Cholesky factor; a step costs |F|² + L |F| products, |F| the
 * number of free weights. Weak spots: with G of many rows the cost a step grows by (rows)² |F|; optima that differ by less
 * than rounding in the objective (curvature below about 1e-14 of the largest) count as ties.
 * @param problem H, (L, L), or a factor of it; c, (L,); constant?; upper = Infinity (u); groups?; inequalities? G x <= h
 * @param options tolerance = 1e-9; maxIterations = 1000 + 20 (L + rows); throwOnFailure = true; assumeConvex = false
 * @throws RangeError or TypeError for bad input, an indefinite H and fields of other names included
 * @throws SimplexQpError unless the status is "optimal"; `throwOnFailure: false` returns the result instead
 * @origin ours; the paper's program (section 4, after Proposition 4.3) is an instance
 * @example
 * cot.simplexQp({ H: [[2, 0], [0, 1]], c: [0, 0] }).x; // => [0.3333, 0.6667]
 */
export function simplexQp(problem: SimplexQpProblem, options: SimplexQpOptions = {}): SimplexQpResult {
  argumentsOf("simplexQp", problem, "problem");
  const check: Checks = new Checks("simplexQp");
  checkFields(check, "options", options, ["tolerance", "maxIterations", "throwOnFailure", "assumeConvex"]);
  const { tolerance = 1e-9, throwOnFailure = true, assumeConvex = false } = options;
  check.positive("tolerance", tolerance);
  const checked = checkProblem(check, problem, assumeConvex);
  const form = standardForm(checked);
  const maxIterations = options.maxIterations ?? 1000 + 20 * form.qp.n;
  check.integer("maxIterations", maxIterations, 1);
  const result = solve(checked, form, tolerance, maxIterations);
  if (result.status !== "optimal" && throwOnFailure) throw new SimplexQpError(result);
  return result;
}

/**
 * Residuals and duality gap of any x, from the statement of the program alone: the check that {@link simplexQp} makes of
 * itself, for points from elsewhere. Without multipliers of groups and inequalities the gap is an upper bound.
 * @param problem H, (L, L), or a factor of it; c, (L,); constant?; upper = Infinity (u); groups?; inequalities? G x <= h
 * @param x the weights, (L,)
 * @param multipliers of the constraints; zeros where left out
 * @throws RangeError or TypeError for bad input
 * @origin ours
 * @example
 * cot.optimize.certifySimplexQp({ H: [[2, 0], [0, 1]], c: [0, 0] }, [0.5, 0.5]).certificate.gap; // => 0.25
 */
export function certifySimplexQp(problem: SimplexQpProblem, x: ArrayLike<number>, multipliers: Partial<QpMultipliers> = {}): CertifiedQp {
  argumentsOf("certifySimplexQp", problem, "problem");
  const check: Checks = new Checks("certifySimplexQp");
  const checked = checkProblem(check, problem, true);
  check.vector("x", x, checked.size);
  checkFields(check, "multipliers", multipliers, ["simplex", "lower", "upper", "groups", "inequalities"]);
  return certifyQp(checked, Float64Array.from(x), checkMultipliers(check, checked, multipliers));
}

/** Multipliers of the right number, zeros where left out. */
function checkMultipliers(check: Checks, problem: CheckedQp, given: Partial<QpMultipliers>): QpMultipliers {
  const none = noMultipliers(problem);
  const vector = (name: "lower" | "upper" | "groups" | "inequalities"): Float64Array => {
    const value = given[name];
    if (value === undefined) return none[name];
    check.indexed(`multipliers.${name}`, value);
    if (none[name].length > 0 || value.length > 0) check.vector(`multipliers.${name}`, value, none[name].length);
    return Float64Array.from(value);
  };
  const { simplex = 0 } = given;
  check.finite("multipliers.simplex", simplex);
  return {
    simplex: simplex + problem.shift,
    lower: vector("lower"),
    upper: vector("upper"),
    groups: vector("groups"),
    inequalities: vector("inequalities"),
  };
}

function solve(problem: CheckedQp, form: StandardForm, tolerance: number, maxIterations: number): SimplexQpResult {
  const { qp } = form;
  const start = findFeasible(problem, qp, maxIterations);
  const solution = start.conflict || start.limitHit ? undefined : activeSet(qp, start.x, maxIterations - start.iterations);
  const multipliers = solution ? toMultipliers(problem, form, solution) : noMultipliers(problem);
  const judge = (point: Float64Array) => {
    const x = point.slice(0, problem.size);
    const { objective, certificate } = certifyQp(problem, x, multipliers);
    const { primalResidual, dualResidual, gap } = certificate;
    const accurate = primalResidual <= tolerance && Math.max(dualResidual, Math.abs(gap)) <= tolerance * problem.scale;
    return { x, objective, certificate, accurate };
  };
  let choice = solution?.status === "converged" ? canonicalOptimum(qp, solution) : undefined;
  let judged = judge((choice ?? solution ?? start).x);
  if (choice && solution && choice.x !== solution.x && !judged.accurate) {
    // The move along the optimal face cost accuracy: the optimum it started from stands.
    choice = { x: solution.x, unique: false, leastNorm: false };
    judged = judge(solution.x);
  }
  const status = start.conflict ? "infeasible" : !choice ? "iteration-limit" : judged.accurate ? "optimal" : "inaccurate";
  const { x, objective, certificate } = judged;
  return {
    x,
    objective,
    active: activeConstraints(problem, x),
    multipliers: { ...multipliers, simplex: multipliers.simplex - problem.shift },
    iterations: start.iterations + (solution?.iterations ?? 0),
    status,
    message: start.conflict ? `${start.conflict.text}. ${SIMPLEX_QP_STATUS.infeasible}` : SIMPLEX_QP_STATUS[status],
    certificate,
    unique: status === "optimal" && choice!.unique,
    leastNorm: status === "optimal" && choice!.leastNorm,
    ...(start.conflict ? { conflict: start.conflict } : {}),
  };
}
