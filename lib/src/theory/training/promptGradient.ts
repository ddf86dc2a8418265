/** @file The stochastic gradient in V31: one sampled prompt's gradient, reduced to O(dn) operations. */
import type { Checks } from "../../core/check";
import type { Random } from "../../core/random";
import { checkScale } from "../../model/block";
import { checkInputs, type InputLaw, whiteInputs } from "../../model/inputLaw";
import type { Theorem31Params } from "../paper/theorem31";

/** The gradient of sampled prompts' losses, summed until the caller fills it with 0. */
export interface GradientSum {
  /** The gradient, in the layout of the parameters. */
  readonly sum: Float64Array;
  /** Draws one prompt, adds its gradient at the parameters to `sum`, and returns its loss. */
  add(parameters: Float64Array, random: Random): number;
}

/**
 * Draws prompts and accumulates the gradient of their loss in V31, row-major (d, d), at W13 = c I and W24 = -c.
 *
 * The last column's w residual is r = δ + c V q with δ = ŵ_0 - w and q = X (Xᵀ δ - σ ε) / n, so
 * ∇_V31 = c r qᵀ.
 * With X = B Z, B = Q Λ^{1/2}, neither X nor the embedding is formed: Xᵀ δ = Zᵀ (Bᵀ δ).
 *
 * Draws from the stream in the order of `samplePrompt` (w, Z, noise), then ŵ_0, so that the same stream gives the same
 * prompts there and here; the gradient then equals the V31 block of `promptLossGradient` to rounding.
 */
export function promptGradient(
  check: Checks,
  { covariance, n, c, noise = 0, w0Scale = 0, inputs }: Theorem31Params & { readonly inputs?: InputLaw },
): GradientSum {
  check.integer("n", n, 1);
  checkScale(check, c);
  check.nonNegative("noise", noise);
  check.nonNegative("w0Scale", w0Scale);
  if (inputs !== undefined) checkInputs(check, inputs, covariance);
  const { d } = covariance;
  const sum = new Float64Array(d * d);
  const normals = new Float64Array(d + d * n + (noise > 0 ? n : 0) + (w0Scale > 0 ? d : 0));
  const basis = covariance.root(); // B, row-major (d, d)
  const delta = new Float64Array(d);
  const direction = new Float64Array(d); // Bᵀ δ, then Z t / n
  const read = new Float64Array(d); // q
  const scores = new Float64Array(n); // Xᵀ δ - σ ε
  // Draws Z over the normal numbers where the inputs have another law.
  const white = inputs === undefined || inputs.kind === "normal" ? undefined : whiteInputs(inputs);
  const add = (V: Float64Array, random: Random): number => {
    random.fillNormal(normals);
    const firstNoise = d + d * n;
    white?.(random, normals.subarray(d, firstNoise), d, n);
    const firstStart = firstNoise + (noise > 0 ? n : 0);
    for (let i = 0; i < d; i++) delta[i] = (w0Scale > 0 ? w0Scale * normals[firstStart + i] : 0) - normals[i];
    for (let l = 0; l < d; l++) {
      let value = 0;
      for (let i = 0; i < d; i++) value += basis[i * d + l] * delta[i];
      direction[l] = value;
    }
    // Along the rows of Z, which lie one after the other in memory: three times as fast as column by column, and the same sums.
    for (let j = 0; j < n; j++) scores[j] = noise > 0 ? -noise * normals[firstNoise + j] : 0;
    for (let l = 0, at = d; l < d; l++) {
      const along = direction[l];
      for (let j = 0; j < n; j++) scores[j] += along * normals[at++];
    }
    for (let l = 0, at = d; l < d; l++) {
      let value = 0;
      for (let j = 0; j < n; j++) value += scores[j] * normals[at++];
      read[l] = value;
    }
    for (let l = 0; l < d; l++) direction[l] = read[l] / n;
    for (let i = 0; i < d; i++) {
      let value = 0;
      for (let l = 0; l < d; l++) value += basis[i * d + l] * direction[l];
      read[i] = value;
    }
    let loss = 0;
    for (let i = 0; i < d; i++) {
      let r = 0;
      for (let j = 0; j < d; j++) r += V[i * d + j] * read[j];
      r = delta[i] + c * r;
      loss += r * r;
      r *= c;
      for (let j = 0; j < d; j++) sum[i * d + j] += r * read[j];
    }
    return loss / 2;
  };
  return { sum, add };
}
