/** @file The experiment "cot-error": squared weight error after k = 0..K chain-of-thought updates. */
import { Matrix, QrDecomposition } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { Covariance, checkSameDimension } from "../model/covariance";
import { gammaMatrix } from "../model/gamma";
import { inputGamma } from "../model/inputGamma";
import { checkInputs, hasOwnAxes, type InputLaw } from "../model/inputLaw";
import { averagedKernel } from "./cotAveraged";
import { drawnKernel } from "./cotDrawn";
import { generalKernel, infiniteKernel } from "./cotGeneral";
import { isotropicKernel } from "./cotIsotropic";
import type { CotKernel, WeightMode } from "./cotKernel";
import type { Experiment, ExperimentKind, Sampler } from "./experiment";

/** Parameters of {@link cotError}. The preconditioner A is given in one of three ways. */
export interface CotErrorOptions {
  /** Σ: covariance of the test inputs. */
  readonly test: Covariance;
  /** m: examples in a test prompt; integer >= 1, or Infinity (then S = Σ). */
  readonly m: number;
  /** K: updates; integer >= 0. */
  readonly steps: number;
  /** Λ and n of training, with its label noise: A = Γ^(-1), 0 in directions where Λ has no data. */
  readonly train?: { readonly covariance: Covariance; readonly n: number; readonly noise?: number };
  /** Γ itself, positive definite: A = Γ^(-1). */
  readonly gamma?: Covariance;
  /** A itself, (d, d), symmetric or not: a learned or estimated preconditioner, or that of a mixture of tasks. */
  readonly preconditioner?: Matrix;
  /** σ: standard deviation of the label noise at test; default 0. */
  readonly noise?: number;
  /** The law of the inputs, in the test and, with `train`, in training; default normal. */
  readonly inputs?: InputLaw;
  /** What is done about w and the noise; default "averaged". */
  readonly weights?: WeightMode;
  /** Name of the random streams; default "cot-error". */
  readonly name?: string;
}

/** @internal The parameters as plain data. */
export interface CotErrorParams extends Required<Pick<CotErrorOptions, "m" | "steps" | "noise" | "weights">> {
  readonly test: number[][];
  readonly gamma?: number[][];
  readonly preconditioner?: number[][];
  readonly inputs?: InputLaw;
}

const WEIGHT_MODES: readonly WeightMode[] = ["averaged", "drawn", "signs"];

/**
 * The experiment that measures the squared weight error ‖w_k - w‖² of chain of thought, k = 0..K, in (y/x)².
 * w_{i+1} = w_i - A S (w_i - w) + A X ε/m,  w_0 = 0,  w ~ N(0, I)
 * Prompts are not drawn: S = X Xᵀ/m comes from its Bartlett factor (with another law of inputs they are). With weights "averaged" a draw's value is exactly
 * E[‖w_k - w‖² | S] = ‖(I - A S)^k‖_F² + noise term: same mean, far less variance, but quantiles and the share of diverged runs are
 * then those of this conditional expectation. With "drawn" they are those of the error itself.
 *
 * The heavy-tail verdict uses λ_max(Γ^(-1/2) S Γ^(-1/2)) where it costs nothing: for finite m, with train or gamma, when the weights are
 * "averaged", or "drawn" with Γ and Σ multiples of I. Elsewhere it rests on the values alone and may miss a mean that lives on rare
 * diverging prompts.
 * @param options test Σ, m >= 1 or Infinity, steps K, and one of train, gamma and preconditioner; the rest at {@link CotErrorOptions}
 * @throws RangeError or TypeError for parameters outside their domain, or unless exactly one of the three is given
 * @origin paper, Proposition 3.2 and Corollary 3.5; the conditional expectation is ours
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5]);
 * const experiment = cot.cotError({ test: covariance, m: 20, steps: 2, train: { covariance, n: 20 } });
 * (await cot.simulate(experiment, { draws: 1000, seed: 1 })).curves[0].mean; // => [2, 0.278, 0.086]
 */
export function cotError(options: CotErrorOptions): Experiment<CotErrorParams> {
  argumentsOf("cotError", options, "options");
  const check: Checks = new Checks("cotError");
  const { test, m, steps, train, gamma, preconditioner, noise = 0, weights = "averaged", name, inputs } = options;
  if (!(test instanceof Covariance)) check.wrongKind("test", "a Covariance", test);
  const given = [train, gamma, preconditioner].filter((value) => value !== undefined).length;
  if (gamma !== undefined && !(gamma instanceof Covariance)) check.wrongKind("gamma", "a Covariance", gamma);
  if (train !== undefined) argumentsOf("cotError", train, "train");
  if (name !== undefined) check.text("name", name);
  if (given !== 1) check.fail("exactly one of train, gamma and preconditioner", "given", `${given} of them`);
  if (inputs !== undefined) checkInputs(check, inputs, test);
  const params = { test: test.matrix.to2DArray(), m, steps, noise, weights, ...(inputs && { inputs }) };
  checkParams(check, params);
  if (preconditioner !== undefined) {
    if (!Matrix.isMatrix(preconditioner)) check.wrongKind("preconditioner", "a Matrix", preconditioner);
    if (preconditioner.rows !== test.d || preconditioner.columns !== test.d) {
      check.fail("preconditioner", `a ${test.d}x${test.d} matrix, as test has dimension ${test.d}`, preconditioner);
    }
    return { kind: "cot-error", name: name ?? "cot-error", params: { ...params, preconditioner: preconditioner.to2DArray() } };
  }
  const pivot = gamma ?? inNameOf("cotError", () => (inputs ? inputGamma({ ...train!, inputs }) : gammaMatrix(train!)));
  checkSameDimension(check, "test", test, gamma ? "gamma" : "train.covariance", pivot);
  if (train?.covariance.isSingular && pivot.lambdaMin > 0) {
    // What is learned is 0 in directions without data, and not the inverse of a Γ; both matrices order their directions alike.
    const learned = train.covariance.withEigenvalues(
      train.covariance.eigenvalues.map((lambda, i) => (lambda > 0 ? 1 / pivot.eigenvalues[i] : 0)),
    );
    return { kind: "cot-error", name: name ?? "cot-error", params: { ...params, preconditioner: learned.to2DArray() } };
  }
  if (!(pivot.lambdaMin > 0)) check.fail("gamma", "positive definite", pivot.matrix);
  return { kind: "cot-error", name: name ?? "cot-error", params: { ...params, gamma: pivot.matrix.to2DArray() } };
}

function checkParams(check: Checks, { m, steps, noise, weights }: Pick<CotErrorParams, "m" | "steps" | "noise" | "weights">): void {
  check.length("m", m);
  check.integer("steps", steps, 0);
  check.nonNegative("noise", noise);
  check.oneOf("weights", weights, WEIGHT_MODES);
}

/** The experiment's code. */
export const cotErrorKind: ExperimentKind<CotErrorParams> = {
  kind: "cot-error",
  prepare(params: CotErrorParams): Sampler {
    const check: Checks = new Checks("simulate");
    checkParams(check, params);
    const kernel = chooseKernel(params);
    const x = Array.from({ length: params.steps + 1 }, (_, k) => k);
    return { curves: ["error"], x, xLabel: "k", ...(kernel.hasDriver && { tailExponents: x.map((k) => 2 * k) }), draw: kernel.draw };
  },
};

function chooseKernel({ test, gamma, preconditioner, m, steps, noise, weights, inputs: law }: CotErrorParams): CotKernel {
  const Sigma = Covariance.fromMatrix(test);
  const d = Sigma.d;
  const inputs = law?.kind === "normal" ? undefined : law;
  // Coordinates of their own must not be turned into the eigenbasis of a Γ that is not diagonal.
  const turned = inputs !== undefined && hasOwnAxes(inputs) && gamma !== undefined && !Covariance.fromMatrix(gamma).isDiagonal;
  if (preconditioner !== undefined || turned || m === Number.POSITIVE_INFINITY) {
    const A = preconditioner !== undefined ? new Matrix(preconditioner) : Covariance.fromMatrix(gamma!).apply((g) => 1 / g);
    if (m === Number.POSITIVE_INFINITY) return infiniteKernel(flatten(Matrix.eye(d, d).sub(A.mmul(Sigma.matrix))), d, steps, weights);
    const factor = lowerFactor(Sigma.apply(Math.sqrt));
    return generalKernel({ d, m, steps, preconditioner: flatten(A), factor, noise, weights, inputs });
  }
  const Gamma = Covariance.fromMatrix(gamma!);
  if (isMultipleOfIdentity(Gamma) && isMultipleOfIdentity(Sigma) && weights !== "signs" && inputs === undefined) {
    return isotropicKernel({ d, m, steps, gamma: Gamma.lambdaMax, sigma: Sigma.lambdaMax, noise, weights });
  }
  const basis = { d, m, steps, noise, inputs, ...eigenbasis(Gamma, Sigma) };
  return weights === "averaged" ? averagedKernel(basis) : drawnKernel(basis, weights);
}

/** γ and F of `CotBasis`. Where Γ = γ I any basis will do, and Σ's own makes F diagonal. */
function eigenbasis(Gamma: Covariance, Sigma: Covariance): { gamma: Float64Array; factor: Float64Array } {
  const d = Gamma.d;
  if (isMultipleOfIdentity(Gamma)) {
    const g = Gamma.lambdaMax;
    return { gamma: new Float64Array(d).fill(g), factor: Sigma.eigenvalues.map((s) => Math.sqrt(s / g)) };
  }
  const gamma = Gamma.eigenvalues;
  const U = Gamma.eigenvectors;
  const rotated = U.transpose().mmul(Sigma.matrix).mmul(U);
  // Off-diagonal entries of rounding size are what is left of a rotation that diagonalises both.
  const rounding = 1e-14 * d * Sigma.lambdaMax;
  let diagonal = true;
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) if (i !== j && Math.abs(rotated.get(i, j)) > rounding) diagonal = false;
  if (diagonal) return { gamma, factor: gamma.map((g, i) => Math.sqrt(Math.max(0, rotated.get(i, i)) / g)) };
  const whitened = U.transpose().mmul(Sigma.apply(Math.sqrt));
  for (let i = 0; i < d; i++) whitened.mulRow(i, 1 / Math.sqrt(gamma[i]));
  return { gamma, factor: lowerFactor(whitened) };
}

/** Lower triangular F with F Fᵀ = M Mᵀ, row-major: the R factor of Mᵀ, transposed. Sound for a singular M, unlike Cholesky's. */
function lowerFactor(M: Matrix): Float64Array {
  return flatten(new QrDecomposition(M.transpose()).upperTriangularMatrix.transpose());
}

function isMultipleOfIdentity(c: Covariance): boolean {
  return c.isDiagonal && c.lambdaMax === c.lambdaMin;
}

function flatten(M: Matrix): Float64Array {
  return Float64Array.from(M.to2DArray().flat());
}
