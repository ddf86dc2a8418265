/** @file A finished sweep as one table: CSV with its specification beside it, or Parquet with it inside. */

import { extname } from "node:path";
import { fail } from "../core/check";
import { csvField } from "../core/csvField";
import { writeFileAtomic } from "../core/writeFileAtomic";
import { writeTogether } from "../core/writeTogether";
import type { FinishedCell } from "./mergeSweep";
import type { Json } from "./sweepable";
import { canonicalJson, type SweepSpec } from "./sweepSpec";

type Value = number | string | null;

/** A column: all numbers (or null), or all texts. */
export interface SweepColumn {
  readonly name: string;
  readonly kind: "number" | "text";
  readonly values: readonly Value[];
}

/** What a grid's value looks like in a cell of the table: numbers and texts as they are, anything else as JSON. */
const plain = (value: Json): Value => (typeof value === "number" || typeof value === "string" ? value : canonicalJson(value));

/**
 * The table of a sweep: a row for each cell, curve and x, in the grid's order. Columns: cell, the grid's parameters, curve, x, mean,
 * standardError, median with its 95 % interval, heavyTail, diverged, tasks, seed.
 */
export function sweepTable(spec: SweepSpec, finished: readonly FinishedCell[]): SweepColumn[] {
  const rows = finished.flatMap(({ cell, rows }) => rows.map((row) => ({ cell, row })));
  const column = (name: string, pick: (entry: (typeof rows)[number]) => Value, kind?: SweepColumn["kind"]): SweepColumn => {
    const values = rows.map(pick);
    const numbers = values.every((value) => typeof value !== "string");
    return kind === "text" || !numbers
      ? { name, kind: "text", values: values.map((value) => (value === null ? null : String(value))) }
      : { name, kind: "number", values };
  };
  const keys = ["mean", "standardError", "median", "medianLow", "medianHigh"] as const;
  return [
    column("cell", ({ cell }) => cell.index),
    ...spec.grid.map(([name], axis) => column(name, ({ cell }) => plain(cell.values[axis]!))),
    column("curve", ({ row }) => row.curve, "text"),
    column("x", ({ row }) => row.x),
    ...keys.map((key) => column(key, ({ row }) => row[key])),
    column("heavyTail", ({ row }) => row.heavyTail, "text"),
    column("diverged", ({ row }) => row.diverged),
    column("tasks", ({ row }) => row.tasks),
    column("seed", () => spec.seed ?? null),
  ];
}

/** The table as CSV; numbers with all their digits, so that reading gives the same bits. */
export function sweepCsv(columns: readonly SweepColumn[]): string {
  const rows = columns[0]!.values.map((_, i) => columns.map(({ values }) => csvField(values[i]!)).join(","));
  return `${[columns.map(({ name }) => csvField(name)).join(","), ...rows].join("\n")}\n`;
}

/** The table as Parquet, the specification in its metadata under "cotlab.sweep". */
export async function sweepParquet(spec: SweepSpec, columns: readonly SweepColumn[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const columnData = columns.map(({ name, kind, values }) => ({
    name,
    data: [...values],
    type: kind === "text" ? ("STRING" as const) : ("DOUBLE" as const),
    nullable: true,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata: [{ key: "cotlab.sweep", value: JSON.stringify(spec.source) }] }));
}

/** Makes sure of a table's file name before anything is computed. */
export function checkTableName(path: string): void {
  if (![".csv", ".parquet"].includes(extname(path))) fail("sweep", "out", "a file name that ends in .csv or .parquet", path);
}

/**
 * Writes the table, whole or not at all: NAME.parquet, or NAME.csv and NAME.spec.json together.
 * @returns the files
 */
export async function writeSweepTable(path: string, spec: SweepSpec, finished: readonly FinishedCell[]): Promise<string[]> {
  checkTableName(path);
  const columns = sweepTable(spec, finished);
  if (extname(path) === ".parquet") {
    writeFileAtomic(path, [await sweepParquet(spec, columns)]);
    return [path];
  }
  const beside = path.replace(/\.csv$/, ".spec.json");
  await writeTogether(
    new Map([
      [path, sweepCsv(columns)],
      [beside, `${JSON.stringify(spec.source, null, 2)}\n`],
    ]),
  );
  return [path, beside];
}
