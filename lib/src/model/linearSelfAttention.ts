/** @file The one-layer linear self-attention f_LSA and the sparse parameters on which the theory stands. */
import { Matrix } from "ml-matrix";
import { Checks } from "../core/check";
import { embeddingDimension } from "./embedding";

/**
 * θ = (V, W): value (with projection) and key-query matrices, each (2d+2, 2d+2).
 * Blocks are numbered 1 to 4 by rows x (d), y (1), w (d), constant (1); V31 maps the x block to the w block.
 */
export interface LsaParameters {
  /** V: value matrix, (2d+2, 2d+2). */
  readonly V: Matrix;
  /** W: key-query matrix, (2d+2, 2d+2). */
  readonly W: Matrix;
}

/**
 * The linear self-attention layer.
 * $$ f_{LSA}(E; V, W) = E + V E \frac{E^\top W E}{n} $$
 * There is no mask: every column attends to every column, itself included.
 *
 * n is the number of examples, not the number of columns of E, and is therefore an argument. The source writes a
 * single n; Proposition 3.2 (whose test prompts have m examples and whose update carries 1/m) holds only when the same
 * layer divides by n in training and by m at test. This is a reading: the source does not say so.
 * @param E embedding, (2d+2, N)
 * @param parameters V and W, (2d+2, 2d+2) each
 * @param n number of examples in E; integer >= 1
 * @returns the output, (2d+2, N)
 * @throws RangeError when shapes disagree, or when the output overflows
 * @origin paper, design 1 (its source names f_LSA but does not print it; this is the form of the LSA literature)
 */
export function linearSelfAttention(E: Matrix, { V, W }: LsaParameters, n: number): Matrix {
  const check: Checks = new Checks("linearSelfAttention");
  checkLayer(check, E, { V, W });
  check.integer("n", n, 1);
  const moment = E.mmul(E.transpose()); // E Eᵀ, (2d+2, 2d+2): cheaper than the N x N scores when prompts are long
  const output = V.mmul(moment)
    .mmul(W.mmul(E))
    .mul(1 / n)
    .add(E);
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
 * With them, the last column's estimate moves as ŵ -> ŵ + c V31 S (ŵ - w) with S = X Xᵀ / n, and nothing else in E
 * moves except earlier thought columns.
 * @param V31 (d, d), units of 1/(c x²)
 * @param c scale of the key-query matrix; finite and non-zero
 * @throws RangeError when V31 is not square, an entry is not finite, or c is 0
 * @origin paper, Theorem 3.1; that its V_* is this block, with W frozen, is a reading
 */
export function structuredParameters({ V31, c }: { readonly V31: Matrix; readonly c: number }): LsaParameters {
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

/** Throws unless a matrix is square, of dimension d when given, with finite entries. */
export function checkBlock(check: Checks, argument: string, block: Matrix, d?: number): void {
  const rule = d === undefined ? "a square, non-empty Matrix" : `a ${d}x${d} Matrix`;
  if (!Matrix.isMatrix(block)) throw new TypeError(`${check.fn}: ${argument} must be ${rule}`);
  if (block.rows !== block.columns || block.rows === 0 || (d !== undefined && block.rows !== d)) check.fail(argument, rule, block);
  for (let i = 0; i < block.rows; i++) {
    for (let j = 0; j < block.columns; j++) {
      if (!Number.isFinite(block.get(i, j))) check.fail(`${argument}[${i}][${j}]`, "a finite number", block.get(i, j));
    }
  }
}

/** Throws unless c is finite and non-zero. */
export function checkScale(check: Checks, c: unknown): asserts c is number {
  check.finite("c", c);
  if (c === 0) check.fail("c", "a finite number other than 0", c);
}

/** Throws unless E, V and W fit together; returns d. */
export function checkLayer(check: Checks, E: Matrix, { V, W }: LsaParameters): number {
  const d = embeddingDimension(check, E);
  for (const [name, block] of [["V", V] as const, ["W", W] as const]) {
    if (!Matrix.isMatrix(block)) throw new TypeError(`${check.fn}: ${name} must be a ${E.rows}x${E.rows} Matrix`);
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
