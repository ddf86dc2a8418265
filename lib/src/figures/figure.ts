/** @file A figure: Plotly data and layout, with what is needed to print it, tabulate it and resize it. */
import type { Data, Layout } from "plotly.js";

/** The numbers behind a figure, one row a plotted point. */
export interface FigureTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** A label at the end of a line; it is placed when the size of the figure is known. */
export interface EndLabel {
  /** The label, in Plotly's markup (`math` has been applied). */
  readonly text: string;
  readonly color: string;
  /** Height of the line's end as a fraction of the y axis, 0 at the bottom. */
  readonly height: number;
}

/**
 * One figure, the same for the screen, for SVG, PNG and PDF.
 * `data` and `layout` are plain Plotly; a hand-made `{ data, layout }` is a figure too.
 */
export interface Figure {
  readonly data: Data[];
  readonly layout: Partial<Layout>;
  /** One or two sentences: what is shown, n, d, replications, seed. */
  readonly caption?: string;
  /** Labels at the ends of lines, placed by `fitFigure`. */
  readonly endLabels?: readonly EndLabel[];
}

/** The size of a figure in CSS pixels (1 px = 1/96 inch = 0.75 pt). */
export interface FigureSize {
  readonly width: number;
  readonly height: number;
}
