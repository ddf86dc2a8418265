/** @file Draws a panel as SVG: axes, cells, curves, points with their intervals, marks, handles. */
import { colourRange } from "../../figures/colourRange";
import type { Range } from "../../figures/fitRange";
import type { Series } from "../../figures/lineChart";
import { SEQUENTIAL_SCALE, seriesStyle } from "../../figures/theme";
import type { Cells, Panel } from "../panel";
import { svg } from "./element";
import { labelText, plainLabel } from "./label";
import { type Scale, scale } from "./scale";

/** Room around the plot, in pixels. */
const MARGIN = { left: 58, right: 14, bottom: 44, top: 8 };
const LEGEND_LINE = 18;
/** Width of a letter, in pixels, for the places of the legend. */
const LETTER = 6.4;

/** A drawn panel. */
export interface Drawn {
  readonly element: SVGSVGElement;
  readonly x: Scale;
  readonly y: Scale;
  /** The handles' circles, in their order. */
  readonly handles: readonly SVGElement[];
}

let drawings = 0;

const colorOf = (color: number): string => {
  const { color: own } = seriesStyle(color);
  // Black is the colour of the text, whatever that is on this page.
  return own === "#000000" ? "currentColor" : own;
};

/** Ordinates, with the ends of intervals. */
const heights = ({ y, lower = [], upper = [] }: Series): (number | null)[] => [
  ...Array.from(y),
  ...Array.from(lower),
  ...Array.from(upper),
];
const numbers = (values: readonly (number | null)[]): number[] => values.filter((value): value is number => value !== null);

/** The panel with further series, in a given width in pixels. */
export function drawPanel(panel: Panel, further: readonly Series[], width: number): Drawn {
  const series = [...panel.series, ...further];
  const legend = legendRows(series, width);
  const top = MARGIN.top + LEGEND_LINE * legend.length;
  const right = MARGIN.right + (panel.cells ? 62 : 0);
  const inner = width - MARGIN.left - right;
  const height = panel.square ? Math.min(inner, 420) : Math.max(190, Math.min(0.6 * inner, 340));
  const side = panel.square ? height : inner;
  const frame = { left: MARGIN.left, right: MARGIN.left + side, top, bottom: top + height };
  const marks = (axis: "x" | "y") => (panel.marks ?? []).filter((mark) => mark.axis === axis).map(({ value }) => value);
  const x = scale(panel.x, numbers([...series.flatMap((item) => Array.from(item.x)), ...marks("x")]), frame.left, frame.right);
  const y = scale(panel.y, numbers([...series.flatMap(heights), ...marks("y")]), frame.bottom, frame.top);
  const clip = `cotlab-live-clip-${++drawings}`;
  const plot = svg(
    "g",
    { "clip-path": `url(#${clip})` },
    ...(panel.cells ? cellRects(panel.cells, x, y) : []),
    ...markLines(panel, x, y, frame),
    ...series.flatMap((item, i) => curveElements(item, i, x, y)),
  );
  // A point on the edge of the plot is drawn whole.
  const points = series.flatMap((item, i) => pointElements(item, i, x, y, frame));
  const handles = (panel.handles ?? []).map(({ x: across, y: up, label }) =>
    svg("circle", { cx: x.place(across), cy: y.place(up), r: 7, class: "handle", tabindex: 0, role: "slider", "aria-label": label }),
  );
  const element = svg(
    "svg",
    { viewBox: `0 0 ${width} ${frame.bottom + MARGIN.bottom}`, width, height: frame.bottom + MARGIN.bottom, class: "cotlab-live-panel" },
    svg("defs", {}, svg("clipPath", { id: clip }, svg("rect", { x: frame.left, y: frame.top, width: side, height }))),
    ...axisElements(panel, x, y, frame),
    ...legend.flatMap((row, line) => row.map(({ item, index, at }) => legendEntry(item, index, at, MARGIN.top + LEGEND_LINE * line + 8))),
    ...(panel.cells ? colorBar(panel.cells, frame) : []),
    plot,
    ...points,
    ...handles,
  );
  return { element, x, y, handles };
}

type Frame = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };

function axisElements({ x: xAxis, y: yAxis }: Panel, x: Scale, y: Scale, { left, right, top, bottom }: Frame): SVGElement[] {
  return [
    ...x.ticks.map((tick) => svg("line", { x1: x.place(tick), x2: x.place(tick), y1: top, y2: bottom, class: "grid" })),
    ...y.ticks.map((tick) => svg("line", { x1: left, x2: right, y1: y.place(tick), y2: y.place(tick), class: "grid" })),
    svg("path", { d: `M${left} ${top}V${bottom}H${right}`, class: "axis" }),
    ...x.ticks.map((tick) => labelText(x.label(tick), { x: x.place(tick), y: bottom + 16, "text-anchor": "middle" })),
    ...y.ticks.map((tick) => labelText(y.label(tick), { x: left - 6, y: y.place(tick) + 4, "text-anchor": "end" })),
    labelText(xAxis.label, { x: (left + right) / 2, y: bottom + 36, "text-anchor": "middle" }),
    labelText(yAxis.label, { transform: `translate(13 ${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }),
  ];
}

function markLines({ marks = [] }: Panel, x: Scale, y: Scale, { left, right, top, bottom }: Frame): SVGElement[] {
  return marks.flatMap(({ axis, value, label }) => {
    const at = axis === "x" ? x.place(value) : y.place(value);
    const line = axis === "x" ? { x1: at, x2: at, y1: top, y2: bottom } : { x1: left, x2: right, y1: at, y2: at };
    const nearEnd = axis === "x" && at > (left + right) / 2;
    const place =
      axis === "x" ? { x: at + (nearEnd ? -4 : 4), y: top + 12, "text-anchor": nearEnd ? "end" : "start" } : { x: left + 6, y: at - 4 };
    return [svg("line", { ...line, class: "mark" }), ...(label ? [labelText(label, place)] : [])];
  });
}

/** A path through the points that are there; Infinity lies above every axis. */
function pathOf(xs: ArrayLike<number | null>, ys: ArrayLike<number | null>, x: Scale, y: Scale): string {
  let path = "";
  let pen = false;
  for (let i = 0; i < ys.length; i++) {
    const [across, up] = [xs[i], ys[i]];
    if (across === null || up === null) pen = false;
    else {
      path += `${pen ? "L" : "M"}${x.place(across).toFixed(1)} ${bounded(y.place(up))}`;
      pen = true;
    }
  }
  return path;
}

/** A place that a drawing can hold: curves far outside are cut by the plot anyway. */
const bounded = (place: number): string => Math.max(-9999, Math.min(9999, place)).toFixed(1);

/** Outlines of a size of about ten pixels around the origin, after the names of Plotly. */
const SYMBOLS: Readonly<Record<string, string>> = {
  square: "M-4-4H4V4H-4Z",
  "triangle-up": "M0-5L5 4H-5Z",
  "triangle-down": "M0 5L5-4H-5Z",
  diamond: "M0-5.5L5.5 0L0 5.5L-5.5 0Z",
  cross: "M-1.6-5H1.6V-1.6H5V1.6H1.6V5H-1.6V1.6H-5V-1.6H-1.6Z",
  star: "M0-6L1.8-2L6-1.6L2.8 1.2L3.8 5.4L0 3.1L-3.8 5.4L-2.8 1.2L-6-1.6L-1.8-2Z",
};
const CIRCLE = "M4.2 0A4.2 4.2 0 1 1-4.2 0A4.2 4.2 0 1 1 4.2 0Z";
const symbolPath = (color: number): string => SYMBOLS[String(seriesStyle(color).symbol)] ?? CIRCLE;

function curveElements(item: Series, index: number, x: Scale, y: Scale): SVGElement[] {
  const { x: xs, y: ys, lower, upper, style = "line", color = index, dash } = item;
  const stroke = colorOf(color);
  const line = svg("path", {
    d: pathOf(xs, ys, x, y),
    fill: "none",
    stroke,
    "stroke-width": 2,
    "stroke-dasharray": (dash ?? seriesStyle(color).dash).replace("solid", "none").replaceAll("px", ""),
    "data-series": plainLabel(item.name ?? ""),
  });
  if (style === "points") return lower && upper ? [errorBars(present(item), xs, lower, upper, x, y, stroke)] : [];
  return lower && upper ? [bandPath(xs, lower, upper, x, y, stroke), line] : [line];
}

/** The places in the list of points that are there. */
const present = ({ x, y }: Series): number[] => Array.from(y, (_, i) => i).filter((i) => x[i] !== null && y[i] !== null);

function pointElements(item: Series, index: number, x: Scale, y: Scale, { left, right, top, bottom }: Frame): SVGElement[] {
  const { x: xs, y: ys, style = "line", color = index, name = "" } = item;
  if (style === "line") return [];
  return present(item).flatMap((i) => {
    const [across, up] = [x.place(xs[i]!), y.place(ys[i]!)];
    if (across < left - 1 || across > right + 1 || up < top - 1 || up > bottom + 1) return [];
    const transform = `translate(${across.toFixed(1)} ${up.toFixed(1)})`;
    return [svg("path", { d: symbolPath(color), transform, fill: colorOf(color), "data-point": plainLabel(name) })];
  });
}

type Values = ArrayLike<number | null>;

function errorBars(seen: readonly number[], xs: Values, lower: Values, upper: Values, x: Scale, y: Scale, stroke: string): SVGElement {
  const bar = (i: number): string => {
    const [at, low, high] = [x.place(xs[i]!), bounded(y.place(lower[i]!)), bounded(y.place(upper[i]!))];
    return `M${at} ${low}V${high}M${at - 3} ${low}H${at + 3}M${at - 3} ${high}H${at + 3}`;
  };
  return svg("path", { d: seen.map(bar).join(""), fill: "none", stroke, "stroke-width": 1.2 });
}

function bandPath(xs: Values, lower: Values, upper: Values, x: Scale, y: Scale, fill: string): SVGElement {
  const whole = Array.from(xs, (_, i) => i).filter((i) => (lower[i] ?? null) !== null && (upper[i] ?? null) !== null);
  const point = (ends: Values) => (i: number) => `${x.place(xs[i]!).toFixed(1)} ${bounded(y.place(ends[i]!))}`;
  const outline = [...whole.map(point(upper)), ...whole.reverse().map(point(lower))];
  return svg("path", { d: outline.length > 0 ? `M${outline.join("L")}Z` : "", fill, "fill-opacity": 0.2 });
}

/** The names in rows that fit the width. */
function legendRows(series: readonly Series[], width: number): { item: Series; index: number; at: number }[][] {
  const rows: { item: Series; index: number; at: number }[][] = [];
  let at = width;
  series.forEach((item, index) => {
    if (item.name === undefined) return;
    const room = 34 + LETTER * plainLabel(item.name).length;
    if (at + room > width) {
      rows.push([]);
      at = 8;
    }
    rows[rows.length - 1].push({ item, index, at });
    at += room + 8;
  });
  return rows;
}

function legendEntry(item: Series, index: number, at: number, line: number): SVGElement {
  const color = item.color ?? index;
  const sample =
    item.style === "points"
      ? svg("path", { d: symbolPath(color), transform: `translate(${at + 12} ${line})`, fill: colorOf(color) })
      : curveElements(
          { ...item, x: [0, 24], y: [0, 0], lower: undefined, upper: undefined, style: "line" },
          index,
          offset(at),
          offset(line),
        )[0];
  return svg("g", { class: "legend" }, sample, labelText(item.name!, { x: at + 30, y: line + 4 }));
}

/** A scale of one pixel a unit. */
const offset = (from: number): Scale => ({ place: (value) => from + value, value: (at) => at - from, ticks: [], label: String });

/** The levels of a function's values, 0 and 1 for the ends of the colour scale and beyond. */
function levelsOf({ values, log }: Cells): { level: (value: number) => number; ends: Range } {
  const ends = colourRange(numbers(values.flat()), log);
  const measure = (value: number): number => (log ? Math.log(value) : value);
  const [low, high] = ends.map(measure);
  return { level: (value) => Math.max(0, Math.min(1, (measure(value) - low) / (high - low))), ends };
}

/** The colour of a level, between its neighbours in the scale of every heatmap. */
function levelColor(level: number): string {
  const after = Math.max(
    1,
    SEQUENTIAL_SCALE.findIndex(([at]) => at >= level),
  );
  const [[from, first], [to, second]] = [SEQUENTIAL_SCALE[after - 1], SEQUENTIAL_SCALE[after]];
  const share = (level - from) / (to - from);
  const mixed = [1, 3, 5].map((at) => {
    const [a, b] = [first, second].map((color) => Number.parseInt(color.slice(at, at + 2), 16));
    return Math.round(a + share * (b - a));
  });
  return `rgb(${mixed.join(" ")})`;
}

function cellRects(cells: Cells, x: Scale, y: Scale): SVGElement[] {
  const { columns, rows, values } = cells;
  const { level } = levelsOf(cells);
  const [width, height] = [Math.abs(x.place(columns[1]) - x.place(columns[0])), Math.abs(y.place(rows[1]) - y.place(rows[0]))];
  return rows.flatMap((row, r) =>
    columns.flatMap((column, c) => {
      const value = values[r][c];
      if (value === null) return [];
      const corner = { x: x.place(column) - width / 2, y: y.place(row) - height / 2 };
      return [svg("rect", { ...corner, width: width + 0.3, height: height + 0.3, fill: levelColor(level(value)), class: "cell" })];
    }),
  );
}

function colorBar(cells: Cells, { right, top, bottom }: Frame): SVGElement[] {
  const { ends } = levelsOf(cells);
  const parts = 32;
  const step = (bottom - top) / parts;
  const text = (value: number): string => value.toPrecision(2).replace("e+", "e");
  return [
    ...Array.from({ length: parts }, (_, i) =>
      svg("rect", { x: right + 14, y: bottom - (i + 1) * step, width: 12, height: step + 0.3, fill: levelColor((i + 0.5) / parts) }),
    ),
    ...ends.map((end, i) => labelText(text(end), { x: right + 28, y: i === 0 ? bottom : top + 8 })),
    labelText(cells.label, { transform: `translate(${right + 42} ${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }),
  ];
}
