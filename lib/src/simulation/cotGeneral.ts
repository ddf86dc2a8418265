/** @file Errors of chain of thought for any preconditioner matrix, symmetric or not: O(d³) a step when averaged. */
import type { Random } from "../core/random";
import type { InputLaw } from "../model/inputLaw";
import { multiplyAdd, multiplyTransposed } from "./cotDrawn";
import { type CotKernel, type CotSetting, dot, drawWeights, orInfinity, promptFactor, type WeightMode } from "./cotKernel";

/** Parameters of `generalKernel`. */
export interface GeneralParams extends CotSetting {
  /** A: the preconditioner, row-major (d, d). */
  readonly preconditioner: Float64Array;
  /** F: lower triangular with F Fᵀ = Σ, row-major (d, d). */
  readonly factor: Float64Array;
  readonly weights: WeightMode;
  /** The law of the inputs; normal when it is left out. */
  readonly inputs?: InputLaw;
}

/**
 * With C = I - A S, S = L Lᵀ/m, the stacked matrix [P_k | H_k], P_0 = I, H_0 = 0, is carried by P ← C P, H ← C H + A L:
 * $$ E\|w_k - w\|^2 = \|P_k\|_F^2 + \frac{\sigma^2}{m^2} \|H_k\|_F^2 $$
 * For one draw of w and noise the vector e_k = w_k - w is carried instead.
 */
export function generalKernel({ d, m, steps, preconditioner, factor, noise, weights, inputs }: GeneralParams): CotKernel {
  const averaged = weights === "averaged";
  const prompt = promptFactor(d, m, factor, inputs);
  const { L, r } = prompt;
  const AL = new Float64Array(d * r);
  const e = new Float64Array(d);
  const Se = new Float64Array(d);
  const v = new Float64Array(r);
  const zeta = new Float64Array(r);
  const push = new Float64Array(d);
  const width = d + (noise > 0 ? r : 0);
  let state = new Float64Array(averaged ? d * width : 0);
  let next = new Float64Array(state.length);
  const C = new Float64Array(averaged ? d * d : 0);

  function runAveraged(out: Float64Array): void {
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) C[i * d + j] = (i === j ? 1 : 0) - dot(AL, i * r, L, j * r, Math.min(r, j + 1)) / m;
    state.fill(0);
    for (let i = 0; i < d; i++) state[i * width + i] = 1;
    const noiseScale = (noise / m) ** 2;
    for (let k = 0; ; k++) {
      let sum = 0;
      for (let i = 0; i < d; i++) {
        const at = i * width;
        sum += dot(state, at, state, at, d) + noiseScale * dot(state, at + d, state, at + d, width - d);
      }
      out[k] = orInfinity(sum);
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
    drawWeights(random, weights, e);
    push.fill(0);
    if (noise > 0) {
      random.fillNormal(zeta);
      for (let i = 0; i < d; i++) for (let j = 0; j < r; j++) push[i] += (noise / m) * AL[i * r + j] * zeta[j];
    }
    for (let k = 0; ; k++) {
      out[k] = orInfinity(dot(e, 0, e, 0, d));
      if (k === steps) return;
      multiplyTransposed(L, d, r, e, v);
      Se.fill(0);
      multiplyAdd(L, d, r, v, 1 / m, Se);
      for (let i = 0; i < d; i++) e[i] = e[i] - dot(preconditioner, i * d, Se, 0, d) + push[i];
    }
  }

  return {
    hasDriver: false,
    draw(random: Random, out: Float64Array): void {
      prompt.draw(random);
      if (noise > 0 || averaged) {
        AL.fill(0);
        for (let i = 0; i < d; i++) {
          for (let l = 0; l < d; l++) {
            const a = preconditioner[i * d + l];
            const w = Math.min(l + 1, r);
            for (let j = 0; j < w; j++) AL[i * r + j] += a * L[l * r + j];
          }
        }
      }
      if (averaged) runAveraged(out);
      else runDrawn(random, out);
    },
  };
}

/** The kernel of an infinitely long prompt: S = Σ, so that C = I - A Σ is fixed and only w may vary. C is row-major (d, d). */
export function infiniteKernel(C: Float64Array, d: number, steps: number, weights: WeightMode): CotKernel {
  const e = new Float64Array(d);
  const next = new Float64Array(d);
  const diagonal = C.every((value, i) => value === 0 || i % (d + 1) === 0);
  /** Adds ‖C^k e‖² to out[k]. */
  function addErrors(out: Float64Array): void {
    for (let k = 0; ; k++) {
      out[k] += orInfinity(dot(e, 0, e, 0, d));
      if (k === steps) return;
      if (diagonal) for (let i = 0; i < d; i++) e[i] *= C[i * (d + 1)];
      else {
        for (let i = 0; i < d; i++) next[i] = dot(C, i * d, e, 0, d);
        e.set(next);
      }
    }
  }
  const expected = new Float64Array(steps + 1);
  if (weights === "averaged") {
    // Column by column of C^k: the squared norms add up.
    for (let column = 0; column < d; column++) {
      e.fill(0);
      e[column] = 1;
      addErrors(expected);
    }
  }
  return {
    hasDriver: false,
    draw(random: Random, out: Float64Array): void {
      if (weights === "averaged") {
        out.set(expected);
        return;
      }
      drawWeights(random, weights, e);
      out.fill(0);
      addErrors(out);
    },
  };
}
