/** @file The stored benchmark results: results.csv, growth.csv and machine.json, each replaced whole. */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { type BenchRow, type GrowthRow, isGrowth, keyOf, type Row } from "../../benchmarks/rows.ts";
import { csvField } from "../../lib/dist/core/csvField.js";
import { writeFileAtomic } from "../../lib/dist/core/writeFileAtomic.js";
import type { Machine } from "./machine.ts";

const RATIO_COLUMNS = ["suite", "case", "setting", "ours", "peer", "peerSeconds", "ratio", "low", "high", "rounds", "note"] as const;
const GROWTH_COLUMNS = ["suite", "quantity", "setting", "values", "seconds", "slope", "slopeLow", "slopeHigh", "expected"] as const;
const TEXT = new Set<string>(["suite", "case", "setting", "peer", "note", "quantity"]);

/** Four digits, which is more than a clock on a shared machine gives. */
const short = (value: number): string => String(Number(value.toPrecision(4)));

function cell(value: string | number | null | readonly number[]): string {
  return csvField(Array.isArray(value) ? value.map(short).join(" ") : typeof value === "number" ? short(value) : String(value ?? ""));
}

function csv<Item>(columns: readonly (keyof Item & string)[], rows: readonly Item[]): string {
  const lines = rows.map((row) => columns.map((column) => cell(row[column] as string | number | null)).join(","));
  return `${[columns.join(","), ...lines].join("\n")}\n`;
}

function fromCsv<Item>(text: string): Item[] {
  const rows = parse(text, { columns: true }) as Record<string, string>[];
  return rows.map((row) => {
    const entries = Object.entries(row).map(([name, value]) => {
      if (TEXT.has(name)) return [name, value];
      if (name === "values" || name === "seconds") return [name, value.split(" ").map(Number)];
      return [name, value === "" ? null : Number(value)];
    });
    return Object.fromEntries(entries) as Item;
  });
}

/** The rows of all suites, stored after every change. */
export class Results {
  readonly folder: string;
  private rows: Row[];

  constructor(folder: string) {
    this.folder = folder;
    const read = <Item>(name: string): Item[] => {
      const file = join(folder, name);
      return existsSync(file) ? fromCsv<Item>(readFileSync(file, "utf8")) : [];
    };
    this.rows = [...read<BenchRow>("results.csv"), ...read<GrowthRow>("growth.csv")];
  }

  get ratios(): BenchRow[] {
    return this.rows.filter((row): row is BenchRow => !isGrowth(row));
  }

  get growths(): GrowthRow[] {
    return this.rows.filter(isGrowth);
  }

  /** Stores a row, in the place of the one that it measures again. */
  put(row: Row): void {
    const at = this.rows.findIndex((old) => isGrowth(old) === isGrowth(row) && keyOf(old) === keyOf(row));
    if (at >= 0) this.rows[at] = row;
    else this.rows.push(row);
    this.write();
  }

  /** After a suite has run to its end: rows that it no longer has are dropped. */
  keepOnly(suite: string, rows: readonly Row[]): void {
    const keys = new Set(rows.map(keyOf));
    this.rows = this.rows.filter((row) => row.suite !== suite || keys.has(keyOf(row)));
    this.write();
  }

  /** Forgets everything: the rows came from another machine. */
  clear(): void {
    this.rows = [];
    this.write();
  }

  private write(): void {
    const order = (a: Row, b: Row): number => (a.suite < b.suite ? -1 : a.suite > b.suite ? 1 : 0);
    this.rows = this.rows.toSorted(order);
    mkdirSync(this.folder, { recursive: true });
    writeFileAtomic(join(this.folder, "results.csv"), [csv<BenchRow>(RATIO_COLUMNS, this.ratios)]);
    writeFileAtomic(join(this.folder, "growth.csv"), [csv<GrowthRow>(GROWTH_COLUMNS, this.growths)]);
  }

  get machine(): Machine | undefined {
    const file = join(this.folder, "machine.json");
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Machine) : undefined;
  }

  set machine(machine: Machine) {
    mkdirSync(this.folder, { recursive: true });
    writeFileAtomic(join(this.folder, "machine.json"), [`${JSON.stringify(machine, null, 2)}\n`]);
  }
}
