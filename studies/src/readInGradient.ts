/** @file The gradient of the read-in at the start of training, part by part. */

import { vectorModelParameters } from "cotlab/dist/transformer/parameters";
import type { RunConfig } from "cotlab/dist/transformer/regression/recipe";
import { regressionTrainer } from "cotlab/dist/transformer/regression/regressionTrainer";

/** Frobenius norms of the read-in's gradient for the parts of a token [x, y, w, flag]. */
export interface ReadInGradient {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly flag: number;
}

/**
 * The read-in's gradient on the batch of a run's first step.
 *
 * Where every thought of the batch starts at w_0 = 0 the part of w is exactly 0, at this step and, since its inputs are always zero, at
 * every later one: what the model would do with another estimate is never trained. Ours.
 */
export function readInGradient(config: RunConfig, seed: number): ReadInGradient {
  const trainer = regressionTrainer(config, seed, { backend: "simd" });
  try {
    trainer.evaluateGradient(0);
    const { d, width } = config.model;
    const { offset } = vectorModelParameters(config.model).readIn.weight;
    const norm = (from: number, to: number): number =>
      Math.hypot(...trainer.gradients.subarray(offset + from * width, offset + to * width));
    return { x: norm(0, d), y: norm(d, d + 1), w: norm(d + 1, 2 * d + 1), flag: norm(2 * d + 1, 2 * d + 2) };
  } finally {
    trainer.close();
  }
}
