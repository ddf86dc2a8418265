/** @file Training a token model on a fixed set of sequences, by the same parallel trainer. */
import { Checks } from "../../core/check";
import { Random } from "../../core/random";
import { TokenModel } from "../decoder";
import { type TokenModelShape, tokenModelParameters } from "../parameters";
import { type OptimizerSettings, type Shard, Trainer, type TrainerOptions, type TrainingProgram } from "../trainer";
import type { Place } from "../workspace";

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

function tokenShard({ shape, examples, batch, shards, seed }: TokenRun, index: number, place: Place): Shard {
  const { length, tokens, weights } = examples;
  const sequences = batch / shards;
  const count = tokens.length / (length + 1);
  const random = Random.seed(seed).stream("tokens");
  const model = new TokenModel(shape, { sequences, prompt: length, starts: [] }, tokenModelParameters(shape), place);
  return (step) => {
    // The mean is over the whole batch's weights: every shard must know their sum, so it looks at all choices.
    const chosen = Array.from({ length: batch }, (_, b) => random.stream(step, b).integer(count));
    let total = 0;
    for (const e of chosen) for (let t = 0; t < length; t++) total += weights[e * length + t];
    const scale = total > 0 ? 1 / total : 0;
    chosen.slice(index * sequences, (index + 1) * sequences).forEach((e, b) => {
      for (let t = 0; t < length; t++) {
        const [row, token] = [b * length + t, e * (length + 1) + t];
        model.setToken(row, tokens[token]);
        model.setTarget(row, tokens[token + 1], weights[e * length + t] * scale);
      }
    });
    model.forwardPrompt();
    const loss = model.loss();
    model.backward();
    return loss;
  };
}

/** The program for the parallel trainer. */
export const program: TrainingProgram<TokenRun> = {
  module: __filename,
  parameters: ({ shape }) => tokenModelParameters(shape).layout,
  shards: ({ shards }) => shards,
  largestProduct: ({ shape, examples, batch, shards }) => Math.max((batch / shards) * examples.length, 4 * shape.width, shape.vocabulary),
  shard: tokenShard,
};

/**
 * A trainer of a token model: the loss is the weighted mean cross-entropy in nats.
 * To go on from another model (fine-tuning), copy its parameters into `trainer.parameters`.
 */
export function tokenTrainer(run: TokenRun, optimizer: OptimizerSettings, options: TrainerOptions = {}): Trainer<TokenRun> {
  const check: Checks = new Checks("tokenTrainer");
  const { shape, examples, batch, shards } = run;
  check.integer("shards", shards, 1, batch);
  if (batch % shards !== 0) check.fail("shards", `a divisor of the batch, ${batch}`, shards);
  check.integer("examples.length", examples.length, 1, shape.context);
  const count = examples.tokens.length / (examples.length + 1);
  check.integer("examples.tokens.length / (length + 1)", count, 1);
  if (examples.weights.length !== count * examples.length)
    check.fail("examples.weights", `an array of ${count * examples.length} numbers`, examples.weights);
  const wrong = examples.tokens.findIndex((token) => token >= shape.vocabulary);
  if (wrong >= 0) check.fail(`examples.tokens[${wrong}]`, `below the vocabulary, ${shape.vocabulary}`, examples.tokens[wrong]);
  return new Trainer(program, run, optimizer, Random.seed(run.seed).stream("tokens", "parameters"), options);
}
