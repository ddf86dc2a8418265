/** @file Sets of distinct problems of one split, and their export for supervised fine-tuning. */
import { Checks } from "../core/check";
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

export interface ProblemSetParams {
  /** The kind and its knobs; several are taken in turn. */
  readonly specs: readonly ProblemSpec[];
  /** How many problems, in [1, 1e6]. */
  readonly count: number;
  readonly split: Split;
  readonly seed: number;
}

/**
 * Distinct problems of one split, in a fixed order; a longer set with the same seed begins with the shorter one.
 * @throws RangeError when the knobs do not allow that many distinct problems
 * Source: ours.
 */
export function drawProblemSet(params: ProblemSetParams): Problem[] {
  const { specs, count, split, seed } = params;
  const check: Checks = new Checks("drawProblemSet");
  if (!Array.isArray(specs) || specs.length === 0) check.fail("specs", "a non-empty list", specs);
  check.integer("count", count, 1, 1e6);
  check.oneOf("split", split, SPLITS);
  const random = Random.seed(seed).stream("reasoning", split);
  const seen = new Set<string>();
  const problems: Problem[] = [];
  let misses = 0;
  for (let draw = 0; problems.length < count; draw++) {
    const problem = drawProblem(check, random.stream(draw), specs[problems.length % specs.length]);
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

/** A reply that solves the problem at a detail of writing; in symbols its last part is "=" and the answer. */
export function solution(problem: Problem, detail: Detail, form: "text" | "symbols" = "text"): string {
  const lines = trace(problem, detail, form);
  return form === "text" ? `${lines}\nAnswer: ${problem.answer.join(", ")}` : `${lines};=${problem.answer.join(",")}`;
}

/** One line of chat-format JSONL for supervised fine-tuning; its fields beside `messages` are ignored by trainers. */
export function chatLine(problem: Problem, detail: Detail): string {
  return JSON.stringify({
    key: problem.key,
    difficulty: problem.difficulty,
    messages: [
      { role: "user", content: `${INSTRUCTION}\n\n${problem.question}` },
      { role: "assistant", content: solution(problem, detail) },
    ],
  });
}
