/** @file What a simulation returns: values in the order of the draws, and their summaries. */
import { type ExponentialTail, fitExponentialTail, type HeavyTail, type TailDiagnosis, tailDiagnosis } from "../core/heavyTail";
import { meanAndError, type Quantile, quantiles } from "../core/statistics";
import { drawWidth, type Experiment, type Sampler, streamName } from "./experiment";
import type { Job } from "./job";

/** Orders of the quantiles that every point reports. */
export const QUANTILE_ORDERS: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95];

/** One point of a simulated curve. */
export interface CurvePoint {
  /** The point's place, for example k. */
  readonly x: number;
  /** Mean over the draws; +Infinity when a draw overflowed. */
  readonly mean: number;
  /** Standard error of the mean. Not to be used when `heavyTail` is not "none". */
  readonly standardError: number;
  /** Median with a distribution-free 95 % interval. */
  readonly median: Quantile;
  /** Quantiles of orders 0.05, 0.25, 0.5, 0.75, 0.95 with distribution-free 95 % intervals. */
  readonly quantiles: readonly Quantile[];
  /** Share of the draws whose value here is not finite or above their value at the curve's first point. */
  readonly diverged: number;
  /** Whether the mean and its standard error can be believed; see `tailDiagnosis`. */
  readonly heavyTail: HeavyTail;
  /** The numbers behind `heavyTail`. */
  readonly tail: TailDiagnosis;
  /** Number of draws. */
  readonly n: number;
}

/**
 * A simulated curve: its draws at every point, and their summaries.
 * @origin ours
 * @example
 * const experiment = cot.cotError({ test: cot.Covariance.diagonal([1]), m: 5, steps: 1, gamma: cot.Covariance.diagonal([2]) });
 * const [curve] = (await cot.simulate(experiment, { draws: 1000, seed: 1 })).curves;
 * [curve.points[1].median.value, curve.values(1).length]; // => [0.337, 1000]
 */
export class Curve {
  /** Means, (points,). */
  readonly mean: Float64Array;
  /** Standard errors of the means, (points,). */
  readonly standardError: Float64Array;
  /** Number of draws. */
  readonly n: number;
  private summary: readonly CurvePoint[] | undefined;

  /** @internal Made by `simulate`. */
  constructor(
    /** The curve's name. */
    readonly name: string,
    /** Its points' places. */
    readonly x: readonly number[],
    private readonly columns: readonly Float64Array[],
    /** The random streams, seed and name: two curves of the same streams are paired, draw by draw. */
    readonly streams: string,
    private readonly tail?: { readonly driver: Float64Array; readonly exponents: readonly number[] },
  ) {
    this.n = columns[0]?.length ?? 0;
    this.mean = new Float64Array(columns.length);
    this.standardError = new Float64Array(columns.length);
    // Read as soon as it is made: kept in a list, several of these objects were seen to hold the numbers of the last (V8 13.6, busy machine).
    for (const [point, column] of columns.entries()) {
      const { mean, standardError } = meanAndError(column);
      this.mean[point] = mean;
      this.standardError[point] = standardError;
    }
  }

  /**
   * The value of every draw at a point, in the order of the draws, (n,).
   * @param point the point's number, from 0
   * @throws RangeError for a point that is not there
   */
  values(point: number): Float64Array {
    const column = this.columns[point];
    if (!column) throw new RangeError(`Curve.values: point must be an integer in [0, ${this.x.length - 1}], got ${point}`);
    return column.slice();
  }

  /** Everything about every point. Computed when first asked for. */
  get points(): readonly CurvePoint[] {
    if (!this.summary) {
      const fit = this.tail && this.n >= 50 ? fitExponentialTail(this.tail.driver) : undefined;
      this.summary = this.x.map((_, i) => this.summarise(i, fit));
    }
    return this.summary;
  }

  private summarise(point: number, fit: ExponentialTail | undefined): CurvePoint {
    const column = this.columns[point];
    const first = this.columns[0];
    let diverged = 0;
    for (let i = 0; i < this.n; i++) if (!(column[i] <= first[i]) || column[i] === Number.POSITIVE_INFINITY) diverged++;
    const tail = tailDiagnosis(column, fit && { tail: fit, exponent: this.tail?.exponents[point] ?? 0 });
    const all = quantiles(column, QUANTILE_ORDERS);
    return {
      x: this.x[point],
      mean: this.mean[point],
      standardError: this.standardError[point],
      median: all[2],
      quantiles: all,
      diverged: diverged / this.n,
      heavyTail: tail.heavyTail,
      tail,
      n: this.n,
    };
  }
}

/** The outcome of a simulation. */
export interface SimulationResult {
  /** What was simulated. */
  readonly experiment: Experiment;
  /** The seed. Draw i comes from Random.seed(seed).stream(name, i). */
  readonly seed: number | string;
  /** Draws that the result holds: draws 0 .. draws-1. */
  readonly draws: number;
  /** Draws that were asked for. */
  readonly requested: number;
  /** True when the run was cancelled; the result is then that of a run of `draws` draws. */
  readonly cancelled: boolean;
  /** Meaning of the points' places. */
  readonly xLabel: string;
  /** The curves, in the experiment's order. */
  readonly curves: readonly Curve[];
}

/** Builds a result from a job's draws 0 .. draws-1. */
export function buildResult({ experiment, seed, draws: requested, values }: Job, sampler: Sampler, draws: number): SimulationResult {
  const width = drawWidth(sampler);
  const columns = transpose(new Float64Array(values), draws, width);
  const points = sampler.x.length;
  const streams = JSON.stringify([seed, streamName(experiment)]);
  const exponents = sampler.tailExponents;
  const tail = exponents && { driver: columns[width - 1], exponents };
  return {
    experiment,
    seed,
    draws,
    requested,
    cancelled: draws < requested,
    xLabel: sampler.xLabel ?? "x",
    curves: sampler.curves.map((name, c) => new Curve(name, sampler.x, columns.slice(c * points, (c + 1) * points), streams, tail)),
  };
}

/** Columns of a row-major (rows, width) array, in blocks that fit the cache. */
function transpose(values: Float64Array, rows: number, width: number): Float64Array[] {
  const columns = Array.from({ length: width }, () => new Float64Array(rows));
  for (let start = 0; start < rows; start += 64) {
    const end = Math.min(start + 64, rows);
    for (let c = 0; c < width; c++) {
      const column = columns[c];
      for (let row = start; row < end; row++) column[row] = values[row * width + c];
    }
  }
  return columns;
}
