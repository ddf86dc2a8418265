/** @file A kind of live figure: what it reads, draws and simulates. The figures are in `kinds/`. */
import type { Declaration, ParameterValue } from "../core/declaration";
import type { Series } from "../figures/lineChart";
import type { Experiment } from "../simulation/experiment";
import type { SimulationResult } from "../simulation/simulationResult";
import type { Drawing } from "./panel";

/** Values of a figure's parameters by the names that its kind knows them by. */
export type LiveValues = Readonly<Record<string, ParameterValue>>;

/** What is simulated beside the formulas. */
export interface LiveSimulation {
  readonly experiment: Experiment;
  readonly draws: number;
  readonly seed: number;
  /** The points with their intervals, on the given panel, and a sentence about them. */
  show(result: SimulationResult): Shown;
}

/** Points or curves that come after the formulas, on one panel, with a sentence about them. */
export interface Shown {
  readonly panel: number;
  readonly series: readonly Series[];
  readonly words: string;
}

/** A kind of live figure. Every number comes from the library's functions. */
export interface LiveKind<V extends LiveValues = LiveValues> {
  readonly title: string;
  /** The notebook's parameters that it reads, in the order of its controls. */
  readonly reads: readonly string[];
  /** Parameters of its own, which the notebook does not have, as they are at first. */
  own?(values: V): Declaration;
  /** The values that belong together after one has changed: a spectrum as long as its dimension. */
  settle?(values: V, changed?: string): LiveValues;
  /** What follows a move at once: formulas of some milliseconds, also at d = 100. */
  draw(values: V): Drawing;
  /** Formulas that take longer; null where there are none. */
  later?(values: V): Shown | null;
  simulate?(values: V): LiveSimulation;
}
