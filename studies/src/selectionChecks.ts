/** @file What notebook 07 claims, as checks on its live runs and on the stored ones. */

import type { ResultRow } from "cotlab/dist/data/resultTable";
import { formatNumber } from "cotlab/dist/notebook/table";
import {
  type Check,
  checkClose,
  checkTrue,
  checkZ,
  given,
  outcome,
  type PaperStatement,
  type Readings,
} from "cotlab/dist/notebook/verdict";
import type { AlphaBTable } from "./alphaBTable";
import type { RefusalTrial } from "./refusalTrial";
import {
  asStored,
  type LeftOut,
  type PivotRun,
  type PropositionRun,
  type SelectionSetting,
  type SolvedCounterexample,
} from "./selectionStudy";
import { overUniform } from "./selectionTables";
import { type SelectionTrial, trialSummary } from "./selectionTrial";
import { demonstrationSettings, ratioText, steadySettings, worstOverUniform, zAgainstStored } from "./storedSelection";
import type { MovedMass, PoolComparison, WhitenedPitfall } from "./taskSelection";

const ORDER = "Easy-Short < Easy-Long < Hard-Short < Hard-Long";
const AT_LEAST_HALF: PaperStatement = ["at least half", "confirmed under added hypotheses"];

/** Checks of the proposition, with its hypotheses and without. */
export function propositionChecks(runs: readonly PropositionRun[], counterexamples: readonly SolvedCounterexample[]): Check[] {
  const least = Math.min(...counterexamples.map(({ solved }) => solved));
  return [
    ...runs.map(({ holds, least, prediction, beta }, i) =>
      checkTrue(
        `hard share, case ${i + 1}`,
        holds,
        `least ${least.toFixed(4)}`,
        `at least ${prediction.toFixed(4)}`,
        ...(beta >= 2 ? AT_LEAST_HALF : ([] as const)),
      ),
    ),
    checkTrue("counterexamples", least > 1 - 1e-6, `easy share ${least.toFixed(6)} or more`, "easy share 1", ...AT_LEAST_HALF),
  ];
}

/** What our source leaves open of the table: what B is, the target, and how tasks are scaled. */
function orderReadings(stored: readonly ResultRow[]): Readings {
  const meanings = Object.entries({ A: "B counts active directions", B: "B is the length of prompts" });
  const readings = meanings.flatMap(([letter, meaning]) =>
    ["yes", "no"].map((inOrder) => {
      const own = stored.filter((row) => row.inOrder === inOrder && String(row.setting).startsWith(`${letter}; `));
      const settings = own.map(({ setting }) => String(setting).slice(3).replace("; ", " with "));
      return [`${meaning}, λ_max = 1 if no scale is named: ${settings.join(", ")}`, outcome(inOrder === "yes", own.length > 0)] as const;
    }),
  );
  return Object.fromEntries(readings);
}

/** Checks of the (α, B) table, live and stored. */
export function tableChecks(
  setting: SelectionSetting,
  live: readonly (AlphaBTable & { readonly stored: string })[],
  stored: readonly ResultRow[],
): Check[] {
  const rows = live.map((table) => stored.find((row) => row.setting === table.stored)!);
  const ordered = (some: readonly ResultRow[]): number => some.filter(({ inOrder }) => inOrder === "yes").length;
  const otherScales = stored.filter(({ setting }) => /trace|Frobenius/.test(String(setting)));
  const rising = live.filter(({ inOrder }) => inOrder).length;
  const leastStep = Math.min(...live.flatMap(({ steps }) => Array.from(steps)));
  const largestZ = Math.max(...live.flatMap((table, i) => zAgainstStored(table, rows[i])).map(Math.abs));
  const order: PaperStatement = [ORDER, orderReadings(stored)];
  const like = { "pools as in the stored run": asStored(setting), "draws ≥ 50": setting.draws >= 50 };
  return [
    given(like, "paper's order, both readings", (name) =>
      checkTrue(
        name,
        ordered(rows) === rows.length && leastStep > -4,
        `stored: ${ordered(rows)} of ${rows.length} in order; new: ${rising}, least z of a step ${leastStep.toFixed(1)}`,
        "stored: all; new: no step falls by 4 standard errors",
        ...order,
      ),
    ),
    checkTrue(
      "other scales break it",
      ordered(otherScales) === 0,
      `in ${otherScales.length - ordered(otherScales)}`,
      `in all ${otherScales.length}`,
      ...order,
    ),
    given(like, "table against stored", (name) => checkTrue(name, largestZ <= 5, `largest |z| ${largestZ.toFixed(2)}`, "at most 5")),
  ];
}

/** What the formulas and the stable form are held against. */
export interface ConditionEvidence {
  readonly moved: MovedMass;
  readonly left: LeftOut;
  readonly compared: readonly PoolComparison[];
  readonly refusals: readonly RefusalTrial[];
  /** The pivot of what a mixture learns. */
  readonly perPrompt: PivotRun;
  readonly pitfall: WhitenedPitfall;
}

/** Checks of the proof's steps, of the stable form and of its condition. */
export function conditionChecks({ moved, left, compared, refusals, perPrompt, pitfall }: ConditionEvidence): Check[] {
  const reached = compared.flatMap(({ stable }) => (stable ? [stable] : []));
  const inReach = { "a mixture meets the condition in some pool": reached.length > 0 };
  const wrongly = refusals.reduce((sum, { wronglyAccepted }) => sum + wronglyAccepted, 0);
  return [
    checkClose("(5): slope against differences", moved.quotient, moved.slope, 1e-6),
    checkTrue(
      "(4): least eigenvalue of R",
      moved.leastEigenvalue >= moved.floor * (1 - 1e-9),
      formatNumber(moved.leastEigenvalue),
      `at least ${formatNumber(moved.floor)}`,
    ),
    checkClose("(2): a direction left out", left.errors[1], 1, 1e-6),
    given(inReach, "stable margin", (name) => {
      const least = Math.min(...reached.map(({ coverage, asked }) => coverage - 0.5 - asked));
      return checkTrue(name, least >= -1e-6, `coverage − 1/2 − margin asked: ${least.toExponential(1)} or more`, "at least 0");
    }),
    given(inReach, "stable optimum", (name) => {
      const gap = Math.max(...reached.map(({ objective, certificate }) => (objective - certificate.lowerBound) / (1 + objective)));
      return checkTrue(name, gap < 1e-6, gap.toExponential(1), "below 1e-6 above its lower bound, relative");
    }),
    checkTrue("condition (8) is sufficient", wrongly === 0, `${wrongly} accepted mixtures diverge`, "none"),
    given({ "a mixture meets (8)": perPrompt.found !== undefined }, "stable without commuting", (name) =>
      checkTrue(name, perPrompt.found!.growth < 1 + 1e-9, `growth ${perPrompt.found!.growth.toFixed(3)}`, "below 1"),
    ),
    checkTrue(
      "whitened bound",
      pitfall.error <= pitfall.bound && pitfall.error > pitfall.misused,
      `error ${pitfall.error.toFixed(1)}, bound ${pitfall.bound.toFixed(1)}`,
      `at most the bound, above ${pitfall.misused.toFixed(3)} without cond Σ`,
    ),
  ];
}

/** Checks of what selection gains, live and stored. */
export function gainChecks(
  setting: SelectionSetting,
  { flat, tilted }: { readonly flat: SelectionTrial; readonly tilted: SelectionTrial },
  demo: readonly ResultRow[],
): Check[] {
  const { comparedAt: k, margin, pools } = setting;
  const { medians } = demonstrationSettings(demo);
  const steady = steadySettings(demo);
  const [worstSteady, worstStable] = [worstOverUniform(demo, "selected", steady), worstOverUniform(demo, "stable", medians)];
  const stored = demo.find((row) => row.setting === "B; target I/2; m = Infinity" && row.curve === "selected" && row.k === 1)!;
  const repeats = { "pools as in the stored run": asStored(setting), "pools ≥ 20": pools >= 20, "k ≤ 20": k <= 20 };
  const below = (name: string, trial: SelectionTrial, rule: "selected" | "stable"): Check => {
    const { ratio, low, high } = overUniform(trial, rule, k);
    return checkTrue(name, high < 1, ratioText(ratio, low, high), "below 1");
  };
  return [
    given(repeats, "selected / uniform, flat target", (name) => below(name, flat, "selected")),
    given({ ...repeats, "margin as chosen, 0.3": margin === 0.3 }, "stable / uniform, tilted target", (name) =>
      below(name, tilted, "stable"),
    ),
    checkTrue(
      "selected / uniform, stored",
      worstSteady < 1,
      `upper ends to ${worstSteady.toFixed(3)}`,
      `below 1 at all k in the ${steady.length} settings where none diverges`,
    ),
    checkTrue(
      "stable / uniform, stored",
      worstStable < 1,
      `upper ends to ${worstStable.toFixed(3)}`,
      `below 1 at all k in the ${medians.length} settings of medians`,
    ),
    given(repeats, "mean error at k = 1, against stored", (name) => {
      const [first] = trialSummary(flat, "selected");
      const standardError = Math.hypot(first.meanHalfWidth, Number(stored.meanHalfWidth)) / 1.96;
      return checkZ(name, first.mean, standardError, Number(stored.mean), 5);
    }),
  ];
}
