/** @file Training a vector model to think: the recipe's loss on one shard of a batch. */
import { Random } from "../core/random";
import { Arena, type ComputeContext } from "./computeContext";
import { PromptSampler } from "./promptBatch";
import type { RunConfig } from "./recipe";
import type { Shard, TrainingProgram } from "./trainingProgram";
import { VectorModel, vectorModelParameters } from "./vectorModel";

/** A run: its configuration and its seed. */
export interface RegressionRun {
  readonly config: RunConfig;
  readonly seed: number;
  /** Computes the last block's outputs of prompt rows too, which nothing reads: for comparisons of speed. */
  readonly everyRow?: boolean;
}

/** Added to the starting error in the relative loss, so that a start at the target does not divide by zero. */
const START_FLOOR = 1e-3;

/** The first thought that each thought sees: on-policy thoughts first, then the noisy ones, each alone. */
export function thoughtStarts(onPolicy: number, noisy: number, mode: "replace" | "append"): number[] {
  return Array.from({ length: onPolicy + noisy }, (_, i) => (mode === "append" && i < onPolicy ? 0 : i));
}

/**
 * Loss and gradient at the read-outs of the thoughts of a batch.
 * @param part what the mean over all thoughts of all shards divides by
 * @returns the sum of the thoughts' losses, divided by `part`
 */
export function thoughtLoss(
  model: VectorModel,
  f32: Float32Array,
  targets: Float64Array,
  loss: "relative" | "plain",
  part: number,
): number {
  const { d, skip } = model.shape;
  const { sequences, thoughts } = model.decoder.batch;
  let total = 0;
  for (let i = 0; i < thoughts; i++) {
    for (let b = 0; b < sequences; b++) {
      const row = model.thoughtRow(i, b);
      const token = model.tokens + row * model.tokenWidth + d + 1;
      const read = model.readOuts + row * model.estimateWidth;
      const gradient = model.dReadOuts + row * model.estimateWidth;
      let [error, start] = [0, 0];
      for (let j = 0; j < d; j++) {
        const target = targets[b * d + j];
        const before = f32[token + j];
        const difference = (skip ? before : 0) + f32[read + j] - target;
        error += difference * difference;
        start += (before - target) ** 2;
        f32[gradient + j] = difference;
      }
      const weight = 1 / (loss === "relative" ? start / d + START_FLOOR : 1) / d / part;
      for (let j = 0; j < d; j++) f32[gradient + j] *= 2 * weight;
      total += error * weight;
    }
  }
  return total;
}

/** How many dimensions and examples a step uses. */
function curriculumAt({ config }: RegressionRun, step: number): { active: number; examples: number } {
  const { d } = config.model;
  const { n } = config.train;
  const { curriculum } = config.recipe;
  if (curriculum === null) return { active: d, examples: n };
  const part = Math.min(1, step / curriculum.steps);
  return {
    active: Math.min(d, curriculum.d + Math.floor(part * (d - curriculum.d))),
    examples: Math.min(n, curriculum.n + Math.floor(part * (n - curriculum.n))),
  };
}

class RegressionShard implements Shard {
  private readonly models = new Map<number, VectorModel>();
  private readonly samplers = new Map<number, PromptSampler>();
  private readonly sequences: number;
  private readonly targets: Float64Array;
  private readonly random: Random;
  private readonly workspace: number;
  private readonly workspaceEnd: number;
  private bound: readonly [ComputeContext, number, number] | undefined;
  private current = -1;

  constructor(
    private readonly run: RegressionRun,
    private readonly index: number,
    arena: Arena,
  ) {
    const { recipe, model, train } = run.config;
    this.sequences = recipe.batch / recipe.shards;
    this.targets = new Float64Array(this.sequences * model.d);
    this.random = Random.seed(run.seed).stream("gpt2", "prompts");
    this.workspace = arena.end;
    this.models.set(train.n, this.build(train.n, arena));
    this.workspaceEnd = arena.end;
  }

  private build(examples: number, arena: Arena): VectorModel {
    const { model, recipe } = this.run.config;
    const starts = thoughtStarts(recipe.onPolicy, recipe.noisy, recipe.mode);
    const batch = {
      sequences: this.sequences,
      prompt: examples,
      thoughts: starts.length,
      starts,
      promptOutputs: this.run.everyRow ?? false,
    };
    return new VectorModel(model, batch, vectorModelParameters(model), arena, true);
  }

  bind(context: ComputeContext, weights: number, gradients: number): void {
    this.bound = [context, weights, gradients];
  }

  /** The model for prompts of a length. Lengths share one workspace, which is cleared when the length changes. */
  private modelFor(examples: number): VectorModel {
    let model = this.models.get(examples);
    if (model === undefined) {
      model = this.build(examples, new Arena(this.workspace));
      this.models.set(examples, model);
    }
    if (this.current !== examples) {
      const [context, weights, gradients] = this.bound!;
      context.f32.fill(0, this.workspace / 4, this.workspaceEnd / 4);
      model.bind(context, weights, gradients);
      this.current = examples;
    }
    return model;
  }

  step(step: number): number {
    const { recipe, model: shape, train } = this.run.config;
    const { d } = shape;
    const { onPolicy, noisy } = recipe;
    const [context] = this.bound!;
    const { active, examples } = curriculumAt(this.run, step);
    const model = this.modelFor(examples);
    let sampler = this.samplers.get(examples);
    if (sampler === undefined) {
      sampler = new PromptSampler({ ...train, n: examples }, d);
      this.samplers.set(examples, sampler);
    }
    const start = new Float64Array(d);
    const [low, high] = recipe.noise.map(Math.log) as [number, number];
    for (let b = 0; b < this.sequences; b++) {
      const stream = this.random.stream(step, this.index * this.sequences + b);
      sampler.draw(stream, active);
      for (let t = 0; t < examples; t++) model.setExample(b, t, sampler.x, t * d, sampler.y[t]);
      this.targets.set(sampler.w, b * d);
      if (onPolicy > 0) model.setThought(0, b, start.fill(0), 0);
      for (let i = 0; i < noisy; i++) {
        const size = Math.exp(low + (high - low) * stream.uniform());
        for (let j = 0; j < d; j++) start[j] = sampler.w[j] + (j < active ? size * stream.normal() : 0);
        model.setThought(onPolicy + i, b, start, 0);
      }
    }
    model.forwardPrompt();
    for (let i = 0; i < onPolicy; i++) {
      model.forwardThoughts(i, i + 1);
      if (i + 1 === onPolicy) break;
      for (let b = 0; b < this.sequences; b++) {
        model.estimate(i, b, start, 0);
        model.setThought(i + 1, b, start, 0);
      }
    }
    if (noisy > 0) model.forwardThoughts(onPolicy, onPolicy + noisy);
    const loss = thoughtLoss(model, context.f32, this.targets, recipe.loss, recipe.batch * (onPolicy + noisy));
    model.backward();
    return loss;
  }
}

/** The recipe as a program for the parallel trainer. */
export const program: TrainingProgram<RegressionRun> = {
  parameters: ({ config }) => vectorModelParameters(config.model).layout,
  shards: ({ config }) => config.recipe.shards,
  largestProduct: ({ config: { model, train, recipe } }) => {
    const rows = Math.max((recipe.batch / recipe.shards) * (train.n + recipe.onPolicy + recipe.noisy), 4 * model.width);
    return { rows, depth: rows };
  },
  shard: (run, index, arena) => new RegressionShard(run, index, arena),
};
