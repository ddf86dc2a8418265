/** @file A finished sweep read back: the table's rows as objects, from CSV or Parquet. */
import { existsSync } from "node:fs";
import { extname } from "node:path";
import { Checks } from "../../core/check";
import { readResults } from "../../data/resultTable";

/** A row of a sweep's table: a cell's values of the grid's parameters and one point of one of its curves, column by column. */
export type SweepRow = Readonly<Record<string, number | string | null>>;

/**
 * Reads the table that `npx cotlab sweep` or {@link writeSweepTable} has written.
 * A length "infinity" comes back as Infinity, what a row does not have (the standard error of a prediction) as null. CSV keeps no
 * types: there a column is one of numbers when all its values are.
 * @param path a .csv or .parquet file
 * @returns the rows, in the file's order; data/sweeps/README.md explains their columns
 * @throws RangeError for another kind of file, or one that is not there or cannot be read
 * @origin ours
 * @example
 * const spec = cot.simulation.sweepSpec({ name: "a", experiment: "limit-error", fixed: { d: 2, "train.n": 6, steps: 1 } }, ".");
 * const cell = cot.simulation.sweepCells(spec)[0];
 * await cot.simulation.writeSweepTable("read.csv", spec, [{ cell, rows: await cot.simulation.runCell(spec, cell) }]);
 * (await cot.simulation.readSweep("read.csv")).map(({ x, mean }) => [x, mean]); // => [[0, 2], [1, 0.222]]
 */
export async function readSweep(path: string): Promise<SweepRow[]> {
  const check: Checks = new Checks("readSweep");
  check.text("path", path);
  const readers: Readonly<Record<string, (path: string) => Promise<SweepRow[]>>> = { ".csv": csvRows, ".parquet": parquetRows };
  const reader = readers[extname(path)];
  if (reader === undefined) check.fail("path", "a file name that ends in .csv or .parquet", path);
  if (!existsSync(path)) check.fail("path", "a file that is there", path, "npx cotlab sweep writes it");
  try {
    return await reader(path);
  } catch (error) {
    throw new RangeError(`${check.fn}: ${path} must be a table of a sweep, got one that cannot be read: ${(error as Error).message}`);
  }
}

/** A number or text that a row does not have, as null. */
const orNull = (value: number | string): number | string | null => (value === "" || Number.isNaN(value) ? null : value);

async function csvRows(path: string): Promise<SweepRow[]> {
  return readResults(path).map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, orNull(value)])));
}

async function parquetRows(path: string): Promise<SweepRow[]> {
  const { asyncBufferFromFile, parquetReadObjects } = await import("hyparquet");
  const { compressors } = await import("hyparquet-compressors");
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), compressors });
  const plain = (value: unknown) => (typeof value === "bigint" ? Number(value) : ((value ?? null) as number | string | null));
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])));
}
