/** @file How stable a selection is under resampling of the examples it was made from. Ours. */
import { Checks } from "cotlab/dist/core/check";
import type { Random } from "cotlab/dist/core/random";
import { quantiles } from "cotlab/dist/core/statistics";
import { Covariance } from "cotlab/dist/model/covariance";
import { MixtureModel } from "cotlab/dist/selection/mixtureModel";
import { selectFrom } from "cotlab/dist/selection/selectTasks";
import { stableFrom } from "cotlab/dist/selection/stableSelection";
import type { SelectionForm } from "cotlab/dist/theory/paper/selectionProgram";
import type { Matrix } from "ml-matrix";

/** Examples of the tasks and of the target. */
export interface BootstrapSelectionParams {
  /** Inputs of each task, L matrices (d, N_l), one example a column. */
  readonly samples: readonly Matrix[];
  /** Inputs of the target, (d, N). */
  readonly targetSamples: Matrix;
  /** n_l: training prompt lengths, integers >= 1 or Infinity, one or (L,). */
  readonly lengths: number | ArrayLike<number>;
  /** Objective; default "paper". */
  readonly form?: SelectionForm;
  /** Select under the coverage constraint with this margin; left out: without. */
  readonly margin?: number;
  /** Resamples; integer >= 40, so that a 95 % interval has ends; default 200. */
  readonly replicates?: number;
  /** Stream of the resampling. */
  readonly random: Random;
}

/** A selection with its bootstrap distribution. */
export interface BootstrapSelection {
  /** π̂ from all examples, (L,). */
  readonly weights: Float64Array;
  /** π̂ of each resample, each (L,). */
  readonly replicates: readonly Float64Array[];
  /** 2.5 % point of each weight over the resamples. */
  readonly low: Float64Array;
  /** 97.5 % point of each weight. */
  readonly high: Float64Array;
  /** Share of the resamples in which the task has a weight above 1e-6. */
  readonly support: Float64Array;
  /** Resamples left out because no mixture was stable. */
  readonly infeasible: number;
}

/**
 * The bootstrap of a selection: the examples of every task and of the target are drawn again with replacement, and the selection repeated.
 * Weights at 0 make the distribution one-sided there, so it describes how far the choice moves and is no confidence interval of the best weights.
 * @param params samples, L of (d, N_l); targetSamples, (d, N); lengths n_l >= 1 or Infinity, one or (L,); random the stream; form = "paper";
 *   margin? in [0, 10], selects under that coverage; replicates = 200, >= 40
 * @throws RangeError or TypeError outside the domain; HypothesisError when Σ̂ is singular
 * @origin ours
 */
export function bootstrapSelection(params: BootstrapSelectionParams): BootstrapSelection {
  const check: Checks = new Checks("bootstrapSelection");
  const { samples, targetSamples, lengths, form = "paper", margin, replicates: count = 200, random } = params;
  check.integer("replicates", count, 40);
  if (margin !== undefined) check.interval("margin", margin, 0, 10);
  if (!Array.isArray(samples) || samples.length === 0) throw new TypeError(`${check.fn}: samples must be a non-empty array of matrices`);
  const d = targetSamples.rows;
  samples.forEach((sample, l) => {
    if (sample.rows !== d) check.fail(`samples[${l}]`, `a matrix of ${d} rows, one a dimension`, sample);
  });
  const choose = (resample: (X: Matrix, l: number) => Covariance): Float64Array | undefined => {
    const model = new MixtureModel({ tasks: samples.map(resample), target: resample(targetSamples, -1), lengths });
    if (margin === undefined) return selectFrom(model, form);
    const found = stableFrom(model, { form, margin });
    return found.status === "optimal" ? found.weights : undefined;
  };
  const weights = choose((X) => secondMoment(X));
  if (!weights) check.fail("margin", "one that some mixture of the tasks reaches", margin);
  const tried = Array.from({ length: count }, (_, b) => choose((X, l) => secondMoment(X, random.stream(b, l + 1))));
  const replicates = tried.filter((found) => found !== undefined);
  const column = (l: number) => replicates.map((replicate) => replicate[l]);
  const ends = samples.map((_, l) => quantiles(column(l), [0.025, 0.975]).map(({ value }) => value));
  return {
    weights,
    replicates,
    low: Float64Array.from(ends, ([low]) => low),
    high: Float64Array.from(ends, ([, high]) => high),
    support: Float64Array.from(samples, (_, l) => column(l).filter((weight) => weight > 1e-6).length / replicates.length),
    infeasible: count - replicates.length,
  };
}

/** XXᵀ/N; with a stream, of as many columns drawn with replacement. */
function secondMoment(X: Matrix, random?: Random): Covariance {
  const N = X.columns;
  const times = new Float64Array(N).fill(random ? 0 : 1);
  if (random) for (let j = 0; j < N; j++) times[random.integer(N)] += 1;
  const weighted = X.clone().mulRowVector(Array.from(times, (time) => Math.sqrt(time / N)));
  return Covariance.fromMatrix(weighted.mmul(weighted.transpose()));
}
