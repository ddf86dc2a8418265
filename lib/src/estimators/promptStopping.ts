/** @file When to stop thinking, read off the prompt without leaving anything out: from its inputs, or from its fit. */

import { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../core/check";
import { product } from "../linalg/product";
import type { Examples } from "../model/embedding";
import { normalEquations } from "./estimator";
import { checkStopping, leastAt, missSquared, type StoppingChoice, type StoppingParams } from "./heldOutStopping";
import { chainOfThought } from "./preconditionedIteration";

/**
 * Chooses the number of steps at which the chain fits the prompt's own pairs best.
 * k̂ = argmin_{k <= K} 1/m ‖y - Xᵀ w_k‖²
 * Without label noise the criterion is (w_k - w)ᵀ S (w_k - w). I - A S is symmetric in the inner product of S, so for a symmetric
 * positive definite A the criterion is Σ_i c_i² (1 - μ_i)^{2k} with μ_i the eigenvalues of A^{1/2} S A^{1/2}: convex in k, and
 * unbounded (beyond 1.8e308 Infinity) exactly when one of them with c_i ≠ 0 exceeds 2, that is when the error is. With label noise it goes on falling while
 * the error rises.
 * @param prompt X, (d, m), and y, (m,); hidden weights, when the prompt carries them, are not read
 * @param params preconditioner A, (d, d); maxSteps K >= 1
 * @throws RangeError or TypeError outside the domain, or when A does not fit the prompt
 * @origin ours
 * @example
 * const prompt = { X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] };
 * cot.estimators.residualStopping(prompt, { preconditioner: Matrix.eye(2), maxSteps: 3 }).criterion; // => [2.5, 2.125, 2.03125, 2.0078]
 */
export function residualStopping(prompt: Examples, params: StoppingParams): StoppingChoice {
  argumentsOf("residualStopping", prompt, "prompt");
  argumentsOf("residualStopping", params);
  const { preconditioner, maxSteps } = checkStopping(new Checks("residualStopping"), prompt, params);
  const { X, y } = prompt;
  const columns = X.transpose().to2DArray();
  const criterion = Float64Array.from(chainOfThought({ preconditioner }).estimate(prompt, maxSteps), (w) =>
    columns.reduce((sum, x, j) => sum + missSquared(w, x, y[j]) / X.columns, 0),
  );
  return { steps: leastAt(criterion), criterion };
}

/**
 * Chooses the number of steps from the prompt's inputs alone: where the error is least on average over w ~ N(0, I).
 * k̂ = argmin_{k <= K} ‖(I - A S)^k‖_F²,  S = X Xᵀ/m
 * Beyond 1.8e308 the criterion is Infinity. It is the prediction from the spectra, with the prompt's own S in the place of Σ; the labels are checked and not used.
 * @param prompt X, (d, m), and y, (m,)
 * @param params preconditioner A, (d, d); maxSteps K >= 1
 * @throws RangeError or TypeError outside the domain, or when A does not fit the prompt
 * @origin ours
 * @example
 * const prompt = { X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] };
 * cot.estimators.inputStopping(prompt, { preconditioner: Matrix.eye(2), maxSteps: 3 }).criterion; // => [2, 1.25, 1.0625, 1.015625]
 */
export function inputStopping(prompt: Examples, params: StoppingParams): StoppingChoice {
  argumentsOf("inputStopping", prompt, "prompt");
  argumentsOf("inputStopping", params);
  const check: Checks = new Checks("inputStopping");
  const { preconditioner, maxSteps } = checkStopping(check, prompt, params);
  const { d, m } = normalEquations(prompt);
  const errors = m < d ? lowRankErrors(prompt.X, preconditioner) : powerErrors(prompt, preconditioner);
  const criterion = new Float64Array(maxSteps + 1);
  for (let k = 0; k <= maxSteps; k++) {
    const square = k === 0 ? d : errors();
    criterion[k] = Number.isNaN(square) ? Number.POSITIVE_INFINITY : square;
  }
  return { steps: leastAt(criterion), criterion };
}

/** ‖(I - A S)^k‖_F² for k = 1, 2, …, one a call, by powers of I - A S. */
function powerErrors(prompt: Examples, A: Matrix): () => number {
  const { d, S } = normalEquations(prompt);
  const step = Matrix.eye(d, d).sub(times(A, Matrix.from1DArray(d, d, Array.from(S))));
  let power = Matrix.eye(d, d);
  return () => {
    power = times(step, power);
    return power.norm("frobenius") ** 2;
  };
}

/**
 * The same where m < d, by (m, m) matrices: (I - A S)^k = I - A X C_k Xᵀ/m, C_{k+1} = I + (I - XᵀAX/m) C_k, C_0 = 0.
 * d - m directions keep their error, so that the difference loses no digits.
 */
function lowRankErrors(X: Matrix, A: Matrix): () => number {
  const { rows: d, columns: m } = X;
  const gram = (B: Matrix, C: Matrix): Matrix => times(B.transpose(), C).mul(1 / m);
  const AX = times(A, X);
  const [G, H, K] = [gram(X, AX), gram(AX, AX), gram(X, X)];
  const rest = Matrix.eye(m, m).sub(G);
  let C = Matrix.zeros(m, m);
  return () => {
    C = times(rest, C).add(Matrix.eye(m, m));
    const quadratic = times(H, C).mul(times(C, K));
    return d - 2 * C.clone().mul(G.transpose()).sum() + quadratic.sum();
  };
}

/** The product; by ml-matrix where entries are large, since `product` refuses to overflow. */
function times(A: Matrix, B: Matrix): Matrix {
  const large = (matrix: Matrix): boolean => !(Math.max(Math.abs(matrix.max()), Math.abs(matrix.min())) < 1e100);
  return large(A) || large(B) ? A.mmul(B) : product(A, B);
}
