/** @file A training run in a folder: metrics as CSV, atomic checkpoints, resumed to the same bits. */

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { writeFileAtomic } from "../../data/writeFileAtomic";
import type { Precision } from "../../linalg/backend";
import { CheckpointError, checkpointPath, readCheckpoint, writeCheckpoint } from "../checkpoint";
import { type FolderRunOptions, type FolderRunState, resumeRun } from "../folderRun";
import { checkProducts } from "../trainer";
import { learningRateAt, type RunConfig, runConfig } from "./recipe";
import { regressionTrainer, tokensPerStep } from "./regressionTrainer";

/** What a training checkpoint says about itself. */
export interface RunState extends FolderRunState<RunConfig> {
  /** Seconds of processors in training so far, of all threads; not in checkpoints from before they were counted. */
  readonly processorSeconds?: number;
  /** What weights were multiplied in, in the last sitting; left out for float32. */
  readonly precision?: Precision;
}

/** How far a run is. */
export interface RunProgress {
  /** Steps taken. */
  readonly step: number;
  /** Steps in all. */
  readonly steps: number;
  /** Loss of the last step. */
  readonly loss: number;
  /** Tokens of prompts and thoughts a second. */
  readonly tokensPerSecond: number;
  /** Seconds left at the present speed. */
  readonly secondsLeft: number;
}

/** How a run in a folder goes. */
export interface TrainingRunOptions extends FolderRunOptions {
  /** Steps between checkpoints; default 250. */
  readonly checkpointEvery?: number;
  /** Steps between rows of metrics.csv; default 10. */
  readonly logEvery?: number;
  /** Called now and then; the run pauses for it, so that an event loop can turn. */
  readonly onProgress?: (progress: RunProgress) => void | Promise<void>;
  /** Milliseconds between pauses; default 200. */
  readonly pause?: number;
}

const METRICS_HEADER = "step,loss,gradient_norm,learning_rate";

/** The metrics of the steps before one; later rows (or cut in the middle) belong to steps that are taken again. */
function keptMetrics(path: string, step: number): string {
  if (!existsSync(path)) return `${METRICS_HEADER}\n`;
  const lines = readFileSync(path, "utf8").split("\n");
  const kept = lines.slice(1, -1).filter((line) => line.split(",").length === 4 && Number(line.split(",")[0]) < step);
  return [METRICS_HEADER, ...kept, ""].join("\n");
}

/**
 * Trains a model in a folder, with metrics.csv and a checkpoint; a run that is resumed ends at the same bits.
 * @param config of {@link runConfig}: name, model, train, recipe, curves, seeds
 * @param seed of first values and prompts
 * @param folder made where it is not there
 * @param options threads = 1; backend?; precision?; resume = false; checkpointEvery = 250; logEvery = 10; onProgress?; pause = 200 (ms); stopped?
 * @returns the run's state at the end of this sitting, and its parameters
 * @throws CheckpointError when the folder holds a run and `resume` is not set, when its checkpoint belongs to another
 * configuration or is damaged, when metrics cannot be written, or when the loss is not finite; the last checkpoint stays
 * @origin ours
 * @example
 * const recipe = { steps: 3, batch: 4 };
 * const config = cot.transformer.runConfig({ name: "tiny", model: { d: 1, width: 4, heads: 1 }, train: { n: 2 }, recipe });
 * const { step, finished } = await cot.transformer.trainingRun(config, 0, "run");
 * [step, finished]; // => [3, true]
 */
export async function trainingRun(
  config: RunConfig,
  seed: number,
  folder: string,
  options: TrainingRunOptions = {},
): Promise<RunState & { readonly parameters: Float32Array; readonly finished: boolean }> {
  const check: Checks = new Checks("trainingRun");
  check.text("folder", folder);
  argumentsOf("trainingRun", config, "config");
  argumentsOf("trainingRun", options, "options");
  const { checkpointEvery = 250, logEvery = 10, pause = 200 } = options;
  check.integer("seed", seed, 0);
  checkProducts(check, options);
  const whole = inNameOf("trainingRun", () => runConfig(config));
  const { recipe } = whole;
  const file = checkpointPath(folder);
  const metrics = join(folder, "metrics.csv");
  const trainer = regressionTrainer(whole, seed, options);
  try {
    const before = resumeRun<RunState>(folder, trainer, { config: whole, seed }, ({ recipe }) => recipe.steps, options.resume);
    let seconds = before?.seconds ?? 0;
    const began = process.cpuUsage();
    const processorSeconds = (): number => {
      const { user, system } = process.cpuUsage(began);
      return (before?.processorSeconds ?? 0) + (user + system) / 1e6;
    };
    writeFileAtomic(metrics, [keptMetrics(metrics, trainer.step)]);

    const state = (): RunState => ({
      ...{ config: whole, seed, step: trainer.step, seconds: Math.round(seconds * 10) / 10 },
      processorSeconds: Math.round(processorSeconds() * 10) / 10,
      ...(trainer.products.precision !== "float32" && { precision: trainer.products.precision }),
    });
    let saved = trainer.step;
    const save = (): void => {
      writeCheckpoint(file, { about: state(), arrays: trainer.state });
      saved = trainer.step;
    };
    const tokens = tokensPerStep(whole);
    // Clocks tell speed and time left; no result depends on them.
    let [turn, turnStep] = [performance.now(), trainer.step];
    let last = turn;
    while (trainer.step < recipe.steps) {
      const step = trainer.step;
      const rate = learningRateAt(recipe, step);
      const { loss, gradientNorm } = trainer.train(rate);
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
        throw new CheckpointError(
          `${whole.name}, seed ${seed}: the loss is ${loss} at step ${step}; the last checkpoint is of step ${saved}. Lower recipe.learningRate`,
        );
      if (step % logEvery === 0 || step + 1 === recipe.steps) {
        try {
          appendFileSync(metrics, `${step},${loss},${gradientNorm},${rate}\n`);
        } catch (error) {
          throw new CheckpointError(
            `${metrics} could not be written (${error instanceof Error ? error.message : error}); the last checkpoint is of step ${saved}, --resume continues from it`,
          );
        }
      }
      const now = performance.now();
      seconds += (now - last) / 1000;
      last = now;
      if (trainer.step % checkpointEvery === 0 && trainer.step < recipe.steps) save();
      if (now - turn >= pause || trainer.step === recipe.steps) {
        const perSecond = (1000 * (trainer.step - turnStep)) / (now - turn);
        const secondsLeft = (recipe.steps - trainer.step) / perSecond;
        await options.onProgress?.({ step: trainer.step, steps: recipe.steps, loss, tokensPerSecond: perSecond * tokens, secondsLeft });
        await new Promise((resolve) => setImmediate(resolve));
        [turn, turnStep, last] = [performance.now(), trainer.step, performance.now()];
        if (options.stopped?.()) break;
      }
    }
    // A finished run is written again when its curves are others than before: they are measured from what its checkpoint says.
    const asked = before === undefined || JSON.stringify(before.config.curves) === JSON.stringify(whole.curves);
    if (trainer.step !== saved || !existsSync(file) || !asked) save();
    return { ...state(), parameters: trainer.parameters.slice(), finished: trainer.step >= recipe.steps };
  } finally {
    trainer.close();
  }
}

/**
 * The run that a folder holds: its state and its parameters.
 * @param folder a folder of {@link trainingRun}
 * @throws CheckpointError when its checkpoint is missing or damaged
 * @origin ours
 * @example
 * // not run: needs a folder with a run
 * const { config, step, parameters } = cot.transformer.readRun("out/gpt2/tiny-seed0");
 */
export function readRun(folder: string): RunState & { readonly parameters: Float32Array } {
  const check: Checks = new Checks("readRun");
  check.text("folder", folder);
  const { about, arrays } = readCheckpoint<RunState>(checkpointPath(folder));
  return { ...about, config: runConfig(about.config), parameters: arrays.parameters };
}
