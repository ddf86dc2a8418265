/** @file The rows of a Matrix without a copy. */
import type { Matrix } from "ml-matrix";

/** The rows as a Matrix stores them, each (columns,), not to be modified; copies for the views that store none. */
export function matrixRows(matrix: Matrix): readonly Float64Array[] {
  const data = (matrix as unknown as { data?: unknown }).data;
  if (Array.isArray(data) && data.length === matrix.rows && data.every((row) => row instanceof Float64Array)) return data;
  return Array.from({ length: matrix.rows }, (_, i) => Float64Array.from(matrix.getRow(i)));
}
