/** @file Chain of thought: the layer applied again and again to its own last column. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { appendThought, type Examples, embed, replaceThought } from "./embedding";
import { checkLayer, type LsaParameters, linearSelfAttentionLastColumn } from "./linearSelfAttention";

/** Whether a new thought overwrites the last one or is appended after it. */
export type ThoughtMode = "replace" | "append";

/** Updates of the longest rollout. */
const MOST_STEPS = 100_000;

/** How far and how a rollout goes. */
export interface RolloutOptions {
  /** k: updates; integer >= 0. */
  readonly steps: number;
  /** What happens to earlier thoughts; default "replace". */
  readonly mode?: ThoughtMode;
  /** w_0: the first estimate, (d,); default 0, as in the paper. */
  readonly start?: ArrayLike<number>;
}

/**
 * Runs k chain-of-thought updates by applying f_LSA to the embedding: the estimates w_0, ..., w_k, (d,) each, in units of y/x.
 * With the parameters of Theorem 3.1 and noise-free labels they follow, although no formula for them is used:
 * w_{i+1} = w_i + c V31 S (w_i - w),  S = X Xᵀ/m
 * Each update divides by the prompt's own number of examples m. Both modes then give the same numbers: the w and constant rows of W vanish, so that
 * an earlier thought (0, 0, w_j, 1) has the score 0; with other parameters the modes differ. From w_0 = 0 the estimate after k updates is
 * w_k = (I - (I - AS)^k) w for A = -c V31; the source calls it w_{k+1}, which is right only if its start is called w_1.
 * @param prompt X, (d, m), and y, (m,); the hidden weights are not read
 * @param parameters V and W, (2d+2, 2d+2) each
 * @param options steps >= 0 (k); mode = "replace", or "append"; start? w_0, (d,), else 0
 * @throws RangeError when shapes disagree, or when an estimate overflows (a diverging iteration); the message says at which step
 * @origin paper, Proposition 3.2
 * @example
 * const parameters = cot.model.structuredParameters({ V31: Matrix.eye(2, 2, -1), c: 1 });
 * cot.model.rollout({ X: Matrix.eye(2, 2), y: [1, -1] }, parameters, { steps: 2 }); // => [[0, 0], [0.5, -0.5], [0.75, -0.75]]
 */
export function rollout(prompt: Examples, parameters: LsaParameters, options: RolloutOptions): Float64Array[] {
  argumentsOf("rollout", prompt, "prompt");
  argumentsOf("rollout", parameters, "parameters");
  const { steps, mode = "replace", start } = argumentsOf("rollout", options, "options");
  const check: Checks = new Checks("rollout");
  check.count("steps", steps, 0, MOST_STEPS);
  check.oneOf("mode", mode, ["replace", "append"]);
  const { X } = prompt;
  if (!Matrix.isMatrix(X)) check.wrongKind("prompt.X", "a d x m Matrix", X);
  const [d, m] = [X.rows, X.columns];
  if (start !== undefined) check.vector("start", start, d);
  const estimates: Float64Array[] = [start === undefined ? new Float64Array(d) : Float64Array.from(start)];
  let E = inNameOf("rollout", () => embed(prompt, estimates[0]));
  checkLayer(check, E, parameters);
  for (let step = 1; step <= steps; step++) {
    if (step > 1) E = mode === "replace" ? replaceThought(E, estimates[step - 1]) : appendThought(E, estimates[step - 1]);
    try {
      estimates.push(linearSelfAttentionLastColumn(E, parameters, m).slice(d + 1, 2 * d + 1));
    } catch {
      // Shapes were checked above, so the only failure left is a column that is not finite.
      throw new RangeError(`${check.fn}: steps must be < ${step}, got ${steps}: the estimate overflows at step ${step}`);
    }
  }
  return estimates;
}
