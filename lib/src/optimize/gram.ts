/** @file Inner products of many covariances in the norm of the task-selection program. */
import { Matrix } from "ml-matrix";
import { checkOneOf, fail, show } from "../core/check";
import { Covariance, checkSameDimension } from "../tasks/covariance";
import { matrixRows } from "./matrixRows";

/** Entries of a coordinate vector handled at a time: a panel of 1,000 tasks is 1 MB, which a second-level cache holds. */
const PANEL = 128;

/** Parameters of {@link covarianceGram} and {@link covarianceFactor}. */
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
 * The Gram matrix of covariances, (L, L).
 * $$ G_{ij} = \operatorname{tr}(\Lambda_i \Sigma^{-2} \Lambda_j), \qquad
 *    \Bigl\| I - \Sigma^{-1} \sum_l \pi_l \Lambda_l \Bigr\|_F^2 = d - 2 \sum_l \pi_l \operatorname{tr}(\Sigma^{-1} \Lambda_l) + \pi^\top G \pi. $$
 * It is VᵀV for the coordinates of {@link covarianceFactor}, so positive semidefinite to rounding whatever the condition of Σ.
 * Cost: L² d² / 4 products, L² d / 2 when all matrices are diagonal, and 3 L d³ / 2 more for a Σ that is not.
 * @throws RangeError when the dimensions differ or Σ is singular
 * @see ours
 */
export function covarianceGram(params: CovarianceGramParams): Matrix {
  const { size, panels } = coordinatePanels("covarianceGram", params);
  const stride = padded(size);
  const out = new Float64Array(stride * stride);
  for (const { data, width } of panels) addProducts(data, data, width, stride, true, out);
  const rows = Array.from({ length: size }, (_, i) => out.slice(i * stride, i * stride + size));
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) rows[j]![i] = rows[i]![j]!;
  return new Matrix(rows);
}

/**
 * Coordinates of covariances: V, (p, L), with VᵀV = {@link covarianceGram} and p = d when all matrices are diagonal,
 * d (d + 1) / 2 otherwise. With many more tasks than p, `simplexQp({ H: { factor }, ... })` never needs the Gram matrix.
 * @throws RangeError when the dimensions differ or Σ is singular
 * @see ours
 */
export function covarianceFactor(params: CovarianceGramParams): Matrix {
  const { size, panels } = coordinatePanels("covarianceFactor", params);
  const rows = panels.flatMap(({ data, width }) =>
    Array.from({ length: width }, (_, k) => Float64Array.from({ length: size }, (_, i) => data[slot(i, k, width)]!)),
  );
  return new Matrix(rows);
}

/** A block of rows of equal width, four rows interleaved, as the inner loop reads them. */
interface Panel {
  readonly data: Float64Array;
  readonly width: number;
}

/** The least multiple of four that is not below n: rows are handled four at a time, and missing ones are zero. */
function padded(n: number): number {
  return (n + 3) & ~3;
}

/** Where entry k of row i stands in a panel. */
function slot(i: number, k: number, width: number): number {
  return (i >> 2) * 4 * width + 4 * k + (i & 3);
}

/**
 * The coordinates, panel by panel; row i of each is task i.
 *
 * In the eigenbasis of Σ with eigenvalues σ, both norms are weighted sums of squares of the entries of a symmetric A:
 * Σ_{a <= b} ω_ab A_ab², with ω_ab = σ_a⁻² + σ_b⁻² ("left") or 2 / (σ_a σ_b) ("whitened") off the diagonal, and half that on it.
 */
function coordinatePanels(fn: string, { covariances, target, norm = "left" }: CovarianceGramParams): { size: number; panels: Panel[] } {
  const first = covariances[0];
  if (!first) fail(fn, "covariances", "a non-empty array of Covariance", covariances);
  covariances.forEach((covariance, i) => {
    if (!(covariance instanceof Covariance)) throw new TypeError(`${fn}: covariances[${i}] must be a Covariance, got ${show(covariance)}`);
    checkSameDimension(fn, "covariances[0]", first, `covariances[${i}]`, covariance);
  });
  checkOneOf(fn, "norm", norm, ["left", "whitened"] as const);
  const d = first.d;
  if (target) {
    checkSameDimension(fn, "covariances[0]", first, "target", target);
    if (!(target.lambdaMin > 0)) fail(fn, "target", "positive definite", `smallest eigenvalue ${target.lambdaMin}`);
  }
  const rotation = target && !target.isDiagonal ? target.eigenvectors : undefined;
  const sigma = Float64Array.from({ length: d }, (_, a) => (!target ? 1 : rotation ? target.eigenvalues[a]! : target.matrix.get(a, a)));
  const diagonal = !rotation && covariances.every((covariance) => covariance.isDiagonal);
  const weights: number[] = [];
  for (let a = 0; a < d; a++) {
    for (let b = diagonal ? a : 0; b <= a; b++) {
      const pair = norm === "left" ? sigma[a]! ** -2 + sigma[b]! ** -2 : 2 / (sigma[a]! * sigma[b]!);
      if (!Number.isFinite(pair))
        fail(fn, "target", "far enough from singular that its inverse square is finite", `eigenvalue ${sigma[a]}`);
      weights.push(Math.sqrt(a === b ? pair / 2 : pair));
    }
  }
  const size = covariances.length;
  const panels: Panel[] = [];
  for (let start = 0; start < weights.length; start += PANEL) {
    const width = Math.min(PANEL, weights.length - start);
    panels.push({ data: new Float64Array(padded(size) * width), width });
  }
  const rotate = rotation ? rotator(rotation) : undefined;
  covariances.forEach(({ matrix }, i) => {
    const rows = matrixRows(matrix);
    const rotated = rotate?.(rows);
    let t = 0;
    for (let a = 0; a < d; a++) {
      for (let b = diagonal ? a : 0; b <= a; b++, t++) {
        const { data, width } = panels[Math.floor(t / PANEL)]!;
        data[slot(i, t % PANEL, width)] = weights[t]! * (rotated ? rotated[a * padded(d) + b]! : rows[a]![b]!);
      }
    }
  });
  return { size, panels };
}

/** A function that gives, from the rows of A, the lower triangle of QᵀAQ, row a starting at a * padded(d); its result is overwritten by the next call. */
function rotator(q: Matrix): (rows: readonly Float64Array[]) => Float64Array {
  const d = q.rows;
  const n = padded(d);
  const columns = new Float64Array(n * d);
  for (let i = 0; i < d; i++) packRow(Float64Array.from(q.getColumn(i)), 0, i, d, columns);
  const packed = new Float64Array(n * d);
  const half = new Float64Array(n * n);
  const whole = new Float64Array(n * n);
  return (rows) => {
    for (let i = 0; i < d; i++) packRow(rows[i]!, 0, i, d, packed);
    addProducts(columns, packed, d, n, false, half.fill(0));
    for (let i = 0; i < d; i++) packRow(half, i * n, i, d, packed);
    addProducts(packed, columns, d, n, true, whole.fill(0));
    return whole;
  };
}

/** Puts `width` numbers, from `start` on, where a panel keeps its row i. */
function packRow(from: Float64Array, start: number, i: number, width: number, panel: Float64Array): void {
  for (let k = 0, at = slot(i, 0, width); k < width; k++, at += 4) panel[at] = from[start + k]!;
}

/**
 * out += X Yᵀ for packed X and Y of n rows (a multiple of four), out (n, n) by rows; the blocks on and below the diagonal
 * only when `lower`. Sixteen sums run side by side, so that each number loaded takes part in four products.
 */
function addProducts(x: Float64Array, y: Float64Array, width: number, n: number, lower: boolean, out: Float64Array): void {
  for (let i = 0; i < n; i += 4) {
    for (let j = 0; j < (lower ? i + 1 : n); j += 4) addBlock(x, i * width, y, j * width, width, out, i * n + j, n);
  }
}

function addBlock(
  x: Float64Array,
  startX: number,
  y: Float64Array,
  startY: number,
  width: number,
  out: Float64Array,
  at: number,
  stride: number,
): void {
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  const end = startX + 4 * width;
  for (let i = startX, j = startY; i < end; i += 4, j += 4) {
    const a0 = x[i]!;
    const a1 = x[i + 1]!;
    const a2 = x[i + 2]!;
    const a3 = x[i + 3]!;
    const b0 = y[j]!;
    const b1 = y[j + 1]!;
    const b2 = y[j + 2]!;
    const b3 = y[j + 3]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    s33 += a3 * b3;
  }
  add(out, at, s00, s01, s02, s03);
  add(out, at + stride, s10, s11, s12, s13);
  add(out, at + 2 * stride, s20, s21, s22, s23);
  add(out, at + 3 * stride, s30, s31, s32, s33);
}

function add(out: Float64Array, at: number, s0: number, s1: number, s2: number, s3: number): void {
  out[at]! += s0;
  out[at + 1]! += s1;
  out[at + 2]! += s2;
  out[at + 3]! += s3;
}
