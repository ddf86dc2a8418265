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

/** A large product has at least so many rows, and weights with so many rows and columns. */
const [MANY_ROWS, WIDE] = [8, 32] as const;

/**
 * @param large the product of large ones. Examples and estimates pass through narrow weights: a coarser product there would cost accuracy and
 * save no time. Few rows are multiplied in less time than it takes to round the weights.
 */
export function linearCalls(small: Sgemm, large: Sgemm = small): LinearCalls {
  const productOf = (R: number, M: number, N: number): Sgemm => (R < MANY_ROWS || Math.min(M, N) < WIDE ? small : large);
  return {
    linear: ({ R, M, N, x, xStride = M, W, out, outStride = N }) =>
      productOf(R, M, N)(false, false, R, N, M, x, xStride, W, N, out, outStride),
    linearBackward: ({ R, M, N, x, xStride = M, W, dOut, outStride = N, dW, dx }) => {
      const sgemm = productOf(R, M, N);
      sgemm(true, false, M, N, R, x, xStride, dOut, outStride, dW, N);
      if (dx !== undefined) sgemm(false, true, R, M, N, dOut, outStride, W, N, dx, M);
    },
  };
}
