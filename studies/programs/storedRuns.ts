/** @file Long experiments whose results are kept: a CSV of rows and a JSON of settings, resumed after an interruption. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { recordsCsv } from "../../lib/dist/core/csvText.js";
import { type ResultRow, readResults } from "../../lib/dist/data/resultTable.js";
import { writeFileAtomic } from "../../lib/dist/data/writeFileAtomic.js";

export interface StoredRuns {
  /** Where NAME.csv and NAME.json lie. */
  readonly folder: string;
  readonly name: string;
  /** By the setting's name: what it is run with. A stored setting is kept while these are the same. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The rows of one setting. */
  readonly run: (params: never, setting: string) => ResultRow[] | Promise<ResultRow[]>;
  /** What the JSON says besides the settings, from the rows that are there. */
  readonly about: (rows: readonly ResultRow[]) => {
    readonly before: Readonly<Record<string, unknown>>;
    readonly after?: Readonly<Record<string, unknown>>;
  };
  /** Computes all again. */
  readonly fresh: boolean;
}

/** Settings as text; JSON has no Infinity. */
const asText = (params: unknown): string => JSON.stringify(params, (_, value) => (value === Number.POSITIVE_INFINITY ? "Infinity" : value));

/** Significant digits of a stored number, which is more than the sampling leaves. */
const DIGITS = 8;

/** Runs what is not stored yet, setting by setting, and stores after each, so that an interrupted run is resumed. */
export async function storedRuns({ folder, name, settings, run, about, fresh }: StoredRuns): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const table = join(folder, `${name}.csv`);
  const config = join(folder, `${name}.json`);
  const results = new Map<string, readonly ResultRow[]>();
  if (!fresh && existsSync(table) && existsSync(config)) {
    const before = (JSON.parse(readFileSync(config, "utf8")) as { settings: Record<string, unknown> }).settings;
    const rows = readResults(table);
    for (const [setting, params] of Object.entries(settings)) {
      const kept = rows.filter((row) => row.setting === setting);
      if (kept.length > 0 && asText(before[setting]) === asText(params)) results.set(setting, kept);
    }
  }
  for (const [setting, params] of Object.entries(settings)) {
    process.stderr.write(`${name}: ${setting}${results.has(setting) ? " (kept)" : ""}\n`);
    if (!results.has(setting)) {
      const rows = await run(params as never, setting);
      results.set(
        setting,
        rows.map((row) => ({ setting, ...row })),
      );
    }
    const done = Object.keys(settings).filter((key) => results.has(key));
    const rows = done.flatMap((key) => results.get(key)!);
    const { before, after = {} } = about(rows);
    const text = asText({ ...before, settings: Object.fromEntries(done.map((key) => [key, settings[key]])), ...after });
    writeFileAtomic(table, [recordsCsv(rows, Object.keys(rows[0]), DIGITS)]);
    writeFileAtomic(config, [`${JSON.stringify(JSON.parse(text), null, 2)}\n`]);
  }
}

/** The parts that the command line names, all of them without a name; and whether to compute all again. */
export function chosenParts(tool: string, names: readonly string[]): { wanted: readonly string[]; fresh: boolean } {
  const wanted = process.argv.slice(2).filter((argument) => argument !== "--fresh");
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new RangeError(`${tool}: the part must be one of ${names.join(", ")}, got ${unknown}`);
  return { wanted: wanted.length > 0 ? wanted : names, fresh: process.argv.includes("--fresh") };
}
