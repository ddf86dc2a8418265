/** @file Accuracy of an evaluation, by budget and by length of the chain, with Wilson intervals. */

import { argumentsOf, Checks } from "../core/check";
import { csvText } from "../core/csvText";
import { wilsonInterval } from "../core/wilsonInterval";
import type { AnsweredProblem, Evaluation } from "./evaluation";

/** A share of right answers with its 95 % interval. Unclear answers count as not right, and are told beside it. */
export interface Proportion {
  /** Chains whose answer is right. */
  readonly right: number;
  /** Chains whose answer could not be read for certain; with all of them right the accuracy would be (right + unclear) / n. */
  readonly unclear: number;
  /** n: chains. */
  readonly n: number;
  /** right / n; null when n = 0. */
  readonly accuracy: number | null;
  /** Lower end of Wilson's interval; 0 when n = 0. */
  readonly low: number;
  /** Upper end; 1 when n = 0. */
  readonly high: number;
}

/** The share of right answers with Wilson's 95 % interval; without any answer nothing is known, and the interval is [0, 1]. */
export function proportionRight(answers: readonly Pick<AnsweredProblem, "judgement">[]): Proportion {
  const n = answers.length;
  if (n === 0) return { right: 0, unclear: 0, n, accuracy: null, low: 0, high: 1 };
  const right = answers.filter(({ judgement }) => judgement === "right").length;
  const { value, low, high } = wilsonInterval(right, n);
  const unclear = answers.filter(({ judgement }) => judgement === "unclear").length;
  return { right, unclear, n, accuracy: value, low, high };
}

/** An interval of chain lengths in tokens. */
export interface LengthBucket {
  /** As it is written: [0, 1000) */
  readonly name: string;
  /** Its least length. */
  readonly from: number;
  /** Its other end. */
  readonly to: number;
  /** Whether `to` belongs to it; `from` always does. */
  readonly closed: boolean;
}

/**
 * Reads intervals of chain lengths, in tokens.
 * @param text intervals in increasing order, without overlap; default "[0,1000) [1000,2000]", the paper's "[0, 1k)" and "[1k, 2k]"
 * @throws RangeError for other text, empty buckets, or buckets that overlap
 * @origin paper, the Qwen experiment, for the default
 * @example
 * cot.evaluation.lengthBuckets("[0,16) [16,48]")[1]; // => { name: "[16, 48]", from: 16, to: 48, closed: true }
 */
export function lengthBuckets(text = "[0,1000) [1000,2000]"): LengthBucket[] {
  const check: Checks = new Checks("lengthBuckets");
  check.text("text", text);
  const rule = "intervals such as [0,1000) [1000,2000], in increasing order and without overlap";
  if (!/^\s*(?:\[\s*\d{1,9}\s*,\s*\d{1,9}\s*[)\]][\s,]*)+$/.test(text)) check.fail("text", rule, text);
  const buckets = [...text.matchAll(/\[\s*(\d+)\s*,\s*(\d+)\s*([)\]])/g)].map(([, from, to, end]): LengthBucket => {
    const closed = end === "]";
    return { name: `[${from}, ${to}${end}`, from: Number(from), to: Number(to), closed };
  });
  buckets.forEach(({ from, to, closed }, i) => {
    const before = buckets[i - 1];
    const empty = closed ? from > to : from >= to;
    const overlaps = before !== undefined && (before.closed ? from <= before.to : from < before.to);
    if (empty || overlaps) check.fail("text", rule, text);
  });
  return buckets;
}

/** Whether a chain of so many tokens lies in a bucket; a chain of unknown length lies in none. */
export function inBucket(tokens: number | null, { from, to, closed }: LengthBucket): boolean {
  return tokens !== null && tokens >= from && (tokens < to || (closed && tokens === to));
}

/** Accuracy of the chains of one bucket. */
export interface BucketAccuracy extends Proportion {
  /** The bucket as it is written. */
  readonly bucket: string;
}

/** What came of one budget. */
export interface BudgetSummary {
  /** Tokens that a chain might take. */
  readonly budget: number;
  /** Accuracy over all its chains. */
  readonly overall: Proportion;
  /** Accuracy of the chains of each bucket. */
  readonly buckets: readonly BucketAccuracy[];
  /** Chains in none of the buckets. */
  readonly outside: Proportion;
  /** Chains whose length the server did not report; they are in no bucket. */
  readonly unknownLength: Proportion;
  /** Mean chain length in tokens over the chains of known length; null when there is none. */
  readonly meanTokens: number | null;
  /** Chains in which no answer was found; they count as not right. */
  readonly noAnswer: number;
  /** Replies without any text. */
  readonly empty: number;
  /** Chains that met the budget. */
  readonly cut: number;
  /** How often models were told to wait, over all chains. */
  readonly waits: number;
  /** Chains longer than the budget: the server does not keep to max_tokens. */
  readonly overBudget: number;
}

/** An evaluation in numbers. */
export interface EvaluationSummary extends Omit<Evaluation, "answers"> {
  /** Chains that were completed. */
  readonly answered: number;
  /** What came of each budget, in increasing order. */
  readonly budgets: readonly BudgetSummary[];
  /** What a reader of the numbers must know. */
  readonly notes: readonly string[];
}

const count = (answers: readonly AnsweredProblem[], test: (answer: AnsweredProblem) => boolean): number => answers.filter(test).length;

/**
 * The accuracy of an evaluation for each of its budgets: over all chains and by length of the chain.
 * Buckets group replies by what the model did, so that accuracies of two buckets are of different problems.
 * @param evaluation settings, servedModel, answers, missing, failures, faults, unreadable
 * @param buckets intervals of chain lengths; default {@link lengthBuckets}()
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours; the intervals are Wilson's (1927)
 * @example
 * // not run: needs the journal of an evaluation
 * const evaluation = await cot.evaluation.readEvaluation("journal.jsonl");
 * cot.evaluation.summarizeEvaluation(evaluation).budgets.map(({ budget, overall }) => [budget, overall.accuracy]);
 */
export function summarizeEvaluation(evaluation: Evaluation, buckets: readonly LengthBucket[] = lengthBuckets()): EvaluationSummary {
  const check: Checks = new Checks("summarizeEvaluation");
  check.objects("buckets", buckets);
  argumentsOf("summarizeEvaluation", evaluation, "evaluation");
  const { answers, ...rest } = evaluation;
  const budgets = evaluation.settings.budgets.map((budget): BudgetSummary => {
    const all = answers.filter((answer) => answer.budget === budget);
    const known = all.filter(({ tokens }) => tokens !== null);
    return {
      budget,
      overall: proportionRight(all),
      buckets: buckets.map((bucket) => ({
        bucket: bucket.name,
        ...proportionRight(all.filter(({ tokens }) => inBucket(tokens, bucket))),
      })),
      outside: proportionRight(known.filter(({ tokens }) => !buckets.some((bucket) => inBucket(tokens, bucket)))),
      unknownLength: proportionRight(all.filter(({ tokens }) => tokens === null)),
      meanTokens: known.length === 0 ? null : known.reduce((sum, { tokens }) => sum + tokens!, 0) / known.length,
      noAnswer: count(all, ({ judgement }) => judgement === "no answer"),
      empty: count(all, ({ empty }) => empty),
      cut: count(all, ({ cut }) => cut),
      waits: all.reduce((sum, { waits }) => sum + waits, 0),
      overBudget: count(all, ({ tokens }) => tokens !== null && tokens > budget),
    };
  });
  return { ...rest, answered: answers.length, budgets, notes: notesOn(evaluation) };
}

function notesOn({ answers, missing, settings, unreadable, failures }: Evaluation): string[] {
  const notes: string[] = [];
  const unknown = count(answers, ({ tokens }) => tokens === null);
  const over = count(answers, ({ tokens, budget }) => tokens !== null && tokens > budget);
  const empty = count(answers, (answer) => answer.empty);
  const unclear = count(answers, ({ judgement }) => judgement === "unclear");
  if (missing > 0) notes.push(`${missing} chains are missing: accuracies are over the ${answers.length} that were completed`);
  if (failures.length > 0) notes.push(`${failures.length} chains failed; the same call asks them again`);
  if (unknown > 0) {
    const effect = settings.policy.forcing === "fill" ? ", and their models were not told to wait" : "";
    notes.push(
      `the server reported no usage.completion_tokens, or 0 beside a text, for ${unknown} chains: they are in no length bucket${effect}`,
    );
  }
  if (over > 0) notes.push(`${over} chains are longer than their budget: the server does not keep to max_tokens`);
  if (unclear > 0) notes.push(`${unclear} answers are unclear: they count as not right, and are in a column of their own`);
  if (empty > 0) notes.push(`${empty} replies have no text; they count as no answer`);
  if (unreadable > 0) notes.push(`${unreadable} lines of the journal could not be read; what they held was asked again`);
  return notes;
}

const HEADER = ["model", "budget", "chains", "right", "unclear", "n", "accuracy", "low", "high"] as const;

/**
 * A summary as CSV: a row for each budget and bucket, with "all", "outside" and "unknown length".
 * @param summary of {@link summarizeEvaluation}
 * @origin ours
 * @example
 * // not run: needs the journal of an evaluation
 * const evaluation = await cot.evaluation.readEvaluation("journal.jsonl");
 * cot.evaluation.summaryCsv(cot.evaluation.summarizeEvaluation(evaluation));
 */
export function summaryCsv(summary: EvaluationSummary): string {
  // A name that a spreadsheet would take for a formula is preceded by an apostrophe.
  argumentsOf("summaryCsv", summary, "summary");
  const model = summary.settings.model.replace(/^(?=[=+\-@\t\r])/, "'");
  const rows = summary.budgets.flatMap(({ budget, overall, buckets, outside, unknownLength }) =>
    (
      [
        ["all", overall],
        ...buckets.map((bucket) => [bucket.bucket, bucket] as const),
        ["outside", outside],
        ["unknown length", unknownLength],
      ] as const
    ).map(([name, { right, unclear, n, accuracy, low, high }]) => [model, budget, name, right, unclear, n, accuracy, low, high]),
  );
  return csvText([HEADER, ...rows], "\r\n");
}
