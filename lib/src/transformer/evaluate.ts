/** @file The error after k = 0, 1, ..., K thoughts of a trained vector model, on fresh prompts. */
import { Checks } from "../core/check";
import type { Random } from "../core/random";
import type { ProductBackend } from "../linalg/backend";
import { findBlas } from "../linalg/blas";
import { sharedMemory } from "../linalg/simdModule";
import { Arena, computeContext, contextScratch } from "./computeContext";
import { PromptSampler } from "./promptBatch";
import type { PromptDistribution } from "./recipe";
import { VectorModel, type VectorModelShape, vectorModelParameters } from "./vectorModel";

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

/** A vector model that thinks about given prompts, a chunk at a time; the same code measures curves and single updates. */
export class Thinker {
  readonly model: VectorModel;
  private readonly estimate: Float64Array;

  constructor(
    readonly shape: VectorModelShape,
    parameters: Float32Array,
    readonly prompt: number,
    readonly thoughts: number,
    readonly mode: "replace" | "append",
    readonly sequences: number,
    backend?: ProductBackend,
  ) {
    const check: Checks = new Checks("Thinker");
    const all = vectorModelParameters(shape);
    if (parameters.length !== all.layout.floats)
      check.fail("parameters", `an array of ${all.layout.floats} floats, as this model has`, parameters.length);
    const arena = new Arena(64);
    const weights = arena.floats(all.layout.floats);
    // Replaced thoughts use one row again and again; appended ones need a row each.
    const slots = mode === "append" ? thoughts : 1;
    const starts = new Array<number>(slots).fill(0);
    const longest = prompt + slots;
    if (shape.positions > 0 && shape.positions < longest)
      check.fail("prompt", `short enough for ${shape.positions} learned positions, thoughts included`, longest);
    this.model = new VectorModel(shape, { sequences, prompt, thoughts: slots, starts, promptOutputs: false }, all, arena, false);
    const rows = sequences * Math.max(prompt, 1);
    const scratch = contextScratch(arena, rows, 4 * Math.max(shape.width, 2 * shape.d + 2));
    const memory = sharedMemory(arena.end);
    if (backend !== "simd") findBlas()?.setThreads(1);
    const context = computeContext(memory, scratch, backend);
    context.f32.set(parameters, weights / 4);
    this.model.bind(context, weights, 0);
    this.estimate = new Float64Array(shape.d);
  }

  /** Reads the prompts that `setExample` of the model has written; thinking begins anew. */
  read(): void {
    this.model.forwardPrompt();
  }

  /** Takes step k (from 0) from the given estimates (sequences x d), which are replaced by the next ones. */
  think(k: number, estimates: Float64Array): void {
    const { d } = this.shape;
    const slot = this.mode === "append" ? k : 0;
    for (let b = 0; b < this.sequences; b++) this.model.setThought(slot, b, estimates, b * d);
    this.model.forwardThoughts(slot, slot + 1);
    for (let b = 0; b < this.sequences; b++) {
      this.model.estimate(slot, b, this.estimate, 0);
      estimates.set(this.estimate, b * d);
    }
  }
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
