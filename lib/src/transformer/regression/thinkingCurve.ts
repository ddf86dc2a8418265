/** @file The error after k = 0, 1, ..., K thoughts of a trained vector model, on fresh prompts. */
import { Checks } from "../../core/check";
import type { Random } from "../../core/random";
import type { ProductBackend } from "../../linalg/backend";
import type { VectorModelShape } from "../parameters";
import { PromptSampler } from "./promptSampler";
import type { PromptDistribution } from "./recipe";
import { Thinker } from "./thinker";

/** Prompts computed at a time. */
const CHUNK = 64;

export interface ThinkingCurveParams {
  readonly shape: VectorModelShape;
  /** The flat array of trained parameters. */
  readonly parameters: Float32Array;
  readonly test: PromptDistribution;
  /** Largest number of thoughts. */
  readonly k: number;
  readonly prompts: number;
  /** How thoughts follow each other, as in training. */
  readonly mode: "replace" | "append";
  readonly random: Random;
  readonly backend?: ProductBackend;
}

/** A measured curve. Entry k is after k thoughts; entry 0 is the zero estimate. */
export interface ThinkingCurve {
  /** Mean over prompts of ‖w_k - w‖² / d. */
  readonly error: Float64Array;
  /** Its standard error over prompts. */
  readonly standardError: Float64Array;
}

/**
 * The error of a trained model after k = 0..K thoughts: the mean over fresh prompts of ‖w_k - w‖² / d, from w_0 = 0.
 *
 * Ours. Prompt i comes from the stream (random, i), so that models are compared on the same prompts.
 */
export function thinkingCurve(params: ThinkingCurveParams): ThinkingCurve {
  const check: Checks = new Checks("thinkingCurve");
  const { shape, parameters, test, k, prompts, mode, random, backend } = params;
  check.integer("k", k, 1);
  check.integer("prompts", prompts, 2);
  const { d } = shape;
  const sampler = new PromptSampler(test, d);
  const thinker = new Thinker(shape, parameters, test.n, k, mode, Math.min(CHUNK, prompts), backend);
  const { sequences } = thinker;
  const [sum, squares] = [new Float64Array(k + 1), new Float64Array(k + 1)];
  const estimates = new Float64Array(sequences * d);
  const targets = new Float64Array(sequences * d);
  for (let first = 0; first < prompts; first += sequences) {
    const count = Math.min(sequences, prompts - first);
    for (let b = 0; b < count; b++) {
      sampler.draw(random.stream(first + b));
      for (let t = 0; t < test.n; t++) thinker.model.setExample(b, t, sampler.x, t * d, sampler.y[t]);
      targets.set(sampler.w, b * d);
    }
    estimates.fill(0);
    thinker.read();
    for (let step = 0; step <= k; step++) {
      if (step > 0) thinker.think(step - 1, estimates);
      for (let b = 0; b < count; b++) {
        let error = 0;
        for (let j = b * d; j < (b + 1) * d; j++) error += (estimates[j] - targets[j]) ** 2;
        sum[step] += error / d;
        squares[step] += (error / d) ** 2;
      }
    }
  }
  const error = sum.map((value) => value / prompts);
  const standardError = squares.map((value, i) => Math.sqrt(Math.max(0, value / prompts - error[i] ** 2) / (prompts - 1)));
  return { error, standardError };
}
