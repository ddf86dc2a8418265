/** @file Bars over named categories, with error bars. */
import type { Data, Layout } from "plotly.js";
import { argumentsOf, Checks } from "../core/check";
import { type AxisParams, buildAxis } from "./axes";
import { chartLayout } from "./chartLayout";
import { checkInterval, checkNumbers, intervalBars } from "./errorBars";
import type { Figure } from "./figure";
import { LEGEND_PLACES, type LegendPlace } from "./legend";
import { checkMarks, type Mark, markLayout } from "./marks";
import { math } from "./math";
import { barFill, baseAxis, FONT_SIZE, INK, MAX_SERIES } from "./theme";

/** Bars of one colour, one a category. */
export interface BarSeries {
  /** The name in the legend; without one the bars are drawn but not named. */
  readonly name?: string;
  /** One value a category; null leaves the place empty. */
  readonly values: ArrayLike<number | null>;
  /** Lower ends of the error bars, <= values; given together with `upper`. */
  readonly lower?: ArrayLike<number | null>;
  /** Upper ends, >= values. */
  readonly upper?: ArrayLike<number | null>;
  /** Index of the colour, an integer in [0, 7]; default: the place in the list. */
  readonly color?: number;
}

/** A chart of bars. */
export interface BarChartParams {
  /** A heading; default: none. */
  readonly title?: string;
  /** The names under the bars, different from one another. */
  readonly categories: readonly string[];
  /** The axis of the categories. */
  readonly x: { readonly label: string };
  /** The axis of the values. */
  readonly y: AxisParams;
  /** At least one; at most 8 without colours of their own. */
  readonly series: readonly BarSeries[];
  /** Horizontal reference lines; labels stand beside the plot unless `at` says otherwise; default: none. */
  readonly marks?: readonly (Mark & { readonly axis: "y" })[];
  /** Where the names stand; default "above", or "none" when no series has a name. */
  readonly legend?: Exclude<LegendPlace, "ends">;
  /** One or two sentences: what is shown, n, d, replications, seed. */
  readonly caption?: string;
}

/**
 * Grouped bars. On a linear axis they start at 0; on a log axis only their upper ends mean anything.
 * @param params categories; x (its label) and y, the axes; series of values, one a category; marks = []; title?, legend?, caption?
 * @throws RangeError when lengths differ, a value is not finite (null is an empty place), lower > upper, a log axis meets a value <= 0
 * @origin ours
 * @example
 * const axes = { x: { label: "rule" }, y: { label: "error" } };
 * const { data } = cot.barChart({ ...axes, categories: ["held out", "oracle"], series: [{ values: [2, 1] }] });
 * data[0].type; // => "bar"
 */
export function barChart(params: BarChartParams): Figure {
  const { title, categories, x, y, series, marks = [], legend, caption } = argumentsOf("barChart", params);
  const check: Checks = new Checks("barChart");
  for (const [name, axis] of Object.entries({ x, y })) argumentsOf("barChart", axis, name);
  const log = y.log ?? false;
  if (!Array.isArray(categories) || categories.length === 0) check.fail("categories", "a non-empty array of strings", categories);
  check.text("x.label", x.label);
  check.objects("series", series);
  for (const [argument, text] of Object.entries({ title, caption })) if (text !== undefined) check.text(argument, text);
  check.objects("marks", marks);
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
  const rule = `as long as categories (${labels.length})`;
  series.forEach((item, i) => {
    if (item.name !== undefined) check.text(`series[${i}].name`, item.name);
    checkNumbers(check, `series[${i}].values`, item.values, labels.length, rule, log);
    checkInterval(check, `series[${i}]`, item, "values", item.values, labels.length, rule, log);
  });
  marks.forEach((mark, i) => {
    check.oneOf(`marks[${i}].axis`, mark.axis, ["y"] as const);
  });
  checkMarks(check, marks, false, log);

  const all = series.flatMap((item) => [item.values, item.lower ?? [], item.upper ?? []].flatMap((list) => Array.from(list)));
  const values = all.filter((value): value is number => value !== null).concat(marks.map((mark) => mark.value));
  if (values.length === 0) check.fail("y", "given at least one finite value", values);
  const whole = !log && y.range === undefined && y.fit === undefined ? { range: barRange(values), keep: true } : {};
  const yAxis = buildAxis(check, "y", { ...y, ...whole }, log ? values : [...values, 0], 0.06);
  const xAxis = {
    range: [0, labels.length - 1] as const,
    layout: {
      ...baseAxis(),
      type: "category" as const,
      title: { text: math(x.label), font: { size: FONT_SIZE.axis }, standoff: 6 },
      ticks: "" as const,
      tickangle: "auto" as const,
      tickmode: "array" as const,
      // By name, not by place: Plotly takes the place 1 for the category called "1".
      tickvals: labels,
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

function barRange(values: readonly number[]): [number, number] {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const room = (high - low || 1) * 0.06;
  return [low < 0 ? low - room : 0, high > 0 || low === 0 ? high + room : 0];
}
