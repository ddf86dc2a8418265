/** @file The finished cells of a sweep, gathered from one folder or several. */
import { existsSync, readFileSync } from "node:fs";
import { fail } from "../core/check";
import { type CellRow, CellStore } from "./cellStore";
import { cellLabel, type SweepCell, type SweepSpec, sweepCells } from "./sweepSpec";

/** A cell with its rows. */
export interface FinishedCell {
  readonly cell: SweepCell;
  readonly rows: readonly CellRow[];
}

/** What the folders hold of a sweep. */
export interface GatheredCells {
  /** In the grid's order. */
  readonly finished: readonly FinishedCell[];
  readonly missing: readonly SweepCell[];
}

/**
 * Gathers a sweep's cells. A cell that several folders hold counts once; its files must be the same to the byte.
 * @throws RangeError when a folder holds no cell of this sweep, or two folders disagree about one
 */
export function gatherCells(
  spec: SweepSpec,
  folders: readonly string[],
  onBroken: (path: string, reason: string) => void = () => {},
): GatheredCells {
  const fn = "sweep merge";
  if (folders.length === 0) fail(fn, "folders", "at least one folder", folders);
  for (const folder of folders) if (!existsSync(folder)) fail(fn, "folder", "one that a sweep has filled", folder);
  const stores = folders.map((folder) => new CellStore(folder, onBroken));
  const used = new Set<CellStore>();
  const finished: FinishedCell[] = [];
  const missing: SweepCell[] = [];
  for (const cell of sweepCells(spec)) {
    const holders = stores.filter((store) => store.read(cell) !== undefined);
    for (const holder of holders) used.add(holder);
    const [first, ...others] = holders;
    if (first === undefined) {
      missing.push(cell);
      continue;
    }
    const text = readFileSync(first.path(cell), "utf8");
    for (const other of others)
      if (readFileSync(other.path(cell), "utf8") !== text)
        fail(
          fn,
          `cell ${cell.index} (${cellLabel(spec, cell)})`,
          `the same in ${first.folder} and ${other.folder}`,
          "two results",
          "One of them was made by another version: remove it and run that shard again",
        );
    finished.push({ cell, rows: first.read(cell)! });
  }
  for (const store of stores)
    if (!used.has(store))
      fail(
        fn,
        "folder",
        `one with cells of the sweep ${spec.name}; this one has none, of any cell as the specification now is`,
        store.folder,
      );
  return { finished, missing };
}
