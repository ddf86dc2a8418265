/** @file The figures of notebook 02. */
import type { Quantile } from "cotlab/dist/core/statistics";
import type { Figure } from "cotlab/dist/figures/figure";
import { lineChart, type Series } from "cotlab/dist/figures/lineChart";
import { type Band, overSteps, type PlanePaths } from "./pseudoNewton";

/** Curves over steps k of an error. */
export const stepsFigure = (
  error: string,
  series: readonly (Pick<Band, "y"> & Partial<Band> & Pick<Series, "name">)[],
  caption: string,
): Figure => lineChart({ x: { label: "steps k" }, y: { label: error, log: true }, series: overSteps(series), caption });

/** ρ by the training length: to Λ by formula (line) and eigenvalues (points), to S as medians with intervals. */
export function distanceFigure(run: {
  readonly n: number;
  /** The training lengths. */
  readonly lengths: readonly number[];
  readonly formula: readonly number[];
  readonly toLambda: readonly number[];
  readonly toS: readonly { readonly m: number; readonly medians: readonly Quantile[] }[];
  readonly caption: string;
}): Figure {
  const { n, lengths: x, formula, toLambda, toS, caption } = run;
  return lineChart({
    x: { label: "examples in a training prompt n", log: true },
    y: { label: "factor a step in the worst direction, ρ" },
    series: [
      { name: "to Λ, exact", x, y: formula, color: 0 },
      { name: "to Λ, by eigenvalues", x, y: toLambda, style: "points", color: 0 },
      ...toS.map(({ m, medians }, i) => ({
        name: `to S, m = ${m}`,
        x,
        y: medians.map(({ value }) => value),
        lower: medians.map(({ low }) => low),
        upper: medians.map(({ high }) => high),
        style: "both" as const,
        color: i + 1,
      })),
    ],
    marks: [
      { axis: "x", value: n, label: `n = ${n}` },
      { axis: "y", value: 1, label: "diverges above" },
    ],
    caption,
  });
}

/** Paths of methods in the plane; dotted: level lines of the loss. */
export const planeFigure = ({ paths, levels, frame }: PlanePaths, caption: string): Figure =>
  lineChart({
    x: { label: "strong direction, w_{1}", range: frame.x },
    y: { label: "weak direction, w_{2}", range: frame.y },
    series: [
      ...levels.map(({ x, y }) => ({ x, y, color: 3, dash: "1px,2px" })),
      ...paths.map(({ name, x, y }, i) => ({ name, x, y, style: "both" as const, color: [0, 1, 2, 4][i] })),
    ],
    caption,
  });
