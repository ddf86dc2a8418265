/** @file Measured curves as rows: of one run, and the mean over seeds. */
import { Checks } from "../../core/check";
import { recordsCsv } from "../../core/csvText";
import { Random } from "../../core/random";
import { type Columns, parseRecords } from "../../data/resultTable";
import type { ProductBackend } from "../../linalg/backend";
import type { RunConfig } from "./recipe";
import { thinkingCurve } from "./thinkingCurve";

/** One point of a measured curve. */
export interface CurveRow {
  readonly run: string;
  readonly seed: number;
  readonly curve: string;
  /** n of training, m of the test. */
  readonly trainLength: number;
  readonly testLength: number;
  readonly k: number;
  /** Mean over prompts of ‖w_k - w‖² / d, and its standard error over prompts. */
  readonly error: number;
  readonly standardError: number;
}

/** Columns of curves.csv, and the digits of its numbers. */
export const CURVE_COLUMNS: Columns<CurveRow> = {
  names: ["run", "seed", "curve", "trainLength", "testLength", "k", "error", "standardError"],
  texts: ["run", "curve"],
};
export const CURVE_DIGITS = 8;

/** The stream of test prompts: the same for every model and seed, so that curves are compared on the same prompts. */
const TEST_SEED = 3605;

/** Measures all curves of a run's configuration. */
export function measureCurves(
  config: RunConfig,
  seed: number,
  parameters: Float32Array,
  backend?: ProductBackend,
  onCurve: (name: string) => void = () => {},
): CurveRow[] {
  return config.curves.flatMap(({ name, test, k, prompts }) => {
    onCurve(name);
    const random = Random.seed(TEST_SEED).stream("gpt2", "test");
    const { mode } = config.recipe;
    const curve = thinkingCurve({ shape: config.model, parameters, test, k, prompts, mode, random, backend });
    return Array.from(curve.error, (error, step) => ({
      run: config.name,
      seed,
      curve: name,
      trainLength: config.train.n,
      testLength: test.n,
      k: step,
      error,
      standardError: curve.standardError[step],
    }));
  });
}

/** Rows as CSV. */
export function curvesCsv(rows: readonly CurveRow[]): string {
  return recordsCsv(rows, CURVE_COLUMNS.names, CURVE_DIGITS);
}

/** Rows from CSV as `curvesCsv` writes it. @throws RangeError naming the line that is not */
export function readCurves(csv: string): CurveRow[] {
  return parseRecords(new Checks("readCurves"), csv, "csv", CURVE_COLUMNS);
}

/** A point of a curve averaged over seeds. */
export interface CurveSummary {
  readonly run: string;
  readonly curve: string;
  readonly k: number;
  readonly seeds: number;
  readonly mean: number;
  /** Standard error over seeds; NaN-free: 0 for a single seed. */
  readonly standardError: number;
}

/** The mean over seeds at each k. */
export function summarizeCurves(rows: readonly CurveRow[]): CurveSummary[] {
  const groups = new Map<string, CurveRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.run, row.curve, row.k]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const { run, curve, k } = group[0];
    const seeds = group.length;
    const mean = group.reduce((sum, { error }) => sum + error, 0) / seeds;
    const squares = group.reduce((sum, { error }) => sum + (error - mean) ** 2, 0);
    return { run, curve, k, seeds, mean, standardError: seeds > 1 ? Math.sqrt(squares / (seeds - 1) / seeds) : 0 };
  });
}
