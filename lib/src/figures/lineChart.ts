/** @file Lines, points and bands over linear or log axes. */
import type { Dash, Data, PlotData } from "plotly.js";
import { argumentsOf, Checks } from "../core/check";
import { type AxisParams, buildAxis, within } from "./axes";
import { chartLayout } from "./chartLayout";
import { endsOfLines } from "./endLabels";
import { checkInterval, checkNumbers, intervalBars, type Numbers } from "./errorBars";
import type { Figure } from "./figure";
import { LEGEND_PLACES, type LegendPlace } from "./legend";
import { checkMarks, type Mark, markLayout } from "./marks";
import { math } from "./math";
import { LINE_WIDTH, MARKER_SIZE, MAX_SERIES, seriesStyle, translucent } from "./theme";

/** A line, points, or both, with an interval if wanted. */
export interface Series {
  /** The name in the legend; without one the series is drawn but not named. */
  readonly name?: string;
  /** The abscissae; at least one. */
  readonly x: Numbers;
  /** The ordinates, as long as x. */
  readonly y: Numbers;
  /** Lower ends of intervals, as long as y: a band around a line, error bars at points; given together with `upper`. */
  readonly lower?: Numbers;
  /** Upper ends, >= lower. */
  readonly upper?: Numbers;
  /** What is drawn; default "line". */
  readonly style?: "line" | "points" | "both";
  /** Index of the colour, dash and symbol; an integer in [0, 7]; default: the place in the list. Give theory and simulation the same one. */
  readonly color?: number;
  /** Another dash than the colour's own: "solid", or strokes and gaps in px such as "4px,2px". */
  readonly dash?: string;
}

/** A chart of y against x. */
export interface LineChartParams {
  /** A heading; default: none. */
  readonly title?: string;
  /** The axis of x. */
  readonly x: AxisParams;
  /** The axis of y. */
  readonly y: AxisParams;
  /** At least one; at most 8 without colours of their own. */
  readonly series: readonly Series[];
  /** Reference lines; default: none. */
  readonly marks?: readonly Mark[];
  /** Where the names stand; default "above", or none when no series has a name. "ends" writes each at the end of its line. */
  readonly legend?: LegendPlace;
  /** One or two sentences: what is shown, n, d, replications, seed. */
  readonly caption?: string;
}

/**
 * Lines, points and bands over linear or log axes.
 * @param params x and y, the axes; series; marks = [] (reference lines); title?, legend?, caption?
 * @throws RangeError when lengths differ, a value is not finite (null is a gap), a log axis meets a value <= 0, lower > upper
 * @origin ours
 * @example
 * const axes = { x: { label: "steps k" }, y: { label: "error E_k", log: true } };
 * const figure = cot.lineChart({ ...axes, series: [{ name: "theory", x: [0, 1, 2], y: [4, 1, 0.3] }] });
 * figure.layout.yaxis?.type; // => "log"
 */
export function lineChart(params: LineChartParams): Figure {
  const { title, x, y, series, marks = [], legend, caption } = argumentsOf("lineChart", params);
  const check: Checks = new Checks("lineChart");
  for (const [name, axis] of Object.entries({ x, y })) argumentsOf("lineChart", axis, name);
  if (!Array.isArray(series)) check.wrongKind("series", "an array of series", series);
  check.objects("series", series);
  for (const [argument, text] of Object.entries({ title, caption })) if (text !== undefined) check.text(argument, text);
  check.objects("marks", marks);
  if (series.length === 0) check.fail("series", "a non-empty array", series);
  if (legend !== undefined) check.oneOf("legend", legend, LEGEND_PLACES);
  series.forEach((item, i) => {
    checkSeries(check, `series[${i}]`, item, x.log ?? false, y.log ?? false);
  });
  checkMarks(check, marks, x.log ?? false, y.log ?? false);

  const markers = series.some((item) => item.style === "points" || item.style === "both");
  const marked = (axis: "x" | "y") => marks.filter((mark) => mark.axis === axis).map((mark) => mark.value);
  // A point without a height takes no room on the x axis either.
  const drawn = ({ y: values, lower, upper }: Series, i: number) => [values, lower, upper].some((list) => (list?.[i] ?? null) !== null);
  const placed = series.flatMap((item) => finite(item.x, (i) => drawn(item, i)));
  const xValues = (placed.length > 0 ? placed : series.flatMap((item) => finite(item.x))).concat(marked("x"));
  const xAxis = buildAxis(check, "x", x, xValues, markers ? 0.03 : 0.01);
  const shown = ({ x: at }: Series, list: Numbers = []) => finite(list, (i) => at[i] === null || within(xAxis.fraction(at[i])));
  const yValues = series.flatMap((item) => [...shown(item, item.y), ...shown(item, item.lower), ...shown(item, item.upper)]);
  const yAxis = buildAxis(check, "y", y, yValues.concat(marked("y")), 0.05);

  const named = series.some((item) => item.name);
  const place = legend ?? (named ? "above" : "none");
  const data = series.flatMap((item, i) => traces(item, i, place !== "none" && place !== "ends"));
  const { endLabels, ...lines } = markLayout(marks, xAxis, yAxis, series.flatMap(curves));
  return {
    data,
    layout: { ...chartLayout(title, place, xAxis, yAxis), ...lines },
    ...(caption === undefined ? {} : { caption }),
    endLabels: [...endLabels, ...(place === "ends" ? endsOfLines(data, yAxis.layout) : [])],
  };
}

function checkSeries(check: Checks, name: string, item: Series, xLog: boolean, yLog: boolean): void {
  const length = item.x?.length;
  const rule = `as long as ${name}.x (${length})`;
  if (item.name !== undefined) check.text(`${name}.name`, item.name);
  checkNumbers(check, `${name}.x`, item.x, length, rule, xLog);
  if (length === 0) check.fail(`${name}.x`, "a non-empty array", item.x);
  checkNumbers(check, `${name}.y`, item.y, length, rule, yLog);
  checkInterval(check, name, item, "y", item.style === "points" ? item.y : undefined, length, rule, yLog);
  if (item.style !== undefined) check.oneOf(`${name}.style`, item.style, ["line", "points", "both"] as const);
}

/** What a label should not cover: the line or the points, the ends of their intervals, and error bars. */
function curves(item: Series): { x: Numbers; y: Numbers }[] {
  const { x, y, lower, upper } = item;
  if (!lower || !upper) return [{ x, y }];
  const ends = [lower, upper].map((end) => ({ x, y: end }));
  const bars = item.style === "points" ? Array.from(x, (at, i) => ({ x: [at, at], y: [lower[i] ?? null, upper[i] ?? null] })) : [];
  return [{ x, y }, ...ends, ...bars];
}

function finite(values: Numbers, wanted: (index: number) => boolean = () => true): number[] {
  return Array.from(values).filter((value, i): value is number => value !== null && wanted(i));
}

function styleOf(item: Series, index: number) {
  const check: Checks = new Checks("lineChart");
  if (item.color === undefined && index >= MAX_SERIES) {
    check.fail(
      "series",
      `at most ${MAX_SERIES} long when no colours are given`,
      index + 1,
      "Give series that belong together the same color",
    );
  }
  return seriesStyle(item.color ?? index);
}

function traces(item: Series, index: number, inLegend: boolean): Data[] {
  const { color, dash, symbol } = styleOf(item, index);
  const asked = item.style ?? "line";
  // A line through no two neighbouring points draws nothing, and neither does its band.
  const style = asked !== "line" || Array.from(item.y).some((y, i, all) => y !== null && (all[i + 1] ?? null) !== null) ? asked : "both";
  const bars = style === "points" || style !== asked;
  const name = math(item.name ?? `series ${index + 1}`);
  const out: Data[] = [];
  if (item.lower && item.upper && !bars) {
    const outline = bandOutline(item.x, item.lower, item.upper);
    out.push({
      type: "scatter",
      mode: "lines",
      name: `${name} (band)`,
      ...outline,
      fill: "toself",
      fillcolor: translucent(color, 0.2),
      line: { width: 0, color },
      hoverinfo: "skip",
      showlegend: false,
      legendgroup: `series ${index}`,
    });
  }
  out.push({
    type: "scatter",
    mode: style === "line" && !hasLonePoint(item) ? "lines" : style === "points" ? "markers" : "lines+markers",
    name,
    x: Array.from(item.x),
    y: Array.from(item.y),
    connectgaps: false,
    cliponaxis: style === "line", // a marker on the edge of the plot is drawn whole
    showlegend: inLegend && item.name !== undefined,
    legendgroup: `series ${index}`,
    ...(style === "points" ? {} : { line: { color, dash: (item.dash ?? dash) as Dash, width: LINE_WIDTH } }),
    ...(style === "line"
      ? lonePoints(item, color)
      : { marker: { color, symbol, size: MARKER_SIZE, line: { color: "#ffffff", width: 0.5 } } }),
    ...(bars && item.lower && item.upper ? { error_y: intervalBars(item.y, item.lower, item.upper, color) } : {}),
  });
  return out;
}

/** Whether a point has a gap, or the end, on both sides: a line does not reach it. */
const isLone = ({ x, y }: Series, i: number): boolean => {
  const there = (j: number): boolean => (x[j] ?? null) !== null && (y[j] ?? null) !== null;
  return there(i) && !there(i - 1) && !there(i + 1);
};
const hasLonePoint = (item: Series): boolean => Array.from(item.x).some((_, i) => isLone(item, i));

/** Dots as wide as two lines for the points that no line reaches, and none for the others. */
function lonePoints(item: Series, color: string): Partial<PlotData> {
  if (!hasLonePoint(item)) return {};
  return { marker: { color, size: Array.from(item.x, (_, i) => (isLone(item, i) ? 3 * LINE_WIDTH : 0)), line: { width: 0 } } };
}

/** There along the upper end and back along the lower one, one closed piece between gaps. */
function bandOutline(x: Numbers, lower: Numbers, upper: Numbers): { x: (number | null)[]; y: (number | null)[] } {
  const pieces: (readonly [x: number, low: number, high: number])[][] = [[]];
  for (let i = 0; i < x.length; i++) {
    const [at, low, high] = [x[i], lower[i], upper[i]];
    if (at === null || low === null || high === null) pieces.push([]);
    else pieces[pieces.length - 1].push([at, low, high]);
  }
  const drawn = pieces.filter((piece) => piece.length > 1);
  const outline = drawn.flatMap((piece, i): (readonly [number | null, number | null])[] => [
    ...(i > 0 ? [[null, null] as const] : []),
    ...piece.map(([at, , high]) => [at, high] as const),
    ...piece.map(([at, low]) => [at, low] as const).reverse(),
  ]);
  return { x: outline.map(([at]) => at), y: outline.map(([, value]) => value) };
}
