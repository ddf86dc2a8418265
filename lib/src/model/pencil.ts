/** @file The pair (Γ, Σ): what one update does to the weight error when the test prompt is endless. */
import { Matrix } from "ml-matrix";
import { type Checks, inNameOf } from "../core/check";
import { logDeviation } from "../core/logSum";
import { eigenvaluesOf, spectrumOf, squareProduct } from "../linalg/spectrum";
import { type Covariance, checkCovariance, checkSameDimension, requireInvertible, sandwich } from "./covariance";
import { type GammaParams, gammaEigenvalues, gammaMatrix } from "./gamma";

/** Training data, and the covariance of the test inputs. */
export interface AlignmentParams extends GammaParams {
  /** Σ: covariance of the test inputs, (d, d), units of x²; default Λ (aligned). */
  readonly target?: Covariance;
}

/**
 * I - AΣ = L diag(δ) R with L R = I and δ_i = 1 - μ_i, where A = Γ^{-1}, and μ_i are the eigenvalues of
 * M = A^{1/2} Σ A^{1/2}. Where Λ is singular A is what training from 0 leaves, 0 in directions without data. When Γ and Σ are known to share their eigenvectors, L and R are left out: then they are
 * orthogonal and do not change the norm.
 */
export interface Pencil {
  /** Γ, (d, d). */
  readonly gamma: Covariance;
  /** Σ, (d, d). */
  readonly target: Covariance;
  /** tr Λ + σ²: n times what Γ - Λ - Λ/n adds in every direction. */
  readonly surplus: number;
  /** δ_i = 1 - μ_i, (d,), in no particular order. */
  readonly deviations: Float64Array;
  /** ln|δ_i|, (d,). */
  readonly logs: Float64Array;
  /** ‖L‖² ‖R‖²: cond(Γ) for an invertible Λ; no power exceeds it times that of M. */
  readonly condition: number;
  /** L = Γ^{-1/2} U and R = Uᵀ Γ^{1/2}, with U the eigenvectors of M, for an invertible Λ. */
  readonly frame?: { readonly left: Matrix; readonly right: Matrix };
}

/**
 * Takes the pair (Γ, Σ) apart. Works on Γ - Σ = (Λ - Σ) + (Λ + (tr Λ + σ²) I)/n and not on 1 - μ, so that a δ_i near 0
 * (a long prompt) keeps its digits.
 * @throws HypothesisError when Γ is singular (n infinite and λ_min = 0)
 */
export function alignmentPencil(check: Checks, result: string, { covariance, n, target = covariance, noise = 0 }: AlignmentParams): Pencil {
  const surplus = checkPair(check, covariance, target, noise);
  check.length("n", n);
  const gamma = inNameOf(check.fn, () => gammaMatrix({ covariance, n, noise }));
  requireInvertible(check, "covariance", gamma, result, "Gamma is invertible", `when n is Infinity for ${result}`);
  const pair = { gamma, target, surplus, condition: gamma.lambdaMax / gamma.lambdaMin };
  if (sameMatrix(covariance, target)) {
    // γ_i - λ_i = (λ_i + surplus)/n, so δ_i = u/(n + u) with u = 1 + surplus/λ_i: no difference is taken.
    const logs = covariance.eigenvalues.map((lambda) => -alignedRate(n, 1 + surplus / lambda));
    return { ...pair, deviations: logs.map(Math.exp), logs };
  }
  if (covariance.isDiagonal && target.isDiagonal) {
    const lambdas = covariance.matrix.diag();
    const sigmas = target.matrix.diag();
    const gammas = gamma.matrix.diag();
    const deviations = Float64Array.from(lambdas, (lambda, i) =>
      lambda > 0 ? (lambda - sigmas[i] + (lambda + surplus) / n) / gammas[i] : 1,
    );
    requireFinite(check, deviations);
    return { ...pair, deviations, logs: deviations.map((delta, i) => (lambdas[i] > 0 ? logDeviation(sigmas[i] / gammas[i], delta) : 0)) };
  }
  const { d } = covariance;
  const gap = Matrix.sub(covariance.matrix, target.matrix)
    .add(Matrix.mul(covariance.matrix, 1 / n))
    .add(Matrix.eye(d, d, surplus / n));
  if (covariance.isSingular)
    return { ...pair, ...coveredFrame(check, covariance, gammaEigenvalues({ covariance, n, noise }), gap, target) };
  const inverseRoot = gamma.apply((value) => 1 / Math.sqrt(value));
  const whitened = sandwich(inverseRoot, gap);
  requireFinite(check, whitened.to1DArray());
  const { values: deviations, vectors } = spectrumOf(whitened);
  const frame = { left: squareProduct(inverseRoot, vectors), right: squareProduct(vectors.transpose(), gamma.apply(Math.sqrt)) };
  return { ...pair, deviations, logs: deviations.map((delta) => Math.log(Math.abs(delta))), frame };
}

/**
 * The frame where Λ leaves directions E without data. With Q = P (PᵀΓP)^{-1/2}, AΣ = Q QᵀΣ has the right eigenvectors QU of the eigenvalues μ of
 * QᵀΣQ = U diag(μ) Uᵀ, and of 0 the vectors E - QU μ⁺ W with W = UᵀQᵀΣE; the left ones are UᵀQ⁺ + μ⁺ W Eᵀ and Eᵀ.
 */
function coveredFrame(
  check: Checks,
  covariance: Covariance,
  all: Float64Array,
  gap: Matrix,
  target: Covariance,
): Pick<Pencil, "deviations" | "logs" | "condition" | "frame"> {
  const { d, eigenvalues, eigenvectors } = covariance;
  const covered = eigenvalues.filter((lambda) => lambda > 0).length;
  const P = eigenvectors.subMatrix(0, d - 1, 0, covered - 1);
  const E = eigenvectors.subMatrix(0, d - 1, covered, d - 1);
  const gammas = Array.from(all.subarray(0, covered));
  const Q = P.clone().mulRowVector(gammas.map((gamma) => 1 / Math.sqrt(gamma)));
  const whitened = Q.transpose().mmul(gap).mmul(Q);
  requireFinite(check, whitened.to1DArray());
  const { values, vectors } = spectrumOf(whitened.add(whitened.transpose()).mul(0.5));
  const QU = Q.mmul(vectors);
  const mus = values.map((delta) => 1 - delta);
  const largest = mus.reduce((max, mu) => Math.max(max, mu), 0);
  const W = QU.transpose().mmul(target.matrix).mmul(E);
  W.mulColumnVector(Array.from(mus, (mu) => (mu > 4 * d * Number.EPSILON * largest ? 1 / mu : 0)));
  const top = vectors.transpose().mmul(P.clone().mulRowVector(gammas.map(Math.sqrt)).transpose());
  // In units of which L and R have none: eigenvectors have no length of their own.
  const unit = Math.sqrt(gammas[0]);
  const left = new Matrix(
    [...Array(d).keys()].map((i) => [...QU.getRow(i).map((value) => value * unit), ...Matrix.sub(E, QU.mmul(W)).getRow(i)]),
  );
  const right = new Matrix([...top.add(W.mmul(E.transpose())).div(unit).to2DArray(), ...E.transpose().to2DArray()]);
  const deviations = Float64Array.from({ length: d }, (_, i) => (i < covered ? values[i] : 1));
  const largestOf = (squares: Matrix): number => eigenvaluesOf(squares).reduce((max, value) => Math.max(max, value), 0);
  return {
    deviations,
    logs: deviations.map((delta) => Math.log(Math.abs(delta))),
    condition: largestOf(left.transpose().mmul(left)) * largestOf(right.mmul(right.transpose())),
    frame: { left, right },
  };
}

/** Throws unless Λ and Σ are covariances of one dimension and σ >= 0; returns tr Λ + σ². */
export function checkPair(check: Checks, covariance: Covariance, target: Covariance, noise: number): number {
  checkCovariance(check, "covariance", covariance);
  checkCovariance(check, "target", target);
  checkSameDimension(check, "covariance", covariance, "target", target);
  check.nonNegative("noise", noise);
  return covariance.trace + noise * noise;
}

/** -ln(1 - μ) = ln(1 + n/u) of an aligned direction with u = 1 + h; 0 when it is never seen (u infinite), Infinity when n is. */
export function alignedRate(n: number, u: number): number {
  return n === Number.POSITIVE_INFINITY ? n : Math.log1p(n / u);
}

/** True when both covariances have exactly the same entries. */
export function sameMatrix(a: Covariance, b: Covariance): boolean {
  if (a === b || a.matrix === b.matrix) return true;
  for (let i = 0; i < a.d; i++) for (let j = 0; j <= i; j++) if (a.matrix.get(i, j) !== b.matrix.get(i, j)) return false;
  return true;
}

function requireFinite(check: Checks, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) check.fail("target", "comparable with the covariance: Γ^{-1}Σ overflows", values[i]);
  }
}
