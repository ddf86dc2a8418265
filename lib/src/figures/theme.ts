/** @file The one look of all figures: colours, dashes, symbols, fonts, axes. */
import type { Layout, LayoutAxis, MarkerSymbol } from "plotly.js";
import { Checks } from "../core/check";

/** The look of one series: three cues, so that colour is never the only one. */
export interface SeriesStyle {
  /** The colour, #rrggbb. */
  readonly color: string;
  /** Plotly's dash: "solid", or lengths of strokes and gaps in px (short enough to show whole in a legend). */
  readonly dash: string;
  /** Plotly's name of the marker. */
  readonly symbol: MarkerSymbol;
}

/**
 * The palette of Okabe and Ito (2008), ordered so that neighbours differ in lightness (CIE L*, in the comment)
 * and the first three stay apart in greyscale; yellow, which is weak on white, comes last.
 */
const STYLES: readonly SeriesStyle[] = [
  { color: "#0072B2", dash: "solid", symbol: "circle" }, // blue, 46
  { color: "#E69F00", dash: "7px,3px", symbol: "square" }, // orange, 71
  { color: "#000000", dash: "2px,2px", symbol: "triangle-up" }, // black, 0
  { color: "#56B4E9", dash: "8px,2.5px,2px,2.5px", symbol: "diamond" }, // sky blue, 70
  { color: "#D55E00", dash: "12px,3px", symbol: "cross" }, // vermillion, 54
  { color: "#009E73", dash: "10px,2px,2px,2px,2px,2px", symbol: "triangle-down" }, // bluish green, 58
  { color: "#CC79A7", dash: "solid", symbol: "star" }, // reddish purple, 62
  { color: "#F0E442", dash: "4px,2px", symbol: "hexagon" }, // yellow, 89
];

/** The fill of bars: as the lines, but white in place of black, so that error bars are seen on it. */
export function barFill(index: number): string {
  const { color } = seriesStyle(index);
  return color === "#000000" ? "#ffffff" : color;
}

/** The colour, #rrggbb, with this opacity. */
export function translucent(color: string, alpha: number): string {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},${alpha})`;
}

/** How many series are told apart at most. */
export const MAX_SERIES = STYLES.length;

/**
 * The style of series i, one of eight: a figure with more series is not readable.
 * @param index i: an integer in [0, 7]
 * @throws RangeError outside the domain
 * @origin standard, Okabe and Ito 2008, for the colours; dashes, symbols and order are ours
 * @example
 * cot.figures.seriesStyle(0); // => { color: "#0072B2", dash: "solid", symbol: "circle" }
 */
export function seriesStyle(index: number): SeriesStyle {
  const check: Checks = new Checks("seriesStyle");
  check.integer("index", index, 0, MAX_SERIES - 1);
  return STYLES[index];
}

/** Sizes in px at the printed size: 12 px = 9 pt, 11 px = 8.25 pt. */
export const FONT_SIZE = { title: 12, axis: 12, tick: 11, legend: 11, label: 11 } as const;

/** The shipped text face (metrics of Arial), faces with the same metrics, then a face with every mathematical sign. */
export const FONT_FAMILY = "Arimo, Liberation Sans, Arial, Helvetica, DejaVu Sans, sans-serif";

export const INK = "#1a1a1a";
export const FAINT = "#e4e4e4";
export const MARK_COLOR = "#6b6b6b";
export const LINE_WIDTH = 1.6;
export const MARKER_SIZE = 5.5;

/** A sequential scale whose lightness falls steadily (viridis, light end first), readable in greyscale. */
export const SEQUENTIAL_SCALE: [number, string][] = [
  [0, "#fde725"],
  [0.125, "#addc30"],
  [0.25, "#5ec962"],
  [0.375, "#28ae80"],
  [0.5, "#21918c"],
  [0.625, "#2c728e"],
  [0.75, "#3b528b"],
  [0.875, "#472d7b"],
  [1, "#440154"],
];

/** The parts that every axis shares. */
export function baseAxis(): Partial<LayoutAxis> {
  return {
    showline: true,
    linecolor: INK,
    linewidth: 0.8,
    mirror: false,
    zeroline: false,
    showgrid: true,
    gridcolor: FAINT,
    gridwidth: 0.6,
    ticks: "outside",
    ticklen: 4,
    tickwidth: 0.8,
    tickcolor: INK,
    tickfont: { size: FONT_SIZE.tick, color: INK },
    exponentformat: "power",
    automargin: true,
    tickangle: 0,
  };
}

/** The layout that every figure starts from. */
export function baseLayout(): Partial<Layout> {
  return {
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    font: { family: FONT_FAMILY, size: FONT_SIZE.axis, color: INK },
    margin: { l: 8, r: 20, t: 10, b: 8, pad: 0 },
    showlegend: false,
    hovermode: "closest",
    hoverlabel: { font: { family: FONT_FAMILY, size: FONT_SIZE.label } },
  };
}
