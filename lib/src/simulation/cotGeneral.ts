/** @file Errors of chain of thought for any preconditioner matrix, symmetric or not: O(d³) a step when averaged. */
import type { Random } from "../core/random";
import { BartlettSampler } from "../model/wishart";
import { multiplyAdd, multiplyTransposed } from "./cotDrawn";
import { type CotKernel, multiplyLower, type WeightMode } from "./cotKernel";

/** Parameters of `generalKernel`. */
export interface GeneralParams {
  readonly d: number;
  readonly m: number;
  readonly steps: number;
  /** A: the preconditioner, row-major (d, d). */
  readonly preconditioner: Float64Array;
  /** F: lower triangular with F Fᵀ = Σ, row-major (d, d). */
  readonly factor: Float64Array;
  readonly noise: number;
  readonly weights: WeightMode;
}

/**
 * With C = I - A S, S = L Lᵀ/m, the stacked matrix [P_k | H_k], P_0 = I, H_0 = 0, is carried by P ← C P, H ← C H + A L:
 * $$ E\|w_k - w\|^2 = \|P_k\|_F^2 + \frac{\sigma^2}{m^2} \|H_k\|_F^2 $$
 * For one draw of w and noise the vector e_k = w_k - w is carried instead.
 */
export function generalKernel({ d, m, steps, preconditioner, factor, noise, weights }: GeneralParams): CotKernel {
  const sampler = new BartlettSampler(d, m);
  const r = sampler.columns;
  const ones = new Float64Array(d).fill(1);
  const L = new Float64Array(d * r);
  const AL = new Float64Array(d * r);
  const e = new Float64Array(d);
  const v = new Float64Array(r);
  const zeta = new Float64Array(r);
  const push = new Float64Array(d);
  const width = d + (noise > 0 ? r : 0);
  let state = new Float64Array(weights === "averaged" ? d * width : 0);
  let next = new Float64Array(state.length);
  const C = new Float64Array(weights === "averaged" ? d * d : 0);

  function runAveraged(out: Float64Array): void {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        let s = 0;
        const common = Math.min(r, j + 1);
        for (let l = 0; l < common; l++) s += AL[i * r + l] * L[j * r + l];
        C[i * d + j] = (i === j ? 1 : 0) - s / m;
      }
    }
    state.fill(0);
    for (let i = 0; i < d; i++) state[i * width + i] = 1;
    const noiseScale = (noise / m) ** 2;
    for (let k = 0; ; k++) {
      let sum = 0;
      for (let i = 0; i < d; i++) {
        let signal = 0;
        let rest = 0;
        for (let j = 0; j < d; j++) signal += state[i * width + j] ** 2;
        for (let j = d; j < width; j++) rest += state[i * width + j] ** 2;
        sum += signal + noiseScale * rest;
      }
      out[k] = Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum;
      if (k === steps) return;
      next.fill(0);
      for (let i = 0; i < d; i++) {
        for (let l = 0; l < d; l++) {
          const value = C[i * d + l];
          for (let j = 0; j < width; j++) next[i * width + j] += value * state[l * width + j];
        }
        for (let j = d; j < width; j++) next[i * width + j] += AL[i * r + j - d];
      }
      [state, next] = [next, state];
    }
  }

  function runDrawn(random: Random, out: Float64Array): void {
    if (weights === "signs") for (let i = 0; i < d; i++) e[i] = random.uniform() < 0.5 ? -1 : 1;
    else random.fillNormal(e);
    push.fill(0);
    if (noise > 0) {
      random.fillNormal(zeta);
      for (let i = 0; i < d; i++) for (let j = 0; j < r; j++) push[i] += (noise / m) * AL[i * r + j] * zeta[j];
    }
    const full = new Float64Array(d);
    for (let k = 0; ; k++) {
      let sum = 0;
      for (let i = 0; i < d; i++) sum += e[i] * e[i];
      out[k] = Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum;
      if (k === steps) return;
      multiplyTransposed(L, d, r, e, v);
      full.fill(0);
      multiplyAdd(L, d, r, v, 1 / m, full);
      for (let i = 0; i < d; i++) {
        let s = 0;
        for (let j = 0; j < d; j++) s += preconditioner[i * d + j] * full[j];
        e[i] = e[i] - s + push[i];
      }
    }
  }

  return {
    hasDriver: false,
    run(random: Random, out: Float64Array): void {
      sampler.draw(random, L, ones);
      multiplyLower(factor, d, r, L);
      if (noise > 0 || weights === "averaged") {
        AL.fill(0);
        for (let i = 0; i < d; i++) {
          for (let l = 0; l < d; l++) {
            const a = preconditioner[i * d + l];
            const w = Math.min(l + 1, r);
            for (let j = 0; j < w; j++) AL[i * r + j] += a * L[l * r + j];
          }
        }
      }
      if (weights === "averaged") runAveraged(out);
      else runDrawn(random, out);
    },
  };
}

/** The kernel of an infinitely long prompt: S = Σ, so that C = I - A Σ is fixed and only w may vary. C is row-major (d, d). */
export function infiniteKernel(C: Float64Array, d: number, steps: number, weights: WeightMode): CotKernel {
  const e = new Float64Array(d);
  const next = new Float64Array(d);
  const expected = new Float64Array(steps + 1);
  if (weights === "averaged") {
    // Column by column of C^k: the squared norms add up.
    for (let column = 0; column < d; column++) {
      e.fill(0);
      e[column] = 1;
      iterate((k, sum) => {
        expected[k] += sum;
      });
    }
  }
  function iterate(record: (k: number, sum: number) => void): void {
    for (let k = 0; ; k++) {
      let sum = 0;
      for (let i = 0; i < d; i++) sum += e[i] * e[i];
      record(k, Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum);
      if (k === steps) return;
      for (let i = 0; i < d; i++) {
        let s = 0;
        for (let j = 0; j < d; j++) s += C[i * d + j] * e[j];
        next[i] = s;
      }
      e.set(next);
    }
  }
  return {
    hasDriver: false,
    run(random: Random, out: Float64Array): void {
      if (weights === "averaged") {
        out.set(expected);
        return;
      }
      if (weights === "signs") for (let i = 0; i < d; i++) e[i] = random.uniform() < 0.5 ? -1 : 1;
      else random.fillNormal(e);
      iterate((k, sum) => {
        out[k] = sum;
      });
    },
  };
}
