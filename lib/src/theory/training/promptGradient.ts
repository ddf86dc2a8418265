/** @file The stochastic gradient in V31: one sampled prompt's gradient, reduced to O(dn) operations. */
import type { Checks } from "../../core/check";
import type { Random } from "../../core/random";
import { checkScale } from "../../model/block";
import { checkInputs, type InputLaw, whiteInputs } from "../../model/inputLaw";
import type { Theorem31Params } from "../paper/theorem31";

/**
 * Draws prompts and accumulates the gradient of their loss in V31, at W13 = c I and W24 = -c.
 *
 * The last column's w residual is r = δ + c V q with δ = ŵ_0 - w and q = X (Xᵀ δ - σ ε) / n, so
 * $$ \nabla_{V_{31}} = c\, r\, q^\top $$
 * With X = B Z, B = Q Λ^{1/2}, neither X nor the embedding is formed: Xᵀ δ = Zᵀ (Bᵀ δ).
 *
 * Draws from the stream in the order of `samplePrompt` (w, Z, noise), then ŵ_0, so that the same stream gives the same
 * prompts there and here; the gradient then equals the V31 block of `promptLossGradient` to rounding.
 */
export class PromptGradient {
  /** The gradient summed since the last `clear`, row-major (d, d). */
  readonly sum: Float64Array;
  private readonly normals: Float64Array;
  private readonly basis: Float64Array; // B, row-major (d, d)
  private readonly delta: Float64Array;
  private readonly direction: Float64Array; // Bᵀ δ, then Z t / n
  private readonly read: Float64Array; // q
  private readonly scores: Float64Array; // Xᵀ δ - σ ε
  private readonly n: number;
  private readonly c: number;
  private readonly noise: number;
  private readonly w0Scale: number;
  /** Draws Z over the normal numbers where the inputs have another law. */
  private readonly white?: ReturnType<typeof whiteInputs>;

  constructor(check: Checks, { covariance, n, c, noise = 0, w0Scale = 0, inputs }: Theorem31Params & { readonly inputs?: InputLaw }) {
    check.integer("n", n, 1);
    checkScale(check, c);
    check.nonNegative("noise", noise);
    check.nonNegative("w0Scale", w0Scale);
    const d = covariance.d;
    this.n = n;
    this.c = c;
    this.noise = noise;
    this.w0Scale = w0Scale;
    this.sum = new Float64Array(d * d);
    this.normals = new Float64Array(d + d * n + (noise > 0 ? n : 0) + (w0Scale > 0 ? d : 0));
    this.delta = new Float64Array(d);
    this.direction = new Float64Array(d);
    this.read = new Float64Array(d);
    this.scores = new Float64Array(n);
    this.basis = covariance.root();
    if (inputs !== undefined) {
      checkInputs(check, inputs, covariance);
      if (inputs.kind !== "normal") this.white = whiteInputs(inputs);
    }
  }

  /** Forgets the gradients summed so far. */
  clear(): void {
    this.sum.fill(0);
  }

  /**
   * Draws one prompt and adds its gradient at V31 to `sum`.
   * @param V V31, row-major (d, d)
   * @returns the prompt's loss
   */
  add(V: Float64Array, random: Random): number {
    const { n, c, noise, w0Scale, normals, basis, delta, direction, read, scores, sum } = this;
    const d = delta.length;
    random.fillNormal(normals);
    const firstNoise = d + d * n;
    this.white?.(random, normals.subarray(d, firstNoise), d, n);
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
  }
}
