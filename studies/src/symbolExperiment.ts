/** @file What the local experiment measures: accuracies of small models by kind of problem, forcing and budget, and what they say over seeds. */
import { Checks } from "cotlab/dist/core/check";
import { recordsCsv } from "cotlab/dist/core/csvText";
import { type Columns, parseRecords } from "cotlab/dist/data/resultTable";
import { type Proportion, proportionRight } from "cotlab/dist/evaluation/accuracy";
import type { ChainPolicy } from "cotlab/dist/evaluation/chain";
import type { Evaluation } from "cotlab/dist/evaluation/evaluation";
import { PAPER_ROLES, type PaperRole } from "cotlab/dist/evaluation/paperTable";
import type { ProblemKind } from "cotlab/dist/reasoning/problem";
import type { ProblemSetParams } from "cotlab/dist/reasoning/problemSet";

/** One question of the experiment, asked of every model. */
export interface SymbolMeasurement {
  readonly name: string;
  readonly problems: ProblemSetParams;
  readonly budgets: readonly number[];
  readonly policy: ChainPolicy;
}

/** A model's accuracy in one measurement at one budget. */
export interface SymbolRow extends Proportion {
  readonly role: PaperRole;
  readonly seed: number;
  readonly measurement: string;
  readonly kind: ProblemKind;
  readonly budget: number;
  /** Mean length of a chain, tokens. */
  readonly meanTokens: number;
  readonly noAnswer: number;
  /** Chains that met the budget. */
  readonly cut: number;
}

const COLUMNS: Columns<SymbolRow> = {
  names: [
    "measurement",
    "kind",
    "role",
    "seed",
    "budget",
    "right",
    "unclear",
    "n",
    "accuracy",
    "low",
    "high",
    "meanTokens",
    "noAnswer",
    "cut",
  ],
  texts: ["measurement", "kind", "role"],
};

/** The rows of one evaluation, a budget each. @throws RangeError for one that is not complete */
export function symbolRows(evaluation: Evaluation, about: Pick<SymbolRow, "role" | "seed" | "measurement">): SymbolRow[] {
  const check: Checks = new Checks("symbolRows");
  const { answers, settings, missing } = evaluation;
  if (missing > 0) check.fail("evaluation", "one that is complete", `${missing} chains missing`);
  return settings.budgets.map((budget) => {
    const all = answers.filter((answer) => answer.budget === budget);
    return {
      ...about,
      kind: all[0].kind,
      budget,
      ...proportionRight(all),
      meanTokens: all.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0) / all.length,
      noAnswer: all.filter(({ judgement }) => judgement === "no answer").length,
      cut: all.filter(({ cut }) => cut).length,
    };
  });
}

/** Rows as CSV. */
export function symbolRowsCsv(rows: readonly SymbolRow[]): string {
  return recordsCsv(rows, COLUMNS.names, 6);
}

/** Rows from CSV as `symbolRowsCsv` writes it. @throws RangeError for another header */
export function readSymbolRows(csv: string): SymbolRow[] {
  const check: Checks = new Checks("readSymbolRows");
  return parseRecords(check, csv, "csv", COLUMNS);
}

/** A mean over seeds. */
export interface OverSeeds {
  readonly seeds: number;
  readonly mean: number;
  /** Of the mean, from the spread of the seeds; NaN with one seed. It holds the seeds' part alone: all seeds answer the same problems. */
  readonly standardError: number;
  readonly least: number;
  readonly most: number;
}

export interface SymbolSummary {
  readonly measurement: string;
  readonly role: PaperRole;
  readonly budget: number;
  readonly accuracy: OverSeeds;
  /** Accuracy minus that of the base model of the same seed; absent for the base model. */
  readonly gain?: OverSeeds;
  readonly meanTokens: number;
}

/** Mean, standard error and range over seeds. */
export function overSeeds(values: readonly number[]): OverSeeds {
  const seeds = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / seeds;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = seeds > 1 ? Math.sqrt(squares / (seeds - 1) / seeds) : Number.NaN;
  return { seeds, mean, standardError, least: Math.min(...values), most: Math.max(...values) };
}

/** Means over seeds, and gains over the base model seed by seed, in the order of the rows. Source: ours. */
export function summarizeSymbolRows(rows: readonly SymbolRow[]): SymbolSummary[] {
  const groups = new Map<string, SymbolRow[]>();
  for (const row of rows) {
    const id = `${row.measurement} ${PAPER_ROLES.indexOf(row.role)} ${row.budget}`;
    groups.set(id, [...(groups.get(id) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const { measurement, role, budget } = group[0];
    const gains = group.flatMap(({ seed, accuracy }) => {
      const base = rows.find((row) => row.role === "base" && row.seed === seed && row.measurement === measurement && row.budget === budget);
      return base && role !== "base" ? [accuracy! - base.accuracy!] : [];
    });
    return {
      measurement,
      role,
      budget,
      accuracy: overSeeds(group.map(({ accuracy }) => accuracy!)),
      ...(gains.length > 0 ? { gain: overSeeds(gains) } : {}),
      meanTokens: group.reduce((sum, { meanTokens }) => sum + meanTokens, 0) / group.length,
    };
  });
}
