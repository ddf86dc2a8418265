/** @file Inner products of many covariances in the norm of the task-selection program. */
import type { Matrix } from "ml-matrix";
import { checkOneOf, fail, show } from "../core/check";
import { matrixOver, mirrorLower, rowMajor } from "../linalg/layout";
import { multiplyPanels } from "../linalg/panelProduct";
import { Covariance, checkSameDimension } from "../tasks/covariance";

/** Coordinates whose products are summed before they are added to the Gram matrix; stored results have their last bits from it. */
const DEPTH = 128;

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
  const { data, size, width } = coordinates("covarianceGram", params);
  const out = new Float64Array(size * size);
  const rows = { data, row: width, column: 1 };
  multiplyPanels("simd", rows, size, rows, size, width, true, out, size, DEPTH);
  return matrixOver(mirrorLower(out, size), size, size);
}

/**
 * Coordinates of covariances: V, (p, L), with VᵀV = {@link covarianceGram} and p = d when all matrices are diagonal,
 * d (d + 1) / 2 otherwise. With many more tasks than p, `simplexQp({ H: { factor }, ... })` never needs the Gram matrix.
 * @throws RangeError when the dimensions differ or Σ is singular
 * @see ours
 */
export function covarianceFactor(params: CovarianceGramParams): Matrix {
  const { data, size, width } = coordinates("covarianceFactor", params);
  const out = new Float64Array(width * size);
  for (let i = 0; i < size; i++) for (let k = 0; k < width; k++) out[k * size + i] = data[i * width + k]!;
  return matrixOver(out, width, size);
}

/**
 * The coordinates, row-major (L, p); row i is task i.
 *
 * In the eigenbasis of Σ with eigenvalues σ, both norms are weighted sums of squares of the entries of a symmetric A:
 * Σ_{a <= b} ω_ab A_ab², with ω_ab = σ_a⁻² + σ_b⁻² ("left") or 2 / (σ_a σ_b) ("whitened") off the diagonal, and half that on it.
 */
function coordinates(
  fn: string,
  { covariances, target, norm = "left" }: CovarianceGramParams,
): { readonly data: Float64Array; readonly size: number; readonly width: number } {
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
  const width = weights.length;
  const data = new Float64Array(size * width);
  const rotate = rotation ? rotator(rotation) : undefined;
  covariances.forEach(({ matrix }, i) => {
    const entries = rotate?.(matrix) ?? rowMajor(matrix);
    for (let a = 0, t = 0; a < d; a++)
      for (let b = diagonal ? a : 0; b <= a; b++, t++) data[i * width + t] = weights[t]! * entries[a * d + b]!;
  });
  return { data, size, width };
}

/** A function that gives the lower triangle of QᵀAQ, row-major; its result is overwritten by the next call. */
function rotator(q: Matrix): (matrix: Matrix) => Float64Array {
  const d = q.rows;
  const columns = { data: rowMajor(q), row: 1, column: d };
  const half = new Float64Array(d * d);
  const whole = new Float64Array(d * d);
  return (matrix) => {
    multiplyPanels("simd", columns, d, { data: rowMajor(matrix), row: d, column: 1 }, d, d, false, half.fill(0), d);
    multiplyPanels("simd", { data: half, row: d, column: 1 }, d, columns, d, d, true, whole.fill(0), d);
    return whole;
  };
}
