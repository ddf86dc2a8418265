/** @file A folder of benchmark results: results.csv, growth.csv and machine.json, each replaced whole. */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type BenchRow, type GrowthRow, isGrowth, type Row } from "../../benchmarks/rows.ts";
import { Checks } from "../../lib/dist/core/check.js";
import { csvText } from "../../lib/dist/core/csvText.js";
import { parseFields } from "../../lib/dist/data/resultTable.js";
import { writeFileAtomic } from "../../lib/dist/data/writeFileAtomic.js";
import { UsageError } from "../options.ts";
import type { Machine } from "./machine.ts";

const RATIO_COLUMNS = [
  ...["suite", "case", "setting", "ours", "peer", "peerSeconds", "ratio", "low", "high", "rounds"],
  ...["extrapolated", "measuredSeconds", "standardError", "note"],
] as (keyof BenchRow)[];
const GROWTH_COLUMNS = [
  ...["suite", "quantity", "setting", "values", "seconds", "slope", "slopeLow", "slopeHigh", "lastSlope", "expected"],
] as (keyof GrowthRow)[];
const TEXT = new Set<string>(["suite", "case", "setting", "peer", "extrapolated", "note", "quantity"]);

/** Four digits, which is more than a clock on a shared machine gives. */
const short = (value: number): string => String(Number(value.toPrecision(4)));

function cell(value: string | number | null | readonly number[]): string {
  return Array.isArray(value) ? value.map(short).join(" ") : typeof value === "number" ? short(value) : String(value ?? "");
}

function csv<Item>(columns: readonly (keyof Item & string)[], rows: readonly Item[]): string {
  return csvText([columns, ...rows.map((row) => columns.map((column) => cell(row[column] as string | number | null)))]);
}

function fromCsv<Item>(file: string, columns: readonly (keyof Item & string)[]): Item[] {
  if (!existsSync(file)) return [];
  const { names, rows } = parseFields(new Checks("bench"), readFileSync(file, "utf8"), file);
  if (String(names) !== String(columns)) {
    throw new UsageError(`bench: ${file} must have the columns ${columns.join(", ")}, got ${names.join(", ")}; move it away`);
  }
  const read = (name: string, value: string): unknown => {
    if (TEXT.has(name)) return value;
    if (name === "values" || name === "seconds") return value.split(" ").map(Number);
    return value === "" ? null : Number(value);
  };
  return rows.map(({ fields }) => Object.fromEntries(columns.map((name, i) => [name, read(name, fields[i])])) as Item);
}

/** The rows of all suites, and the machine of each. */
export class Results {
  readonly folder: string;
  private rows: Row[];
  /** The machine by suite, of the suites that have rows. */
  machines: Readonly<Record<string, Machine>>;

  constructor(folder: string) {
    this.folder = folder;
    this.rows = [
      ...fromCsv<BenchRow>(join(folder, "results.csv"), RATIO_COLUMNS),
      ...fromCsv<GrowthRow>(join(folder, "growth.csv"), GROWTH_COLUMNS),
    ];
    const file = join(folder, "machine.json");
    this.machines = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, Machine>) : {};
  }

  get ratios(): BenchRow[] {
    return this.rows.filter((row): row is BenchRow => !isGrowth(row));
  }

  get growths(): GrowthRow[] {
    return this.rows.filter(isGrowth);
  }

  /** Puts the rows of a suite that has run to its end in the place of those that it had, and stores all. */
  replace(suite: string, rows: readonly Row[], machine: Machine): void {
    const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
    this.rows = [...this.rows.filter((row) => row.suite !== suite), ...rows].sort((a, b) => order(a.suite, b.suite));
    const machines = { ...this.machines, [suite]: machine };
    this.machines = Object.fromEntries(Object.entries(machines).sort(([a], [b]) => order(a, b)));
    mkdirSync(this.folder, { recursive: true });
    writeFileAtomic(join(this.folder, "results.csv"), [csv<BenchRow>(RATIO_COLUMNS, this.ratios)]);
    writeFileAtomic(join(this.folder, "growth.csv"), [csv<GrowthRow>(GROWTH_COLUMNS, this.growths)]);
    writeFileAtomic(join(this.folder, "machine.json"), [`${JSON.stringify(this.machines, null, 2)}\n`]);
  }
}
