/** @file danfojs data frames of results. danfojs-node is an optional package, loaded when the first frame is made. */
import { Checks } from "../core/check";
import { optionalPackage } from "../core/optionalPackage";
import type { CellValue, DataFrameLike } from "./table";

/** A column of a frame: conditions for `query`, and summaries. */
export interface FrameColumn {
  /** The column's values. */
  readonly values: unknown[];
  /** Where it equals this. */
  eq(other: CellValue): FrameColumn;
  /** Where it does not. */
  ne(other: CellValue): FrameColumn;
  /** Where it is > this. */
  gt(other: number): FrameColumn;
  /** Where it is >= this. */
  ge(other: number): FrameColumn;
  /** Where it is < this. */
  lt(other: number): FrameColumn;
  /** Where it is <= this. */
  le(other: number): FrameColumn;
  /** Where both conditions hold. */
  and(other: FrameColumn): FrameColumn;
  /** Where one of them holds. */
  or(other: FrameColumn): FrameColumn;
  /** Every value once. */
  unique(): FrameColumn;
  /** The mean. */
  mean(): number;
  /** The least value. */
  min(): number;
  /** The largest value. */
  max(): number;
}

/** A frame's groups; `col` chooses the columns that are summarised. */
export interface FrameGroups {
  /** The columns that are summarised. */
  col(columns: readonly string[]): FrameGroups;
  /** Their means. */
  mean(): Frame;
  /** Their sums. */
  sum(): Frame;
  /** Their numbers of values. */
  count(): Frame;
  /** Their least values. */
  min(): Frame;
  /** Their largest values. */
  max(): Frame;
}

/**
 * What a notebook's type check is told of danfojs's DataFrame: its own types bring in those of TensorFlow and make every kernel start
 * later. The object is the whole DataFrame.
 */
export interface Frame extends DataFrameLike {
  /** Rows and columns. */
  readonly shape: number[];
  /** One column. */
  column(name: string): FrameColumn;
  /** The rows where the condition holds. */
  query(condition: FrameColumn): Frame;
  /** Some rows and columns. */
  loc(part: { readonly rows?: FrameColumn; readonly columns?: readonly string[] }): Frame;
  /** The rows by a column, ascending unless told otherwise. */
  sortValues(column: string, options?: { readonly ascending?: boolean }): Frame;
  /** Rows that agree in these columns, together. */
  groupby(columns: readonly string[]): FrameGroups;
  /** The first rows, 5 unless told otherwise. */
  head(rows?: number): Frame;
  /** Summaries of every column of numbers. */
  describe(): Frame;
}

/**
 * Records as a danfojs DataFrame: stored results ({@link data.readResults}), the points of a simulation ({@link simulation.resultRows}), rows of your own.
 * @param rows at least one; the first one's names are the columns
 * @throws RangeError without rows; Error naming the package when danfojs-node is not installed
 * @origin ours
 * @example
 * const rows = [{ rule: "a", error: 1 }, { rule: "a", error: 3 }, { rule: "b", error: 5 }];
 * cot.notebook.frame(rows).groupby(["rule"]).col(["error"]).mean().values; // => [["a", 2], ["b", 5]]
 */
export function frame(rows: readonly object[]): Frame {
  const check: Checks = new Checks("frame");
  check.objects("rows", rows);
  if (!Array.isArray(rows) || rows.length === 0) check.fail("rows", "an array of at least one record", rows);
  const danfojs = optionalPackage<{ readonly DataFrame: new (rows: readonly object[]) => Frame }>(check, "danfojs-node");
  return check.made("rows", "records with the same names", rows, () => new danfojs.DataFrame(rows));
}
