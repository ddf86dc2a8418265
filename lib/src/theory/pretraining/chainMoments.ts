/**
 * @file What a chain of steps sees of its prompt when the learned matrix is noisy: the traces of powers of D = I - Γ⁻¹S that the noise
 * joins. With Γ^{-1/2} S Γ^{-1/2} = V diag(μ) Vᵀ every one of them is a double sum over directions.
 */
import { type Checks, inNameOf } from "../../core/check";
import type { Random } from "../../core/random";
import { eigen, multiply, transpose } from "../../linalg/dense";
import { rowMajor } from "../../linalg/layout";
import { requireInvertible } from "../../model/covariance";
import { gammaEigenvalues } from "../../model/gamma";
import { type AlignmentParams, checkPair } from "../../model/pencil";
import { bartlettSampler } from "../../model/wishart";

const RESULT = "the error after finite pretraining";
/** Entries off the diagonal of this relative size are what is left of a rotation that diagonalises both matrices. */
const ROUNDING = 1e-14;

/**
 * The traces as kernels K over directions i, j: matrices, row-major (N, N), or their diagonals, (N,), where all are diagonal. Summed
 * against δ_i^p δ_j^q, δ = 1 - μ, they are
 *   plain tr(D^p D^qᵀ),  rows tr(D^p R D^qᵀ),  and, with r_i r_j besides, loop tr(C S D^p R D^qᵀ S),  end tr(C S D^p D^qᵀ S),
 * where R = I - ΛΓ⁻¹ is the covariance of what a prompt's g = S_n w leaves open of w, and C⁻¹ = ΛΓ that of g.
 */
export interface ChainMoments {
  /** μ_i, (N,). */
  readonly mu: Float64Array;
  /** δ_i, (N,), without cancellation where the covariances are diagonal. */
  readonly delta: Float64Array;
  /** r_i: how strongly S passes the noise on, (N,); μ_i for A = Γ⁻¹. */
  readonly reach: Float64Array;
  readonly plain: Float64Array;
  readonly rows: Float64Array;
  readonly loop: Float64Array;
  readonly end: Float64Array;
}

/** Throws unless Λ and Σ are a pair of which Λ is invertible. */
export function checkPretraining(check: Checks, { covariance, target = covariance, n, noise = 0 }: AlignmentParams): void {
  checkPair(check, covariance, target, noise);
  check.length("n", n);
  requireInvertible(check, "covariance", covariance, RESULT, "lambda_min > 0", "for the regression of w on g");
  inNameOf(check.fn, () => gammaEigenvalues({ covariance, n, noise }));
}

/** 1/(B - d - 1), the scale of the noise; 0 for B = ∞. Throws for B <= d + 1, where what is learned has no variance. */
export function noiseScale(check: Checks, prompts: unknown, d: number): number {
  check.length("prompts", prompts);
  if (prompts > d + 1) return 1 / (prompts - d - 1);
  check.refuse(RESULT, "B > d + 1", "prompts", `an integer > d + 1 = ${d + 1} (or what is learned has no variance)`, prompts);
}

/** The moments on an endless prompt, S = Σ. */
export function endlessMoments({ covariance, target = covariance, n, noise = 0 }: AlignmentParams): ChainMoments {
  const surplus = covariance.trace + noise * noise;
  if (covariance.isDiagonal && target.isDiagonal) return diagonalMoments(covariance.matrix.diag(), target.matrix.diag(), n, surplus);
  const { d, eigenvalues } = covariance;
  const Q = rowMajor(covariance.eigenvectors);
  const rotated = multiply(transpose(Q, d), multiply(rowMajor(target.matrix), Q, d, d, d), d, d, d);
  const isDiagonal = rotated.every((value, at) => at % (d + 1) === 0 || Math.abs(value) <= ROUNDING * d * target.lambdaMax);
  if (isDiagonal)
    return diagonalMoments(
      eigenvalues,
      eigenvalues.map((_, i) => Math.max(rotated[i * (d + 1)], 0)),
      n,
      surplus,
    );
  const gamma = gammaEigenvalues({ covariance, n, noise });
  return momentsOf(
    rotated.map((value, at) => value / Math.sqrt(gamma[Math.floor(at / d)] * gamma[at % d])),
    eigenvalues,
    gamma,
    n,
    surplus,
  );
}

/** A sampler of the moments on test prompts of m examples. */
export function promptMomentsSampler({ covariance, target = covariance, n, m, noise = 0 }: AlignmentParams & { m: number }) {
  const { d, eigenvalues } = covariance;
  const surplus = covariance.trace + noise * noise;
  const gamma = gammaEigenvalues({ covariance, n, noise });
  // S = F T Tᵀ Fᵀ/m, F Fᵀ = Σ, in the eigenbasis of Λ.
  const F = multiply(transpose(rowMajor(covariance.eigenvectors), d), target.root(), d, d, d);
  const whitened = F.map((value, at) => value / Math.sqrt(m * gamma[Math.floor(at / d)]));
  const columns = Math.min(d, m);
  const bartlett = bartlettSampler(d, m);
  const T = new Float64Array(d * columns);
  const ones = new Float64Array(d).fill(1);
  return (random: Random): ChainMoments => {
    bartlett(random, T, ones);
    const L = multiply(whitened, T, d, d, columns);
    return momentsOf(multiply(L, transpose(L, d, columns), d, columns, d), eigenvalues, gamma, n, surplus);
  };
}

/** Λ and S diagonal: R_i = (γ_i - λ_i)/γ_i, and γ_i - λ_i is the positive (λ_i + surplus)/n. */
function diagonalMoments(lambdas: ArrayLike<number>, sigmas: ArrayLike<number>, n: number, surplus: number): ChainMoments {
  const each = (f: (lambda: number, sigma: number, excess: number) => number): Float64Array =>
    Float64Array.from(lambdas, (lambda, i) => f(lambda, sigmas[i], (lambda + surplus) / n));
  const mu = each((lambda, sigma, excess) => sigma / (lambda + excess));
  return {
    mu,
    reach: mu,
    delta: each((lambda, sigma, excess) => (lambda - sigma + excess) / (lambda + excess)),
    plain: each(() => 1),
    rows: each((lambda, _, excess) => excess / (lambda + excess)),
    loop: each((lambda, _, excess) => excess / lambda),
    end: each((lambda, _, excess) => 1 + excess / lambda),
  };
}

/** From Γ^{-1/2} S Γ^{-1/2} in the eigenbasis of Λ: V diag(λ) Vᵀ and its like, joined entry by entry. */
function momentsOf(M: Float64Array, lambdas: Float64Array, gamma: Float64Array, n: number, surplus: number): ChainMoments {
  const d = lambdas.length;
  const { values, vectors: V } = eigen(M, d);
  const columns = transpose(V, d);
  const turn = (spectrum: Float64Array): Float64Array =>
    multiply(
      V.map((value, at) => value * spectrum[at % d]),
      columns,
      d,
      d,
      d,
    );
  const seen = d * Number.EPSILON * Math.max(values[0], 0);
  const mu = values.map((value) => (value > seen ? value : 0));
  const lambda = turn(lambdas);
  const diagonal = (at: number): number => (at % (d + 1) === 0 ? 1 : 0);
  const excess = lambda.map((value, at) => (value + diagonal(at) * surplus) / n);
  const inverseGamma = turn(gamma.map((value) => 1 / value));
  const inverseLambda = turn(lambdas.map((value) => 1 / value));
  const times = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, at) => value * b[at]);
  const full = lambda.map((value, at) => value + excess[at]);
  return {
    mu,
    reach: mu,
    delta: mu.map((value) => 1 - value),
    plain: times(full, inverseGamma),
    rows: times(excess, inverseGamma),
    loop: times(excess, inverseLambda),
    end: times(full, inverseLambda),
  };
}

/** Σ_ij K_ij x_i x_j, or Σ_i K_i x_i². */
export function quadratic(kernel: Float64Array, x: Float64Array): number {
  const size = x.length;
  let sum = 0;
  if (kernel.length === size) {
    for (let i = 0; i < size; i++) sum += kernel[i] * x[i] * x[i];
    return sum;
  }
  for (let i = 0; i < size; i++) {
    let row = 0;
    for (let j = 0; j < size; j++) row += kernel[i * size + j] * x[j];
    sum += row * x[i];
  }
  return sum;
}
