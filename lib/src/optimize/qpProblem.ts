/** @file The quadratic programs of `simplexQp`: their statement, its checks, and the standard form the solver works on. */
import { Matrix } from "ml-matrix";
import type { Checks } from "../core/check";
import { matrixRows } from "../linalg/layout";
import type { StandardQp } from "./activeSet";
import { checkFields } from "./checkFields";
import { DenseHessian, FactorHessian, type Hessian } from "./hessian";
import { curvatureTolerance, negativeCurvature } from "./pivotedCholesky";

/** Largest relative asymmetry of H that is taken for rounding and averaged away. */
const SYMMETRY_TOLERANCE = 1e-10;
/** Data larger than this, or smaller than its inverse, would overflow or vanish when squared. */
const LARGEST = 1e140;

/** A bound on the total weight of a group of tasks. */
export interface QpGroup {
  /** Indices of the tasks, each once. */
  readonly members: ArrayLike<number>;
  /** Least total weight; no bound when left out. */
  readonly lower?: number;
  /** Largest total weight; no bound when left out. */
  readonly upper?: number;
  /** A name for messages. */
  readonly name?: string;
}

/** A matrix as ml-matrix has it, or its rows. */
export type QpMatrix = Matrix | readonly ArrayLike<number>[];

/** The statement of a program; see {@link simplexQp}. Fields of other names are refused. */
export interface SimplexQpProblem {
  /** H, (L, L), symmetric positive semidefinite; or B, (p, L), with H = BᵀB, which is never formed. */
  readonly H: QpMatrix | { readonly factor: QpMatrix };
  /** c, (L,). */
  readonly c: ArrayLike<number>;
  /** A constant of the objective, as `selectionProgram` returns one; it moves no minimiser and is not added. */
  readonly constant?: number;
  /** Upper bounds u >= 0 of the weights: one for all, or one a task, (L,); Infinity for none. */
  readonly upper?: number | ArrayLike<number>;
  /** Bounds on sums over groups of tasks; groups may overlap. */
  readonly groups?: readonly QpGroup[];
  /** G x <= h: G (q, L), h (q,). */
  readonly inequalities?: { readonly G: QpMatrix; readonly h: ArrayLike<number> };
}

/** A program after its checks. */
export interface CheckedQp {
  /** L. */
  readonly size: number;
  readonly hessian: Hessian;
  /** c without its common part. */
  readonly c: Float64Array;
  /** What all entries of c have in common: on the simplex it moves no minimiser, and would drown their differences in rounding. */
  readonly shift: number;
  /** (L,), Infinity where there is none. */
  readonly upper: Float64Array;
  readonly groups: readonly CheckedGroup[];
  /** Rows of G, each (L,). */
  readonly G: readonly Float64Array[];
  readonly h: Float64Array;
  /** The size of the objective's data, by which residuals and the gap are judged: the largest of H_ii and |c_i - mean c|. */
  readonly scale: number;
}

export interface CheckedGroup {
  readonly members: Int32Array;
  /** -Infinity when there is none. */
  readonly lower: number;
  /** Infinity when there is none. */
  readonly upper: number;
  readonly label: string;
}

/**
 * Checks a program.
 * @param assumeConvex skip the test that a dense H is positive semidefinite
 * @throws RangeError or TypeError naming the argument that breaks a rule
 */
export function checkProblem(check: Checks, problem: SimplexQpProblem, assumeConvex: boolean): CheckedQp {
  checkFields(check, "problem", problem, ["H", "c", "constant", "upper", "groups", "inequalities"]);
  if (problem.inequalities !== undefined) checkFields(check, "inequalities", problem.inequalities, ["G", "h"]);
  const hessian = checkHessian(check, problem.H, assumeConvex);
  const size = hessian.size;
  check.vector("c", problem.c, size);
  const { rest: c, shift } = withoutCommonPart(problem.c);
  const G = problem.inequalities ? checkRows(check, "inequalities.G", problem.inequalities.G) : [];
  if (problem.inequalities) {
    for (const [i, row] of G.entries()) checkSize(check, `the largest entry of inequalities.G[${i}]`, largestEntry(row));
    if (G[0].length !== size) check.fail("inequalities.G", `a matrix with ${size} columns`, problem.inequalities.G);
    check.vector("inequalities.h", problem.inequalities.h, G.length);
  }
  const mean = c.reduce((sum, value) => sum + value / size, 0);
  let scale = 0;
  for (let j = 0; j < size; j++) {
    scale = Math.max(scale, hessian.diagonal[j], Math.abs(c[j] - mean));
    checkSize(check, `c[${j}]`, problem.c[j]);
  }
  checkSize(check, "the largest of H_ii and |c_i - mean c|", scale);
  return {
    size,
    hessian,
    c,
    shift,
    upper: checkUpper(check, problem.upper, size),
    groups: checkedGroups(check, problem.groups).map((group, i) => checkGroup(check, `groups[${i}]`, group, i, size)),
    G,
    h: Float64Array.from(problem.inequalities?.h ?? []),
    scale: scale > 0 ? scale : 1,
  };
}

/** c less the entry nearest its mean, where every difference is exact; c itself otherwise, whose entries then are of the size of their differences. */
function withoutCommonPart(c: ArrayLike<number>): { rest: Float64Array; shift: number } {
  const values = Float64Array.from(c);
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const shift = values.reduce((best, value) => (Math.abs(value - mean) < Math.abs(best - mean) ? value : best), values[0]);
  const rest = values.map((value) => value - shift);
  // Knuth's exact error of a - b: 0 in both parts where the difference is a double.
  const exact = rest.every((difference, j) => {
    const back = values[j] - difference;
    return values[j] - (difference + back) === 0 && back === shift;
  });
  return exact ? { rest, shift } : { rest: values, shift: 0 };
}

function checkSize(check: Checks, argument: string, value: number): void {
  const size = Math.abs(value);
  if (size > LARGEST || (size > 0 && size < 1 / LARGEST))
    check.fail(argument, `0 or between ${1 / LARGEST} and ${LARGEST} in size`, value, "Rescale it");
}

function checkHessian(check: Checks, given: SimplexQpProblem["H"], assumeConvex: boolean): Hessian {
  if (!isMatrix(given)) {
    const factor = (given as { factor?: unknown } | null | undefined)?.factor;
    if (!isMatrix(factor)) check.wrongKind("H", "a Matrix of ml-matrix, its rows, or { factor } with either", given);
    checkFields(check, "H", given, ["factor"]);
    const rows = checkRows(check, "H.factor", factor);
    const columns = rows[0].length;
    return new FactorHessian(Array.from({ length: columns }, (_, j) => Float64Array.from(rows, (row) => row[j])));
  }
  const rows = checkRows(check, "H", given);
  if (rows.length !== rows[0].length) check.fail("H", "square", given);
  const hessian = new DenseHessian(symmetric(check, rows));
  hessian.diagonal.forEach((value, i) => {
    if (value < 0) check.fail(`H[${i}][${i}]`, "a number >= 0 (H must be positive semidefinite)", value);
  });
  const curvature = assumeConvex ? 0 : negativeCurvature(hessian);
  if (curvature < 0) {
    throw new RangeError(
      `${check.fn}: H must be positive semidefinite, got a curvature of ${curvature.toExponential(2)} times its largest diagonal entry` +
        ` (rounding is taken to be ${curvatureTolerance(rows.length).toExponential(1)}). Build H as BᵀB, or pass { factor: B }`,
    );
  }
  return hessian;
}

/** The rows themselves when they are exactly symmetric, and otherwise averaged copies. */
function symmetric(check: Checks, rows: readonly Float64Array[]): readonly Float64Array[] {
  const n = rows.length;
  let scale = 0;
  let worst = 0;
  let at: [number, number] = [0, 0];
  const block = 64; // a block of rows and its mirror image stay in cache
  for (let i0 = 0; i0 < n; i0 += block) {
    for (let j0 = 0; j0 <= i0; j0 += block) {
      for (let i = i0; i < Math.min(n, i0 + block); i++) {
        const row = rows[i];
        for (let j = j0; j < Math.min(i + 1, j0 + block); j++) {
          const value = row[j];
          const gap = Math.abs(value - rows[j][i]);
          if (Math.abs(value) > scale) scale = Math.abs(value);
          if (gap > worst) {
            worst = gap;
            at = [i, j];
          }
        }
      }
    }
  }
  if (worst === 0) return rows;
  const [i, j] = at;
  if (worst > SYMMETRY_TOLERANCE * scale) {
    throw new RangeError(`${check.fn}: H must be symmetric, got entries [${i}][${j}] = ${rows[i][j]} and [${j}][${i}] = ${rows[j][i]}`);
  }
  return rows.map((row, a) => row.map((value, b) => (value + rows[b][a]) / 2));
}

/** True for a Matrix and for an array, whose entries are then to be rows. */
function isMatrix(value: unknown): value is QpMatrix {
  return Matrix.isMatrix(value) || Array.isArray(value);
}

/** The rows of a matrix of finite numbers. */
function checkRows(check: Checks, argument: string, matrix: QpMatrix): readonly Float64Array[] {
  if (!isMatrix(matrix)) check.wrongKind(argument, "a Matrix of ml-matrix or its rows", matrix);
  if (Array.isArray(matrix)) return checkArrays(check, argument, matrix);
  const given = matrix as Matrix;
  if (given.rows === 0 || given.columns === 0) check.fail(argument, "non-empty", matrix);
  const rows = matrixRows(given);
  rows.forEach((row, i) => {
    for (let j = 0; j < row.length; j++) if (!Number.isFinite(row[j])) check.fail(`${argument}[${i}][${j}]`, "a finite number", row[j]);
  });
  return rows;
}

/** Rows given as arrays: numbers of equal count. */
function checkArrays(check: Checks, argument: string, rows: readonly unknown[]): readonly Float64Array[] {
  if (rows.length === 0) check.fail(argument, "non-empty", rows);
  return rows.map((row, i) => {
    check.vector(`${argument}[${i}]`, row, i === 0 ? undefined : (rows[0] as ArrayLike<number>).length);
    return Float64Array.from(row);
  });
}

function checkUpper(check: Checks, upper: SimplexQpProblem["upper"], size: number): Float64Array {
  if (upper === undefined) return new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  if (typeof upper !== "number") {
    check.indexed("upper", upper);
    for (let j = 0; j < upper.length; j++)
      if (typeof upper[j] !== "number") check.wrongKind(`upper[${j}]`, "a number >= 0 or Infinity", upper[j]);
  }
  const values = typeof upper === "number" ? new Float64Array(size).fill(upper) : Float64Array.from(upper);
  if (values.length !== size) check.fail("upper", `a number or an array of ${size} numbers`, upper);
  values.forEach((value, j) => {
    if (!(value >= 0)) check.fail(typeof upper === "number" ? "upper" : `upper[${j}]`, "a number >= 0 or Infinity", value);
  });
  return values;
}

function checkGroup(check: Checks, name: string, group: QpGroup, index: number, size: number): CheckedGroup {
  checkFields(check, name, group, ["members", "lower", "upper", "name"]);
  check.vector(`${name}.members`, group.members);
  const members = Int32Array.from(group.members);
  for (let i = 0; i < members.length; i++) check.integer(`${name}.members[${i}]`, group.members[i], 0, size - 1);
  if (new Set(members).size !== members.length) check.fail(`${name}.members`, "distinct indices", group.members);
  if (group.lower === undefined && group.upper === undefined) check.fail(name, "given a lower or an upper bound", "neither");
  if (group.lower !== undefined) check.finite(`${name}.lower`, group.lower);
  if (group.upper !== undefined) check.finite(`${name}.upper`, group.upper);
  const { lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY } = group;
  if (lower > upper) check.fail(`${name}.lower`, `at most ${name}.upper = ${upper}`, lower);
  return { members, lower, upper, label: group.name === undefined ? `group ${index}` : `group "${group.name}"` };
}

function checkedGroups(check: Checks, groups: readonly QpGroup[] = []): readonly QpGroup[] {
  check.objects("groups", groups);
  return groups;
}

function largestEntry(row: Float64Array): number {
  return row.reduce((largest, entry) => Math.max(largest, Math.abs(entry)), 0);
}

/** A row of size one lies in [-1, 1] on the simplex: bounds beyond 2 in size are as good as 2, met or not. */
function clamp(bound: number): number {
  return Math.min(Math.max(bound, -2), 2);
}

/** The standard form with what is needed to go back. */
export interface StandardForm {
  readonly qp: StandardQp;
  /** c of the program minus c of the standard form, the same for all tasks. */
  readonly shift: number;
  /** Row r >= 1 of the standard form is a row of the program times this, (m,). */
  readonly rowScale: Float64Array;
}

/**
 * Row 0 is Σ x = 1. Each group and each inequality becomes a row a x + s = b with its own slack s, of size one:
 * a group's slack lies in [0, upper - lower], an inequality's in [0, Infinity). The mean of c is taken off, which on the
 * simplex changes the objective by a constant and keeps a large common part of c from drowning the rest in rounding.
 */
export function standardForm({ size, hessian, c, upper, groups, G, h }: CheckedQp): StandardForm {
  const extra = groups.length + G.length;
  const n = size + extra;
  const m = 1 + extra;
  const columns = new Float64Array(n * m);
  const b = new Float64Array(m).fill(1, 0, 1);
  const bounds = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const rowScale = new Float64Array(m).fill(1);
  bounds.set(upper);
  for (let j = 0; j < size; j++) columns[j * m] = 1;
  for (let r = 1; r < m; r++) columns[(size + r - 1) * m + r] = 1;
  groups.forEach((group, i) => {
    const bottom = clamp(group.lower);
    const top = clamp(group.upper);
    for (const j of group.members) columns[j * m + 1 + i] = 1;
    b[1 + i] = top;
    bounds[size + i] = top - bottom;
  });
  G.forEach((row, i) => {
    const r = 1 + groups.length + i;
    rowScale[r] = 1 / (largestEntry(row) || 1);
    for (let j = 0; j < size; j++) columns[j * m + r] = row[j] * rowScale[r];
    b[r] = clamp(h[i] * rowScale[r]);
  });
  const shift = c.reduce((sum, value) => sum + value / size, 0);
  const cost = new Float64Array(n);
  for (let j = 0; j < size; j++) cost[j] = c[j] - shift;
  return { qp: { n, m, hessian, c: cost, columns, b, lower: new Float64Array(n), upper: bounds }, shift, rowScale };
}
