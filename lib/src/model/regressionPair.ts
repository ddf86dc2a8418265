/** @file What a training prompt says of its weights, drawn without the prompt. */
import type { Random } from "../core/random";
import type { Covariance } from "./covariance";
import { type InputLaw, whiteInputs } from "./inputLaw";

/** The prompts of a task. Not checked again: callers build it from checked objects. */
export interface RegressionPairParams {
  /** Λ: covariance of the inputs, (d, d), units of x². */
  readonly covariance: Covariance;
  /** n: examples in a prompt; integer >= 1. */
  readonly n: number;
  /** σ: standard deviation of the label noise; default 0. */
  readonly noise?: number;
  /** The law of the inputs, which are then drawn one by one; default normal. */
  readonly inputs?: InputLaw | undefined;
}

/**
 * Draws what a prompt of n examples says about its weights, w ~ N(0, I) and g = X y/n with y = Xᵀw + σ ε, into two arrays, (d,). Of normal
 * inputs only what g depends on is drawn, unless `inputs` asks for them; the law is the same.
 */
export function regressionPairSampler({ covariance, n, noise = 0, inputs }: RegressionPairParams) {
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
