/** @file Products of rows with a matrix, forward and backward, on a back end's matrix product. */
import type { Sgemm } from "../../linalg/sgemm";

/** Sizes, and addresses of x (R, M), of the weights W (M, N) and their gradient; floats from one row to the next, default M and N. */
type Operands = Readonly<Record<"R" | "M" | "N" | "x" | "W" | "dW", number>> & { readonly xStride?: number; readonly outStride?: number };

export interface LinearCalls {
  /** out = x W: (R, M) (M, N) -> (R, N). */
  readonly linear: (operands: Operands & { readonly out: number }) => void;
  /** dW = xᵀ dOut and, where it has a place, dx = dOut Wᵀ: (M, R) (R, N) -> (M, N), and (R, N) (N, M) -> (R, M). */
  readonly linearBackward: (operands: Operands & { readonly dOut: number; readonly dx?: number }) => void;
}

export function linearCalls(sgemm: Sgemm): LinearCalls {
  return {
    linear: ({ R, M, N, x, xStride = M, W, out, outStride = N }) => sgemm(false, false, R, N, M, x, xStride, W, N, 0, out, outStride),
    linearBackward: ({ R, M, N, x, xStride = M, W, dOut, outStride = N, dW, dx }) => {
      sgemm(true, false, M, N, R, x, xStride, dOut, outStride, 0, dW, N);
      if (dx !== undefined) sgemm(false, true, R, M, N, dOut, outStride, W, N, 0, dx, M);
    },
  };
}
