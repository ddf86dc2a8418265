/** @file The settings of the long selection experiments, whose results are stored, and what a row of each result is. */
import type { ResultRow } from "cotlab/dist/data/resultTable";
import { type AlphaBScanParams, alphaBScan } from "./alphaBScan";
import { type AlphaBTableParams, alphaBTable } from "./alphaBTable";
import { type EstimationTrialParams, estimationTrial } from "./estimationTrial";
import { type SelectionTrialParams, selectionTrial, trialContrast, trialSummary } from "./selectionTrial";
import { POOL_NORMALISATIONS, TASK_TYPES } from "./taskPool";

const spectralA = { reading: "directions", d: 100, perType: 1 } as const;
const lengthB = { reading: "length", d: 10, perType: 5 } as const;
const half = { targetExponent: 0, targetScale: 0.5 } as const;
const draws = 300;

/** Settings of the (α, B) table, by name: those in which the paper's order comes out, and those that break it. */
export const alphaBSettings: Readonly<Record<string, AlphaBTableParams>> = {
  "A; target i^-0.5": { ...spectralA, draws },
  "A; target i^-0.5; 10 tasks a type": { ...spectralA, perType: 10, draws },
  "A; target 0.1 I": { ...spectralA, targetExponent: 0, targetScale: 0.1, draws },
  "A; target i^-0.4": { ...spectralA, targetExponent: 0.4, draws },
  "A; target i^-0.6": { ...spectralA, targetExponent: 0.6, draws },
  "A; target i^-0.8": { ...spectralA, targetExponent: 0.8, draws },
  "A; target I": { ...spectralA, targetExponent: 0, draws },
  "A; target i^-0.5; spectra in the target's order": { ...spectralA, order: "kept", draws },
  "A; target i^-0.5; trace 1": { ...spectralA, normalise: "trace-1", draws },
  "A; target i^-0.5; trace d": { ...spectralA, normalise: "trace-d", draws },
  "A; target i^-0.5; trace B": { ...spectralA, normalise: "trace-B", draws },
  "A; target i^-0.5; Frobenius norm 1": { ...spectralA, normalise: "frobenius-1", draws },
  "B; target I/2": { ...lengthB, ...half, draws },
  "B; target I/2; d = 100": { ...lengthB, ...half, d: 100, draws },
  "B; target I/2; 1 task a type": { ...lengthB, ...half, perType: 1, draws },
  "B; target i^-0.5": { ...lengthB, draws },
  "B; target i^-0.5; d = 20": { ...lengthB, d: 20, draws },
  "B; target i^-0.2; d = 100": { ...lengthB, targetExponent: 0.2, d: 100, draws },
  "B; target I": { ...lengthB, targetExponent: 0, draws },
  "B; target 0.25 I": { ...lengthB, targetExponent: 0, targetScale: 0.25, draws },
  "B; target I/2; trace 1": { ...lengthB, ...half, normalise: "trace-1", draws },
  "B; target I/2; trace d": { ...lengthB, ...half, normalise: "trace-d", draws },
  "B; target I/2; Frobenius norm 1": { ...lengthB, ...half, normalise: "frobenius-1", draws },
  "B; target I/2; program on Λ": { ...lengthB, ...half, form: "paper", draws },
};

const scanned = { targetExponents: [0, 0.2, 0.4, 0.5, 0.6, 0.8, 1], targetScales: [0.1, 0.25, 0.5, 1, 2], draws: 60 } as const;
const scannedPools = {
  "A; 1 task a type": spectralA,
  "A; 5 tasks a type": { ...spectralA, perType: 5 },
  "B; d = 10": lengthB,
};

/** Settings of the scan for the paper's order, by name: every reading with every normalisation, each on a grid of targets. */
export const scanSettings: Readonly<Record<string, AlphaBScanParams>> = Object.fromEntries(
  Object.entries(scannedPools).flatMap(([name, pool]) =>
    POOL_NORMALISATIONS.map((normalise) => [`${name}; ${normalise}`, { ...scanned, ...pool, normalise }]),
  ),
);

const trial = { margin: 0.3, pools: 100, steps: [1, 2, 3, 5, 8, 12, 20] } as const;

const means = { overPrompts: "mean", prompts: 300, steps: [1, 2, 3, 5] } as const;

/** Settings of the demonstration, by name. */
export const trialSettings: Readonly<Record<string, SelectionTrialParams>> = {
  "B; target I/2; m = Infinity": { ...trial, pools: 300, pool: { ...lengthB, ...half } },
  "B; target I/2; m = 200": { ...trial, pool: { ...lengthB, ...half }, m: 200 },
  "B; target I/2; m = 50": { ...trial, pool: { ...lengthB, ...half }, m: 50 },
  "B; target i^-0.5; m = Infinity": { ...trial, pools: 300, pool: lengthB },
  "B; target i^-0.5; m = 200": { ...trial, pool: lengthB, m: 200 },
  "B; target i^-0.5; m = 50": { ...trial, pool: lengthB, m: 50 },
  "B; target I/2; m = 50; means over prompts": { ...trial, ...means, pool: { ...lengthB, ...half }, m: 50 },
  "B; target i^-0.5; m = 200; means over prompts": { ...trial, ...means, pool: lengthB, m: 200 },
  "B; target i^-0.5; m = 50; means over prompts": { ...trial, ...means, pool: lengthB, m: 50 },
  "A; target i^-0.5; n = 50; m = Infinity": { ...trial, pool: { ...spectralA, perType: 10, promptLength: 50 } },
  "A; target i^-0.5; n = 500; m = Infinity": { ...trial, pool: { ...spectralA, perType: 10, promptLength: 500 } },
};

const margins = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8];
const sweep = { pools: 60, steps: [1, 5, 20], rules: ["selected", "stable", "uniform"], prompts: 11, seed: 8 } as const;

/** Settings of the choice of the margin, by name; other pools than those of the demonstration. */
export const marginSettings: Readonly<Record<string, SelectionTrialParams>> = Object.fromEntries(
  [Number.POSITIVE_INFINITY, 200, 50].flatMap((m) =>
    margins.map((margin) => [`B; target i^-0.5; m = ${m}; margin ${margin}`, { ...sweep, pool: lengthB, m, margin }]),
  ),
);

const ratios = [2, 5, 10, 20, 50, 100, 1000, Number.POSITIVE_INFINITY];

/** Settings of the robustness trial, by name. */
export const estimationSettings: Readonly<Record<string, EstimationTrialParams>> = {
  "B; target I/2": { pool: { ...lengthB, ...half }, pools: 100, ratios, k: 5, margin: 0.3 },
  "B; target i^-0.5": { pool: lengthB, pools: 100, ratios, k: 5, margin: 0.3 },
};

/** Rows of the (α, B) table for one setting. */
export function alphaBRows(params: AlphaBTableParams): ResultRow[] {
  const { types, means, standardErrors, steps, inOrder } = alphaBTable(params);
  const named = (prefix: string, values: ArrayLike<number>) => Object.fromEntries(types.map((type, t) => [`${prefix} ${type}`, values[t]]));
  const least = steps.reduce((min, z) => Math.min(min, z), Number.POSITIVE_INFINITY);
  return [{ draws: params.draws, ...named("mean", means), ...named("se", standardErrors), inOrder: inOrder ? "yes" : "no", leastZ: least }];
}

/** Rows of the scan for one setting: one a target. */
export function scanRows(params: AlphaBScanParams): ResultRow[] {
  return alphaBScan(params).map(({ means, inOrder, ...row }) => ({
    ...row,
    ...Object.fromEntries(TASK_TYPES.map((type, t) => [`mean ${type}`, means[t]])),
    inOrder: inOrder ? "yes" : "no",
  }));
}

/** Rows of the demonstration for one setting: one a curve and k. */
export function trialRows(params: SelectionTrialParams): ResultRow[] {
  const result = selectionTrial(params);
  return result.curves.flatMap((curve, c) => {
    const contrasts = trialContrast(result, "selected", curve);
    const stable = trialContrast(result, "stable", curve);
    const growths = result.growths[c];
    const diverging = growths.reduce((count, growth) => count + (growth > 1 ? 1 : 0), 0) / growths.length;
    return trialSummary(result, curve).map((row, s) => ({
      curve,
      k: row.k,
      pools: result.pools,
      mean: row.mean,
      meanHalfWidth: row.meanHalfWidth,
      median: row.median,
      medianLow: row.low,
      medianHigh: row.high,
      worseThanNothing: row.worseThanNothing,
      diverging,
      selectedOverThis: contrasts[s].ratio,
      ratioLow: contrasts[s].low,
      ratioHigh: contrasts[s].high,
      selectedBetter: contrasts[s].better,
      stableOverThis: stable[s].ratio,
      stableLow: stable[s].low,
      stableHigh: stable[s].high,
      stableBetter: stable[s].better,
    }));
  });
}

/** Rows of the robustness trial for one setting. */
export function estimationRows(params: EstimationTrialParams): ResultRow[] {
  return estimationTrial(params).map((row) => ({ ...row }));
}
