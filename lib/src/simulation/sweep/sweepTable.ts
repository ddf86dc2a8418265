/** @file A finished sweep as one table: CSV with its specification beside it, or Parquet with it inside. */
import { existsSync, realpathSync } from "node:fs";
import { extname } from "node:path";
import { argumentsOf, Checks } from "../../core/check";
import { csvText } from "../../core/csvText";
import { checkWritable, writeFileAtomic } from "../../data/writeFileAtomic";
import { writeTogether } from "../../data/writeTogether";
import type { FinishedCell } from "./mergeSweep";
import { INFINITY, type Json } from "./sweepable";
import { canonicalJson, checkSpec, type SweepSpec } from "./sweepSpec";

export type Value = number | string | null;

/** A column: whole numbers, numbers (the specification's word "infinity" among them), or texts; any may be null. */
export interface SweepColumn {
  readonly name: string;
  readonly kind: "integer" | "number" | "text";
  readonly values: readonly Value[];
}

/** What a grid's value looks like in a cell of the table: numbers and texts as they are, anything else as JSON. */
const plain = (value: Json): Value => (typeof value === "number" || typeof value === "string" ? value : canonicalJson(value));

/**
 * The table of a sweep: a row for each cell, curve and x, in the grid's order. Columns: cell, the grid's parameters, curve, x, mean,
 * standardError, median with its 95 % interval, heavyTail, diverged, draws, seed.
 */
export function sweepTable(spec: SweepSpec, finished: readonly FinishedCell[]): SweepColumn[] {
  const rows = finished.flatMap(({ cell, rows }) => rows.map((row) => ({ cell, row })));
  const column = (name: string, pick: (entry: (typeof rows)[number]) => Value, kind?: SweepColumn["kind"]): SweepColumn => {
    const values = rows.map(pick);
    const found = kind ?? kindOf(values);
    return { name, kind: found, values: found === "text" ? values.map((value) => (value === null ? null : String(value))) : values };
  };
  const keys = ["mean", "standardError", "median", "medianLow", "medianHigh"] as const;
  return [
    column("cell", ({ cell }) => cell.index),
    ...spec.grid.map(([name], axis) => column(name, ({ cell }) => plain(cell.values[axis]))),
    column("curve", ({ row }) => row.curve, "text"),
    column("x", ({ row }) => row.x),
    ...keys.map((key) => column(key, ({ row }) => row[key], "number")),
    column("heavyTail", ({ row }) => row.heavyTail, "text"),
    column("diverged", ({ row }) => row.diverged, "number"),
    column("draws", ({ row }) => row.draws),
    column("seed", () => spec.seed ?? null),
  ];
}

/** What a column of the specification's values is. */
function kindOf(values: readonly Value[]): SweepColumn["kind"] {
  const are = (rule: (value: Value) => boolean): boolean => values.every((value) => value === null || rule(value));
  if (are((value) => Number.isSafeInteger(value) && !Object.is(value, -0))) return "integer";
  return are((value) => typeof value === "number" || value === INFINITY) ? "number" : "text";
}

/** The table as CSV; numbers with all their digits, so that reading gives the same bits. */
export function sweepCsv(columns: readonly SweepColumn[]): string {
  return csvText([columns.map(({ name }) => name), ...columns[0].values.map((_, i) => columns.map(({ values }) => values[i]))]);
}

const PARQUET = { integer: "INT64", number: "DOUBLE", text: "STRING" } as const;
const parquetValue = (kind: SweepColumn["kind"], value: Value): Value | bigint => {
  if (kind === "text" || value === null) return value;
  return kind === "integer" ? BigInt(value) : value === INFINITY ? Number.POSITIVE_INFINITY : value;
};

/** The table as Parquet, the specification in its metadata under "cotlab.sweep". */
export async function sweepParquet(spec: SweepSpec, columns: readonly SweepColumn[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const columnData = columns.map(({ name, kind, values }) => {
    return { name, data: values.map((value) => parquetValue(kind, value)), type: PARQUET[kind], nullable: true };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata: [{ key: "cotlab.sweep", value: JSON.stringify(spec.source) }] }));
}

/** The files of a table: the table, and beside a CSV its specification. */
function tableFiles(path: string): [table: string, specification?: string] {
  const check: Checks = new Checks("writeSweepTable");
  if (![".csv", ".parquet"].includes(extname(path))) check.fail("out", "a file name that ends in .csv or .parquet", path);
  return extname(path) === ".csv" ? [path, path.replace(/\.csv$/, ".spec.json")] : [path];
}

/**
 * Makes sure that a table can be written, before anything is computed: its name, and its folder, which is made.
 * @param specification the file that the specification was read from; it is never written over
 * @throws RangeError or FileWriteError
 */
export function checkTable(path: string, specification?: string): void {
  const check: Checks = new Checks("writeSweepTable");
  const real = (file: string): string | undefined => (existsSync(file) ? realpathSync(file) : undefined);
  for (const file of tableFiles(path)) {
    if (specification !== undefined && existsSync(file!) && real(file!) === real(specification))
      check.fail("out", `another file: ${file} is the specification, and would be written over`, path);
    checkWritable(file!);
  }
}

/**
 * Writes the table of a sweep, whole or not at all: NAME.parquet, or NAME.csv and NAME.spec.json together.
 * @param path ends in .parquet or .csv
 * @param spec of {@link sweepSpec}
 * @param finished of {@link gatherCells}
 * @returns the files
 * @throws RangeError for another ending; FileWriteError
 * @origin ours
 * @example
 * const spec = cot.simulation.sweepSpec({ name: "a", experiment: "limit-error", fixed: { d: 2, "train.n": 6, steps: 1 } }, ".");
 * const finished = [{ cell: cot.simulation.sweepCells(spec)[0], rows: [] }];
 * await cot.simulation.writeSweepTable("table.csv", spec, finished); // => ["table.csv", "table.spec.json"]
 */
export async function writeSweepTable(path: string, spec: SweepSpec, finished: readonly FinishedCell[]): Promise<string[]> {
  const check: Checks = new Checks("writeSweepTable");
  check.text("path", path);
  check.objects("finished", finished);
  argumentsOf("writeSweepTable", spec, "spec");
  checkSpec(check, spec);
  const [, beside] = tableFiles(path);
  const columns = check.made("finished", "cells of this sweep, as gatherCells gives them", finished, () => sweepTable(spec, finished));
  if (beside === undefined) {
    writeFileAtomic(path, [await sweepParquet(spec, columns)]);
    return [path];
  }
  const source = check.made("spec.source", "what JSON can hold", spec.source, () => JSON.stringify(spec.source, null, 2));
  const table = check.made("finished", "cells of this sweep, as gatherCells gives them", finished, () => sweepCsv(columns));
  await writeTogether({ [path]: table, [beside]: `${source}\n` });
  return [path, beside];
}
