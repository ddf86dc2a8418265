/** @file The paper's table of a real model, and ours beside it. */
import { argumentsOf, Checks } from "../core/check";
import { meanAndError } from "../core/statistics";
import { studentQuantile } from "../diagnostic/studentQuantile";
import { type BucketAccuracy, inBucket, type LengthBucket, lengthBuckets, proportionRight } from "./accuracy";
import type { Evaluation } from "./evaluation";
import { type AccuracyDifference, compareEvaluations } from "./pairedBootstrap";

/** The models of the paper's table: as it is, and fine-tuned on either kind of problem. */
export const PAPER_ROLES = ["base", "gcd", "polynomial"] as const;
/** One of {@link PAPER_ROLES}. */
export type PaperRole = (typeof PAPER_ROLES)[number];

/** A row of the paper's table. */
export interface PaperRow {
  /** Which of the models. */
  readonly role: PaperRole;
  /** Its name. */
  readonly model: string;
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

/** The mean of seeds' accuracies, each counting the same, and how far seeds scatter. */
export interface SeedMean {
  /** The mean. */
  readonly mean: number;
  /** Lower end of Student's 95 % interval, not below 0. */
  readonly low: number;
  /** Upper end, not above 1. */
  readonly high: number;
  /** Seeds with chains in the bucket, at least 2. */
  readonly seeds: number;
}

/** A bucket of one of our models, beside the paper's; several seeds are pooled. */
export interface TableCell extends BucketAccuracy {
  /** The paper's accuracy, transcribed; null for a model or buckets that are not the paper's. */
  readonly paper: number | null;
  /** Over the seeds; absent with fewer than two. */
  readonly overSeeds?: SeedMean;
  /** Our accuracy minus our base model's, with a paired interval; absent for the base model or without one. */
  readonly gain?: AccuracyDifference;
}

/** One of our models beside the paper's, or one of the paper's alone. */
export interface TableRow {
  /** Which of the models: one of {@link PAPER_ROLES}, or a label of one's own. */
  readonly role: string;
  /** Its name, or those of its seeds. */
  readonly model: string;
  /** Chains that are not complete. */
  readonly missing: number;
  /** Whether all of the row is the paper's, transcribed: where our buckets are not the paper's, its numbers stand in rows of their own. */
  readonly transcribed?: boolean;
  /** A cell for each bucket. */
  readonly cells: readonly TableCell[];
}

/**
 * The paper's table of accuracies by length of the chain, beside ours.
 * A label with several evaluations, one a seed, is pooled; how far seeds scatter is told beside it, by Student's t over the seeds.
 * @param evaluations our evaluations, one or one a seed, by label: base, gcd, polynomial as in the paper, and any others; at least one
 * @param budget the budget whose chains are taken; default: the largest that all have
 * @param buckets intervals of chain lengths; default {@link lengthBuckets}(), the paper's; with others its numbers stand in rows of their own
 * @throws RangeError without evaluations, or without a budget that all have
 * @origin ours; the column `paper` and rows that are `transcribed` are the paper's
 * @example
 * // not run: needs the journals of two evaluations
 * const [base, gcd] = await Promise.all(["base.jsonl", "gcd.jsonl"].map(cot.evaluation.readEvaluation));
 * cot.evaluation.paperTableMarkdown(cot.evaluation.paperTable({ base, gcd }));
 */
export function paperTable(
  evaluations: Readonly<Partial<Record<string, Evaluation | readonly Evaluation[]>>>,
  budget?: number,
  buckets: readonly LengthBucket[] = lengthBuckets(),
): TableRow[] {
  argumentsOf("paperTable", evaluations, "evaluations");
  const check: Checks = new Checks("paperTable");
  check.objects("buckets", buckets);
  const labels = [...PAPER_ROLES, ...Object.keys(evaluations).filter((label) => !PAPER_ROLES.includes(label as PaperRole))];
  const given = labels.flatMap((role) => {
    const runs = [evaluations[role] ?? []].flat() as readonly Evaluation[];
    check.objects(`evaluations.${role}`, runs);
    return runs.length > 0 ? [{ role, runs }] : [];
  });
  if (given.length === 0)
    check.fail("evaluations", `evaluations of at least one of ${PAPER_ROLES.join(", ")} or a label of your own`, evaluations);
  const shared = given[0].runs[0].settings.budgets.filter((value) =>
    given.every(({ runs }) => runs.every(({ settings }) => settings.budgets.includes(value))),
  );
  const taken = budget ?? shared.at(-1);
  if (taken === undefined || !shared.includes(taken)) {
    return check.fail("budget", `one that all evaluations have, of ${shared.join(", ") || "which there is none"}`, budget);
  }
  const base = given.find(({ role }) => role === "base")?.runs;
  const beside = JSON.stringify(buckets) === JSON.stringify(lengthBuckets());
  return given.flatMap(({ role, runs }) => {
    const row = PAPER_TABLE.find((candidate) => candidate.role === role);
    const papers = row && [row.short, row.long];
    const ours: TableRow = {
      role,
      model: [...new Set(runs.map(({ settings }) => settings.model))].join(", "),
      missing: runs.reduce((sum, { missing }) => sum + missing, 0),
      cells: buckets.map((bucket, i): TableCell => {
        const seeds = runs.map(({ answers }) => answers.filter(({ budget: own, tokens }) => own === taken && inBucket(tokens, bucket)));
        const overSeeds = seedMean(seeds.flatMap((answers) => proportionRight(answers).accuracy ?? []));
        return {
          bucket: bucket.name,
          ...proportionRight(seeds.flat()),
          paper: (beside && papers?.[i]) || null,
          ...(overSeeds && { overSeeds }),
          ...(base && role !== "base" ? { gain: compareEvaluations(base, runs, taken, bucket) } : {}),
        };
      }),
    };
    if (beside || row === undefined || papers === undefined) return [ours];
    const cells = lengthBuckets().map(({ name }, i) => ({ bucket: name, ...proportionRight([]), paper: papers[i] }));
    return [ours, { role, model: row.model, missing: 0, transcribed: true, cells }];
  });
}

function seedMean(accuracies: readonly number[]): SeedMean | undefined {
  const seeds = accuracies.length;
  if (seeds < 2) return undefined;
  const { mean, standardError } = meanAndError(accuracies);
  const half = studentQuantile(0.975, seeds - 1) * standardError;
  return { mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half), seeds };
}

export const percent = (value: number): string => (100 * value).toFixed(1);

/**
 * The paper's table and ours as Markdown, accuracies in percent.
 * @param rows of {@link paperTable}
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * const cell = { bucket: "[0, 1000)", paper: 0.75, right: 7, unclear: 1, n: 10, accuracy: 0.7, low: 0.4, high: 0.89 };
 * const rows = [{ role: "gcd", model: "tuned", missing: 0, cells: [cell] }];
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
      for (const key of ["unclear", "n"] as const) check.finite(`rows[${i}].cells[${j}].${key}`, cell[key]);
    for (const [j, cell] of cells.entries())
      for (const key of ["paper", "accuracy", "low", "high"] as const)
        if (cell[key] !== null) check.finite(`rows[${i}].cells[${j}].${key}`, cell[key]);
  });
  const seeded = rows.some(({ cells }) => cells.some(({ overSeeds }) => overSeeds !== undefined));
  const shown = (value: number, low: number, high: number): string => `${percent(value)} [${percent(low)}, ${percent(high)}]`;
  const lines = rows.flatMap(({ role, model, missing, transcribed = false, cells }) =>
    cells.map(({ bucket, paper, accuracy, unclear, n, low, high, overSeeds, gain }) => {
      const ours = accuracy === null ? "no chains" : shown(accuracy, low, high);
      const more = gain === undefined || gain.difference === null ? "" : shown(gain.difference, gain.low, gain.high);
      const over = overSeeds === undefined ? "" : `${shown(overSeeds.mean, overSeeds.low, overSeeds.high)} (${overSeeds.seeds})`;
      const about = transcribed ? ", the paper's, transcribed" : missing > 0 ? `, ${missing} chains missing` : "";
      const name = `${role} (${model}${about})`.replaceAll("|", "\\|");
      const own = transcribed ? ["", "", "", "", over] : [ours, String(unclear), String(n), more, over];
      return `| ${[name, bucket, paper === null ? "" : percent(paper), ...(seeded ? own : own.slice(0, -1))].join(" | ")} |`;
    }),
  );
  const heads = [
    "| model | chain, tokens | paper, % (transcribed) | ours, % [interval] | unclear | n | ours minus our base, points [paired interval] |",
    "| --- | --- | ---: | --- | ---: | ---: | --- |",
  ];
  const more = [" mean over seeds, % [interval of Student's t] (seeds) |", " --- |"];
  return [...heads.map((head, i) => (seeded ? head + more[i] : head)), ...lines, ""].join("\n");
}
