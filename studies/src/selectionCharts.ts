/** @file Live trials of task selection as figures: ratios to uniform mixing, medians, pools worse than no thought, the (α, B) table, scatters. */
import { barChart, core, type figures, lineChart, notebook } from "cotlab";
import type { AlphaBTable } from "./alphaBTable";
import type { MixtureScatter } from "./mixtureScatter";
import { type SelectionTrial, type TrialCurve, trialContrast, trialSummary } from "./selectionTrial";
import { TASK_TYPES } from "./taskPool";

const steps = { label: "steps of thought k" };

/** A value that a logarithmic axis can show. */
const drawable = (value: number): number | null => (value > 1e-300 && value < 1e300 ? value : null);

/** What the program charges for a direction by its coverage, and what the direction then costs a step; no sampling. */
export function blindChart(): figures.Figure {
  const coverage = core.integers(0, 119).map((i) => 0.2 + i * 0.03);
  const from = (f: (r: number) => number): number[] => coverage.map((r) => Math.max(f(r) ** 2, 1e-4));
  return lineChart({
    x: { label: "coverage γ/σ in one direction" },
    y: { label: "penalty, or error factor a step", log: true },
    series: [
      { name: "program: (1 − γ/σ)^{2}", x: coverage, y: from((r) => 1 - r) },
      { name: "error: (1 − σ/γ)^{2}", x: coverage, y: from((r) => 1 - 1 / r) },
    ],
    marks: [
      { axis: "x", value: 0.5, label: "γ = σ/2" },
      { axis: "y", value: 1, label: "diverges above" },
    ],
    caption: "What the program charges for a direction, and what the direction costs; from 10^-4 down one value. Formulas, no sampling.",
  });
}

/** Paired ratios of some curves' errors to those of uniform mixing by k, with 95 % intervals. */
export function gainChart(trial: SelectionTrial, curves: readonly TrialCurve[], caption: string): figures.Figure {
  return lineChart({
    x: steps,
    y: { label: "error over that of uniform mixing", log: true },
    series: curves.map((name) => {
      const rows = trialContrast(trial, name, "uniform");
      const [y, lower, upper] = (["ratio", "low", "high"] as const).map((end) => rows.map((row) => drawable(row[end])));
      return { name, x: [...trial.steps], y, lower, upper };
    }),
    marks: [{ axis: "y", value: 1, label: "as uniform", at: "outside" }],
    legend: "above",
    caption,
  });
}

/** Median errors over pools by k; the stable curve as points, since it may lie on the program's. */
export function medianChart(trial: SelectionTrial, curves: readonly TrialCurve[], caption: string): figures.Figure {
  return lineChart({
    x: steps,
    y: { label: "median error over pools, ‖w_{k} − w‖^{2}", log: true },
    series: curves.map((name) => ({
      name,
      x: [...trial.steps],
      y: trialSummary(trial, name).map(({ median }) => drawable(median)),
      style: name === "stable" ? ("points" as const) : ("line" as const),
    })),
    legend: "above",
    caption,
  });
}

/** The share of pools whose error is above that of no step at all by k. */
export function worseChart(trial: SelectionTrial, curves: readonly TrialCurve[], caption: string): figures.Figure {
  return lineChart({
    x: steps,
    y: { label: "pools worse than no thought at all, %" },
    series: curves.map((name) => ({
      name,
      x: [...trial.steps],
      y: trialSummary(trial, name).map(({ worseThanNothing }) => 100 * worseThanNothing),
    })),
    legend: "above",
    caption,
  });
}

/** Average selection probabilities of the four kinds of task, with 95 % intervals. */
export function alphaBChart(tables: readonly (AlphaBTable & { readonly label: string })[], caption: string): figures.Figure {
  return barChart({
    categories: [...TASK_TYPES],
    x: { label: "task type" },
    y: { label: "average selection probability" },
    series: tables.map(({ label, means, standardErrors }) => ({
      name: label,
      values: Array.from(means),
      lower: Array.from(means, (mean, t) => Math.max(0, mean - 1.96 * standardErrors[t])),
      upper: Array.from(means, (mean, t) => mean + 1.96 * standardErrors[t]),
    })),
    caption,
  });
}

/** Objective and k-step error of random mixtures, one point each. */
export function scatterChart(
  scatters: readonly (MixtureScatter & { readonly name: string })[],
  { d, k, caption }: { readonly d: number; readonly k: number; readonly caption: string },
): figures.Figure {
  return lineChart({
    x: { label: "objective ‖I − Σ^{-1} Σ_{l} π_{l} Γ_{l}‖_{F}^{2}", log: true },
    y: { label: `error after ${notebook.counted(k, "step")}, m = ∞`, log: true },
    series: scatters.map(({ name, rankCorrelation, objectives, logErrors }) => ({
      name: `${name}, rank correlation ${rankCorrelation.toFixed(2)}`,
      x: Array.from(objectives),
      y: Array.from(logErrors, (log) => drawable(Math.exp(log))),
      style: "points" as const,
    })),
    marks: [{ axis: "y", value: d, label: "error at k = 0" }],
    caption,
  });
}
