/** @file Reference lines with labels. */
import type { Annotations, Shape } from "plotly.js";
import type { Checks } from "../core/check";
import type { BuiltAxis } from "./axes";
import type { EndLabel } from "./figure";
import { math } from "./math";
import { labelWidth } from "./textWidth";
import { FONT_SIZE, MARK_COLOR } from "./theme";

/** A line across the plot at one value of an axis. */
export interface Mark {
  /** "x": a vertical line at this x; "y": a horizontal one at this y. */
  readonly axis: "x" | "y";
  /** Where it stands, in the units of the axis. */
  readonly value: number;
  /** Words beside it, in the light markup of {@link math}; default: none. */
  readonly label?: string;
  /**
   * Which end of the line carries the label (left/bottom or right/top); by default the one where it covers less of the data.
   * "outside": beside the plot, for a horizontal line.
   */
  readonly at?: "start" | "end" | "outside";
}

/** Points that a label should not cover; null is a gap. */
interface Curve {
  readonly x: ArrayLike<number | null>;
  readonly y: ArrayLike<number | null>;
}

/** The plot area for which labels are placed: that of a figure in one column, where room is shortest. */
const NOMINAL = { width: 260, height: 140 };
/** A label keeps this share of the plot away from the data. */
const MARGIN = 0.01;

/** Lines and labels for a layout, and the labels beside the plot. */
export interface MarkLayout {
  readonly shapes: Partial<Shape>[];
  readonly annotations: Partial<Annotations>[];
  readonly endLabels: EndLabel[];
}

/** Refuses reference lines that the axes cannot show. */
export function checkMarks(check: Checks, marks: readonly Mark[], xLog: boolean, yLog: boolean): void {
  marks.forEach((mark, i) => {
    check.oneOf(`marks[${i}].axis`, mark.axis, ["x", "y"] as const);
    const places = mark.axis === "x" ? (["start", "end"] as const) : (["start", "end", "outside"] as const);
    if (mark.at !== undefined) check.oneOf(`marks[${i}].at`, mark.at, places);
    if (mark.axis === "x" ? xLog : yLog) check.positive(`marks[${i}].value`, mark.value);
    else check.finite(`marks[${i}].value`, mark.value);
  });
}

/** The lines and their labels; `curves` is what a label should not cover. */
export function markLayout(
  marks: readonly Mark[],
  xAxis: BuiltAxis,
  yAxis: BuiltAxis,
  curves: readonly Curve[],
  layer: "below" | "above" = "below",
): MarkLayout {
  const endLabels: EndLabel[] = [];
  const shapes: Partial<Shape>[] = [];
  const annotations: Partial<Annotations>[] = [];
  const crowd = marks.some((mark) => mark.label !== undefined) ? curves.flatMap((curve) => trail(curve, xAxis, yAxis)) : [];
  marks.forEach((mark) => {
    const vertical = mark.axis === "x";
    const axis = vertical ? xAxis : yAxis;
    const along = { type: "line" as const, layer, line: { color: MARK_COLOR, width: 0.9, dash: "dot" as const } };
    shapes.push(
      vertical
        ? { ...along, xref: "x", yref: "paper", x0: mark.value, x1: mark.value, y0: 0, y1: 1 }
        : { ...along, xref: "paper", yref: "y", x0: 0, x1: 1, y0: mark.value, y1: mark.value },
    );
    if (mark.label === undefined) return;
    const text = math(mark.label);
    const height = axis.fraction(mark.value);
    if (mark.at !== "outside") annotations.push(placeLabel(mark, text, axis, crowd));
    else if (height >= 0 && height <= 1) endLabels.push({ text, color: MARK_COLOR, height });
  });
  return { shapes, annotations, endLabels };
}

interface Candidate {
  readonly end: boolean;
  /** Left of a vertical line or below a horizontal one. */
  readonly before: boolean;
  readonly cost: number;
}

function placeLabel(mark: Mark, text: string, axis: BuiltAxis, crowd: readonly (readonly [number, number])[]): Partial<Annotations> {
  const vertical = mark.axis === "x";
  const at = axis.fraction(mark.value);
  const width = (labelWidth(text, FONT_SIZE.label) + 4) / NOMINAL.width;
  const height = (1.6 * FONT_SIZE.label) / NOMINAL.height;
  const candidates: Candidate[] = [];
  for (const end of [true, false]) {
    for (const before of [false, true]) {
      const [left, bottom] = vertical ? [before ? at - width : at, end ? 1 - height : 0] : [end ? 1 - width : 0, before ? at - height : at];
      const inside = left >= 0 && left + width <= 1 && bottom >= 0 && bottom + height <= 1;
      const near = ([x, y]: readonly [number, number]) =>
        x > left - MARGIN && x < left + width + MARGIN && y > bottom - MARGIN && y < bottom + height + MARGIN;
      const covered = crowd.filter(near).length;
      if (mark.at === undefined || (mark.at === "end") === end) candidates.push({ end, before, cost: covered + (inside ? 0 : 1e6) });
    }
  }
  const { end, before } = candidates.reduce((best, next) => (next.cost < best.cost ? next : best));
  const look = {
    text,
    showarrow: false,
    borderpad: 1,
    bgcolor: "rgba(255,255,255,0.7)",
    font: { size: FONT_SIZE.label, color: MARK_COLOR },
  };
  const position = axis.position(mark.value);
  const [xEnd, yEnd] = [end ? ("right" as const) : ("left" as const), end ? ("top" as const) : ("bottom" as const)];
  return vertical
    ? {
        ...look,
        xref: "x",
        x: position,
        xanchor: before ? "right" : "left",
        xshift: before ? -2 : 2,
        yref: "paper",
        y: Number(end),
        yanchor: yEnd,
      }
    : {
        ...look,
        xref: "paper",
        x: Number(end),
        xanchor: xEnd,
        yref: "y",
        y: position,
        yanchor: before ? "top" : "bottom",
        yshift: before ? -1 : 1,
      };
}

/** Where a curve runs, as fractions of the plot area: its points and steps between neighbours. */
function trail({ x, y }: Curve, xAxis: BuiltAxis, yAxis: BuiltAxis): [number, number][] {
  const points: [number, number][] = [];
  let last: [number, number] | undefined;
  for (let i = 0; i < x.length; i++) {
    const [u, v] = [x[i], y[i]];
    if (u === null || v === null) {
      last = undefined;
      continue;
    }
    const point: [number, number] = [xAxis.fraction(u), yAxis.fraction(v)];
    const gap = last === undefined ? 0 : Math.max(Math.abs(point[0] - last[0]), Math.abs(point[1] - last[1]));
    const steps = Math.min(50, Math.ceil(gap / 0.02));
    for (let k = 1; k < steps; k++) {
      points.push([last![0] + ((point[0] - last![0]) * k) / steps, last![1] + ((point[1] - last![1]) * k) / steps]);
    }
    points.push(point);
    last = point;
  }
  return points;
}
