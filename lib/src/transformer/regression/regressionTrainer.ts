/** @file Training a vector model to think: the recipe's step on one shard of a batch, and the trainer that takes it. */
import { inNameOf } from "../../core/check";
import { Random } from "../../core/random";
import { VectorModel } from "../decoder";
import { vectorModelParameters } from "../parameters";
import { type Shard, type StepResult, Trainer, type TrainerOptions, type TrainingProgram } from "../trainer";
import type { Place } from "../workspace";
import { PromptSampler } from "./promptSampler";
import { learningRateAt, type RunConfig, runConfig } from "./recipe";

/** A run: its configuration and its seed. */
export interface RegressionRun {
  readonly config: RunConfig;
  readonly seed: number;
  /** Computes the last block's outputs of prompt rows too, which nothing reads: for comparisons of speed. */
  readonly everyRow: boolean;
}

/** The first thought that each thought sees: on-policy thoughts first, then the noisy ones, each alone. */
export function thoughtStarts(onPolicy: number, noisy: number, mode: "replace" | "append"): number[] {
  return Array.from({ length: onPolicy + noisy }, (_, i) => (mode === "append" && i < onPolicy ? 0 : i));
}

/** How many dimensions and examples a step uses. */
function curriculumAt(
  { model: { d }, train: { n }, recipe: { curriculum } }: RunConfig,
  step: number,
): { active: number; examples: number } {
  if (curriculum === null) return { active: d, examples: n };
  const part = Math.min(1, step / curriculum.steps);
  return {
    active: Math.min(d, curriculum.d + Math.floor(part * (d - curriculum.d))),
    examples: Math.min(n, curriculum.n + Math.floor(part * (n - curriculum.n))),
  };
}

/**
 * The model's thoughts on prompts that are written: on-policy ones from the first estimate, each followed by the next, then the noisy ones
 * at once.
 */
export function think(model: VectorModel, onPolicy: number): void {
  const estimate = new Float64Array(model.shape.d);
  model.forwardPrompt();
  for (let i = 0; i < onPolicy; i++) {
    model.forwardThoughts(i, i + 1);
    if (i + 1 === onPolicy) break;
    for (let b = 0; b < model.B; b++) {
      model.estimate(i, b, estimate, 0);
      model.setThought(i + 1, b, estimate, 0);
    }
  }
  if (model.K > onPolicy) model.forwardThoughts(onPolicy, model.K);
}

function regressionShard({ config, seed, everyRow }: RegressionRun, index: number, place: Place): Shard {
  const { recipe, model: shape, train } = config;
  const { d } = shape;
  const { onPolicy, noisy } = recipe;
  const { workspace } = place;
  const sequences = recipe.batch / recipe.shards;
  const random = Random.seed(seed).stream("gpt2", "prompts");
  const [low, high] = recipe.noise.map(Math.log);
  const [targets, w] = [new Float64Array(sequences * d), new Float64Array(d)];

  /** Prompts of each length have a model and a sampler. Their models share one place, which is cleared when the length changes. */
  const build = (n: number) => {
    const batch = { sequences, prompt: n, starts: thoughtStarts(onPolicy, noisy, recipe.mode), promptOutputs: everyRow };
    return { n, model: new VectorModel(shape, batch, vectorModelParameters(shape), place), sampler: new PromptSampler({ ...train, n }, d) };
  };
  const begin = workspace.end;
  let current = build(train.n);
  const end = workspace.end;
  const lengths = new Map([[train.n, current]]);
  const forLength = (n: number): typeof current => {
    if (current.n === n) return current;
    workspace.rewind(begin);
    current = lengths.get(n) ?? build(n);
    lengths.set(n, current);
    workspace.f32.fill(0, begin / 4, end / 4);
    return current;
  };

  return (step) => {
    const { active, examples } = curriculumAt(config, step);
    const { model, sampler } = forLength(examples);
    for (let b = 0; b < sequences; b++) {
      const stream = random.stream(step, index * sequences + b);
      sampler.draw(stream, active);
      for (let t = 0; t < examples; t++) model.setExample(b, t, sampler.x, t * d, sampler.y[t]);
      targets.set(sampler.w, b * d);
      if (onPolicy > 0) model.setThought(0, b, w.fill(0), 0);
      for (let i = 0; i < noisy; i++) {
        const size = Math.exp(low + (high - low) * stream.uniform());
        for (let j = 0; j < d; j++) w[j] = sampler.w[j] + (j < active ? size * stream.normal() : 0);
        model.setThought(onPolicy + i, b, w, 0);
      }
    }
    think(model, onPolicy);
    const loss = model.loss(targets, recipe.loss, recipe.batch * (onPolicy + noisy));
    model.backward();
    return loss;
  };
}

/** The recipe as a program for the parallel trainer. */
export const program: TrainingProgram<RegressionRun> = {
  module: __filename,
  parameters: ({ config }) => vectorModelParameters(config.model).layout,
  shards: ({ config }) => config.recipe.shards,
  largestProduct: ({ config }) => Math.max(tokensPerStep(config) / config.recipe.shards, 4 * config.model.width),
  shard: regressionShard,
};

/** A trainer with the recipe's optimiser and first values from the seed. */
export function regressionTrainer(
  config: RunConfig,
  seed: number,
  { everyRow = false, ...options }: TrainerOptions & Partial<Pick<RegressionRun, "everyRow">> = {},
): Trainer<RegressionRun> {
  const random = Random.seed(seed).stream("gpt2", "parameters");
  return new Trainer(program, { config, seed, everyRow }, config.recipe, random, options);
}

/** One step at the recipe's learning rate. */
export function recipeStep(trainer: Trainer<RegressionRun>, config: RunConfig): StepResult {
  return trainer.train(learningRateAt(config.recipe, trainer.step));
}

/**
 * Tokens that a step of the recipe computes, those of thoughts included.
 * tokens = batch (n + onPolicy + noisy)
 * @param params of {@link runConfig}: recipe and train are used; name, model, curves, seeds are not
 * @origin ours
 * @example
 * const config = cot.transformer.runConfig({ name: "tiny", model: { d: 2 }, train: { n: 5 } });
 * cot.transformer.tokensPerStep(config); // => 960
 */
export function tokensPerStep(params: RunConfig): number {
  const { recipe, train } = inNameOf("tokensPerStep", () => runConfig(params));
  return recipe.batch * (train.n + recipe.onPolicy + recipe.noisy);
}
