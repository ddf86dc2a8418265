/** @file The embedding E_τ of a prompt, and the thought columns at its end. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../core/check";
import { checkFiniteEntries, rowMajor } from "../linalg/layout";
import type { Prompt } from "./prompt";

/** What the model sees of a prompt: inputs X, (d, n), one example a column, and labels y, (n,). */
export type Examples = Pick<Prompt, "X"> & { readonly y: ArrayLike<number> };

/**
 * Embeds a prompt and a first weight estimate, (2d+2, n+1); rows x (d), y (1), w (d), constant (1).
 * E_τ = [X 0; yᵀ 0; 0 ŵ; 0 1]
 * $$ E_\tau = \begin{bmatrix} X & 0 \\ y^\top & 0 \\ 0_{d \times n} & \hat w \\ 0_{1 \times n} & 1 \end{bmatrix} $$
 * @param prompt X, (d, n), and y, (n,); the hidden weights are not read
 * @param wHat ŵ: the estimate written into the last column, (d,), units of y/x; the paper starts from 0
 * @throws TypeError or RangeError when shapes disagree or an entry is not finite
 * @origin paper, design 1, the embedding matrix
 * @example
 * cot.model.embed({ X: new Matrix([[1, 2]]), y: [3, 6] }, [0]); // => [[1, 2, 0], [3, 6, 0], [0, 0, 0], [0, 0, 1]]
 */
export function embed(prompt: Examples, wHat: ArrayLike<number>): Matrix {
  argumentsOf("embed", prompt, "prompt");
  const check: Checks = new Checks("embed");
  if (!Matrix.isMatrix(prompt.X) || prompt.X.rows === 0 || prompt.X.columns === 0)
    check.wrongKind("prompt.X", "a non-empty d x n Matrix", prompt.X);
  const { X, y } = prompt;
  const d = X.rows;
  const n = X.columns;
  check.vector("prompt.y", y, n);
  check.vector("wHat", wHat, d);
  checkFiniteEntries(check, "prompt.X", rowMajor(X), n);
  const E = Matrix.zeros(2 * d + 2, n + 1);
  E.setSubMatrix(X, 0, 0);
  for (let j = 0; j < n; j++) E.set(d, j, y[j]);
  writeThought(E, n, wHat);
  return E;
}

/**
 * A copy of E with a further thought column [0_d, 0, ŵ, 1] at its end, (2d+2, N+1); earlier thoughts stay.
 * @param E an embedding, (2d+2, N)
 * @param wHat ŵ: the new estimate, (d,), units of y/x
 * @throws TypeError or RangeError when shapes disagree or an entry is not finite
 * @origin paper, design 2; that a thought is appended, or replaced, is a reading: the source does not say which
 * @example
 * cot.model.appendThought(cot.model.embed({ X: new Matrix([[1]]), y: [3] }, [0]), [2]); // => [[1, 0, 0], [3, 0, 0], [0, 0, 2], [0, 1, 1]]
 */
export function appendThought(E: Matrix, wHat: ArrayLike<number>): Matrix {
  const check: Checks = new Checks("appendThought");
  const d = embeddingDimension(check, E);
  checkFiniteEntries(check, "E", rowMajor(E), E.columns);
  check.vector("wHat", wHat, d);
  const out = Matrix.zeros(E.rows, E.columns + 1);
  out.setSubMatrix(E, 0, 0);
  writeThought(out, E.columns, wHat);
  return out;
}

/**
 * A copy of E whose last column is [0_d, 0, ŵ, 1], (2d+2, N); the thought that stood there is overwritten.
 * @param E an embedding, (2d+2, N)
 * @param wHat ŵ: the new estimate, (d,), units of y/x
 * @throws TypeError or RangeError when shapes disagree or an entry is not finite
 * @origin paper, design 2; a reading, as in {@link appendThought}
 * @example
 * cot.model.replaceThought(cot.model.embed({ X: new Matrix([[1]]), y: [3] }, [0]), [2]); // => [[1, 0], [3, 0], [0, 2], [0, 1]]
 */
export function replaceThought(E: Matrix, wHat: ArrayLike<number>): Matrix {
  const check: Checks = new Checks("replaceThought");
  const d = embeddingDimension(check, E);
  checkFiniteEntries(check, "E", rowMajor(E), E.columns);
  check.vector("wHat", wHat, d);
  const out = E.clone();
  writeThought(out, E.columns - 1, wHat);
  return out;
}

/**
 * The weight estimate in the last column, the w block of E[:, -1], (d,), units of y/x.
 * @param E an embedding or the model's output, (2d+2, N)
 * @throws TypeError or RangeError when E is no matrix of 2d+2 rows, or its last column is not finite
 * @origin paper, design 2
 * @example
 * cot.model.readThought(cot.model.embed({ X: new Matrix([[1]]), y: [3] }, [2])); // => [2]
 */
export function readThought(E: Matrix): Float64Array {
  const check: Checks = new Checks("readThought");
  const d = embeddingDimension(check, E);
  check.vector("E's last column", E.getColumn(E.columns - 1));
  return Float64Array.from({ length: d }, (_, i) => E.get(d + 1 + i, E.columns - 1));
}

/** d of an embedding with 2d+2 rows; throws when E cannot be one. */
export function embeddingDimension(check: Checks, E: Matrix): number {
  if (!Matrix.isMatrix(E)) check.wrongKind("E", "a Matrix with 2d+2 rows", E);
  if (E.rows < 4 || E.rows % 2 !== 0 || E.columns < 1) check.fail("E", "a matrix with 2d+2 rows and at least one column", E);
  return E.rows / 2 - 1;
}

function writeThought(E: Matrix, column: number, wHat: ArrayLike<number>): void {
  const d = wHat.length;
  for (let i = 0; i <= d; i++) E.set(i, column, 0);
  for (let i = 0; i < d; i++) E.set(d + 1 + i, column, wHat[i]);
  E.set(2 * d + 1, column, 1);
}
