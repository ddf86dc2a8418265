/** @file Random quadratic programs over the simplex, and their certificates in exact rational arithmetic, which shares no rounding with the solver. */
import { exactRatio } from "../../lib/dist/core/exactRatio.js";
import { Random } from "../../lib/dist/core/random.js";
import { Rational } from "../../lib/dist/core/rational.js";
import type { SimplexQpProblem } from "../../lib/dist/optimize/qpProblem.js";
import type { SimplexQpResult } from "../../lib/dist/optimize/qpResult.js";
import { simplexQp } from "../../lib/dist/optimize/simplexQp.js";

const zero = Rational.of(0);
const exact = (x: number): Rational => Rational.of(...exactRatio(x));
const sumOf = (values: readonly Rational[]): Rational => values.reduce((sum, value) => sum.add(value), zero);
const largest = (a: Rational, b: Rational): Rational => (a.compare(b) >= 0 ? a : b);
const size = (a: Rational): Rational => largest(a, zero.subtract(a));

/** A program of up to five weights: of full or low rank, with bounds, groups, inequalities, ties and a large common part of c, as they fall. */
export function drawProgram(seed: number, index: number): SimplexQpProblem & { readonly H: { readonly factor: number[][] } } {
  const random = Random.seed(seed).stream("programs", index);
  const L = 1 + random.integer(5);
  const whole = (most: number) => random.integer(2 * most + 1) - most;
  const entry = (): number => (random.integer(3) === 0 ? whole(3) : whole(1000) / 64);
  const factor = Array.from({ length: 1 + random.integer(L + 1) }, () => Array.from({ length: L }, entry));
  const common = random.integer(4) === 0 ? 2 ** random.integer(40) : 0;
  const c = Array.from({ length: L }, () => entry() + common);
  const options: { upper?: number; groups?: object[]; inequalities?: object } = {};
  if (random.integer(3) === 0) options.upper = (1 + random.integer(64)) / 64;
  if (random.integer(3) === 0) {
    const members = Array.from({ length: L }, (_, j) => j).filter(() => random.integer(2) === 0);
    const [low, high] = [random.integer(33) / 64, (32 + random.integer(33)) / 64];
    if (members.length > 0) options.groups = [{ members, lower: low, upper: high }];
  }
  if (random.integer(3) === 0) {
    const rows = 1 + random.integer(2);
    const G = Array.from({ length: rows }, () => Array.from({ length: L }, () => whole(2)));
    options.inequalities = { G, h: Array.from({ length: rows }, () => whole(64) / 64 + 0.5) };
  }
  return { H: { factor }, c, ...options } as SimplexQpProblem & { readonly H: { readonly factor: number[][] } };
}

/** What the exact certificate says of a solution, in doubles. */
export interface ExactCertificate {
  /** The largest violation of a constraint. */
  readonly primal: number;
  /** f(x) minus an exact lower bound on the optimum; below 0 where x is infeasible by rounding. */
  readonly gap: number;
  /** The difference of the reported gap from that, and of the reported objective from f(x), relative to the size of the data. */
  readonly gapError: number;
  readonly objectiveError: number;
}

/** The certificate of a solution, all of it in fractions: the doubles of program, weights and multipliers are fractions themselves. */
export function exactCertificate(problem: ReturnType<typeof drawProgram>, result: SimplexQpResult): ExactCertificate {
  const L = problem.c.length;
  const all = Array.from({ length: L }, (_, j) => j);
  const B = problem.H.factor.map((row) => row.map(exact));
  const [x, c] = [Array.from(result.x, exact), Array.from(problem.c, exact)];
  const Bx = B.map((row) => sumOf(row.map((b, j) => b.multiply(x[j]))));
  const Hx = all.map((j) => sumOf(B.map((row, i) => row[j].multiply(Bx[i]))));
  const objective = sumOf(Bx.map((value) => value.multiply(value)))
    .multiply(Rational.of(1, 2))
    .add(sumOf(all.map((j) => c[j].multiply(x[j]))));
  const upper = all.map(() => (problem.upper === undefined ? undefined : exact(problem.upper as number)));
  let primal = size(sumOf(x).subtract(Rational.of(1)));
  for (const j of all) {
    primal = largest(primal, zero.subtract(x[j]));
    const bound = upper[j];
    if (bound !== undefined) primal = largest(primal, x[j].subtract(bound));
  }
  // Less what all entries of c have in common: it moves no minimiser, and a sum of x that is 1 only to rounding would be priced by it.
  const gradient = all.map((j) => Hx[j].add(c[j].subtract(c[0])));
  const priced = [...gradient];
  let slack = zero;
  (problem.groups ?? []).forEach((group, i) => {
    const members = Array.from(group.members);
    const total = sumOf(members.map((j) => x[j]));
    if (group.upper !== undefined) primal = largest(primal, total.subtract(exact(group.upper)));
    if (group.lower !== undefined) primal = largest(primal, exact(group.lower).subtract(total));
    const given = result.multipliers.groups[i];
    const limit = given > 0 ? group.upper : group.lower;
    if (given === 0 || limit === undefined) return;
    const mu = exact(given);
    slack = slack.add(mu.multiply(exact(limit).subtract(total)));
    for (const j of members) priced[j] = priced[j].add(mu);
  });
  const { G = [], h = [] } = (problem.inequalities ?? {}) as { G?: number[][]; h?: number[] };
  G.forEach((row, i) => {
    const value = sumOf(row.map((g, j) => exact(g).multiply(x[j])));
    primal = largest(primal, value.subtract(exact(h[i])));
    const lambda = exact(Math.max(result.multipliers.inequalities[i], 0));
    slack = slack.add(lambda.multiply(exact(h[i]).subtract(value)));
    row.forEach((g, j) => {
      priced[j] = priced[j].add(lambda.multiply(exact(g)));
    });
  });
  // The least of Σ priced_j y_j over the simplex with upper bounds: the cheapest first.
  let [left, least] = [Rational.of(1), zero];
  for (const j of [...all].sort((a, b) => priced[a].compare(priced[b]))) {
    const bound = upper[j];
    const amount = bound !== undefined && bound.compare(left) < 0 ? bound : left;
    least = least.add(amount.multiply(priced[j]));
    left = left.subtract(amount);
  }
  const gap = sumOf(all.map((j) => priced[j].multiply(x[j])))
    .subtract(least)
    .add(slack);
  const mean = problem.c.length === 0 ? 0 : Array.from(problem.c).reduce((sum, value) => sum + value / L, 0);
  const data = Math.max(
    1e-300,
    ...all.map((j) => Math.abs(problem.c[j] - mean)),
    ...all.map((j) => sumOf(B.map((row) => row[j].multiply(row[j]))).toNumber()),
  );
  const error = (reported: number, found: Rational, scale: number): number => Math.abs(exact(reported).subtract(found).toNumber()) / scale;
  return {
    primal: primal.toNumber(),
    gap: gap.toNumber() / data,
    gapError: error(result.certificate.gap, gap, data),
    objectiveError: error(result.objective, objective, Math.max(data, Math.abs(mean))),
  };
}

/** What came of many programs. */
export interface ProgramsReport {
  readonly seed: number;
  readonly programs: number;
  readonly optimal: number;
  readonly infeasible: number;
  /** Programs with another status, or whose exact certificate is beyond the tolerance. */
  readonly faults: readonly { readonly program: number; readonly problem: string }[];
  readonly largest: ExactCertificate;
}

/** Of an optimal solution: the solver's own tolerance for violation and gap, and what rounding may do to what it reports of them. */
const [TOLERANCE, ROUNDING] = [1e-9, 1e-12];

/** Solves programs and judges them by exact certificates. */
export function tryPrograms(seed: number, from: number, to: number): ProgramsReport {
  const faults: { program: number; problem: string }[] = [];
  let [optimal, infeasible] = [0, 0];
  const most = { primal: 0, gap: 0, gapError: 0, objectiveError: 0 };
  for (let program = from; program < to; program++) {
    const problem = drawProgram(seed, program);
    const result = simplexQp(problem, { throwOnFailure: false });
    if (result.status === "infeasible") {
      infeasible++;
      continue;
    }
    if (result.status !== "optimal") {
      faults.push({ program, problem: result.status });
      continue;
    }
    optimal++;
    const found = exactCertificate(problem, result);
    for (const key of ["primal", "gap", "gapError", "objectiveError"] as const) most[key] = Math.max(most[key], Math.abs(found[key]));
    if (found.primal > TOLERANCE || Math.abs(found.gap) > TOLERANCE || found.gapError > ROUNDING || found.objectiveError > ROUNDING)
      faults.push({ program, problem: JSON.stringify(found) });
  }
  return { seed, programs: to - from, optimal, infeasible, faults, largest: most };
}
