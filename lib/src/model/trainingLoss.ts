/** @file The training loss of one prompt, and its gradient with respect to every entry of V and W. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { attend, checkLayer, type LsaParameters, linearSelfAttentionLastColumn, product } from "./linearSelfAttention";

/**
 * The squared error of the model's last column on one prompt; its mean over prompts is the paper's L(θ).
 * ℓ = ½ ‖f_LSA(E; V, W)[:, -1] - (0_d, 0, w, 1)‖²
 * All 2d+2 entries count, not only the w block.
 * @param E embedding of the prompt, (2d+2, N)
 * @param parameters V and W, (2d+2, 2d+2) each
 * @param w the hidden weights, (d,), units of y/x
 * @param n number of examples in E; default N - 1, right for an embedding with one thought column
 * @throws TypeError or RangeError when shapes disagree, an entry of w is not finite, or the output overflows
 * @origin paper, design 1, L(θ)
 * @example
 * const E = cot.model.embed({ X: Matrix.eye(2, 2), y: [1, -1] }, [0, 0]);
 * cot.model.promptLoss(E, cot.model.structuredParameters({ V31: Matrix.eye(2, 2, -1), c: 1 }), [1, -1]); // => 0.25
 */
export function promptLoss(E: Matrix, parameters: LsaParameters, w: ArrayLike<number>, n: number = (E?.columns ?? 0) - 1): number {
  const check: Checks = new Checks("promptLoss");
  check.matrix("E", E);
  check.indexed("w", w);
  argumentsOf("promptLoss", parameters, "parameters");
  const r = residual(new Checks("promptLoss"), E, parameters, w, n);
  const loss = r.reduce((sum, value) => sum + value * value, 0) / 2;
  if (!Number.isFinite(loss)) check.fail("the loss", "below 1.8e308", loss);
  return loss;
}

/**
 * The gradient of {@link promptLoss} in V and W, (2d+2, 2d+2) each.
 * ∇_V = r aᵀ,  ∇_W = (E Eᵀ Vᵀ r/n) eᵀ,  e = E[:, -1],  a = E Eᵀ W e/n,  r = e + V a - (0_d, 0, w, 1)
 * e is zero in its x and y rows, so the first d+1 columns of W never get a gradient.
 * @param E embedding of the prompt, (2d+2, N)
 * @param parameters V and W, (2d+2, 2d+2) each
 * @param w the hidden weights, (d,), units of y/x
 * @param n number of examples in E; default N - 1
 * @throws TypeError or RangeError as {@link promptLoss}
 * @origin ours (the chain rule)
 * @example
 * const E = cot.model.embed({ X: Matrix.eye(2, 2), y: [1, -1] }, [0, 0]);
 * const { V } = cot.model.promptLossGradient(E, cot.model.structuredParameters({ V31: Matrix.eye(2, 2, -1), c: 1 }), [1, -1]);
 * V.subMatrix(3, 4, 0, 1); // => [[0.25, -0.25], [-0.25, 0.25]]
 */
export function promptLossGradient(
  E: Matrix,
  parameters: LsaParameters,
  w: ArrayLike<number>,
  n: number = (E?.columns ?? 0) - 1,
): LsaParameters {
  const check: Checks = new Checks("promptLossGradient");
  check.matrix("E", E);
  check.indexed("w", w);
  argumentsOf("promptLossGradient", parameters, "parameters");
  const r = residual(new Checks("promptLossGradient"), E, parameters, w, n);
  const e = E.getColumn(E.columns - 1);
  const a = attend(E, product(parameters.W, e), n);
  const gradient = { V: outer(r, a), W: outer(attend(E, product(parameters.V.transpose(), r), n), e) };
  if (!Object.values(gradient).every((block) => block.to1DArray().every(Number.isFinite)))
    check.fail("the gradient", "finite", "an overflow");
  return gradient;
}

function residual(check: Checks, E: Matrix, parameters: LsaParameters, w: ArrayLike<number>, n: number): Float64Array {
  const d = checkLayer(check, E, parameters);
  check.vector("w", w, d);
  check.integer("n", n, 1);
  const r = inNameOf(check.fn, () => linearSelfAttentionLastColumn(E, parameters, n));
  for (let i = 0; i < d; i++) r[d + 1 + i] -= w[i];
  r[2 * d + 1] -= 1;
  return r;
}

function outer(a: ArrayLike<number>, b: ArrayLike<number>): Matrix {
  return Matrix.columnVector(Array.from(a)).mmul(Matrix.rowVector(Array.from(b)));
}
