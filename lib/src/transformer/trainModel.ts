/** @file Training a model in worker threads: the calling thread stays free, and an interruption ends the training. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Checks } from "../core/check";
import type { RunConfig } from "./recipe";
import type { TrainerOptions } from "./trainer";

/** A model after training. */
export interface TrainedModel {
  readonly config: RunConfig;
  readonly seed: number;
  readonly parameters: Float32Array;
  /** The loss of every step. */
  readonly losses: readonly number[];
}

/** How far a training is. */
export interface ModelProgress {
  readonly done: number;
  readonly steps: number;
  /** The losses of the steps so far. */
  readonly losses: readonly number[];
}

export interface TrainModelOptions extends TrainerOptions {
  /** Called a few times a second, and after the last step. */
  readonly onProgress?: (progress: ModelProgress) => void;
}

/** What the thread that trains is given, and what it answers with. */
export interface ModelWorkerStart {
  readonly config: RunConfig;
  readonly seed: number;
  readonly options: TrainerOptions;
}
export type ModelWorkerMessage = { readonly losses: readonly number[]; readonly parameters?: Float32Array };

/**
 * Trains a model from its first values to the last step, in memory only; `trainingRun` does it in a folder, with checkpoints.
 *
 * Ctrl-C, or a notebook's interrupt, ends the threads at once.
 * @throws Error when it is interrupted, or when the loss is no longer finite
 */
export async function trainModel(
  config: RunConfig,
  seed: number,
  { onProgress, ...options }: TrainModelOptions = {},
): Promise<TrainedModel> {
  const check: Checks = new Checks("trainModel");
  check.integer("seed", seed, 0);
  const { steps } = config.recipe;
  const start: ModelWorkerStart = { config, seed, options };
  const worker = new Worker(join(__dirname, "modelWorker.js"), { workerData: start });
  const losses: number[] = [];
  let interrupt: (() => void) | undefined;
  try {
    const parameters = await new Promise<Float32Array>((resolve, reject) => {
      interrupt = () => reject(new Error(`trainModel: interrupted after ${losses.length} of ${steps} steps`));
      process.once("SIGINT", interrupt);
      worker.once("error", reject);
      worker.once("exit", () => reject(new Error("trainModel: the training thread ended before the training did")));
      worker.on("message", (message: ModelWorkerMessage) => {
        losses.push(...message.losses);
        onProgress?.({ done: losses.length, steps, losses });
        if (message.parameters) resolve(message.parameters);
      });
    });
    return { config, seed, parameters, losses };
  } finally {
    if (interrupt) process.removeListener("SIGINT", interrupt);
    await worker.terminate();
  }
}
