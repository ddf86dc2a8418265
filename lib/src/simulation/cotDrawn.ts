/** @file Errors of chain of thought for one draw of the weights a prompt: O(d²) a step, for symmetric Γ. */
import type { Random } from "../core/random";
import { type CotBasis, type CotKernel, dot, drawWeights, fourDots, orInfinity, promptFactor, type WeightMode } from "./cotKernel";

/**
 * Runs u ← (I - B) u + ξ from u = -Γ^(1/2) w, with B = L Lᵀ/m = Γ^(-1/2) S Γ^(-1/2), ξ = (σ/m) L ζ, ζ ~ N(0, I), and records
 * ‖w_k - w‖² = uᵀ Γ^(-1) u. X ε given S has the law of sqrt(m) S^(1/2) ζ, which is what ξ says in these coordinates.
 * w is N(0, I), or a vector of independent signs in the eigenbasis of Γ.
 */
export function drawnKernel({ d, m, steps, gamma, factor, noise, inputs }: CotBasis, weights: WeightMode): CotKernel {
  const prompt = promptFactor(d, m, factor, inputs);
  const { L, r } = prompt;
  const u = new Float64Array(d);
  const v = new Float64Array(r);
  const zeta = new Float64Array(r);
  const push = new Float64Array(d);
  const roots = gamma.map(Math.sqrt);
  const inverse = gamma.map((g) => 1 / g);
  return {
    hasDriver: false,
    draw(random: Random, out: Float64Array): void {
      prompt.draw(random);
      drawWeights(random, weights, u);
      for (let i = 0; i < d; i++) u[i] = u[i] * roots[i];
      if (noise > 0) {
        random.fillNormal(zeta);
        push.fill(0);
        multiplyAdd(L, d, r, zeta, noise / m, push);
      }
      for (let k = 0; ; k++) {
        let sum = 0;
        for (let i = 0; i < d; i++) sum += u[i] * u[i] * inverse[i];
        out[k] = orInfinity(sum);
        if (k === steps) break;
        multiplyTransposed(L, d, r, u, v);
        multiplyAdd(L, d, r, v, -1 / m, u);
        if (noise > 0) for (let i = 0; i < d; i++) u[i] += push[i];
      }
    },
  };
}

/** v = Lᵀ u for a lower trapezoidal L, (d, r), whose strict upper triangle holds zeros. Four rows at a time. */
export function multiplyTransposed(L: Float64Array, d: number, r: number, u: Float64Array, v: Float64Array): void {
  v.fill(0);
  let i = 0;
  for (; i + 3 < d; i += 4) {
    const a = i * r;
    const b = a + r;
    const c = b + r;
    const e = c + r;
    const u0 = u[i];
    const u1 = u[i + 1];
    const u2 = u[i + 2];
    const u3 = u[i + 3];
    const width = Math.min(i + 4, r);
    for (let j = 0; j < width; j++) v[j] += L[a + j] * u0 + L[b + j] * u1 + (L[c + j] * u2 + L[e + j] * u3);
  }
  for (; i < d; i++) {
    const width = Math.min(i + 1, r);
    for (let j = 0; j < width; j++) v[j] += L[i * r + j] * u[i];
  }
}

/** u += scale L v for a lower trapezoidal L, (d, r), whose strict upper triangle holds zeros. Four rows at a time. */
export function multiplyAdd(L: Float64Array, d: number, r: number, v: Float64Array, scale: number, u: Float64Array): void {
  let i = 0;
  for (; i + 3 < d; i += 4) {
    const sums = fourDots(L, i * r, r, v, 0, Math.min(i + 4, r));
    for (let q = 0; q < 4; q++) u[i + q] += scale * sums[q];
  }
  for (; i < d; i++) u[i] += scale * dot(L, i * r, v, 0, Math.min(i + 1, r));
}
