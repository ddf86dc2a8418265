/** @file The inner loop of a "cot-error" task, in four forms that give the same law at different cost. */
import type { Random } from "../core/random";

/**
 * What is done about the hidden weights w ~ N(0, I) and the label noise.
 * "averaged": the exact conditional expectation given S. "drawn": one draw, whose values follow the law of the error
 * itself. "signs": w of independent signs, of the same mean as a drawn one and less variance, cheaper than the
 * expectation when Γ and Σ are not isotropic.
 */
export type WeightMode = "averaged" | "drawn" | "signs";

/** Writes ‖w_k - w‖², k = 0..steps, of one prompt to out[0..steps], then λ_max(Γ^(-1/2) S Γ^(-1/2)) - 1 when it is known. */
export interface CotKernel {
  /** Whether out[steps + 1] is written. */
  readonly hasDriver: boolean;
  run(random: Random, out: Float64Array): void;
}

/** Data of a kernel in the eigenbasis of Γ. */
export interface CotBasis {
  readonly d: number;
  readonly m: number;
  readonly steps: number;
  /** γ_i: eigenvalues of Γ, (d,). */
  readonly gamma: Float64Array;
  /** F: lower triangular, row-major (d, d), with F Fᵀ = Γ^(-1/2) Σ Γ^(-1/2); or its diagonal alone, (d,). */
  readonly factor: Float64Array;
  /** σ: label noise. */
  readonly noise: number;
}

/** L = F T for a lower triangular F and a lower trapezoidal T, (d, r) row-major, in place from the last row up. */
export function multiplyLower(factor: Float64Array, d: number, r: number, T: Float64Array): void {
  for (let i = d - 1; i >= 0; i--) {
    const row = i * r;
    const width = Math.min(i + 1, r);
    const own = factor[i * d + i];
    for (let j = 0; j < width; j++) T[row + j] = T[row + j] * own;
    for (let l = i - 1; l >= 0; l--) {
      const f = factor[i * d + l];
      if (f === 0) continue;
      const from = l * r;
      const w = Math.min(l + 1, r);
      for (let j = 0; j < w; j++) T[row + j] += f * T[from + j];
    }
  }
}
