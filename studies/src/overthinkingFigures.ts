/** @file The figures of notebook 06 that are more than curves of an error. */
import { barChart } from "cotlab/dist/figures/barChart";
import type { Figure } from "cotlab/dist/figures/figure";
import { lineChart, type Series } from "cotlab/dist/figures/lineChart";
import { formatNumber } from "cotlab/dist/notebook/table";
import type { Curve } from "cotlab/dist/simulation/simulationResult";
import type { DirectionContribution } from "cotlab/dist/theory/paper/criticalLength";
import type { StoppingScore } from "./compareStopping";
import { isNear, nearLine, scaleWindow } from "./overthinking";
import { spectrumLaw } from "./spectrumLaw";

/** What a step does to each direction, (1 - μ_i)², by its coverage γ_i/σ_i: the curve, and the directions upon it. */
export function coverageFigure(directions: readonly DirectionContribution[], name: string, caption: string): Figure {
  const ratios = directions.map(({ mu }) => 1 / mu);
  const [low, high] = [Math.min(0.35, ...ratios), Math.max(4, ...ratios)];
  const grid = Array.from({ length: 301 }, (_, i) => low * (high / low) ** (i / 300));
  // A perfect step has no place on a logarithmic axis.
  const factor = (coverage: number) => Math.max((1 - 1 / coverage) ** 2, 1e-4);
  return lineChart({
    x: { label: "coverage of a direction, γ_{i} / σ_{i}", log: true },
    y: { label: "factor of its squared error a step, (1 − μ_{i})^{2}", log: true },
    series: [
      { name: "(1 − σ/γ)²", x: grid, y: grid.map(factor) },
      { name, style: "points", x: ratios, y: ratios.map(factor) },
    ],
    marks: [
      { axis: "y", value: 1, label: "above: grows" },
      { axis: "x", value: 0.5, label: "γ = σ/2" },
      { axis: "x", value: 1, label: "γ = σ" },
    ],
    caption: `${caption} Factors below 10^-4, where one step is all but perfect, are drawn there.`,
  });
}

/** The parts of five directions, spread over the spectrum, and of all, by k = 0..K; `parts[k]` are the directions' at step k. */
export function directionsFigure(parts: readonly (readonly DirectionContribution[])[], caption: string): Figure {
  const d = parts[0].length;
  const chosen = [...new Set([0, 0.4, 0.7, 0.9, 1].map((share) => Math.round(share * (d - 1))))];
  const line = (partOf: (all: readonly DirectionContribution[]) => number) => nearLine(d, parts.map(partOf));
  return lineChart({
    x: { label: "steps of thought k" },
    y: { label: "part of a direction, (1 − μ_{i})^{2k}", log: true },
    series: [
      ...chosen.map((i, j) => ({
        name: `i = ${i + 1}, μ = ${formatNumber(parts[0][i].mu, 3)}`,
        color: j,
        ...line((all) => Math.exp(all[i].logError)),
      })),
      { name: "all: the error", ...line((all) => all.reduce((sum, { logError }) => sum + Math.exp(logError), 0)), color: 5 },
    ],
    marks: [{ axis: "y", value: 1 }],
    caption,
  });
}

/** The windows of scales in which the error falls and then rises, by dimension, one band a length. */
export function windowsFigure(exponent: number, lengths: readonly number[], dimensions: readonly number[], caption: string): Figure {
  const bands = lengths.map((n, color): Series => {
    const spans = dimensions.map((d) => scaleWindow({ d, exponent, n }));
    const [lower, upper] = [spans.map(({ low }) => low), spans.map(({ high }) => high)];
    return {
      name: `falls, then rises at n = ${n}`,
      x: dimensions,
      y: spans.map(({ low, high }) => Math.sqrt(low * high)),
      lower,
      upper,
      color,
    };
  });
  return lineChart({
    x: { label: "dimension d", log: true },
    y: { label: `scale a of ${spectrumLaw(exponent, "a").replace("λ_i", "λ_{i}")}`, log: true },
    series: bands,
    caption,
  });
}

/** How often rules for stopping are right, as bars with their intervals. */
export function rulesFigure(
  names: readonly string[],
  scores: readonly (readonly StoppingScore[])[],
  rules: readonly string[],
  caption: string,
): Figure {
  return barChart({
    categories: names.map((name) => name.replace(", n", ",<br>n")),
    x: { label: "setting" },
    y: { label: "right, % of prompts", range: [0, 100] },
    series: rules.map((name) => {
      const right = scores.flatMap((all) => all.filter(({ rule }) => rule === name).map((score) => score.right));
      return {
        name,
        values: right.map(({ value }) => 100 * value),
        lower: right.map(({ low }) => 100 * low),
        upper: right.map(({ high }) => 100 * high),
      };
    }),
    caption,
  });
}

/** A curve over k = 0..K, as far as it is within a factor of 10^6 of `level`. */
export function nearCurve(name: string, level: number, values: ArrayLike<number>, color: number): Series {
  return { name, ...nearLine(level, values), color };
}

/** What captions say of the ends of curves. */
export const DRAWN_TEXT = "Curves that go farther than a factor of 10^6 from d end there.";

/** Errors over k = 0..K, beside that of no thought, d. */
export function errorFigure(d: number, series: readonly Series[], caption: string, label = "error E‖w_{k} − w‖^{2}"): Figure {
  return lineChart({
    x: { label: "steps of thought k" },
    y: { label, log: true },
    series,
    marks: [{ axis: "y", value: d, label: "no thought" }],
    caption: `${caption} ${DRAWN_TEXT}`,
  });
}

/** Means of a simulated curve at about six steps, with 95 % intervals of the logarithm, as far as they are within a factor of 10^6 of `level`. */
export function nearMeans(level: number, { mean, standardError }: Curve, color: number): Series {
  const x = Array.from(mean, (_, k) => k).filter((k) => k % Math.ceil((mean.length - 1) / 5) === 0);
  const y = x.map((k) => (isNear(level, mean[k]) ? mean[k] : null));
  const end = (sign: number) =>
    y.map((value, i) => (value === null ? null : value * Math.exp((sign * 1.96 * standardError[x[i]]) / value)));
  return { x, y, lower: end(-1), upper: end(1), style: "points", color };
}

/** Medians of a simulated curve with their intervals, as far as they are within a factor of 10^6 of `level`. */
export function nearMedians(name: string, level: number, curve: Curve, color: number, dash: string): Series {
  const medians = curve.points.map(({ median }) => median);
  const { x, y } = nearLine(
    level,
    medians.map(({ value }) => value),
  );
  // The points on the border have no interval of their own.
  const end = (part: "low" | "high") =>
    y.map((value, i) => (medians[x[i]]?.value === value && Number.isFinite(medians[x[i]][part]) ? medians[x[i]][part] : value));
  return { name, x, y, lower: end("low"), upper: end("high"), color, dash };
}
