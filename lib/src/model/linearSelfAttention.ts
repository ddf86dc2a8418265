/** @file The one-layer linear self-attention f_LSA and the sparse parameters on which the theory stands. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../core/check";
import { checkBlock, checkScale } from "./block";
import { embeddingDimension } from "./embedding";

/**
 * The parameters θ = (V, W) of the layer: value (with projection) and key-query matrices.
 * Blocks are numbered 1 to 4 by rows x (d), y (1), w (d), constant (1); V31 maps the x block to the w block.
 */
export interface LsaParameters {
  /** V: value matrix, (2d+2, 2d+2). */
  readonly V: Matrix;
  /** W: key-query matrix, (2d+2, 2d+2). */
  readonly W: Matrix;
}

/**
 * The output of the linear self-attention layer, (2d+2, N). Nothing is masked: every column attends to every column.
 * f_LSA(E; V, W) = E + V E EᵀW E/n
 * n is the number of examples, not of columns. The source writes a single n; Proposition 3.2 holds only when the same layer divides by n in
 * training and by m at test, which is a reading.
 * @param E embedding, (2d+2, N)
 * @param options V and W, (2d+2, 2d+2) each
 * @param n number of examples in E; integer >= 1
 * @throws TypeError or RangeError when shapes disagree; RangeError when the output overflows
 * @origin paper, design 1 (its source names f_LSA but does not print it; this is the form of the LSA literature)
 * @example
 * const E = cot.model.embed({ X: Matrix.eye(2, 2), y: [1, -1] }, [0, 0]);
 * const parameters = cot.model.structuredParameters({ V31: Matrix.eye(2, 2, -1), c: 1 });
 * cot.model.linearSelfAttention(E, parameters, 2).getColumn(2); // => [0, 0, 0, 0.5, -0.5, 1]
 */
export function linearSelfAttention(E: Matrix, options: LsaParameters, n: number): Matrix {
  const { V, W } = argumentsOf("linearSelfAttention", options, "options");
  const check: Checks = new Checks("linearSelfAttention");
  checkLayer(check, E, { V, W });
  check.integer("n", n, 1);
  const moment = E.mmul(E.transpose()); // E Eᵀ, (2d+2, 2d+2): cheaper than the N x N scores when prompts are long
  const update = V.mmul(moment).mmul(W.mmul(E));
  const output = update.mul(1 / n).add(E);
  for (let j = 0; j < output.columns; j++) checkColumn(check, output.getColumn(j));
  return output;
}

/**
 * The last column of {@link linearSelfAttention} alone, (2d+2,), in O(dN + d²) operations.
 * $$ f_{LSA}(E)_{[:,-1]} = e + V \frac{E E^\top W e}{n}, \quad e = E_{[:,-1]} $$
 * @throws RangeError when shapes disagree, or when the output overflows
 */
export function linearSelfAttentionLastColumn(E: Matrix, { V, W }: LsaParameters, n: number): Float64Array {
  const check: Checks = new Checks("linearSelfAttentionLastColumn");
  checkLayer(check, E, { V, W });
  check.integer("n", n, 1);
  const e = E.getColumn(E.columns - 1);
  const output = Float64Array.from(product(V, attend(E, product(W, e), n)));
  for (let i = 0; i < output.length; i++) output[i] += e[i];
  checkColumn(check, output);
  return output;
}

/**
 * The parameters of Theorem 3.1: V31 is free, W13 = c I and W24 = -c, every other entry is zero.
 * With them the last column's estimate moves as ŵ → ŵ + c V31 S (ŵ - w), S = X Xᵀ/n, and no other entry of the last column moves.
 * @param params V31, (d, d), units of 1/(c x²); c scale of the key-query matrix, finite and non-zero
 * @throws TypeError or RangeError when V31 is not square, an entry is not finite, or c is 0
 * @origin paper, Theorem 3.1; that its V_* is this block, with W frozen, is a reading
 * @example
 * const { V, W } = cot.model.structuredParameters({ V31: new Matrix([[-0.5]]), c: 1 });
 * [V.get(2, 0), W.get(0, 2), W.get(1, 3)]; // => [-0.5, 1, -1]
 */
export function structuredParameters(params: { readonly V31: Matrix; readonly c: number }): LsaParameters {
  const { V31, c } = argumentsOf("structuredParameters", params);
  const check: Checks = new Checks("structuredParameters");
  checkBlock(check, "V31", V31);
  checkScale(check, c);
  const d = V31.rows;
  const V = Matrix.zeros(2 * d + 2, 2 * d + 2);
  const W = Matrix.zeros(2 * d + 2, 2 * d + 2);
  V.setSubMatrix(V31, d + 1, 0);
  for (let i = 0; i < d; i++) W.set(i, d + 1 + i, c);
  W.set(d, 2 * d + 1, -c);
  return { V, W };
}

/** Throws unless E, V and W fit together; returns d. */
export function checkLayer(check: Checks, E: Matrix, { V, W }: LsaParameters): number {
  const d = embeddingDimension(check, E);
  for (const [name, block] of [["V", V] as const, ["W", W] as const]) {
    if (!Matrix.isMatrix(block)) check.wrongKind(name, `a ${E.rows}x${E.rows} Matrix`, block);
    if (block.rows !== E.rows || block.columns !== E.rows) check.fail(name, `a ${E.rows}x${E.rows} Matrix, as E has ${E.rows} rows`, block);
  }
  return d;
}

/** E Eᵀ u / n, the attention read-out of the direction u, (2d+2,). */
export function attend(E: Matrix, u: ArrayLike<number>, n: number): Float64Array {
  const out = new Float64Array(E.rows);
  for (let j = 0; j < E.columns; j++) {
    let score = 0;
    for (let i = 0; i < E.rows; i++) score += E.get(i, j) * u[i];
    score /= n;
    for (let i = 0; i < E.rows; i++) out[i] += E.get(i, j) * score;
  }
  return out;
}

/** A u, (rows,). */
export function product(A: Matrix, u: ArrayLike<number>): Float64Array {
  const out = new Float64Array(A.rows);
  for (let i = 0; i < A.rows; i++) for (let j = 0; j < A.columns; j++) out[i] += A.get(i, j) * u[j];
  return out;
}

function checkColumn(check: Checks, column: ArrayLike<number>): void {
  for (let i = 0; i < column.length; i++) {
    if (!Number.isFinite(column[i])) {
      throw new RangeError(`${check.fn}: the output must be finite, got ${column[i]}: an input is not finite, or the product overflows`);
    }
  }
}
