/**
 * @file Whether a model's reply gives the right answer.
 * A reply is text from a stranger: it is only ever scanned for numbers, in time linear in its length, and never run.
 */
import { Checks } from "../core/check";
import { Rational } from "../core/rational";
import { PROBLEM_KINDS, type Problem } from "./problem";

/** The end of a reply is where its answer stands; more than this is not read. */
const READ = 20_000;
/** Digits of a number beyond which it cannot be an answer to our problems. */
const LONGEST_NUMBER = 400;

/** How a reply is counted. */
export type AnswerJudgement = "right" | "wrong" | "no answer";

/** What a reply's answer is, and whether it is right. */
export interface JudgedAnswer {
  /** Whether it is the exact answer; "no answer" where no number is found. */
  readonly judgement: AnswerJudgement;
  /** The numbers read as the reply's answer, as p or p/q; empty when there is none. */
  readonly found: readonly string[];
  /** Which part of the reply was read. */
  readonly read: "boxed" | "marked" | "last line" | "none";
}

/**
 * Reads a reply's final answer and compares it with the exact one.
 * The answer is what the last \boxed{...} holds; without one, what follows the last "answer", with a colon, "is" or "=" after it;
 * without that, the last line that holds a number. Numbers may be written with thousands separators, as p/q, \frac{p}{q}, or as
 * finite decimals; several as a list, a set, or "x = 1 or x = 2"; order and repetition do not matter.
 * A reply in the characters of `SYMBOLS` alone states its answer after the last "=" that follows nothing or a semicolon.
 * A reply that was cut off in the middle of its reasoning has its last line read like any other: it counts as wrong unless right.
 * @param problem kind and answer of a problem
 * @param reply the reply; its last 20,000 characters are read
 * @throws TypeError when the reply is not a string; RangeError for another kind or an empty answer
 * @origin ours
 * @example
 * const judge = (reply: string) => cot.reasoning.judgeAnswer({ kind: "gcd", answer: ["6"] }, reply).judgement;
 * [judge("Answer: 6"), judge("gcd(48, 18) = 12"), judge("I do not know.")]; // => ["right", "wrong", "no answer"]
 */
export function judgeAnswer(problem: Pick<Problem, "answer" | "kind">, reply: string): JudgedAnswer {
  const check: Checks = new Checks("judgeAnswer");
  if (typeof reply !== "string") throw new TypeError(`judgeAnswer: reply must be a string, got ${typeof reply}`);
  check.oneOf("problem.kind", problem.kind, PROBLEM_KINDS);
  if (problem.answer.length === 0) check.fail("problem.answer", "a non-empty list", problem.answer);
  const { text, read } = symbolAnswer(reply.slice(-READ)) ?? finalPart(plain(reply.slice(-READ)));
  const found = numbersIn(text);
  if (found === undefined || found.length === 0) return { judgement: "no answer", found: [], read: "none" };
  // A single number that ends an equation such as "gcd(48, 18) = 6" is meant by its right side alone.
  const values = problem.kind === "polynomial" ? found : found.slice(-1);
  const names = [...new Set(values.map(String))];
  const right = names.length === problem.answer.length && problem.answer.every((value) => names.includes(value));
  return { judgement: right ? "right" : "wrong", found: names, read };
}

/** One spelling for each sign that models write in several ways. */
function plain(text: string): string {
  return text
    .replace(/[\u2212\u2012\u2013\u2014]/g, "-")
    .replace(/\\[dt]?frac\{(-?\d{1,99})\}\{(-?\d{1,99})\}/g, " $1/$2 ")
    .replace(/\\(?:left|right|,|;|!|quad|text|mathrm|mathbf)/g, " ")
    .replace(/(\d)[,\u00a0\u2009\u202f](?=\d{3}(?!\d))/g, "$1_")
    .replace(/[$*`]/g, " ");
}

/** The answer of a reply in symbols, as `solution` writes it: its commas part numbers, never thousands. */
function symbolAnswer(text: string): { text: string; read: JudgedAnswer["read"] } | undefined {
  if (!/^[-0-9+*/%=,;:()xgrq?]+$/.test(text)) return undefined;
  const stated = [...text.matchAll(/(?:^|;)=([^;]*)/g)].at(-1)?.[1];
  return stated !== undefined && /\d/.test(stated) ? { text: stated.replaceAll(",", " , "), read: "marked" } : undefined;
}

/** The part of a reply that states its answer. */
function finalPart(text: string): { text: string; read: JudgedAnswer["read"] } {
  const boxed = text.lastIndexOf("\\boxed{");
  if (boxed >= 0) {
    const inside = insideBraces(text, boxed + "\\boxed{".length);
    if (inside !== undefined) return { text: inside, read: "boxed" };
  }
  const mark = [...text.matchAll(/\b(?:answer|roots?|solutions?|gcd|divisor)\b[^.\n:=]{0,40}(?::|=|\bis\b|\bare\b)/gi)].at(-1);
  if (mark !== undefined) {
    const rest = text.slice(mark.index + mark[0].length);
    const line = rest.slice(0, endOfStatement(rest));
    if (/\d/.test(line)) return { text: line, read: "marked" };
  }
  const last = text.split("\n").findLast((row) => /\d/.test(row));
  return last === undefined ? { text: "", read: "none" } : { text: last, read: "last line" };
}

/** An answer ends with its line, or with a full stop that is no decimal point. */
function endOfStatement(text: string): number {
  const start = text.search(/\S/);
  if (start < 0) return 0;
  const end = text.slice(start).search(/\n|\.(?!\d)/);
  return end < 0 ? text.length : start + end;
}

function insideBraces(text: string, start: number): string | undefined {
  let depth = 1;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return text.slice(start, i);
  }
  return undefined;
}

/** All numbers of a statement in order, without the names of powers and of indexed unknowns (x^2, x_1, x1); undefined when one is too long. */
function numbersIn(text: string): Rational[] | undefined {
  const cleaned = text
    .replace(/(\d)_(?=\d{3})/g, "$1")
    .replace(/[a-zA-Z]_?\{?\d{1,3}\}?(?=\s*[=,:])/g, " ")
    .replace(/\^\{?\d{1,3}\}?/g, " ");
  const found: Rational[] = [];
  for (const [, sign, whole, fraction, denominator] of cleaned.matchAll(/(-\s?)?(\d+)(?:\.(\d+))?(?:\s?\/\s?(\d+))?/g)) {
    if (whole.length + (fraction?.length ?? 0) + (denominator?.length ?? 0) > LONGEST_NUMBER) return undefined;
    const scale = 10n ** BigInt(fraction?.length ?? 0);
    const size = BigInt(whole + (fraction ?? ""));
    const divisor = scale * BigInt(denominator ?? 1);
    if (divisor === 0n) return undefined;
    found.push(Rational.of(sign === undefined ? size : -size, divisor));
  }
  return found;
}
