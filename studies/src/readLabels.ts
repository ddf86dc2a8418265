/** @file One column of a CSV file as numbers. */
import { readFileSync } from "node:fs";
import { Checks } from "cotlab/dist/core/check";
import { cellValue } from "cotlab/dist/data/cellValue";
import { FeatureFileError } from "cotlab/dist/data/featureFileError";
import { parseFields } from "cotlab/dist/data/resultTable";

/**
 * A column of a CSV file with a header, whatever the other columns hold.
 * @throws RangeError for a column that is not there; FeatureFileError for an entry that is no finite number
 */
export async function readLabels(path: string, column: string): Promise<Float64Array> {
  const check: Checks = new Checks("readLabels");
  const { names, rows } = parseFields(check, readFileSync(path, "utf8"), path);
  const at = names.indexOf(column);
  if (at < 0) check.fail("column", `one of ${names.join(", ")}`, column);
  return Float64Array.from(rows, ({ fields }, i) => {
    const value = cellValue(fields[at]);
    if (value === undefined || !Number.isFinite(value))
      throw new FeatureFileError(path, "hold a number", fields[at], { row: i + 1, column: `"${column}"` });
    return value;
  });
}
