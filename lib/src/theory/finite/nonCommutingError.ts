/** @file The exact mean error of up to three steps on a finite test prompt, for any learned matrix and any test covariance. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../../core/check";
import { checkBlock } from "../../model/block";
import { type Covariance, checkCovariance } from "../../model/covariance";
import { inverseGamma } from "../../model/gamma";
import { test, train } from "../caseMatrices";
import { promptErrorSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";
import { CenteredWick } from "./centeredWick";

/** A learned update that takes k steps on a finite test prompt. */
export interface NonCommutingErrorParams {
  /** A: what the update multiplies the gradient with, Γ^{-1} in the paper, (d, d), units of 1/x²; any matrix. */
  readonly preconditioner: Matrix;
  /** Σ: covariance of the test inputs, (d, d), units of x². */
  readonly target: Covariance;
  /** m: examples in the test prompt; integer >= 1, or Infinity. */
  readonly m: number;
  /** k: chain-of-thought updates from w_0 = 0; 0, 1, 2 or 3. */
  readonly k: number;
  /** σ: standard deviation of the test labels' noise, in units of y with w of unit variance; >= 0; default 0, as in the paper. */
  readonly noise?: number;
}

/** The number of pairings, (4k-1)!!, is 10,395 at k = 3 and two million at k = 4. */
const MAX_STEPS = 3;

/**
 * The exact mean squared weight error after k <= 3 steps, whether or not A and Σ commute, in units of (y/x)².
 * 𝓔_k = E ‖(I - AS)^k‖_F² + (σ²/m) E tr(Q S Qᵀ),  Q = Σ_{j<k} (I - AS)^j A
 * $$ \mathcal E_k = E\|(I - A S)^k\|_F^2 + \frac{\sigma^2}{m} E\,\mathrm{tr}(Q S Q^\top), \quad Q = \sum_{j<k} (I - A S)^j A $$
 * The powers of I - AS = (I - AΣ) - A(S - Σ) are expanded and averaged word by word with Wick's formula: some thousand matrix products at k = 3.
 * For k = 1 it is d - 2 tr(AΣ) + tr(A[(1 + 1/m)Σ² + tr(Σ)/m Σ]Aᵀ) + (σ²/m) tr(AΣAᵀ).
 * @param params preconditioner A, (d, d), any; target Σ, (d, d); m >= 1 or Infinity; k in [0, 3]; noise = 0 (σ)
 * @throws RangeError outside the domain, or when the result is not finite; TypeError for another kind of argument
 * @origin ours; the paper bounds k = 1 for A = Γ⁻¹, Σ = Λ (Theorem 3.3)
 * @example
 * const target = cot.Covariance.diagonal([1, 0.5]);
 * const preconditioner = cot.model.inverseGamma({ covariance: target, n: 10 });
 * cot.theory.nonCommutingError({ preconditioner, target, m: 20, k: 2 }); // => 0.08824
 */
export function nonCommutingError(params: NonCommutingErrorParams): number {
  argumentsOf("nonCommutingError", params);
  const check: Checks = new Checks("nonCommutingError");
  const { preconditioner, target, m, k, noise = 0 } = params;
  checkCovariance(check, "target", target);
  checkBlock(check, "preconditioner", preconditioner, target.d);
  check.length("m", m);
  check.integer("k", k, 0, MAX_STEPS);
  check.nonNegative("noise", noise);
  const D = Matrix.eye(target.d, target.d).sub(preconditioner.mmul(target.matrix));
  const wick = new CenteredWick({ A: preconditioner, D, S: target.matrix }, m);
  // "*" stands for Ŝ. (D - AŜ)^k times its transpose.
  const left = powerWords("D", "A*", k);
  const right = powerWords("d", "*a", k);
  let error = 0;
  for (const u of left) for (const v of right) error += u.sign * v.sign * meanTrace(wick, u.word + v.word);
  if (noise > 0 && m !== Number.POSITIVE_INFINITY) {
    let spread = 0;
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        for (const u of powerWords("D", "A*", i)) {
          for (const v of powerWords("d", "*a", j)) {
            for (const middle of ["S", "*"]) spread += u.sign * v.sign * meanTrace(wick, `${u.word}A${middle}a${v.word}`);
          }
        }
      }
    }
    error += ((noise * noise) / m) * spread;
  }
  if (!Number.isFinite(error)) check.fail("the result", "a finite number", error, "Rescale the preconditioner or the target");
  return error;
}

/** The words of (constant - random)^k. */
function powerWords(constant: string, random: string, k: number): { word: string; sign: number }[] {
  let words = [{ word: "", sign: 1 }];
  for (let i = 0; i < k; i++) {
    words = words.flatMap(({ word, sign }) => [
      { word: word + constant, sign },
      { word: word + random, sign: -sign },
    ]);
  }
  return words;
}

/** E tr of a word with Ŝ written as "*". */
function meanTrace(wick: CenteredWick, word: string): number {
  const parts = word.split("*");
  if (parts.length === 1) return wick.trace(word);
  // Around the cycle: what follows the last Ŝ comes before the first.
  const gaps = [parts[parts.length - 1] + parts[0], ...parts.slice(1, -1)];
  return wick.mean(gaps);
}

const target = test;
const preconditioner = inverseGamma({ covariance: train, n: 12 });
const skew = new Matrix([
  [0.5, 0.3, -0.1],
  [-0.2, 0.6, 0.2],
  [0.1, -0.3, 0.9],
]);

/** The exact mean, tested on sampled test prompts that are iterated with their labels. */
export const nonCommutingErrorTheorem = /* @__PURE__ */ ownTheorem<NonCommutingErrorParams>(() => ({
  id: "finite-non-commuting-error",
  source: "ours",
  statement: String.raw`$\mathcal E_k = \sum_{p,q \le k} \binom kp \binom kq (-1)^{p+q} E\,\mathrm{tr}[(AS)^p (SA^\top)^q]$, each mean a Wick sum over pairings`,
  paper: "The bound of Theorem 3.3 for one step, aligned.",
  ours: "The exact mean for k <= 3, any A and Σ, and label noise.",
  kind: "equality",
  predict: nonCommutingError,
  sampler: promptErrorSampler,
  cases: [
    { preconditioner, target, m: 6, k: 1 },
    { preconditioner, target, m: 40, k: 2 },
    { preconditioner, target, m: 60, k: 3 },
    { preconditioner: skew, target, m: 30, k: 3, noise: 0.5 },
    { preconditioner: skew, target, m: 2, k: 1, noise: 0.5 },
  ],
}));
