/** @file CSV and its relatives: text, one example a line. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Options } from "csv-parse";
import { columnLabel, FeatureFileError, type FeatureTable, type ReadOptions, type RowBatch, rowsPerBatch } from "./table";

/** Characters in which the first line is looked for. */
const FIRST_LINE = 2 ** 18;
/** What separates cells, if it occurs in the first line. */
const DELIMITERS = [",", ";", "\t", "|", " "];
/** Words that stand for a missing number. */
const MISSING = /^(?:|na|n\/a|nan|null|none|-)$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

interface CsvRecord {
  readonly info: { readonly lines: number };
  readonly record: string[];
}

/** A cell as a number; NaN when missing, undefined when it is something else. */
function cellValue(cell: string): number | undefined {
  const text = cell.trim();
  if (MISSING.test(text)) return Number.NaN;
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(text);
  return Number.isNaN(value) || /^[+-]?0[xob]/i.test(text) ? undefined : value;
}

/** A header: words, or the numbers 0, 1, 2, ... that data frames without names write. */
function isHeader(cells: readonly string[]): boolean {
  const words = cells.filter((cell) => cellValue(cell) === undefined || cell.trim() === "").length;
  return words === cells.length || (cells.length > 1 && cells.every((cell, i) => cell.trim() === String(i)));
}

async function firstLine(path: string): Promise<string> {
  const handle = await open(path, "r");
  try {
    const bytes = new Uint8Array(FIRST_LINE);
    const { bytesRead } = await handle.read(bytes, 0, FIRST_LINE, 0);
    const text = new TextDecoder().decode(bytes.subarray(0, bytesRead));
    return text.split(/\r\n|\n|\r/).find((line) => line.trim() !== "") ?? "";
  } finally {
    await handle.close();
  }
}

/**
 * A CSV file as a table. Cells may be quoted. The first line holds names when none of its cells is a number, or when they are 0, 1, 2, ...;
 * empty cells, NA and NaN are missing numbers, which `readFeatures` counts.
 */
export async function csvTable(path: string, options: ReadOptions): Promise<FeatureTable> {
  const line = await firstLine(path);
  if (line === "") throw new FeatureFileError(path, "hold at least one line", "an empty file");
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
  // "0,5;1,5" may be two decimal commas or three cells: asked, not guessed.
  if (options.delimiter === undefined && /\d,\d/.test(line) && /[;\t]/.test(line)) {
    throw new FeatureFileError(
      path,
      "separate its cells by one sign",
      `both commas and ${line.includes(";") ? "semicolons" : "tabs"} in its first line`,
      {
        remedy: "Numbers need decimal points; if the commas are separators, say so with the option delimiter",
      },
    );
  }
  const delimiter = options.delimiter ?? DELIMITERS[counts.findIndex((count) => count > 1)] ?? ",";
  const { parse } = await import("csv-parse");
  const settings: Options = { delimiter, bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: delimiter === " " };
  const records = (): AsyncIterable<CsvRecord> => createReadStream(path).pipe(parse(settings)) as AsyncIterable<CsvRecord>;
  const first = await firstRecord(records(), path);
  const header = options.header ?? isHeader(first);
  const columns = first.length;
  const names = header ? first.map((name) => name.trim()) : undefined;
  const unnamed = names?.indexOf("") ?? -1;
  if (unnamed >= 0) {
    throw new FeatureFileError(path, "be named in the header", "an empty name", {
      column: String(unnamed + 1),
      remedy: "An index is no feature: write the file without it",
    });
  }
  async function* batches(): AsyncGenerator<RowBatch> {
    const most = rowsPerBatch(columns, options);
    let values = new Float64Array(most * columns);
    let held = 0;
    let done = 0;
    let skip = header;
    try {
      for await (const { record, info } of records()) {
        if (skip) {
          skip = false;
          continue;
        }
        const row = done + held + 1;
        if (record.length !== columns) {
          throw new FeatureFileError(path, `have ${columns} cells, as the first line`, `${record.length} in line ${info.lines}`, { row });
        }
        for (let j = 0; j < columns; j++) {
          const value = cellValue(record[j]);
          if (value === undefined) {
            throw new FeatureFileError(path, "hold a number", `${JSON.stringify(record[j])} in line ${info.lines}`, {
              row,
              column: columnLabel(names, j),
            });
          }
          values[held * columns + j] = value;
        }
        if (++held === most) {
          yield { values, rows: held };
          done += held;
          held = 0;
          values = new Float64Array(most * columns);
        }
      }
    } catch (error) {
      throw readable(error, path);
    }
    if (held > 0) yield { values: values.subarray(0, held * columns), rows: held };
  }
  return { file: path, columns, ...(names && { names }), batches };
}

async function firstRecord(records: AsyncIterable<CsvRecord>, path: string): Promise<string[]> {
  try {
    for await (const { record } of records) return record;
  } catch (error) {
    throw readable(error, path);
  }
  throw new FeatureFileError(path, "hold at least one line", "an empty file");
}

/** The parser's complaints in the words of this library. */
function readable(error: unknown, path: string): unknown {
  if (error instanceof FeatureFileError || !(error instanceof Error)) return error;
  return new FeatureFileError(path, "be well-formed CSV", error.message);
}
