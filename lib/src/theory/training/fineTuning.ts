/** @file Fine-tuning: what gradient descent on a new task makes of a trained layer, and of its thinking. */
import { Matrix } from "ml-matrix";
import { smallestInteger } from "../../core/bisection";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { fromLog } from "../../core/logSum";
import type { Random } from "../../core/random";
import { rowMajor } from "../../linalg/layout";
import { Covariance, checkCovariance, checkSameDimension, requireInvertible } from "../../model/covariance";
import { matrixLogErrors, stepGrowth } from "../../model/errorPowers";
import { gammaEigenvalues, inverseGamma } from "../../model/gamma";
import { regressionPairSampler } from "../../model/regressionPair";
import { test, train } from "../caseMatrices";
import { noiseScale } from "../pretraining/chainMoments";
import { MAX_PAIRED_STEPS, nestedPairings, promptTables } from "../pretraining/nestedPairings";
import { productNorm } from "../simulatedErrors";
import { ownTheorem } from "../theorem";

const RESULT = "the error after fine-tuning";

/** A layer trained on one task that gradient descent trains on another. */
export interface FineTuningParams {
  /** Λ₀: covariance of the inputs of pretraining, (d, d), units of x²; A₀ = Γ₀⁻¹. */
  readonly pretraining: Covariance;
  /** Λ₁: covariance of the inputs of fine-tuning, (d, d), units of x²; positive definite. */
  readonly fineTuning: Covariance;
  /** Σ: covariance of the test inputs, (d, d), units of x²; default Λ₁. A fine-tune with Λ₁ = Σ is aligned. */
  readonly target?: Covariance;
  /** n: examples in a prompt of pretraining; integer >= 1, or Infinity. */
  readonly n: number;
  /** n₁: examples in a prompt of fine-tuning; integer >= 1, or Infinity; default n. */
  readonly fineTuningLength?: number;
  /** η: step of gradient descent on A, units of 1/x⁴; in (0, 2/(λγ)_max of the new task). */
  readonly step: number;
}

/** The same after some updates. */
export interface FineTunedParams extends FineTuningParams {
  /** t: updates of gradient descent; integer >= 0; 0 is the base model. */
  readonly updates: number;
}

/** Updates after which the search for the first helpful one gives up. */
const LIMIT = 10_000;

/**
 * What the layer has learned after t updates of gradient descent on the new task, (d, d), in units of 1/x²; not symmetric in general.
 * A_t = Γ₁⁻¹ + (Γ₀⁻¹ - Γ₁⁻¹)(I - η Λ₁Γ₁)^t
 * @param params pretraining Λ₀, (d, d); fineTuning Λ₁, (d, d); target = fineTuning (Σ); n >= 1 or Infinity; fineTuningLength = n; step η; updates t >= 0
 * @throws HypothesisError when Λ₁ is singular or a Γ is; TypeError or RangeError outside the domain, or for a step that is not stable
 * @origin ours, from the gradient of the paper's Theorem 3.1
 * @example
 * const [pretraining, fineTuning] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([0.5, 1])];
 * cot.theory.fineTunedPreconditioner({ pretraining, fineTuning, n: 10, step: 0.5, updates: 3 }); // => [[1.0756, 0], [0, 0.8331]]
 */
export function fineTunedPreconditioner(params: FineTunedParams): Matrix {
  argumentsOf("fineTunedPreconditioner", params);
  const check: Checks = new Checks("fineTunedPreconditioner");
  const path = pathOf(check, params);
  check.integer("updates", params.updates, 0);
  const A = path.at(params.updates);
  return A.length === path.d ? Matrix.diag(Array.from(A)) : Matrix.from1DArray(path.d, path.d, A);
}

/**
 * The mean squared weight error of k steps on an endless test prompt after t updates of fine-tuning, in units of (y/x)².
 * 𝓔_k(t) = ‖(I - A_t Σ)^k‖_F²
 * t = 0 is the base model; Σ = Λ₁ an aligned fine-tune; any other Σ a misaligned one.
 * @param params pretraining Λ₀, (d, d); fineTuning Λ₁, (d, d); target = fineTuning (Σ); n >= 1 or Infinity; fineTuningLength = n; step η; updates t >= 0;
 *   k >= 0
 * @throws HypothesisError when Λ₁ is singular or a Γ is; TypeError or RangeError outside the domain, or when the error exceeds 1.8e308
 * @origin ours
 * @example
 * const [pretraining, fineTuning] = [cot.Covariance.diagonal([1, 0.1]), cot.Covariance.diagonal([0.1, 1])];
 * const tuned = (updates: number) => cot.theory.fineTunedError({ pretraining, fineTuning, n: 10, step: 0.5, updates, k: 5 });
 * [tuned(0), tuned(3)]; // => [313848.3, 0.3694]
 */
export function fineTunedError(params: FineTunedParams & { readonly k: number }): number {
  argumentsOf("fineTunedError", params);
  return fromLog(
    new Checks("fineTunedError"),
    inNameOf("fineTunedError", () => logFineTunedError(params)),
    "logFineTunedError",
  );
}

/**
 * The natural logarithm of {@link fineTunedError}, for any k.
 * @param params pretraining Λ₀, (d, d); fineTuning Λ₁, (d, d); target = fineTuning (Σ); n >= 1 or Infinity; fineTuningLength = n; step η; updates t >= 0;
 *   k >= 0
 * @throws as {@link fineTunedError}, but for the size of the error
 * @origin ours
 * @example
 * const [pretraining, fineTuning] = [cot.Covariance.diagonal([1, 0.1]), cot.Covariance.diagonal([0.1, 1])];
 * cot.theory.logFineTunedError({ pretraining, fineTuning, n: 10, step: 0.5, updates: 0, k: 1000 }); // => 2531.3
 */
export function logFineTunedError(params: FineTunedParams & { readonly k: number }): number {
  argumentsOf("logFineTunedError", params);
  const check: Checks = new Checks("logFineTunedError");
  const path = pathOf(check, params);
  check.integer("updates", params.updates, 0);
  check.integer("k", params.k, 0);
  return matrixLogErrors(path.at(params.updates), path.sigma, path.d)(params.k);
}

/**
 * The factor by which a step of thinking changes the error's norm after t updates, in the end: below 1 thinking helps, above 1 it hurts.
 * growth = max |λ(I - A_t Σ)|
 * @param params pretraining Λ₀, (d, d); fineTuning Λ₁, (d, d); target = fineTuning (Σ); n >= 1 or Infinity; fineTuningLength = n; step η; updates t >= 0
 * @throws HypothesisError when Λ₁ is singular or a Γ is; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const [pretraining, fineTuning] = [cot.Covariance.diagonal([1, 0.1]), cot.Covariance.diagonal([0.1, 1])];
 * cot.theory.fineTunedGrowth({ pretraining, fineTuning, n: 10, step: 0.5, updates: 1 }); // => 1.2955
 */
export function fineTunedGrowth(params: FineTunedParams): number {
  argumentsOf("fineTunedGrowth", params);
  const check: Checks = new Checks("fineTunedGrowth");
  const path = pathOf(check, params);
  check.integer("updates", params.updates, 0);
  return stepGrowth(path.at(params.updates), path.sigma, path.d);
}

/**
 * The first update of fine-tuning after which thinking helps: the least t with {@link fineTunedGrowth} < 1; Infinity when there is none.
 * For matrices that do not commute every t is tried in turn, up to 10,000.
 * @param params pretraining Λ₀, (d, d); fineTuning Λ₁, (d, d); target = fineTuning (Σ); n >= 1 or Infinity; fineTuningLength = n; step η
 * @throws HypothesisError when Λ₁ is singular or a Γ is; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const [pretraining, fineTuning] = [cot.Covariance.diagonal([1, 0.1]), cot.Covariance.diagonal([0.1, 1])];
 * cot.theory.firstHelpfulUpdate({ pretraining, fineTuning, n: 10, step: 0.05 }); // => 19
 */
export function firstHelpfulUpdate(params: FineTuningParams): number {
  argumentsOf("firstHelpfulUpdate", params);
  const check: Checks = new Checks("firstHelpfulUpdate");
  const { at, sigma, d, rates } = pathOf(check, params);
  const helps = (t: number): boolean => stepGrowth(at(t), sigma, d) < 1;
  if (at(0).length === d && rates.every((rate) => rate >= 0) && helps(Number.POSITIVE_INFINITY)) {
    // Each a_i tends to its limit from one side, so a direction that has come below 2/σ_i stays there.
    return smallestInteger(helps, 0);
  }
  for (let t = 0; t <= LIMIT; t++) if (helps(t)) return t;
  return Number.POSITIVE_INFINITY;
}

/**
 * What fine-tuning forgets: the logarithm of the factor by which it multiplies the error of k steps on the old task, Σ = Λ₀;
 * dimensionless, Infinity where the old error was 0.
 * forgetting = ln ‖(I - A_t Λ₀)^k‖_F² - ln ‖(I - A_0 Λ₀)^k‖_F²
 * @param params pretraining Λ₀, (d, d); fineTuning Λ₁, (d, d); target? (not used); n >= 1 or Infinity; fineTuningLength = n; step η; updates t >= 0; k >= 0
 * @throws HypothesisError when Λ₁ is singular or a Γ is; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const [pretraining, fineTuning] = [cot.Covariance.diagonal([1, 0.1]), cot.Covariance.diagonal([0.1, 1])];
 * cot.theory.logForgetting({ pretraining, fineTuning, n: 10, step: 0.5, updates: 10, k: 5 }); // => 5.198
 */
export function logForgetting(params: FineTunedParams & { readonly k: number }): number {
  argumentsOf("logForgetting", params);
  const old = { ...params, target: params.pretraining };
  const [now, before] = inNameOf("logForgetting", () => [logFineTunedError(old), logFineTunedError({ ...old, updates: 0 })]);
  // Two vanishing errors are equal; their logarithms have no difference.
  return now === before ? 0 : now - before;
}

/**
 * The logarithms of the error of k = 0..K steps, (K+1,), when the base model was fitted to B prompts only: its noise wears off as fine-tuning
 * goes on, for commuting Λ₀, Λ₁ and Σ.
 * A_t = Γ₁⁻¹ + (Γ₀⁻¹ + N - Γ₁⁻¹)(I - η Λ₁Γ₁)^t
 * So N keeps its rows, and its columns shrink: C_i becomes C_i (1 - ηλ_iγ_i)^(2t) of the new task, see {@link pretrainingErrorCurve}. A fine-tune on B
 * prompts that is run to its end is that function with Λ₁ in the place of Λ.
 * @param params pretraining Λ₀, (d, d); fineTuning Λ₁, (d, d); target = fineTuning (Σ); n >= 1 or Infinity; fineTuningLength = n; step η; updates t >= 0;
 *   prompts B > d + 1 or Infinity
 * @param steps K; integer in [0, 300]
 * @throws HypothesisError when the three do not share a diagonal form, Λ₀ or Λ₁ is singular, or B <= d + 1; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const [pretraining, fineTuning] = [cot.Covariance.diagonal([1, 0.1]), cot.Covariance.diagonal([0.1, 1])];
 * cot.theory.logFineTunedCurve({ pretraining, fineTuning, n: 10, step: 0.5, updates: 3, prompts: 10 }, 2); // => [0.693, -0.173, -0.392]
 */
export function logFineTunedCurve(params: FineTunedParams & { readonly prompts: number }, steps: number): Float64Array {
  argumentsOf("logFineTunedCurve", params);
  const check: Checks = new Checks("logFineTunedCurve");
  const path = pathOf(check, params);
  const { pretraining, n, updates, prompts } = params;
  check.integer("updates", updates, 0);
  check.integer("steps", steps, 0, MAX_PAIRED_STEPS);
  const scale = noiseScale(check, prompts, path.d);
  requireInvertible(check, "pretraining", pretraining, RESULT, "lambda_min > 0");
  const A = path.at(updates);
  if (A.length !== path.d) {
    const hypothesis = "Lambda_0, Lambda_1 and Sigma are diagonal";
    check.refuse(
      RESULT,
      hypothesis,
      "each of pretraining, fineTuning and target",
      `diagonal for ${RESULT} of B prompts`,
      pretraining.matrix,
    );
  }
  const lambda = pretraining.matrix.diag();
  const each = (f: (i: number, excess: number, gamma: number) => number): Float64Array =>
    Float64Array.from(lambda, (value, i) => f(i, (value + pretraining.trace) / n, value + (value + pretraining.trace) / n));
  const mu = A.map((a, i) => a * path.sigma[i]);
  const columns = each((i, _, gamma) => path.rates[i] ** (2 * updates) / (lambda[i] * gamma));
  const rows = each((_, excess, gamma) => excess / gamma);
  const moments = {
    mu,
    reach: path.sigma,
    delta: mu.map((value) => 1 - value),
    plain: each(() => 1),
    rows,
    loop: columns.map((value, i) => value * rows[i]),
    end: columns,
  };
  return nestedPairings(promptTables([moments], scale, steps), scale, steps);
}

/** The path of A_t: at(t), row-major or, where all is diagonal, its diagonal; and Σ in the same form. */
interface Path {
  readonly d: number;
  readonly sigma: Float64Array;
  /** 1 - η λ_i γ_i of the new task, in the order of `at`'s columns where all is diagonal. */
  readonly rates: Float64Array;
  at(updates: number): Float64Array;
}

function pathOf(check: Checks, { pretraining, fineTuning, target = fineTuning, n, fineTuningLength = n, step }: FineTuningParams): Path {
  checkCovariance(check, "pretraining", pretraining);
  checkCovariance(check, "fineTuning", fineTuning);
  checkCovariance(check, "target", target);
  checkSameDimension(check, "pretraining", pretraining, "fineTuning", fineTuning);
  checkSameDimension(check, "pretraining", pretraining, "target", target);
  check.length("n", n);
  check.length("fineTuningLength", fineTuningLength);
  check.positive("step", step);
  requireInvertible(check, "fineTuning", fineTuning, RESULT, "lambda_min > 0");
  if (n === Number.POSITIVE_INFINITY) requireInvertible(check, "pretraining", pretraining, RESULT, "Gamma is invertible");
  const gammas = gammaEigenvalues({ covariance: fineTuning, n: fineTuningLength });
  const rates = fineTuning.eigenvalues.map((lambda, i) => 1 - step * lambda * gammas[i]);
  if (!rates.every((rate) => Math.abs(rate) < 1)) {
    check.fail("step", `below the largest stable step ${2 / (fineTuning.lambdaMax * gammas[0])}`, step);
  }
  const { d } = fineTuning;
  const start = inverseGamma({ covariance: pretraining, n });
  const end = inverseGamma({ covariance: fineTuning, n: fineTuningLength });
  if (pretraining.isDiagonal && fineTuning.isDiagonal && target.isDiagonal) {
    const [from, to] = [start.diag(), end.diag()];
    const own = Float64Array.from(fineTuning.matrix.diag(), (lambda, i) => 1 - (step * lambda) / to[i]);
    return {
      d,
      sigma: Float64Array.from(target.matrix.diag()),
      rates: own,
      at: (updates) => own.map((rate, i) => to[i] + (from[i] - to[i]) * rate ** updates),
    };
  }
  const gap = rowMajor(Matrix.sub(start, end).mmul(fineTuning.eigenvectors));
  const [limit, back] = [rowMajor(end), fineTuning.eigenvectors.transpose()];
  return {
    d,
    sigma: rowMajor(target.matrix),
    rates,
    at: (updates) => {
      const scaled = gap.map((value, place) => value * rates[place % d] ** updates);
      const change = rowMajor(Matrix.from1DArray(d, d, scaled).mmul(back));
      return limit.map((value, place) => value + change[place]);
    },
  };
}

/** Prompts whose gradients are averaged in one update of the experiment below. */
const BATCH = 4000;

/** The error after fine-tuning, tested on gradient descent with gradients of sampled prompts. */
export const fineTuning = /* @__PURE__ */ ownTheorem<FineTunedParams & { readonly k: number }>(() => ({
  id: "fine-tuning",
  source: "ours",
  statement: String.raw`gradient descent from $A_0 = \Gamma_0^{-1}$ on a new task gives $A_t = \Gamma_1^{-1} + (A_0 - \Gamma_1^{-1})(I - \eta\Lambda_1\Gamma_1)^t$ and the error $\|(I - A_t\Sigma)^k\|_F^2$`,
  paper: "Fine-tuning of a language model on mathematics, of which thinking is said to gain (an experiment).",
  ours: "Its exact counterpart for the linear layer: base model, aligned and misaligned fine-tune in closed form.",
  kind: "approximation",
  // The sampled gradients leave a variance of the order of 1/BATCH.
  tolerance: 0.02,
  draws: 40,
  predict: fineTunedError,
  sampler: ({ pretraining, fineTuning: task, target = task, n, fineTuningLength = n, step, updates, k }) => {
    const { d } = task;
    const start = rowMajor(inverseGamma({ covariance: pretraining, n }));
    const sigma = rowMajor(target.matrix);
    const draw = regressionPairSampler({ covariance: task, n: fineTuningLength });
    const [w, g] = [new Float64Array(d), new Float64Array(d)];
    return (random: Random) => {
      const A = start.slice();
      for (let t = 0; t < updates; t++) {
        const gradient = new Float64Array(d * d);
        for (let b = 0; b < BATCH; b++) {
          draw(random, w, g);
          for (let i = 0; i < d; i++) {
            let residual = -w[i];
            for (let j = 0; j < d; j++) residual += A[i * d + j] * g[j];
            for (let j = 0; j < d; j++) gradient[i * d + j] += (residual * g[j]) / BATCH;
          }
        }
        for (let at = 0; at < d * d; at++) A[at] -= step * gradient[at];
      }
      return productNorm(Matrix.from1DArray(d, d, A), k)(sigma);
    };
  },
  cases: [
    { pretraining: Covariance.diagonal([1, 0.25]), fineTuning: Covariance.diagonal([0.4, 1]), n: 20, step: 0.4, updates: 6, k: 3 },
    { pretraining: train, fineTuning: test, n: 12, step: 0.3, updates: 4, k: 2 },
    { pretraining: train, fineTuning: test, target: train, n: 12, step: 0.3, updates: 3, k: 1 },
  ],
}));
