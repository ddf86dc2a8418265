/** @file Running a sweep on this machine: cell after cell, each on all threads, keeping what is finished. */
import { argumentsOf, Checks } from "../../core/check";
import { type PointRow, resultRows } from "../resultRows";
import { simulate } from "../simulate";
import { CellStore, type StoredCell } from "./cellStore";
import { checkSpec, nameCell, type Shard, type SweepCell, type SweepSpec, sweepCells } from "./sweepSpec";

/** How a cell runs. */
export interface CellOptions {
  /** Threads of a simulated cell; default: as many as the machine runs at once. The result does not depend on it. */
  readonly workers?: number;
  /** Cancels the cell. */
  readonly signal?: AbortSignal;
  /** Told how much of the cell is done, in [0, 1]. */
  readonly onProgress?: (part: number) => void;
}

/**
 * Runs one cell, and gives a row for each point of each of its curves.
 * With `streams: "common"` draw i comes from the same stream in every cell, so that cells are compared on common random numbers;
 * with "independent" the stream's name holds the cell's fingerprint. Either way a cell's numbers depend on nothing but the cell.
 * @param spec of {@link sweepSpec}
 * @param cell index, values, params and fingerprint, as {@link sweepCells} gives them
 * @param options workers?: threads, by default all; signal?: cancels; onProgress?
 * @throws whatever the experiment throws, with the cell named; the signal's reason when it is cancelled
 * @origin ours
 * @example
 * const spec = cot.simulation.sweepSpec({ name: "a", experiment: "limit-error", fixed: { d: 2, "train.n": 6, steps: 1 } }, ".");
 * (await cot.simulation.runCell(spec, cot.simulation.sweepCells(spec)[0])).map(({ mean }) => mean); // => [2, 0.222]
 */
export async function runCell(spec: SweepSpec, cell: SweepCell, options: CellOptions = {}): Promise<readonly PointRow[]> {
  argumentsOf("runCell", spec, "spec");
  argumentsOf("runCell", cell, "cell");
  argumentsOf("runCell", cell.params, "cell.params");
  checkSpec(new Checks("runCell"), spec);
  argumentsOf("runCell", options, "options");
  try {
    return await cellRows(spec, cell, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    const named = nameCell(spec, cell, error);
    if (named instanceof Error) named.message = named.message.replace(/^sweepSpec(?=: )/, "runCell");
    throw named;
  }
}

async function cellRows(spec: SweepSpec, cell: SweepCell, options: CellOptions): Promise<readonly PointRow[]> {
  const { workers, signal, onProgress } = options;
  const work = spec.sweepable.make(cell.params);
  if ("curves" in work) {
    const nothing = { standardError: null, median: null, medianLow: null, medianHigh: null, heavyTail: null, diverged: null, draws: null };
    return work.curves().flatMap(({ curve, x, values }) => x.map((at, i) => ({ curve, x: at, mean: values[i], ...nothing })));
  }
  const experiment = spec.streams === "independent" ? { ...work.experiment, name: `sweep-${cell.fingerprint}` } : work.experiment;
  const tell = onProgress && ((done: number, total: number): void => onProgress(done / total));
  const result = await simulate(experiment, { draws: spec.draws!, seed: spec.seed!, workers, signal, onProgress: tell });
  if (result.cancelled) throw signal?.reason ?? new Error("sweep: cancelled");
  return resultRows(result);
}

/** How far a run has come. */
export interface SweepProgress {
  /** Cells of this shard. */
  readonly cells: number;
  /** How many of them are finished. */
  readonly finished: number;
  /** Cells that were found finished when the run began. */
  readonly kept: number;
  /** The cell at work. */
  readonly cell: SweepCell;
  /** How much of it is done, in [0, 1]. */
  readonly part: number;
}

/** How a sweep runs. */
export interface SweepRunOptions extends Pick<CellOptions, "workers"> {
  /** Where finished cells are kept. */
  readonly store: CellStore;
  /** The part of the cells to do; default: all. */
  readonly shard?: Shard;
  /** Forgets the finished cells first, so that all are computed again; default false. */
  readonly again?: boolean;
  /** Cancels the run; finished cells stay. */
  readonly signal?: AbortSignal;
  /** Told now and then how far the run has come. */
  readonly onProgress?: (progress: SweepProgress) => void;
  /** Told, before anything is computed, of the stored cells that cannot be used and are computed again, when there are any. */
  readonly onUnusable?: (cells: readonly UnusableCell[]) => void;
}

/** A stored cell that cannot be used. */
export type UnusableCell = Extract<StoredCell, { readonly reason: string }> & { readonly path: string };

/** A cell that gave no result. */
export interface FailedCell {
  /** The cell. */
  readonly cell: SweepCell;
  /** What its experiment threw. */
  readonly error: unknown;
}

/** What a run did. */
export interface SweepRun {
  /** Cells that were finished before. */
  readonly kept: number;
  /** Cells that this run finished. */
  readonly computed: number;
  /** Cells that gave no result. */
  readonly failed: readonly FailedCell[];
}

/** The cells that one shard does. */
export function shardCells(check: Checks, spec: SweepSpec, shard: Shard = { index: 0, count: 1 }): SweepCell[] {
  checkSpec(check, spec);
  const { index, count } = argumentsOf(check.fn, shard, "shard");
  check.integer("shard.count", count, 1);
  check.integer("shard.index", index, 0, count - 1);
  return sweepCells(spec).filter(({ index }) => index % shard.count === shard.index);
}

/**
 * Runs what is not finished of a sweep, or of one shard of it. Each finished cell is stored at once: whatever ends the run, the same
 * call goes on after it. A cell that fails does not keep the others from being computed.
 * @param spec of {@link sweepSpec}
 * @param options store; workers?: threads; shard?; again = false; signal?: cancels; onProgress?; onUnusable?
 * @throws FileWriteError when a cell cannot be stored; the signal's reason when it is cancelled; the finished cells stay
 * @origin ours
 * @example
 * const fixed = { d: 2, "train.n": 6, steps: 1 };
 * const spec = cot.simulation.sweepSpec({ name: "a", experiment: "limit-error", fixed }, ".");
 * await cot.simulation.runSweep(spec, { store: new cot.simulation.CellStore("run") }); // => { kept: 0, computed: 1, failed: [] }
 */
export async function runSweep(spec: SweepSpec, options: SweepRunOptions): Promise<SweepRun> {
  argumentsOf("runSweep", spec, "spec");
  argumentsOf("runSweep", options, "options");
  const { store, shard, again = false, onProgress, onUnusable, ...cellOptions } = options;
  const check: Checks = new Checks("runSweep");
  for (const [name, told] of Object.entries({ onProgress, onUnusable })) if (told !== undefined) check.callable(name, told);
  const cells = shardCells(check, spec, shard);
  if (!(store instanceof CellStore)) check.wrongKind("options.store", "a CellStore", store);
  store.checkWritable();
  if (again) for (const cell of cells) store.remove(cell);
  const unusable: UnusableCell[] = [];
  const left = cells.filter((cell) => {
    const found = store.look(cell);
    if ("reason" in found) unusable.push({ ...found, path: store.path(cell) });
    return found.state !== "finished";
  });
  if (unusable.length > 0) onUnusable?.(unusable);
  const kept = cells.length - left.length;
  const failed: FailedCell[] = [];
  for (const [done, cell] of left.entries()) {
    options.signal?.throwIfAborted();
    const tell = (part: number): void => onProgress?.({ cells: cells.length, finished: kept + done, kept, cell, part });
    tell(0);
    let rows: readonly PointRow[];
    try {
      // The whole of it is only told when the cell is stored.
      rows = await runCell(spec, cell, { ...cellOptions, onProgress: (part) => part < 1 && tell(part) });
    } catch (error) {
      options.signal?.throwIfAborted();
      failed.push({ cell, error });
      continue;
    }
    store.write(cell, rows);
    tell(1);
  }
  return { kept, computed: left.length - failed.length, failed };
}
