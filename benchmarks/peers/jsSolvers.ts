/** @file Quadratic programs over the simplex by the npm packages quadprog and highs. */
import { createRequire } from "node:module";
import { npmVersion } from "./npm.ts";

/** A program in a solver's own form. */
export interface Prepared {
  /** The solution, or why there is none. */
  readonly solve: () => readonly number[] | string;
  /** The part of `solve` that only reads the program, where there is one. */
  readonly read?: () => void;
}

/** A solver; `prepare`, which is not timed, turns a program into its own form. */
export interface JsSolver {
  readonly name: string;
  /** What a reader of its times must know. */
  readonly about: string;
  prepare(H: readonly (readonly number[])[], c: ArrayLike<number>): Prepared;
}

interface Quadprog {
  solveQP(D: number[][], d: number[], A: number[][], b: number[], equalities: number): { solution: number[]; message: string };
}

/** Goldfarb and Idnani's dual method, which needs a positive definite matrix. */
function quadprog(package_: Quadprog): JsSolver {
  return {
    name: `quadprog ${npmVersion("quadprog")}`,
    about: "npm package, a port to JavaScript",
    prepare(H, c) {
      const size = H.length;
      // The package counts from 1, and overwrites what it is given.
      const pad = (values: readonly number[]): number[] => [0, ...values];
      const program = () => {
        const D = [[], ...H.map(pad)];
        const A = [[], ...H.map((_, j) => pad([1, ...H.map((_, i) => (i === j ? 1 : 0))]))];
        const linear = pad(Array.from(c, (value) => -value));
        return { D, A, linear, b: pad([1, ...new Array<number>(size).fill(0)]) };
      };
      const solve = () => {
        const { D, A, linear, b } = program();
        const { solution, message } = package_.solveQP(D, linear, A, b, 1);
        return message === "" ? solution.slice(1) : message;
      };
      return { solve };
    },
  };
}

interface Highs {
  solve(model: string, options: object): { Status: string; Columns: Record<string, { Primal: number }> };
}

/** At its own settings HiGHS stops short of the gap that is asked for. */
const HIGHS_OPTIONS = {
  time_limit: 60,
  primal_feasibility_tolerance: 1e-10,
  dual_feasibility_tolerance: 1e-10,
  qp_regularization_value: 1e-10,
};

/** HiGHS, compiled to WebAssembly; its active-set method for convex programs. */
function highs(solver: Highs): JsSolver {
  return {
    name: `HiGHS ${npmVersion("highs")}`,
    about: "npm package, WebAssembly that takes the program as text",
    prepare(H, c) {
      const names = H.map((_, j) => `x${j}`);
      const term = (value: number, what: string): string => `${value < 0 ? "-" : "+"} ${Math.abs(value)} ${what}`;
      const squares = H.flatMap((row, i) =>
        Array.from({ length: i + 1 }, (_, j) => (i === j ? term(row[i], `x${i} ^2`) : term(2 * row[j], `x${i} * x${j}`))),
      );
      // Lines of the format may hold some hundred characters.
      const wrapped = (terms: readonly string[]): string => terms.map((part) => `  ${part}`).join("\n");
      const model = [
        "Minimize",
        "obj:",
        wrapped(names.map((name, j) => term(c[j], name))),
        `+ [\n${wrapped(squares)}\n] / 2`,
        "Subject To",
        `simplex:\n${wrapped(names.map((name) => term(1, name)))} = 1`,
        "Bounds",
        ...names.map((name) => `0 <= ${name} <= 2`),
        "End",
      ].join("\n");
      return {
        solve() {
          const { Status, Columns } = solver.solve(model, HIGHS_OPTIONS);
          return Status === "Optimal" ? names.map((name) => Columns[name].Primal) : Status;
        },
        read() {
          solver.solve(model, { ...HIGHS_OPTIONS, time_limit: 0 });
        },
      };
    },
  };
}

/** The solvers among the installed packages. */
export async function jsSolvers(): Promise<JsSolver[]> {
  const require = createRequire(import.meta.url);
  return [quadprog(require("quadprog") as Quadprog), highs(await (require("highs") as () => Promise<Highs>)())];
}
