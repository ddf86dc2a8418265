/** @file The finished cells of a sweep, gathered from one folder or several. */
import { existsSync, readFileSync } from "node:fs";
import { argumentsOf, Checks } from "../../core/check";
import type { PointRow } from "../resultRows";
import { CellStore } from "./cellStore";
import { cellLabel, checkSpec, type SweepCell, type SweepSpec, sweepCells } from "./sweepSpec";

/** A cell with its rows. */
export interface FinishedCell {
  /** The cell. */
  readonly cell: SweepCell;
  /** A row for each point of each of its curves. */
  readonly rows: readonly PointRow[];
}

/** A cell without a result, and what is wrong with the files that should hold it. */
export interface MissingCell {
  /** The cell. */
  readonly cell: SweepCell;
  /** One a file, with its path; none where no folder holds the cell. */
  readonly problems: readonly string[];
}

/** What the folders hold of a sweep. */
export interface GatheredCells {
  /** In the grid's order. */
  readonly finished: readonly FinishedCell[];
  /** The others, in the same order. */
  readonly missing: readonly MissingCell[];
  /** Folders that hold no cell at all. */
  readonly empty: readonly string[];
}

/**
 * Gathers a sweep's cells. A cell that several folders hold counts once; its files must be the same to the byte.
 * @param spec of {@link sweepSpec}
 * @param folders at least one, each filled by a run
 * @throws RangeError when a folder holds cells but none of this sweep, one was computed by another build of the library, or two folders
 *   disagree about one
 * @origin ours
 * @example
 * const spec = cot.simulation.sweepSpec({ name: "a", experiment: "limit-error", fixed: { d: 2, "train.n": 6, steps: 1 } }, ".");
 * await cot.simulation.runSweep(spec, { store: new cot.simulation.CellStore("gathered") });
 * cot.simulation.gatherCells(spec, ["gathered"]).finished.length; // => 1
 */
export function gatherCells(spec: SweepSpec, folders: readonly string[]): GatheredCells {
  argumentsOf("gatherCells", spec, "spec");
  const check: Checks = new Checks("gatherCells");
  check.list("folders", folders);
  checkSpec(check, spec);
  if (folders.length === 0) check.fail("folders", "at least one folder", folders);
  for (const folder of folders)
    if (typeof folder !== "string" || !existsSync(folder)) check.fail("folder", "one that a sweep has filled", folder);
  const stores = folders.map((folder) => new CellStore(folder));
  const used = new Set<CellStore>();
  const finished: FinishedCell[] = [];
  const missing: MissingCell[] = [];
  for (const cell of sweepCells(spec)) {
    const name = `cell ${cell.index} (${cellLabel(spec, cell)})`;
    const problems: string[] = [];
    let first: { readonly store: CellStore; readonly rows: readonly PointRow[]; readonly text: string } | undefined;
    for (const store of stores) {
      const found = store.look(cell);
      if (found.state === "absent") continue;
      used.add(store);
      if (found.state === "of another build") {
        const remedy = "Build the library from the same sources on every machine (npm run build) and run that shard again";
        throw new RangeError(
          `${check.fn}: ${name} in ${store.folder} must be of this build of the library, but ${found.reason}. ${remedy}`,
        );
      }
      if (found.state !== "finished") {
        problems.push(`${store.path(cell)}: ${found.reason}`);
        continue;
      }
      const text = readFileSync(store.path(cell), "utf8");
      first ??= { store, rows: found.rows, text };
      if (text !== first.text) {
        const remedy = "One of them was made by another version: remove it and run that shard again";
        check.fail(name, `the same in ${first.store.folder} and ${store.folder}`, "two results", remedy);
      }
    }
    if (first === undefined) missing.push({ cell, problems });
    else finished.push({ cell, rows: first.rows });
  }
  const unused = stores.filter((store) => !used.has(store));
  const foreign = unused.find((store) => !store.isEmpty());
  const rule = `one with cells of the sweep ${spec.name}; this one has none, of any cell as the specification now is`;
  if (foreign) check.fail("folder", rule, foreign.folder);
  return { finished, missing, empty: unused.map(({ folder }) => folder) };
}
