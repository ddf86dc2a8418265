/** @file Inner products of many covariances in the norm of the task-selection program. */

import type { Matrix } from "ml-matrix";
import { findLapack } from "#blas";
import { argumentsOf, Checks } from "../core/check";
import { LARGE } from "../linalg/backend";
import type { Lapack } from "../linalg/lapack";
import { matrixOver, matrixRows, mirrorLower, rowMajor } from "../linalg/layout";
import { multiplyPanels } from "../linalg/panelProduct";
import { type Covariance, checkCovariance, checkSameDimension } from "./covariance";

/** Coordinates whose products are summed before they are added to the Gram matrix; stored results have their last bits from it. */
const DEPTH = 128;

/** Numbers that BLAS rotates at once: 2 MB, which stay in the cache from one product to the next. */
const TOGETHER = 2 ** 18;

/** The matrices of {@link covarianceGram} and {@link covarianceFactor}, and their norm. */
export interface CovarianceGramParams {
  /** Λ_1, ..., Λ_L: the covariances of the tasks, all (d, d); L >= 1. */
  readonly covariances: readonly Covariance[];
  /** Σ: the target covariance, (d, d), positive definite; default I. */
  readonly target?: Covariance;
  /**
   * "left" (default, the paper's norm): <A, B> = tr(A Σ⁻² B) = <Σ⁻¹A, Σ⁻¹B>_F.
   * "whitened" (ours): <A, B> = tr(Σ⁻¹ A Σ⁻¹ B), which does not depend on the basis of x.
   */
  readonly norm?: "left" | "whitened";
}

/**
 * The Gram matrix of covariances, (L, L): the quadratic part of the distance of their mixture to a target.
 * G_ij = tr(Λ_i Σ⁻² Λ_j),  ‖I - Σ⁻¹ Σ_l π_l Λ_l‖_F² = d - 2 Σ_l π_l tr(Σ⁻¹ Λ_l) + πᵀGπ
 * $$ G_{ij} = \operatorname{tr}(\Lambda_i \Sigma^{-2} \Lambda_j), \qquad
 *    \Bigl\| I - \Sigma^{-1} \sum_l \pi_l \Lambda_l \Bigr\|_F^2 = d - 2 \sum_l \pi_l \operatorname{tr}(\Sigma^{-1} \Lambda_l) + \pi^\top G \pi. $$
 * It is VᵀV for the coordinates of {@link covarianceFactor}, so positive semidefinite to rounding whatever the condition of Σ.
 * Cost: L² d² / 4 products, L² d / 2 when all matrices are diagonal, and up to 2 L d³ more for a Σ that is not. By BLAS where there is
 * one, from 512 tasks and 512 coordinates on; below, the bits are the same on every machine.
 * @param params covariances Λ_l, (d, d) each, at least one; target = I (Σ, positive definite); norm = "left" (or "whitened")
 * @throws RangeError or TypeError for anything but covariances, different dimensions, or a singular Σ
 * @origin ours; the norm "left" is that of the paper's program (section 4, after Proposition 4.3)
 * @example
 * const covariances = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([0.5, 1])];
 * cot.model.covarianceGram({ covariances }); // => [[1.25, 1], [1, 1.25]]
 */
export function covarianceGram(params: CovarianceGramParams): Matrix {
  argumentsOf("covarianceGram", params);
  const { data, size, width, lapack } = coordinates(new Checks("covarianceGram"), params);
  const out = new Float64Array(size * size);
  const rows = { data, row: width, column: 1 };
  if (lapack) lapack.symmetricProduct(false, size, width, data, out);
  else multiplyPanels("simd", rows, size, rows, size, width, true, out, size, DEPTH);
  return matrixOver(mirrorLower(out, size), size, size);
}

/**
 * Coordinates of covariances: V, (p, L), with VᵀV = {@link covarianceGram} and p = d when Σ and all matrices are diagonal,
 * d (d + 1) / 2 otherwise. With many more tasks than p, `simplexQp({ H: { factor }, ... })` never needs the Gram matrix.
 * @param params covariances Λ_l, (d, d) each, at least one; target = I (Σ, positive definite); norm = "left" (or "whitened")
 * @throws RangeError or TypeError for anything but covariances, different dimensions, or a singular Σ
 * @origin ours
 * @example
 * const covariances = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([0.5, 1])];
 * cot.model.covarianceFactor({ covariances }); // => [[1, 0.5], [0.5, 1]]
 */
export function covarianceFactor(params: CovarianceGramParams): Matrix {
  argumentsOf("covarianceFactor", params);
  const { data, size, width } = coordinates(new Checks("covarianceFactor"), params);
  const out = new Float64Array(width * size);
  for (let i = 0; i < size; i++) for (let k = 0; k < width; k++) out[k * size + i] = data[i * width + k];
  return matrixOver(out, width, size);
}

/**
 * The coordinates, row-major (L, p); row i is task i.
 *
 * In the eigenbasis of Σ with eigenvalues σ, both norms are weighted sums of squares of the entries of a symmetric A:
 * Σ_{a <= b} ω_ab A_ab², with ω_ab = σ_a⁻² + σ_b⁻² ("left") or 2 / (σ_a σ_b) ("whitened") off the diagonal, and half that on it.
 */
function coordinates(check: Checks, { covariances, target, norm = "left" }: CovarianceGramParams) {
  check.list("covariances", covariances);
  const first = covariances[0];
  if (covariances.length === 0) check.fail("covariances", "a non-empty array of Covariance", covariances);
  covariances.forEach((covariance, i) => {
    checkCovariance(check, `covariances[${i}]`, covariance);
    checkSameDimension(check, "covariances[0]", first, `covariances[${i}]`, covariance);
  });
  check.oneOf("norm", norm, ["left", "whitened"] as const);
  const d = first.d;
  if (target !== undefined) {
    checkCovariance(check, "target", target);
    checkSameDimension(check, "covariances[0]", first, "target", target);
    if (!(target.lambdaMin > 0)) check.fail("target", "positive definite", `smallest eigenvalue ${target.lambdaMin}`);
  }
  const rotation = target && !target.isDiagonal ? target.eigenvectors : undefined;
  const sigma = Float64Array.from({ length: d }, (_, a) => (!target ? 1 : rotation ? target.eigenvalues[a] : target.matrix.get(a, a)));
  const diagonal = !rotation && covariances.every((covariance) => covariance.isDiagonal);
  const weights = new Float64Array(diagonal ? d : (d * (d + 1)) / 2);
  let width = 0;
  for (let a = 0; a < d; a++) {
    for (let b = diagonal ? a : 0; b <= a; b++) {
      const pair = norm === "left" ? sigma[a] ** -2 + sigma[b] ** -2 : 2 / (sigma[a] * sigma[b]);
      if (!Number.isFinite(pair))
        check.fail("target", "far enough from singular that its inverse square is finite", `eigenvalue ${sigma[a]}`);
      weights[width++] = Math.sqrt(a === b ? pair / 2 : pair);
    }
  }
  const size = covariances.length;
  const lapack = Math.min(size, width) >= LARGE ? findLapack() : null;
  const data = new Float64Array(size * width);
  const write: Write = (i, a, row, start) => {
    const first = diagonal ? a : 0;
    const k = diagonal ? a : (a * (a + 1)) / 2;
    const t = i * width + k;
    for (let b = first; b <= a; b++) data[t + b - first] = weights[k + b - first] * row[start + b];
  };
  const matrices = covariances.map(({ matrix }) => matrixRows(matrix));
  if (!rotation) {
    for (const [i, rows] of matrices.entries()) for (const [a, row] of rows.entries()) write(i, a, row, 0);
  } else if (lapack) rotateTogether(lapack, rotation, matrices, write);
  else rotateEach(rotation, matrices, write);
  return { data, size, width, lapack };
}

/** The rows of a matrix, each (d,). */
type Rows = readonly Float64Array[];

/** Takes the coordinates of matrix i that row a of its lower triangle gives: entry (a, b) is row[start + b]. */
type Write = (i: number, a: number, row: Float64Array, start: number) => void;

/** Writes every QᵀAQ, one after the other. */
function rotateEach(q: Matrix, matrices: readonly Rows[], write: Write): void {
  const d = q.rows;
  const columns = { data: rowMajor(q), row: 1, column: d };
  const [whole, half, turned] = [0, 1, 2].map(() => new Float64Array(d * d));
  matrices.forEach((rows, i) => {
    copyRows(rows, whole, 0, d);
    multiplyPanels("simd", columns, d, { data: whole, row: d, column: 1 }, d, d, false, half.fill(0), d);
    multiplyPanels("simd", { data: half, row: d, column: 1 }, d, columns, d, d, true, turned.fill(0), d);
    for (let a = 0; a < d; a++) write(i, a, turned, a * d);
  });
}

/**
 * The same by two products for many matrices. The first gives Qᵀ (A_1 A_2 ...), of d rows and count d columns. Read as count d rows of
 * d columns, it holds row a of QᵀA_i as its row a count + i, and only Q on the right is missing.
 */
function rotateTogether(lapack: Lapack, q: Matrix, matrices: readonly Rows[], write: Write): void {
  const d = q.rows;
  const most = Math.min(matrices.length, Math.max(1, Math.floor(TOGETHER / (d * d))));
  const basis = rowMajor(q);
  const [entries, half] = [new Float64Array(most * d * d), new Float64Array(most * d * d)];
  for (let first = 0; first < matrices.length; first += most) {
    const count = Math.min(most, matrices.length - first);
    for (let i = 0; i < count; i++) copyRows(matrices[first + i], entries, i * d, count * d);
    lapack.multiply(true, false, d, count * d, d, basis, entries, half);
    lapack.multiply(false, false, count * d, d, d, half, basis, entries);
    for (let i = 0; i < count; i++) for (let a = 0; a < d; a++) write(first + i, a, entries, (a * count + i) * d);
  }
}

/** Copies rows into an array, with any distance between their beginnings. */
function copyRows(rows: Rows, out: Float64Array, start: number, stride: number): void {
  for (const [a, row] of rows.entries()) out.set(row, start + a * stride);
}
