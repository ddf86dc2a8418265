/** @file Training a model in threads of its own: the calling thread stays free, and an interruption ends the training. */
import { parentPort } from "node:worker_threads";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { startThread } from "../thread";
import { checkProducts, type TrainerOptions } from "../trainer";
import { type RunConfig, runConfig } from "./recipe";
import { recipeStep, regressionTrainer } from "./regressionTrainer";
import type { RunState } from "./trainingRun";

/** A model after training. */
export interface TrainedModel extends Pick<RunState, "config" | "seed"> {
  /** The flat array of trained parameters. */
  readonly parameters: Float32Array;
  /** The loss of every step, (steps,). */
  readonly losses: readonly number[];
}

/** How far a training is. */
export interface ModelProgress {
  /** Steps taken. */
  readonly done: number;
  /** Steps in all. */
  readonly steps: number;
  /** The losses of the steps so far. */
  readonly losses: readonly number[];
}

/** How a model is trained in memory. */
export interface TrainModelOptions extends TrainerOptions {
  /** Called a few times a second, and after the last step. */
  readonly onProgress?: (progress: ModelProgress) => void;
}

/** What the thread that trains is given, and what it answers with. */
type ThreadStart = Pick<RunState, "config" | "seed"> & { readonly options: TrainerOptions };
type Message = { readonly losses: readonly number[]; readonly parameters?: Float32Array };

/**
 * Trains a model in a thread of its own, in memory only; {@link trainingRun} does it in a folder, with checkpoints.
 * @param config of {@link runConfig}: name, model, train, recipe, curves, seeds
 * @param seed of first values and prompts; integer >= 0
 * @param settings threads = 1; backend? ("blas" where it is found); precision? ("float32"); onProgress?
 * @throws RangeError for a seed outside the domain or a loss that is not finite; Error on Ctrl-C, which ends the threads at once
 * @origin ours, after the paper's GPT-2 experiment
 * @example
 * const recipe = { steps: 3, batch: 4 };
 * const config = cot.transformer.runConfig({ name: "tiny", model: { d: 1, width: 4, heads: 1 }, train: { n: 2 }, recipe });
 * const { losses } = await cot.transformer.trainModel(config, 0);
 * losses.length; // => 3
 */
export async function trainModel(config: RunConfig, seed: number, settings: TrainModelOptions = {}): Promise<TrainedModel> {
  argumentsOf("trainModel", config, "config");
  const { onProgress, ...options } = argumentsOf("trainModel", settings);
  const check: Checks = new Checks("trainModel");
  check.integer("seed", seed, 0);
  const { steps } = inNameOf("trainModel", () => runConfig(config)).recipe;
  checkProducts(check, options);
  if (onProgress !== undefined) check.callable("onProgress", onProgress);
  const start: ThreadStart = { config, seed, options };
  const worker = startThread(__filename, trainHere.name, start);
  const losses: number[] = [];
  let interrupt: (() => void) | undefined;
  try {
    const parameters = await new Promise<Float32Array>((resolve, reject) => {
      interrupt = () => reject(new Error(`trainModel: interrupted after ${losses.length} of ${steps} steps`));
      process.once("SIGINT", interrupt);
      worker.once("error", reject);
      worker.once("exit", () => reject(new Error("trainModel: the training thread ended before the training did")));
      worker.on("message", (message: Message) => {
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

/** Milliseconds between messages. */
const INTERVAL = 250;

/** What the thread that trains does. */
export function trainHere({ config, seed, options }: ThreadStart): void {
  const send = (message: Message): void => parentPort?.postMessage(message);
  const trainer = regressionTrainer(config, seed, options);
  try {
    let losses: number[] = [];
    // The clock only spaces the messages; no result depends on it.
    let last = performance.now();
    while (trainer.step < config.recipe.steps) {
      const { loss } = recipeStep(trainer, config);
      if (!Number.isFinite(loss))
        throw new RangeError(
          `trainModel: recipe.learningRate must be so small that the loss stays finite, got ${config.recipe.learningRate}: the loss is ${loss} at step ${trainer.step - 1}`,
        );
      losses.push(loss);
      const now = performance.now();
      if (now - last >= INTERVAL && trainer.step < config.recipe.steps) {
        send({ losses });
        [losses, last] = [[], now];
      }
    }
    send({ losses, parameters: trainer.parameters.slice() });
  } finally {
    trainer.close();
  }
}
