/** @file What a Monte Carlo experiment is: a name, plain parameters, and code found by name in any thread. */
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
   * Name of the random streams: task i of seed s draws from Random.seed(s).stream(name, i). Experiments with the same
   * name, seed and order of draws therefore see the same prompts, which pairs them; give another name for independent
   * draws. Default: the kind, or the module's export.
   */
  readonly name?: string;
  /** Parameters: numbers, strings, arrays and plain objects only. */
  readonly params: P;
}

/** The code of an experiment. */
export interface ExperimentKind<P> {
  /** The name under which it is found. */
  readonly kind: string;
  /** Checks the parameters and does whatever need not be done for every task. Must depend on nothing but its argument. */
  prepare(params: P): PreparedExperiment;
}

/** An experiment that is ready to run, in one thread. */
export interface PreparedExperiment {
  /** One name a curve. */
  readonly curves: readonly string[];
  /** The points of every curve, for example the number of steps k. */
  readonly x: readonly number[];
  /** Meaning and unit of x, for axes. */
  readonly xLabel?: string;
  /**
   * When present, the task writes one number more at the end of `out`: a variable of which the value at x[i] is, where it
   * is large, the power `tailExponents[i]`. It serves `tailDiagnosis` alone.
   */
  readonly tailExponents?: readonly number[];
  /**
   * Runs one task: writes the values of curve c at point i to out[c * x.length + i]. They must be non-negative or
   * +Infinity, never NaN. All random numbers come from `random`.
   */
  run(random: Random, out: Float64Array): void;
}

/** Numbers that a task writes. */
export function taskWidth({ curves, x, tailExponents }: PreparedExperiment): number {
  return curves.length * x.length + (tailExponents ? 1 : 0);
}

/** The name of an experiment's random streams. */
export function streamName(experiment: Experiment): string {
  return experiment.name ?? experiment.kind ?? experiment.export ?? "experiment";
}
