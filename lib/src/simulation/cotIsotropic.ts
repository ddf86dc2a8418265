/** @file Errors of chain of thought when Γ and Σ are both multiples of the identity: O(d²) a prompt. */
import type { Random } from "../core/random";
import { tridiagonalEigenvalues } from "../linalg/tridiagonal";
import { drawBidiagonal } from "../model/wishart";
import { addNoise, addPowers, type CotKernel, type CotSetting, type WeightMode } from "./cotKernel";

/** Parameters of `isotropicKernel`. */
export interface IsotropicParams extends CotSetting {
  /** γ: Γ = γ I. */
  readonly gamma: number;
  /** s: Σ = s I. */
  readonly sigma: number;
  readonly weights: WeightMode;
}

/**
 * With Γ = γ I and Σ = s I the error needs only the eigenvalues μ_i of S/γ, which the bidiagonal model draws directly:
 * $$ E_w\|w_k - w\|^2 = \sum_i (1-\mu_i)^{2k} + \frac{\sigma^2}{m \gamma} \sum_i \mu_i q_k(\mu_i)^2, \quad q_k(\mu) = \frac{1-(1-\mu)^k}{\mu} $$
 * Drawn weights and noise are drawn in the eigenbasis, where their law is the same.
 */
export function isotropicKernel({ d, m, steps, gamma, sigma, noise, weights }: IsotropicParams): CotKernel {
  const r = Math.min(d, m);
  const values = new Float64Array(r);
  const off = new Float64Array(r);
  const scale = sigma / (gamma * m);
  const noiseVariance = (noise * noise) / (m * gamma);
  const w = new Float64Array(d);
  const zeta = new Float64Array(r);
  return {
    hasDriver: true,
    draw(random: Random, out: Float64Array): void {
      drawBidiagonal(random, d, m, values, off);
      tridiagonalEigenvalues(values, off, r);
      out.fill(0, 0, steps + 1);
      // The directions that the prompt does not show keep their error.
      let unseen = d - r;
      if (weights === "drawn") {
        random.fillNormal(w);
        unseen = 0;
        for (let i = r; i < d; i++) unseen += w[i] * w[i];
        if (noise > 0) random.fillNormal(zeta);
      }
      for (let i = 0; i < r; i++) {
        const mu = values[i] * scale;
        const rate = 1 - mu;
        if (weights === "drawn") {
          const push = Math.sqrt(noiseVariance * Math.max(mu, 0)) * zeta[i];
          let e = w[i];
          for (let k = 0; k <= steps; k++) {
            out[k] += e * e;
            e = rate * e + push;
          }
        } else {
          addPowers(rate, steps, out);
          if (noise > 0) addNoise(noiseVariance * Math.max(mu, 0), rate, steps, out);
        }
      }
      if (unseen > 0) for (let k = 0; k <= steps; k++) out[k] += unseen;
      out[steps + 1] = values[r - 1] * scale - 1;
    },
  };
}
