/** @file The stored runs of task selection as rows and lines to show: the (α, B) table, its scan, the demonstration. */
import { notebook } from "cotlab";
import type { ResultRow } from "cotlab/dist/data/resultTable";
import type { AlphaBTable } from "./alphaBTable";
import { SELECTION_RULES } from "./selectionRules";
import { TASK_TYPES } from "./taskPool";

type Row = Record<string, string | number>;

/** Mean, lower and upper end of the error of one rule over another's, by the rule. */
const RATIO = {
  selected: ["selectedOverThis", "ratioLow", "ratioHigh"],
  stable: ["stableOverThis", "stableLow", "stableHigh"],
} as const;
/** Rules whose error the demonstration holds over every other's. */
export type ComparedRule = keyof typeof RATIO;

const names = (rows: readonly ResultRow[]): string[] => [...new Set(rows.map(({ setting }) => String(setting)))];

/** A ratio with its interval, like "0.5 [0.4, 0.6]". */
export function ratioText(...[ratio, low, high]: readonly number[]): string {
  const [middle, ...ends] = [ratio, low, high].map((value) => notebook.formatNumber(value, 2));
  return `${middle} [${ends.join(", ")}]`;
}

const ratioOf = (row: ResultRow, rule: ComparedRule): string => ratioText(...RATIO[rule].map((key) => Number(row[key])));

/** The settings of the demonstration: those where a pool stands for its median prompt, and those of means over prompts. */
export function demonstrationSettings(rows: readonly ResultRow[]): { readonly medians: string[]; readonly means: string[] } {
  const all = names(rows);
  const isMean = (setting: string) => setting.includes("means");
  return { medians: all.filter((setting) => !isMean(setting)), means: all.filter(isMean) };
}

/** One curve of a stored setting by k: the given column, with the two columns of its interval. */
export function storedCurve(rows: readonly ResultRow[], setting: string, curve: string, keys: readonly string[]) {
  const chosen = rows.filter((row) => row.setting === setting && row.curve === curve);
  const column = (key: string) => chosen.map((row) => Number(row[key]));
  const [y, lower, upper] = keys.map(column);
  return { x: column("k"), y, lower, upper, pools: Number(chosen[0].pools) };
}

/** The error of a rule over that of uniform mixing by k, with its 95 % interval. */
export function storedOverUniform(rows: readonly ResultRow[], setting: string, rule: ComparedRule) {
  return storedCurve(rows, setting, "uniform", RATIO[rule]);
}

/** The error of a rule over each other choice's at one k: a row for each setting. */
export function contrastRows(rows: readonly ResultRow[], rule: ComparedRule, k: number): Row[] {
  const atK = rows.filter((row) => row.k === k);
  return names(atK).map((setting) => {
    const others = atK.filter((row) => row.setting === setting && row.curve !== rule);
    return { setting, pools: others[0].pools, ...Object.fromEntries(others.map((row) => [`/ ${row.curve}`, ratioOf(row, rule)])) };
  });
}

/** A table with its caption. */
export interface CaptionedRows {
  readonly rows: Row[];
  readonly caption: string;
}

/** The contrasts of either rule at two k. */
export function contrastTables(rows: readonly ResultRow[]): CaptionedRows[] {
  return (["selected", "stable"] as const).flatMap((rule) =>
    [5, 20].map((k) => ({
      rows: contrastRows(rows, rule, k),
      caption: `Stored: error of ${rule === "selected" ? "the selected mixture" : "the stable selection"} over each other choice's, k = ${k}`,
    })),
  );
}

/** Mean errors over prompts of either rule over those of uniform mixing: a row for each setting of means and rule. */
export function meanRows(rows: readonly ResultRow[]): Row[] {
  return demonstrationSettings(rows).means.flatMap((setting) =>
    (["selected", "stable"] as const).map((rule) => {
      const uniform = rows.filter((row) => row.setting === setting && row.curve === "uniform");
      return { setting, rule, ...Object.fromEntries(uniform.map((row) => [`k = ${row.k}`, ratioOf(row, rule)])) };
    }),
  );
}

/** The share of pools in which each rule's mixture diverges at m = ∞: a row for each setting. */
export function divergingRows(rows: readonly ResultRow[]): Row[] {
  return names(rows).map((setting) => {
    const share = (rule: string) => Number(rows.find((row) => row.setting === setting && row.curve === rule)!.diverging);
    return { setting, ...Object.fromEntries(SELECTION_RULES.map((rule) => [rule, `${(100 * share(rule)).toFixed(0)} %`])) };
  });
}

/** Choices that are no rivals: they know the errors, or are the two that are compared. */
const REFERENCES: readonly string[] = ["selected", "stable", "error-optimal", "best-single"];

/** Where a rule loses: every choice that could be made beforehand and has clearly the smaller error, with the k at which it has. */
export function lossRows(rows: readonly ResultRow[], rule: ComparedRule): Row[] {
  const losses = rows.filter((row) => Number(row[RATIO[rule][1]]) > 1 && !REFERENCES.includes(String(row.curve)));
  const pairs = new Map(losses.map((row) => [`${row.setting}|${row.curve}`, row])); // of each pair the last k stays
  return [...pairs.values()].map((last) => ({
    setting: last.setting,
    "loses to": last.curve,
    "at k": losses
      .filter((row) => row.setting === last.setting && row.curve === last.curve)
      .map(({ k }) => k)
      .join(", "),
    "ratio at the last of these": ratioOf(last, rule),
  }));
}

/** Where either rule loses. */
export function lossTables(rows: readonly ResultRow[]): CaptionedRows[] {
  return (["selected", "stable"] as const).map((rule) => ({
    rows: lossRows(rows, rule),
    caption:
      "Stored: every rule that could be chosen beforehand and clearly beats the " +
      `${rule === "selected" ? "selected mixture" : "stable selection"}, at any k`,
  }));
}

/** Settings of the demonstration in which no mixture of the program diverges in any pool. */
export function steadySettings(rows: readonly ResultRow[]): string[] {
  return names(rows).filter((setting) => rows.every((row) => row.setting !== setting || row.curve !== "selected" || row.diverging === 0));
}

/** The largest upper end, over settings and k, of a rule's error over that of uniform mixing. */
export function worstOverUniform(rows: readonly ResultRow[], rule: ComparedRule, settings: readonly string[]): number {
  const uniform = rows.filter(({ curve, setting }) => curve === "uniform" && settings.includes(String(setting)));
  return uniform.reduce((worst, row) => Math.max(worst, Number(row[RATIO[rule][2]])), Number.NEGATIVE_INFINITY);
}

/** The stored (α, B) table with its intervals: a row for each setting. */
export function alphaBTableRows(rows: readonly ResultRow[]): Row[] {
  const cell = (row: ResultRow, type: string) =>
    `${Number(row[`mean ${type}`]).toFixed(3)} ± ${(1.96 * Number(row[`se ${type}`])).toFixed(3)}`;
  return rows.map((row) => ({
    setting: row.setting,
    ...Object.fromEntries(TASK_TYPES.map((type) => [type, cell(row, type)])),
    "paper's order": row.inOrder,
    "least z of a step": Number(row.leastZ),
  }));
}

/** z of the means of new pools against the stored ones, one a kind of task; 0 where neither varies. */
export function zAgainstStored(live: AlphaBTable, stored: ResultRow): number[] {
  return TASK_TYPES.map((type, t) => {
    const spread = Math.hypot(live.standardErrors[t], Number(stored[`se ${type}`]));
    return spread > 0 ? (live.means[t] - Number(stored[`mean ${type}`])) / spread : 0;
  });
}

/** In how many targets of the scan the means rise in the paper's order: a row for each way to draw pools, a column for each normalisation. */
export function orderCounts(scan: readonly ResultRow[]): Row[] {
  const parts = names(scan).map((name) => name.split("; "));
  const pools = [...new Set(parts.map(([reading, size]) => `${reading}; ${size}`))];
  return pools.map((pool) => ({
    pools: pool,
    ...Object.fromEntries(
      names(scan)
        .filter((name) => name.startsWith(`${pool};`))
        .map((name) => {
          const rows = scan.filter(({ setting }) => setting === name);
          return [name.split("; ")[2], `${rows.filter(({ inOrder }) => inOrder === "yes").length} of ${rows.length}`];
        }),
    ),
  }));
}

/** How many targets of the scan have the paper's order, and how many of these clearly. */
export function orderText(scan: readonly ResultRow[]): string {
  const inOrder = scan.filter((row) => row.inOrder === "yes");
  const clear = inOrder.filter(({ leastZ }) => Number(leastZ) > 2);
  return `In order: ${inOrder.length} of ${scan.length}; with every step above 2 standard errors: ${clear.length}.`;
}

/** A line of a stored run: its name, points and intervals. */
export interface StoredLine {
  readonly name: string;
  readonly x: number[];
  readonly y: number[];
  readonly lower: number[];
  readonly upper: number[];
}

function line(name: string, rows: readonly ResultRow[], x: (row: ResultRow) => number, keys: readonly string[]): StoredLine {
  const [y, lower, upper] = keys.map((key) => rows.map((row) => Number(row[key])));
  return { name, x: rows.map(x), y, lower, upper };
}

/** The stable selection's error at k = 20 over that of uniform mixing by the margin: a line for each length of test prompts. */
export function marginLines(rows: readonly ResultRow[]): StoredLine[] {
  const atEnd = rows.filter(({ curve, k }) => curve === "uniform" && k === 20);
  return ["Infinity", "200", "50"].map((m) =>
    line(
      `m = ${m === "Infinity" ? "∞" : m}`,
      atEnd.filter(({ setting }) => String(setting).includes(`m = ${m};`)),
      ({ setting }) => Number(String(setting).split("margin ")[1]),
      RATIO.stable,
    ),
  );
}

/** The margin of the least error for each length of test prompts, like "0.2 at m = 200". */
export function bestMargins(rows: readonly ResultRow[]): string[] {
  return marginLines(rows).map(({ name, x, y }) => `${x[y.indexOf(Math.min(...y))]} at ${name}`);
}

/** The error from estimated covariances over that from the true ones by N/d: a line for each target and rule. */
export function robustnessLines(rows: readonly ResultRow[]): StoredLine[] {
  return names(rows).flatMap((setting) =>
    (["selected", "stable"] as const).map((rule) =>
      line(
        `${rule}, ${setting.slice(3).replace("i^-0.5", "i^{-0.5}")}`,
        rows.filter((row) => row.setting === setting && row.rule === rule && Number.isFinite(Number(row.ratio))),
        ({ ratio }) => Number(ratio),
        ["ratioToTrue", "low", "high"],
      ),
    ),
  );
}
