/** @file Training with thinking for anisotropic inputs: the eigenvalues of the layer that is best for K steps, found numerically. */
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { Random } from "../../core/random";
import { meanAndError } from "../../core/statistics";
import { Covariance } from "../../model/covariance";
import { gammaEigenvalues } from "../../model/gamma";
import { secondMomentSampler } from "../../model/wishart";

/** Training on the error of K looped steps. */
export interface LoopedSpectrumParams {
  /** λ: eigenvalues of Λ, (d,), units of x²; > 0. */
  readonly spectrum: ArrayLike<number>;
  /** n: examples in a training prompt; integer >= 1. */
  readonly n: number;
  /** K: looped steps of training; integer in [1, 50]. */
  readonly loops: number;
  /** Prompts of the objective; integer >= 10; default 4000/d, at least 100. */
  readonly draws?: number;
  /** Seed of the prompts; default 1. */
  readonly seed?: number;
}

/** What training on K steps gives. */
export interface LoopedSpectrum {
  /** γ_i = 1/a_i: by what a step divides the gradient along direction i, (d,), in the order of the spectrum; units of x². */
  readonly gammas: Float64Array;
  /** Mean error of K steps at m = n on fresh prompts, units of (y/x)². */
  readonly error: number;
  /** Its standard error. */
  readonly standardError: number;
  /** The same with the layer of Theorem 3.1, on the same prompts. */
  readonly oneStepTrained: number;
  /** Standard error of the difference of the two. */
  readonly differenceError: number;
  /** Prompts in the objective, and as many fresh ones. */
  readonly draws: number;
}

const MAX_LOOPS = 50;
/** Entries of all sampled matrices. */
const MOST_NUMBERS = 1e7;
const MAX_ITERATIONS = 200;
/** The slope, relative to the objective, at which the minimum is found. */
const TOLERANCE = 1e-7;

/**
 * The optimum of training on the K-step error for any spectrum: eigenvectors stay those of Λ, because flipping the sign of a coordinate changes
 * nothing, and the d eigenvalues of A are found by a quasi-Newton method on the mean over sampled prompts.
 * a = argmin E ‖(I - diag(a) S)^K‖_F²,  γ_i = 1/a_i
 * For K = 1 it is Theorem 3.1, and for λ = 1 {@link loopedTraining}, both up to the sampling error of the objective.
 * @param params spectrum λ, (d,), > 0; n >= 1; loops K in [1, 50]; draws?; seed = 1
 * @throws TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const { error, oneStepTrained } = cot.theory.loopedSpectrum({ spectrum: [1, 0.5], n: 5, loops: 4, draws: 200 });
 * error < oneStepTrained; // => true
 */
export function loopedSpectrum(params: LoopedSpectrumParams): LoopedSpectrum {
  const { spectrum, n, loops, draws: wanted, seed = 1 } = argumentsOf("loopedSpectrum", params);
  const check: Checks = new Checks("loopedSpectrum");
  check.vector("spectrum", spectrum);
  for (let i = 0; i < spectrum.length; i++) check.positive(`spectrum[${i}]`, spectrum[i]);
  check.integer("n", n, 1);
  check.integer("loops", loops, 1, MAX_LOOPS);
  const d = spectrum.length;
  const draws = wanted ?? Math.max(100, Math.ceil(4000 / d));
  check.count("draws", draws, 10, Math.max(10, Math.floor(MOST_NUMBERS / d ** 2)));
  const covariance = Covariance.diagonal(spectrum);
  const sampler = secondMomentSampler({ covariance, m: n });
  const random = inNameOf("loopedSpectrum", () => Random.seed(seed)).stream("looped-spectrum");
  const prompts = (name: string): Float64Array[] => {
    const stream = random.stream(name);
    return Array.from({ length: draws }, () => sampler(stream).slice());
  };
  const order = Array.from(spectrum, (_, i) => i).sort((i, j) => spectrum[j] - spectrum[i]);
  const sorted = inNameOf("loopedSpectrum", () => gammaEigenvalues({ covariance, n }));
  const start = new Float64Array(d);
  order.forEach((to, from) => {
    start[to] = -Math.log(sorted[from]);
  });
  const training = prompts("training");
  const logs = minimise((x) => objective(training, x, loops), start);
  const fresh = prompts("test");
  const errors = fresh.map((S) => loopedError(S, logs, loops));
  const one = fresh.map((S) => loopedError(S, start, loops));
  const { mean, standardError } = meanAndError(errors);
  return {
    gammas: logs.map((x) => Math.exp(-x)),
    error: mean,
    standardError,
    oneStepTrained: meanAndError(one).mean,
    differenceError: meanAndError(one.map((value, i) => value - errors[i])).standardError,
    draws,
  };
}

/** I - diag(e^x) S. */
function stepOf(S: Float64Array, logs: Float64Array): Float64Array {
  const d = logs.length;
  return S.map((value, at) => (at % (d + 1) === 0 ? 1 : 0) - Math.exp(logs[Math.floor(at / d)]) * value);
}

function multiply(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let l = 0; l < d; l++) {
      const value = a[i * d + l];
      for (let j = 0; j < d; j++) out[i * d + j] += value * b[l * d + j];
    }
  }
  return out;
}

const squares = (a: Float64Array): number => a.reduce((sum, value) => sum + value * value, 0);

/** ‖(I - diag(e^x) S)^K‖_F². */
function loopedError(S: Float64Array, logs: Float64Array, loops: number): number {
  const D = stepOf(S, logs);
  let power: Float64Array = D;
  for (let t = 1; t < loops; t++) power = multiply(D, power, logs.length);
  return squares(power);
}

/** The mean of `loopedError` and its slope in x, by going back through the K products. */
function objective(prompts: readonly Float64Array[], logs: Float64Array, loops: number): { value: number; slope: Float64Array } {
  const d = logs.length;
  const slope = new Float64Array(d);
  let value = 0;
  for (const S of prompts) {
    const D = stepOf(S, logs);
    const transposed = new Float64Array(d * d);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) transposed[j * d + i] = D[i * d + j];
    const powers = [D];
    for (let t = 1; t < loops; t++) powers.push(multiply(D, powers[t - 1], d));
    value += squares(powers[loops - 1]) / prompts.length;
    let back: Float64Array = powers[loops - 1].map((entry) => (2 * entry) / prompts.length);
    for (let t = loops - 1; t >= 0; t--) {
      // P_{t+1} = D P_t: dF/dD gains back P_tᵀ, and D_ij = 1_ij - e^{x_i} S_ij.
      const before = t === 0 ? undefined : powers[t - 1];
      for (let i = 0; i < d; i++) {
        let sum = 0;
        for (let l = 0; l < d; l++) {
          // (S P_t)_il = Σ_j S_ij P_t,jl.
          let seen = 0;
          if (before === undefined) seen = S[i * d + l];
          else for (let j = 0; j < d; j++) seen += S[i * d + j] * before[j * d + l];
          sum += back[i * d + l] * seen;
        }
        slope[i] -= Math.exp(logs[i]) * sum;
      }
      if (t > 0) back = multiply(transposed, back, d);
    }
  }
  return { value, slope };
}

/** The minimum of a smooth function, by BFGS with halved steps. */
function minimise(f: (x: Float64Array) => { value: number; slope: Float64Array }, start: Float64Array): Float64Array {
  const d = start.length;
  let x: Float64Array = start;
  let at = f(x);
  const inverse = new Float64Array(d * d);
  const reset = (): void => {
    const size = Math.max(Math.sqrt(squares(at.slope)), at.value);
    inverse.fill(0);
    for (let i = 0; i < d; i++) inverse[i * (d + 1)] = 1 / size;
  };
  reset();
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    if (Math.sqrt(squares(at.slope)) <= TOLERANCE * at.value) break;
    const direction = new Float64Array(d);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) direction[i] -= inverse[i * d + j] * at.slope[j];
    const descent = direction.reduce((sum, value, i) => sum + value * at.slope[i], 0);
    let factor = 1;
    let next: Float64Array = x;
    let found = at;
    for (; factor > 1e-12; factor /= 2) {
      next = x.map((value, i) => value + factor * direction[i]);
      found = f(next);
      if (found.value <= at.value + 1e-4 * factor * descent) break;
    }
    if (!(factor > 1e-12)) break;
    const step = next.map((value, i) => value - x[i]);
    const turn = found.slope.map((value, i) => value - at.slope[i]);
    const along = step.reduce((sum, value, i) => sum + value * turn[i], 0);
    x = next;
    at = found;
    if (along <= 0) {
      reset();
      continue;
    }
    // H ← (I - s yᵀ/sᵀy) H (I - y sᵀ/sᵀy) + s sᵀ/sᵀy.
    const turned = new Float64Array(d);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) turned[i] += inverse[i * d + j] * turn[j];
    const curvature = turn.reduce((sum, value, i) => sum + value * turned[i], 0);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        inverse[i * d + j] += ((1 + curvature / along) * step[i] * step[j] - step[i] * turned[j] - turned[i] * step[j]) / along;
      }
    }
  }
  return x;
}
