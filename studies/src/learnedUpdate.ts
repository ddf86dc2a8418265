/** @file What a trained model does in one thought, beside the linear model's update: its effective preconditioner. */

import { Checks } from "cotlab/dist/core/check";
import type { Random } from "cotlab/dist/core/random";
import type { ProductBackend } from "cotlab/dist/linalg/backend";
import type { VectorModelShape } from "cotlab/dist/transformer/parameters";
import { PromptSampler } from "cotlab/dist/transformer/regression/promptSampler";
import type { PromptDistribution } from "cotlab/dist/transformer/regression/recipe";
import { Thinker } from "cotlab/dist/transformer/regression/thinker";
import { Matrix, solve } from "ml-matrix";

/** A linear map fitted to the model's steps. */
export interface LearnedUpdate {
  /** P (d, d): the least-squares fit of w' - w = P S (w* - w). The linear model's is Γ^-1. */
  readonly preconditioner: Matrix;
  /** Part of the steps' sum of squares that P explains, in (-∞, 1]. */
  readonly explained: number;
  /** The same for another map: how far the model is from that one. */
  readonly explainedBy: (other: Matrix) => number;
}

/**
 * The least-squares P of `steps` = P `pulls`, over rows.
 * @param steps (N, d) what was done: w' - w
 * @param pulls (N, d) what was to be reduced: S (w* - w)
 */
export function fitUpdate(steps: Matrix, pulls: Matrix): LearnedUpdate {
  const check: Checks = new Checks("fitUpdate");
  const d = pulls.columns;
  if (steps.rows !== pulls.rows || steps.columns !== d) check.fail("steps", `a ${pulls.rows}x${d} matrix`, steps);
  if (pulls.rows < d) check.fail("pulls", `a matrix with at least ${d} rows`, pulls);
  // Rows are samples: steps = pulls Pᵀ.
  const transposed = solve(pulls.transpose().mmul(pulls), pulls.transpose().mmul(steps));
  const total = steps.dot(steps);
  const explainedBy = (other: Matrix): number => {
    const rest = Matrix.sub(steps, pulls.mmul(other.transpose()));
    return 1 - rest.dot(rest) / total;
  };
  const preconditioner = transposed.transpose();
  return { preconditioner, explained: explainedBy(preconditioner), explainedBy };
}

export interface LearnedUpdateParams {
  readonly shape: VectorModelShape;
  readonly parameters: Float32Array;
  readonly test: PromptDistribution;
  /** s > 0: the thought starts at w = w* + s ε, ε ~ N(0, I). */
  readonly distance: number;
  readonly prompts: number;
  readonly random: Random;
  readonly backend?: ProductBackend;
}

/**
 * The effective preconditioner of a trained model: its single thought from w = w* + s ε, regressed on S (w* - w), S = X Xᵀ / n.
 *
 * Ours. The linear model's thought is exactly w + Γ^-1 S (w* - w); what P leaves unexplained is the transformer's departure from it.
 */
export function learnedUpdate(params: LearnedUpdateParams): LearnedUpdate {
  const check: Checks = new Checks("learnedUpdate");
  const { shape, parameters, test, distance, prompts, random, backend } = params;
  check.positive("distance", distance);
  check.integer("prompts", prompts, shape.d + 1);
  const { d } = shape;
  const { n } = test;
  const sequences = Math.min(64, prompts);
  const thinker = new Thinker(shape, parameters, n, 1, "replace", sequences, backend);
  const sampler = new PromptSampler(test, d);
  const [steps, pulls] = [new Matrix(prompts, d), new Matrix(prompts, d)];
  const [starts, estimates] = [new Float64Array(sequences * d), new Float64Array(sequences * d)];
  for (let first = 0; first < prompts; first += sequences) {
    const count = Math.min(sequences, prompts - first);
    for (let b = 0; b < count; b++) {
      const stream = random.stream(first + b);
      sampler.draw(stream);
      for (let j = 0; j < d; j++) starts[b * d + j] = sampler.w[j] + distance * stream.normal();
      const pull = new Float64Array(d);
      for (let t = 0; t < n; t++) {
        thinker.model.setExample(b, t, sampler.x, t * d, sampler.y[t]);
        let along = 0;
        for (let j = 0; j < d; j++) along += sampler.x[t * d + j] * (sampler.w[j] - starts[b * d + j]);
        for (let j = 0; j < d; j++) pull[j] += (sampler.x[t * d + j] * along) / n;
      }
      pulls.setRow(first + b, Array.from(pull));
    }
    estimates.set(starts);
    thinker.read();
    thinker.think(0, estimates);
    for (let b = 0; b < count; b++) for (let j = 0; j < d; j++) steps.set(first + b, j, estimates[b * d + j] - starts[b * d + j]);
  }
  return fitUpdate(steps, pulls);
}
