/** @file A figure at a given size: labels at line ends are spread so that none overlap, and the right margin holds them. */

import type { Annotations, LayoutAxis, Legend } from "plotly.js";
import { argumentsOf, Checks } from "../core/check";
import { markBorders } from "./borderMarks";
import { checkFigure, type EndLabel, type Figure, type FigureSize } from "./figure";
import { scaled, unscaled } from "./scaleText";
import { labelWidth } from "./textWidth";
import { FONT_SIZE } from "./theme";
import { wrap } from "./wrapText";

const LINE_HEIGHT = 1.15 * FONT_SIZE.label;
const GAP = 5;
/** Widths in px beside the plot: margin, title and tick marks of the y axis, and the margin on the right. */
const Y_AXIS_WIDTH = 27;
const RIGHT_MARGIN = 20;
/** What every further line of the y axis's title takes. */
const TITLE_LINE = 16;
/** Plotly's legend: width in px of a sample with its gaps, height of a row. */
const LEGEND_SAMPLE = 45;
const LEGEND_ROW = 19;
/** Columns that Plotly's room, which is not quite ours, would not hold are not tried. */
const LEGEND_SLACK = 16;
/** The share of the figure's width that names at the ends of lines may take. */
const END_SHARE = 0.4;
/** Height in px of the title with its padding. */
const TITLE_HEIGHT = 22;
/** Height in px that titles, ticks and margins take from the plot: an estimate, only used to spread the labels. */
const FURNITURE = 55;
/** Heights in px that the ticks and the title of the x axis take, and the gaps round a legend above the plot. */
const X_AXIS_HEIGHT = 40;
const LEGEND_GAPS = 13;

/**
 * The same figure for this size: end labels placed, legend below the title, long names of axes and categories on several lines.
 * What it returns is plain Plotly, and can be fitted again: to the same size without change, to another as if for the first time.
 * @param figure data, layout, caption?, endLabels?, size?: a chart, or any Plotly figure
 * @param options width and height in px; fontSize = 12, the titles' of the axes in px, with which all other text grows and shrinks
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * const figure = { data: [], layout: {}, endLabels: [{ text: "n = 10", color: "#000000", height: 0.5 }] };
 * cot.figures.fitFigure(figure, { width: 528, height: 300 }).layout.annotations?.[0].text; // => "n = 10"
 */
export function fitFigure(figure: Figure, options: FigureSize): Figure {
  const check: Checks = new Checks("fitFigure");
  checkFigure(check, "figure", figure as Figure);
  const { width, height, fontSize = FONT_SIZE.axis } = argumentsOf("fitFigure", options);
  for (const [argument, value] of Object.entries({ width, height, fontSize })) check.positive(argument, value);
  const factor = fontSize / FONT_SIZE.axis;
  const size = { width: width / factor, height: height / factor };
  const own = wrapNames(markBorders(liftEndLabels(unscaled(figure))), size);
  return scaled(placeEndLabels(wrapAxisTitles(wrapCategories(placeLegend(own, size), size), size), size), factor);
}

/** Breaks the heading, the names in a legend and those at the ends of lines where they are wider than the figure leaves them. */
function wrapNames(figure: Figure, { width }: FigureSize): Figure {
  const { layout, endLabels = [] } = figure;
  const broken = (text: string, fontSize: number, room: number) =>
    text.includes("<br>") || labelWidth(text, fontSize) > room ? wrap(text, fontSize, room) : text;
  const data = figure.data.map((trace) => {
    const { name } = trace as { name?: unknown };
    const named = layout.showlegend === true && typeof name === "string" && (trace as { showlegend?: boolean }).showlegend !== false;
    return named ? { ...trace, name: broken(name, FONT_SIZE.legend, width - LEGEND_SAMPLE - LEGEND_SLACK) } : trace;
  }) as Figure["data"];
  const heading = layout.title as { text?: unknown; pad?: { t?: number } } | undefined;
  if (typeof heading?.text !== "string") return { ...figure, data, ...brokenEnds() };
  // Bold letters are wider.
  const bold = heading.text.replace(/^<b>([\s\S]*)<\/b>$/, "$1");
  const lines = broken(bold, FONT_SIZE.title, (width - 10) * (bold === heading.text ? 1 : 0.9));
  const text = bold === heading.text ? lines : `<b>${lines}</b>`;
  const lifted = liftOf(linesOf(text)) - liftOf(linesOf(heading.text));
  const pad = lifted === 0 ? {} : { pad: { ...heading.pad, t: (heading.pad?.t ?? 0) + lifted } };
  return { ...figure, data, layout: { ...layout, title: { ...heading, ...pad, text } as typeof layout.title }, ...brokenEnds() };

  function brokenEnds(): Partial<Figure> {
    return endLabels.length === 0
      ? {}
      : { endLabels: endLabels.map((label) => ({ ...label, text: broken(label.text, FONT_SIZE.label, END_SHARE * width) })) };
  }
}

/** Plotly lifts a heading of several lines by this much in px, off the figure; padding brings it back. */
const liftOf = (lines: number): number => (lines > 1 ? (1.3 * (lines - 1) + 1.05) * FONT_SIZE.title : 0);

const linesOf = (text: unknown): number => String(text ?? "").split("<br>").length;

/** Height in px of the heading with its padding, 0 without one. */
function titleHeight({ layout }: Figure): number {
  if (layout.title === undefined) return 0;
  return TITLE_HEIGHT + (linesOf((layout.title as { text?: unknown }).text) - 1) * 1.3 * FONT_SIZE.title;
}

/** Breaks the titles of the axes where they would run into the legend or off the figure. */
function wrapAxisTitles(figure: Figure, size: FigureSize): Figure {
  const { layout } = figure;
  const { width } = size;
  const below = (layout.xaxis?.title as { text?: unknown } | undefined)?.text;
  const lines = typeof below === "string" ? linesOf(wrap(below, FONT_SIZE.axis, plotWidth(figure, width))) : 1;
  const height = size.height - (lines - 1) * TITLE_LINE;
  const guess = yTitleLines(figure, plotHeight(figure, height, legendRows(figure, width, 1)));
  const upright = plotHeight(figure, height, legendRows(figure, width, guess));
  // A title stands at the middle of the plot, and may reach over its sides on to the edge of the figure.
  const left = leftWidth(figure) + (yTitleLines(figure, upright) - 1) * TITLE_LINE;
  const lying = Math.max(60, width - Math.abs(left - Math.max(RIGHT_MARGIN, endMargin(figure))) - 8);
  const wrapped = (axis: Partial<LayoutAxis> | undefined, room: number) => {
    const title = axis?.title as { text?: string } | undefined;
    return typeof title?.text !== "string" ? axis : { ...axis, title: { ...title, text: wrap(title.text, FONT_SIZE.axis, room) } };
  };
  const data = figure.data.map((trace) => {
    const bar = (trace as { colorbar?: { title?: { text?: string } } }).colorbar;
    return bar?.title?.text === undefined
      ? trace
      : { ...trace, colorbar: { ...bar, title: { ...bar.title, text: wrap(bar.title.text, FONT_SIZE.axis, upright) } } };
  }) as Figure["data"];
  const [xaxis, yaxis] = [wrapped(layout.xaxis, lying), wrapped(layout.yaxis, upright)];
  return { ...figure, data, layout: { ...layout, ...(xaxis ? { xaxis } : {}), ...(yaxis ? { yaxis } : {}) } };
}

/** Lines of the y axis's title when it has so much room. */
function yTitleLines(figure: Figure, room: number): number {
  const { text } = (figure.layout.yaxis?.title ?? {}) as { text?: string };
  return text === undefined ? 1 : wrap(text, FONT_SIZE.axis, room).split("<br>").length;
}

/** About the height of the plot area in px, below a legend of so many rows. */
function plotHeight(figure: Figure, height: number, rows: number): number {
  const top = titleHeight(figure) + (rows > 0 ? LEGEND_GAPS + rows * LEGEND_ROW : 0);
  return Math.max(60, height - Math.max(10, top) - X_AXIS_HEIGHT);
}

/** Breaks the names of categories between words where they are wider than their place. */
function wrapCategories(figure: Figure, { width }: FigureSize): Figure {
  const axis = figure.layout.xaxis;
  const names = axis?.type === "category" ? (axis.ticktext as string[] | undefined) : undefined;
  if (names === undefined) return figure;
  const room = plotWidth(figure, width) / names.length - 9;
  const ticktext = names.map((name) => wrap(name, FONT_SIZE.tick, room));
  return { ...figure, layout: { ...figure.layout, xaxis: { ...axis, ticktext } } };
}

/** How much taller than this size a figure must be for its legend's further rows, in px. */
export function legendExtraHeight(given: Figure, { width, height, fontSize = FONT_SIZE.axis }: FigureSize): number {
  const factor = fontSize / FONT_SIZE.axis;
  const figure = wrapNames(liftEndLabels(unscaled(given)), { width: width / factor, height: height / factor });
  const rows = legendRows(figure, width / factor, yTitleLines(figure, plotHeight(figure, height / factor, 1)));
  return rows > 0 ? (rows - 1) * LEGEND_ROW * factor : 0;
}

function hasLegendAbove({ layout }: Figure): boolean {
  return layout.showlegend === true && layout.legend?.yref === "container" && layout.legend.yanchor === "top";
}

/** How the names of a legend above the plot are set. */
interface LegendRows {
  readonly rows: number;
  /** The width of every name in px where they stand in columns; none where each is as wide as it is. */
  readonly entrywidth?: number;
}

/** Rows of a legend above the plot, 0 when there is none; a title of several lines at the y axis leaves it less room. */
function legendRows(figure: Figure, width: number, titleLines: number): number {
  return legendPlan(figure, width, titleLines).rows;
}

/**
 * Several rows stand in columns, as many names in each row as in the others, where that takes no more rows than setting one
 * name after the other.
 */
function legendPlan(figure: Figure, width: number, titleLines: number): LegendRows {
  if (!hasLegendAbove(figure)) return { rows: 0 };
  const room = plotWidth(figure, width) - (titleLines - 1) * TITLE_LINE;
  const names = figure.data
    .filter((trace) => "showlegend" in trace && trace.showlegend !== false)
    .map((trace) => (trace as { name?: string }).name ?? "");
  const entries = names.map((name) => labelWidth(name, FONT_SIZE.legend) + LEGEND_SAMPLE);
  // A name on several lines has a row of the legend to itself.
  const lines = names.map(linesOf);
  if (lines.some((count) => count > 1)) return { rows: lines.reduce((sum, count) => sum + count, 0) };
  let rows = 1;
  let used = 0;
  for (const entry of entries) {
    if (used > 0 && used + entry > room) {
      rows++;
      used = 0;
    }
    used += entry;
  }
  const widest = Math.max(0, ...entries);
  const inColumns = Math.ceil(entries.length / Math.max(1, Math.floor((room - LEGEND_SLACK) / widest)));
  if (rows === 1 || inColumns > rows) return { rows };
  const columns = Math.ceil(entries.length / inColumns);
  // Plotly breaks a row where the next name does not fit, and its room is not quite ours: so much that one more never fits.
  return { rows: inColumns, entrywidth: Math.floor(Math.max(widest, room / (columns + 0.5)) - LEGEND_SAMPLE) };
}

/**
 * A legend at the figure's top edge moves down when there is a title, and stands in for a part of the top margin
 * (not for more: Plotly pads every axis title by the smallest margin).
 */
function placeLegend(figure: Figure, { width, height }: FigureSize): Figure {
  const { title, legend, margin } = figure.layout;
  if (!hasLegendAbove(figure)) return figure;
  const y = title === undefined ? 1 : Math.max(0.5, 1 - titleHeight(figure) / height);
  const { entrywidth: _, ...free } = (legend ?? {}) as Partial<Legend> & { entrywidth?: number };
  const { entrywidth } = legendPlan(figure, width, yTitleLines(figure, plotHeight(figure, height, 1)));
  const placed = { ...free, y, ...(entrywidth === undefined ? {} : { entrywidth }) };
  return { ...figure, layout: { ...figure.layout, margin: { ...margin, t: 6 }, legend: placed } };
}

/** Takes placed labels off again; placed ones are known by where `placeEndLabels` anchors them. */
export function liftEndLabels(figure: Figure): Figure {
  const { annotations = [] } = figure.layout;
  const placed = annotations.filter(isEndLabel);
  if (placed.length === 0) return figure;
  const lifted = placed.map(({ text, font, y }): EndLabel => ({ text: text!, color: String(font!.color), height: Number(y) }));
  const others = annotations.filter((annotation) => !isEndLabel(annotation));
  return { ...figure, layout: { ...figure.layout, annotations: others }, endLabels: [...lifted, ...(figure.endLabels ?? [])] };
}

function isEndLabel({ xref, x, xanchor, xshift, yref, text, font }: Partial<Annotations>): boolean {
  return xref === "paper" && x === 1 && xanchor === "left" && xshift === GAP && yref === "paper" && Boolean(text && font?.color);
}

function placeEndLabels(figure: Figure, { height }: FigureSize): Figure {
  const labels = figure.endLabels ?? [];
  if (labels.length === 0) return figure;
  const plotHeight = Math.max(40, height - FURNITURE);
  const wanted = labels.map((label) => label.height * plotHeight);
  const placed = spread(wanted, LINE_HEIGHT * Math.max(...labels.map(({ text }) => linesOf(text))), plotHeight);
  const annotations = labels.map(
    (label, i): Partial<Annotations> => ({
      text: label.text,
      xref: "paper",
      x: 1,
      xanchor: "left",
      xshift: GAP,
      yref: "paper",
      y: label.height,
      yanchor: "middle",
      yshift: placed[i] - wanted[i],
      showarrow: false,
      font: { size: FONT_SIZE.label, color: readable(label.color) },
      align: "left",
      borderpad: 0,
    }),
  );
  const { layout } = figure;
  return {
    ...figure,
    endLabels: [],
    layout: {
      ...layout,
      margin: { ...layout.margin, r: endMargin(figure) },
      annotations: [...(layout.annotations ?? []), ...annotations],
    },
  };
}

/** The right margin that holds the end labels, in px; 0 when there are none. */
function endMargin({ endLabels = [] }: Figure): number {
  if (endLabels.length === 0) return 0;
  return Math.ceil(Math.max(...endLabels.map((label) => labelWidth(label.text, FONT_SIZE.label))) + GAP + 6);
}

/** About the width of the plot area in px, for decisions that come before Plotly's own layout. */
function plotWidth(figure: Figure, width: number): number {
  return width - leftWidth(figure) - Math.max(RIGHT_MARGIN, endMargin(figure));
}

/** About the width in px of all that stands left of the plot, with a title of one line. */
function leftWidth({ layout }: Figure): number {
  return Y_AXIS_WIDTH + (layout.yaxis ? tickWidth(layout.yaxis) : 0);
}

/** About the width of the widest tick label of an upright axis. */
function tickWidth({ type, ticktext, range }: Partial<LayoutAxis>): number {
  const widest = (labels: readonly string[]) => Math.max(...labels.map((label) => labelWidth(label, FONT_SIZE.tick)));
  if (Array.isArray(ticktext) && ticktext.length > 0) return widest(ticktext.map(String));
  const [low, high] = (range ?? [0, 1]).map(Number) as [number, number];
  if (type === "log") return widest([low, high].map((power) => `10<sup>${String(Math.trunc(power)).replace("-", "−")}</sup>`));
  const step = Math.abs(high - low) / 5;
  const decimals = step > 0 && step < 1 ? Math.ceil(-Math.log10(step) - 0.3) : 0;
  return widest([low, high].map((value) => value.toFixed(Math.min(20, decimals))));
}

/** Light series colours are darkened for text, where thin strokes need more contrast. */
function readable(color: string): string {
  return { "#F0E442": "#8a8000", "#E69F00": "#a06e00", "#56B4E9": "#1f7fb8", "#CC79A7": "#a34d7d" }[color] ?? color;
}

/** Positions nearest to the wanted ones (least squares) with at least `gap` between neighbours, inside [0, limit]. */
export function spread(wanted: readonly number[], gap: number, limit: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b);
  // Subtracting rank * gap turns the spacing rule into "non-decreasing": pool adjacent violators solves that exactly.
  const blocks: { mean: number; count: number }[] = [];
  order.forEach((index, rank) => {
    let block = { mean: wanted[index] - rank * gap, count: 1 };
    for (let last = blocks[blocks.length - 1]; last !== undefined && last.mean > block.mean; last = blocks[blocks.length - 1]) {
      blocks.pop();
      const count = last.count + block.count;
      block = { mean: (last.mean * last.count + block.mean * block.count) / count, count };
    }
    blocks.push(block);
  });
  const room = Math.max(0, limit - (wanted.length - 1) * gap);
  const placed = new Array<number>(wanted.length);
  let rank = 0;
  for (const { mean, count } of blocks) {
    for (let k = 0; k < count; k++, rank++) placed[order[rank]] = Math.min(Math.max(mean, 0), room) + rank * gap;
  }
  return placed;
}
