/** @file Tables of results read back: CSV with a header, as records. `csvText` writes them. */
import { readFileSync, statSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { Checks } from "../core/check";
import { cellValue } from "./cellValue";

/** A row of results: names, and texts or numbers. */
export type ResultRow = Readonly<Record<string, string | number>>;

/** The columns of a known table, in their order, and which of them hold texts; the others hold numbers. */
export interface Columns<Row> {
  readonly names: readonly (keyof Row & string)[];
  readonly texts: readonly (keyof Row & string)[];
  /** The last columns, of numbers, that older tables do not have, and that a row may leave empty. */
  readonly optional?: readonly (keyof Row & string)[];
}

/** The fields of a CSV text: those of its header, and those of every row with the line on which it ends. */
export function parseFields(check: Checks, text: string, file: string) {
  let records: { readonly record: string[]; readonly info: { readonly lines: number } }[];
  try {
    records = parse(text, { bom: true, info: true, relax_column_count: true, skip_empty_lines: true }) as unknown as typeof records;
  } catch (error) {
    throw new RangeError(`${check.fn}: ${file} must be well-formed CSV, got ${(error as Error).message}`);
  }
  const [header, ...rows] = records;
  if (header === undefined) check.fail(`the first line of ${file}`, "a header", "");
  const names = header.record;
  for (const { record, info } of rows)
    if (record.length !== names.length) check.fail(`line ${info.lines} of ${file}`, `${names.length} fields`, record.length);
  return { names, rows: rows.map(({ record, info }) => ({ fields: record, line: info.lines })) };
}

/**
 * The records of a table whose columns are known.
 * @throws RangeError naming the line: another header, a field too many or too few, a number that is none
 */
export function parseRecords<Row>(check: Checks, text: string, file: string, columns: Columns<Row>): Row[] {
  const { names, rows } = parseFields(check, text, file);
  const { optional = [] } = columns;
  const needed = columns.names.slice(0, columns.names.length - optional.length);
  if (![columns.names, needed].some((known) => known.join() === names.join()))
    check.fail(`the first line of ${file}`, columns.names.join(","), names.join(","));
  return rows.map(({ fields, line }) => {
    const value = (name: keyof Row & string, field: string) => {
      if (columns.texts.includes(name)) return field;
      if (optional.includes(name) && (field ?? "") === "") return undefined;
      const number = cellValue(field);
      if (number === undefined || !Number.isFinite(number)) check.fail(`${name} in line ${line} of ${file}`, "a number", field);
      return number;
    };
    const entries = columns.names.map((name, j) => [name, value(name, fields[j])] as const);
    return Object.fromEntries(entries.filter(([, found]) => found !== undefined)) as Row;
  });
}

/**
 * Reads a stored result: a CSV file with a header. A column is one of numbers when each of its fields is a number or missing, and not
 * all are missing; a missing number is NaN. Other columns are texts as they stand.
 * @param path such as "../data/selection/table.csv"
 * @throws Error when the file is not there; RangeError naming the line when it is broken
 * @origin ours
 * @example
 * process.getBuiltinModule("fs").writeFileSync("c.csv", "rule,error\nheld out,2.5\n");
 * cot.data.readResults("c.csv"); // => [{ rule: "held out", error: 2.5 }]
 */
export function readResults(path: string): ResultRow[] {
  const check: Checks = new Checks("readResults");
  check.text("path", path);
  if (!isFile(path)) check.fail("path", "a file that can be read", path);
  const { names, rows } = parseFields(check, readFileSync(path, "utf8"), path);
  const columns = names.map((_, j) => {
    const numbers = rows.map(({ fields }) => cellValue(fields[j]));
    return numbers.includes(undefined) || numbers.every(Number.isNaN) ? rows.map(({ fields }) => fields[j]) : (numbers as number[]);
  });
  return rows.map((_, i) => Object.fromEntries(names.map((name, j) => [name, columns[j][i]])));
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
