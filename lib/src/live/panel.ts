/** @file What a live figure shows, as plain data: a worker computes it, a page draws it, Node makes the static figure of it. */
import type { AxisParams } from "../figures/axes";
import type { Series } from "../figures/lineChart";
import type { Mark } from "../figures/marks";

/** A parameter that a handle moves: the whole of it, or one entry of a list. */
export interface Place {
  readonly name: string;
  readonly index?: number;
}

/** A point that the reader moves, by mouse or by arrow keys. */
export interface Handle {
  readonly label: string;
  readonly x: number;
  readonly y: number;
  /** The parameter that its abscissa is; without one it keeps its place from left to right. */
  readonly xOf?: Place;
  readonly yOf?: Place;
}

/** A function of two variables as coloured cells, under the series. */
export interface Cells {
  /** What the colours mean, with its unit. */
  readonly label: string;
  readonly columns: readonly number[];
  readonly rows: readonly number[];
  /** values[row][column]; null leaves a cell empty. */
  readonly values: readonly (readonly (number | null)[])[];
  readonly log: boolean;
}

/** One chart of a live figure. */
export interface Panel {
  readonly title: string;
  readonly x: AxisParams;
  readonly y: AxisParams;
  readonly series: readonly Series[];
  readonly marks?: readonly Mark[];
  readonly cells?: Cells;
  readonly handles?: readonly Handle[];
  /** True where a unit is as long on one axis as on the other. */
  readonly square?: boolean;
}

/** A figure at some values of its parameters. */
export interface Drawing {
  /** One or two; the first is the one that is drawn where nothing moves. */
  readonly panels: readonly Panel[];
  /** The figure's main numbers in a few sentences. */
  readonly summary: string;
}
