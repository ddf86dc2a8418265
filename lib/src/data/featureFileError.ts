/** @file What is wrong with a data file, and where. */
import { show } from "../core/check";

/** A fault of a data file. The message begins with the place: which function reads the file says nothing about what is wrong in it. */
export class FeatureFileError extends RangeError {
  override readonly name = "FeatureFileError";
  /** The file, as it was named. */
  readonly file: string;
  /** The row, from 1, headers not counted. */
  readonly row?: number;
  /** The column's name, or its number from 1. */
  readonly column?: string;

  constructor(file: string, rule: string, got: unknown, place: { row?: number; column?: string; remedy?: string } = {}) {
    const { row, column, remedy } = place;
    const where = [row === undefined ? "" : `row ${row}`, column === undefined ? "" : `column ${column}`].filter((part) => part !== "");
    const subject = where.length > 0 ? `${where.join(", ")} of ${file}` : file;
    super(`${subject} must ${rule}, got ${typeof got === "string" ? got : show(got)}${remedy ? `. ${remedy}` : ""}`);
    this.file = file;
    if (row !== undefined) this.row = row;
    if (column !== undefined) this.column = column;
  }
}

/** What a reader of a format threw, as a fault of the file. */
export function faultOf(error: unknown, file: string, rule: string, place: { remedy?: string } = {}): unknown {
  if (error instanceof FeatureFileError || !(error instanceof Error)) return error;
  // A reader that stumbles says nothing that a person could use.
  return new FeatureFileError(file, rule, error instanceof TypeError ? "bytes that make no sense" : error.message, place);
}

/** How to look at a file that begins well and does not go on so. */
export const CUT_OFF = { remedy: "It may be cut off or corrupt" };

/** What to do with a column of something else than numbers. */
export const NO_FEATURE = "A column that is no feature can be dropped (dropColumns, --drop-columns)";
