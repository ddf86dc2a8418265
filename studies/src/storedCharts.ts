/** @file The stored runs of task selection as figures: ratios to uniform mixing, medians, the choice of the margin, estimated covariances. */
import { type figures, lineChart } from "cotlab";
import type { ResultRow } from "cotlab/dist/data/resultTable";
import { estimationSettings } from "./estimationTrial";
import { marginLines, robustnessLines, storedCurve, storedOverUniform } from "./storedSelection";

const UNIFORM = { axis: "y", value: 1, label: "as uniform", at: "outside" } as const;
const steps = { label: "steps of thought k" };

/** The error of the program's mixture and of the stable one over that of uniform mixing, target i^-0.5, endless and short prompts. */
export function overUniformChart(demonstration: readonly ResultRow[]): figures.Figure {
  const lines = (["Infinity", "50"] as const).flatMap((m) =>
    (["selected", "stable"] as const).map((rule) => ({
      name: `${rule}, m = ${m === "Infinity" ? "∞" : m}`,
      ...storedOverUniform(demonstration, `B; target i^-0.5; m = ${m}`, rule),
    })),
  );
  return lineChart({
    x: steps,
    y: { label: "error over that of uniform mixing", log: true },
    series: lines.map(({ pools, ...line }) => line),
    marks: [UNIFORM],
    caption:
      "Target i^-0.5: paired error ratios, geometric means with 95 % intervals; " +
      `${lines[0].pools} pools (m = ∞) and ${lines[2].pools} (m = 50); stored run, seed 7.`,
  });
}

/** Median errors by k of eight choices, target i^-0.5, short prompts. */
export function mediansChart(demonstration: readonly ResultRow[]): figures.Figure {
  const lines = ["selected", "printed", "stable", "uniform", "hard-only", "long-only", "greedy", "best-single"].map((name) => {
    const { lower, upper, ...line } = storedCurve(demonstration, "B; target i^-0.5; m = 50", name, ["median", "medianLow", "medianHigh"]);
    return { name, ...line, ...(name === "stable" || name === "uniform" ? { lower, upper } : {}) };
  });
  return lineChart({
    x: steps,
    y: { label: "median error over pools, ‖w_{k} − w‖^{2}", log: true },
    series: lines.map(({ pools, ...line }) => line),
    marks: [{ axis: "y", value: 10, label: "error at k = 0" }],
    legend: "above",
    caption:
      `Target i^-0.5, m = 50: medians over ${lines[0].pools} pools, 95 % intervals of stable and uniform; ` +
      "easy-only and random lie near uniform; reading B, d = 10, stored run, seed 7.",
  });
}

/** The stable selection's error over that of uniform mixing by the margin. */
export function marginChart(margins: readonly ResultRow[]): figures.Figure {
  return lineChart({
    x: { label: "margin" },
    y: { label: "error of the stable selection over uniform", log: true },
    series: marginLines(margins),
    marks: [UNIFORM],
    caption: `Geometric means, k = 20, 95 % intervals, ${margins[0].pools} pools, target i^-0.5, reading B, d = 10 (stored run, seed 8).`,
  });
}

/** The error from estimated covariances over that from the true ones. */
export function robustnessChart(robustness: readonly ResultRow[]): figures.Figure {
  const { pools, k, margin } = estimationSettings["B; target I/2"];
  return lineChart({
    x: { label: "samples per dimension N/d", log: true },
    y: { label: "error over that with the true covariances", log: true },
    series: robustnessLines(robustness),
    marks: [{ axis: "y", value: 1 }],
    caption:
      `Geometric means over ${pools} pools, 95 % intervals, k = ${k}, margin ${margin}, reading B, d = 10, 20 tasks ` +
      "(stored run, seed 7).",
  });
}
