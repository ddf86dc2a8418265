/** @file What a Monte Carlo experiment is: a plain description, its code, and the sampler that the code makes of it in any thread. */
import { Checks, inNameOf } from "../core/check";
import type { Random } from "../core/random";

/**
 * An experiment as plain data, so that it can be sent to a worker thread and written into a result.
 * The code is named either by `kind`, one of the library's own, or by `module`, a file of the user's.
 */
export interface Experiment<P = unknown> {
  /** One of the library's kinds, for example "cot-error". */
  readonly kind?: string;
  /** Absolute path of a module whose export is an `ExperimentKind`; in place of `kind`. */
  readonly module?: string;
  /** Name of the module's export; default "experiment". */
  readonly export?: string;
  /**
   * Name of the random streams: draw i of seed s comes from Random.seed(s).stream(name, i). Experiments with the same
   * name, seed and order of random numbers therefore see the same prompts, which pairs them; give another name for
   * independent draws. Default: the kind, or the module's export.
   */
  readonly name?: string;
  /** Parameters: numbers, strings, arrays and plain objects only. */
  readonly params: P;
}

/** The code of an experiment. */
export interface ExperimentKind<P> {
  /** The name under which it is found. */
  readonly kind: string;
  /** Checks the parameters and does whatever need not be done for every draw. Must depend on nothing but its argument. */
  prepare(params: P): Sampler;
}

/** An experiment that is ready to draw, in one thread. */
export interface Sampler {
  /** One name a curve. */
  readonly curves: readonly string[];
  /** The points of every curve, for example the number of steps k. */
  readonly x: readonly number[];
  /** Meaning and unit of x, for axes. */
  readonly xLabel?: string;
  /**
   * When present, a draw has one number more at the end of `out`: a variable of which the value at x[i] is, where it
   * is large, the power `tailExponents[i]`. It serves `tailDiagnosis` alone.
   */
  readonly tailExponents?: readonly number[];
  /**
   * Draws once: writes the value of curve c at point i to out[c * x.length + i]. Values must be non-negative or
   * +Infinity, never NaN. All random numbers come from `random`.
   */
  draw(random: Random, out: Float64Array): void;
}

/** Finds an experiment's code, by its kind or its module. @throws RangeError or TypeError when there is none */
export type FindKind = (check: Checks, experiment: Experiment) => ExperimentKind<unknown>;

const isList = (value: unknown): value is ArrayLike<unknown> => Array.isArray(value) || ArrayBuffer.isView(value);

/** The library's own kinds check numbers; parameters of another shape break off their reading. */
function known<T>(check: Checks, { kind, params }: Experiment, prepare: () => T): T {
  try {
    return inNameOf(check.fn, prepare);
  } catch (error) {
    if (!(error instanceof TypeError) || / must .*, got /.test(error.message)) throw error;
    return check.wrongKind("experiment.params", `parameters of "${kind}"`, params, error.message);
  }
}

/** Makes an experiment ready to draw, in whatever thread this is. */
export function prepareSampler(experiment: Experiment, findKind: FindKind): Sampler {
  const check: Checks = new Checks("simulate");
  const kind = findKind(check, experiment);
  // What a module of the user's throws stays as it is.
  const prepare = () => kind.prepare(experiment.params);
  const sampler = experiment.kind === undefined ? prepare() : known(check, experiment, prepare);
  const { curves, x, draw, tailExponents } = sampler ?? {};
  if (!isList(curves) || !isList(x) || typeof draw !== "function")
    check.fail("what experiment.prepare returns", "an object with curves (names), x (numbers) and draw (a function)", sampler);
  if (x.length === 0 || curves.length === 0) check.fail("experiment", "of at least one curve and one point", curves.length * x.length);
  if (tailExponents && tailExponents.length !== x.length)
    check.fail("experiment.tailExponents", `an array of ${x.length} exponents`, tailExponents.length);
  return sampler;
}

/** Numbers that a draw writes. */
export function drawWidth({ curves, x, tailExponents }: Sampler): number {
  return curves.length * x.length + (tailExponents ? 1 : 0);
}

/** The name of an experiment's random streams. */
export function streamName(experiment: Experiment): string {
  return experiment.name ?? experiment.kind ?? experiment.export ?? "experiment";
}
