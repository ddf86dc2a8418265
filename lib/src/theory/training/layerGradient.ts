/** @file The stochastic gradient in every entry of V and W: `promptLossGradient`, batched in flat arrays. */
import type { Random } from "../../core/random";
import type { Covariance } from "../../model/covariance";

/** Prompts as `jointTraining` draws them; already checked there. */
export interface LayerGradientParams {
  /** Λ, (d, d). */
  readonly covariance: Covariance;
  /** n: examples in a prompt. */
  readonly n: number;
  /** s: scale of ŵ_0. */
  readonly w0Scale: number;
}

/**
 * Draws prompts and accumulates the gradient of their loss in θ = (V, W), both row-major (2d+2, 2d+2), one after the
 * other. Formulas as in `promptLossGradient`; the sparse pattern of Theorem 3.1 is not used.
 * Draws from the stream in the order of `samplePrompt` (w, X), then ŵ_0.
 */
export class LayerGradient {
  /** The gradient summed since the last `clear`, in the layout of θ. */
  readonly sum: Float64Array;
  private readonly d: number;
  private readonly n: number;
  private readonly w0Scale: number;
  private readonly normals: Float64Array;
  private readonly basis: Float64Array; // Q Λ^{1/2}, row-major (d, d)
  private readonly E: Float64Array; // one column of the embedding after the other, (n+1, 2d+2)
  private readonly vectors: readonly Float64Array[]; // scratch, (2d+2,) each

  constructor({ covariance, n, w0Scale }: LayerGradientParams) {
    const d = covariance.d;
    const D = 2 * d + 2;
    this.d = d;
    this.n = n;
    this.w0Scale = w0Scale;
    this.sum = new Float64Array(2 * D * D);
    this.normals = new Float64Array(d + d * n + (w0Scale > 0 ? d : 0));
    this.E = new Float64Array((n + 1) * D);
    this.E[n * D + D - 1] = 1;
    this.vectors = Array.from({ length: 4 }, () => new Float64Array(D));
    this.basis = covariance.root();
  }

  /** Forgets the gradients summed so far. */
  clear(): void {
    this.sum.fill(0);
  }

  /**
   * Draws one prompt and adds its gradient at θ to `sum`.
   * @returns the prompt's loss
   */
  add(theta: Float64Array, random: Random): number {
    const { d, n, sum, E } = this;
    const [u, a, r, p] = this.vectors as [Float64Array, Float64Array, Float64Array, Float64Array];
    const D = 2 * d + 2;
    const W = D * D; // where W starts in θ
    this.draw(random);
    const last = n * D; // where e starts in E
    for (let i = 0; i < D; i++) {
      let value = 0;
      for (let j = 0; j < D; j++) value += theta[W + i * D + j] * E[last + j];
      u[i] = value; // W e
    }
    this.attend(u, a);
    let loss = 0;
    for (let i = 0; i < D; i++) {
      let value = E[last + i];
      for (let j = 0; j < D; j++) value += theta[i * D + j] * a[j];
      if (i > d && i < D - 1)
        value -= this.normals[i - d - 1]; // minus w
      else if (i === D - 1) value -= 1;
      r[i] = value;
      loss += value * value;
    }
    u.fill(0);
    for (let i = 0; i < D; i++) {
      for (let j = 0; j < D; j++) {
        sum[i * D + j] += r[i] * a[j];
        u[j] += theta[i * D + j] * r[i]; // Vᵀ r
      }
    }
    this.attend(u, p);
    for (let i = 0; i < D; i++) for (let j = 0; j < D; j++) sum[W + i * D + j] += p[i] * E[last + j];
    return loss / 2;
  }

  /** Draws a prompt into the embedding. */
  private draw(random: Random): void {
    const { d, n, w0Scale, normals, basis, E } = this;
    const D = 2 * d + 2;
    random.fillNormal(normals);
    for (let j = 0; j < n; j++) {
      let y = 0;
      for (let i = 0; i < d; i++) {
        let x = 0;
        for (let l = 0; l < d; l++) x += basis[i * d + l] * normals[d + l * n + j];
        E[j * D + i] = x;
        y += normals[i] * x;
      }
      E[j * D + d] = y;
    }
    if (w0Scale > 0) for (let i = 0; i < d; i++) E[n * D + d + 1 + i] = w0Scale * normals[d + d * n + i];
  }

  /** out = E Eᵀ u / n. */
  private attend(u: Float64Array, out: Float64Array): void {
    const { n, E } = this;
    const D = u.length;
    out.fill(0);
    for (let j = 0; j <= n; j++) {
      let score = 0;
      for (let i = 0; i < D; i++) score += E[j * D + i] * u[i];
      score /= n;
      for (let i = 0; i < D; i++) out[i] += E[j * D + i] * score;
    }
  }
}
