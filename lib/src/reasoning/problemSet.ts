/** @file Sets of distinct problems of one split, and their export for supervised fine-tuning. */
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { Random } from "../core/random";
import { type ArithmeticParams, arithmeticProblem } from "./arithmetic";
import { type GcdParams, gcdProblem } from "./gcd";
import { type PolynomialParams, polynomialProblem } from "./polynomial";
import { type Detail, PROBLEM_KINDS, type Problem, SPLITS, type Split, splitOf, trace } from "./problem";

/** A kind of problem with its difficulty knobs. */
export type ProblemSpec =
  | ({ readonly kind: "gcd" } & GcdParams)
  | ({ readonly kind: "polynomial" } & PolynomialParams)
  | ({ readonly kind: "arithmetic" } & ArithmeticParams);

/** A specification as it was stored, perhaps when kinds of problems were still called tasks. */
export function problemSpec(stored: unknown): ProblemSpec {
  if (typeof stored !== "object" || stored === null || !("task" in stored)) return stored as ProblemSpec;
  const { task: kind, ...knobs } = stored;
  return { kind, ...knobs } as ProblemSpec;
}

function drawProblem(check: Checks, random: Random, spec: ProblemSpec): Problem {
  check.oneOf("specs.kind", spec?.kind, PROBLEM_KINDS);
  if (spec.kind === "gcd") return gcdProblem(random, spec);
  return spec.kind === "polynomial" ? polynomialProblem(random, spec) : arithmeticProblem(random, spec);
}

/** Which problems are drawn. */
export interface ProblemSetParams {
  /** The kind and its knobs; several are taken in turn. */
  readonly specs: readonly ProblemSpec[];
  /** How many problems, in [1, 1e6]. */
  readonly count: number;
  /** The split that all of them belong to. */
  readonly split: Split;
  /** Seed of the draws. */
  readonly seed: number;
}

/**
 * Distinct problems of one split, in a fixed order; a longer set with the same seed begins with the shorter one.
 * @param params specs, at least 1; count in [1, 1e6]; split "train", "validation" or "test"; seed
 * @throws RangeError outside the domain, or when the knobs do not allow that many distinct problems
 * @origin ours
 * @example
 * const problems = cot.reasoning.drawProblemSet({ specs: [{ kind: "gcd", digits: 2 }], count: 3, split: "test", seed: 1 });
 * problems.map(({ key }) => key); // => ["gcd:30,11", "gcd:86,52", "gcd:77,14"]
 */
export function drawProblemSet(params: ProblemSetParams): Problem[] {
  argumentsOf("drawProblemSet", params);
  const { specs, count, split, seed } = params;
  const check: Checks = new Checks("drawProblemSet");
  if (!Array.isArray(specs) || specs.length === 0) check.fail("specs", "a non-empty list", specs);
  check.integer("count", count, 1, 1e6);
  check.oneOf("split", split, SPLITS);
  const random = inNameOf("drawProblemSet", () => Random.seed(seed)).stream("reasoning", split);
  const seen = new Set<string>();
  const problems: Problem[] = [];
  let misses = 0;
  for (let draw = 0; problems.length < count; draw++) {
    const problem = inNameOf("drawProblemSet", () => drawProblem(check, random.stream(draw), specs[problems.length % specs.length]));
    if (splitOf(problem.key) === split && !seen.has(problem.key)) {
      seen.add(problem.key);
      problems.push(problem);
      misses = 0;
    } else if (++misses > 2000) {
      check.fail(
        "count",
        `at most about ${problems.length}, the distinct ${split} problems that these knobs give`,
        count,
        "Ask for fewer, or for larger numbers",
      );
    }
  }
  return problems;
}

/** The instruction before each question, the same in training and in evaluation. */
export const INSTRUCTION = "Solve the problem step by step. End with a line `Answer: ...` that holds the result alone.";

/** What follows the instruction where a solution of a certain detail is asked for, so that its length is set and not found. */
export const DETAIL_REQUESTS: Readonly<Record<Detail, string>> = {
  1: "Write only the steps that are needed.",
  2: "Say why each step is taken.",
  3: "Say why each step is taken, and check it.",
};

/** The detail of the problem at a place of a set when several take turns; each of so many kinds of problem has each detail equally often. */
export const detailInTurn = (place: number, kinds: number, details: readonly Detail[]): Detail =>
  details[Math.floor(place / kinds) % details.length];

/** Throws unless a value has the parts of a problem from which a solution is written. */
function checkProblem(fn: string, problem: Problem): void {
  const check: Checks = new Checks(fn);
  check.shape("problem", problem, { question: "text", steps: "array", answer: "array" });
  check.objects("problem.steps", problem.steps);
  check.texts("problem.answer", problem.answer);
}

/**
 * A reply that solves a problem: its lines, and the answer on a last line, in symbols after "=".
 * @param problem key, kind, question, symbols, steps, answer, difficulty
 * @param detail 1, 2 or 3: how much is written
 * @param form "text" (default) or "symbols"
 * @throws RangeError for another detail or form
 * @origin ours
 * @example
 * const problem = cot.reasoning.gcdProblem(cot.Random.seed(1), { digits: 2 });
 * cot.reasoning.solution(problem, 1, "symbols"); // => "32%21=11;21%11=10;11%10=1;10%1=0;=1"
 */
export function solution(problem: Problem, detail: Detail, form: "text" | "symbols" = "text"): string {
  checkProblem("solution", problem);
  const lines = inNameOf("solution", () => trace(problem, detail, form));
  return form === "text" ? `${lines}\nAnswer: ${problem.answer.join(", ")}` : `${lines};=${problem.answer.join(",")}`;
}

/**
 * A problem and its solution as one line of chat-format JSONL for supervised fine-tuning; its fields beside `messages` are ignored by trainers.
 * @param problem key, kind, question, symbols, steps, answer, difficulty
 * @param detail 1, 2 or 3: how much of the solution is written
 * @param asked whether the question says so, which lets the asker set the length of the chain; default false
 * @throws RangeError for another detail
 * @origin ours
 * @example
 * const problem = cot.reasoning.gcdProblem(cot.Random.seed(1), { digits: 2 });
 * JSON.parse(cot.reasoning.chatLine(problem, 1)).messages[0].role; // => "user"
 */
export function chatLine(problem: Problem, detail: Detail, asked = false): string {
  checkProblem("chatLine", problem);
  const check: Checks = new Checks("chatLine");
  if (typeof asked !== "boolean") check.fail("asked", "true or false", asked);
  const line = (): string => lineOf(problem, detail, asked);
  return check.made("problem", "one that drawProblemSet made", problem, line);
}

function lineOf(problem: Problem, detail: Detail, asked: boolean): string {
  const instruction = asked ? `${INSTRUCTION} ${DETAIL_REQUESTS[detail]}` : INSTRUCTION;
  const solved = inNameOf("chatLine", () => solution(problem, detail));
  return JSON.stringify({
    key: problem.key,
    difficulty: asked ? { ...problem.difficulty, detail } : problem.difficulty,
    messages: [
      { role: "user", content: `${instruction}\n\n${problem.question}` },
      { role: "assistant", content: solved },
    ],
  });
}
