/** @file The checks of notebook 12. */

import { meanAndError } from "cotlab/dist/core/statistics";
import type { Share } from "cotlab/dist/core/wilsonInterval";
import type { Covariance } from "cotlab/dist/model/covariance";
import { formatNumber } from "cotlab/dist/notebook/table";
import { type Check, checkClose, checkTrue, given } from "cotlab/dist/notebook/verdict";
import { pretrainingGrowth } from "cotlab/dist/theory/pretraining/criticalPrompts";
import { type AgreementRow, type BestStepCurve, type CutLaw, type FittedChains, type PhasePoint, phaseMisses } from "./pretraining";
import type { CriticalPairs, LimitRow, NoiseShares, RegressionMoments } from "./pretrainingDerivation";

/** What a limit for large d may be off at d >= 20, as the registered results allow. */
const LIMIT = 0.05;
const SIGMAS = 5;

const percent = (share: number): string => `${formatNumber(100 * share, 2)} %`;

/** Whether means lie within LIMIT and chance of what a limit predicts. */
function near(
  name: string,
  points: readonly { readonly mean: number; readonly standardError: number; readonly expected: number }[],
): Check {
  const beyond = points.map(({ mean, standardError, expected }) => Math.abs(mean / expected - 1) - (SIGMAS * standardError) / expected);
  const gaps = points.map(({ mean, expected }) => Math.abs(mean / expected - 1));
  return checkTrue(
    name,
    beyond.every((gap) => gap <= LIMIT),
    `off by up to ${percent(Math.max(...gaps))} in ${points.length} values`,
    `${percent(LIMIT)} and ${SIGMAS} standard errors`,
  );
}

/** The derivation. */
export interface DerivationEvidence {
  readonly covariance: Covariance;
  readonly n: number;
  readonly prompts: number;
  readonly regression: RegressionMoments;
  /** Of layers fitted to the largest number of prompts. */
  readonly noise: NoiseShares;
  readonly limit: readonly LimitRow[];
  readonly circleGap: number;
  readonly pairs: CriticalPairs;
}

const large = ({ covariance: { d, trace, lambdaMax }, n, prompts }: { covariance: Covariance; n: number; prompts: number }) => ({
  "d ≥ 20": d >= 20,
  // Where one direction holds most of the trace, the residuals of the regression are far from normal: at α = 3 E‖N‖² is 1.2 to 1.4 times (4).
  "tr Λ ≥ 4 λ_max": trace >= 4 * lambdaMax,
  "n ≥ d/2": n >= d / 2,
  "B ≥ 1.25 d": prompts >= 1.25 * d,
});

/** Steps 1 to 5. */
export function derivationChecks(evidence: DerivationEvidence): Check[] {
  const { n, regression, noise, limit, circleGap, pairs } = evidence;
  const [first, last] = [limit[0], limit[limit.length - 1]];
  const excess = (row: LimitRow, sigmas: number): number => row["‖N³‖² / nested"] - 1 + sigmas * row.se;
  return [
    given({ "n ≥ 5": n >= 5 }, "1: moments of g and r", (name) =>
      checkTrue(
        name,
        regression.largest < 6,
        `largest |z| ${formatNumber(regression.largest, 3)} of ${regression.entries}`,
        "all within 6 standard errors",
      ),
    ),
    given({ ...large(evidence), "B ≥ 3d": evidence.prompts >= 3 * evidence.covariance.d }, "2: E‖N‖² over its formula", (name) =>
      near(name, [{ ...noise.total, expected: 1 }]),
    ),
    checkTrue(
      `3: crossings in N³ die out from d = ${first.d} to ${last.d}`,
      excess(last, -3) <= excess(first, 3) / 2,
      `${formatNumber(first["‖N³‖² / nested"], 3)} ± ${formatNumber(first.se, 1)}, then ${formatNumber(last["‖N³‖² / nested"], 3)} ± ${formatNumber(last.se, 1)} times the nested ones`,
      "the excess at most half, within 3 standard errors",
    ),
    near(`3: error of three steps, d = ${last.d}`, [{ mean: last["𝓔₃ / formula"], standardError: last["se "], expected: 1 }]),
    checkTrue("4: sum, circle and recursion agree", circleGap < 1e-8, circleGap.toExponential(1), "rounding"),
    checkTrue("5: the growth is 1 at B_c", pairs.wrong === 0, `${pairs.wrong} exceptions in ${pairs.pairs} random pairs`, "none"),
    checkTrue("5: z = 1 is necessary for every target", pairs.below === 0, `${pairs.below} of ${pairs.pairs} below it`, "none"),
    checkTrue("5: closed form where Λ and Σ commute", pairs.commutingGap < 1e-9, pairs.commutingGap.toExponential(1), "rounding"),
  ];
}

/** Fitted layers of the tilted spectrum. */
export interface ChainEvidence {
  readonly runs: readonly FittedChains[];
  /** Rows of all runs, at k up to five, and of short and correlated tests. */
  readonly rows: readonly AgreementRow[];
  readonly otherRows: readonly AgreementRow[];
}

/** Errors and growths against the formula. */
export function chainChecks({ runs, rows, otherRows }: ChainEvidence): Check[] {
  const { covariance, n } = runs[0].setting;
  const usable = (all: readonly AgreementRow[]) =>
    all.flatMap(({ k, formula, mean, se }) =>
      mean === null || se === null || k > 5 || !(formula > 1e-300) ? [] : [{ mean, standardError: se, expected: formula }],
    );
  const growths = runs.map(({ setting: { inputs: _, ...setting }, growths: found }) => ({
    ...meanAndError(found),
    expected: pretrainingGrowth(setting),
  }));
  const judge = (name: string, all: readonly AgreementRow[]) => {
    const points = usable(all);
    const prompts = runs[runs.length - 1].setting.prompts;
    return given({ ...large({ covariance, n, prompts }), "a B whose fits all converge": points.length > 0 }, name, (title) =>
      near(title, points),
    );
  };
  return [
    judge("error of k ≤ 5 steps, aligned, m = ∞", rows),
    judge("error of k ≤ 5 steps, short and correlated tests", otherRows),
    given({ ...large({ covariance, n, prompts: runs[0].setting.prompts }) }, "growth a step", (name) =>
      checkTrue(
        name,
        growths.every(({ mean, expected }) => Math.abs(mean / expected - 1) < 0.1),
        growths.map(({ mean, expected }) => `${formatNumber(mean, 3)} for ${formatNumber(expected, 3)}`).join(", "),
        "to 10 %",
      ),
    ),
  ];
}

/** Phases, the overshooting test and the laws. */
export interface PhaseEvidence {
  readonly d: number;
  readonly map: readonly PhasePoint[];
  readonly lengths: readonly PhasePoint[];
  readonly scales: readonly PhasePoint[];
  readonly largeEnough: boolean;
  readonly example: { readonly critical: number; readonly necessary: number; readonly diverging: Share };
  readonly best: BestStepCurve;
  readonly cut: CutLaw;
}

/** On which side of B_c most fitted layers converge. */
export function phaseChecks({ d, map, lengths, scales, largeEnough, example, best, cut }: PhaseEvidence): Check[] {
  const sides = (name: string, points: readonly PhasePoint[], holds: Readonly<Record<string, boolean>>) =>
    given({ ...holds, "a number of prompts that can be fitted": points.length > 0 }, name, (title) => {
      const { wrong, clear } = phaseMisses(points);
      return checkTrue(title, wrong === 0, `${wrong} of ${clear} settings on the other side`, "none");
    });
  const at = best.law.findLastIndex((law, i) => law < 1e3 && Number.isFinite(best.best[i]));
  const ratio = best.best[at] / best.law[at];
  return [
    sides(`phases at m = ∞, d = ${d}`, map, { "d ≥ 25": d >= 25 }),
    sides(`phases on short tests, d = ${d}`, lengths, { "d ≥ 25": d >= 25 }),
    sides("phases where the test is larger", scales, { "d ≥ 25, n ≥ d/2": largeEnough }),
    checkTrue(
      "Σ = 2.8 I, d = n = 60: z = 1 is not enough",
      example.critical > 3 * example.necessary && example.diverging.value > 0.5,
      `B_c = ${formatNumber(example.critical)}, not ${formatNumber(example.necessary)}; at B = 200 ${percent(example.diverging.value)} of fits diverge`,
      "far above, and most diverge",
    ),
    given({ "a B below B_c with k* ≥ 20": at >= 0 && best.best[at] >= 20 }, "k* near B_c over 1/(4 ln growth)", (name) =>
      checkClose(name, ratio, 1, 0.1),
    ),
    checkClose(`best n of a budget of ${formatNumber(cut.budget)} d² over (9)`, cut.n / cut["law of n"], 1, 0.05),
  ];
}
