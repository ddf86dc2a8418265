/** @file What training runs in folders have in common: what they say about themselves, and how they go on. */
import { existsSync } from "node:fs";
import { CheckpointError, checkpointPath, readCheckpoint } from "./checkpoint";
import type { Trainer, TrainerOptions } from "./trainer";

/** What a training checkpoint says about itself. */
export interface FolderRunState<Config> {
  /** What it is trained by. */
  readonly config: Config;
  /** Seed of first values and of the order or the prompts. */
  readonly seed: number;
  /** Steps taken. */
  readonly step: number;
  /** Seconds of training so far, over all sittings. */
  readonly seconds: number;
}

/** How any run in a folder goes. */
export interface FolderRunOptions extends TrainerOptions {
  /** Continues the run that the folder holds; default false. */
  readonly resume?: boolean;
  /** Asked now and then, between two steps; true ends the sitting with a checkpoint. */
  readonly stopped?: () => boolean;
}

/** What of a configuration does not decide a run: which seeds are named, and what is measured afterwards. */
interface Named {
  readonly name: string;
  readonly seeds: readonly number[];
  readonly curves?: readonly unknown[];
}

/** Whether two configurations train the same model with a seed: a run stays the same when seeds or curves are added. */
export function sameSettings(a: Named, b: Named): boolean {
  return JSON.stringify({ ...a, seeds: [], curves: [] }) === JSON.stringify({ ...b, seeds: [], curves: [] });
}

/**
 * Goes on with the run that a folder holds, if it holds one.
 * @returns what its checkpoint says, or undefined where there is none
 * @throws CheckpointError when `resume` is not set, or the checkpoint is another run's
 */
export function resumeRun<State extends FolderRunState<Named>>(
  folder: string,
  trainer: Trainer<unknown>,
  { config, seed }: Pick<State, "config" | "seed">,
  stepsOf: (config: State["config"]) => number,
  resume = false,
): State | undefined {
  const file = checkpointPath(folder);
  if (!existsSync(file)) return undefined;
  const { about, arrays } = readCheckpoint<State>(file);
  if (!resume) {
    const reached = `step ${about.step} of ${stepsOf(about.config)}`;
    throw new CheckpointError(`${folder} already holds a run at ${reached}: --resume continues it, another folder begins anew`);
  }
  if (about.seed !== seed || !sameSettings(about.config, config))
    throw new CheckpointError(`${file} belongs to another run (${about.config.name}, seed ${about.seed}, or settings that differ)`);
  trainer.restore(arrays, about.step);
  return about;
}
