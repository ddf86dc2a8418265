/** @file A layer that is really fitted to a finite number of sampled prompts: the experiment against which finite pretraining is tested. */
import { Matrix } from "ml-matrix";
import type { Random } from "../../core/random";
import { cholesky, multiply } from "../../linalg/dense";
import { solveLower, solveUpper } from "../../linalg/triangularSolve";
import type { Covariance } from "../../model/covariance";
import { secondMomentSampler } from "../../model/wishart";
import { productNorm } from "../simulatedErrors";

/** What is fitted. Not checked again: callers build it from checked objects. */
export interface FittedLayerParams {
  /** Λ: covariance of the training inputs, (d, d), units of x². */
  readonly covariance: Covariance;
  /** n: examples in a training prompt; integer >= 1. */
  readonly n: number;
  /** B: training prompts; integer >= d. */
  readonly prompts: number;
  /** σ: standard deviation of the training label noise. */
  readonly noise?: number;
}

/**
 * Draws Â = (Σ_b w_b g_bᵀ)(Σ_b g_b g_bᵀ)⁻¹ of B prompts, g = X y/n, y = Xᵀw + σ ε, row-major (d, d): w, X and ε are drawn, prompt by prompt.
 */
export function fittedLayerSampler({ covariance, n, prompts, noise = 0 }: FittedLayerParams): (random: Random) => Float64Array {
  const { d } = covariance;
  const root = covariance.root();
  const w = new Float64Array(d);
  const z = new Float64Array(n * d);
  const g = new Float64Array(d * prompts);
  const weights = new Float64Array(d * prompts);
  const white = new Float64Array(d);
  const turned = new Float64Array(d);
  return (random) => {
    for (let b = 0; b < prompts; b++) {
      random.fillNormal(w);
      random.fillNormal(z);
      // x = F z with F Fᵀ = Λ: y = zᵀ Fᵀ w, and g = F Σ z y/n.
      turned.fill(0);
      white.fill(0);
      for (let i = 0; i < d; i++) for (let l = 0; l < d; l++) turned[l] += root[i * d + l] * w[i];
      for (let j = 0; j < n; j++) {
        let y = noise > 0 ? noise * random.normal() : 0;
        for (let l = 0; l < d; l++) y += z[j * d + l] * turned[l];
        for (let l = 0; l < d; l++) white[l] += (z[j * d + l] * y) / n;
      }
      for (let i = 0; i < d; i++) {
        let sum = 0;
        for (let l = 0; l < d; l++) sum += root[i * d + l] * white[l];
        g[b * d + i] = sum;
        weights[i * prompts + b] = w[i];
      }
    }
    const cross = multiply(weights, g, d, prompts, d);
    const gram = new Float64Array(d * d);
    for (let b = 0; b < prompts; b++) {
      for (let i = 0; i < d; i++) {
        const value = g[b * d + i];
        for (let j = 0; j < d; j++) gram[i * d + j] += value * g[b * d + j];
      }
    }
    const factored = cholesky(gram, d, d * Number.EPSILON);
    if ("dependent" in factored) throw new Error("fittedLayerSampler: the prompts do not determine the layer");
    // Âᵀ = (Σ g gᵀ)⁻¹ Σ g wᵀ.
    const right = new Float64Array(d * d);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) right[j * d + i] = cross[i * d + j];
    const solved = solveUpper(factored.factor, solveLower(factored.factor, right, d, d), d, d);
    const out = new Float64Array(d * d);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) out[i * d + j] = solved[j * d + i];
    return out;
  };
}

/** Draws ‖(I - ÂS)^k‖_F² of a freshly fitted layer on a fresh prompt of m examples (S = Σ for m = ∞), step by step. */
export function fittedErrorSampler({ target, m, k, ...training }: FittedLayerParams & { target: Covariance; m: number; k: number }) {
  const { d } = target;
  const fit = fittedLayerSampler(training);
  const draw = secondMomentSampler({ covariance: target, m });
  return (random: Random): number => productNorm(Matrix.from1DArray(d, d, fit(random)), k)(draw(random));
}
