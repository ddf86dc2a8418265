/** @file Running a sweep on this machine: cell after cell, each on all threads, keeping what is finished. */
import { simulate } from "../montecarlo/simulate";
import type { CellRow, CellStore } from "./cellStore";
import type { Shard, SweepCell, SweepSpec } from "./sweepSpec";
import { sweepCells } from "./sweepSpec";

export interface CellOptions {
  /** Threads of a simulated cell; default: as many as the machine runs at once. The result does not depend on it. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
  /** Told how much of the cell is done, in [0, 1]. */
  readonly onProgress?: (part: number) => void;
}

/**
 * Runs one cell.
 *
 * With `streams: "common"` task i draws from the same stream in every cell, so that cells are compared on common random numbers;
 * with "independent" the stream's name holds the cell's fingerprint. Either way a cell's numbers depend on nothing but the cell.
 * @throws whatever the experiment throws; the signal's reason when it is cancelled
 */
export async function runCell(spec: SweepSpec, cell: SweepCell, options: CellOptions = {}): Promise<readonly CellRow[]> {
  const { workers, signal, onProgress } = options;
  const work = spec.sweepable.make(cell.params);
  if ("curves" in work) {
    const nothing = { standardError: null, median: null, medianLow: null, medianHigh: null, heavyTail: null, diverged: null, tasks: null };
    return work.curves().flatMap(({ curve, x, values }) => x.map((at, i) => ({ curve, x: at, mean: values[i]!, ...nothing })));
  }
  const { experiment } = work;
  const own = spec.streams === "independent" ? { name: `sweep-${cell.fingerprint}` } : {};
  const result = await simulate(
    { ...experiment, ...own },
    {
      tasks: spec.tasks!,
      seed: spec.seed!,
      ...(workers === undefined ? {} : { workers }),
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onProgress: (done, total) => onProgress(done / total) }),
    },
  );
  if (result.cancelled) throw signal?.reason ?? new Error("sweep: cancelled");
  return result.curves.flatMap((curve) =>
    curve.points.map((point) => ({
      curve: curve.name,
      x: point.x,
      mean: point.mean,
      standardError: point.se,
      median: point.median.value,
      medianLow: point.median.low,
      medianHigh: point.median.high,
      heavyTail: point.heavyTail,
      diverged: point.diverged,
      tasks: point.n,
    })),
  );
}

export interface SweepProgress {
  /** Cells of this shard, and how many of them are finished. */
  readonly cells: number;
  readonly finished: number;
  /** Cells that were found finished when the run began. */
  readonly kept: number;
  /** The cell at work, and how much of it is done. */
  readonly cell: SweepCell;
  readonly part: number;
}

export interface SweepRunOptions {
  readonly store: CellStore;
  readonly workers?: number;
  readonly shard?: Shard;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SweepProgress) => void;
}

/** The cells that one shard does. */
export function shardCells(spec: SweepSpec, shard: Shard = { index: 0, count: 1 }): SweepCell[] {
  return sweepCells(spec).filter(({ index }) => index % shard.count === shard.index);
}

/**
 * Runs what is not finished of a sweep, or of one shard of it. Each finished cell is stored at once: whatever ends the run, the same
 * call goes on after it.
 * @returns how many cells were kept and how many computed
 * @throws the signal's reason when it is cancelled; the finished cells stay
 */
export async function runSweep(spec: SweepSpec, options: SweepRunOptions): Promise<{ readonly kept: number; readonly computed: number }> {
  const { store, shard, onProgress, ...cellOptions } = options;
  const cells = shardCells(spec, shard);
  const left = cells.filter((cell) => store.read(cell) === undefined);
  const kept = cells.length - left.length;
  for (const [computed, cell] of left.entries()) {
    options.signal?.throwIfAborted();
    const tell = (part: number): void => onProgress?.({ cells: cells.length, finished: kept + computed, kept, cell, part });
    tell(0);
    store.write(cell, await runCell(spec, cell, { ...cellOptions, onProgress: tell }));
    tell(1);
  }
  return { kept, computed: left.length };
}
