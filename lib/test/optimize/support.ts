/** @file What the QP tests share: families of programs, an exhaustive solver for tiny ones, and the peers' interfaces. */
import { createRequire } from "node:module";
import { Matrix } from "ml-matrix";
import type { Random } from "../../dist/core/random.js";
import type { SimplexQpProblem } from "../../dist/optimize/qpProblem.js";

/** A row a with low <= a x <= high. */
export interface Row {
  readonly a: readonly number[];
  readonly low: number;
  readonly high: number;
}

/** A program written out: dense H, one upper bound a task, groups and inequalities as rows. */
export interface PlainQp {
  readonly size: number;
  readonly H: readonly (readonly number[])[];
  readonly c: readonly number[];
  readonly upper: readonly number[];
  readonly rows: readonly Row[];
}

/** The program written out, from its statement and from nothing of the solver. */
export function plain(problem: SimplexQpProblem): PlainQp {
  const factor = Matrix.isMatrix(problem.H) ? undefined : (problem.H as { factor: Matrix }).factor;
  const H = (factor ? factor.transpose().mmul(factor) : (problem.H as Matrix)).to2DArray();
  const size = H.length;
  const { upper, groups = [], inequalities } = problem;
  const inf = Number.POSITIVE_INFINITY;
  const rows: Row[] = groups.map(({ members, lower = -inf, upper: high = inf }) => {
    const set = new Set(Array.from(members));
    return { a: Array.from({ length: size }, (_, j) => (set.has(j) ? 1 : 0)), low: lower, high };
  });
  const { G, h = [] } = inequalities ?? {};
  const inequalityRows = G ? (G as Matrix).to2DArray() : [];
  inequalityRows.forEach((a, i) => {
    rows.push({ a, low: -inf, high: h[i] });
  });
  return {
    size,
    H,
    c: Array.from(problem.c),
    upper: Array.from({ length: size }, (_, j) => (upper === undefined ? inf : typeof upper === "number" ? upper : upper[j])),
    rows,
  };
}

/** ½ xᵀHx + cᵀx. */
export function objectiveAt({ H, c }: PlainQp, x: ArrayLike<number>): number {
  return c.reduce((sum, cj, j) => sum + x[j] * (cj + H[j].reduce((inner, entry, i) => inner + entry * x[i], 0) / 2), 0);
}

/** Largest violation of a constraint. */
export function violation({ upper, rows }: PlainQp, x: ArrayLike<number>): number {
  const values = Array.from(x);
  let worst = Math.abs(values.reduce((sum, value) => sum + value, 0) - 1);
  values.forEach((value, j) => {
    worst = Math.max(worst, -value, value - upper[j]);
  });
  for (const { a, low, high } of rows) {
    const total = a.reduce((sum, entry, j) => sum + entry * values[j], 0);
    worst = Math.max(worst, low - total, total - high);
  }
  return worst;
}

/** M v = r by elimination with full row pivoting; undefined when M is singular. */
function solveLinear(M: number[][], r: number[]): number[] | undefined {
  const n = r.length;
  const A = M.map((row, i) => [...row, r[i]]);
  for (let k = 0; k < n; k++) {
    let at = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(A[i][k]) > Math.abs(A[at][k])) at = i;
    if (Math.abs(A[at][k]) < 1e-9) return undefined;
    [A[k], A[at]] = [A[at], A[k]];
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const f = A[i][k] / A[k][k];
      if (f !== 0) for (let j = k; j <= n; j++) A[i][j] -= f * A[k][j];
    }
  }
  return A.map((row, i) => row[n] / row[i]);
}

/**
 * Every vertex of the set of optima, by trying each set of constraints as equalities; empty when there is no feasible point.
 * A vertex is the only minimiser for some set with a nonsingular KKT system, so none is missed. For a handful of tasks.
 */
export function optimalVertices(qp: PlainQp): number[][] {
  const { size, H, c, upper, rows } = qp;
  const options: { a: number[]; value: number }[][] = [];
  for (let j = 0; j < size; j++) {
    const a = Array.from({ length: size }, (_, i) => (i === j ? 1 : 0));
    options.push([{ a, value: 0 }, ...(Number.isFinite(upper[j]) && upper[j] !== 0 ? [{ a, value: upper[j] }] : [])]);
  }
  for (const { a, low, high } of rows) {
    options.push([...new Set([low, high])].filter(Number.isFinite).map((value) => ({ a: [...a], value })));
  }
  let best = Number.POSITIVE_INFINITY;
  let found: number[][] = [];
  const chosen: { a: number[]; value: number }[] = [{ a: new Array(size).fill(1), value: 1 }];
  const visit = (at: number): void => {
    if (chosen.length > size || at === options.length) {
      check();
      return;
    }
    visit(at + 1);
    for (const option of options[at]) {
      chosen.push(option);
      visit(at + 1);
      chosen.pop();
    }
  };
  const check = (): void => {
    const m = chosen.length;
    const M = Array.from({ length: size + m }, () => new Array<number>(size + m).fill(0));
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) M[i][j] = H[i][j];
    chosen.forEach(({ a }, r) => {
      for (let j = 0; j < size; j++) M[size + r][j] = M[j][size + r] = a[j];
    });
    const x = solveLinear(M, [...c.map((value) => -value), ...chosen.map(({ value }) => value)])?.slice(0, size);
    if (!x || violation(qp, x) > 1e-8) return;
    const value = objectiveAt(qp, x);
    if (value < best - 1e-8) {
      found = [];
      best = value;
    }
    if (value <= best + 1e-8 && !found.some((other) => other.every((v, j) => Math.abs(v - x[j]) < 1e-6))) found.push(x);
  };
  visit(0);
  return found.filter((x) => objectiveAt(qp, x) <= best + 1e-8);
}

/** How {@link randomProblem} draws. */
export interface RandomProblemOptions {
  readonly maxTasks: number;
  readonly maxRows: number;
  /** Add I to H, so that it is positive definite. */
  readonly definite?: boolean;
  /** Ratio of the largest to the smallest size of the rows of B; default 1. */
  readonly spread?: number;
  /** Most rows of B; default 7. */
  readonly maxRank?: number;
}

/** A random program; many have small integer data, where ties and degenerate vertices are common. */
export function randomProblem(
  random: Random,
  { maxTasks, maxRows, definite = false, spread = 1, maxRank = 7 }: RandomProblemOptions,
): SimplexQpProblem {
  const chance = (p: number): boolean => random.uniform() < p;
  const upTo = (n: number): number => Math.floor(random.uniform() * (n + 1));
  const integer = chance(0.6);
  const entry = (): number => (integer ? upTo(4) - 2 : random.normal());
  const L = 1 + upTo(maxTasks - 1);
  const p = 1 + upTo(Math.min(L, maxRank - 1));
  const zero = chance(0.1);
  const B = Matrix.zeros(p, L);
  for (let i = 0; i < p; i++) for (let j = 0; j < L; j++) if (!zero) B.set(i, j, entry() * spread ** (-i / p));
  if (chance(0.3)) for (let j = 1; j < L; j++) if (chance(0.5)) B.setColumn(j, B.getColumn(0));
  const b = Matrix.columnVector(Array.from({ length: p }, entry));
  const c = chance(0.5) ? Array.from({ length: L }, entry) : Matrix.mul(B.transpose().mmul(b), -1).to1DArray();
  const H = B.transpose().mmul(B);
  if (definite) for (let j = 0; j < L; j++) H.set(j, j, H.get(j, j) + 1);
  const problem: { -readonly [K in keyof SimplexQpProblem]: SimplexQpProblem[K] } = {
    H: definite || chance(0.5) ? H : { factor: B },
    c,
  };
  if (chance(0.4)) problem.upper = chance(0.5) ? Math.max(1 / L, upTo(10) / 10) : Array.from({ length: L }, () => upTo(10) / 10);
  let rows = upTo(maxRows);
  const groups = [];
  while (rows > 0 && chance(0.5)) {
    rows--;
    const members = Array.from({ length: L }, (_, j) => j).filter(() => chance(0.5));
    const lower = upTo(5) / 10;
    const kind = random.uniform();
    groups.push({
      members: members.length > 0 ? members : [0],
      ...(kind < 0.7 ? { lower } : {}),
      ...(kind > 0.4 ? { upper: lower + upTo(5) / 10 } : {}),
    });
  }
  if (groups.length > 0) problem.groups = groups;
  if (rows > 0) {
    const G = Matrix.zeros(rows, L);
    for (let i = 0; i < rows; i++) for (let j = 0; j < L; j++) G.set(i, j, entry());
    problem.inequalities = { G, h: Array.from({ length: rows }, () => (integer ? upTo(3) - 1 : random.normal() + 0.5)) };
  }
  return problem;
}

/** A least-squares program min ½ ||B x - b||² over the simplex, without its constant. */
export interface Family {
  readonly name: string;
  /** B by columns, the tasks, and b, the target. */
  build(random: Random): { B: Float64Array[]; b: Float64Array };
}

function normals(random: Random, count: number, p: number): Float64Array[] {
  return Array.from({ length: count }, () => random.fillNormal(new Float64Array(p)));
}

function meanOf(columns: readonly Float64Array[]): Float64Array {
  return columns[0].map((_, i) => columns.reduce((sum, column) => sum + column[i] / columns.length, 0));
}

const skewed = (column: Float64Array): Float64Array => column.map((value, i) => value * 10 ** ((-6 * i) / (column.length - 1)));

/** The families every property is checked on, the degenerate ones included. */
export const FAMILIES: readonly Family[] = [
  { name: "one task", build: (random) => ({ B: normals(random, 1, 3), b: random.fillNormal(new Float64Array(3)) }) },
  { name: "rank 1", build: (random) => ({ B: normals(random, 30, 1), b: Float64Array.of(0.1) }) },
  { name: "all tasks equal", build: (random) => ({ B: new Array(25).fill(normals(random, 1, 4)[0]), b: new Float64Array(4) }) },
  {
    name: "every task twice",
    build(random) {
      const half = normals(random, 12, 6);
      return { B: [...half, ...half], b: random.fillNormal(new Float64Array(6)) };
    },
  },
  {
    name: "target inside the hull, more tasks than directions",
    build(random) {
      const B = normals(random, 60, 8);
      return { B, b: meanOf(B) };
    },
  },
  {
    name: "target far outside the hull",
    build: (random) => ({ B: normals(random, 40, 10), b: random.fillNormal(new Float64Array(10)).map((v) => 1e6 * v) }),
  },
  {
    name: "condition 1e12, target inside the hull",
    build(random) {
      const B = normals(random, 30, 12).map(skewed);
      return { B, b: meanOf(B) };
    },
  },
  {
    name: "condition 1e12, target outside the hull",
    build: (random) => ({ B: normals(random, 30, 12).map(skewed), b: skewed(random.fillNormal(new Float64Array(12)).map((v) => 3 * v)) }),
  },
  { name: "full rank, wide support", build: (random) => ({ B: normals(random, 50, 50), b: new Float64Array(50) }) },
  { name: "no quadratic at all", build: () => ({ B: Array.from({ length: 10 }, () => new Float64Array(2)), b: new Float64Array(2) }) },
  {
    name: "permuted power-law spectra",
    build(random) {
      const B = Array.from({ length: 80 }, () => {
        const exponent = 0.5 + 1.5 * random.uniform();
        const order = random.permutation(15);
        const column = new Float64Array(15);
        for (let i = 0; i < 15; i++) column[order[i]] = 2 * (i + 1) ** -exponent;
        return column;
      });
      return { B, b: new Float64Array(15).fill(1) };
    },
  },
];

/** The program of a family's instance, H dense. */
export function familyProblem(family: { B: Float64Array[]; b: Float64Array }): { H: Matrix; c: number[] } {
  const { H, c } = factoredProblem(family);
  return { H, c };
}

/** The same with the factor B beside it. */
export function factoredProblem({ B, b }: { B: Float64Array[]; b: Float64Array }): { H: Matrix; c: number[]; factor: Matrix } {
  const inner = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, i) => sum + value * y[i], 0);
  const H = new Matrix(B.map((x) => B.map((y) => inner(x, y))));
  return { H, c: B.map((x) => -inner(x, b)), factor: new Matrix(B.map((x) => Array.from(x))).transpose() };
}

const require = createRequire(import.meta.url);

type Quadprog = {
  solveQP(D: number[][], d: number[], A: number[][], b: number[], meq: number): { solution: number[]; value: number[]; message: string };
};

/** The optimum by the npm package quadprog (Goldfarb-Idnani); H must be positive definite. undefined when infeasible. */
export function byQuadprog({ size, H, c, upper, rows }: PlainQp): number[] | undefined {
  const { solveQP } = require("quadprog") as Quadprog;
  const unit = (j: number, value: number): number[] => Array.from({ length: size }, (_, i) => (i === j ? value : 0));
  const constraints: { a: readonly number[]; b: number }[] = [{ a: new Array(size).fill(1), b: 1 }];
  for (let j = 0; j < size; j++) {
    constraints.push({ a: unit(j, 1), b: 0 });
    if (Number.isFinite(upper[j])) constraints.push({ a: unit(j, -1), b: -upper[j] });
  }
  for (const { a, low, high } of rows) {
    if (Number.isFinite(low)) constraints.push({ a, b: low });
    if (Number.isFinite(high)) constraints.push({ a: a.map((value) => -value), b: -high });
  }
  // The package counts from 1.
  const pad = (values: readonly number[]): number[] => [0, ...values];
  const D = [[], ...H.map(pad)];
  const A = [[], ...Array.from({ length: size }, (_, j) => pad(constraints.map(({ a }) => a[j])))];
  const answer = solveQP(D, pad(c.map((value) => -value)), A, pad(constraints.map(({ b }) => b)), 1);
  return answer.message === "" ? answer.solution.slice(1) : undefined;
}

interface Highs {
  solve(model: string): { Status: string; ObjectiveValue: number; Columns: Record<string, { Primal: number }> };
}

/** The npm package highs. */
export async function loadHighs(): Promise<Highs> {
  return (require("highs") as () => Promise<Highs>)();
}

/** The optimum by HiGHS; undefined when infeasible. Without `quadratic` only the linear part counts. */
export function byHighs(highs: Highs, { size, H, c, upper, rows }: PlainQp, quadratic = true): { x: number[]; status: string } | undefined {
  const linear = (a: readonly number[]): string =>
    a.map((value, j) => `${value < 0 ? "-" : "+"} ${Math.abs(value).toFixed(17)} x${j}`).join(" ");
  const squares: string[] = [];
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = H[i][j] * (i === j ? 1 : 2);
      if (value !== 0) squares.push(`${value < 0 ? "-" : "+"} ${Math.abs(value).toFixed(17)} ${i === j ? `x${i} ^2` : `x${i} * x${j}`}`);
    }
  }
  const lines = [`simplex: ${linear(new Array(size).fill(1))} = 1`];
  rows.forEach(({ a, low, high }, r) => {
    if (Number.isFinite(low)) lines.push(`low${r}: ${linear(a)} >= ${low}`);
    if (Number.isFinite(high)) lines.push(`high${r}: ${linear(a)} <= ${high}`);
  });
  const bounds = upper.map((value, j) => `0 <= x${j} <= ${Math.min(value, 2)}`);
  const model = [
    "Minimize",
    `obj: ${linear(c)} ${quadratic && squares.length > 0 ? `+ [ ${squares.join(" ")} ] / 2` : ""}`,
    "Subject To",
    ...lines,
    "Bounds",
    ...bounds,
    "End",
  ].join("\n");
  const { Status, Columns } = highs.solve(model);
  if (Status === "Infeasible") return undefined;
  return { x: Array.from({ length: size }, (_, j) => Columns[`x${j}`].Primal), status: Status };
}
