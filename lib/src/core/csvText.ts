/** @file Tables as CSV text, after RFC 4180. Apart from the reader (`data/resultTable`): what only writes loads no parser. */

type Value = string | number | null | undefined;

/** A field: quoted where it must be; numbers keep all their digits; what is not there is an empty field. */
export function csvField(value: Value): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows of fields as lines, each with its end. */
export function csvText(rows: Iterable<readonly Value[]>, end = "\n"): string {
  return Array.from(rows, (row) => row.map(csvField).join(",") + end).join("");
}

/**
 * Records as CSV below a header, as `resultTable` reads them back; NaN, a missing number, is an empty field.
 * @param columns names in the order of the columns; every record has them
 * @param digits significant digits of a number; default: all that it has
 */
export function recordsCsv<Row extends object>(records: readonly Row[], columns: readonly (keyof Row & string)[], digits?: number): string {
  const rounded = (value: unknown) => {
    if (typeof value !== "number") return value as string | null | undefined;
    return Number.isNaN(value) ? null : digits === undefined ? value : Number(value.toPrecision(digits));
  };
  return csvText([columns, ...records.map((record) => columns.map((column) => rounded(record[column])))]);
}
