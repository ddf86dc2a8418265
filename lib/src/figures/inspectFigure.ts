/** @file What of its data a figure shows: what lies outside the frame, what is missing, how much of the frame is empty. */

import type { Layout, LayoutAxis } from "plotly.js";
import { Checks } from "../core/check";
import { within } from "./axes";
import { checkFigure, type Figure } from "./figure";
import { LEAST_FILL } from "./fitRange";
import { INK } from "./theme";
import { bandName, colourOf, type ErrorBars, isGrid, isList, isNamed, seriesName, type Trace } from "./trace";

/** A border of the frame, or an end of the colour scale. */
export type FigureSide = "top" | "bottom" | "left" | "right" | "above" | "below";

/** What lies outside the frame of one series. */
export interface OutsideFrame {
  /** The name of the curve, the bars or the colour scale. */
  readonly series: string;
  /** Whether the points, bars or cells are meant, or the ends of their error bars or band. */
  readonly part: "values" | "interval";
  /** The share of them that lies outside, in (0, 1]. */
  readonly share: number;
  /** Where: beyond which borders, or above or below the colour scale. */
  readonly sides: readonly FigureSide[];
}

/** What {@link inspectFigure} finds. */
export interface FigureInspection {
  /** Nothing of the data is seen: none is finite, or all lie outside the frame. */
  readonly empty: boolean;
  /** A heatmap has one colour in all its cells. */
  readonly oneColour: boolean;
  /** Series of which something lies outside the frame. */
  readonly outside: readonly OutsideFrame[];
  /** Series with gaps, and the share of their values that is missing or not finite. */
  readonly missing: readonly { readonly series: string; readonly share: number }[];
  /** The share of either axis's length over which there are no data; an axis that starts at 0 counts from there. */
  readonly emptyShare: { readonly x: number; readonly y: number };
}

type Point = readonly [number, number];

/** A curve where it leaves the frame: the place as fractions of the axes. */
export interface Exit {
  readonly side: "top" | "bottom" | "left" | "right";
  readonly at: number;
  readonly color: string;
}

/** The inspection, with what the sentence and the marks below need besides. */
interface Findings extends FigureInspection {
  readonly exits: readonly Exit[];
  /** Series by their names, and what the legend calls them: points without a name go with the line of their colour. */
  readonly legend: ReadonlyMap<string, string>;
  /** Whether each of these has a line. */
  readonly lines: boolean;
}

/** An axis as the figure's JSON fixes it. */
interface Frame {
  /** Where a value stands: 0 at the start of the axis, 1 at its end; NaN for none, -Infinity for what a log axis has no place for. */
  at(value: unknown): number;
  readonly log: boolean;
  /** Whether the figure fixes the range; categories and what Plotly chooses are filled by the data. */
  readonly fixed: boolean;
  /** Where zero stands; -Infinity on a log axis. */
  readonly zero: number;
}

/**
 * What of its data a figure shows; a hand-made figure may be asked too, and what a notebook's output holds.
 * Lines count where they run, also between points that both lie outside. An axis whose range Plotly chooses shows all.
 * @param figure data and layout, as a chart makes them or as the output's JSON holds them
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * const y = { label: "error", range: [0, 2] as const };
 * const figure = cot.lineChart({ x: { label: "k" }, y, series: [{ name: "n = 10", x: [0, 1, 2, 3], y: [0.2, 1, 1.9, 6] }] });
 * cot.figures.inspectFigure(figure).outside; // => [{ series: "n = 10", part: "values", share: 0.25, sides: ["top"] }]
 */
export function inspectFigure(figure: Pick<Figure, "data" | "layout">): FigureInspection {
  checkFigure(new Checks("inspectFigure"), "figure", figure as Figure);
  const { empty, oneColour, outside, missing, emptyShare } = findings(figure);
  return { empty, oneColour, outside, missing, emptyShare };
}

/**
 * What is wrong with a figure, a line each: it shows nothing, a heatmap has one colour, more than 60 % of an axis is empty, or its caption
 * does not say what lies outside.
 * @param figure data, layout, caption?, endLabels?, size?: a chart, any Plotly figure, or what a notebook's output holds
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * cot.figures.figureProblems({ data: [{ y: [null, null] }], layout: {} }); // => ["shows nothing"]
 */
export function figureProblems(figure: Figure): string[] {
  const check: Checks = new Checks("figureProblems");
  checkFigure(check, "figure", figure as Figure);
  return check.made("figure", "a chart or another Plotly figure", figure, () => problemsOf(figure));
}

function problemsOf(figure: Figure): string[] {
  const { empty, oneColour, emptyShare } = findings(figure);
  if (empty) return ["shows nothing"];
  const bare = (["x", "y"] as const).filter((axis) => emptyShare[axis] > 1 - LEAST_FILL);
  return [
    ...(oneColour ? ["has a heatmap of one colour"] : []),
    ...bare.map((axis) => `has no data on ${Math.round(100 * emptyShare[axis])} % of its ${axis} axis`),
    ...(captionOf(figure) === figure.caption ? [] : ["does not say what lies outside its frame"]),
  ];
}

/** Where curves leave the frame, once a curve and border. */
export function exitsOf(figure: Figure): readonly Exit[] {
  return findings(figure).exits;
}

/** The figure's caption and, where something lies outside the frame or beyond the colours, a sentence that says so. */
export function captionOf(figure: Figure): string | undefined {
  const said = sentences(findings(figure)).filter((sentence) => !figure.caption?.includes(sentence));
  return said.length === 0 ? figure.caption : [...(figure.caption ? [figure.caption] : []), ...said].join(" ");
}

function sentences({ outside, legend, lines }: Findings): string[] {
  const said: string[] = [];
  const all = new Set(legend.values()).size;
  const noun = lines ? "curve" : "series";
  const left = new Set<string>();
  for (const part of ["values", "interval"] as const) {
    const leaving = outside.filter((each) => each.part === part && legend.has(each.series) && !left.has(legend.get(each.series)!));
    for (const { series } of leaving) left.add(legend.get(series)!);
    const count = new Set(leaving.map(({ series }) => legend.get(series))).size;
    if (count === 0) continue;
    const sides = [...new Set(leaving.flatMap((each) => each.sides))];
    const where = sides.length > 2 ? "" : ` at the ${sides.join(" and at the ")}`;
    const [whole, some] = [
      `${part === "values" ? "The" : "Intervals of the"} ${noun}`,
      `${count} of ${all} ${lines ? "curves" : "series"}`,
    ];
    const subject = all === 1 ? whole : part === "values" ? some : `Intervals of ${some}`;
    said.push(`${subject} ${count === 1 && part === "values" ? "leaves" : "leave"} the frame${where}.`);
  }
  for (const side of ["above", "below"] as const) {
    for (const { share } of outside.filter(({ sides }) => sides.includes(side))) {
      said.push(`${share < 0.01 ? "Less than 1" : Math.round(100 * share)} % of the cells lie ${side} the colour scale.`);
    }
  }
  return said;
}

function findings({ data, layout }: Pick<Figure, "data" | "layout">): Findings {
  const traces = (data as readonly Trace[]).filter(({ visible }) => visible !== false && visible !== "legendonly");
  const frames = new Map<string, Frame>();
  const frame = (id: string): Frame => {
    const known = frames.get(id) ?? frameOf(id, layout, traces);
    frames.set(id, known);
    return known;
  };
  const cover = { x: new Extent(), y: new Extent() };
  const outside: OutsideFrame[] = [];
  const missing: { series: string; share: number }[] = [];
  const exits: Exit[] = [];
  const legend = new Map<string, string>();
  const withLine = new Set<string>();
  let [empty, oneColour] = [true, false];
  const see = ([u, v]: Point) => {
    empty = false;
    cover.x.add(u);
    cover.y.add(v);
  };
  traces.forEach((trace, i) => {
    const [x, y] = [frame(trace.xaxis ?? "x"), frame(trace.yaxis ?? "y")];
    if (isGrid(trace.z)) {
      const grid = gridFindings(trace, seriesName(traces, i), x, y);
      grid.corners.forEach(see);
      outside.push(...grid.outside);
      missing.push(...grid.missing);
      oneColour ||= grid.oneColour;
      return;
    }
    const decoration = trace.hoverinfo === "skip" && trace.name === undefined;
    const band = trace.fill === "toself" && trace.hoverinfo === "skip";
    const bars = trace.type === "bar";
    const drawn = (trace.mode ?? "lines").includes("lines");
    const [xs, ys] = coordinates(trace);
    if (xs.length === 0) return;
    const points = Array.from({ length: Math.min(xs.length, ys.length) }, (_, k): Point => [x.at(xs[k]), y.at(ys[k])]);
    const known = points.filter((point) => point.every(Number.isFinite));
    for (const point of known) if (isInside(point)) see(point);
    if (bars) for (const point of known) for (const end of barEnds(trace, point, x, y)) see(end);
    else if (drawn) for (let k = 1; k < points.length; k++) clip(points[k - 1], points[k])?.forEach(see);
    if (decoration) return;
    const name = band ? bandName(trace) : seriesName(traces, i);
    if (!band) {
      const owner = isNamed(trace) ? trace : (traces.find((other) => isNamed(other) && colourOf(other) === colourOf(trace)) ?? trace);
      const called = seriesName(traces, traces.indexOf(owner));
      legend.set(name, called);
      if (drawn && !bars) withLine.add(called);
      if (known.length < points.length) missing.push({ series: name, share: (points.length - known.length) / points.length });
    }
    push(outside, name, band ? "interval" : "values", known);
    const ends = band ? [] : errorEnds(trace, xs, ys, x, y);
    for (const end of ends) if (isInside(end)) see(end);
    push(outside, name, "interval", ends);
    if (!band && (trace.xaxis ?? "x") === "x" && (trace.yaxis ?? "y") === "y")
      exits.push(...exitsOfCurve(points, drawn && !bars, colourOf(trace) || INK));
  });
  for (const [id, at] of marked(layout, frame)) if (within(at)) cover[id[0] as "x" | "y"].add(at);
  const emptyShare = { x: cover.x.emptyShare(frame("x")), y: cover.y.emptyShare(frame("y")) };
  return { empty, oneColour, outside, missing, emptyShare, exits, legend, lines: [...legend.values()].every((name) => withLine.has(name)) };
}

/** The least and the largest fraction met. */
class Extent {
  private low = Number.POSITIVE_INFINITY;
  private high = Number.NEGATIVE_INFINITY;

  add(fraction: number): void {
    this.low = Math.min(this.low, Math.max(0, fraction));
    this.high = Math.max(this.high, Math.min(1, fraction));
  }

  /** 0 where there is a single value: it fills no frame. An end of the axis at zero counts as met. */
  emptyShare({ zero, fixed }: Frame): number {
    if (!(this.high >= this.low)) return 1;
    if (!fixed || this.high - this.low < 1e-9) return 0;
    if (Math.abs(zero) < 1e-5) this.add(0);
    if (Math.abs(zero - 1) < 1e-5) this.add(1);
    return 1 - (this.high - this.low);
  }
}

const isInside = ([u, v]: Point): boolean => within(u) && within(v);

/** The names of the borders beyond which a point lies. */
function sidesOf([u, v]: Point): Exit["side"][] {
  const sides: Exit["side"][] = [];
  if (!within(v)) sides.push(v > 0.5 ? "top" : "bottom");
  if (!within(u)) sides.push(u > 0.5 ? "right" : "left");
  return sides;
}

function push(outside: OutsideFrame[], series: string, part: OutsideFrame["part"], points: readonly Point[]): void {
  const out = points.filter((point) => !isInside(point));
  if (out.length > 0) outside.push({ series, part, share: out.length / points.length, sides: [...new Set(out.flatMap(sidesOf))] });
}

/** The part of the stretch from p to q that lies in the frame (Liang and Barsky). */
function clip(p: Point, q: Point): [Point, Point] | undefined {
  const [dx, dy] = [q[0] - p[0], q[1] - p[1]];
  if (![...p, ...q].every(Number.isFinite)) return undefined;
  let [from, to] = [0, 1];
  for (const [step, room] of [
    [-dx, p[0]],
    [dx, 1 - p[0]],
    [-dy, p[1]],
    [dy, 1 - p[1]],
  ] as const) {
    if (step === 0 && room < -1e-6) return undefined;
    if (step < 0) from = Math.max(from, room / step);
    if (step > 0) to = Math.min(to, room / step);
  }
  const at = (t: number): Point => [p[0] + t * dx, p[1] + t * dy];
  return from <= to ? [at(from), at(to)] : undefined;
}

/** Where a curve first crosses each border; points without a line are marked at the border beside them. */
function exitsOfCurve(points: readonly Point[], line: boolean, color: string): Exit[] {
  const found = new Map<Exit["side"], Exit>();
  points.forEach((point, k) => {
    if (!point.every(Number.isFinite) || isInside(point)) return;
    const [side] = sidesOf(point);
    if (found.has(side)) return;
    const upright = side === "left" || side === "right";
    const other = [points[k - 1], points[k + 1]].find((next) => next && isInside(next));
    const crossing = line && other ? clip(other, point)?.[1] : undefined;
    const at = (crossing ?? point)[upright ? 1 : 0];
    if (within(at)) found.set(side, { side, at: Math.min(1, Math.max(0, at)), color });
  });
  return [...found.values()];
}

/** Coordinates of the points; a list that is missing is 0, 1, 2 and so on. */
function coordinates({ x, y, x0 = 0, dx = 1, y0 = 0, dy = 1 }: Trace): [ArrayLike<unknown>, ArrayLike<unknown>] {
  const count = isList(x) ? x.length : isList(y) ? y.length : 0;
  const steps = (start: number, step: number) => Array.from({ length: count }, (_, i) => start + i * step);
  return [isList(x) ? x : steps(x0, dx), isList(y) ? y : steps(y0, dy)];
}

/** The seen ends of a bar, from its base to its value. */
function barEnds(trace: Trace, [u, v]: Point, x: Frame, y: Frame): Point[] {
  const lying = trace.orientation === "h";
  const { log, zero: origin } = lying ? x : y;
  const zero = log ? 0 : origin; // a log axis has no zero: its bars start at the frame
  return clip(lying ? [zero, v] : [u, zero], [u, v]) ?? [];
}

/** The ends of error bars. */
function errorEnds({ error_x, error_y }: Trace, xs: ArrayLike<unknown>, ys: ArrayLike<unknown>, x: Frame, y: Frame): Point[] {
  const ends: Point[] = [];
  for (const [bars, along] of [
    [error_x, 0],
    [error_y, 1],
  ] as const) {
    if (bars === undefined || bars.visible === false) continue;
    for (let k = 0; k < Math.min(xs.length, ys.length); k++) {
      const value = (along === 0 ? xs : ys)[k];
      if (typeof value !== "number") continue;
      const [up, down] = errorLengths(bars, value, k);
      for (const end of [value + up, value - down]) {
        const point: Point = along === 0 ? [x.at(end), y.at(ys[k])] : [x.at(xs[k]), y.at(end)];
        if (end !== value && !point.some(Number.isNaN)) ends.push(point);
      }
    }
  }
  return ends;
}

function errorLengths({ type = "data", array, arrayminus, symmetric, value = 10, valueminus }: ErrorBars, at: number, k: number) {
  if (type === "data") {
    const up = Number((isList(array) && array[k]) || 0);
    return [up, symmetric === false && isList(arrayminus) ? Number(arrayminus[k] ?? 0) : up];
  }
  const length = (size: number) =>
    type === "constant" ? size : type === "percent" ? (Math.abs(at) * size) / 100 : Math.sqrt(Math.abs(at));
  return [length(value), length(symmetric === false ? (valueminus ?? value) : value)];
}

function gridFindings(trace: Trace, name: string, x: Frame, y: Frame) {
  const rows = trace.z as readonly ArrayLike<unknown>[];
  const cells = rows.flatMap((row) => Array.from(row, (value) => (typeof value === "number" && Number.isFinite(value) ? value : null)));
  const values = cells.filter((value): value is number => value !== null);
  const [least, most] = values.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const { zmin = least, zmax = most } = trace;
  const hair = 1e-9 * (Math.abs(zmin) + Math.abs(zmax));
  const colours = [least, most].map((value) => Math.min(1, Math.max(0, (value - zmin) / (zmax - zmin || 1))));
  const beyond: OutsideFrame[] = [];
  for (const [side, count] of [
    ["above", values.filter((value) => value > zmax + hair).length],
    ["below", values.filter((value) => value < zmin - hair).length],
  ] as const) {
    if (count > 0) beyond.push({ series: name, part: "values", share: count / values.length, sides: [side] });
  }
  const ends = gridEnds(trace);
  const box = clip([x.at(ends.x[0]), y.at(ends.y[0])], [x.at(ends.x[1]), y.at(ends.y[1])]);
  return {
    outside: beyond,
    missing: values.length < cells.length ? [{ series: name, share: 1 - values.length / cells.length }] : [],
    // A screen has 256 steps of a colour at most.
    oneColour: values.length > 0 && Math.abs(colours[1] - colours[0]) < 1 / 256,
    corners: values.length > 0 && box ? box : [],
  };
}

/** Where reference lines and notes stand that are placed by the data's coordinates: the axis's id and the fraction. */
function marked({ shapes = [], annotations = [] }: Partial<Layout>, frame: (id: string) => Frame): [string, number][] {
  const places = [
    ...shapes.flatMap(({ xref = "x", yref = "y", x0, x1, y0, y1 }) =>
      [[xref, x0] as const, [xref, x1] as const, [yref, y0] as const, [yref, y1] as const].map(([id, value]) => ({
        id,
        value,
        log: false,
      })),
    ),
    // Notes stand at logarithms where lines stand at values.
    ...annotations.flatMap(({ xref, yref, x, y }) =>
      [[xref, x] as const, [yref, y] as const].map(([id, value]) => ({ id, value, log: true })),
    ),
  ];
  return places.flatMap(({ id, value, log }): [string, number][] => {
    if (typeof id !== "string" || !/^[xy]\d*$/.test(id) || value === undefined) return [];
    const { at, log: logarithmic } = frame(id);
    return [[id, at(log && logarithmic ? 10 ** Number(value) : value)]];
  });
}

/** The axis with this id, "x" or "y2", in this figure. */
function frameOf(id: string, layout: Partial<Layout>, traces: readonly Trace[]): Frame {
  const letter = id[0] as "x" | "y";
  const name = `${letter}axis${id.slice(1)}`;
  const axis = ((layout as Record<string, unknown>)[name] ?? {}) as Partial<LayoutAxis>;
  const values = traces
    .filter((trace) => (trace[`${letter}axis`] ?? letter) === id)
    .flatMap((trace) => (isGrid(trace.z) ? gridEnds(trace)[letter] : Array.from(coordinates(trace)[letter === "x" ? 0 : 1])));
  const words = values.filter((value) => typeof value === "string" && Number.isNaN(Number(value)));
  const dates = axis.type === "date";
  const category = axis.type === "category" || (axis.type === undefined && words.length > 0);
  const log = axis.type === "log";
  const names = new Map(
    [...new Set(category ? [...((axis.categoryarray as unknown[] | undefined) ?? []), ...values] : [])].map((key, i) => [key, i]),
  );
  const position = (value: unknown): number => {
    if (value === null || value === undefined || value === "") return Number.NaN;
    if (category) return names.get(value) ?? Number(value);
    if (dates) return new Date(value as string).getTime();
    const number = Number(value);
    return log ? (number <= 0 ? Number.NEGATIVE_INFINITY : Math.log10(number)) : number;
  };
  const fixed = axis.range !== undefined && (axis.autorange === undefined || axis.autorange === false);
  const known = values.map(position).filter(Number.isFinite);
  const own = category ? [-0.5, names.size - 0.5] : known.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [0, 0]);
  const [start, end] = fixed ? (axis.range as unknown[]).map((value) => (dates ? position(value) : Number(value))) : own;
  const at = (value: unknown): number => {
    const place = (position(value) - start) / (end - start || 1);
    return fixed || !Number.isFinite(place) ? place : Math.min(1, Math.max(0, place));
  };
  return { at, log, fixed: fixed && !category, zero: log ? Number.NEGATIVE_INFINITY : (0 - start) / (end - start || 1) };
}

/** First and last coordinate of a grid's cells or edges. */
function gridEnds({ x, y, z }: Trace): { x: unknown[]; y: unknown[] } {
  const rows = z as readonly ArrayLike<unknown>[];
  const ends = (list: unknown, count: number) => (isList(list) && list.length > 0 ? [list[0], list[list.length - 1]] : [0, count - 1]);
  return { x: ends(x, rows[0].length), y: ends(y, rows.length) };
}
