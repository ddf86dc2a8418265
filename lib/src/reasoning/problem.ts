/** @file What a reasoning problem is, of whichever kind. */
import { createHash } from "node:crypto";
import { argumentsOf, Checks } from "../core/check";

/** What a step of a solution asks of the solver. A problem's counts of these are its skill features. */
export const SKILLS = [
  "addition",
  "subtraction",
  "multiplication",
  "division",
  "comparison",
  "factoring",
  "substitution",
  "recall",
] as const;
/** One of {@link SKILLS}. */
export type Skill = (typeof SKILLS)[number];

/** How much of a solution is written out: 1 the steps it cannot do without, 2 each step with its reason, 3 with every check. */
export const DETAILS = [1, 2, 3] as const;
/** One of {@link DETAILS}. */
export type Detail = (typeof DETAILS)[number];

/** One line of a solution. */
export interface Step {
  /** The smallest detail at which the line is written. */
  readonly detail: Detail;
  /** The line in words. */
  readonly text: string;
  /** The line for a small model that reads digits: the characters of `SYMBOLS` only. */
  readonly symbols: string;
  /** The operations that the line takes. */
  readonly skills: readonly Skill[];
}

/** A line of a solution. */
export const line = (detail: Detail, text: string, symbols: string, ...skills: Skill[]): Step => ({ detail, text, symbols, skills });

/** Kinds of problems: greatest common divisors, roots of polynomials, and sums, differences, products and remainders. */
export const PROBLEM_KINDS = ["gcd", "polynomial", "arithmetic"] as const;
/** One of {@link PROBLEM_KINDS}. */
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/** A problem with its exact answer and a solution in steps. */
export interface Problem {
  /** Names the mathematical content and nothing else: rewording, order of arguments and scaling of a polynomial do not change it. */
  readonly key: string;
  /** Its kind. */
  readonly kind: ProblemKind;
  /** The question in words. */
  readonly question: string;
  /** The question in the characters of `SYMBOLS`. */
  readonly symbols: string;
  /** The solution, in order. */
  readonly steps: readonly Step[];
  /** The exact answer: rational numbers in increasing order, written as p or p/q. */
  readonly answer: readonly string[];
  /** How hard it is, by the measures of its kind: digits, euclidSteps, degree ... */
  readonly difficulty: Readonly<Record<string, number>>;
}

/** The characters of the `symbols` forms. */
export const SYMBOLS = "0123456789+-*/%=,;:()xgrq?";

/** What a problem is for: training, choices made on the way, or the final measurement. */
export const SPLITS = ["train", "validation", "test"] as const;
/** One of {@link SPLITS}. */
export type Split = (typeof SPLITS)[number];

/**
 * The split that a problem belongs to: 80 % train, 10 % validation, 10 % test, by a hash of its content.
 * Two draws of the same problem, by any seeds and in any wording, lie in the same split, so that nothing leaks.
 * @param key the problem's key, not empty
 * @throws RangeError when it is none
 * @origin ours
 * @example
 * ["gcd:48,18", "gcd:12,8", "gcd:9,6"].map(cot.reasoning.splitOf); // => ["validation", "train", "train"]
 */
export function splitOf(key: string): Split {
  const check: Checks = new Checks("splitOf");
  if (typeof key !== "string" || key === "") check.fail("key", "a problem's key", key);
  const bucket = createHash("sha256").update(key).digest().readUInt32BE(0) % 10;
  return bucket === 0 ? "test" : bucket === 1 ? "validation" : "train";
}

/**
 * The lines of a solution without its answer: in words one below the other, in symbols parted by semicolons.
 * @param problem key, kind, question, symbols, steps, answer, difficulty
 * @param detail 1, 2 or 3: how much is written
 * @param form "text" (default) or "symbols"
 * @throws RangeError for another detail or form
 * @origin ours
 * @example
 * const problem = cot.reasoning.arithmeticProblem(cot.Random.seed(1), { operation: "addition" });
 * cot.reasoning.trace(problem, 3); // => "72 + 310 = 382\nCheck: 382 - 310 = 72."
 */
export function trace(problem: Problem, detail: Detail, form: "text" | "symbols" = "text"): string {
  argumentsOf("trace", problem, "problem");
  const check: Checks = new Checks("trace");
  check.oneOf("form", form, ["text", "symbols"]);
  return stepsUpTo(check, problem, detail)
    .map((step) => step[form])
    .join(form === "text" ? "\n" : ";");
}

/**
 * How often a solution takes each skill, (8,), in the order of {@link SKILLS}.
 * @param problem key, kind, question, symbols, steps, answer, difficulty
 * @param detail 1, 2 or 3: how much is written; default 2
 * @throws RangeError for another detail
 * @origin ours
 * @example
 * const problem = cot.reasoning.arithmeticProblem(cot.Random.seed(1), { operation: "addition" });
 * cot.reasoning.skillCounts(problem, 3); // => [1, 1, 0, 0, 1, 0, 0, 0]
 */
export function skillCounts(problem: Problem, detail: Detail = 2): number[] {
  argumentsOf("skillCounts", problem, "problem");
  const check: Checks = new Checks("skillCounts");
  const taken = stepsUpTo(check, problem, detail).flatMap(({ skills }) => skills);
  return SKILLS.map((skill) => taken.filter((each) => each === skill).length);
}

function stepsUpTo(check: Checks, { steps }: Problem, detail: Detail): Step[] {
  check.objects("problem.steps", steps);
  steps.forEach((step, i) => {
    check.shape(`problem.steps[${i}]`, step, { text: "text", symbols: "text", skills: "array" });
    check.finite(`problem.steps[${i}].detail`, step.detail);
  });
  if (!DETAILS.includes(detail)) check.fail("detail", "1, 2 or 3", detail);
  return steps.filter((step) => step.detail <= detail);
}
