/** @file One draw of "cot-error", in four forms that give the same law at different cost, and what they share. */
import type { Random } from "../core/random";
import type { InputLaw } from "../model/inputLaw";
import { bartlettSampler } from "../model/wishart";
import { InputFactor } from "./inputFactor";

/**
 * What is done about the hidden weights and the label noise of a draw, w ~ N(0, I).
 * "averaged": the exact conditional expectation given S. "drawn": one draw, whose values follow the law of the error
 * itself. "signs": w of independent signs, of the same mean as a drawn one and less variance, cheaper than the
 * expectation when Γ and Σ are not isotropic.
 */
export type WeightMode = "averaged" | "drawn" | "signs";

/** Writes ‖w_k - w‖², k = 0..steps, of one prompt to out[0..steps], then λ_max(Γ^(-1/2) S Γ^(-1/2)) - 1 when it is known. */
export interface CotKernel {
  /** Whether out[steps + 1] is written. */
  readonly hasDriver: boolean;
  draw(random: Random, out: Float64Array): void;
}

/** What every kernel of a prompt needs. */
export interface CotSetting {
  readonly d: number;
  readonly m: number;
  readonly steps: number;
  /** σ: label noise. */
  readonly noise: number;
}

/** Data of a kernel in the eigenbasis of Γ. */
export interface CotBasis extends CotSetting {
  /** γ_i: eigenvalues of Γ, (d,). */
  readonly gamma: Float64Array;
  /** F: lower triangular, row-major (d, d), with F Fᵀ = Γ^(-1/2) Σ Γ^(-1/2); or its diagonal alone, (d,). */
  readonly factor: Float64Array;
  /** The law of the inputs; normal when it is left out. */
  readonly inputs?: InputLaw;
}

/** The factor of a prompt's S: by Bartlett's decomposition where the inputs are normal. */
export function promptFactor(d: number, m: number, factor: Float64Array, inputs?: InputLaw): PromptFactor | InputFactor {
  return inputs === undefined ? new PromptFactor(d, m, factor) : new InputFactor(d, m, factor, inputs);
}

/** The lower trapezoidal factor L = F T of S = L Lᵀ/m, (d, r) row-major, T being Bartlett's; zeros above the diagonal. */
export class PromptFactor {
  /** r = min(d, m): columns of L. */
  readonly r: number;
  readonly L: Float64Array;
  private readonly sampler: ReturnType<typeof bartlettSampler>;
  private readonly scaling: Float64Array;

  /** @param factor F of `CotBasis` */
  constructor(
    private readonly d: number,
    m: number,
    private readonly factor: Float64Array,
  ) {
    this.sampler = bartlettSampler(d, m);
    this.r = Math.min(d, m);
    this.L = new Float64Array(d * this.r);
    this.scaling = factor.length === d ? factor : new Float64Array(d).fill(1);
  }

  /** Draws a new L. */
  draw(random: Random): void {
    const { d, r, L, factor } = this;
    this.sampler(random, L, this.scaling);
    if (factor.length === d) return;
    // F T in place, from the last row up.
    for (let i = d - 1; i >= 0; i--) {
      const row = i * r;
      const width = Math.min(i + 1, r);
      const own = factor[i * d + i];
      for (let j = 0; j < width; j++) L[row + j] = L[row + j] * own;
      for (let l = i - 1; l >= 0; l--) {
        const f = factor[i * d + l];
        if (f === 0) continue;
        const from = l * r;
        const w = Math.min(l + 1, r);
        for (let j = 0; j < w; j++) L[row + j] += f * L[from + j];
      }
    }
  }
}

/** One draw of w into `w`: independent signs, or N(0, I). */
export function drawWeights(random: Random, weights: WeightMode, w: Float64Array): void {
  if (weights === "signs") for (let i = 0; i < w.length; i++) w[i] = random.uniform() < 0.5 ? -1 : 1;
  else random.fillNormal(w);
}

/** An error that overflowed to Infinity - Infinity on its way is infinite. */
export const orInfinity = (error: number): number => (Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);

/** Adds rate^(2k) to out[k], k = 0..steps. */
export function addPowers(rate: number, steps: number, out: Float64Array): void {
  const square = rate * rate;
  let power = 1;
  for (let k = 0; k <= steps; k++) {
    out[k] += power;
    power *= square;
  }
}

/** Adds weight q_k², q_k = (1 - rate^k) / (1 - rate), to out[k], k = 0..steps, by q_{k+1} = 1 + rate q_k. */
export function addNoise(weight: number, rate: number, steps: number, out: Float64Array): void {
  let q = 0;
  for (let k = 0; k <= steps; k++) {
    out[k] += weight * q * q;
    q = 1 + rate * q;
  }
}

/** Scalar product of `length` entries of M from `at` on with those of y from `from` on. */
export function dot(M: Float64Array, at: number, y: Float64Array, from: number, length: number): number {
  let s = 0;
  for (let l = 0; l < length; l++) s += M[at + l] * y[from + l];
  return s;
}

const sums = new Float64Array(4);

/**
 * `dot` for four rows of M at once, which share the loads of y: those that begin at `at` and every `stride` after it.
 * @returns the four sums, in an array that the next call overwrites
 */
export function fourDots(M: Float64Array, at: number, stride: number, y: Float64Array, from: number, length: number): Float64Array {
  const b = at + stride;
  const c = b + stride;
  const e = c + stride;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let l = 0; l < length; l++) {
    const value = y[from + l];
    s0 += M[at + l] * value;
    s1 += M[b + l] * value;
    s2 += M[c + l] * value;
    s3 += M[e + l] * value;
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
  return sums;
}
