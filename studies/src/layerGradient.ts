/** @file The stochastic gradient in every entry of V and W: `promptLossGradient`, batched in flat arrays. */
import type { Random } from "cotlab/dist/core/random";
import type { Theorem31Params } from "cotlab/dist/theory/paper/theorem31";
import type { GradientSum } from "cotlab/dist/theory/training/promptGradient";

/**
 * Draws prompts and accumulates the gradient of their loss in θ = (V, W), both row-major (2d+2, 2d+2), one after the
 * other. Formulas as in `promptLossGradient`; the sparse pattern of Theorem 3.1 is not used.
 * Draws from the stream in the order of `samplePrompt` (w, X), then ŵ_0. Its arguments were checked by `jointTraining`.
 */
export function layerGradient({ covariance, n, w0Scale }: Required<Pick<Theorem31Params, "covariance" | "n" | "w0Scale">>): GradientSum {
  const { d } = covariance;
  const D = 2 * d + 2;
  const W = D * D; // where W starts in θ
  const last = n * D; // where e starts in E
  const sum = new Float64Array(2 * D * D);
  const normals = new Float64Array(d + d * n + (w0Scale > 0 ? d : 0));
  const basis = covariance.root(); // Q Λ^{1/2}, row-major (d, d)
  const E = new Float64Array((n + 1) * D); // one column of the embedding after the other, (n+1, 2d+2)
  E[last + D - 1] = 1;
  const [u, a, r, p] = [0, 1, 2, 3].map(() => new Float64Array(D));
  /** Draws a prompt into the embedding. */
  const draw = (random: Random): void => {
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
  };
  /** out = E Eᵀ u / n. */
  const attend = (u: Float64Array, out: Float64Array): void => {
    out.fill(0);
    for (let j = 0; j <= n; j++) {
      let score = 0;
      for (let i = 0; i < D; i++) score += E[j * D + i] * u[i];
      score /= n;
      for (let i = 0; i < D; i++) out[i] += E[j * D + i] * score;
    }
  };
  const add = (theta: Float64Array, random: Random): number => {
    draw(random);
    for (let i = 0; i < D; i++) {
      let value = 0;
      for (let j = 0; j < D; j++) value += theta[W + i * D + j] * E[last + j];
      u[i] = value; // W e
    }
    attend(u, a);
    let loss = 0;
    for (let i = 0; i < D; i++) {
      let value = E[last + i];
      for (let j = 0; j < D; j++) value += theta[i * D + j] * a[j];
      if (i > d && i < D - 1)
        value -= normals[i - d - 1]; // minus w
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
    attend(u, p);
    for (let i = 0; i < D; i++) for (let j = 0; j < D; j++) sum[W + i * D + j] += p[i] * E[last + j];
    return loss / 2;
  };
  return { sum, add };
}
