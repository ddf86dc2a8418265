/** @file The error after k = 0, 1, ..., K thoughts of a trained vector model, on fresh prompts. */
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import type { Random } from "../../core/random";
import type { VectorModelShape } from "../parameters";
import type { TrainerOptions } from "../trainer";
import { PromptSampler } from "./promptSampler";
import { type PromptDistribution, promptDistribution } from "./recipe";
import { Thinker } from "./thinker";

/** Prompts computed at a time. */
const CHUNK = 64;

/** Errors that are held for the medians: 800 MB. */
const MOST_ERRORS = 1e8;

/** A trained model, and the prompts it is measured on. */
export interface ThinkingCurveParams extends Pick<TrainerOptions, "backend"> {
  /** The model's shape. */
  readonly shape: VectorModelShape;
  /** The flat array of trained parameters. */
  readonly parameters: Float32Array;
  /** Where test prompts come from; their n is m. */
  readonly test: PromptDistribution;
  /** K: largest number of thoughts; integer >= 1. */
  readonly k: number;
  /** N: test prompts; integer >= 2. */
  readonly prompts: number;
  /** How thoughts follow each other, as in training. */
  readonly mode: "replace" | "append";
  /** Prompt i comes from its stream i, so that models are compared on the same prompts. */
  readonly random: Random;
}

/** A measured curve. Entry k is after k thoughts; entry 0 is the zero estimate. */
export interface ThinkingCurve {
  /** Mean over prompts of ‖w_k - w‖² / d, (K + 1,), in units of (y/x)². */
  readonly error: Float64Array;
  /** Its standard error over prompts, (K + 1,). */
  readonly standardError: Float64Array;
  /** Its median over prompts, (K + 1,), in units of (y/x)². */
  readonly median: Float64Array;
}

/**
 * The error of a trained model after k thoughts, over fresh prompts, in units of (y/x)².
 * e_k = 1/N Σ_i ‖w_k^(i) - w^(i)‖²/d,  w_0 = 0,  k = 0..K
 * $$ e_k = \tfrac1N \sum_{i=1}^N \lVert w_k^{(i)} - w^{(i)} \rVert^2 / d, \quad w_0 = 0, \quad k = 0, \dots, K $$
 * @param params shape; parameters; test; k = K >= 1; prompts = N >= 2; mode "replace" or "append"; random; backend?
 * @throws RangeError outside the domain, when the parameters are not the model's, or when the chain needs more positions than it has
 * @origin ours
 * @example
 * const tiny = { name: "tiny", model: { d: 1, width: 4, heads: 1 }, train: { n: 2 }, recipe: { steps: 1, batch: 4 } };
 * const { config, parameters } = await cot.transformer.trainingRun(cot.transformer.runConfig(tiny), 0, "curve");
 * const { model: shape, train: test } = config;
 * const random = cot.Random.seed(1);
 * cot.transformer.thinkingCurve({ shape, parameters, test, k: 2, prompts: 64, mode: "replace", random }).error; // => [0.781, 0.775, 0.773]
 */
export function thinkingCurve(params: ThinkingCurveParams): ThinkingCurve {
  argumentsOf("thinkingCurve", params);
  const check: Checks = new Checks("thinkingCurve");
  const { shape, parameters, test, k, prompts, mode, random, backend } = params;
  check.integer("k", k, 1, 10_000);
  check.count("prompts", prompts, 2, Math.floor(MOST_ERRORS / (k + 1)));
  check.oneOf("mode", mode, ["replace", "append"]);
  const { d } = argumentsOf("thinkingCurve", shape, "shape");
  check.random("random", random);
  check.integer("shape.d", d, 1);
  check.indexed("parameters", parameters);
  const { n } = argumentsOf("thinkingCurve", test, "test");
  check.integer("test.n", n, 1, 4096);
  const sampler = new PromptSampler(
    inNameOf("thinkingCurve", () => promptDistribution("test", test, d)),
    d,
  );
  const thinker = inNameOf("thinkingCurve", () => new Thinker(shape, parameters, test.n, k, mode, Math.min(CHUNK, prompts), backend));
  const { sequences } = thinker;
  const [sum, squares] = [new Float64Array(k + 1), new Float64Array(k + 1)];
  // Every prompt's error, a row a step: for the medians.
  const errors = new Float64Array((k + 1) * prompts);
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
        errors[step * prompts + first + b] = error / d;
      }
    }
  }
  const error = sum.map((value) => value / prompts);
  const standardError = squares.map((value, i) => Math.sqrt(Math.max(0, value / prompts - error[i] ** 2) / (prompts - 1)));
  if (!error.every(Number.isFinite)) check.fail("parameters", "such that the model's estimates are finite", "an overflow");
  const median = error.map((_, step) => medianOf(errors.subarray(step * prompts, (step + 1) * prompts)));
  return { error, standardError, median };
}

/** The middle of some numbers, or of the two in the middle; sorts them. */
function medianOf(values: Float64Array): number {
  values.sort();
  const half = Math.floor(values.length / 2);
  return values.length % 2 === 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}
