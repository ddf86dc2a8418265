/** @file How good a rule for stopping is: its error over many prompts, against the best that any number of steps could do. */

import { Checks } from "cotlab/dist/core/check";
import type { Random } from "cotlab/dist/core/random";
import { type Quantile, quantiles } from "cotlab/dist/core/statistics";
import { type Share, wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import { squaredErrors } from "cotlab/dist/estimators/estimator";
import { leastAt } from "cotlab/dist/estimators/heldOutStopping";
import { chainOfThought } from "cotlab/dist/estimators/preconditionedIteration";
import { Covariance } from "cotlab/dist/model/covariance";
import type { Examples } from "cotlab/dist/model/embedding";
import { samplePrompt } from "cotlab/dist/model/prompt";
import type { Matrix } from "ml-matrix";

/** A rule: a prompt in, without its hidden weights; the number of steps to take out, an integer in [0, K]. */
export type StoppingRule = (prompt: Examples) => number;

/** Parameters of `compareStopping`. */
export interface CompareStoppingParams {
  /** A: the preconditioner of the chain, (d, d), units of 1/x². */
  readonly preconditioner: Matrix;
  /** Σ: covariance of the test inputs. */
  readonly test: Covariance;
  /** m: examples in a test prompt; integer >= 1. */
  readonly m: number;
  /** σ: standard deviation of the label noise, units of y; default 0. */
  readonly noise?: number;
  /** K: the most steps; integer >= 1. */
  readonly maxSteps: number;
  /** Prompts; integer >= 2; draw i is a prompt from sub-stream i. */
  readonly draws: number;
  /** What counts as right: an error of at most this many times the oracle's; > 0; default 2. */
  readonly factor?: number;
  /** The rules, by name. All see the same prompts. */
  readonly rules: Readonly<Record<string, StoppingRule>>;
}

export type { Share } from "cotlab/dist/core/wilsonInterval";

/** How a rule did. */
export interface StoppingScore {
  readonly rule: string;
  /** The median of its error ‖w_k̂ - w‖², with a distribution-free 95 % interval. */
  readonly error: Quantile;
  /** The share of the prompts where its error is at most `factor` times the least over k = 0..K, the oracle's. */
  readonly right: Share;
  /** The share of the prompts where its error is above that of not thinking at all, ‖w‖². */
  readonly harmful: Share;
  /** The median of the number of steps it takes. */
  readonly steps: number;
}

/**
 * Runs rules for stopping over many prompts. The first score is the oracle's, which knows w and stops at the least error.
 * @throws RangeError or TypeError outside the domain, or when a rule returns no integer in [0, K]
 * @origin ours
 */
export function compareStopping(params: CompareStoppingParams, random: Random): StoppingScore[] {
  const check: Checks = new Checks("compareStopping");
  const { preconditioner, test, m, noise = 0, maxSteps, draws, factor = 2, rules } = params;
  if (!(test instanceof Covariance)) throw new TypeError(`${check.fn}: test must be a Covariance`);
  check.integer("m", m, 1);
  check.nonNegative("noise", noise);
  check.integer("maxSteps", maxSteps, 1);
  check.integer("draws", draws, 2);
  check.positive("factor", factor);
  const chain = chainOfThought({ preconditioner });
  const names = ["oracle", ...Object.keys(rules)];
  const runs = names.map(() => ({ steps: [] as number[], errors: [] as number[], right: 0, harmful: 0 }));
  for (let i = 0; i < draws; i++) {
    const { X, y, w } = samplePrompt({ covariance: test, n: m, noise }, random.stream(i));
    const errors = squaredErrors(chain.estimate({ X, y }, maxSteps), w);
    const oracle = leastAt(errors);
    names.forEach((name, r) => {
      const k = r === 0 ? oracle : rules[name]({ X, y });
      if (!Number.isInteger(k) || k < 0 || k > maxSteps) check.fail(`the steps of rule "${name}"`, `an integer in [0, ${maxSteps}]`, k);
      const run = runs[r];
      run.steps.push(k);
      run.errors.push(errors[k]);
      if (errors[k] <= factor * errors[oracle]) run.right++;
      if (errors[k] > errors[0]) run.harmful++;
    });
  }
  return names.map((rule, r) => {
    const { steps, errors, right, harmful } = runs[r];
    return {
      rule,
      error: quantiles(errors, [0.5])[0],
      right: wilsonInterval(right, draws),
      harmful: wilsonInterval(harmful, draws),
      steps: quantiles(steps, [0.5])[0].value,
    };
  });
}
