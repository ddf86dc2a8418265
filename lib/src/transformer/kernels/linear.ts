/** @file Products of rows with a matrix of weights, forward and backward, on a back end's matrix product. */
import type { Sgemm } from "../../linalg/sgemm";

/** Sizes, and addresses of x (R, M), of the weights W (M, N) and their gradient; floats from one row to the next, default M and N. */
type Operands = Readonly<Record<"R" | "M" | "N" | "x" | "W" | "dW", number>> & { readonly xStride?: number; readonly outStride?: number };

export interface LinearCalls {
  /** out = x W: (R, M) (M, N) -> (R, N). */
  readonly linear: (operands: Operands & { readonly out: number }) => void;
  /** dW = xᵀ dOut and, where it has a place, dx = dOut Wᵀ: (M, R) (R, N) -> (M, N), and (R, N) (N, M) -> (R, M). */
  readonly linearBackward: (operands: Operands & { readonly dOut: number; readonly dx?: number }) => void;
}

/** Rows and columns from which on weights are wide. */
const WIDE = 32;

/**
 * @param wide the product for wide weights. Examples, estimates and few logits pass through narrow ones: there a coarser product would cost
 * accuracy and save no time.
 */
export function linearCalls(narrow: Sgemm, wide: Sgemm = narrow): LinearCalls {
  const productOf = (M: number, N: number): Sgemm => (Math.min(M, N) < WIDE ? narrow : wide);
  return {
    linear: ({ R, M, N, x, xStride = M, W, out, outStride = N }) =>
      productOf(M, N)(false, false, R, N, M, x, xStride, W, N, out, outStride),
    linearBackward: ({ R, M, N, x, xStride = M, W, dOut, outStride = N, dW, dx }) => {
      const sgemm = productOf(M, N);
      sgemm(true, false, M, N, R, x, xStride, dOut, outStride, dW, N);
      if (dx !== undefined) sgemm(false, true, R, M, N, dOut, outStride, W, N, dx, M);
    },
  };
}
