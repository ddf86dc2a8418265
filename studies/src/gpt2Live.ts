/** @file The reduced models that notebook 10 trains while it is read. */
import { Random } from "cotlab/dist/core/random";
import { liveFigure } from "cotlab/dist/notebook/liveFigure";
import { progress } from "cotlab/dist/notebook/progress";
import type { CellValue } from "cotlab/dist/notebook/table";
import { type RunConfig, runConfig, type TrainingRecipe } from "cotlab/dist/transformer/regression/recipe";
import { tokensPerStep } from "cotlab/dist/transformer/regression/regressionTrainer";
import { type ThinkingCurve, thinkingCurve } from "cotlab/dist/transformer/regression/thinkingCurve";
import { type TrainedModel, trainModel } from "cotlab/dist/transformer/regression/trainModel";
import { trainingChart } from "./gpt2Charts";
import { shownSteps } from "./gpt2Runs";

/** What the notebook's parameters are for its live trainings; their meaning and domains stand in its declaration. */
export interface LiveSetting {
  readonly d: number;
  readonly n: number;
  /** Of thought. */
  readonly steps: number;
  readonly trainSteps: number;
  readonly zeroTrainSteps: number;
  readonly prompts: number;
  readonly threads: number;
  readonly seed: number;
}

/** Prompts of a training step: 64, and fewer where prompts are so long that a step would otherwise take longer and longer. */
export function liveBatch(n: number): number {
  return 4 * Math.max(1, Math.round(Math.min(64, (64 * 40) / (n + 10)) / 4));
}

/** A reduced model on aligned data: two layers, width 64. */
export function liveConfig({ d, n, trainSteps }: LiveSetting, name: string, recipe: Partial<TrainingRecipe> = {}): RunConfig {
  return runConfig({ name, model: { d }, train: { n }, recipe: { steps: trainSteps, batch: liveBatch(n), ...recipe } });
}

/** Trains under a progress bar; with `watched`, under a loss curve, too. */
export async function trainLive(
  config: RunConfig,
  { d, n, threads, seed }: LiveSetting,
  label: string,
  watched = false,
): Promise<TrainedModel> {
  const bar = progress(label);
  bar(0, config.recipe.steps);
  const figure = watched ? liveFigure({ height: 400 }) : undefined;
  const model = await trainModel(config, seed, {
    threads,
    backend: "simd",
    onProgress: ({ done, steps, losses }) => {
      bar(done, steps);
      if (losses.length > 0) figure?.update(trainingChart(losses, steps));
    },
  });
  const caption =
    `Training loss, ${label}: ${model.losses.length} steps of ${tokensPerStep(config)} tokens, ${model.parameters.length} parameters, ` +
    `d = ${d}, n = ${n}, seed ${seed}.`;
  await figure?.finish(trainingChart(model.losses, model.losses.length, caption));
  return model;
}

/** The error of a live model over thoughts, on fresh prompts like those of its training; the same prompts for every model. */
export function liveCurve({ config, parameters }: TrainedModel, { steps: k, prompts, seed }: LiveSetting): ThinkingCurve {
  const random = Random.seed(seed).stream("gpt2-notebook", "test");
  // One arithmetic on every machine.
  const backend = "simd";
  return thinkingCurve({ shape: config.model, parameters, test: config.train, k, prompts, mode: config.recipe.mode, random, backend });
}

/** Curves beside each other, after chosen steps. */
export function liveRows(curves: Readonly<Record<string, ThinkingCurve>>, { steps: last }: LiveSetting): Record<string, CellValue>[] {
  return shownSteps(last).map((k) => ({
    k,
    ...Object.fromEntries(
      Object.entries(curves).flatMap(([name, { error, standardError }], i) => [
        [name, error[k]],
        [`se${" ".repeat(i)}`, standardError[k]],
      ]),
    ),
  }));
}
