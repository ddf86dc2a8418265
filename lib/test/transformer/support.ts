/** @file A training program with given data, for tests. */
import { VectorModel } from "../../dist/transformer/decoder.js";
import { type VectorModelShape, vectorModelParameters } from "../../dist/transformer/parameters.js";
import { think, thoughtStarts } from "../../dist/transformer/regression/regressionTrainer.js";
import type { TrainingProgram } from "../../dist/transformer/trainer.js";

/** A batch that is trained again and again. */
export interface FixedBatch {
  readonly shape: VectorModelShape;
  readonly sequences: number;
  readonly n: number;
  readonly X: readonly number[];
  readonly y: readonly number[];
  readonly target: readonly number[];
  readonly noisy: readonly number[];
  readonly onPolicy: number;
  readonly noisyCount: number;
  readonly mode: "replace" | "append";
  readonly shards: number;
}

/** Estimates of the last step, by sequence, thought, dimension. */
export const lastEstimates = new Map<FixedBatch, Float64Array>();

/** The recipe's step on the fixed batch. */
export const fixedProgram: TrainingProgram<FixedBatch> = {
  module: "",
  parameters: ({ shape }) => vectorModelParameters(shape).layout,
  shards: ({ shards }) => shards,
  largestProduct: ({ sequences, n, shape }) => sequences * (n + 16) + 4 * shape.width,
  shard: (run, index, place) => {
    const { shape, n, onPolicy, noisyCount } = run;
    const { d } = shape;
    const sequences = run.sequences / run.shards;
    const first = index * sequences;
    const starts = thoughtStarts(onPolicy, noisyCount, run.mode);
    const thoughts = starts.length;
    const batch = { sequences, prompt: n, starts, promptOutputs: false };
    const model = new VectorModel(shape, batch, vectorModelParameters(shape), place);
    return () => {
      const zero = new Float64Array(d);
      for (let b = 0; b < sequences; b++) {
        const s = first + b;
        for (let t = 0; t < n; t++) model.setExample(b, t, run.X, (s * n + t) * d, run.y[s * n + t]);
        if (onPolicy > 0) model.setThought(0, b, zero, 0);
        for (let i = 0; i < noisyCount; i++) model.setThought(onPolicy + i, b, run.noisy, (s * noisyCount + i) * d);
      }
      think(model, onPolicy);
      const targets = Float64Array.from(run.target.slice(first * d, (first + sequences) * d));
      const loss = model.loss(targets, "relative", run.sequences * thoughts);
      model.backward();
      const all = lastEstimates.get(run) ?? new Float64Array(run.sequences * thoughts * d);
      for (let b = 0; b < sequences; b++) for (let i = 0; i < thoughts; i++) model.estimate(i, b, all, ((first + b) * thoughts + i) * d);
      lastEstimates.set(run, all);
      return loss;
    };
  },
};
