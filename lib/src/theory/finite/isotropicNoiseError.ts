/** @file The exact mean error of k steps on a finite test prompt with noisy labels, for isotropic inputs. */
import { argumentsOf, Checks } from "../../core/check";
import { exactRatio } from "../../core/exactRatio";
import { Rational, ratioToNumber } from "../../core/rational";
import { ones } from "../caseMatrices";
import { promptErrorSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";
import type { IsotropicErrorParams } from "./isotropicError";
import { wishartMoments } from "./wishartMoments";

/** Isotropic training and test prompts whose labels carry noise. */
export interface IsotropicNoiseParams extends IsotropicErrorParams {
  /** σ: standard deviation of the label noise in training and at test, in units of y with w and x of unit variance; 0 or in [1e-6, 1e6]. */
  readonly noise: number;
}

/** Largest k for which the exact fraction is formed, and for which all up to it are. */
const MAX_STEPS = 500;
const MAX_CURVE = 200;
/** Largest m of a search: beyond, its fractions take seconds. */
const MOST_LENGTH = 1e6;
/** Noise that is not 0: its square is a fraction of so many digits that larger and smaller ones would not end. */
const NOISES = [1e-6, 1e6] as const;

/**
 * The exact mean squared weight error after k steps on noisy labels, a fraction in lowest terms, in units of (y/x)².
 * 𝓔_k(σ) = E tr (I - S/γ)^(2k) + (σ²/m) E tr[(I - (I - S/γ)^k)² S⁻¹],  γ = 1 + (d + 1 + σ²)/n
 * $$ \mathcal E_k(\sigma) = E\,\mathrm{tr}(I - S/\gamma)^{2k} + \frac{\sigma^2}{m} E\,\mathrm{tr}\big[(I - (I - S/\gamma)^k)^2 S^{-1}\big], \quad
 *    \gamma = 1 + \frac{d + 1 + \sigma^2}{n} $$
 * (1 - (1 - x/γ)^k)²/x is a polynomial, so everything is rational in σ², which is taken as the fraction that its double is.
 * @param params d >= 1; m >= 1 or Infinity; n >= 1 or Infinity; k in [0, 500]; noise σ = 0 or in [1e-6, 1e6]
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.isotropicNoiseError({ d: 10, m: 20, n: 20, noise: 1, k: 1 }).toString(); // => "15/4"
 */
export function isotropicNoiseError(params: IsotropicNoiseParams): Rational {
  argumentsOf("isotropicNoiseError", params);
  const check: Checks = new Checks("isotropicNoiseError");
  checkParams(check, params, params.k);
  return Rational.of(...sum(curveTerms(params, params.k), params.k));
}

/**
 * The values of {@link isotropicNoiseError} for k = 0, ..., steps, (steps+1,).
 * @param params d >= 1; m >= 1 or Infinity; n >= 1 or Infinity; noise σ = 0 or in [1e-6, 1e6]
 * @param steps the last k; integer in [0, 200]
 * @throws RangeError outside the domain, or when a value exceeds 1.8e308
 * @origin ours
 * @example
 * cot.theory.isotropicNoiseCurve({ d: 10, m: 20, n: 20, noise: 1 }, 3); // => [10, 3.75, 2.358, 1.829]
 */
export function isotropicNoiseCurve(params: Omit<IsotropicNoiseParams, "k">, steps: number): Float64Array {
  argumentsOf("isotropicNoiseCurve", params);
  const check: Checks = new Checks("isotropicNoiseCurve");
  checkParams(check, { ...params, k: 0 }, 0);
  check.integer("steps", steps, 0, MAX_CURVE);
  const terms = curveTerms(params, steps);
  return Float64Array.from({ length: steps + 1 }, (_, k) => ratioToNumber(...sum(terms, k)));
}

/**
 * The number of steps with the least mean error under label noise, exact; Infinity where the error only falls (m = ∞).
 * k* = argmin_k 𝓔_k(σ)
 * The search ends where the part without noise, whose logarithm is convex in k, rises and alone exceeds the least value that was met.
 * @param params d >= 1; m >= 1 or Infinity; n >= 1 or Infinity; noise σ = 0 or in [1e-6, 1e6]
 * @throws RangeError outside the domain, when m exceeds 1e6, or when the search would pass k = 200
 * @origin ours
 * @example
 * cot.theory.bestNoisySteps({ d: 10, m: 20, n: 20, noise: 1 }); // => 5
 */
export function bestNoisySteps(params: Omit<IsotropicNoiseParams, "k">): number {
  argumentsOf("bestNoisySteps", params);
  const check: Checks = new Checks("bestNoisySteps");
  checkParams(check, { ...params, k: 0 }, 0);
  if (params.m !== Number.POSITIVE_INFINITY) check.count("m", params.m, 1, MOST_LENGTH);
  if (params.m === Number.POSITIVE_INFINITY)
    return params.n === Number.POSITIVE_INFINITY && params.noise === 0 ? 1 : Number.POSITIVE_INFINITY;
  const terms = curveTerms(params, MAX_CURVE);
  let [best, at, before] = [sum(terms, 0), 0, sum(terms, 0)];
  for (let k = 1; k <= MAX_CURVE; k++) {
    const [error, bias] = [sum(terms, k), sum({ ...terms, variance: [0n, 1n] }, k)];
    if (isLess(error, best)) [best, at] = [error, k];
    if (!isLess(bias, before) && !isLess(bias, best)) return at;
    before = bias;
  }
  return check.fail("the best k", `certain within ${MAX_CURVE} steps`, "a later one");
}

function checkParams(check: Checks, { d, m, n, noise }: Omit<IsotropicNoiseParams, "k"> & { k: number }, k: number): void {
  check.integer("d", d, 1);
  check.length("m", m);
  check.length("n", n);
  check.finite("noise", noise);
  if (noise !== 0 && !(noise >= NOISES[0] && noise <= NOISES[1])) check.fail("noise", `0 or in [${NOISES.join(", ")}]`, noise);
  check.integer("k", k, 0, MAX_STEPS);
}

/** p/q < r/s for positive denominators, without their common factors, which take longer to find. */
const isLess = ([p, q]: readonly [bigint, bigint], [r, s]: readonly [bigint, bigint]): boolean => p * s < r * q;

/** What all k share: 1/(mγ) = step/base, the moments, σ². */
interface Terms {
  readonly step: bigint;
  readonly base: bigint;
  /** E tr W^j; undefined at m = ∞, where S = I and noise averages out. */
  readonly moments?: readonly bigint[];
  readonly d: bigint;
  readonly variance: readonly [bigint, bigint];
}

function curveTerms({ d, m, n, noise }: Omit<IsotropicNoiseParams, "k">, steps: number): Terms {
  const variance = exactRatio(noise * noise);
  const [p, q] = variance;
  const endless = m === Number.POSITIVE_INFINITY;
  const length = endless ? 1n : BigInt(m);
  // γ = 1 + (d + 1 + p/q)/n.
  const [step, gamma] = n === Number.POSITIVE_INFINITY ? [1n, 1n] : [BigInt(n) * q, BigInt(n + d + 1) * q + p];
  return {
    step,
    base: length * gamma,
    d: BigInt(d),
    variance,
    ...(endless ? {} : { moments: wishartMoments({ d, m, order: 2 * steps }) }),
  };
}

/** 𝓔_k as p/q, not in lowest terms. */
function sum({ step, base, moments, d, variance: [p, q] }: Terms, k: number): [bigint, bigint] {
  const power = base ** BigInt(2 * k);
  if (!moments) return [d * (base - step) ** BigInt(2 * k), power];
  let bias = 0n;
  let spread = 0n;
  // C(2k, j) and C(k, j) times (-step)^j base^{2k-j}.
  let [double, single] = [power, power];
  for (let j = 0; j <= 2 * k; j++) {
    bias += double * moments[j];
    // (1 - (1 - tx)^k)² has the coefficients C(2k, j) - 2 C(k, j) of (-t)^j, but for j = 0, where it vanishes; (σ²/m) S⁻¹ = σ² W⁻¹.
    if (j > 0) spread += (double - 2n * single) * moments[j - 1];
    double = (double * BigInt(2 * k - j) * -step) / (BigInt(j + 1) * base);
    single = j < k ? (single * BigInt(k - j) * -step) / (BigInt(j + 1) * base) : 0n;
  }
  return [bias * q + spread * p, power * q];
}

/** The exact mean, tested on sampled prompts with noisy labels that are iterated. */
export const isotropicNoiseTheorem = /* @__PURE__ */ ownTheorem<IsotropicNoiseParams>(() => ({
  id: "finite-isotropic-noise",
  source: "ours",
  statement: String.raw`$\mathcal E_k(\sigma) = E\,\mathrm{tr}(I - S/\gamma)^{2k} + \frac{\sigma^2}{m} E\,\mathrm{tr}[(I - (I - S/\gamma)^k)^2 S^{-1}]$, $\gamma = 1 + (d + 1 + \sigma^2)/n$`,
  paper: "Labels have no noise.",
  ours: "The exact mean with label noise in training and test, for isotropic inputs and every d, m, n, k.",
  kind: "equality",
  predict: (params) => isotropicNoiseError(params).toNumber(),
  sampler: ({ d, m, n, k, noise }) => {
    const target = ones(d);
    const preconditioner = target.apply(() => 1 / (1 + (d + 1 + noise * noise) / n));
    return promptErrorSampler({ preconditioner, target, k, m, noise });
  },
  cases: [
    { d: 5, m: 12, n: 8, noise: 0.5, k: 3 },
    { d: 3, m: 20, n: 10, noise: 1, k: 6 },
    { d: 4, m: 3, n: 5, noise: 0.7, k: 2 },
  ],
}));
