/**
 * @file Whether a model's reply gives the right answer.
 * A reply is text from a stranger: what it states last is read as numbers, by a grammar of its own, and never run.
 */
import { argumentsOf, Checks } from "../core/check";
import { Rational } from "../core/rational";
import { PROBLEM_KINDS, type Problem } from "./problem";
import { LONGEST_NUMBER, replyTokens, withoutReasoning } from "./replyTokens";
import { type Stated, statedAnswer } from "./statedAnswer";
import type { Value } from "./statement";
import { Surd } from "./surd";

/** The end of a reply is where its answer stands; more than this is not read. */
const READ = 20_000;
/** How a reply is counted. */
export type AnswerJudgement = "right" | "wrong" | "unclear" | "no answer";

/** What a reply's answer is, and whether it is right. */
export interface JudgedAnswer {
  /** Whether it is the exact answer; "unclear" where it may be meant, but is not said plainly; "no answer" where none is found. */
  readonly judgement: AnswerJudgement;
  /** The numbers read as the reply's answer, as p or p/q, with roots as sqrt; empty when there is none. */
  readonly found: readonly string[];
  /** Which part of the reply was read. */
  readonly read: "boxed" | "marked" | "last line" | "none";
}

/**
 * Reads a reply's final answer and compares it with the exact one.
 * Blocks of reasoning (<think> and its like) are left out. The answer is the last one announced, in \\boxed{...} or after "answer";
 * without these, what the last sentence about roots, a divisor or a result says; without that, what the last line with a number states.
 * It is read as numbers: fractions, decimals, powers, roots, ±, thousands, lists, in Unicode, LaTeX or words, and compared exactly;
 * order and repetition do not matter. Remarks behind it, multiplicities, equations that are named again, and numbers that are
 * denied are no answers; an inequality is a wrong one.
 * "unclear" is what a reader could not decide: the right numbers are there, among others or in an expression that is not understood.
 * A reply that works in the characters of `SYMBOLS` alone states its answer after the last "=" that follows nothing or a semicolon.
 * @param problem kind and answer of a problem
 * @param reply the reply; its last 20,000 characters are read
 * @throws TypeError when the reply is not a string; RangeError for another kind or an empty answer
 * @origin ours
 * @example
 * const judge = (reply: string) => cot.reasoning.judgeAnswer({ kind: "gcd", answer: ["6"] }, reply).judgement;
 * ["Answer: 6", "gcd(48, 18) = 12", "Both 6 and 2 divide them.", "I do not know."].map(judge); // => ["right", "wrong", "unclear", "no answer"]
 */
export function judgeAnswer(problem: Pick<Problem, "answer" | "kind">, reply: string): JudgedAnswer {
  argumentsOf("judgeAnswer", problem, "problem");
  const check: Checks = new Checks("judgeAnswer");
  if (typeof reply !== "string") throw new TypeError(`judgeAnswer: reply must be a string, got ${typeof reply}`);
  check.oneOf("problem.kind", problem.kind, PROBLEM_KINDS);
  check.list("problem.answer", problem.answer);
  if (problem.answer.length === 0) check.fail("problem.answer", "a non-empty list", problem.answer);
  const text = withoutReasoning(reply).text.slice(-READ);
  const symbols = symbolAnswer(text, problem.kind);
  if (symbols !== undefined) return judged(problem, symbols);
  // Of several numbers 12,345 may be two; of one it is one.
  const readings = problem.kind === "polynomial" ? [false, true] : [true];
  const results = readings.map((thousands) => judged(problem, statedAnswer(replyTokens(text, thousands), problem.kind)));
  // A decimal comma may be meant where commas part numbers.
  const point = text.replace(/(?<![\d.,])(\d+),(\d{1,2}|\d{4,})(?![\d,])/g, "$1.$2");
  const european = point === text ? undefined : judged(problem, statedAnswer(replyTokens(point, true), problem.kind));
  if (european?.judgement === "right") results.push({ ...european, judgement: "unclear" });
  return results.find(({ judgement }) => judgement === "right") ?? results.find(({ judgement }) => judgement === "unclear") ?? results[0];
}

/**
 * What a reply in symbols states, as `solution` writes it: the numbers after its last "=" of its own, or without one all that it
 * holds. Its commas part numbers, never thousands. Undefined for a reply that is no working in symbols, such as a number alone.
 */
function symbolAnswer(text: string, kind: Problem["kind"]): Stated | undefined {
  if (!/^[-0-9+*/%=,;:()xgrq?]+$/.test(text) || !/[%;:?gqr]|^=|=-*$|x-?\d+(?![\d=])/.test(text)) return undefined;
  const own = [...text.matchAll(/(?:^|;)=([^;]*)/g)].at(-1)?.[1];
  const marked = own !== undefined && /\d/.test(own);
  const numbers = (marked ? own : text).replace(/[xgrq]\d{1,3}(?=[=,:])/g, " ").match(/-?\d+(?:\/\d+)?/g) ?? [];
  const values = numbers.map((number): Value => {
    const [p, q = "1"] = number.split("/");
    return number.length > LONGEST_NUMBER || BigInt(q) === 0n ? "other" : Surd.of(Rational.of(BigInt(p), BigInt(q)));
  });
  // In words the last number of a working is no answer yet; symbols have no other way to end.
  const items = [{ values: kind === "polynomial" ? values : values.slice(-1), kind: "value" as const }];
  return values.length === 0 ? undefined : { read: marked ? "marked" : "last line", items, next: 0 };
}

/** Compares what is stated with the answer. */
function judged({ kind, answer }: Pick<Problem, "answer" | "kind">, stated: Stated | undefined): JudgedAnswer {
  if (stated === undefined) return { judgement: "no answer", found: [], read: "none" };
  const { read, items, besides = [], ends = false } = stated;
  const values = items.flatMap((item) => item.values);
  const found = [...new Set(values.filter((value) => value instanceof Surd).map(String))];
  const result = (judgement: AnswerJudgement): JudgedAnswer => ({ judgement, found, read });
  const covers = (numbers: readonly string[]): boolean => answer.every((value) => numbers.includes(value));
  if (items.some((item) => item.kind === "range") || values.includes("other")) return result("wrong");
  if (values.includes("unknown"))
    return result(kind === "polynomial" && found.some((value) => !answer.includes(value)) ? "wrong" : "unclear");
  if (covers(found) && found.length === answer.length) return result("right");
  const all = [...found, ...besides.map(String)];
  // One number among others in a line may be meant; a list that is stated as the answer is meant whole.
  const meant = covers(all) && (kind === "polynomial" ? besides.length > 0 : found.length < 2 || !ends);
  return result(meant ? "unclear" : "wrong");
}
