/** @file Whether thinking diverges on real prompts: the eigenvalue that says so, the error, and the misfit on the prompt's own pairs. */
import { Checks } from "cotlab/dist/core/check";
import type { Random } from "cotlab/dist/core/random";
import { chainOfThought } from "cotlab/dist/estimators/preconditionedIteration";
import { gammaMatrix, inverseGamma } from "cotlab/dist/model/gamma";
import { samplePrompt } from "cotlab/dist/model/prompt";
import { largestStepEigenvalue } from "cotlab/dist/theory/finite/typicalBehaviour";
import { Matrix } from "ml-matrix";
import type { TrainedPair } from "./overthinking";

/** Parameters of `promptGrowth`. */
export interface PromptGrowthParams extends TrainedPair {
  /** m: pairs in a test prompt. */
  readonly m: number;
  /** Prompts; draw i is a prompt from sub-stream i. */
  readonly prompts: number;
}

/** What the prompts say. */
export interface PromptGrowth {
  /** Steps that were made. */
  readonly steps: number;
  /** Prompts whose eigenvalue is not within 0.1 of 2: nearer, the steps do not tell. */
  readonly clear: number;
  /** Clear prompts with an eigenvalue above 2. */
  readonly diverging: number;
  /** Clear prompts where eigenvalue, error and misfit do not tell the same story. */
  readonly disagreements: number;
}

/**
 * Runs 300 steps on prompts without label noise. A run that does not diverge keeps ‖w_k - w‖² ≤ cond(Γ) ‖w‖² and its misfit below the
 * first one; a run that does grows beyond both.
 * @origin ours
 */
export function promptGrowth({ covariance, target, n, m, prompts }: PromptGrowthParams, random: Random): PromptGrowth {
  const check: Checks = new Checks("promptGrowth");
  check.integer("prompts", prompts, 1);
  const steps = 300;
  const gamma = gammaMatrix({ covariance, n });
  const chain = chainOfThought({ preconditioner: inverseGamma({ covariance, n }) });
  const runs = Array.from({ length: prompts }, (_, i) => {
    const prompt = samplePrompt({ covariance: target, n: m }, random.stream(i));
    const S = prompt.X.mmul(prompt.X.transpose()).mul(1 / m);
    const path = chain.estimate(prompt, steps);
    const off = (w: ArrayLike<number>) => Matrix.columnVector(Array.from(prompt.w, (value, j) => w[j] - value));
    const error = (w: ArrayLike<number>) => off(w).norm("frobenius") ** 2;
    const misfit = (w: ArrayLike<number>) => prompt.X.transpose().mmul(off(w)).norm("frobenius") ** 2;
    return {
      largest: largestStepEigenvalue({ covariance, n, S }),
      // An overflow is growth.
      errorGrew: !(error(path[steps]) <= (gamma.lambdaMax / gamma.lambdaMin) * error(path[0])),
      misfitGrew: !(misfit(path[steps]) <= misfit(path[0])),
    };
  });
  const clear = runs.filter(({ largest }) => Math.abs(largest - 2) > 0.1);
  return {
    steps,
    clear: clear.length,
    diverging: clear.filter(({ largest }) => largest > 2).length,
    disagreements: clear.filter((run) => run.errorGrew !== run.largest > 2 || run.misfitGrew !== run.errorGrew).length,
  };
}
