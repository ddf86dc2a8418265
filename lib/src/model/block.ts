/** @file Checks of what a layer is made of: a square block and the scale of the key-query matrix. */
import { Matrix } from "ml-matrix";
import type { Checks } from "../core/check";
import { checkFiniteEntries, rowMajor } from "../linalg/layout";

/** Throws unless a matrix is square, of dimension d when given, with finite entries. */
export function checkBlock(check: Checks, argument: string, block: Matrix, d?: number): void {
  const rule = d === undefined ? "a square, non-empty Matrix" : `a ${d}x${d} Matrix`;
  if (!Matrix.isMatrix(block)) check.wrongKind(argument, rule, block);
  if (block.rows !== block.columns || block.rows === 0 || (d !== undefined && block.rows !== d)) check.fail(argument, rule, block);
  checkFiniteEntries(check, argument, rowMajor(block), block.columns);
}

/** Throws unless c is finite and non-zero. */
export function checkScale(check: Checks, c: unknown): asserts c is number {
  check.finite("c", c);
  if (c === 0) check.fail("c", "a finite number other than 0", c);
}
