/** @file The factor of a prompt's S for inputs that are not normal: drawn whole, and brought to the triangular form of Bartlett's. */
import type { Random } from "../core/random";
import { type InputLaw, whiteInputs } from "../model/inputLaw";

/** A lower trapezoidal L, (d, r), r = min(d, m), with L Lᵀ = X Xᵀ for X = F Z of m inputs of a law; zeros above the diagonal. */
export class InputFactor {
  /** r = min(d, m): columns of L. */
  readonly r: number;
  /** L, row-major (d, r). */
  readonly L: Float64Array;
  private readonly fill: ReturnType<typeof whiteInputs>;
  private readonly white: Float64Array;
  private readonly inputs: Float64Array;

  /** @param factor F, lower triangular, row-major (d, d), or its diagonal, (d,) */
  constructor(
    private readonly d: number,
    private readonly m: number,
    private readonly factor: Float64Array,
    law: InputLaw,
  ) {
    this.r = Math.min(d, m);
    this.L = new Float64Array(d * this.r);
    this.fill = whiteInputs(law);
    this.white = new Float64Array(d * m);
    this.inputs = new Float64Array(d * m);
  }

  /** Draws a new L. */
  draw(random: Random): void {
    const { d, m, r, L, factor, white, inputs } = this;
    this.fill(random, white, d, m);
    const diagonal = factor.length === d;
    inputs.fill(0);
    for (let i = 0; i < d; i++) {
      for (let l = diagonal ? i : 0; l <= i; l++) {
        const f = diagonal ? factor[i] : factor[i * d + l];
        if (f !== 0) for (let j = 0; j < m; j++) inputs[i * m + j] += f * white[l * m + j];
      }
    }
    triangularise(inputs, d, m);
    for (let i = 0; i < d; i++) for (let j = 0; j < r; j++) L[i * r + j] = j <= i ? inputs[i * m + j] : 0;
  }
}

/** X ← X Q with Q orthogonal and X lower trapezoidal, (d, m): Householder reflections of the rows, one after another. */
function triangularise(X: Float64Array, d: number, m: number): void {
  for (let i = 0; i < Math.min(d, m - 1); i++) {
    const row = i * m;
    let square = 0;
    for (let j = i; j < m; j++) square += X[row + j] * X[row + j];
    if (square === 0) continue;
    const end = X[row + i] > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    // v = x - end e_i, vᵀv = 2 (square - end x_i).
    const half = square - end * X[row + i];
    X[row + i] -= end;
    for (let below = i + 1; below < d; below++) {
      const other = below * m;
      let sum = 0;
      for (let j = i; j < m; j++) sum += X[other + j] * X[row + j];
      const scale = sum / half;
      for (let j = i; j < m; j++) X[other + j] -= scale * X[row + j];
    }
    X.fill(0, row + i, row + m);
    X[row + i] = end;
  }
}
