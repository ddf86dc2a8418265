/** @file CSV and its relatives: text, one example a line, as a stream or whole. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Options } from "csv-parse";
import { parse } from "csv-parse/sync";
import { cellValue } from "./cellValue";
import { FeatureFileError, faultOf } from "./featureFileError";
import { columnLabel, type FeatureTable, finiteCheck, type ReadOptions, type RowBatch, rowsPerBatch } from "./table";

const RULE = "be well-formed CSV";
/** Characters in which the first line is looked for. */
const FIRST_LINE = 2 ** 18;
/** What separates cells, if it occurs in the first line. */
const DELIMITERS = [",", ";", "\t", "|", " "];

interface CsvRecord {
  readonly info: { readonly lines: number };
  readonly record: string[];
}

/** A header: words, or the numbers 0, 1, 2, ... that data frames without names write. */
function isHeader(cells: readonly string[]): boolean {
  const words = cells.filter((cell) => cellValue(cell) === undefined || cell.trim() === "").length;
  return words === cells.length || (cells.length > 1 && cells.every((cell, i) => cell.trim() === String(i)));
}

/** The parser's settings, from the beginning of the text. Cells may be quoted, and several blanks separate like one. */
function settingsOf(head: string, path: string, options: ReadOptions): Options {
  const line = head.split(/\r\n|\n|\r/).find((part) => part.trim() !== "");
  if (line === undefined) throw new FeatureFileError(path, "hold at least one line", "an empty file");
  // "0,5;1,5" may be two decimal commas or three cells: asked, not guessed.
  if (options.delimiter === undefined && /\d,\d/.test(line) && /[;\t]/.test(line)) {
    const got = `both commas and ${line.includes(";") ? "semicolons" : "tabs"} in its first line`;
    const remedy = "Numbers need decimal points; if the commas are separators, say so with the option delimiter";
    throw new FeatureFileError(path, "separate its cells by one sign", got, { remedy });
  }
  const delimiter = options.delimiter ?? DELIMITERS.find((sign) => line.replace(/^ +| +$/g, "").includes(sign)) ?? ",";
  return { delimiter, bom: true, info: true, relax_column_count: true, skip_empty_lines: true };
}

/** What the first record says of the columns, and how a record becomes a row of numbers. */
function layoutOf(path: string, first: CsvRecord | undefined, { delimiter }: Options, options: ReadOptions) {
  if (first === undefined) throw new FeatureFileError(path, "hold at least one line", "an empty file");
  const cellsOf = ({ record }: CsvRecord) => (delimiter === " " ? record.filter((cell) => cell !== "") : record);
  const cells = cellsOf(first);
  const header = options.header ?? isHeader(cells);
  const columns = cells.length;
  const names = header ? cells.map((name) => name.trim()) : undefined;
  const unnamed = names?.indexOf("") ?? -1;
  if (unnamed >= 0) {
    const place = { column: String(unnamed + 1), remedy: "An index is no feature: write the file without it" };
    throw new FeatureFileError(path, "be named in the header", "an empty name", place);
  }
  const write = (record: CsvRecord, row: number, values: Float64Array, at: number): void => {
    const cells = cellsOf(record);
    const line = `in line ${record.info.lines}`;
    if (cells.length !== columns)
      throw new FeatureFileError(path, `have ${columns} cells, as the first line`, `${cells.length} ${line}`, { row });
    for (let j = 0; j < columns; j++) {
      const value = cellValue(cells[j]);
      if (value === undefined)
        throw new FeatureFileError(path, "hold a number", `${JSON.stringify(cells[j])} ${line}`, { row, column: columnLabel(names, j) });
      values[at + j] = value;
    }
  };
  return { header, columns, ...(names && { names }), write };
}

/** The beginning of a file, in which its first line is looked for. */
async function headOf(path: string): Promise<string> {
  const handle = await open(path, "r");
  try {
    const bytes = new Uint8Array(FIRST_LINE);
    const { bytesRead } = await handle.read(bytes, 0, FIRST_LINE, 0);
    return new TextDecoder().decode(bytes.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/**
 * A CSV file as a table. Cells may be quoted. The first line holds names when none of its cells is a number, or when they are 0, 1, 2, ...;
 * empty cells, NA and NaN are missing numbers, which `readFeatures` counts. Several blanks separate like one.
 */
export async function csvTable(path: string, options: ReadOptions): Promise<FeatureTable> {
  const settings = settingsOf(await headOf(path), path, options);
  const { parse } = await import("csv-parse");
  const records = (): AsyncIterable<CsvRecord> => createReadStream(path).pipe(parse(settings)) as AsyncIterable<CsvRecord>;
  const firstRecord = async () => {
    for await (const record of records()) return record;
    return undefined;
  };
  const first = await firstRecord().catch((error: unknown) => {
    throw faultOf(error, path, RULE);
  });
  const { header, write, ...about } = layoutOf(path, first, settings, options);
  const { columns } = about;
  async function* batches(): AsyncGenerator<RowBatch> {
    const most = rowsPerBatch(columns, options);
    let values = new Float64Array(most * columns);
    let held = 0;
    let done = 0;
    let skip = header;
    try {
      for await (const record of records()) {
        if (skip) {
          skip = false;
          continue;
        }
        write(record, done + held + 1, values, held * columns);
        if (++held === most) {
          yield { values, rows: held };
          done += held;
          held = 0;
          values = new Float64Array(most * columns);
        }
      }
    } catch (error) {
      throw faultOf(error, path, RULE);
    }
    if (held > 0) yield { values: values.subarray(0, held * columns), rows: held };
  }
  return { file: path, ...about, batches };
}

/** A matrix from the whole text of a CSV file, row-major, by the same rules. @throws FeatureFileError also for a missing or infinite number */
export function decodeCsv(text: string, file: string): { rows: number; columns: number; values: Float64Array } {
  const settings = settingsOf(text, file, {});
  let records: CsvRecord[];
  try {
    records = parse(text, settings) as unknown as CsvRecord[];
  } catch (error) {
    throw faultOf(error, file, RULE);
  }
  const { header, columns, names, write } = layoutOf(file, records[0], settings, {});
  const body = header ? records.slice(1) : records;
  const values = new Float64Array(body.length * columns);
  body.forEach((record, i) => void write(record, i + 1, values, i * columns));
  const check = finiteCheck(file, columns, names);
  check.take(values, body.length);
  check.end();
  return { rows: body.length, columns, values };
}
