/** @file What Theorem 3.1 (notebook 01) claims, as checks on its runs, each with the hypotheses that it needs. */
import { simultaneousLimit } from "cotlab/dist/core/simultaneousLimit";
import type { Mean } from "cotlab/dist/core/statistics";
import { formatNumber } from "cotlab/dist/notebook/table";
import {
  type Check,
  checkAllZ,
  checkClose,
  checkTrue,
  checkZ,
  given,
  outcome,
  type PaperStatement,
  type SimulatedPoint,
} from "cotlab/dist/notebook/verdict";
import type { Descent, DrawnLoss, JointRun, SampledTraining, SecondMomentCheck } from "./trainedOptimum";

const added = "confirmed under added hypotheses";
const OPTIMUM = ["GD with a constant step converges to the global optimum V* = −Γ⁻¹/c", added] as const;

const percent = (share: number): string => `${formatNumber(100 * share, 3)} %`;
const end = (values: readonly number[]): number => values[values.length - 1];

/** The runs that the checks of the theorem judge. */
export interface TheoremRuns {
  /** n: examples in a training prompt. */
  readonly n: number;
  /** Sampled prompts in a check. */
  readonly draws: number;
  /** The layer's pass less update (3), relative. */
  readonly passGap: number;
  readonly squared: SecondMomentCheck;
  readonly losses: readonly SimulatedPoint[];
  readonly offPattern: number;
  readonly drawn: readonly DrawnLoss[];
  /** At the best step, below and above the largest stable one, and above it for long. */
  readonly runs: readonly (Descent & { readonly name: string })[];
  readonly sgd: SampledTraining;
}

/** Means over fewer draws are not yet normal, and shorter prompts have tails that so few draws do not show. */
const enough = (n: number, draws: number) => ({ "n ≥ 5": n >= 5, "draws ≥ 1000": draws >= 1000 });

/** The derivation step by step, gradient descent beside its formula, and training from samples. */
export function theoremChecks({ n, draws, passGap, squared, losses, offPattern, drawn, runs, sgd }: TheoremRuns): Check[] {
  const [best, stable, unstable, long] = runs;
  const course = (run: (typeof runs)[number], ...statement: PaperStatement) =>
    checkTrue(`distance to V*, ${run.name}`, run.gap < 1e-9, `off by ${run.gap.toExponential(1)}`, "the predicted one", ...statement);
  const least = Math.min(...drawn.map(({ mean, standardError }) => mean / standardError));
  const [entryLimit, drawnLimit] = [squared.entries, drawn.length].map((count) => simultaneousLimit(count));
  const settled = end(sgd.predictedAveraged);
  return [
    checkTrue("the layer's pass is update (3)", passGap < 1e-11, passGap.toExponential(1), "rounding"),
    given(enough(n, draws), "E S² = ΛΓ", (name) =>
      checkTrue(
        name,
        squared.z <= entryLimit,
        `largest |z| ${formatNumber(squared.z, 3)}`,
        `at most ${formatNumber(entryLimit, 3)} of ${squared.entries}`,
      ),
    ),
    given(enough(n, draws), "loss (6): at 0, at V*, off it", (name) => checkAllZ(name, losses)),
    checkTrue("gradient of all other entries, ±w", offPattern === 0, String(offPattern), "0 exactly"),
    given(enough(n, draws), "loss at drawn V, W not below that at V*", (name) =>
      checkTrue(
        name,
        least > -drawnLimit,
        `least z ${formatNumber(least, 3)} of ${drawn.length}`,
        `above −${formatNumber(drawnLimit, 3)} (proof: step 5)`,
        OPTIMUM[0],
        added,
      ),
    ),
    course(best, ...OPTIMUM),
    course(stable, ...OPTIMUM),
    course(unstable),
    checkClose("growth above the largest stable step", long.measured, long.predicted, 1e-6),
    given({ "steps enough for 5 % by the linear theory": settled <= 0.05 }, "stochastic training finds V*", (name) =>
      checkTrue(
        name,
        end(sgd.averaged) < 5 * settled,
        `${percent(end(sgd.averaged))} off`,
        `predicted ${percent(settled)}, below 5 times that`,
        ...OPTIMUM,
      ),
    ),
  ];
}

/** Joint training of V and W from the start chosen and from a balanced one; c is the scale of the attention block at both. */
export function jointChecks({ n, c, joint }: { readonly n: number; readonly c: number; readonly joint: readonly JointRun[] }): Check[] {
  const [chosen, balanced] = joint;
  const off = (value: number) => `${percent(value)} off`;
  const trained = (run: JointRun) => ({
    "n ≥ 10": n >= 10,
    "exact gradients get within 1 % of Γ⁻¹ and 2 % of (8)": run.left <= 0.01 && Math.abs(run.exactW24 / run.predictedW24 - 1) <= 0.02,
    "noise moves W24 by ≤ 1 %": run.noise <= 0.01,
  });
  const moved = Math.abs(c / Math.abs(chosen.predictedW24) - 1);
  const unbalanced = { ...trained(chosen), "c/|W24| by (8) is 30 % off 1": moved > 0.3 };
  const met = (hypotheses: Readonly<Record<string, boolean>>) => Object.values(hypotheses).every(Boolean);
  const [falls, holds] = [chosen.missChain > 0.2, balanced.missChain < 0.05];
  // The first reading is that of `theoremChecks`.
  const start: PaperStatement = [
    "converges under appropriate initialization",
    {
      "W13 = cI and W24 = −c are set and kept": "confirmed",
      "W is trained along, from ‖V31‖_F = ‖Γ⁻¹‖_F/c": outcome(holds, met(trained(balanced))),
      "W is trained along, from another V31": outcome(!falls, met(unbalanced)),
    },
  ];
  return [
    checkTrue(
      "W13 gets no gradient when ŵ = 0",
      joint.every((run) => run.changeW13 === 0),
      String(chosen.changeW13),
      "0 exactly",
    ),
    given(trained(chosen), "(8) predicts W24", (name) =>
      checkTrue(
        name,
        Math.abs(chosen.W24 / chosen.predictedW24 - 1) < 0.05,
        `${chosen.W24.toFixed(3)} against ${chosen.predictedW24.toFixed(3)}`,
        "to 5 %",
      ),
    ),
    given(unbalanced, "unbalanced start: V31 W13 is not Γ⁻¹", (name) =>
      checkTrue(name, falls, off(chosen.missChain), "over 20 %", ...start),
    ),
    given(trained(balanced), "balanced start: V31 W13 is Γ⁻¹", (name) =>
      checkTrue(name, holds, off(balanced.missChain), "below 5 %", ...start),
    ),
  ];
}

/** Random estimates in the training prompts, and a direction without data. */
export function otherChecks(run: {
  readonly n: number;
  /** s: size of the random estimates. */
  readonly s: number;
  /** Sampled prompts in a check. */
  readonly draws: number;
  readonly loss: Pick<Mean, "mean" | "standardError">;
  /** (1 + s²) L_*. */
  readonly expectedLoss: number;
  /** The diagonal of W13 at the joint optimum. */
  readonly w13: readonly number[];
  /** Whether Λ is well off a multiple of I there. */
  readonly tilted: boolean;
  /** V31 along the direction without data: after some steps, and in the limit. */
  readonly uncovered: readonly [number, number];
}): Check[] {
  const { n, s, draws, loss, expectedLoss, w13, tilted, uncovered } = run;
  const spread = Math.max(...w13) / Math.min(...w13);
  return [
    given(enough(n, draws), "loss with a random estimate in training", (name) => checkZ(name, loss.mean, loss.standardError, expectedLoss)),
    given({ "d > 1, α ≥ 0.5": tilted, "s ≥ 0.1": s >= 0.1, "n ≤ 100": n <= 100 }, "W13 then, largest over least", (name) =>
      checkTrue(name, spread > 1.01, spread.toFixed(3), "not 1: no multiple of I"),
    ),
    checkTrue(
      "uncovered direction: V31 stays where it was",
      uncovered.every((value) => value === 0),
      String(uncovered[0]),
      "0 exactly",
    ),
  ];
}
