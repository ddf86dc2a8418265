/** @file What the local experiment of notebook 11 found: its stored results as tables, figures and checks, and one model measured now. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distinct } from "cotlab/dist/core/grids";
import { type EvaluationSummary, lengthBuckets, type Proportion, summarizeEvaluation } from "cotlab/dist/evaluation/accuracy";
import { apiKeyFor } from "cotlab/dist/evaluation/apiKey";
import { ChatClient } from "cotlab/dist/evaluation/chatClient";
import { startCompletionServer } from "cotlab/dist/evaluation/completionServer";
import { runEvaluation } from "cotlab/dist/evaluation/evaluation";
import { evaluationProblem } from "cotlab/dist/evaluation/evaluationProblem";
import { PAPER_ROLES, type PaperRole } from "cotlab/dist/evaluation/paperTable";
import type { Figure } from "cotlab/dist/figures/figure";
import { lineChart } from "cotlab/dist/figures/lineChart";
import { progress } from "cotlab/dist/notebook/progress";
import type { CellValue } from "cotlab/dist/notebook/table";
import { type Check, checkTrue, given } from "cotlab/dist/notebook/verdict";
import { drawProblemSet } from "cotlab/dist/reasoning/problemSet";
import { readSymbolModel, symbolModel } from "cotlab/dist/transformer/symbols/symbolModel";
import { type OverSeeds, readSymbolRows, type SymbolRow, type SymbolSummary, summarizeSymbolRows } from "./symbolExperiment";
import { QWEN_TABLE } from "./untested";

type Row = Record<string, CellValue>;

/** How chains are kept to a budget: cut at it, or besides told to go on up to it. */
export type SymbolForcing = "cut" | "filled";

/** The largest budget of the stored measurements. */
const LARGEST = 48;
const CHAINS = (forcing: SymbolForcing): string => `gcd chains ${forcing}`;

/** What one reading of "features" predicts: whether more steps help, and the largest μ. */
export interface FeatureReading {
  readonly detail: number;
  readonly shares: boolean;
  readonly call: string;
  readonly mu?: readonly number[];
}

/** The stored results. */
export interface SymbolResults {
  readonly rows: readonly SymbolRow[];
  readonly summary: readonly SymbolSummary[];
  readonly seeds: readonly number[];
  /** The share of divisor problems that the commonest answer, 1, solves. */
  readonly guess: number;
  readonly theory: readonly { readonly role: PaperRole; readonly readings: readonly FeatureReading[] }[];
}

/** Reads results.csv and results.json of a folder. */
export function symbolResults(folder: string): SymbolResults {
  const rows = readSymbolRows(readFileSync(join(folder, "results.csv"), "utf8"));
  const { measurements, theory } = JSON.parse(readFileSync(join(folder, "results.json"), "utf8"));
  const guess = measurements[0].commonestAnswer.share;
  return { rows, summary: summarizeSymbolRows(rows), seeds: distinct(rows.map(({ seed }) => seed)), guess, theory };
}

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

/** "3.5 ± 1.2", in points. */
export const points = ({ mean, standardError }: OverSeeds): string => `${(100 * mean).toFixed(1)} ± ${(100 * standardError).toFixed(1)}`;

/** One measurement of one kind of model, a row for each budget. */
export function measured({ summary }: SymbolResults, measurement: string, role: PaperRole): SymbolSummary[] {
  return summary.filter((row) => row.measurement === measurement && row.role === role);
}

/** The summary of divisor problems at one budget. */
export function chainsAt(results: SymbolResults, forcing: SymbolForcing, role: PaperRole, budget = LARGEST): SymbolSummary {
  return measured(results, CHAINS(forcing), role).find((row) => row.budget === budget)!;
}

/** How far accuracy rises from the least budget to the largest. */
export function budgetRise(results: SymbolResults, forcing: SymbolForcing, role: PaperRole): number {
  const rows = measured(results, CHAINS(forcing), role);
  return rows[rows.length - 1].accuracy.mean - rows[0].accuracy.mean;
}

/** What each kind of model knows of the three tasks. */
export function skillRows(results: SymbolResults): Row[] {
  const spread = (measurement: string, budget: number, role: PaperRole): string => {
    const { mean, least, most } = measured(results, measurement, role).find((row) => row.budget === budget)!.accuracy;
    return `${percent(mean)} (${percent(least)} to ${percent(most)})`;
  };
  return PAPER_ROLES.map((role) => ({
    model: role,
    "divisors, cut at 48": spread(CHAINS("cut"), LARGEST, role),
    remainders: spread("remainders", 32, role),
    polynomials: spread("polynomials", LARGEST, role),
  }));
}

/** Accuracy against the budget, with the answer 1 as a mark. */
export function budgetChart(results: SymbolResults, forcing: SymbolForcing, what: string): Figure {
  const chains = results.summary.filter(({ measurement }) => measurement === CHAINS("cut") || measurement === CHAINS("filled"));
  const top = Math.max(...chains.map(({ accuracy }) => Math.min(1, accuracy.mean + 2 * accuracy.standardError)));
  const series = PAPER_ROLES.map((role, color) => {
    const rows = measured(results, CHAINS(forcing), role);
    const at = (shift: number) => rows.map(({ accuracy }) => Math.min(1, Math.max(0, accuracy.mean + shift * 2 * accuracy.standardError)));
    return { name: role, x: rows.map(({ budget }) => budget), y: at(0), lower: at(-1), upper: at(1), style: "both" as const, color };
  });
  return lineChart({
    x: { label: "budget B, tokens of the chain" },
    // Both forcings are compared by eye, and share an axis.
    y: { label: "right answers", range: [0, 1.1 * top], keep: true },
    series,
    marks: [{ axis: "y", value: results.guess, label: "always 1", at: "outside" }],
    caption: `${what} Mean of ${results.seeds.length} seeds ± 2 standard errors over seeds; the same 120 divisor problems for all models, temperature 0.`,
  });
}

/** Gains over the base model of the same seed on the same problems. */
export function gainRows(results: SymbolResults): Row[] {
  return (["cut", "filled"] as const).flatMap((forcing) =>
    measured(results, CHAINS(forcing), "gcd").map(({ budget, gain }) => ({
      forcing,
      budget,
      "gcd − base, points": points(gain!),
      "polynomial − base": points(chainsAt(results, forcing, "polynomial", budget).gain!),
      "tokens of a chain: base, gcd, polynomial": PAPER_ROLES.map((role) =>
        chainsAt(results, forcing, role, budget).meanTokens.toFixed(1),
      ).join(", "),
    })),
  );
}

/** What skill features predict, in every reading, beside the measured change of accuracy. */
export function featureRows(results: SymbolResults): Row[] {
  return results.theory.map(({ role, readings }) => ({
    "trained on": role,
    ...Object.fromEntries(
      readings.map(({ detail, shares, call, mu }) => [
        `detail ${detail}, ${shares ? "shares" : "counts"}`,
        mu ? `${call} (μ = ${mu[0].toPrecision(3)})` : call,
      ]),
    ),
    "measured, cut: points from B = 4 to 48": (100 * budgetRise(results, "cut", role)).toFixed(1),
    "measured, filled": (100 * budgetRise(results, "filled", role)).toFixed(1),
  }));
}

/** The different predictions for one kind of model. */
export function calls({ theory }: SymbolResults, role: PaperRole): string[] {
  return [...new Set(theory.find((one) => one.role === role)!.readings.map(({ call }) => call))];
}

/** Which model is measured now, and what it is asked. */
export interface LiveEvaluation {
  readonly role: PaperRole;
  readonly modelSeed: number;
  readonly forcing: SymbolForcing;
  readonly count: number;
  readonly budgets: readonly number[];
  readonly digits: number;
}

/** A server to be measured in the place of a stored model. */
export interface OwnServer {
  /** Such as "http://127.0.0.1:8000/v1"; empty: none. */
  readonly endpoint: string;
  readonly model: string;
  /** "text" for a model that reads words. */
  readonly form: "text" | "symbols";
  readonly budgets: readonly number[];
}

/** Intervals of chain lengths up to a budget: below a third, below a half, up to it. */
export function budgetBuckets(budget: number): string {
  const ends = distinct([0, Math.round(budget / 3), Math.round(budget / 2), budget]);
  return ends
    .slice(1)
    .map((end, i) => `[${ends[i]},${end}${i === ends.length - 2 ? "]" : ")"}`)
    .join(" ");
}

/** Measures a stored model of a folder over HTTP, or another server; temperature 0. */
export async function measureNow(
  models: string,
  { role, modelSeed, forcing, count, budgets: stored, digits }: LiveEvaluation,
  own: OwnServer,
): Promise<EvaluationSummary> {
  const local = own.endpoint === "";
  const name = local ? `${role}-seed${modelSeed}` : own.model;
  const server = local ? await startCompletionServer({ model: symbolModel(readSymbolModel(join(models, `${name}.bin`))) }) : undefined;
  const endpoint = server?.endpoint ?? own.endpoint;
  const form = local ? "symbols" : own.form;
  const budgets = local ? stored : own.budgets;
  const words = { continuation: "prefix" as const, answerText: ";=", waitText: ";", answerTokens: 4 };
  const policy = forcing === "cut" ? { forcing: "cut" as const } : { forcing: "fill" as const, maxWaits: 4 };
  const report = progress(`asking ${name}`);
  try {
    const evaluation = await runEvaluation({
      client: new ChatClient({ endpoint, model: name, apiKey: apiKeyFor(endpoint, process.env) }),
      problems: drawProblemSet({ specs: [{ kind: "gcd", digits, euclidSteps: [2, 3] }], count, split: "test", seed: 1 }).map((problem) =>
        evaluationProblem(problem, form),
      ),
      budgets,
      policy: { ...policy, ...(form === "symbols" ? words : {}) },
      journal: join(mkdtempSync(join(tmpdir(), "cotlab-11-")), "journal.jsonl"),
      onProgress: ({ answered, total }) => report(answered, total),
    });
    return summarizeEvaluation(evaluation, lengthBuckets(budgetBuckets(Math.max(...budgets))));
  } finally {
    await server?.close();
  }
}

/** Right answers by budget and by length of the chain, with Wilson's intervals and numbers of chains. */
export function evaluationRows({ budgets }: EvaluationSummary): Row[] {
  const interval = ({ accuracy, low, high, n }: Proportion): string =>
    accuracy === null ? "no chains" : `${percent(accuracy)} [${percent(low)}, ${percent(high)}], ${n}`;
  return budgets.map(({ budget, overall, buckets }) => ({
    budget,
    "all chains": interval(overall),
    ...Object.fromEntries(buckets.map((bucket) => [`chains of ${bucket.bucket}`, interval(bucket)])),
  }));
}

/** Differences between right answers now and as they are stored, at the budgets that are stored. */
function gapsToStored({ rows }: SymbolResults, { role, modelSeed, forcing }: LiveEvaluation, { budgets }: EvaluationSummary): number[] {
  const known = rows.filter((row) => row.measurement === CHAINS(forcing) && row.role === role && row.seed === modelSeed);
  return budgets.flatMap(({ budget, overall }) =>
    known.filter((row) => row.budget === budget).map((row) => Math.abs(row.right - overall.right)),
  );
}

/** What the notebook claims of the small models. */
export function symbolChecks(results: SymbolResults, asked: LiveEvaluation, own: OwnServer, now: EvaluationSummary): Check[] {
  const { rows, seeds } = results;
  const accuracy = (forcing: SymbolForcing, role: PaperRole, seed: number): number =>
    rows.find((row) => row.measurement === CHAINS(forcing) && row.role === role && row.seed === seed && row.budget === LARGEST)!.accuracy!;
  const everySeed = (name: string, holds: (seed: number) => boolean, ...paper: readonly [] | readonly [string, "not tested"]): Check => {
    const count = seeds.filter(holds).length;
    return checkTrue(name, count === seeds.length, `${count} of ${seeds.length} seeds`, "all seeds", ...paper);
  };
  const gain = chainsAt(results, "cut", "polynomial").gain!;
  const gaps = gapsToStored(results, asked, now);
  const [gcd, polynomial] = [calls(results, "gcd"), calls(results, "polynomial")];
  return [
    everySeed(
      "gcd above base, B = 48, cut",
      (seed) => accuracy("cut", "gcd", seed) > accuracy("cut", "base", seed),
      QWEN_TABLE,
      "not tested",
    ),
    everySeed("polynomial below gcd, B = 48, cut", (seed) => accuracy("cut", "polynomial", seed) < accuracy("cut", "gcd", seed)),
    checkTrue("polynomial no better than base", gain.mean < 0.05, points(gain), "gain below 5 points"),
    everySeed("gcd: filled below cut, B = 48", (seed) => accuracy("filled", "gcd", seed) < accuracy("cut", "gcd", seed)),
    given(
      {
        "a stored model": own.endpoint === "",
        "the stored 120 problems": asked.count === 120 && asked.digits === 2,
        "a stored budget": gaps.length > 0,
      },
      "measured now as stored",
      (name) => checkTrue(name, Math.max(...gaps) <= 3, `off by at most ${Math.max(...gaps)} of 120`, "at most 3"),
    ),
    checkTrue("theory, gcd", gcd.join() === "helps", gcd.join(", "), "helps, in every reading"),
    checkTrue("theory, polynomial", polynomial.length > 1, polynomial.join(", "), "depends on the reading"),
  ];
}
