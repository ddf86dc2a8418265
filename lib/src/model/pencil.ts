/** @file The pair (Γ, Σ): what one update does to the weight error when the test prompt is endless. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { type Checks, HypothesisError } from "../core/check";
import { checkCovariance, isSingular, skillStrengths } from "../theory/paper/hardness";
import { type Covariance, checkSameDimension } from "./covariance";
import { type GammaParams, gammaMatrix } from "./gamma";

/** Training data, and the covariance of the test inputs. */
export interface AlignmentParams extends GammaParams {
  /** Σ: covariance of the test inputs, (d, d), units of x²; default Λ (aligned). */
  readonly target?: Covariance;
}

/**
 * I - Γ^{-1}Σ = L diag(δ) R with L R = I and δ_i = 1 - μ_i, where μ_i are the eigenvalues of
 * M = Γ^{-1/2} Σ Γ^{-1/2}. When Γ and Σ are known to share their eigenvectors, L and R are left out: then they are
 * orthogonal and do not change the norm.
 */
export interface Pencil {
  /** Γ, (d, d). */
  readonly gamma: Covariance;
  /** Σ, (d, d). */
  readonly target: Covariance;
  /** δ_i = 1 - μ_i, (d,), in no particular order. */
  readonly deviations: Float64Array;
  /** ln|δ_i|, (d,): for small μ_i from μ_i itself, since k ln|δ_i| needs more digits than δ_i has near 1. */
  readonly logs: Float64Array;
  /** L = Γ^{-1/2} U and R = Uᵀ Γ^{1/2}, with U the eigenvectors of M. */
  readonly frame?: { readonly left: Matrix; readonly right: Matrix };
}

/**
 * Takes the pair (Γ, Σ) apart. Works on Γ - Σ = (Λ - Σ) + (Λ + (tr Λ + σ²) I)/n and not on 1 - μ, so that a δ_i near 0
 * (a long prompt) keeps its digits.
 * @throws HypothesisError when Γ is singular (n infinite and λ_min = 0)
 */
export function alignmentPencil(check: Checks, result: string, { covariance, n, target = covariance, noise = 0 }: AlignmentParams): Pencil {
  checkCovariance(check, "covariance", covariance);
  checkCovariance(check, "target", target);
  checkSameDimension(check, "covariance", covariance, "target", target);
  check.length("n", n);
  check.nonNegative("noise", noise);
  const gamma = gammaMatrix({ covariance, n, noise });
  if (isSingular(gamma)) {
    throw new HypothesisError(
      result,
      "Gamma is invertible",
      `${check.fn}: covariance must be positive definite when n is Infinity for ${result}, got lambda_min = ${covariance.lambdaMin}`,
    );
  }
  const surplus = covariance.trace + noise * noise;
  if (sameMatrix(covariance, target)) {
    // γ_i - λ_i = (λ_i + surplus)/n, so δ_i = u/(n + u) with u = 1 + surplus/λ_i: no difference is taken.
    const scales = skillStrengths(covariance).map((lambda) => 1 + surplus / lambda);
    return {
      gamma,
      target,
      deviations: scales.map((u) => Math.exp(-alignedRate(n, u))),
      logs: scales.map((u) => -alignedRate(n, u)),
    };
  }
  const d = covariance.d;
  if (covariance.isDiagonal && target.isDiagonal) {
    const deviations = Float64Array.from({ length: d }, (_, i) => {
      const lambda = covariance.matrix.get(i, i);
      return (lambda - target.matrix.get(i, i) + (lambda + surplus) / n) / gamma.matrix.get(i, i);
    });
    const logs = deviations.map((delta, i) => {
      const mu = target.matrix.get(i, i) / gamma.matrix.get(i, i);
      return mu < 0.5 ? Math.log1p(-mu) : Math.log(Math.abs(delta));
    });
    return { gamma, target, deviations: requireFinite(check, deviations), logs };
  }
  const gap = gammaMinus(covariance, n, surplus, target);
  const inverseRoot = gamma.apply((value) => 1 / Math.sqrt(value));
  const whitened = inverseRoot.mmul(gap).mmul(inverseRoot);
  const symmetric = whitened.add(whitened.transpose()).mul(0.5);
  requireFinite(check, symmetric.to1DArray());
  const evd = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const vectors = evd.eigenvectorMatrix;
  const deviations = Float64Array.from(evd.realEigenvalues);
  return {
    gamma,
    target,
    deviations,
    logs: deviations.map((delta) => Math.log(Math.abs(delta))),
    frame: { left: inverseRoot.mmul(vectors), right: vectors.transpose().mmul(gamma.apply(Math.sqrt)) },
  };
}

/** -ln(1 - μ) = ln(1 + n/u) of an aligned direction with u = 1 + h; 0 when it is never seen (u infinite), Infinity when n is. */
export function alignedRate(n: number, u: number): number {
  return n === Number.POSITIVE_INFINITY ? n : Math.log1p(n / u);
}

/** Γ - Σ without the cancellation of Γ ≈ Σ, (d, d), exactly symmetric. */
export function gammaMinus(covariance: Covariance, n: number, surplus: number, target: Covariance): Matrix {
  const d = covariance.d;
  const gap = Matrix.sub(covariance.matrix, target.matrix).add(Matrix.mul(covariance.matrix, 1 / n));
  return gap.add(Matrix.eye(d, d, surplus / n));
}

/** Γ^{-1}, what training has learned, (d, d), units of 1/x². */
export function inverseGamma(params: GammaParams): Matrix {
  return gammaMatrix(params).apply((gamma) => 1 / gamma);
}

/** True when both covariances have exactly the same entries. */
export function sameMatrix(a: Covariance, b: Covariance): boolean {
  if (a === b || a.matrix === b.matrix) return true;
  for (let i = 0; i < a.d; i++) for (let j = 0; j <= i; j++) if (a.matrix.get(i, j) !== b.matrix.get(i, j)) return false;
  return true;
}

/**
 * ln ‖(I - Γ^{-1}Σ)^k‖_F² of a pencil. Written as L diag(δ^k) R, whose entries are summed as squares, so that no terms of
 * opposite sign are added up; the largest |δ|^k is kept as a logarithm. The relative error of the power is about
 * ε k cond(Γ), that of the δ_i.
 */
export function logPencilPower({ deviations, logs, frame }: Pencil, k: number): number {
  const d = deviations.length;
  if (k === 0) return Math.log(d);
  if (frame === undefined) return logSumExp(logs.map((log) => 2 * k * log));
  const largest = logs.reduce((max, log) => Math.max(max, log), Number.NEGATIVE_INFINITY);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  const powers = Array.from(logs, (log, i) => (deviations[i] < 0 && k % 2 === 1 ? -1 : 1) * Math.exp(k * (log - largest)));
  const power = frame.right.clone().mulColumnVector(powers);
  const product = frame.left.mmul(power);
  return 2 * k * largest + Math.log(Matrix.mul(product, product).sum());
}

/** ln Σ exp(x_i), without overflow; -Infinity for an empty or vanishing sum. */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i] - largest);
  return largest + Math.log(sum);
}

/** e^log, or a RangeError that names the function of the logarithm when it overflows. Below 1e-308 it underflows towards 0. */
export function fromLog(check: Checks, log: number, logFunction: string): number {
  const value = Math.exp(log);
  if (value === Number.POSITIVE_INFINITY) check.fail("the result", "below 1.8e308", `exp(${log})`, `Use ${logFunction}`);
  return value;
}

function requireFinite<T extends ArrayLike<number>>(check: Checks, values: T): T {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) check.fail("target", "comparable with the covariance: Γ^{-1}Σ overflows", values[i]);
  }
  return values;
}
