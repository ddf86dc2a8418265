/** @file The paper's table of a real model, and ours beside it. */
import { argumentsOf, Checks } from "../core/check";
import { type BucketAccuracy, inBucket, lengthBuckets, proportionRight } from "./accuracy";
import type { Evaluation } from "./evaluation";
import { type AccuracyDifference, compareEvaluations } from "./pairedBootstrap";

/** The models of the paper's table: as it is, and fine-tuned on either kind of problem. */
export const PAPER_ROLES = ["base", "gcd", "polynomial"] as const;
/** One of {@link PAPER_ROLES}. */
export type PaperRole = (typeof PAPER_ROLES)[number];

/** A row of the paper's table. */
export interface PaperRow extends Pick<TableRow, "role" | "model"> {
  /** Accuracy of chains of [0, 1k) tokens. */
  readonly short: number;
  /** Accuracy of chains of [1k, 2k] tokens. */
  readonly long: number;
}

/**
 * Accuracy by length of the chain of Qwen 2.5-7B as it is, fine-tuned on greatest common divisors (aligned), and on polynomials (misaligned).
 * Transcribed from a summary of the paper, not measured here. The summary states neither the number of problems, nor their
 * distribution, nor how chains came by their lengths, nor an interval; the problems are taken to be greatest common divisors.
 * @origin paper, "Real Inference Benchmark (Qwen 2.5-7B)"
 */
export const PAPER_TABLE: readonly PaperRow[] = [
  { role: "base", model: "Qwen-Base", short: 0.3039, long: 0.272 },
  { role: "gcd", model: "Qwen-GCD (aligned)", short: 0.75, long: 0.384 },
  { role: "polynomial", model: "Qwen-Poly (misaligned)", short: 0.29, long: 0.2083 },
];

/** A bucket of one of our models, beside the paper's. */
export interface TableCell extends BucketAccuracy {
  /** The paper's accuracy, transcribed. */
  readonly paper: number;
  /** Our accuracy minus our base model's, with a paired interval; absent for the base model or without one. */
  readonly gain?: AccuracyDifference;
}

/** One of our models beside the paper's. */
export interface TableRow {
  /** Which of the models. */
  readonly role: PaperRole;
  /** Its name. */
  readonly model: string;
  /** Chains that are not complete. */
  readonly missing: number;
  /** A cell for each bucket of {@link lengthBuckets}(). */
  readonly cells: readonly TableCell[];
}

/**
 * The paper's table of accuracies by length of the chain, beside ours.
 * @param evaluations our evaluations by the paper's roles, at least one
 * @param budget the budget whose chains are taken; default: the largest that all have
 * @throws RangeError without evaluations, or without a budget that all have
 * @origin ours; the column `paper` is the paper's, transcribed
 * @example
 * // not run: needs the journals of two evaluations
 * const [base, gcd] = await Promise.all(["base.jsonl", "gcd.jsonl"].map(cot.evaluation.readEvaluation));
 * cot.evaluation.paperTableMarkdown(cot.evaluation.paperTable({ base, gcd }));
 */
export function paperTable(evaluations: Readonly<Partial<Record<PaperRole, Evaluation>>>, budget?: number): TableRow[] {
  argumentsOf("paperTable", evaluations, "evaluations");
  const check: Checks = new Checks("paperTable");
  const given = PAPER_ROLES.flatMap((role) => (evaluations[role] ? [{ role, evaluation: evaluations[role] }] : []));
  if (given.length === 0) check.fail("evaluations", `evaluations of at least one of ${PAPER_ROLES.join(", ")}`, evaluations);
  const shared = given[0].evaluation.settings.budgets.filter((value) =>
    given.every(({ evaluation }) => evaluation.settings.budgets.includes(value)),
  );
  const taken = budget ?? shared.at(-1);
  if (taken === undefined || !shared.includes(taken)) {
    return check.fail("budget", `one that all evaluations have, of ${shared.join(", ") || "which there is none"}`, budget);
  }
  const base = evaluations.base;
  return given.map(({ role, evaluation }) => ({
    role,
    model: evaluation.settings.model,
    missing: evaluation.missing,
    cells: lengthBuckets().map((bucket, i): TableCell => {
      const answers = evaluation.answers.filter(({ budget: own, tokens }) => own === taken && inBucket(tokens, bucket));
      const row = PAPER_TABLE.find((candidate) => candidate.role === role)!;
      return {
        bucket: bucket.name,
        ...proportionRight(answers),
        paper: i === 0 ? row.short : row.long,
        ...(base && role !== "base" ? { gain: compareEvaluations(base, evaluation, taken, bucket) } : {}),
      };
    }),
  }));
}

export const percent = (value: number): string => (100 * value).toFixed(1);

/**
 * The paper's table and ours as Markdown, accuracies in percent.
 * @param rows of {@link paperTable}
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * const cell = { bucket: "[0, 1000)", paper: 0.75, right: 7, unclear: 1, n: 10, accuracy: 0.7, low: 0.4, high: 0.89 };
 * const rows = [{ role: "gcd" as const, model: "tuned", missing: 0, cells: [cell] }];
 * cot.evaluation.paperTableMarkdown(rows).split("\n")[2]; // => "| gcd (tuned) | [0, 1000) | 75.0 | 70.0 [40.0, 89.0] | 1 | 10 |  |"
 */
export function paperTableMarkdown(rows: readonly TableRow[]): string {
  const check: Checks = new Checks("paperTableMarkdown");
  check.objects("rows", rows);
  rows.forEach(({ role, model, missing, cells }, i) => {
    for (const [key, text] of Object.entries({ role, model })) check.text(`rows[${i}].${key}`, text);
    check.integer(`rows[${i}].missing`, missing, 0);
    check.objects(`rows[${i}].cells`, cells);
    for (const [j, cell] of cells.entries())
      for (const key of ["paper", "unclear", "n"] as const) check.finite(`rows[${i}].cells[${j}].${key}`, cell[key]);
    for (const [j, cell] of cells.entries())
      for (const key of ["accuracy", "low", "high"] as const)
        if (cell[key] !== null) check.finite(`rows[${i}].cells[${j}].${key}`, cell[key]);
  });
  const lines = rows.flatMap(({ role, model, missing, cells }) =>
    cells.map(({ bucket, paper, accuracy, unclear, n, low, high, gain }) => {
      const ours = accuracy === null ? "no chains" : `${percent(accuracy)} [${percent(low)}, ${percent(high)}]`;
      const more =
        gain === undefined || gain.difference === null ? "" : `${percent(gain.difference)} [${percent(gain.low)}, ${percent(gain.high)}]`;
      const name = `${role} (${model.replaceAll("|", "\\|")}${missing > 0 ? `, ${missing} chains missing` : ""})`;
      return `| ${name} | ${bucket} | ${percent(paper)} | ${ours} | ${unclear} | ${n} | ${more} |`;
    }),
  );
  return [
    "| model | chain, tokens | paper, % (transcribed) | ours, % [interval] | unclear | n | ours minus our base, points [paired interval] |",
    "| --- | --- | ---: | --- | ---: | ---: | --- |",
    ...lines,
    "",
  ].join("\n");
}
