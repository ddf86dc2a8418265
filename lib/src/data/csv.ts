/** @file CSV and its relatives: text, one example a line, as a stream or whole. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, Transform } from "node:stream";
import type { Options } from "csv-parse";
import { parse } from "csv-parse/sync";
import { cellValue } from "./cellValue";
import { chooseColumns, PEEK } from "./columns";
import { FeatureFileError, faultOf, NO_FEATURE } from "./featureFileError";
import { columnLabel, type FeatureTable, finiteCheck, type ReadOptions, type RowBatch, rowsPerBatch } from "./table";
import { decodeText, encodingOf } from "./textEncoding";

const RULE = "be well-formed CSV";
/** Bytes in which the first lines are looked for. */
const FIRST_LINES = 2 ** 18;
/** Lines in which the delimiter is looked for. */
const LINES = 50;
/** What separates cells, the likelier first; " " stands for any number of blanks and tabs. */
const DELIMITERS = [",", ";", "\t", "|", " "];

/** What NumPy's savetxt puts before names. */
const SAVED = /^\s*#\s*/;
/** Cells that are looked at before a file is read, once there are rows enough to see whether a column counts. */
const CELLS = 2 ** 18;

interface CsvRecord {
  readonly info: { readonly lines: number };
  readonly record: string[];
}

/** How a text is cut into cells. */
interface Dialect {
  readonly delimiter: string;
  /** The first line, from 1, after one that only names the delimiter. */
  readonly from: number;
}

/**
 * What separates cells: the sign that the first line names (`sep=;`, as spreadsheets write it), or one that occurs outside quotes equally
 * often in all first lines. A header may be shorter by one, as R writes it above a table with row names.
 */
function dialectOf(head: string, path: string, options: ReadOptions, cut = false): Dialect {
  const named = /^\ufeff?"?sep=(.)"?[ \t]*(?:\r\n|\n|\r)/i.exec(head);
  const from = named ? 2 : 1;
  const lines = (named ? head.slice(named[0].length) : head)
    .replace(/"(?:[^"]|"")*"/g, '""')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== "")
    .slice(0, LINES);
  const commented = SAVED.test(lines[0] ?? "");
  lines[0] = lines[0]?.replace(SAVED, "");
  if (cut && lines.length > 1 && lines.length < LINES) lines.pop();
  if (lines[0] === undefined) throw new FeatureFileError(path, "hold at least one line", "an empty file");
  if (options.delimiter !== undefined || named) return { delimiter: options.delimiter ?? named![1], from };
  const cells = (line: string, sign: string) => (sign === " " ? line.trim().split(/[ \t]+/) : line.split(sign)).length;
  const regular = DELIMITERS.filter((sign) => {
    const [first, ...rest] = lines.map((line) => cells(line, sign));
    const most = rest[0] ?? first;
    return most > 1 && rest.every((count) => count === most) && (first === most || (first === most - 1 && !commented));
  });
  // Tabs that align columns leave cells empty in every line.
  const aligning = regular[0] === "\t" && regular.includes(" ") && lines.every((line) => /\t *\t|^ *\t|\t *$/.test(line));
  if (aligning) return { delimiter: " ", from };
  // "0,5;1,5" may be two decimal commas or three cells: asked, not guessed.
  const other = regular.find((sign) => sign === ";" || sign === "\t");
  if (regular.includes(",") && other && lines.some((line) => /\d,\d/.test(line))) {
    const got = `both commas and ${other === ";" ? "semicolons" : "tabs"} in its first lines`;
    const remedy = "Numbers need decimal points; if the commas are separators, say so with the option delimiter";
    throw new FeatureFileError(path, "separate its cells by one sign", got, { remedy });
  }
  const frequent = DELIMITERS.find((sign) => 2 * lines.filter((line) => cells(line, sign) > 1).length > lines.length);
  return { delimiter: regular[0] ?? frequent ?? ",", from };
}

/** The parser's settings. Cells may be quoted, and lines end as they like. */
function settingsOf({ delimiter, from }: Dialect): Options {
  return {
    delimiter: delimiter === " " ? [" ", "\t"] : delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    from_line: from,
    trim: delimiter !== "\t" && delimiter !== " ",
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
  };
}

/** A line of blanks alone. */
const isBlank = ({ record }: CsvRecord, { delimiter }: Dialect): boolean =>
  (record.length === 1 || delimiter === " ") && record.every((cell) => cell.trim() === "");

const isNumber = (cell: string): boolean => Number.isFinite(cellValue(cell));
const isWord = (cell: string): boolean => cellValue(cell) === undefined;

/**
 * Whether the first line holds names: no cell is a number, and some are words. Numbers are names where they count the columns, from 0 as
 * data frames without names do, all of them or all after the name of an index. Every decision that the line leaves open is a note.
 */
function headerOf(path: string, lines: readonly (readonly string[])[], option: boolean | undefined): { header: boolean; notes: string[] } {
  const [first, ...rest] = lines;
  if (option !== undefined) return { header: option, notes: [] };
  const shown = `${first.slice(0, 5).join(", ")}${first.length > 5 ? ", ..." : ""}`;
  const names = (): { header: boolean; notes: string[] } => ({
    header: true,
    notes: [`the first line of ${path} (${shown}) was taken for the columns' names; if it holds numbers, say header: false (--no-header)`],
  });
  const countFrom = (cells: readonly string[], start: number) => cells.every((cell, i) => cell.trim() === String(i + start));
  if (!first.some(isNumber)) {
    const words = first.every((cell) => cell.trim() === "") || first.some(isWord);
    return { header: words, notes: [] };
  }
  const [index, ...others] = first;
  if (first.length > 1 && (countFrom(first, 0) || (!isNumber(index) && (countFrom(others, 0) || (isWord(index) && countFrom(others, 1))))))
    return names();
  // Whole numbers above fractions, counting numbers, a lone 0: they may be names, but nothing says so.
  const whole = first.every((cell) => /^\s*\d+\s*$/.test(cell));
  const counting = first.length > 2 && countFrom(first, Number(first[0]));
  const fractions = whole && rest.length > 1 && first.every((_, j) => rest.some((cells) => /[.e]/i.test(cells[j] ?? "")));
  const lone = first.length === 1 && first[0].trim() === "0" && rest.length > 0;
  const open = whole && (counting || fractions || lone);
  const note = `the first line of ${path} (${shown}) was taken for numbers; if it holds names, say header: true (--header)`;
  return { header: false, notes: open ? [note] : [] };
}

/** What the first records say of the columns, and how a record becomes a row of numbers. */
function layoutOf(path: string, found: readonly CsvRecord[], { delimiter }: Dialect, options: ReadOptions) {
  // In aligned columns blanks come in any number.
  const cellsOf = ({ record }: CsvRecord) => (delimiter === " " ? record.filter((cell) => cell !== "") : record);
  const lines = found.map(cellsOf);
  if (delimiter === " " && lines[0]?.[0] === "#") lines[0] = lines[0].slice(1);
  if (lines.length === 0) throw new FeatureFileError(path, "hold at least one line", "an empty file");
  const { header, notes } = headerOf(path, lines, options.header);
  const shorter =
    header && !SAVED.test(found[0].record[0]) && lines.length > 1 && lines.slice(1).every((cells) => cells.length === lines[0].length + 1);
  const heads = shorter ? ["row names", ...lines[0]] : lines[0];
  const width = heads.length;
  const names = header ? heads.map((name, j) => (j === 0 && width > 1 ? name.replace(SAVED, "") : name).trim()) : undefined;
  const unnamed = names?.indexOf("", 1) ?? -1;
  if (unnamed >= 0 && options.columns === undefined && !isDropped(unnamed + 1, options))
    throw new FeatureFileError(path, "be named in the header", "an empty name", {
      column: String(unnamed + 1),
      remedy: "Name it, or drop it by its number (dropColumns, --drop-columns)",
    });
  const body = header ? lines.slice(1) : lines;
  const first = (c: number) => body.map((cells) => cellValue(cells[c] ?? ""));
  const chosen = chooseColumns(path, { count: width, ...(names && { names }), first }, options);
  const { keep } = chosen;
  const write = (record: CsvRecord, row: number, values: Float64Array, at: number): void => {
    const cells = cellsOf(record);
    const line = `in line ${record.info.lines}`;
    if (cells.length !== width)
      throw new FeatureFileError(path, `have ${width} cells, as the first line`, `${cells.length} ${line}`, { row });
    for (let j = 0; j < keep.length; j++) {
      const cell = cells[keep[j]];
      const value = cellValue(cell);
      if (value === undefined) {
        const remedy = /^\s*[+-]?\d+,\d+\s*$/.test(cell)
          ? "Numbers need decimal points, and no separators of thousands"
          : row === 1 && !header
            ? "If the first line holds names, say header: true (--header)"
            : NO_FEATURE;
        const place = { row, column: columnLabel(names, keep[j]), remedy };
        throw new FeatureFileError(path, "hold a number", `${JSON.stringify(cell)} ${line}`, place);
      }
      values[at + j] = value;
    }
  };
  const featureNames = names && keep.map((c) => names[c]);
  const { aside } = chosen;
  return { header, columns: keep.length, names: featureNames, aside, notes: [...notes, ...chosen.notes], write };
}

/** Whether a column is dropped by its number. */
function isDropped(number: number, { dropColumns = [] }: ReadOptions): boolean {
  return dropColumns.some((wish) => String(wish).split(",").map(Number).includes(number));
}

/** The beginning of a file. */
async function headOf(path: string): Promise<Uint8Array> {
  const handle = await open(path, "r");
  try {
    const bytes = new Uint8Array(FIRST_LINES);
    const { bytesRead } = await handle.read(bytes, 0, FIRST_LINES, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A stream of bytes as one of text. */
function decoding(encoding: string): Transform {
  const decoder = new TextDecoder(encoding);
  return new Transform({
    transform: (bytes, _, done) => done(null, decoder.decode(bytes, { stream: true })),
    flush: (done) => done(null, decoder.decode()),
  });
}

/**
 * A CSV file as a table. Cells may be quoted. The first line holds names when none of its cells is a number, or when they count the columns;
 * empty cells, NA and NaN are missing numbers, which `readFeatures` counts. Several blanks separate like one. UTF-8, UTF-16, Windows-1252.
 */
export async function csvTable(path: string, options: ReadOptions): Promise<FeatureTable> {
  const head = await headOf(path);
  const encoding = encodingOf(head);
  const dialect = dialectOf(new TextDecoder(encoding).decode(head, { stream: true }), path, options, head.length === FIRST_LINES);
  const { parse } = await import("csv-parse");
  const records = (): AsyncIterable<CsvRecord> =>
    pipeline(createReadStream(path), decoding(encoding), parse(settingsOf(dialect)), () => {}) as unknown as AsyncIterable<CsvRecord>;
  const peeked: CsvRecord[] = [];
  try {
    for await (const record of records()) {
      if (!isBlank(record, dialect)) peeked.push(record);
      if (peeked.length === PEEK || (peeked.length > 16 && peeked.length * record.record.length > CELLS)) break;
    }
  } catch (error) {
    // A fault further down is one of the pass, which names it; without a first line there is none.
    if (peeked.length === 0) throw faultOf(error, path, RULE);
  }
  const { header, columns, names, notes, write } = layoutOf(path, peeked, dialect, options);
  async function* batches(): AsyncGenerator<RowBatch> {
    const most = rowsPerBatch(columns, options);
    let values = new Float64Array(most * columns);
    let held = 0;
    let done = 0;
    let skip = header;
    try {
      for await (const record of records()) {
        if (isBlank(record, dialect)) continue;
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
  const western = encoding === "windows-1252" ? [`${path} is not UTF-8: its text was read as Windows-1252`] : [];
  return { file: path, columns, ...(names && { names }), notes: [...western, ...notes], batches };
}

/**
 * A matrix from the bytes or the text of a whole CSV file, row-major, by the same rules; a row index is refused.
 * @throws FeatureFileError also for a missing or infinite number
 */
export function decodeCsv(
  source: Uint8Array | string,
  file: string,
): { rows: number; columns: number; values: Float64Array; notes: string[] } {
  const text = typeof source === "string" ? source : decodeText(source);
  const dialect = dialectOf(text, file, {});
  let records: CsvRecord[];
  try {
    records = parse(text, settingsOf(dialect)) as unknown as CsvRecord[];
  } catch (error) {
    throw faultOf(error, file, RULE);
  }
  const lines = records.filter((record) => !isBlank(record, dialect));
  const { header, columns, names, aside, notes, write } = layoutOf(file, lines.slice(0, PEEK), dialect, {});
  for (const { label, reason } of aside)
    throw new FeatureFileError(file, "be no row index", `one that ${reason}`, { column: label, remedy: "Write the file without it" });
  const body = header ? lines.slice(1) : lines;
  const values = new Float64Array(body.length * columns);
  body.forEach((record, i) => void write(record, i + 1, values, i * columns));
  const check = finiteCheck(file, columns, names);
  check.take(values, body.length);
  check.end();
  return { rows: body.length, columns, values, notes };
}
