/** @file Training with thinking: the layer that is best for K steps, not for one. */
import { smallestInteger } from "../../core/bisection";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { ones } from "../caseMatrices";
import { criticalTestLength } from "../finite/criticalTestLength";
import { logMeanTracePower, MAX_LENGTH } from "../finite/tracePower";
import { wishartMoments } from "../finite/wishartMoments";
import { momentErrorSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";

/** Isotropic training on the error of K looped steps. */
export interface LoopedTrainingParams {
  /** d: dimension; integer >= 1. */
  readonly d: number;
  /** n: examples in a training prompt, on which the K steps are taken; integer >= 1, or Infinity. */
  readonly n: number;
  /** K: looped steps of training; integer in [1, 200]. */
  readonly loops: number;
}

/** What training on K steps gives. */
export interface LoopedTraining {
  /** γ_K = 1/a_K: by what a step divides the gradient; γ_1 is that of Theorem 3.1. */
  readonly gamma: number;
  /** Error of K steps at m = n, units of (y/x)². */
  readonly error: number;
  /** Error of the same K steps with the one-step optimum γ_1. */
  readonly oneStepTrained: number;
}

/** A looped layer and its test. */
export interface LoopedTestParams extends LoopedTrainingParams {
  /** m: examples in the test prompt; integer >= 1, or Infinity. */
  readonly m: number;
}

const MAX_LOOPS = 200;
/** a is found to 2^-BITS. */
const BITS = 60;

/**
 * The optimum of training on the K-step error with isotropic prompts of n examples.
 * a_K = argmin_a E tr (I - aS)^(2K),  γ_K = 1/a_K
 * The objective is convex in a, and a polynomial in exact Wishart moments: the sign of its slope is found in integers. γ_K grows with K, so that much of
 * overthinking at finite m is the price of training on one step only.
 * @param params d >= 1; n >= 1 or Infinity; loops K in [1, 200]
 * @throws RangeError outside the domain
 * @origin ours; looped transformers are trained so by Gatmiry et al. 2024
 * @example
 * cot.theory.loopedTraining({ d: 10, n: 20, loops: 8 }); // => { gamma: 1.8937, error: 0.513, oneStepTrained: 6.039 }
 */
export function loopedTraining(params: LoopedTrainingParams): LoopedTraining {
  argumentsOf("loopedTraining", params);
  const check: Checks = new Checks("loopedTraining");
  const gamma = gammaOf(check, params);
  const { d, n, loops } = params;
  if (n === Number.POSITIVE_INFINITY) return { gamma, error: 0, oneStepTrained: 0 };
  const error = (value: number): number => inNameOf(check.fn, () => Math.exp(logMeanTracePower({ d, m: n, center: n * value, k: loops })));
  return { gamma, error: error(gamma), oneStepTrained: error(1 + (d + 1) / n) };
}

/**
 * The logarithm of the mean error of k steps on a test prompt of m examples, of a layer trained on K looped steps; isotropic.
 * ln 𝓔_k = ln E tr (I - S/γ_K)^(2k)
 * @param params d >= 1; n >= 1 or Infinity; loops K in [1, 200]; m >= 1 or Infinity
 * @param k steps of thinking; integer >= 0, at finite m in [0, 1e12]
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * [1, 8].map((loops) => cot.theory.logLoopedError({ d: 10, n: 20, loops, m: 20 }, 8)); // => [1.798, -0.667]
 */
export function logLoopedError(params: LoopedTestParams, k: number): number {
  const { m, ...training } = argumentsOf("logLoopedError", params);
  const check: Checks = new Checks("logLoopedError");
  check.length("m", m);
  check.integer("k", k, 0);
  const gamma = gammaOf(check, training);
  return inNameOf("logLoopedError", () => logError(training.d, m, gamma, k));
}

/**
 * The number of steps k >= 0 with the least mean error of a layer trained on K looped steps; Infinity at m = ∞ for finite n, and 0 where
 * the first step does harm.
 * k* = argmin_{k ≥ 0} E tr (I - S/γ_K)^(2k)
 * @param params d >= 1; n >= 1 or Infinity; loops K in [1, 200]; m >= 1 or Infinity
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * [1, 8].map((loops) => cot.theory.bestLoopedSteps({ d: 10, n: 20, loops, m: 20 })); // => [5, 9]
 */
export function bestLoopedSteps(params: LoopedTestParams): number {
  const { m, ...training } = argumentsOf("bestLoopedSteps", params);
  const check: Checks = new Checks("bestLoopedSteps");
  check.length("m", m);
  const gamma = gammaOf(check, training);
  if (m === Number.POSITIVE_INFINITY) return training.n === m ? 1 : Number.POSITIVE_INFINITY;
  const log = (k: number): number => inNameOf("bestLoopedSteps", () => logError(training.d, m, gamma, k));
  return smallestInteger((k) => log(k + 1) >= log(k), 0);
}

/**
 * The test length below which a typical chain of a layer trained on K looped steps diverges, isotropic; a real number.
 * m_c = d/(√(2γ_K) - 1)²
 * It falls as K grows; for K = 1 it is {@link criticalTestLength}.
 * @param params d >= 1; n >= 1 or Infinity; loops K in [1, 200]
 * @throws RangeError outside the domain
 * @origin ours, from the edge of Marchenko and Pastur 1967
 * @example
 * [1, 8].map((loops) => cot.theory.loopedCriticalTestLength({ d: 10, n: 20, loops })); // => [17.28, 11.2]
 */
export function loopedCriticalTestLength(params: LoopedTrainingParams): number {
  argumentsOf("loopedCriticalTestLength", params);
  const check: Checks = new Checks("loopedCriticalTestLength");
  if (params.loops === 1) return inNameOf("loopedCriticalTestLength", () => criticalTestLength(params));
  return params.d / (Math.sqrt(2 * gammaOf(check, params)) - 1) ** 2;
}

function logError(d: number, m: number, gamma: number, k: number): number {
  if (k === 0) return Math.log(d);
  if (m !== Number.POSITIVE_INFINITY) return logMeanTracePower({ d, m, center: m * gamma, k });
  return gamma === 1 ? Number.NEGATIVE_INFINITY : Math.log(d) + 2 * k * Math.log1p(-1 / gamma);
}

function gammaOf(check: Checks, { d, n, loops }: LoopedTrainingParams): number {
  check.integer("d", d, 1);
  check.length("n", n);
  check.integer("loops", loops, 1, MAX_LOOPS);
  if (n === Number.POSITIVE_INFINITY) return 1;
  check.count("n", n, 1, MAX_LENGTH);
  if (loops === 1) return 1 + (d + 1) / n;
  const order = 2 * loops - 1;
  const moments = wishartMoments({ d, m: n, order: order + 1 });
  const unit = 1n << BigInt(BITS);
  const scale = unit * BigInt(n);
  // The sign of E tr S(I - aS)^{2K-1} at a = A/2^BITS: Σ_j C(2K-1, j) (-A)^j (2^BITS n)^{2K-1-j} E tr W^{j+1}.
  const tooSmall = (A: bigint): boolean => {
    let factor = scale ** BigInt(order);
    let sum = 0n;
    for (let j = 0; j <= order; j++) {
      sum += factor * moments[j + 1];
      factor = (factor * BigInt(order - j) * -A) / (BigInt(j + 1) * scale);
    }
    return sum > 0n;
  };
  let [low, high] = [0n, unit];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (tooSmall(middle)) low = middle;
    else high = middle;
  }
  return Number(unit) / Number(high);
}

const cases: readonly LoopedTrainingParams[] = [
  { d: 5, n: 10, loops: 2 },
  { d: 10, n: 20, loops: 3 },
  { d: 4, n: 30, loops: 3 },
];

function sampler({ d, n, loops, gamma }: LoopedTrainingParams & { gamma: number }) {
  const target = ones(d);
  return momentErrorSampler({ preconditioner: target.apply(() => 1 / gamma), target, m: n, k: loops });
}

/** The error at the optimum, tested on sampled prompts. */
export const loopedTrainingError = /* @__PURE__ */ ownTheorem<LoopedTrainingParams>(() => ({
  id: "looped-training",
  source: "ours",
  statement: String.raw`training on $K$ looped steps gives $a_K = \arg\min_a E\,\mathrm{tr}(I - aS)^{2K}$, and the $K$-step error there`,
  paper: "Training on one step.",
  ours: "The optimum of training on K steps, for isotropic inputs exact.",
  kind: "equality",
  predict: (params) => loopedTraining(params).error,
  sampler: (params) => sampler({ ...params, gamma: loopedTraining(params).gamma }),
  cases,
}));

/** That it is the optimum, tested with other steps on sampled prompts. */
export const loopedTrainingMinimum = /* @__PURE__ */ ownTheorem<LoopedTrainingParams & { readonly gamma: number }>(() => ({
  id: "looped-training-minimum",
  source: "ours",
  statement: String.raw`$E\,\mathrm{tr}(I - S/\gamma)^{2K} \ge E\,\mathrm{tr}(I - S/\gamma_K)^{2K}$ for every $\gamma$`,
  paper: "Training on one step.",
  ours: "The optimum of training on K steps.",
  kind: "lower-bound",
  predict: (params) => loopedTraining(params).error,
  sampler,
  cases: [
    { d: 5, n: 10, loops: 3, gamma: 1.6 },
    { d: 5, n: 10, loops: 3, gamma: 2.2 },
    { d: 10, n: 20, loops: 5, gamma: 1.55 },
  ],
}));
