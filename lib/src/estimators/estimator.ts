/** @file What an estimator is: a prompt in, a sequence of weight estimates out. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../core/check";
import { checkFiniteEntries, rowMajor } from "../linalg/layout";
import type { Examples } from "../model/embedding";

/** An estimator as plain data: its name in {@link estimatorFromSpec} and its options. */
export interface EstimatorSpec {
  /** For example "ridge". */
  readonly estimator: string;
  /** The options it was made with: numbers, strings and arrays. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Estimates the weights of y = ⟨w, x⟩ from a prompt.
 *
 * Every estimator returns w_0, w_1, ..., w_steps with w_0 = 0. An iterative method returns its iterates. A direct method
 * returns its one estimate as w_1 and repeats it: it is done after one step, and further steps change nothing. Once an
 * entry leaves the range of a double, that estimate and all later ones are vectors of +Infinity: their error is +Infinity,
 * never NaN.
 */
export interface Estimator {
  /** A name for tables and legends. */
  readonly name: string;
  /** How to make it again, in another thread; absent for an estimator of the user's own. */
  readonly spec?: EstimatorSpec;
  /**
   * The estimates w_0, ..., w_steps.
   * @param prompt X, (d, m), and y, (m,); the hidden weights, when the prompt carries them, are not read
   * @param steps integer >= 0
   * @returns steps + 1 vectors, (d,) each, units of y/x
   */
  estimate(prompt: Examples, steps: number): Float64Array[];
}

/** The normal equations of a prompt: S w = b. */
export interface NormalEquations {
  readonly d: number;
  readonly m: number;
  /** S = X Xᵀ/m, row-major (d, d). */
  readonly S: Float64Array;
  /** b = X y/m, (d,). */
  readonly b: Float64Array;
}

/** Estimates that one call returns at most. */
const MOST_STEPS = 100_000;

/** Throws unless a prompt is well formed and steps is an integer >= 0. */
export function checkPrompt(check: Checks, prompt: Examples, steps: number): void {
  const { X, y } = argumentsOf(check.fn, prompt, "prompt");
  check.count("steps", steps, 0, MOST_STEPS);
  if (!Matrix.isMatrix(X) || X.rows === 0 || X.columns === 0) check.wrongKind("prompt.X", "a non-empty d x m Matrix", X);
  check.vector("prompt.y", y, X.columns);
  checkFiniteEntries(check, "prompt.X", rowMajor(X), X.columns);
}

/** Throws unless a matrix is d x d, for the dimension of a prompt. */
export function checkFits(check: Checks, argument: string, matrix: { rows: number; columns: number }, d: number): void {
  if (matrix.rows !== d || matrix.columns !== d) check.fail(argument, `${d}x${d}, as the prompt has dimension ${d}`, matrix);
}

/** S and b of a prompt. */
export function normalEquations({ X, y }: Examples): NormalEquations {
  const d = X.rows;
  const m = X.columns;
  const S = new Float64Array(d * d);
  const b = new Float64Array(d);
  const x = new Float64Array(d);
  for (let example = 0; example < m; example++) {
    for (let i = 0; i < d; i++) x[i] = X.get(i, example);
    for (let i = 0; i < d; i++) {
      b[i] += x[i] * y[example];
      for (let j = 0; j <= i; j++) S[i * d + j] += x[i] * x[j];
    }
  }
  for (let i = 0; i < d; i++) {
    b[i] = b[i] / m;
    for (let j = 0; j <= i; j++) {
      S[i * d + j] = S[i * d + j] / m;
      S[j * d + i] = S[i * d + j];
    }
  }
  return { d, m, S, b };
}

/** The residual b - S w, (d,). */
export function residual({ S, b }: NormalEquations, w: Float64Array): Float64Array {
  return times(S, w).map((value, i) => b[i] - value);
}

/** A v for a matrix given row-major, (d, d). */
export function times(A: Float64Array, v: Float64Array): Float64Array {
  const d = v.length;
  const out = new Float64Array(d);
  for (let i = 0; i < d; i++) {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += A[i * d + j] * v[j];
    out[i] = sum;
  }
  return out;
}

/** w_0 = 0 and w_1 = ... = w_steps = w. */
export function constantSequence(w: Float64Array, steps: number): Float64Array[] {
  return sequence(w.length, steps, () => w.slice());
}

/** w_0 = 0, w_{k+1} = next(w_k); after an overflow, vectors of +Infinity. */
export function sequence(d: number, steps: number, next: (w: Float64Array, step: number) => Float64Array): Float64Array[] {
  const out: Float64Array[] = [new Float64Array(d)];
  let overflowed = false;
  for (let k = 0; k < steps; k++) {
    const w: Float64Array = overflowed ? out[k] : next(out[k], k);
    overflowed ||= w.some((value) => !Number.isFinite(value));
    out.push(overflowed ? new Float64Array(d).fill(Number.POSITIVE_INFINITY) : w);
  }
  return out;
}

/**
 * The squared weight errors of estimates, (estimates,), in (y/x)²; +Infinity where an estimate has overflowed.
 * e_k = ‖w_k - w‖²
 * @param estimates w_k, (d,) each
 * @param w the hidden weights, (d,)
 * @throws TypeError or RangeError for arguments of another kind
 * @origin paper, the measure of all its results
 * @example
 * cot.estimators.squaredErrors([Float64Array.of(0, 0), Float64Array.of(1, 1)], [1, 2]); // => [5, 1]
 */
export function squaredErrors(estimates: readonly Float64Array[], w: ArrayLike<number>): Float64Array {
  const check: Checks = new Checks("squaredErrors");
  check.list("estimates", estimates);
  check.vector("w", w);
  estimates.forEach((estimate, k) => {
    check.indexed(`estimates[${k}]`, estimate);
    if (Array.prototype.some.call(estimate, (value) => typeof value !== "number" || Number.isNaN(value)))
      check.fail(`estimates[${k}]`, "numbers, or Infinity after an overflow", estimate);
    if (estimate.length !== w.length) check.fail(`estimates[${k}]`, `as long as w (${w.length})`, estimate);
  });
  return Float64Array.from(estimates, (estimate) => estimate.reduce((sum, value, i) => sum + (value - w[i]) ** 2, 0));
}
