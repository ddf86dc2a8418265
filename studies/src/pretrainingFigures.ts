/** @file The figures of notebook 12. */
import type { Figure } from "cotlab/dist/figures/figure";
import { lineChart, type Series } from "cotlab/dist/figures/lineChart";
import { near } from "./overthinking";
import type { FittedChains, FittedPoint } from "./pretraining";

/** How far from its start an error is drawn. */
const DRAWN = "Drawn up to a factor of 10^6 from d.";

/** The errors over k, each named by its number of prompts: lines by the formula, and points where layers were fitted. */
export function promptsFigure(
  d: number,
  curves: readonly { readonly name: string; readonly errors: ArrayLike<number> }[],
  points: readonly Series[],
  caption: string,
): Figure {
  return lineChart({
    x: { label: "steps of thought k" },
    y: { label: "error E‖w_{k} − w‖^{2}", log: true },
    series: [
      ...curves.map(({ name, errors }, color): Series => ({ name, x: Array.from(errors, (_, k) => k), y: near(d, errors), color, dash: "solid" })),
      ...points,
    ],
    marks: [{ axis: "y", value: d, label: "no thought" }],
    caption: `${caption} ${DRAWN}`,
  });
}

/** About six of the steps of fitted layers: means with 95 % intervals of their logarithms, or medians with their intervals where a fit diverges. */
export function fittedSeries({ growths, setting }: FittedChains, points: readonly FittedPoint[], color: number): Series {
  const { d } = setting.covariance;
  const diverging = growths.some((growth) => growth > 1);
  const few = points.filter(({ k }) => k % Math.ceil((points.length - 1) / 6 || 1) === 0);
  const y = near(
    d,
    few.map(({ mean, median }) => (diverging ? median.value : mean.mean)),
  );
  const end = (part: "low" | "high", sign: number) =>
    y.map((value, i) => {
      const { mean, median } = few[i];
      if (value === null) return null;
      if (!diverging) return value * Math.exp((sign * 1.96 * mean.standardError) / value);
      return Number.isFinite(median[part]) ? median[part] : value;
    });
  return { x: few.map(({ k }) => k), y, lower: end("low", -1), upper: end("high", 1), style: "points", color };
}
