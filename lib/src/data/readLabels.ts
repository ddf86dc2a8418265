/** @file One column of a CSV file as numbers. */
import { readFileSync } from "node:fs";
import { Checks } from "../core/check";
import { FeatureFileError } from "./table";

/**
 * A column of a CSV file with a header, whatever the other columns hold.
 * @throws RangeError for a column that is not there; FeatureFileError for an entry that is no finite number
 */
export async function readLabels(path: string, column: string): Promise<Float64Array> {
  const check: Checks = new Checks("readLabels");
  const { parse } = await import("csv-parse/sync");
  const rows = parse(readFileSync(path), { bom: true, skip_empty_lines: true }) as string[][];
  const names = rows[0] ?? [];
  const at = names.indexOf(column);
  if (at < 0) check.fail("column", `one of ${names.join(", ")}`, column);
  return Float64Array.from(rows.slice(1), (row, i) => {
    const value = row[at] === undefined || row[at].trim() === "" ? Number.NaN : Number(row[at]);
    if (!Number.isFinite(value)) throw new FeatureFileError(path, "hold a number", row[at], { row: i + 1, column: `"${column}"` });
    return value;
  });
}
