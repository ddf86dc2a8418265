/** @file A layer that is really fitted to a finite number of sampled prompts: the experiment against which finite pretraining is tested. */
import { Matrix } from "ml-matrix";
import type { Random } from "../../core/random";
import { cholesky, multiply, transpose } from "../../linalg/dense";
import { solveLower, solveUpper } from "../../linalg/triangularSolve";
import type { Covariance } from "../../model/covariance";
import type { InputLaw } from "../../model/inputLaw";
import { regressionPairSampler } from "../../model/regressionPair";
import { secondMomentSampler } from "../../model/wishart";
import { productNorm } from "../simulatedErrors";

/** What is fitted. Not checked again: callers build it from checked objects. */
export interface FittedLayerParams {
  /** Λ: covariance of the training inputs, (d, d), units of x². */
  readonly covariance: Covariance;
  /** n: examples in a training prompt; integer >= 1. */
  readonly n: number;
  /** B: training prompts; integer >= d. */
  readonly prompts: number;
  /** σ: standard deviation of the training label noise. */
  readonly noise?: number;
  /** The law of the inputs, which are then drawn one by one; default normal. */
  readonly inputs?: InputLaw;
}

/** Draws Â = (Σ_b w_b g_bᵀ)(Σ_b g_b g_bᵀ)⁻¹ of B prompts, row-major (d, d). */
export function fittedLayerSampler({ prompts, ...training }: FittedLayerParams): (random: Random) => Float64Array {
  const { d } = training.covariance;
  const draw = regressionPairSampler(training);
  const [w, g] = [new Float64Array(d * prompts), new Float64Array(d * prompts)];
  return (random) => {
    for (let b = 0; b < prompts; b++) draw(random, w.subarray(b * d, (b + 1) * d), g.subarray(b * d, (b + 1) * d));
    const columns = transpose(g, prompts, d);
    const gram = multiply(columns, g, d, prompts, d);
    const factored = cholesky(gram, d, d * Number.EPSILON);
    if ("dependent" in factored) throw new Error("fittedLayerSampler: the prompts do not determine the layer");
    // Âᵀ = (Σ g gᵀ)⁻¹ Σ g wᵀ.
    const right = multiply(columns, w, d, prompts, d);
    return transpose(solveUpper(factored.factor, solveLower(factored.factor, right, d, d), d, d), d);
  };
}

/** Draws ‖(I - ÂS)^k‖_F² of a freshly fitted layer on a fresh prompt of m examples (S = Σ for m = ∞), step by step. */
export function fittedErrorSampler({ target, m, k, ...training }: FittedLayerParams & { target: Covariance; m: number; k: number }) {
  const { d } = target;
  const fit = fittedLayerSampler(training);
  const draw = secondMomentSampler({ covariance: target, m, inputs: training.inputs });
  return (random: Random): number => productNorm(Matrix.from1DArray(d, d, fit(random)), k)(draw(random));
}
