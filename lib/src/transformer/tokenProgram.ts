/** @file Training a token model on a fixed set of sequences, by the same parallel trainer. */
import { join } from "node:path";
import { Checks } from "../core/check";
import { Random } from "../core/random";
import type { Arena, ComputeContext } from "./computeContext";
import { TokenModel, type TokenModelShape, tokenModelParameters } from "./tokenModel";
import { type OptimizerSettings, Trainer, type TrainerOptions } from "./trainer";
import type { Shard, TrainingProgram } from "./trainingProgram";

/** Sequences to learn from. Arrays over shared memory are not copied to the worker threads. */
export interface TokenExamples {
  /** T: tokens of a sequence that are read; each sequence has T + 1, the last one only as a target. Shorter ones are filled up. */
  readonly length: number;
  /** (count, T + 1) tokens. */
  readonly tokens: Uint16Array;
  /** (count, T): weight of predicting token t + 1; 0 for filling and for what is not to be learnt (a question, say). */
  readonly weights: Float32Array;
}

/** A token model's training run. */
export interface TokenRun {
  readonly shape: TokenModelShape;
  readonly examples: TokenExamples;
  /** Sequences a step, drawn with replacement. */
  readonly batch: number;
  readonly shards: number;
  readonly seed: number;
}

class TokenShard implements Shard {
  private readonly model: TokenModel;
  private readonly sequences: number;
  private readonly random: Random;
  private context: ComputeContext | undefined;

  constructor(
    private readonly run: TokenRun,
    private readonly index: number,
    arena: Arena,
  ) {
    const { shape, batch, shards, examples, seed } = run;
    this.sequences = batch / shards;
    this.random = Random.seed(seed).stream("tokens");
    const rows: { sequences: number; prompt: number } = { sequences: this.sequences, prompt: examples.length };
    this.model = new TokenModel(shape, { ...rows, thoughts: 0, starts: [], promptOutputs: true }, tokenModelParameters(shape), arena, true);
  }

  bind(context: ComputeContext, weights: number, gradients: number): void {
    this.context = context;
    this.model.bind(context, weights, gradients);
  }

  step(step: number): number {
    const { examples, batch } = this.run;
    const { length, tokens, weights } = examples;
    const { f32, i32 } = this.context!;
    const { model } = this;
    const count = tokens.length / (length + 1);
    // The mean over the whole batch's weights: every shard must know their sum, so it looks at all choices.
    let total = 0;
    for (let b = 0; b < batch; b++) {
      const e = this.random.stream(step, b).integer(count);
      for (let t = 0; t < length; t++) total += weights[e * length + t];
      const row = (b - this.index * this.sequences) * length;
      if (row < 0 || row >= this.sequences * length) continue;
      for (let t = 0; t < length; t++) {
        i32[model.tokens + row + t] = tokens[e * (length + 1) + t];
        i32[model.targets + row + t] = tokens[e * (length + 1) + t + 1];
        f32[model.weights + row + t] = weights[e * length + t];
      }
    }
    const scale = total > 0 ? 1 / total : 0;
    for (let r = 0; r < this.sequences * length; r++) f32[model.weights + r] *= scale;
    return model.lossAndGradient();
  }
}

/** The program for the parallel trainer. */
export const program: TrainingProgram<TokenRun> = {
  parameters: ({ shape }) => tokenModelParameters(shape).layout,
  shards: ({ shards }) => shards,
  largestProduct: ({ shape, examples, batch, shards }) => {
    const rows = Math.max((batch / shards) * examples.length, 4 * shape.width, shape.vocabulary);
    return { rows, depth: rows };
  },
  shard: (run, index, arena) => new TokenShard(run, index, arena),
};

/**
 * A trainer of a token model: the loss is the weighted mean cross-entropy in nats.
 * To go on from another model (fine-tuning), copy its parameters into `trainer.parameters`.
 */
export function tokenTrainer(run: TokenRun, optimizer: OptimizerSettings, options: TrainerOptions = {}): Trainer<TokenRun> {
  const check: Checks = new Checks("tokenTrainer");
  const { shape, examples, batch, shards } = run;
  check.integer("shards", shards, 1, batch);
  if (batch % shards !== 0) throw new RangeError(`tokenTrainer: shards must be a divisor of the batch, ${batch}, got ${shards}`);
  check.integer("examples.length", examples.length, 1, shape.context);
  const count = examples.tokens.length / (examples.length + 1);
  check.integer("examples.tokens.length / (length + 1)", count, 1);
  if (examples.weights.length !== count * examples.length)
    throw new RangeError(`tokenTrainer: examples.weights must have ${count * examples.length} entries, got ${examples.weights.length}`);
  const wrong = examples.tokens.findIndex((token) => token >= shape.vocabulary);
  if (wrong >= 0)
    throw new RangeError(
      `tokenTrainer: examples.tokens[${wrong}] must be below the vocabulary, ${shape.vocabulary}, got ${examples.tokens[wrong]}`,
    );
  const random = Random.seed(run.seed).stream("tokens", "parameters");
  return new Trainer(join(__dirname, "tokenProgram.js"), program, run, optimizer, random, options);
}
