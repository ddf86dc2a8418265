/** @file Finished cells of sweeps in a folder: one file each, named by its fingerprint, written whole, with a checksum. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Checks } from "../../core/check";
import { checkWritable, writeFileAtomic } from "../../data/writeFileAtomic";
import type { PointRow } from "../resultRows";
import { libraryBuild } from "./libraryBuild";
import type { SweepCell } from "./sweepSpec";

/** Infinity, which JSON has not, as a text; texts that look the same are escaped. */
const toText = (_: string, value: unknown): unknown => (typeof value === "number" && !Number.isFinite(value) ? `#${value}` : value);
const fromText = (_: string, value: unknown): unknown =>
  value === "#Infinity" ? Number.POSITIVE_INFINITY : value === "#-Infinity" ? Number.NEGATIVE_INFINITY : value;

/** What a folder holds of a cell: its rows, nothing, or a file that cannot be used and counts as not done. */
export type StoredCell =
  | { readonly state: "absent" }
  | { readonly state: "finished"; readonly rows: readonly PointRow[] }
  | { readonly state: "damaged" | "of another build"; readonly reason: string };

/** A finished cell as the text of its file: a line that says what it is and which build computed it, and its rows. */
export function cellText(cell: SweepCell, rows: readonly PointRow[], build = libraryBuild()): string {
  const body = `${JSON.stringify(rows, toText)}\n`;
  const sha256 = createHash("sha256").update(body).digest("hex");
  return `${JSON.stringify({ cell: cell.fingerprint, build, params: cell.params, sha256 })}\n${body}`;
}

/** What a cell's text is worth to this build of the library. */
export function readCellText(cell: SweepCell, text: string, build = libraryBuild()): StoredCell {
  const damaged = (reason: string): StoredCell => ({ state: "damaged", reason });
  const end = text.indexOf("\n");
  let about: { readonly cell?: unknown; readonly build?: unknown; readonly sha256?: unknown };
  try {
    about = JSON.parse(text.slice(0, end)) ?? {};
  } catch {
    return damaged("its first line is not JSON");
  }
  if (about.cell !== cell.fingerprint) return damaged("it is of another cell");
  const body = text.slice(end + 1);
  if (createHash("sha256").update(body).digest("hex") !== about.sha256) return damaged("its checksum is wrong");
  if (about.build !== build)
    return { state: "of another build", reason: `it was computed by build ${about.build ?? "(unknown)"} of the library, this is ${build}` };
  return { state: "finished", rows: JSON.parse(body, fromText) as PointRow[] };
}

/**
 * A folder of finished cells. Several sweeps may share it, and several processes fill it.
 * @origin ours
 * @example
 * const spec = cot.simulation.sweepSpec({ name: "a", experiment: "limit-error", fixed: { d: 2, "train.n": 6, steps: 1 } }, ".");
 * const store = new cot.simulation.CellStore("store");
 * await cot.simulation.runSweep(spec, { store });
 * store.read(cot.simulation.sweepCells(spec)[0])?.map(({ x, mean }) => [x, mean]); // => [[0, 2], [1, 0.222]]
 */
export class CellStore {
  constructor(
    readonly folder: string,
    /** The build whose cells count. */
    private readonly build = libraryBuild(),
  ) {}

  /** @internal Where a cell's file is. */
  path(cell: SweepCell): string {
    return join(this.folder, "cells", `${cell.fingerprint}.json`);
  }

  /** Whether the folder holds no cell at all, of any sweep. */
  isEmpty(): boolean {
    const cells = join(this.folder, "cells");
    return !existsSync(cells) || !readdirSync(cells).some((file) => file.endsWith(".json"));
  }

  /**
   * What is there of a cell.
   * @param cell index, values, params and fingerprint, as {@link sweepCells} gives them
   * @throws TypeError or RangeError for arguments of another kind
   */
  look(cell: SweepCell): StoredCell {
    new Checks("CellStore.look").shape("cell", cell, { fingerprint: "text" });
    const path = this.path(cell);
    return existsSync(path) ? readCellText(cell, readFileSync(path, "utf8"), this.build) : { state: "absent" };
  }

  /**
   * A finished cell's rows; undefined where it is not finished. A mean that diverges is Infinity.
   * @param cell index, values, params and fingerprint, as {@link sweepCells} gives them
   * @throws TypeError or RangeError for arguments of another kind
   */
  read(cell: SweepCell): readonly PointRow[] | undefined {
    new Checks("CellStore.read").shape("cell", cell, { fingerprint: "text" });
    const found = this.look(cell);
    return found.state === "finished" ? found.rows : undefined;
  }

  /** Makes sure that cells can be stored, before any is computed. @throws FileWriteError */
  checkWritable(): void {
    checkWritable(join(this.folder, "cells", "try"));
  }

  /** @internal Stores a finished cell. */
  write(cell: SweepCell, rows: readonly PointRow[]): void {
    writeFileAtomic(this.path(cell), [cellText(cell, rows, this.build)]);
  }

  /** @internal Forgets a cell. */
  remove(cell: SweepCell): void {
    rmSync(this.path(cell), { force: true });
  }
}
