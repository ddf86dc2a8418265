/** @file Products of matrices in f64. */
import type { Matrix } from "ml-matrix";
import { findLapack } from "#blas";
import { argumentsOf, Checks } from "../core/check";
import { type Backend, type BackendOptions, chooseBackend } from "./backend";
import type { Multiply } from "./lapack";
import { allFinite, checkFiniteEntries, checkMatrix, matrixOver, mirrorLower, rowMajor, targetArray, uninitialised } from "./layout";
import { multiplyPanels } from "./panelProduct";

/** Up to so many multiplications ml-matrix's own product, which sums in the same order, is done before ours has packed its factors. */
const SMALL = 12 ** 3;

/** Where a result goes. */
export interface TargetOptions {
  /**
   * A matrix of the result's shape that `product` or `symmetricProduct` returned before, to be overwritten and returned; default: a new
   * one. In loops it saves the time of getting memory.
   */
  readonly into?: Matrix;
}

/** Options of {@link product}. */
export interface ProductOptions extends BackendOptions, TargetOptions {
  /** Multiply with Aᵀ in the place of A; default false. */
  readonly transposeA?: boolean;
  /** Multiply with Bᵀ in the place of B; default false. */
  readonly transposeB?: boolean;
}

/** Options of {@link symmetricProduct}. */
export interface SymmetricProductOptions extends BackendOptions, TargetOptions {
  /** Aᵀ A in the place of A Aᵀ; default false. */
  readonly transpose?: boolean;
}

/**
 * The product of two matrices, or of their transposes, (m, k) (k, n) -> (m, n).
 * Ours sums over k in order, at most 256 products at a time, and gives the same bits in TypeScript and in WebAssembly; BLAS (dgemm)
 * chooses its own order, and agrees to k ε Σ|a||b|.
 * @param A (m, k), or (k, m) with transposeA
 * @param B (k, n), or (n, k) with transposeB
 * @param options transposeA = false; transposeB = false; backend? by default by size; into? the matrix to overwrite
 * @throws RangeError when the shapes do not fit, an entry is not finite, or the result overflows
 * @origin standard
 * @example
 * cot.linalg.product(new Matrix([[1, 2]]), new Matrix([[3, 4]]), { transposeB: true }); // => [[11]]
 */
export function product(A: Matrix, B: Matrix, options: ProductOptions = {}): Matrix {
  argumentsOf("product", options, "options");
  const check: Checks = new Checks("product");
  checkMatrix(check, "A", A);
  checkMatrix(check, "B", B);
  const { transposeA = false, transposeB = false } = options;
  const [m, k] = transposeA ? [A.columns, A.rows] : [A.rows, A.columns];
  const [inner, n] = transposeB ? [B.columns, B.rows] : [B.rows, B.columns];
  if (inner !== k) check.fail("B", `a matrix of ${k} rows (columns when transposed), as A is ${A.rows}x${A.columns}`, B);
  const backend = chooseBackend(check, Math.min(m, n, k), options);
  if (backend !== "blas" && m * n * k <= SMALL && !options.into) {
    const out = (transposeA ? A.transpose() : A).mmul(transposeB ? B.transpose() : B);
    if (!allFinite(rowMajor(out))) refuse(check, rowMajor(out), [A, B]);
    return out;
  }
  const [a, b] = [rowMajor(A), rowMajor(B)];
  const out = options.into ? targetArray(check, options.into, m, n, [A, B]) : uninitialised(m * n);
  multiplyBy(backend)(transposeA, transposeB, m, n, k, a, b, out);
  if (!(backend === "blas" ? findLapack()!.finite(out) : allFinite(out))) refuse(check, out, [A, B]);
  return options.into ?? matrixOver(out, m, n);
}

/** A back end's product of plain row-major arrays. Arguments are not checked. */
export function multiplyBy(backend: Backend): Multiply {
  if (backend === "blas") return findLapack()!.multiply;
  return (transposeA, transposeB, m, n, k, A, B, out) => {
    const left = { data: A, row: transposeA ? 1 : k, column: transposeA ? m : 1 };
    // Columns of B are the second factor's rows.
    const right = { data: B, row: transposeB ? k : 1, column: transposeB ? 1 : n };
    multiplyPanels(backend, left, m, right, n, k, false, out.fill(0), n);
  };
}

/**
 * The symmetric product A Aᵀ, or Aᵀ A; half the work of {@link product}, and exactly symmetric. By BLAS: dsyrk.
 * @param A (m, k)
 * @param options transpose = false: A Aᵀ, (m, m), or else Aᵀ A, (k, k); backend? by default by size; into? the matrix to overwrite
 * @throws RangeError when an entry is not finite or the result overflows
 * @origin standard
 * @example
 * cot.linalg.symmetricProduct(new Matrix([[1, 2], [3, 4]])); // => [[5, 11], [11, 25]]
 */
export function symmetricProduct(A: Matrix, options: SymmetricProductOptions = {}): Matrix {
  argumentsOf("symmetricProduct", options, "options");
  const check: Checks = new Checks("symmetricProduct");
  checkMatrix(check, "A", A);
  const { transpose = false } = options;
  const [n, k] = transpose ? [A.columns, A.rows] : [A.rows, A.columns];
  const backend = chooseBackend(check, Math.min(n, k), options);
  const data = rowMajor(A);
  const out = options.into ? targetArray(check, options.into, n, n, [A]) : uninitialised(n * n);
  if (backend === "blas") findLapack()!.symmetricProduct(transpose, n, k, data, out);
  else {
    const rows = { data, row: transpose ? 1 : k, column: transpose ? n : 1 };
    multiplyPanels(backend, rows, n, rows, n, k, true, out.fill(0), n);
  }
  mirrorLower(out, n);
  if (!(backend === "blas" ? findLapack()!.finite(out) : allFinite(out))) refuse(check, out, [A]);
  return options.into ?? matrixOver(out, n, n);
}

/** Says what made a result not finite. A finite result has finite factors: a product with NaN or infinity is never finite. */
function refuse(check: Checks, out: Float64Array, factors: readonly Matrix[]): void {
  for (const [i, factor] of factors.entries()) checkFiniteEntries(check, "AB"[i], rowMajor(factor), factor.columns);
  const at = out.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) check.fail("A", "small enough that the product is finite", `entry ${at} of the result ${out[at]}`);
}
