/** @file What made a figure: kept from the run that showed it until its files are written. */
import type { Figure } from "./figure";
import { captionOf } from "./inspectFigure";

/** What produced a figure, kept in its files and beside them. */
export interface FigureMetadata {
  /** The notebook's file name. */
  readonly notebook?: string;
  /** The id of the cell that shows it. */
  readonly cell?: string;
  /** The seed of its random numbers. */
  readonly seed?: number;
  /** It is drawn from a stored run: the run's files, as far as they are known. */
  readonly stored?: readonly string[];
  /** The parameters of the experiment: numbers, strings, booleans, null, and arrays and objects of these. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** A run of a notebook: what its figures have in common. */
export interface FigureRun extends Pick<FigureMetadata, "notebook"> {
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The run of this process's notebook; a kernel runs one. */
let current: FigureRun | undefined;
const origins = new WeakMap<Figure, FigureMetadata>();

/** From now on figures are made by this run. */
export function beginFigureRun(run: FigureRun): void {
  current = run;
}

/**
 * What made a figure of a run. The seed is the one that the caption names. A figure of a stored run (its files are given, or the caption says
 * "stored") is not made by the run's parameters, and neither is one whose caption names another seed than theirs.
 */
export function originInRun(caption: string, { notebook, parameters }: FigureRun, files?: readonly string[]): FigureMetadata {
  const named = /\bseed (\d+)\b/.exec(caption)?.[1];
  const seed = named === undefined ? undefined : Number(named);
  const stored =
    files !== undefined || /\bstored\b/.test(caption) || (seed !== undefined && parameters.seed !== undefined && seed !== parameters.seed);
  return {
    ...(notebook === undefined ? {} : { notebook }),
    ...(seed === undefined ? {} : { seed }),
    ...(stored ? { stored: files ?? [] } : { parameters }),
  };
}

/** Keeps what made a figure that is shown: parameters that are declared again later did not. */
export function rememberOrigin(figure: Figure, stored?: readonly string[]): void {
  if (current !== undefined || stored !== undefined) origins.set(figure, originNow(figure, stored));
}

/** A figure made of another one has its origin. */
export function inheritOrigin<F extends Figure>(figure: F, from: Figure): F {
  const origin = origins.get(from);
  if (origin !== undefined) origins.set(figure, origin);
  return figure;
}

/** What made a figure: what is said here, and besides that what this process knows. A stored run has not the parameters of the notebook. */
export function originOf(figure: Figure, said: FigureMetadata = {}): FigureMetadata {
  const { parameters, ...known } = origins.get(figure) ?? (current === undefined ? {} : originNow(figure));
  return { ...known, ...(said.stored !== undefined || parameters === undefined ? {} : { parameters }), ...said };
}

const originNow = (figure: Figure, stored?: readonly string[]): FigureMetadata =>
  originInRun(captionOf(figure) ?? "", current ?? { parameters: {} }, stored);
