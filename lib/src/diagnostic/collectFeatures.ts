/** @file A file's moments, with some rows kept back for a check. Ours. */
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { Random } from "../core/random";
import { type MomentOptions, type Moments, readMoments } from "../data/moments";
import { readFeatures } from "../data/readFeatures";
import type { ReadOptions } from "../data/table";

/** A data set for `diagnose`, and the rows that its moments do not contain. */
export interface CollectedFeatures {
  /** The data set's name. */
  readonly name: string;
  /** Of the rows that are not kept back. */
  readonly moments: Moments;
  /** Where the file has them, (d,). */
  readonly featureNames?: readonly string[];
  /** What the reader decided or left out, where there is anything. */
  readonly notes?: readonly string[];
  /** What is kept back. */
  readonly heldOut: {
    /** Row-major (N, d). */
    readonly values: Float64Array;
    /** Numbers of these rows in the file, from 0, ascending. */
    readonly rows: readonly number[];
  };
}

/** How a file is collected. */
export interface CollectOptions extends MomentOptions {
  /** Share of the rows that is kept back, each row by its own draw; in [0, 0.9]; default 0. */
  readonly heldOut?: number;
  /** Default: the file's name without its folder and ending. */
  readonly name?: string;
  /** How the file is read. */
  readonly read?: ReadOptions;
}

/**
 * Reads a file in one pass into moments, and keeps a random share of its rows out of them and in memory.
 * @param path a file, as {@link readFeatures} takes it
 * @param options heldOut = 0; name?; read?; and as in {@link readMoments} blocks?, seed = 7, centred = true, components?, onProgress?
 * @throws FeatureFileError for what is wrong with the file; RangeError outside the domain
 * @origin ours
 * @example
 * process.getBuiltinModule("fs").writeFileSync("a.csv", Array.from({ length: 99 }, (_, i) => Math.sin(i)).join("\n"));
 * const { name, moments, heldOut } = await cot.diagnostic.collectFeatures("a.csv", { heldOut: 0.2 });
 * [name, moments.count + heldOut.rows.length]; // => ["a", 99]
 */
export async function collectFeatures(path: string, options: CollectOptions = {}): Promise<CollectedFeatures> {
  argumentsOf("collectFeatures", options, "options");
  const check: Checks = new Checks("collectFeatures");
  check.text("path", path);
  const { heldOut = 0, seed = 7, read } = options;
  if (options.onProgress !== undefined) check.callable("onProgress", options.onProgress);
  check.interval("heldOut", heldOut, 0, 0.9);
  if (options.name !== undefined) check.text("name", options.name);
  const table = await inNameOf("collectFeatures", () => readFeatures(path, read));
  const d = table.columns;
  const random = Random.seed(seed).stream("held-out");
  const kept: Float64Array[] = [];
  const rows: number[] = [];
  let at = 0;
  const split = {
    ...table,
    async *batches() {
      for await (const batch of table.batches()) {
        const values = new Float64Array(batch.rows * d);
        let used = 0;
        for (let i = 0; i < batch.rows; i++, at++) {
          const row = batch.values.subarray(i * d, (i + 1) * d);
          if (heldOut > 0 && random.uniform() < heldOut) {
            kept.push(row.slice());
            rows.push(at);
          } else values.set(row, used++ * d);
        }
        yield { values: values.subarray(0, used * d), rows: used };
      }
    },
  };
  const moments = await inNameOf("collectFeatures", () => readMoments(split, options));
  const values = new Float64Array(kept.length * d);
  kept.forEach((row, i) => void values.set(row, i * d));
  const name = options.name ?? path.replace(/^.*[\\/]/, "").replace(/\.[^.]+$/, "");
  const { names, notes = [] } = table;
  return {
    name,
    moments,
    ...(names && { featureNames: names }),
    ...(notes.length > 0 && { notes: [...notes] }),
    heldOut: { values, rows },
  };
}
