/** @file Derivatives by central differences, to check formulas against. */
import { Matrix } from "ml-matrix";
import { Checks } from "./check";

/**
 * The gradient of a scalar function of a matrix, entry by entry, (rows, columns).
 * ∂f/∂V_ij ≈ [f(V + h E_ij) - f(V - h E_ij)]/2h
 * The error is O(h²) plus rounding of order 1e-16 |f|/h; for a quadratic f only the rounding is left.
 * @param f a smooth function
 * @param V where, (rows, columns)
 * @param h half the difference; > 0; default 1e-5
 * @throws RangeError when h is not > 0, or f is not finite near V
 * @origin standard
 * @example
 * cot.core.finiteDifferenceGradient((V) => V.get(0, 0) ** 2 + V.get(0, 1), new Matrix([[3, 1]])); // => [[6, 1]]
 */
export function finiteDifferenceGradient(f: (V: Matrix) => number, V: Matrix, h = 1e-5): Matrix {
  const check: Checks = new Checks("finiteDifferenceGradient");
  check.callable("f", f);
  check.matrix("V", V);
  check.positive("h", h);
  if (V.rows === 0 || V.columns === 0) check.fail("V", "a non-empty matrix", V);
  const gradient = Matrix.zeros(V.rows, V.columns);
  const at = (i: number, j: number, shift: number): number => {
    const moved = V.clone();
    moved.set(i, j, V.get(i, j) + shift);
    const value = f(moved);
    if (!Number.isFinite(value)) check.fail(`f near entry [${i}][${j}]`, "finite", value);
    return value;
  };
  for (let i = 0; i < V.rows; i++) for (let j = 0; j < V.columns; j++) gradient.set(i, j, (at(i, j, h) - at(i, j, -h)) / (2 * h));
  return gradient;
}
