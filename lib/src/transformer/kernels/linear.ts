/** @file Products of rows with a matrix, forward and backward, on a back end's matrix product. */
import type { Sgemm } from "../../linalg/sgemm";

/** A weight matrix (M, N) and its gradient. */
interface Weight {
  readonly M: number;
  readonly N: number;
  readonly W: number;
  readonly dW: number;
}

interface Linear extends Weight {
  readonly R: number;
  readonly x: number;
  /** Floats from one row to the next; default M. */
  readonly xStride?: number;
  readonly out: number;
  /** Default N. */
  readonly outStride?: number;
}

interface LinearBackward extends Weight {
  readonly R: number;
  readonly x: number;
  readonly xStride?: number;
  readonly dOut: number;
  readonly outStride?: number;
  /** (R, M); nothing is computed where it is left out. */
  readonly dx?: number;
}

export interface LinearCalls {
  /** out = x W: (R, M) (M, N) -> (R, N). */
  readonly linear: (operands: Linear) => void;
  /** dW = xᵀ dOut and dx = dOut Wᵀ: (M, R) (R, N) -> (M, N), and (R, N) (N, M) -> (R, M). */
  readonly linearBackward: (operands: LinearBackward) => void;
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
