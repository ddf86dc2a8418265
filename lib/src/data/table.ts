/** @file What every reader of feature files gives: rows of numbers in batches, and errors that say where. */
import { allFinite } from "../linalg/layout";
import { FeatureFileError, NO_FEATURE } from "./featureFileError";

/** Some consecutive rows. */
export interface RowBatch {
  /** Row-major (rows, columns). The next batch may use the same memory. */
  readonly values: Float64Array;
  /** How many. */
  readonly rows: number;
}

/** A matrix of features, one example a row, that can be read once from the beginning to the end. */
export interface FeatureTable {
  /** The file, as it was named. */
  readonly file: string;
  /** d: number of features. */
  readonly columns: number;
  /** The features' names, (d,), where the file has any. */
  readonly names?: readonly string[];
  /** N, where the file says it before it is read. */
  readonly rows?: number;
  /** What the reader decided that the file does not say, and what it left out: to be shown. Complete after a pass. */
  readonly notes?: readonly string[];
  /** Reads the rows. */
  batches(): AsyncIterable<RowBatch>;
}

/** How files are read. */
export interface ReadOptions {
  /** NPZ: the member to read; needed when there are several. */
  readonly member?: string;
  /** CSV: what separates cells; default: found from the first lines. */
  readonly delimiter?: string;
  /** CSV: whether the first line holds names; default: found from that line. */
  readonly header?: boolean;
  /** The columns to read as features, in this order: names, or numbers from 1; default: all but row indexes. */
  readonly columns?: readonly (string | number)[];
  /** Columns to leave out: names, or numbers from 1. */
  readonly dropColumns?: readonly (string | number)[];
  /** Leaves out rows that hold a missing or infinite number; default: they are an error. */
  readonly dropMissing?: boolean;
  /** Rows in a batch at most; default: as many as make a million numbers, or fewer. */
  readonly batchRows?: number;
}

/** Numbers in a batch, unless told otherwise: 8 MB. */
const BATCH_NUMBERS = 2 ** 20;

/** Rows in a batch of about so many numbers. */
export function rowsPerBatch(columns: number, { batchRows }: ReadOptions, numbers = BATCH_NUMBERS): number {
  return batchRows ?? Math.max(1, Math.min(65536, Math.floor(numbers / columns)));
}

/** A column name for people: the name, or the number from 1. */
export function columnLabel(names: readonly string[] | undefined, column: number): string {
  return names?.[column] ? `"${names[column]}"` : String(column + 1);
}

/** Counts the missing and infinite numbers of rows that come in batches, and names the first. */
export function finiteCheck(file: string, columns: number, names: readonly string[] | undefined) {
  let done = 0;
  let bad = 0;
  let first: { row: number; column: string; value: number } | undefined;
  return {
    /** True while every number has been finite. */
    take(values: Float64Array, rows: number): boolean {
      const suspect = allFinite(values) ? 0 : rows * columns;
      for (let i = 0; i < suspect; i++) {
        // NaN and the infinities are the numbers that minus themselves are not 0.
        if (values[i] - values[i] !== 0) {
          bad++;
          first ??= { row: done + Math.floor(i / columns) + 1, column: columnLabel(names, i % columns), value: values[i] };
        }
      }
      done += rows;
      return bad === 0;
    },
    /** @throws FeatureFileError for numbers that are not finite, or no rows */
    end(): void {
      if (first) {
        const rest = bad === 1 ? "the only one that is not" : `the first of ${bad} that are not`;
        const remedy = "Leave out the rows (dropMissing, --drop-missing), or fill in the numbers before";
        throw new FeatureFileError(file, "hold a finite number", `${first.value}, ${rest}`, { ...first, remedy });
      }
      if (done === 0) throw new FeatureFileError(file, "hold at least one row", "0 rows");
    },
  };
}

/** A table of some of a table's columns, in the given order. */
export function selectColumns(table: FeatureTable, order: readonly number[]): FeatureTable {
  const { columns, names } = table;
  if (order.length === columns && order.every((c, j) => c === j)) return table;
  return {
    ...table,
    columns: order.length,
    ...(names && { names: order.map((c) => names[c]) }),
    async *batches() {
      for await (const { values, rows } of table.batches()) {
        const chosen = new Float64Array(rows * order.length);
        for (let i = 0, at = 0; i < rows; i++) for (const c of order) chosen[at++] = values[i * columns + c];
        yield { values: chosen, rows };
      }
    },
  };
}

/** The layout of a column of a columnar file: a number per row, or a list of the same length per row (an embedding). */
interface ColumnLayout {
  readonly column: string;
  /** Length of the list, or 0 for a plain number. */
  readonly length: number;
}

/** Finds the layout from the first values that are not null: lists count as that many features. */
export function layoutOf(columns: readonly { name: string; first: readonly unknown[] }[]): { layout: ColumnLayout[]; names: string[] } {
  const layout = columns.map(({ name, first }) => {
    const found = first.find((value) => value !== null && value !== undefined);
    return { column: name, length: isList(found) ? found.length : 0 };
  });
  const names = layout.flatMap(({ column, length }) => (length === 0 ? [column] : Array.from({ length }, (_, i) => `${column}[${i}]`)));
  return { layout, names };
}

/** Writes columns as rows. A null counts as NaN, to be reported with the other missing values. */
export function columnsToRows(
  file: string,
  layout: readonly ColumnLayout[],
  columns: readonly ArrayLike<unknown>[],
  rows: number,
  before: number,
): Float64Array {
  const width = layout.reduce((sum, { length }) => sum + Math.max(1, length), 0);
  const values = new Float64Array(rows * width);
  let at = 0;
  layout.forEach(({ column, length }, c) => {
    const source = columns[c];
    const place = (i: number) => ({ row: before + i + 1, column: `"${column}"` });
    for (let i = 0; i < rows; i++) {
      const value = source[i];
      if (value === null || value === undefined) values.fill(Number.NaN, i * width + at, i * width + at + Math.max(1, length));
      else if (length === 0) values[i * width + at] = toNumber(file, value, place(i));
      else {
        if (!isList(value) || value.length !== length) {
          throw new FeatureFileError(file, `hold a list of ${length} numbers, as the first row does`, value, place(i));
        }
        for (let j = 0; j < length; j++) values[i * width + at + j] = toNumber(file, value[j], place(i));
      }
    }
    at += Math.max(1, length);
  });
  return values;
}

function toNumber(file: string, value: unknown, place: { row: number; column: string }): number {
  if (typeof value === "number") return value;
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === "bigint" || typeof value === "boolean") return Number(value);
  throw new FeatureFileError(file, "hold a number", value, { ...place, remedy: NO_FEATURE });
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}
