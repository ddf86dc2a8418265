/** @file The exact mean error of k steps on a finite test prompt, for isotropic inputs. */
import { smallestInteger } from "../../core/bisection";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { logOfRatio, Rational, ratioToNumber } from "../../core/rational";
import { Covariance } from "../../model/covariance";
import { momentErrorSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";
import { logMeanTracePower } from "./tracePower";
import { wishartMoments } from "./wishartMoments";

/** A model trained on isotropic inputs that takes k steps on an isotropic test prompt of the same scale (Λ = Σ ∝ I). */
export interface IsotropicErrorParams {
  /** d: dimension; integer >= 1. */
  readonly d: number;
  /** m: examples in the test prompt; integer >= 1, or Infinity. */
  readonly m: number;
  /** n: examples in a training prompt; integer >= 1, or Infinity. */
  readonly n: number;
  /** k: chain-of-thought updates from w_0 = 0; integer >= 0. */
  readonly k: number;
}

/** A whole curve in k. */
export type IsotropicCurveParams = Omit<IsotropicErrorParams, "k"> & {
  /** K: the last k; integer >= 0. */
  readonly steps: number;
};

/** Largest k for which the exact fraction is formed; its integers have about 2k log2(k m) bits. */
const MAX_EXACT_STEPS = 2000;
/** Up to this k, logarithms and numbers are rounded from the exact fraction; above, the density is integrated. */
const EXACT_STEPS = 100;
/** Steps of the first, short curve on which the best k is looked for. */
const FEW_STEPS = 12;
/** Just below the logarithm of the largest double. */
const LARGEST_LOG = 709.78;

/**
 * The exact mean squared weight error after k steps, a fraction in lowest terms, in units of (y/x)².
 * 𝓔_k = E tr (I - S/γ)^(2k) = Σ_{j=0}^{2k} C(2k, j) (-1/(mγ))^j E tr W^j,  γ = 1 + (d + 1)/n,  W = m S
 * $$ \mathcal E_k = E\,\mathrm{tr}(I - S/\gamma)^{2k} = \sum_{j=0}^{2k} \binom{2k}{j} \Big(\frac{-1}{m\gamma}\Big)^j E\,\mathrm{tr}\,W^j,
 *    \quad \gamma = 1 + \frac{d+1}{n}, \quad W = m S $$
 * The terms alternate and exceed the sum by many orders of magnitude, hence the integers. At m = ∞ it is d (1 - 1/γ)^(2k).
 * @param params d >= 1; m >= 1 or Infinity; n >= 1 or Infinity; k in [0, 2000]
 * @throws RangeError outside the domain
 * @origin ours; the paper bounds k = 1 (Theorem 3.3) and has the limit m = ∞ (Corollary 3.5)
 * @example
 * cot.theory.isotropicError({ d: 10, m: 40, n: 20, k: 1 }).toString(); // => "2310/961"
 */
export function isotropicError(params: IsotropicErrorParams): Rational {
  argumentsOf("isotropicError", params);
  const check: Checks = new Checks("isotropicError");
  checkIsotropic(check, params);
  if (params.k > MAX_EXACT_STEPS) check.fail("k", `an integer in [0, ${MAX_EXACT_STEPS}]`, params.k, "Use logIsotropicError");
  const [p, q] = exactFraction(params);
  return Rational.of(p, q);
}

/**
 * The natural logarithm of {@link isotropicError} for any k; -Infinity when the error is 0 (m = n = ∞, k >= 1).
 * Rounded from the exact fraction up to k = 100; above, with the accuracy of {@link logMeanTracePower}.
 * @param params d >= 1; m >= 1 or Infinity; n >= 1 or Infinity; k >= 0, at finite m in [0, 1e12]
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.logIsotropicError({ d: 10, m: 40, n: 20, k: 20 }); // => 0.283
 */
export function logIsotropicError(params: IsotropicErrorParams): number {
  argumentsOf("logIsotropicError", params);
  checkIsotropic(new Checks("logIsotropicError"), params);
  return inNameOf("logIsotropicError", () => logError(params));
}

/**
 * The values of {@link isotropicError} for k = 0, ..., steps as numbers, (steps+1,); below 1e-308 they underflow towards 0.
 * @param params d >= 1; m >= 1 or Infinity; n >= 1 or Infinity; steps >= 0
 * @throws RangeError outside the domain, or when a value exceeds 1.8e308 (use `logIsotropicError`)
 * @origin ours
 * @example
 * cot.theory.isotropicErrorCurve({ d: 10, m: 20, n: 10, steps: 3 }); // => [10, 3.991, 2.493, 1.765]
 */
export function isotropicErrorCurve(params: IsotropicCurveParams): Float64Array {
  argumentsOf("isotropicErrorCurve", params);
  const check: Checks = new Checks("isotropicErrorCurve");
  const values = isotropicErrorsOrInfinity(check, params);
  if (values.includes(Number.POSITIVE_INFINITY))
    check.fail("steps", "such that the error stays below 1.8e308", params.steps, "Use logIsotropicError");
  return values;
}

/** `isotropicErrorCurve` with Infinity for a value that exceeds 1.8e308, speaking in the name of the function that needs it. */
export function isotropicErrorsOrInfinity(check: Checks, params: IsotropicCurveParams): Float64Array {
  const { steps } = params;
  checkIsotropic(check, { ...params, k: steps });
  check.count("steps", steps, 0, MAX_EXACT_STEPS);
  const { numerators, base } = exactCurve({ ...params, steps: Math.min(steps, EXACT_STEPS) });
  const tooLarge = (log: number): boolean => log > LARGEST_LOG;
  let q = 1n;
  return Float64Array.from({ length: steps + 1 }, (_, k) => {
    if (k > EXACT_STEPS) {
      const log = logError({ ...params, k });
      return tooLarge(log) ? Number.POSITIVE_INFINITY : Math.exp(log);
    }
    const p = numerators[k];
    const value = p > 0n && tooLarge(logOfRatio(p, q)) ? Number.POSITIVE_INFINITY : ratioToNumber(p, q);
    q *= base * base;
    return value;
  });
}

/**
 * The number of steps k >= 0 with the least mean error {@link isotropicError}; Infinity for m = ∞ and finite n, where more steps always help.
 * k* = argmin_{k ≥ 0} 𝓔_k,  𝓔_0 = d;  k* = 0 ⟺ n (d + 1 - m) ≥ 2m (d + 1)
 * At finite m thinking longer makes the mean worse, long before the typical prompt (see {@link typicalBehaviour}), and 0 says that the first
 * step already does harm: w_0 = 0, with the error d, is best. ln 𝓔_k is convex in k, so the first least k is bisected: on exact fractions
 * up to k = 100, above on logarithms, which blur it by about 1e-16 m² steps.
 * @param params d >= 1; m >= 1 or Infinity; n >= 1 or Infinity
 * @throws RangeError outside the domain, or when k would exceed 1e12
 * @origin ours
 * @example
 * [{ d: 10, m: 40, n: 20 }, { d: 30, m: 7, n: 20 }].map(cot.theory.bestSteps); // => [14, 0]
 */
export function bestSteps(params: Omit<IsotropicErrorParams, "k">): number {
  const { d, m, n } = argumentsOf("bestSteps", params);
  checkIsotropic(new Checks("bestSteps"), { d, m, n, k: 1 });
  if (m === Number.POSITIVE_INFINITY) return n === Number.POSITIVE_INFINITY ? 1 : Number.POSITIVE_INFINITY;
  // The integers of a short curve are short, and often it is enough.
  for (const steps of [FEW_STEPS, EXACT_STEPS]) {
    const { numerators, base } = exactCurve({ d, m, n, steps });
    // Over the common denominators q^{2k}: E_k <= E_{k+1}.
    const best = numerators.findIndex((value, k) => k < steps && value * base * base <= numerators[k + 1]);
    if (best >= 0) return best;
  }
  return inNameOf("bestSteps", () => smallestInteger((k) => logError({ d, m, n, k: k + 1 }) >= logError({ d, m, n, k }), EXACT_STEPS));
}

/** Throws unless the four numbers are in their domains. */
export function checkIsotropic(check: Checks, { d, m, n, k }: IsotropicErrorParams): void {
  check.integer("d", d, 1);
  check.length("m", m);
  check.length("n", n);
  check.integer("k", k, 0);
}

function logError({ d, m, n, k }: IsotropicErrorParams): number {
  if (k === 0) return Math.log(d);
  // ln(1 - 1/γ) = -ln(1 + n/(d+1)).
  if (m === Number.POSITIVE_INFINITY) return n === m ? Number.NEGATIVE_INFINITY : Math.log(d) - 2 * k * Math.log1p(n / (d + 1));
  if (k <= EXACT_STEPS) return logOfRatio(...exactFraction({ d, m, n, k }));
  return logMeanTracePower({ d, m, center: m * (1 + (d + 1) / n), k });
}

/** 1/(mγ) = step/base, in integers; m may be Infinity, and then S = I. */
function stepFraction({ d, m, n }: Omit<IsotropicErrorParams, "k">): [step: bigint, base: bigint] {
  const length = m === Number.POSITIVE_INFINITY ? 1n : BigInt(m);
  if (n === Number.POSITIVE_INFINITY) return [1n, length];
  return [BigInt(n), length * (BigInt(n) + BigInt(d) + 1n)];
}

/** E_k = p/q, not in lowest terms. */
function exactFraction({ d, m, n, k }: IsotropicErrorParams): [p: bigint, q: bigint] {
  const [step, base] = stepFraction({ d, m, n });
  const q = base ** BigInt(2 * k);
  if (m === Number.POSITIVE_INFINITY) return [BigInt(d) * (base - step) ** BigInt(2 * k), q];
  const moments = wishartMoments({ d, m, order: 2 * k });
  let p = 0n;
  // binom(2k, j) (-step)^j base^{2k-j}
  let factor = q;
  for (let j = 0; j <= 2 * k; j++) {
    p += factor * moments[j];
    factor = (factor * BigInt(2 * k - j) * -step) / (BigInt(j + 1) * base);
  }
  return [p, q];
}

/** E_k = numerators[k] / base^{2k}, k = 0..steps, from the difference table E tr W^j (base - step W)^p. */
function exactCurve({ d, m, n, steps }: IsotropicCurveParams): { numerators: bigint[]; base: bigint } {
  const [step, base] = stepFraction({ d, m, n });
  if (m === Number.POSITIVE_INFINITY) {
    return { numerators: Array.from({ length: steps + 1 }, (_, k) => BigInt(d) * (base - step) ** BigInt(2 * k)), base };
  }
  const row = wishartMoments({ d, m, order: 2 * steps });
  const numerators = [row[0]];
  for (let p = 1; p <= 2 * steps; p++) {
    for (let j = 0; j <= 2 * steps - p; j++) row[j] = base * row[j] - step * row[j + 1];
    if (p % 2 === 0) numerators.push(row[0]);
  }
  return { numerators, base };
}

/** The exact mean, tested on sampled test prompts. */
export const isotropicErrorTheorem = /* @__PURE__ */ ownTheorem<IsotropicErrorParams>(() => ({
  id: "finite-isotropic-error",
  source: "ours",
  statement: String.raw`$\mathcal E_k = \sum_j \binom{2k}{j} (-m\gamma)^{-j} E\,\mathrm{tr}\,W^j$ with $\gamma = 1 + (d+1)/n$ and $W$ a Wishart matrix of $m$ degrees of freedom`,
  paper: "Nothing at finite m but the bound for one step (Theorem 3.3) and a factor 1 + o(1) (Corollary 3.5).",
  ours: "The exact mean for isotropic inputs and every d, m, n, k.",
  kind: "equality",
  predict: (params) => Math.exp(logIsotropicError(params)),
  sampler: ({ d, m, n, k }) => {
    const target = Covariance.diagonal(new Float64Array(d).fill(1));
    return momentErrorSampler({ preconditioner: target.apply(() => 1 / (1 + (d + 1) / n)), target, m, k });
  },
  cases: [
    { d: 1, m: 20, n: 10, k: 2 },
    { d: 5, m: 20, n: 10, k: 3 },
    { d: 10, m: 40, n: 20, k: 5 },
    { d: 10, m: 8, n: 20, k: 2 },
    { d: 6, m: 60, n: Number.POSITIVE_INFINITY, k: 2 },
  ],
}));
