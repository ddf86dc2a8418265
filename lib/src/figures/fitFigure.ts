/** @file A figure at a given size: labels at line ends are spread so that none overlap, and the right margin holds them. */
import type { Annotations } from "plotly.js";
import type { Figure, FigureSize } from "./figure";
import { labelWidth } from "./textWidth";
import { FONT_SIZE } from "./theme";

const LINE_HEIGHT = 1.15 * FONT_SIZE.label;
const GAP = 5;
/** Width in px that the y axis's title and ticks and the margins take from the plot. */
const SIDE_FURNITURE = 60;
/** Plotly's legend: width in px of a sample with its gaps, height of a row. */
const LEGEND_SAMPLE = 50;
const LEGEND_ROW = 19;
/** Height in px of the title with its padding. */
const TITLE_HEIGHT = 22;
/** Height in px that titles, ticks and margins take from the plot: an estimate, only used to spread the labels. */
const FURNITURE = 55;

/**
 * The same figure for this size: end labels placed, legend below the title, long category names on several lines.
 * What it returns is plain Plotly; fitting it again changes nothing.
 */
export function fitFigure(figure: Figure, size: FigureSize): Figure {
  return placeEndLabels(wrapCategories(placeLegend(figure, size), size), size);
}

/** Breaks the names of categories between words where they are wider than their place. */
function wrapCategories(figure: Figure, { width }: FigureSize): Figure {
  const axis = figure.layout.xaxis;
  const names = axis?.type === "category" ? (axis.ticktext as string[] | undefined) : undefined;
  if (names === undefined) return figure;
  const room = plotWidth(figure, width) / names.length - 6;
  const ticktext = names.map((name) => {
    const lines = [""];
    // "λ = 2" stays together
    for (const word of name.replace(/ ([=≤≥≈∈×·+−]|&[lg]t;) /g, "\u00a0$1\u00a0").split(" ")) {
      const longer = `${lines[lines.length - 1]} ${word}`.trim();
      if (lines[lines.length - 1] === "" || labelWidth(longer, FONT_SIZE.tick) <= room) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines.join("<br>");
  });
  return { ...figure, layout: { ...figure.layout, xaxis: { ...axis, ticktext } } };
}

/** How much taller a figure of this width must be for its legend's further rows, in px. */
export function legendExtraHeight(figure: Figure, width: number): number {
  const { data, layout } = figure;
  if (layout.showlegend !== true || layout.legend?.yref !== "container") return 0;
  const room = plotWidth(figure, width);
  let rows = 1;
  let used = 0;
  for (const trace of data) {
    if (!("showlegend" in trace) || trace.showlegend === false) continue;
    const entry = labelWidth(String(trace.name ?? ""), FONT_SIZE.legend) + LEGEND_SAMPLE;
    if (used > 0 && used + entry > room) {
      rows++;
      used = 0;
    }
    used += entry;
  }
  return (rows - 1) * LEGEND_ROW;
}

/**
 * A legend at the figure's top edge moves down when there is a title, and stands in for a part of the top margin
 * (not for more: Plotly pads every axis title by the smallest margin).
 */
function placeLegend(figure: Figure, { height }: FigureSize): Figure {
  const { title, legend, margin } = figure.layout;
  if (figure.layout.showlegend !== true || legend?.yref !== "container" || legend.y !== 1) return figure;
  const y = title === undefined ? 1 : Math.max(0.5, 1 - TITLE_HEIGHT / height);
  return { ...figure, layout: { ...figure.layout, margin: { ...margin, t: 6 }, legend: { ...legend, y } } };
}

function placeEndLabels(figure: Figure, { height }: FigureSize): Figure {
  const labels = figure.endLabels ?? [];
  if (labels.length === 0) return figure;
  const plotHeight = Math.max(40, height - FURNITURE);
  const wanted = labels.map((label) => label.height * plotHeight);
  const placed = spread(wanted, LINE_HEIGHT, plotHeight);
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
      yshift: placed[i]! - wanted[i]!,
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
  return width - SIDE_FURNITURE - endMargin(figure);
}

/** Light series colours are darkened for text, where thin strokes need more contrast. */
function readable(color: string): string {
  return { "#F0E442": "#8a8000", "#E69F00": "#a06e00", "#56B4E9": "#1f7fb8", "#CC79A7": "#a34d7d" }[color] ?? color;
}

/** Positions nearest to the wanted ones (least squares) with at least `gap` between neighbours, inside [0, limit]. */
export function spread(wanted: readonly number[], gap: number, limit: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  // Subtracting rank * gap turns the spacing rule into "non-decreasing": pool adjacent violators solves that exactly.
  const blocks: { mean: number; count: number }[] = [];
  order.forEach((index, rank) => {
    let block = { mean: wanted[index]! - rank * gap, count: 1 };
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
    for (let k = 0; k < count; k++, rank++) placed[order[rank]!] = Math.min(Math.max(mean, 0), room) + rank * gap;
  }
  return placed;
}
