/** @file A function of two variables as coloured cells, with level lines if wanted. */
import type { Annotations, Data, Layout } from "plotly.js";
import { argumentsOf, Checks } from "../core/check";
import { type AxisParams, type BuiltAxis, buildAxis, checkPlottable, cutRange, formatNumber } from "./axes";
import { chartLayout } from "./chartLayout";
import { colourRange } from "./colourRange";
import { contourLines } from "./contourLines";
import type { Figure } from "./figure";
import { math } from "./math";
import { FONT_SIZE, INK, SEQUENTIAL_SCALE } from "./theme";
import type { GridMeta } from "./trace";

/** A function of two variables, to be drawn as coloured cells. */
export interface HeatmapParams {
  /** A heading; default: none. */
  readonly title?: string;
  /** The axis of the columns. */
  readonly x: AxisParams;
  /** The axis of the rows. */
  readonly y: AxisParams;
  /** The colour axis; with `log` the colours follow log10 of the values, which must then be > 0. */
  readonly z: AxisParams;
  /** Centres of the columns, strictly increasing, length >= 2. */
  readonly columns: ArrayLike<number>;
  /** Centres of the rows, strictly increasing, length >= 2. */
  readonly rows: ArrayLike<number>;
  /** values[row][column]; null leaves a cell empty. */
  readonly values: readonly ArrayLike<number | null>[];
  /** Values at which to draw level lines, labelled with the value; default: none. */
  readonly contours?: readonly number[];
  /** One or two sentences: what is shown, n, d, replications, seed. */
  readonly caption?: string;
}

/**
 * A heatmap over linear or log axes.
 * @param params axes x, y and z (colour); columns and rows, the cells' centres; values[row][column]; contours, title, caption
 * @throws RangeError when shapes differ, centres do not increase, a value is not finite (null is an empty cell), a log axis meets a value <= 0
 * @origin ours
 * @example
 * const axes = { x: { label: "n", log: true }, y: { label: "k" }, z: { label: "error" } };
 * const figure = cot.heatmap({ ...axes, columns: [1, 10], rows: [1, 2], values: [[4, 2], [2, 1]] });
 * figure.data[0].type; // => "heatmap"
 */
export function heatmap(params: HeatmapParams): Figure {
  const { title, x, y, z, columns, rows, values, contours = [], caption } = argumentsOf("heatmap", params);
  const check: Checks = new Checks("heatmap");
  for (const [name, axis] of Object.entries({ x, y, z })) argumentsOf("heatmap", axis, name);
  check.text("z.label", z.label);
  for (const [argument, text] of Object.entries({ title, caption })) if (text !== undefined) check.text(argument, text);
  check.list("contours", contours);
  const xs = checkCentres(check, "columns", columns, x.log ?? false);
  const ys = checkCentres(check, "rows", rows, y.log ?? false);
  const zLog = z.log ?? false;
  const grid = checkGrid(check, values, ys.length, xs.length, zLog);
  const [xEdges, yEdges] = [cellEdges(xs, x.log ?? false), cellEdges(ys, y.log ?? false)];
  const xAxis = buildAxis(check, "x", { range: [xEdges[0], xEdges[xEdges.length - 1]], ...x }, xEdges, 0);
  const yAxis = buildAxis(check, "y", { range: [yEdges[0], yEdges[yEdges.length - 1]], ...y }, yEdges, 0);
  const finite = grid.flat().filter((value): value is number => value !== null);
  const asked = z.range !== undefined && (z.keep || cutRange(z.range, finite, zLog, 0) !== undefined);
  const zAxis = buildAxis(check, "z", asked || z.fit !== undefined ? z : { ...z, range: colourRange(finite, zLog), keep: true }, finite, 0);
  const meta: GridMeta = { columns: xs, rows: ys, log: zLog };
  // `meta` is missing from the published types.
  const cells: Data & { meta: GridMeta } = {
    type: "heatmap",
    x: xEdges,
    y: yEdges,
    z: grid.map((row) => row.map((value) => (value === null ? null : zAxis.position(value)))),
    zmin: zAxis.position(zAxis.range[0]),
    zmax: zAxis.position(zAxis.range[1]),
    colorscale: SEQUENTIAL_SCALE,
    zsmooth: false,
    colorbar: colorbar(z, zAxis),
    hoverongaps: false,
    meta,
  };
  const labels: [number, number][] = [];
  const lines = contours.map((level, i) => {
    if (zLog) check.positive(`contours[${i}]`, level);
    else check.finite(`contours[${i}]`, level);
    return levelLine(level, xs, ys, grid, xAxis, yAxis, zAxis, labels);
  });
  const layout: Partial<Layout> = {
    ...chartLayout(title, "none", xAxis, yAxis),
    xaxis: { ...xAxis.layout, showgrid: false },
    yaxis: { ...yAxis.layout, showgrid: false },
    annotations: lines.flatMap((line) => line.annotations),
  };
  return {
    data: [cells, ...lines.flatMap((line) => line.data)],
    layout,
    ...(caption === undefined ? {} : { caption }),
  };
}

function checkCentres(check: Checks, name: string, values: ArrayLike<number>, log: boolean): number[] {
  check.vector(name, values);
  if (values.length < 2) check.fail(name, "at least two centres", values);
  const centres = Array.from(values);
  centres.forEach((value, i) => {
    checkPlottable(check, `${name}[${i}]`, value, log);
    if (i > 0 && value <= centres[i - 1]) check.fail(`${name}[${i}]`, `> ${name}[${i - 1}] (${centres[i - 1]})`, value);
  });
  return centres;
}

function checkGrid(check: Checks, values: unknown, height: number, width: number, log: boolean): (number | null)[][] {
  if (!Array.isArray(values)) check.wrongKind("values", "an array of rows", values);
  if (values.length !== height) check.fail("values", `as long as rows (${height})`, values.length);
  const grid = values.map((row: ArrayLike<number | null>, i) => {
    if (row?.length !== width) check.fail(`values[${i}]`, `as long as columns (${width})`, row);
    return Array.from(row, (value, j) => {
      checkPlottable(check, `values[${i}][${j}]`, value, log);
      return value;
    });
  });
  if (grid.every((row) => row.every((value) => value === null))) check.fail("values", "given at least one finite value", null);
  return grid;
}

/** Edges half-way between centres (on a log axis: half-way between their logarithms). */
function cellEdges(centres: readonly number[], log: boolean): number[] {
  const c = log ? centres.map(Math.log) : centres;
  const last = c.length - 1;
  const edges = [1.5 * c[0] - 0.5 * c[1]];
  for (let i = 0; i < last; i++) edges.push((c[i] + c[i + 1]) / 2);
  edges.push(1.5 * c[last] - 0.5 * c[last - 1]);
  return log ? edges.map(Math.exp) : edges;
}

function colorbar(z: AxisParams, zAxis: BuiltAxis): Record<string, unknown> {
  const { range } = zAxis.layout;
  const [low, high] = range as [number, number];
  const common = {
    title: { text: math(z.label), side: "right", font: { size: FONT_SIZE.axis, color: INK } },
    thickness: 10,
    xpad: 6,
    ypad: 0,
    len: 1,
    outlinewidth: 0,
    ticks: "outside",
    ticklen: 3,
    tickwidth: 0.8,
    tickfont: { size: FONT_SIZE.tick, color: INK },
    exponentformat: "power",
  };
  if (!z.log) return common;
  const powers: number[] = [];
  for (let k = Math.ceil(low - 1e-9); k <= high + 1e-9; k++) powers.push(k);
  const array = powers.length >= 2 ? powers : ((zAxis.layout.tickvals as number[]) ?? []).map((value) => Math.log10(value));
  const shown = array.filter((_, i) => i % Math.ceil(array.length / 7) === 0);
  return { ...common, tickmode: "array", tickvals: shown, ticktext: shown.map(powerText) };
}

function powerText(exponent: number): string {
  if (!Number.isInteger(exponent)) return formatNumber(10 ** exponent);
  if (exponent === 0 || exponent === 1) return String(10 ** exponent);
  return `10<sup>${String(exponent).replace("-", "−")}</sup>`;
}

/**
 * A white line on a dark one, so that it is seen on every colour, and the value near the middle of its longest piece.
 * @param labels where labels stand already, as fractions of the axes; this one's place is added
 */
function levelLine(
  level: number,
  xs: readonly number[],
  ys: readonly number[],
  grid: readonly (readonly (number | null)[])[],
  xAxis: BuiltAxis,
  yAxis: BuiltAxis,
  zAxis: BuiltAxis,
  labels: [number, number][],
): { data: Data[]; annotations: Partial<Annotations>[] } {
  const z = grid.map((row) => row.map((value) => (value === null ? null : zAxis.position(value))));
  const pieces = contourLines(xs.map(xAxis.position), ys.map(yAxis.position), z, zAxis.position(level));
  if (pieces.length === 0) return { data: [], annotations: [] };
  const back = (axis: BuiltAxis, value: number) => (axis.layout.type === "log" ? 10 ** value : value);
  const x = pieces.flatMap((piece) => [...piece.x.map((value) => back(xAxis, value)), null]);
  const y = pieces.flatMap((piece) => [...piece.y.map((value) => back(yAxis, value)), null]);
  const line = (color: string, width: number): Data => ({
    type: "scatter",
    mode: "lines",
    x,
    y,
    line: { color, width },
    hoverinfo: "skip",
    showlegend: false,
  });
  const longest = pieces.reduce((best, piece) => (piece.x.length > best.x.length ? piece : best));
  const place = labelPlace(
    longest.x.length,
    (i) => [xAxis.fraction(back(xAxis, longest.x[i])), yAxis.fraction(back(yAxis, longest.y[i]))],
    labels,
  );
  const label: Partial<Annotations> = {
    text: formatNumber(level),
    xref: "x",
    yref: "y",
    x: longest.x[place],
    y: longest.y[place],
    showarrow: false,
    borderpad: 1,
    bgcolor: "rgba(255,255,255,0.85)",
    font: { size: FONT_SIZE.label - 1, color: INK },
  };
  return { data: [line("#000000", 1.8), line("#ffffff", 0.9)], annotations: [label] };
}

/** Labels at least this far apart, in fractions of the axes, do not touch. */
const CLEARANCE = 0.15;

/** The point nearest to a piece's middle that is clear of all labels, or the one that is furthest from them; it is noted in `labels`. */
function labelPlace(length: number, at: (index: number) => [number, number], labels: [number, number][]): number {
  const middle = Math.floor(length / 2);
  const candidates = Array.from({ length }, (_, i) => i).filter((i) => i >= 0.2 * length && i < Math.max(0.8 * length, middle + 1));
  candidates.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle) || a - b);
  const clearance = (i: number) => {
    const [u, v] = at(i);
    return Math.min(CLEARANCE, ...labels.map(([x, y]) => Math.hypot(u - x, v - y)));
  };
  const best = candidates.reduce((found, i) => (clearance(i) > clearance(found) + 1e-12 ? i : found), candidates[0] ?? middle);
  labels.push(at(best));
  return best;
}
