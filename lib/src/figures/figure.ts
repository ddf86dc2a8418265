/** @file A figure: Plotly data and layout, with what is needed to print it, tabulate it and resize it. */
import type { Data, Layout } from "plotly.js";
import type { Checks } from "../core/check";

/** The numbers behind a figure, one row a plotted point. */
export interface FigureTable {
  /** "series", "x", "y" and, where there are such, "lower", "upper", "z". */
  readonly columns: readonly string[];
  /** The points. */
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** A label at the end of a line; it is placed when the size of the figure is known. */
export interface EndLabel {
  /** The label, in Plotly's markup ({@link math} has been applied). */
  readonly text: string;
  /** Its colour, in CSS. */
  readonly color: string;
  /** Height of the line's end as a fraction of the y axis, 0 at the bottom. */
  readonly height: number;
}

/**
 * One figure, the same for the screen, for SVG, PNG and PDF.
 * `data` and `layout` are plain Plotly; a hand-made `{ data, layout }` is a figure too.
 */
export interface Figure {
  /** Plotly's traces. */
  readonly data: Data[];
  /** Plotly's layout. */
  readonly layout: Partial<Layout>;
  /** One or two sentences: what is shown, n, d, replications, seed. */
  readonly caption?: string;
  /** Labels at the ends of lines, placed by {@link fitFigure}. */
  readonly endLabels?: readonly EndLabel[];
  /** The size that it has where nobody asks for another; default: that of the place. */
  readonly size?: Partial<FigureSize>;
}

/** The size of a figure in CSS pixels (1 px = 1/96 inch = 0.75 pt). */
export interface FigureSize {
  /** > 0. */
  readonly width: number;
  /** > 0. */
  readonly height: number;
  /** Size of the titles of the axes, > 0, default 12; all other text grows and shrinks with it. */
  readonly fontSize?: number;
}

/** Throws unless a value has the parts of a figure. */
export function checkFigure(check: Checks, argument: string, figure: Figure): void {
  check.shape(argument, figure, { data: "array", layout: "object" });
  check.objects(`${argument}.data`, figure.data);
  if (figure.caption !== undefined) check.text(`${argument}.caption`, figure.caption);
  if (figure.endLabels === undefined) return;
  check.objects(`${argument}.endLabels`, figure.endLabels);
  figure.endLabels.forEach((label, i) => {
    check.shape(`${argument}.endLabels[${i}]`, label, { text: "text", color: "text" });
    check.finite(`${argument}.endLabels[${i}].height`, label.height);
  });
}
