/** @file Measured curves as rows: of one run, and the mean over seeds. */
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { recordsCsv } from "../../core/csvText";
import { Random } from "../../core/random";
import { type Columns, parseRecords } from "../../data/resultTable";
import type { ProductBackend } from "../../linalg/backend";
import { type RunConfig, runConfig } from "./recipe";
import { thinkingCurve } from "./thinkingCurve";

/** Which training a row is about. */
export interface RunRow {
  /** Name of the run's configuration. */
  readonly run: string;
  /** Seed of the training. */
  readonly seed: number;
}

/** One point of a measured curve. */
export interface CurveRow extends RunRow {
  /** Name of the curve. */
  readonly curve: string;
  /** n: examples of a training prompt. */
  readonly trainLength: number;
  /** m: examples of a test prompt. */
  readonly testLength: number;
  /** k: thoughts. */
  readonly k: number;
  /** Mean over prompts of ‖w_k - w‖² / d, in units of (y/x)². */
  readonly error: number;
  /** Its standard error over prompts. */
  readonly standardError: number;
  /** Its median over prompts; not in curves that were stored before it was measured. */
  readonly median?: number;
}

/** Columns of curves.csv, and the digits of its numbers. */
export const CURVE_COLUMNS: Columns<CurveRow> = {
  names: ["run", "seed", "curve", "trainLength", "testLength", "k", "error", "standardError", "median"],
  texts: ["run", "curve"],
  optional: ["median"],
};
export const CURVE_DIGITS = 8;

/** Beyond it, squares overflow. */
const MOST_ERROR = 1e150;

/** The stream of test prompts: the same for every model and seed, so that curves are compared on the same prompts. */
const TEST_SEED = 3605;

/**
 * Measures every curve that a run's configuration names; all models and seeds meet the same test prompts.
 * @param config of {@link runConfig}: name, model, train, recipe, curves, seeds
 * @param seed the seed that the rows name
 * @param parameters the trained parameters, a flat array
 * @param backend default: "blas" where it is found, otherwise "simd"
 * @param onCurve called with each curve's name before it is measured; default: nothing
 * @throws RangeError when the parameters are not the model's, or a chain needs more positions than it has
 * @origin ours
 * @example
 * const curves = [{ name: "own", test: { n: 2 }, k: 1, prompts: 8 }];
 * const config = { name: "tiny", model: { d: 1, width: 4, heads: 1 }, train: { n: 2 }, recipe: { steps: 1, batch: 4 }, curves };
 * const run = await cot.transformer.trainingRun(cot.transformer.runConfig(config), 0, "measured");
 * cot.transformer.measureCurves(run.config, run.seed, run.parameters).map(({ curve, k }) => [curve, k]); // => [["own", 0], ["own", 1]]
 */
export function measureCurves(
  config: RunConfig,
  seed: number,
  parameters: Float32Array,
  backend?: ProductBackend,
  onCurve: (name: string) => void = () => {},
): CurveRow[] {
  const check: Checks = new Checks("measureCurves");
  check.indexed("parameters", parameters);
  check.callable("onCurve", onCurve);
  argumentsOf("measureCurves", config, "config");
  const { curves } = inNameOf("measureCurves", () => runConfig(config));
  check.integer("seed", seed, 0);
  return curves.flatMap(({ name, test, k, prompts }) => {
    onCurve(name);
    const random = Random.seed(TEST_SEED).stream("gpt2", "test");
    const { mode } = config.recipe;
    const curve = inNameOf("measureCurves", () =>
      thinkingCurve({ shape: config.model, parameters, test, k, prompts, mode, random, backend }),
    );
    const about = { run: config.name, seed, curve: name, trainLength: config.train.n, testLength: test.n };
    return Array.from(curve.error, (error, step) => ({
      ...about,
      k: step,
      error,
      standardError: curve.standardError[step],
      median: curve.median[step],
    }));
  });
}

/**
 * Measured curves as CSV, numbers to 8 digits.
 * @param rows the rows, in this order
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * const row = { run: "a", seed: 0, curve: "own", trainLength: 20, testLength: 40, k: 1, error: 0.5, standardError: 0.01, median: 0.4 };
 * cot.transformer.curvesCsv([row]).split("\n")[1]; // => "a,0,own,20,40,1,0.5,0.01,0.4"
 */
export function curvesCsv(rows: readonly CurveRow[]): string {
  const check: Checks = new Checks("curvesCsv");
  check.objects("rows", rows);
  rows.forEach((row, i) => {
    for (const key of CURVE_COLUMNS.names) {
      if (CURVE_COLUMNS.texts?.includes(key)) check.text(`rows[${i}].${key}`, row[key]);
      else if (row[key] !== undefined || !CURVE_COLUMNS.optional?.includes(key)) check.finite(`rows[${i}].${key}`, row[key]);
    }
  });
  return recordsCsv(rows, CURVE_COLUMNS.names, CURVE_DIGITS);
}

/**
 * Measured curves from CSV.
 * @param csv text that {@link curvesCsv} wrote
 * @throws RangeError naming what is not of that form
 * @origin ours
 * @example
 * cot.transformer.readCurves("run,seed,curve,trainLength,testLength,k,error,standardError\na,0,own,20,40,1,0.5,0.01\n")[0].error; // => 0.5
 */
export function readCurves(csv: string): CurveRow[] {
  const check: Checks = new Checks("readCurves");
  check.text("csv", csv);
  return parseRecords(new Checks("readCurves"), csv, "csv", CURVE_COLUMNS);
}

/** A point of a curve averaged over seeds. */
export interface CurveSummary extends Pick<CurveRow, "run" | "curve" | "k"> {
  /** Number of seeds. */
  readonly seeds: number;
  /** Mean of their errors, in units of (y/x)². */
  readonly mean: number;
  /** Standard error over seeds; null for a single seed, which tells nothing of it. */
  readonly standardError: number | null;
}

/**
 * The mean over seeds of each run's curves, at each k.
 * ē = Σ_s e_s / S,  se = √(Σ_s (e_s - ē)² / (S (S - 1)))
 * $$ \bar e = \tfrac1S \sum_s e_s, \quad \mathrm{se} = \sqrt{\tfrac{1}{S(S-1)} \sum_s (e_s - \bar e)^2} $$
 * @param rows measured curves of any runs and seeds
 * @throws TypeError or RangeError for arguments of another kind
 * @origin standard
 * @example
 * const row = { run: "a", curve: "own", trainLength: 20, testLength: 40, k: 1, standardError: 0.01 };
 * const rows = [0.5, 0.7].map((error, seed) => ({ ...row, seed, error }));
 * cot.transformer.summarizeCurves(rows); // => [{ run: "a", curve: "own", k: 1, seeds: 2, mean: 0.6, standardError: 0.1 }]
 */
export function summarizeCurves(rows: readonly CurveRow[]): CurveSummary[] {
  const check: Checks = new Checks("summarizeCurves");
  check.objects("rows", rows);
  const groups = new Map<string, CurveRow[]>();
  rows.forEach(({ run, curve, k, error }, i) => {
    check.text(`rows[${i}].run`, run);
    check.text(`rows[${i}].curve`, curve);
    check.integer(`rows[${i}].k`, k, 0);
    check.interval(`rows[${i}].error`, error, -MOST_ERROR, MOST_ERROR);
  });
  for (const row of rows) {
    const key = JSON.stringify([row.run, row.curve, row.k]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const { run, curve, k } = group[0];
    const seeds = group.length;
    const mean = group.reduce((sum, { error }) => sum + error, 0) / seeds;
    const squares = group.reduce((sum, { error }) => sum + (error - mean) ** 2, 0);
    return { run, curve, k, seeds, mean, standardError: seeds > 1 ? Math.sqrt(squares / (seeds - 1) / seeds) : null };
  });
}
