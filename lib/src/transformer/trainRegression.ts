/** @file A trainer for a run of the recipe. */
import { join } from "node:path";
import { Random } from "../core/random";
import { learningRateAt, type RunConfig } from "./recipe";
import { program, type RegressionRun } from "./regressionProgram";
import { type StepResult, Trainer, type TrainerOptions } from "./trainer";

/** A trainer with the recipe's optimiser and first values from the seed. */
export function regressionTrainer(
  config: RunConfig,
  seed: number,
  { everyRow = false, ...options }: TrainerOptions & Pick<RegressionRun, "everyRow"> = {},
): Trainer<RegressionRun> {
  const random = Random.seed(seed).stream("gpt2", "parameters");
  return new Trainer(join(__dirname, "regressionProgram.js"), program, { config, seed, everyRow }, config.recipe, random, options);
}

/** One step at the recipe's learning rate. */
export function recipeStep(trainer: Trainer<RegressionRun>, config: RunConfig): StepResult {
  return trainer.train(learningRateAt(config.recipe, trainer.step));
}

/** Tokens that a step of the recipe computes: prompts and thoughts. */
export function tokensPerStep({ recipe, train }: RunConfig): number {
  return recipe.batch * (train.n + recipe.onPolicy + recipe.noisy);
}
