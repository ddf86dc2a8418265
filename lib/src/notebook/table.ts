/** @file Tables: danfojs frames, or plain rows, as real HTML tables with a text form beside it. */
import { alignedLines } from "../core/alignedText";
import { argumentsOf, Checks, show as render } from "../core/check";
import { sendOutput } from "./kernel";

/** A value of a table's cell. */
export type CellValue = number | string | boolean | null | undefined;

/** What `table` reads of a danfojs DataFrame. */
export interface DataFrameLike {
  /** The names of the columns. */
  readonly columns: string[];
  /** The rows, an array each. */
  readonly values: unknown;
}

/** How a table is shown. */
export interface TableOptions {
  /** Significant digits of numbers; integer in [1, 15]; default 4. */
  readonly digits?: number;
  /** A sentence above the table; default: none. */
  readonly caption?: string;
  /** Rows shown at most; integer >= 1; default 60. What is left out is said. */
  readonly maxRows?: number;
}

/**
 * A number as a reader wants it, with powers of ten for the very large and small, and integers below 10⁶ whole.
 * @param value any number
 * @param digits significant digits; integer in [1, 100]; default 4
 * @throws RangeError for other digits
 * @origin ours
 * @example
 * [0.123456, 1e-9, -12].map((value) => cot.notebook.formatNumber(value)); // => ["0.1235", "1.000e−9", "−12"]
 */
export function formatNumber(value: number, digits = 4): string {
  const check: Checks = new Checks("formatNumber");
  if (typeof value !== "number") check.wrongKind("value", "a number", value);
  check.integer("digits", digits, 1, 21);
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value).replace("-", "−");
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  const power = Number(exponent);
  if (power < -3 || power >= Math.max(digits, 6)) return `${mantissa}e${power}`.replaceAll("-", "−");
  return Number(value.toPrecision(digits)).toString().replace("-", "−");
}

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const formatCell = (value: CellValue, digits: number): string =>
  typeof value === "number" ? formatNumber(value, digits) : typeof value === "string" ? value : (value ?? "") === "" ? "" : render(value);

/** Columns and rows of a frame or of an array of records. */
function readRows(data: DataFrameLike | readonly Record<string, CellValue>[]): { columns: string[]; rows: CellValue[][] } {
  if (Array.isArray(data)) {
    const check: Checks = new Checks("table");
    check.objects("data", data);
    const records = data as readonly Record<string, CellValue>[];
    const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
    return { columns, rows: records.map((record) => columns.map((column) => record[column])) };
  }
  const frame = data as DataFrameLike;
  if (!frame || !Array.isArray(frame.columns) || !Array.isArray(frame.values)) {
    throw new TypeError(`table: data must be a danfojs DataFrame or an array of records, got ${render(data)}`);
  }
  return { columns: frame.columns.map(String), rows: frame.values as CellValue[][] };
}

/** The HTML of a table; text left, numbers right. */
export function tableHtml(
  data: DataFrameLike | readonly Record<string, CellValue>[],
  { digits = 4, caption, maxRows = 60 }: TableOptions = {},
): string {
  const check: Checks = new Checks("table");
  check.integer("digits", digits, 1, 15);
  check.integer("maxRows", maxRows, 1);
  const { columns, rows } = readRows(data);
  if (columns.length === 0) check.fail("data", "a table with at least one column", data);
  const numeric = columns.map((_, j) => rows.some((row) => typeof row[j] === "number"));
  const align = (j: number): string => ` style="text-align:${numeric[j] ? "right" : "left"}"`;
  const head = columns.map((column, j) => `<th${align(j)}>${escapeHtml(column)}</th>`).join("");
  const body = rows
    .slice(0, maxRows)
    .map((row) => `<tr>${row.map((value, j) => `<td${align(j)}>${escapeHtml(formatCell(value, digits))}</td>`).join("")}</tr>`)
    .join("\n");
  const more = rows.length > maxRows ? `\n<p>${rows.length - maxRows} more rows are not shown.</p>` : "";
  const title = caption ? `<p>${escapeHtml(caption)}</p>\n` : "";
  return `${title}<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>${more}`;
}

/** The table as aligned text. */
export function tableText(
  data: DataFrameLike | readonly Record<string, CellValue>[],
  { digits = 4, caption, maxRows = 60 }: TableOptions = {},
): string {
  const { columns, rows } = readRows(data);
  const cells = [columns, ...rows.slice(0, maxRows).map((row) => row.map((value) => formatCell(value, digits)))];
  return [
    ...(caption ? [caption] : []),
    ...alignedLines(cells),
    ...(rows.length > maxRows ? [`(${rows.length - maxRows} more rows)`] : []),
  ].join("\n");
}

/**
 * Shows a danfojs DataFrame, or an array of records, as an HTML table; outside a kernel as text.
 * @param data the frame, or the records, with at least one column
 * @param options digits = 4; caption?; maxRows = 60
 * @throws TypeError when the data is neither; RangeError outside the domain
 * @origin ours
 * @example
 * cot.table([{ n: 10, error: 0.12345 }], { digits: 3 });
 */
export function table(data: DataFrameLike | readonly Record<string, CellValue>[], options: TableOptions = {}): void {
  argumentsOf("table", options, "options");
  const check: Checks = new Checks("table");
  if (options.caption !== undefined) check.text("caption", options.caption);
  sendOutput({ "text/html": tableHtml(data, options), "text/plain": tableText(data, options) });
}
