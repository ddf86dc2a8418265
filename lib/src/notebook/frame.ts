/** @file danfojs data frames of results. danfojs-node is an optional package, loaded when the first frame is made. */
import { Checks } from "../core/check";
import type { CellValue, DataFrameLike } from "./table";

/** A column of a frame: conditions for `query`, and summaries. */
export interface FrameColumn {
  readonly values: unknown[];
  eq(other: CellValue): FrameColumn;
  ne(other: CellValue): FrameColumn;
  gt(other: number): FrameColumn;
  ge(other: number): FrameColumn;
  lt(other: number): FrameColumn;
  le(other: number): FrameColumn;
  and(other: FrameColumn): FrameColumn;
  or(other: FrameColumn): FrameColumn;
  unique(): FrameColumn;
  mean(): number;
  min(): number;
  max(): number;
}

/** A frame's groups; `col` chooses the columns that are summarised. */
export interface FrameGroups {
  col(columns: readonly string[]): FrameGroups;
  mean(): Frame;
  sum(): Frame;
  count(): Frame;
  min(): Frame;
  max(): Frame;
}

/**
 * What a notebook's type check is told of danfojs's DataFrame: its own types bring in those of TensorFlow and make every kernel start
 * later. The object is the whole DataFrame.
 */
export interface Frame extends DataFrameLike {
  readonly shape: number[];
  column(name: string): FrameColumn;
  query(condition: FrameColumn): Frame;
  loc(part: { readonly rows?: FrameColumn; readonly columns?: readonly string[] }): Frame;
  sortValues(column: string, options?: { readonly ascending?: boolean }): Frame;
  groupby(columns: readonly string[]): FrameGroups;
  head(rows?: number): Frame;
  describe(): Frame;
}

/**
 * Records as a danfojs DataFrame: stored results (`data.readResults`), the points of a simulation (`simulation.resultRows`), rows of your own.
 * @param rows at least one; the first one's names are the columns
 * @throws RangeError without rows; Error naming the package when danfojs-node is not installed
 * @example frame(data.readResults("../data/selection/robustness.csv")).groupby(["rule"]).col(["distance"]).mean()
 * @origin ours
 */
export function frame(rows: readonly object[]): Frame {
  const check: Checks = new Checks("frame");
  if (!Array.isArray(rows) || rows.length === 0) check.fail("rows", "an array of at least one record", rows);
  let danfojs: { readonly DataFrame: new (rows: readonly object[]) => Frame };
  try {
    danfojs = require("danfojs-node") as typeof danfojs;
  } catch (error) {
    throw new Error(`frame: danfojs-node must be installed (npm install danfojs-node@1.2.0), got: ${(error as Error).message}`);
  }
  return new danfojs.DataFrame(rows);
}
