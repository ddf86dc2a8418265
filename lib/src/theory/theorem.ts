/** @file What every registered result declares about itself, so that one test can hold them all to it. */
import { argumentsOf, Checks } from "../core/check";
import type { Random } from "../core/random";

/**
 * What a result claims about its prediction p and the mean μ of its draws:
 * - "equality": μ = p;
 * - "upper-bound": μ <= p; "lower-bound": μ >= p (with `everyDraw`, each draw is);
 * - "rate": a draw is a slope fitted to one experiment, and μ = p up to `tolerance` |p|, the bias of a finite window;
 * - "approximation": μ = p up to `tolerance` |p|, what a limit of large d leaves at the d of the experiment;
 * - "dichotomy": p is 0 or 1 (the event does not happen, or happens), and so is each draw, every one equal to p; an asymptotic
 *   one allows a share of `tolerance` to differ.
 */
export type ClaimKind = "equality" | "upper-bound" | "lower-bound" | "rate" | "approximation" | "dichotomy";

/** A result of the paper, or of ours, as data. */
export interface Theorem<P> {
  /** Short name, for example "theorem-3.3". */
  readonly id: string;
  /** Where it stands: the paper's number, or "ours". */
  readonly source: string;
  /** The statement, in LaTeX. */
  readonly statement: string;
  /** What of it is the paper's. */
  readonly paper: string;
  /** What of it is ours: corrections, exact forms, readings of undefined symbols. */
  readonly ours: string;
  /** The kind of claim `predict` makes about the mean of `simulate`. */
  readonly kind: ClaimKind;
  /** The predicted number. Throws when a hypothesis fails. */
  predict(params: P): number;
  /** One draw whose mean the claim is about. Never calls the formula. */
  simulate(params: P, random: Random): number;
  /** The same draws as `simulate`, with the work that does not depend on the draw done once. */
  sampler?(params: P): (random: Random) => number;
  /** Parameter sets on which the claim is tested. */
  readonly cases: readonly P[];
  /** A bound that holds for each single draw and not only for their mean. */
  readonly everyDraw?: boolean;
  /** Relative slack: a rate's finite-window bias, an approximation's at finite d, the rounding allowed to a bound on every draw, or a dichotomy's share of exceptions; default 0. */
  readonly tolerance?: number;
  /** Draws a case needs for its test; default 100,000 effective ones for an equality, 20,000 for a bound, 200 for a rate, an approximation or a dichotomy. */
  readonly draws?: number;
}

/**
 * Completes a theorem with a `simulate` that is one draw of its `sampler`, so that the two cannot differ.
 * @param theorem everything but `simulate`
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * const flip = { id: "coin", source: "ours", statement: "", paper: "", ours: "", kind: "equality", cases: [0.5] } as const;
 * const coin = cot.theory.defineTheorem<number>({ ...flip, predict: (p) => p, sampler: (p) => (random) => (random.uniform() < p ? 1 : 0) });
 * coin.simulate(1, cot.Random.seed(1)); // => 1
 */
export function defineTheorem<P>(theorem: Omit<Theorem<P>, "simulate"> & { sampler(params: P): (random: Random) => number }): Theorem<P> {
  argumentsOf("defineTheorem", theorem, "theorem");
  const check: Checks = new Checks("defineTheorem");
  check.callable("theorem.predict", theorem.predict);
  check.callable("theorem.sampler", theorem.sampler);
  return { ...theorem, simulate: (params, random) => theorem.sampler(params)(random) };
}

/**
 * The same for the results of this library, whose calls are marked as pure: a page that only computes is bundled without statement, cases
 * and simulation. That is why they stand in a function, since a bundler does not see that texts and covariances have no side effects.
 */
export function ownTheorem<P>(define: () => Parameters<typeof defineTheorem<P>>[0]): Theorem<P> {
  const theorem = define();
  const predict = (params: P): number => {
    try {
      const value = theorem.predict(argumentsOf("predict", params as object) as P);
      if (Number.isNaN(value)) throw new RangeError("not a number");
      return value;
    } catch (error) {
      // A formula that refuses names itself.
      if (!(error instanceof TypeError || error instanceof RangeError) || /^[A-Za-z][\w.]*: /.test(error.message)) throw error;
      return new Checks("predict").wrongKind("params", `of the kind of the cases of ${theorem.id}`, params);
    }
  };
  return defineTheorem({ ...theorem, predict });
}
