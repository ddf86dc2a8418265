/** @file Trains a small model on solutions in symbols, in a folder, with checkpoints. */
import { argumentsOf, Checks } from "../../core/check";
import { drawProblemSet } from "../../reasoning/problemSet";
import { checkpointPath, writeCheckpoint } from "../checkpoint";
import { type FolderRunOptions, type FolderRunState, resumeRun } from "../folderRun";
import { learningRateAt } from "../regression/recipe";
import { checkProducts } from "../trainer";
import { symbolCorpus } from "./symbolCorpus";
import { type SymbolModelConfig, symbolModelShape } from "./symbolModelConfig";
import { type TokenRun, tokenTrainer } from "./tokenTrainer";

const OPTIMIZER = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, clip: 1 };

/** What a checkpoint and a finished model say about themselves. */
export interface SymbolRunState extends FolderRunState<SymbolModelConfig> {
  /** Mean loss in nats a token over the steps since the last report. */
  readonly loss: number;
}

/** A trained model: what is said of it, and its parameters. */
export type StoredSymbolModel = SymbolRunState & { readonly parameters: Float32Array };

/** How a small model's training in a folder goes. */
export interface SymbolRunOptions extends FolderRunOptions {
  /** Parameters to start from; needed when the configuration names a start. */
  readonly start?: Float32Array;
  /** Steps between checkpoints; default 200. */
  readonly checkpointEvery?: number;
  /** Called after each checkpoint. */
  readonly onProgress?: (state: SymbolRunState) => void;
}

/** The sequences that a configuration learns from; the same for all its seeds. */
export function symbolRun(config: SymbolModelConfig, seed: number): TokenRun {
  const { data, model, training } = config;
  const problems = drawProblemSet({ specs: data.specs, count: data.count, split: "train", seed: data.seed });
  const examples = symbolCorpus({ problems, length: model.context - 1, ...data });
  return { shape: symbolModelShape(config), examples, batch: training.batch, shards: 1, seed };
}

/**
 * Trains a small model in a folder, or goes on with it; interrupted at any point and resumed, it ends at the same bits.
 * @param config of {@link symbolModelConfig}: name, start, model, data, training, seeds
 * @param seed of first values and order
 * @param folder made where it is not there
 * @param options threads = 1, of which one works; backend?; precision?; start? parameters; resume = false; checkpointEvery = 200; stopped?; onProgress?
 * @returns the run's state at the end of this sitting, and its parameters
 * @throws CheckpointError when the folder holds a run and `resume` is not set, or another run's checkpoint
 * @throws RangeError when `start` is not what the configuration needs, or the loss is not finite
 * @origin ours
 * @example
 * // not run: trains for minutes
 * const { readFileSync } = await import("node:fs");
 * const config = cot.transformer.symbolModelConfig(JSON.parse(readFileSync("data/reasoning/models/base.json", "utf8")));
 * cot.transformer.writeSymbolModel("base-seed0.bin", await cot.transformer.trainSymbolModel(config, 0, "out/base"));
 */
export async function trainSymbolModel(
  config: SymbolModelConfig,
  seed: number,
  folder: string,
  options: SymbolRunOptions = {},
): Promise<StoredSymbolModel & { readonly finished: boolean }> {
  const check: Checks = new Checks("trainSymbolModel");
  check.text("folder", folder);
  argumentsOf("trainSymbolModel", config, "config");
  argumentsOf("trainSymbolModel", options, "options");
  const { checkpointEvery = 200, start, stopped, onProgress } = options;
  if ((config.start === null) !== (start === undefined))
    check.fail("start", config.start === null ? "left out" : `the parameters of ${config.start}`, start);
  checkProducts(check, options);
  const { steps } = config.training;
  const file = checkpointPath(folder);
  const trainer = tokenTrainer(symbolRun(config, seed), OPTIMIZER, options);
  try {
    let state: SymbolRunState = { config, seed, step: 0, seconds: 0, loss: Number.NaN };
    const held = resumeRun<SymbolRunState>(folder, trainer, state, ({ training }) => training.steps, options.resume);
    if (held) state = held;
    else if (start !== undefined) {
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

/**
 * Writes a trained model in half precision.
 * @param path the file, which is replaced
 * @param options config; seed; step; seconds; loss; parameters, as {@link trainSymbolModel} gives them
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * // not run: needs a folder with a finished run
 * const { about, arrays } = cot.transformer.readCheckpoint<cot.transformer.SymbolRunState>("out/base/checkpoint.bin");
 * cot.transformer.writeSymbolModel("base-seed0.bin", { ...about, parameters: arrays.parameters });
 */
export function writeSymbolModel(path: string, options: StoredSymbolModel): void {
  const check: Checks = new Checks("writeSymbolModel");
  check.text("path", path);
  const { parameters, ...about } = argumentsOf("writeSymbolModel", options);
  writeCheckpoint(path, { about, arrays: { parameters } }, true);
}
