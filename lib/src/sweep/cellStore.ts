/** @file Finished cells of sweeps in a folder: one file each, named by its fingerprint, written whole, with a checksum. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../core/writeFileAtomic";
import type { SweepCell } from "./sweepSpec";

/** One point of a curve of a finished cell. Numbers may be Infinity; what a prediction does not have is null. */
export interface CellRow {
  readonly curve: string;
  readonly x: number;
  readonly mean: number;
  readonly standardError: number | null;
  readonly median: number | null;
  readonly medianLow: number | null;
  readonly medianHigh: number | null;
  /** Whether mean and standard error can be believed, see `tailDiagnosis`. */
  readonly heavyTail: string | null;
  /** Share of the draws above their value at the first x. */
  readonly diverged: number | null;
  readonly tasks: number | null;
}

/** Infinity, which JSON has not, as a text; texts that look the same are escaped. */
const toText = (_: string, value: unknown): unknown => (typeof value === "number" && !Number.isFinite(value) ? `#${value}` : value);
const fromText = (_: string, value: unknown): unknown =>
  value === "#Infinity" ? Number.POSITIVE_INFINITY : value === "#-Infinity" ? Number.NEGATIVE_INFINITY : value;

/** A finished cell as the text of its file: a line that says what it is, and its rows. */
export function cellText(cell: SweepCell, rows: readonly CellRow[]): string {
  const body = `${JSON.stringify(rows, toText)}\n`;
  const sha256 = createHash("sha256").update(body).digest("hex");
  return `${JSON.stringify({ cell: cell.fingerprint, params: cell.params, sha256 })}\n${body}`;
}

/** The rows of a cell's text; a string that says what is wrong with it otherwise. */
export function readCellText(cell: SweepCell, text: string): readonly CellRow[] | string {
  const end = text.indexOf("\n");
  let about: { readonly cell?: unknown; readonly sha256?: unknown };
  try {
    about = JSON.parse(text.slice(0, end)) ?? {};
  } catch {
    return "its first line is not JSON";
  }
  if (about.cell !== cell.fingerprint) return "it is of another cell";
  const body = text.slice(end + 1);
  if (createHash("sha256").update(body).digest("hex") !== about.sha256) return "its checksum is wrong";
  return JSON.parse(body, fromText) as CellRow[];
}

/** A folder of finished cells. Several sweeps may share it, and several processes fill it. */
export class CellStore {
  constructor(
    readonly folder: string,
    /** Told of a file that cannot be used; its cell counts as not done. */
    private readonly onBroken: (path: string, reason: string) => void = () => {},
  ) {}

  /** Where a cell's file is. */
  path(cell: SweepCell): string {
    return join(this.folder, "cells", `${cell.fingerprint}.json`);
  }

  /** A finished cell's rows. */
  read(cell: SweepCell): readonly CellRow[] | undefined {
    const path = this.path(cell);
    if (!existsSync(path)) return undefined;
    const rows = readCellText(cell, readFileSync(path, "utf8"));
    if (typeof rows !== "string") return rows;
    this.onBroken(path, rows);
    return undefined;
  }

  /** Stores a finished cell. */
  write(cell: SweepCell, rows: readonly CellRow[]): void {
    writeFileAtomic(this.path(cell), [cellText(cell, rows)]);
  }
}
