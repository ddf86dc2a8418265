/** @file A layer that is really fitted to a finite number of sampled prompts: the experiment against which finite pretraining is tested. */
import { Matrix } from "ml-matrix";
import type { Random } from "../../core/random";
import { cholesky, multiply, transpose } from "../../linalg/dense";
import { solveLower, solveUpper } from "../../linalg/triangularSolve";
import type { Covariance } from "../../model/covariance";
import { type InputLaw, whiteInputs } from "../../model/inputLaw";
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

/**
 * Draws what a prompt of n examples says about its weights, w ~ N(0, I) and g = X y/n with y = Xᵀw + σ ε, into two arrays, (d,). Of normal
 * inputs only what g depends on is drawn, unless `inputs` asks for them; the law is the same.
 */
export function regressionPairSampler({ covariance, n, noise = 0, inputs }: Omit<FittedLayerParams, "prompts">) {
  const { d } = covariance;
  const root = covariance.root();
  const [turned, white] = [new Float64Array(d), new Float64Array(d)];
  const fill = inputs === undefined ? normalMoment(d, n, noise) : exampleMoment(d, n, noise, inputs);
  return (random: Random, w: Float64Array, g: Float64Array): void => {
    random.fillNormal(w);
    // x = F z with F Fᵀ = Λ: y = zᵀ Fᵀ w + σ ε, and g = F Σ z y/n.
    turned.fill(0);
    for (let i = 0; i < d; i++) for (let l = 0; l < d; l++) turned[l] += root[i * d + l] * w[i];
    fill(random, turned, white);
    for (let i = 0; i < d; i++) {
      g[i] = 0;
      for (let l = 0; l < d; l++) g[i] += root[i * d + l] * white[l];
    }
  };
}

/** Fills `white` with Σ z y/n of n examples z, y = zᵀv + σ ε. */
type WhiteMoment = (random: Random, v: Float64Array, white: Float64Array) => void;

function exampleMoment(d: number, n: number, noise: number, inputs: InputLaw): WhiteMoment {
  const z = new Float64Array(d * n);
  const fill = whiteInputs(inputs);
  return (random, v, white) => {
    fill(random, z, d, n);
    white.fill(0);
    for (let j = 0; j < n; j++) {
      let y = noise > 0 ? noise * random.normal() : 0;
      for (let l = 0; l < d; l++) y += z[l * n + j] * v[l];
      for (let l = 0; l < d; l++) white[l] += (z[l * n + j] * y) / n;
    }
  };
}

/**
 * For normal inputs: with u = v/|v| the labels y depend on zᵀu =: ξ alone, so that Σ z y is u ξᵀy beside |y| times a normal vector across u.
 * Along ξ the noise is one normal number, across it a chi-square of n - 1 degrees.
 */
function normalMoment(d: number, n: number, noise: number): WhiteMoment {
  return (random, v, white) => {
    random.fillNormal(white);
    const length = Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
    const xi = Math.sqrt(random.chiSquare(n));
    const along = length * xi + (noise > 0 ? noise * random.normal() : 0);
    const across = noise > 0 && n > 1 ? noise * noise * random.chiSquare(n - 1) : 0;
    const size = Math.sqrt(along * along + across);
    const overlap = length > 0 ? v.reduce((sum, value, l) => sum + value * white[l], 0) / length : 0;
    for (let l = 0; l < d; l++) {
      const u = length > 0 ? v[l] / length : 0;
      white[l] = (xi * along * u + size * (white[l] - overlap * u)) / n;
    }
  };
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
