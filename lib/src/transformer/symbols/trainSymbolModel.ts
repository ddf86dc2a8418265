/** @file Trains a small model on solutions in symbols, in a folder, with checkpoints. */
import { existsSync } from "node:fs";
import { drawProblemSet } from "../../reasoning/problemSet";
import { CheckpointError, checkpointPath, readCheckpoint, writeCheckpoint } from "../checkpoint";
import { learningRateAt } from "../regression/recipe";
import type { TrainerOptions } from "../trainer";
import { symbolCorpus } from "./symbolCorpus";
import { type SymbolModelConfig, symbolModelShape } from "./symbolModelConfig";
import { type TokenRun, tokenTrainer } from "./tokenTrainer";

const OPTIMIZER = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, clip: 1 };

/** What a checkpoint and a finished model say about themselves. */
export interface SymbolRunState {
  readonly config: SymbolModelConfig;
  readonly seed: number;
  readonly step: number;
  /** Seconds of training, over all sittings. */
  readonly seconds: number;
  /** Mean loss in nats a token over the steps since the last report. */
  readonly loss: number;
}

export interface SymbolRunOptions extends TrainerOptions {
  /** Parameters to start from; needed when the configuration names a start. */
  readonly start?: Float32Array;
  readonly resume?: boolean;
  /** Steps between checkpoints; default 200. */
  readonly checkpointEvery?: number;
  /** Asked after every step; true ends the sitting with a checkpoint. */
  readonly stopped?: () => boolean;
  /** Called after each checkpoint. */
  readonly onProgress?: (state: SymbolRunState) => void;
}

/** Whether two configurations train the same model with a seed; which seeds are named does not matter. */
export function sameSettings(a: SymbolModelConfig, b: SymbolModelConfig): boolean {
  return JSON.stringify({ ...a, seeds: [] }) === JSON.stringify({ ...b, seeds: [] });
}

/** The sequences that a configuration learns from; the same for all its seeds. */
export function symbolRun(config: SymbolModelConfig, seed: number): TokenRun {
  const { data, model, training } = config;
  const problems = drawProblemSet({ specs: data.specs, count: data.count, split: "train", seed: data.seed });
  const examples = symbolCorpus({ problems, length: model.context - 1, ...data });
  return { shape: symbolModelShape(config), examples, batch: training.batch, shards: 1, seed };
}

/**
 * Trains a configuration with a seed in a folder, or goes on with it; interrupted at any point and resumed, it ends at the same bits.
 * @throws CheckpointError when the folder holds a run and `resume` is not set, or another run's checkpoint
 * Source: ours.
 */
export async function trainSymbolModel(
  config: SymbolModelConfig,
  seed: number,
  folder: string,
  options: SymbolRunOptions = {},
): Promise<SymbolRunState & { readonly parameters: Float32Array; readonly finished: boolean }> {
  const { checkpointEvery = 200, start, stopped, onProgress } = options;
  if ((config.start === null) !== (start === undefined))
    throw new RangeError(`trainSymbolModel: start must be ${config.start === null ? "absent" : `the parameters of ${config.start}`}`);
  const { steps } = config.training;
  const file = checkpointPath(folder);
  const trainer = tokenTrainer(symbolRun(config, seed), OPTIMIZER, options);
  try {
    let state: SymbolRunState = { config, seed, step: 0, seconds: 0, loss: Number.NaN };
    if (existsSync(file)) {
      const { about, arrays } = readCheckpoint<SymbolRunState>(file);
      if (!options.resume)
        throw new CheckpointError(`${folder} holds a run at step ${about.step} of ${about.config.training.steps}: --resume continues it`);
      if (about.seed !== seed || !sameSettings(about.config, config))
        throw new CheckpointError(`${file} belongs to another run (${about.config.name}, seed ${about.seed}, or other settings)`);
      trainer.restore(arrays, about.step);
      state = about;
    } else if (start !== undefined) {
      if (start.length !== trainer.parameters.length)
        throw new RangeError(`trainSymbolModel: start must have ${trainer.parameters.length} numbers, got ${start.length}`);
      trainer.parameters.set(start);
    }
    let [sum, since] = [0, trainer.step];
    let last = performance.now();
    const save = (): void => {
      const now = performance.now();
      const seconds = Math.round(10 * (state.seconds + (now - last) / 1000)) / 10;
      last = now;
      state = { config, seed, step: trainer.step, seconds, loss: trainer.step > since ? sum / (trainer.step - since) : state.loss };
      [sum, since] = [0, trainer.step];
      writeCheckpoint(file, { about: state, arrays: trainer.state });
      onProgress?.(state);
    };
    while (trainer.step < steps) {
      const { loss } = trainer.train(learningRateAt({ ...config.training }, trainer.step));
      if (!Number.isFinite(loss)) throw new RangeError(`trainSymbolModel: training.learningRate must be lower, the loss is ${loss}`);
      sum += loss;
      if (trainer.step % checkpointEvery === 0 || trainer.step === steps) save();
      // Ctrl-C has its turn.
      if (trainer.step % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (stopped?.()) {
        if (trainer.step < steps) save();
        break;
      }
    }
    return { ...state, parameters: trainer.parameters.slice(), finished: trainer.step >= steps };
  } finally {
    trainer.close();
  }
}

/** Writes a trained model in half precision. */
export function writeSymbolModel(path: string, { parameters, ...about }: SymbolRunState & { readonly parameters: Float32Array }): void {
  writeCheckpoint(path, { about, arrays: { parameters } }, true);
}
