/** @file The live tables of notebook 07, row by row, and what its sentences say of them. */
import { notebook, selection, theory } from "cotlab";
import type { EstimationRow } from "./estimationTrial";
import type { ScatterSummary } from "./mixtureScatter";
import type { RefusalTrial } from "./refusalTrial";
import type { LIVE_RULES, OwnChoice, PivotRun, PropositionRun } from "./selectionStudy";
import { type SelectionTrial, type TrialContrast, type TrialCurve, trialContrast } from "./selectionTrial";
import { ratioText } from "./storedSelection";
import type { AgainstErrorOptimum, PoolComparison, ResampledWeight, WhitenedPitfall } from "./taskSelection";

type Row = Record<string, string | number>;

/** A curve of a trial against uniform mixing at one k. */
export const overUniform = (trial: SelectionTrial, curve: TrialCurve, k: number): TrialContrast =>
  trialContrast(trial, curve, "uniform").find((row) => row.k === k)!;

/** What an interval of ratios says; within half a per cent of 1 it says that there is no difference. */
function judged(low: number, high: number): string {
  if (high < 0.995) return "a gain";
  if (low > 1.005) return "a loss";
  return low >= 0.995 && high <= 1.005 ? "no difference" : "which decides nothing";
}

/** A curve's error over that of uniform mixing at one k, and whether that is a gain. */
export function gainText(trial: SelectionTrial, curve: TrialCurve, k: number): string {
  const { ratio, low, high } = overUniform(trial, curve, k);
  return `${ratioText(ratio, low, high)}, ${judged(low, high)}`;
}

/** In how many pools a rule's mixture diverges; a growth of 1, which margin 0 allows, does not. */
export const diverging = (trial: SelectionTrial, rule: (typeof LIVE_RULES)[number]): number =>
  trial.growths[trial.curves.indexOf(rule)].filter((growth) => growth > 1 + 1e-9).length;

/** The same of the program's mixture and of the stable one, which does so only where no mixture meets the constraint. */
export function divergingText(trial: SelectionTrial): string {
  const [program, stable] = (["selected", "stable"] as const).map((rule) => diverging(trial, rule));
  return `${program} and ${stable} of ${trial.pools}${stable > 0 ? ", the latter where no mixture meets the constraint" : ""}`;
}

/** The proposition on random instances: a row for each case. */
export const propositionRows = (runs: readonly PropositionRun[]): Row[] =>
  runs.map(({ d, beta, easy, hard, prediction, least, mean, draws }) => ({
    d,
    β: beta,
    "easy / hard tasks": `${easy} / ${hard}`,
    "bound 1 − 1/β": prediction,
    "least hard share": least,
    "mean hard share": mean,
    draws,
  }));

/** The whitened objective beside the printed one and the error. */
export const whitenedRows = ({ whitened, printed, misused, bound, error }: WhitenedPitfall): Row[] => [
  { objective: "whitened", q: whitened, "bound for the printed q": misused, "bound × cond Σ": bound, "error, k = 1": error },
  { objective: "printed", q: printed, "error, k = 1": error },
];

/** The pools whose program mixture is least stable, beside the stable form. */
export const stabilityRows = (compared: readonly PoolComparison[], count: number): Row[] =>
  [...compared]
    .sort((a, b) => b.plainCoverage.growth - a.plainCoverage.growth)
    .slice(0, count)
    .map(({ plain, plainCoverage, stable }) => ({
      "objective, program": plain.objective,
      "coverage, program": plainCoverage.coverage,
      "growth, program": plainCoverage.growth,
      ...(stable && {
        "margin asked": stable.asked,
        "objective, stable": stable.objective,
        "its lower bound": stable.certificate.lowerBound,
        "coverage, stable": stable.coverage,
        "growth, stable": stable.growth,
      }),
    }));

/** The stable selection under a constraint on each pivot; no entry where no mixture meets it. */
export const pivotRows = (runs: readonly PivotRun[]): Row[] =>
  runs.map(({ pivot, most, found }) => ({
    "pivot constrained": pivot,
    "largest margin": most,
    ...(found && {
      "margin asked": found.asked,
      objective: found.objective,
      "objective − bound": found.objective - found.certificate.lowerBound,
      programs: found.rounds,
      cuts: found.cuts,
      "coverage learned": found.coverage,
      "growth learned": found.growth,
    }),
  }));

const percent = (share: number): string => (100 * share).toFixed(0);

/** Refusals of the sufficient condition, by the added multiple of I. */
export const refusalRows = (trials: readonly (RefusalTrial & { readonly floor: number })[]): Row[] =>
  trials.map(({ floor, draws, wronglyAccepted, refused, falselyRefused, share }) => ({
    c: floor,
    settings: draws,
    "accepted by (8) and diverging": wronglyAccepted,
    "refused by (8)": refused,
    "of these, a mixture converges": falselyRefused,
    "share, % [95 %]": refused > 0 ? `${percent(share.value)} [${percent(share.low)}, ${percent(share.high)}]` : "none refused",
  }));

/** The error of the program's choices and of its direct minimisation, by k. */
export const optimumRows = (optima: readonly (AgainstErrorOptimum & { readonly k: number })[]): Row[] =>
  optima.map(({ k, plain, stable, found }) => ({
    k,
    "program on Γ": notebook.fromLog(plain),
    "stable form": stable === undefined ? "out of reach" : notebook.fromLog(stable),
    "error minimised": notebook.fromLog(found.logError),
    "from the worst start": notebook.fromLog(found.runs[found.runs.length - 1].logError),
    starts: found.runs.length,
    "first-order gap": found.stationarityGap,
  }));

/** A mean rank correlation with its 95 % interval, like "0.63 ± 0.05". */
export const correlationText = ({ mean, standardError }: ScatterSummary): string =>
  `${mean.toFixed(2)} ± ${(1.96 * standardError).toFixed(2)}`;

/** Objective against error in several pools: a row for each target. */
export const scatterRows = (summaries: readonly ScatterSummary[], targets: readonly string[]): Row[] =>
  summaries.map((summary, i) => ({
    target: targets[i],
    pools: summary.pools,
    "mean rank correlation": correlationText(summary),
    least: summary.least,
    largest: summary.largest,
    "mixtures that diverge, %": 100 * summary.diverging,
  }));

/** Selections from estimated covariances: a row for each N/d and rule. */
export const estimationRows = (rows: readonly EstimationRow[]): Row[] =>
  rows.map(({ ratio, rule, distance, ratioToTrue, beatsUniform, diverges }) => ({
    "N/d": ratio,
    rule,
    "moved mass": distance,
    "error over that with true covariances": ratioToTrue,
    "beats uniform, % of pools": 100 * beatsUniform,
    "diverges, %": 100 * diverges,
  }));

/** The bootstrap of the selection: a row for each number of examples and task. */
export const bootstrapRows = (runs: readonly { readonly examples: number; readonly weights: readonly ResampledWeight[] }[]): Row[] =>
  runs.flatMap(({ examples, weights }) =>
    weights.map(({ task, weight, low, high, support }) => ({
      N: examples,
      task,
      "weight π̂": weight,
      "2.5 %": low,
      "97.5 %": high,
      "chosen in % of resamples": 100 * support,
    })),
  );

/** The error of the program's mixture over others' at some k: a row for each of the others. */
export const lossTable = (trial: SelectionTrial, against: readonly TrialCurve[], ks: readonly number[]): Row[] =>
  against.map((other) => ({
    against: other,
    ...Object.fromEntries(
      trialContrast(trial, "selected", other)
        .filter(({ k }) => ks.includes(k))
        .map(({ k, ratio, low, high }) => [`k = ${k}`, ratioText(ratio, low, high)]),
    ),
  }));

/** Each choice among somebody's own tasks: its mixture, coverage, growth and error after k steps. */
export const ownRows = (own: selection.SelectionSetting, choices: readonly OwnChoice[], k: number): Row[] =>
  choices.map(({ choice, weights }): Row => {
    if (weights === undefined) return { choice, mixture: "out of reach" };
    const { coverage, growth } = selection.mixtureCoverage({ ...own, weights });
    return {
      choice,
      mixture: Array.from(weights, (weight) => weight.toFixed(3)).join(", "),
      coverage,
      growth,
      [`error, k = ${k}`]: notebook.fromLog(theory.logMixtureLimitError({ ...own, weights, k })),
    };
  });

/** To which divisions of somebody's own tasks into easy and hard the reconstructed proposition applies, as a list. */
export function splitLines(own: selection.SelectionSetting): string[] {
  const splits = theory.proposition43Splits(own);
  return [
    `Divisions into easy and hard to which the reconstructed Proposition 4.3 applies: ${splits.length}.`,
    ...splits.map(
      ({ easy, beta, hardShare }) =>
        `- easy: task ${easy.map((l) => l + 1).join(", ")}; β = ${beta.toFixed(2)}, so hard tasks get at least ${hardShare.toFixed(2)}`,
    ),
  ];
}
