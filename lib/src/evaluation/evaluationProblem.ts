/** @file Problems as an evaluation asks them: drawn here, or read from a file exported for fine-tuning. */
import { createHash } from "node:crypto";
import { argumentsOf, Checks, show } from "../core/check";
import { PROBLEM_KINDS, type Problem } from "../reasoning/problem";
import { INSTRUCTION } from "../reasoning/problemSet";

/** A problem in the words in which it is asked. */
export interface EvaluationProblem extends Pick<Problem, "key" | "kind" | "answer"> {
  /** The whole text of the user's message. */
  readonly question: string;
}

/**
 * A problem as it is asked: in words with the instruction, or in symbols alone for a small model that reads digits.
 * @param problem key, kind, question, symbols, steps, answer, difficulty
 * @param form "text" (default) or "symbols"
 * @throws RangeError for another form
 * @origin ours
 * @example
 * const problem = cot.reasoning.gcdProblem(cot.Random.seed(1), { digits: 2 });
 * cot.evaluation.evaluationProblem(problem, "symbols"); // => { key: "gcd:32,21", kind: "gcd", question: "g21,32?", answer: ["1"] }
 */
export function evaluationProblem(problem: Problem, form: "text" | "symbols" = "text"): EvaluationProblem {
  argumentsOf("evaluationProblem", problem, "problem");
  const check: Checks = new Checks("evaluationProblem");
  check.oneOf("form", form, ["text", "symbols"]);
  const { key, kind, answer, question: asked, symbols } = problem;
  for (const [name, text] of Object.entries({ key, kind, question: asked, symbols })) check.text(`problem.${name}`, text);
  check.texts("problem.answer", answer);
  const question = form === "text" ? `${INSTRUCTION}\n\n${asked}` : symbols;
  return { key, kind, question, answer };
}

/**
 * Reads problems from chat-format JSONL, the export of `reasoning.chatLine`; the answer is what the solution's last line states.
 * @param text the file's content
 * @throws RangeError with the line's number when a line is not of that form, or a problem is there twice
 * @origin ours
 * @example
 * const line = cot.reasoning.chatLine(cot.reasoning.gcdProblem(cot.Random.seed(1), { digits: 2 }), 1);
 * cot.evaluation.readChatProblems(line)[0].answer; // => ["1"]
 */
export function readChatProblems(text: string): EvaluationProblem[] {
  const check: Checks = new Checks("readChatProblems");
  check.text("text", text);
  const seen = new Set<string>();
  const problems = text
    .split(/\r?\n/)
    .map((line, i) => [line, i + 1] as const)
    .filter(([line]) => line.trim() !== "")
    .map(([line, number]) => {
      const problem = readChatLine(line, number);
      if (seen.has(problem.key)) throw new RangeError(`readChatProblems: line ${number} must hold a new problem, got ${problem.key} again`);
      seen.add(problem.key);
      return problem;
    });
  if (problems.length === 0) throw new RangeError("readChatProblems: text must hold at least one problem, got none");
  return problems;
}

function readChatLine(line: string, number: number): EvaluationProblem {
  const wrong = (rule: string): never => {
    throw new RangeError(`readChatProblems: line ${number} must ${rule}, got ${show(line)}`);
  };
  let entry: { key?: unknown; messages?: unknown };
  try {
    entry = JSON.parse(line) ?? {};
  } catch {
    return wrong("be JSON");
  }
  const { key, messages } = entry;
  const kind = PROBLEM_KINDS.find((name) => typeof key === "string" && key.startsWith(`${name}:`));
  if (typeof key !== "string" || kind === undefined) return wrong(`have a key of a kind of problem, one of ${PROBLEM_KINDS.join(", ")}`);
  const [user, assistant] = Array.isArray(messages) && messages.length === 2 ? messages : [];
  if (user?.role !== "user" || assistant?.role !== "assistant") return wrong("have two messages, the user's and the assistant's");
  if (typeof user.content !== "string" || typeof assistant.content !== "string") return wrong("have messages of text");
  const stated = /(?:^|\n)Answer: ([^\n]+)$/.exec(assistant.content)?.[1];
  const answer = stated?.split(", ") ?? [];
  if (answer.length === 0 || !answer.every((value) => /^-?\d+(?:\/\d+)?$/.test(value))) return wrong("end with a line `Answer: ...`");
  return { key, kind, question: user.content, answer };
}

/** A name for exactly these problems in these words: any change gives another. */
export function problemsDigest(problems: readonly EvaluationProblem[]): string {
  const hash = createHash("sha256");
  for (const { key, question, answer } of problems) hash.update(JSON.stringify([key, question, answer]));
  return hash.digest("hex");
}
