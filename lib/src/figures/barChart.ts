/** @file Bars over named categories, with error bars. */
import type { Data, Layout } from "plotly.js";
import { Checks } from "../core/check";
import { type AxisParams, buildAxis, checkPlottable } from "./axes";
import { chartLayout } from "./chartLayout";
import { checkIntervals, intervalBars } from "./errorBars";
import type { Figure } from "./figure";
import { LEGEND_PLACES, type LegendPlace } from "./legend";
import { checkMarks, type Mark, markLayout } from "./marks";
import { math } from "./math";
import { barFill, baseAxis, FONT_SIZE, INK, MAX_SERIES } from "./theme";

export interface BarSeries {
  readonly name?: string;
  /** One value a category; null leaves the place empty. */
  readonly values: ArrayLike<number | null>;
  /** Ends of the error bars, as long as values. */
  readonly lower?: ArrayLike<number | null>;
  readonly upper?: ArrayLike<number | null>;
  /** Index of the colour; default: the place in the list. */
  readonly color?: number;
}

export interface BarChartParams {
  readonly title?: string;
  readonly categories: readonly string[];
  /** The axis of the categories. */
  readonly x: { readonly label: string };
  readonly y: AxisParams;
  readonly series: readonly BarSeries[];
  /** Horizontal reference lines; labels stand beside the plot unless `at` says otherwise. */
  readonly marks?: readonly (Mark & { readonly axis: "y" })[];
  readonly legend?: Exclude<LegendPlace, "ends">;
  readonly caption?: string;
}

/**
 * Grouped bars. On a linear axis they start at 0; on a log axis only their upper ends mean anything.
 * @throws RangeError when lengths differ, a value is not finite (null is an empty place), lower > upper, a log axis meets a value <= 0
 */
export function barChart({ title, categories, x, y, series, marks = [], legend, caption }: BarChartParams): Figure {
  const check: Checks = new Checks("barChart");
  const log = y.log ?? false;
  if (!Array.isArray(categories) || categories.length === 0) check.fail("categories", "a non-empty array of strings", categories);
  if (!Array.isArray(series) || series.length === 0) check.fail("series", "a non-empty array", series);
  if (legend !== undefined)
    check.oneOf(
      "legend",
      legend,
      LEGEND_PLACES.filter((place) => place !== "ends"),
    );
  const labels = categories.map((category, i) => {
    if (typeof category !== "string") check.wrongKind(`categories[${i}]`, "a string", category);
    return math(category);
  });
  if (new Set(labels).size !== labels.length) check.fail("categories", "different from one another", categories);
  series.forEach((item, i) => {
    checkBars(check, `series[${i}]`, item, labels.length, log);
  });
  marks.forEach((mark, i) => {
    check.oneOf(`marks[${i}].axis`, mark.axis, ["y"] as const);
  });
  checkMarks(check, marks, false, log);

  const all = series.flatMap((item) => [item.values, item.lower ?? [], item.upper ?? []].flatMap((list) => Array.from(list)));
  const values = all.filter((value): value is number => value !== null).concat(marks.map((mark) => mark.value));
  const built = buildAxis(check, "y", y, values, 0.06);
  const yAxis = log || y.range ? built : buildAxis(check, "y", { ...y, range: barRange(values) }, values, 0);
  const xAxis = {
    layout: {
      ...baseAxis(),
      type: "category" as const,
      title: { text: math(x.label), font: { size: FONT_SIZE.axis }, standoff: 6 },
      ticks: "" as const,
      tickangle: "auto" as const,
      tickmode: "array" as const,
      tickvals: labels.map((_, i) => i),
      ticktext: labels,
      showgrid: false,
    },
    fraction: (value: number) => value,
    position: (value: number) => value,
  };
  const place = legend ?? (series.some((item) => item.name) ? "above" : "none");
  // Labels stand beside the plot: inside they would cover bars.
  const beside = marks.map((mark) => ({ at: "outside" as const, ...mark }));
  const { endLabels, ...lines } = markLayout(beside, xAxis, yAxis, [], "above");
  const data = series.map((item, i): Data => {
    if (item.color === undefined && i >= MAX_SERIES)
      check.fail("series", `at most ${MAX_SERIES} long when no colours are given`, series.length);
    const color = barFill(item.color ?? i);
    return {
      type: "bar",
      name: math(item.name ?? `series ${i + 1}`),
      x: labels,
      y: Array.from(item.values) as (number | null)[],
      marker: { color, line: { color: INK, width: 0.6 } },
      showlegend: place !== "none" && item.name !== undefined,
      legendgroup: `series ${i}`,
      ...(item.lower && item.upper ? { error_y: intervalBars(item.values, item.lower, item.upper, INK) } : {}),
    };
  });
  const layout: Partial<Layout> = {
    ...chartLayout(title, place, xAxis, yAxis),
    barmode: "group",
    bargap: 0.3,
    bargroupgap: 0.06,
    ...lines,
  };
  return { data, layout, ...(caption === undefined ? {} : { caption }), endLabels };
}

function checkBars(check: Checks, name: string, item: BarSeries, length: number, log: boolean): void {
  for (const key of ["values", "lower", "upper"] as const) {
    const list = item[key];
    if (list === undefined && key !== "values") continue;
    if (list?.length !== length) check.fail(`${name}.${key}`, `as long as categories (${length})`, list);
    for (let i = 0; i < length; i++) checkPlottable(check, `${name}.${key}[${i}]`, list[i], log);
  }
  if ((item.lower === undefined) !== (item.upper === undefined)) check.fail(name, "given both lower and upper, or neither", item);
  if (item.lower && item.upper) checkIntervals(check, name, "values", item.values, item.lower, item.upper);
}

function barRange(values: readonly number[]): [number, number] {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const room = (high - low || 1) * 0.06;
  return [low < 0 ? low - room : 0, high > 0 || low === 0 ? high + room : 0];
}
