/** @file The figures of notebook 12. */
import type { Mean } from "cotlab/dist/core/statistics";
import type { Figure } from "cotlab/dist/figures/figure";
import { heatmap } from "cotlab/dist/figures/heatmap";
import { lineChart, type Series } from "cotlab/dist/figures/lineChart";
import { overlay } from "cotlab/dist/figures/overlay";
import { isNear, nearLine } from "./overthinking";
import {
  type BestStepCurve,
  type FittedChains,
  type FittedPoint,
  fittedPoints,
  type Overshoot,
  type PhaseMap,
  type PhasePoint,
  type SplitCurves,
  type TestLengthCurves,
} from "./pretraining";
import type { LayerDisc, NoiseShares } from "./pretrainingDerivation";

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
    series: [...curves.map(({ name, errors }, color): Series => ({ name, ...nearLine(d, errors), color, dash: "solid" })), ...points],
    marks: [{ axis: "y", value: d, label: "no thought" }],
    caption: `${caption} ${DRAWN}`,
  });
}

/** The mean with a 95 % interval of its logarithm, or the median with its interval where a fit diverges. */
function intervalAt({ growths }: FittedChains, { mean, median }: FittedPoint): { value: number; low: number; high: number } {
  if (!growths.some((growth) => growth > 1)) {
    const width = mean.mean > 0 ? Math.exp((1.96 * mean.standardError) / mean.mean) : 1;
    return { value: mean.mean, low: mean.mean / width, high: mean.mean * width };
  }
  const end = (value: number): number => (Number.isFinite(value) ? value : median.value);
  return { value: median.value, low: end(median.low), high: end(median.high) };
}

/** About six of the steps of fitted layers, with their intervals. */
export function fittedSeries(run: FittedChains, points: readonly FittedPoint[], color: number): Series {
  const { d } = run.setting.covariance;
  const few = points.filter(({ k }) => k % Math.ceil((points.length - 1) / 6 || 1) === 0);
  const intervals = few.map((point) => intervalAt(run, point));
  const y = intervals.map(({ value }) => (isNear(d, value) ? value : null));
  const end = (part: "low" | "high") => y.map((value, i) => (value === null ? null : intervals[i][part]));
  return { x: few.map(({ k }) => k), y, lower: end("low"), upper: end("high"), style: "points", color };
}

/** The share of each row and column in the noise: lines predicted, points measured with 95 % intervals. */
export function noiseFigure({ directions, rows, columns }: NoiseShares, caption: string): Figure {
  const series = (name: string, parts: NoiseShares["rows"], color: number): Series[] => {
    const end = (sign: number) =>
      parts.map(({ measured }) => Math.max(measured.mean + sign * 1.96 * measured.standardError, measured.mean / 50));
    const measured = parts.map(({ measured: { mean } }: { measured: Mean }) => mean);
    return [
      { name, x: directions, y: parts.map(({ predicted }) => predicted), color, dash: "solid" },
      { x: directions, y: measured, lower: end(-1), upper: end(1), style: "points", color },
    ];
  };
  return lineChart({
    x: { label: "direction i" },
    y: { label: "share of E‖N‖^{2}", log: true },
    series: [...series("row i: what prompts leave open", rows, 0), ...series("column i: how weakly g shows it", columns, 1)],
    caption,
  });
}

/** A circle as a line. */
const circle = (radius: number): Pick<Series, "x" | "y"> => {
  const angles = Array.from({ length: 121 }, (_, i) => (2 * Math.PI * i) / 120);
  return { x: angles.map((angle) => radius * Math.cos(angle)), y: angles.map((angle) => radius * Math.sin(angle)) };
};

/** Width of the frame over its height, so that circles are round. */
const ASPECT = 1.9;

/** The eigenvalues of I - ÂΣ of layers in the complex plane, with the border of the set that they fill and the unit circle. */
export function discFigure(discs: readonly LayerDisc[], caption: string): Figure {
  const height =
    1.08 *
    Math.max(1, ...discs.map(({ growth }) => growth), ...discs.flatMap(({ points }) => points.map(([re, im]) => Math.hypot(re, im))));
  const borders = discs.map(({ border }, color): Series => {
    const pieces = border.map(({ x, y }) => ({ x: [...x, null], y: [...y, null] }));
    return { x: pieces.flatMap(({ x }) => x), y: pieces.flatMap(({ y }) => y), color, dash: "solid" };
  });
  return lineChart({
    x: { label: "real part", range: [-ASPECT * height, ASPECT * height] },
    y: { label: "imaginary part", range: [-height, height] },
    series: [
      ...borders.filter(({ x }) => x.length > 0),
      ...discs.map(
        ({ points, prompts }, color): Series => ({
          name: `B = ${prompts}`,
          x: points.map(([re]) => re),
          y: points.map(([, im]) => im),
          style: "points",
          color,
        }),
      ),
      { name: "unit circle", ...circle(1), color: 2, dash: "3px,3px" },
    ],
    caption,
  });
}

/** Points of two kinds: most fitted layers converge, or most diverge. */
function phaseSeries(points: readonly PhasePoint[], y: (point: PhasePoint) => number): Series[] {
  const kinds = [
    { name: "most fits converge", color: 2, holds: (share: number) => share <= 0.5 },
    { name: "most fits diverge", color: 6, holds: (share: number) => share > 0.5 },
  ];
  return kinds.flatMap(({ name, color, holds }): Series[] => {
    const chosen = points.filter(({ diverging }) => holds(diverging.value));
    return chosen.length === 0 ? [] : [{ name, x: chosen.map(({ x }) => x), y: chosen.map(y), style: "points", color }];
  });
}

/** The growth over n/d and B/d, with the level 1 and fitted layers. */
export function phaseFigure({ d, lengths, prompts, growth, points }: PhaseMap, caption: string): Figure {
  const base = heatmap({
    x: { label: "length of a training prompt, n/d", log: true },
    y: { label: "training prompts, B/d", log: true },
    z: { label: "growth a step δ + ρ", log: true, range: [0.2, 2] },
    columns: lengths,
    rows: prompts,
    values: growth.map((row) => row.map((value) => Math.min(Math.max(value, 0.2), 2))),
    contours: [0.5, 0.75, 1, 1.5],
    caption,
  });
  const series = phaseSeries(points, (point) => point.prompts / d);
  return series.length === 0 ? base : overlay(base, series);
}

/** B_c over m, with fitted layers at n = d. */
export function testLengthFigure({ d, curves, points }: TestLengthCurves, caption: string): Figure {
  const most = 4 * Math.max(...curves.map(({ critical }) => critical[critical.length - 1]));
  return lineChart({
    x: { label: "length of a test prompt, m/d", log: true },
    y: { label: "training prompts, B/d", log: true },
    series: [
      ...curves.map(
        ({ n, m, critical }, color): Series => ({
          name: `B_c, n = ${n}`,
          x: m.map((length) => length / d),
          y: critical.map((value) => (value <= most ? value / d : null)),
          color: [0, 1, 3, 4][color],
          dash: "solid",
        }),
      ),
      ...phaseSeries(points, (point) => point.prompts / d),
    ],
    caption,
  });
}

/** k* below B_c, and what it tends to. */
export function bestStepFigure({ prompts, critical, best, law }: BestStepCurve, caption: string): Figure {
  const x = prompts.map((B) => B / critical);
  const positive = (values: readonly number[]) => values.map((value) => (value >= 0.5 && value < Number.POSITIVE_INFINITY ? value : null));
  return lineChart({
    x: { label: "training prompts, B/B_{c}" },
    y: { label: "steps of thought with the least error, k*", log: true },
    series: [
      { name: "k* by the formula", x, y: positive(best), style: "points", color: 0 },
      { name: "1/(4 ln(δ + ρ))", x, y: positive(law), color: 1 },
    ],
    caption,
  });
}

/** B_c over the scale of the test. */
export function overshootFigure({ scales, limit, critical, necessary, points }: Overshoot, caption: string): Figure {
  const x = scales.map((share) => share * limit);
  return lineChart({
    x: { label: "scale s of the test, Σ = sΛ" },
    y: { label: "training prompts B", log: true },
    series: [
      { name: "B_c", x, y: critical, color: 0, dash: "solid" },
      { name: "at z = 1 alone", x, y: x.map(() => necessary), color: 1, dash: "4px,3px" },
      ...phaseSeries(
        points.map((point) => ({ ...point, x: point.x * limit })),
        (point) => point.prompts,
      ),
    ],
    caption,
  });
}

/** The error over the cut of a budget, and fitted layers: means where all converge, else medians. */
export function splitFigure({ ks, n, errors }: SplitCurves, runs: readonly FittedChains[], d: number, caption: string): Figure {
  const drawn = (error: number): number | null => (error > 1e-290 && error <= 100 * d ? error : null);
  const seenIn = (series: Series): boolean => Array.from(series.y).some((value) => value !== null);
  return lineChart({
    x: { label: "examples in a training prompt n", log: true },
    y: { label: "error after k steps", log: true },
    series: [
      ...ks.map((k, color): Series => ({ name: `k = ${k}`, x: n, y: errors[color].map(drawn), color, dash: "solid" })).filter(seenIn),
      ...ks.flatMap((k, color): Series[] => {
        const ends = runs.map((run) => intervalAt(run, fittedPoints(run)[k]));
        const seen = ends.map(({ value }) => drawn(value));
        // The end of an interval beyond the frame is drawn at the frame.
        const end = (part: "low" | "high") =>
          ends.map((interval, i) => (seen[i] === null ? null : Math.min(Math.max(interval[part], 1e-290, interval.value / 1e3), 100 * d)));
        return runs.length === 0
          ? []
          : [{ x: runs.map(({ setting }) => setting.n), y: seen, lower: end("low"), upper: end("high"), style: "points", color }];
      }),
    ],
    caption,
  });
}
