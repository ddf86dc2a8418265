/** @file Which mixture of the sources to train on, and how firm that advice is. Ours. */

import { Matrix } from "ml-matrix";
import { Checks, inNameOf } from "../core/check";
import { Covariance } from "../model/covariance";
import { promptMargin } from "../selection/coverage";
import { MixtureModel } from "../selection/mixtureModel";
import { largestMargin, stableFrom } from "../selection/stableSelection";
import { errorCurves, isLimit, typicalLog } from "./errorCurve";
import { changedMoments, learnedStep, type TaskMoments, taskMoments } from "./learnedStep";
import { type LeftOut, leaveBlocksOut, spreadOf } from "./leaveBlocksOut";
import type { PredictionParams } from "./prediction";

/** A recommended mixture. */
export interface Recommendation {
  /**
   * "recommended": the mixture keeps the wanted margin; "narrow": no mixture does, and this one has nearly the largest margin there is;
   * "searched": no mixture meets the program's sufficient condition, and this one has the least typical error after K steps among some that
   * were tried, an error below that of no answer; "none": no such mixture was found either; "single": there is only one source;
   * "skipped": not asked for.
   */
  readonly status: "recommended" | "narrow" | "searched" | "none" | "single" | "skipped";
  /** π of every source. */
  readonly weights: readonly number[];
  /** Standard error of every weight, by blocks left out; absent when it was not computed. */
  readonly errors?: readonly number[];
  /** Share of the data sets with a block left out for which the source gets a weight above 1 %. */
  readonly support?: readonly number[];
  /** How far above ½ the coverage was asked to lie. */
  readonly margin: number;
  /** The most that any mixture reaches. */
  readonly largestMargin: number;
}

/** No recommendation. */
export function noMixture(status: "none" | "single" | "skipped", sources: number): Recommendation {
  return { status, weights: new Array<number>(sources).fill(Number.NaN), margin: Number.NaN, largestMargin: Number.NaN };
}

/** Features up to which the program is solved, of whose constraint every cut takes eigenvectors; beyond, mixtures are tried. */
const PROGRAM_FEATURES = 256;
/** Features up to which the recommendation is repeated without each block: it needs a program of its own every time. */
const MOST_FEATURES = 64;
/** The margin over ½ that is asked for in any case. */
const LEAST_MARGIN = 0.3;
/** The share of the largest margin that is asked for when the wanted one is out of reach. */
const NEAR = 0.9;

/**
 * The mixture of least ‖I - Σ^{-1/2} Γ̄ Σ^{-1/2}‖_F among those whose pivot covers (½ + margin)Σ (`stableSelection`), with the margin of
 * `promptMargin` for prompts of m, and at least 0.3. Where that is out of reach, 0.9 of the largest margin. The program's condition is
 * sufficient and, for covariances that do not commute, not necessary; where nothing meets it, mixtures are tried one by one.
 */
export function recommendMixture(params: Omit<PredictionParams, "weights" | "confidence" | "onProgress">): Recommendation {
  const check: Checks = new Checks("diagnose");
  const { tasks, target, lengths } = params;
  const { m } = params.tests;
  const { d } = target;
  if (tasks.length === 1) return { ...noMixture("single", 1), weights: [1] };
  if (d > PROGRAM_FEATURES) return searchMixture(params, Number.NaN, Number.NaN);
  const covariances = tasks.map((task) => toCovariance(task.covariance, d));
  const sigma = toCovariance(target.covariance, d);
  const most = largestMargin({ tasks: covariances, target: sigma, lengths });
  const wanted = Math.max(LEAST_MARGIN, promptMargin({ d, m }));
  const margin = wanted <= most ? wanted : NEAR * most;
  if (!(most > 0)) return searchMixture(params, wanted, most);
  const choose = (tasks: readonly Covariance[], target: Covariance) => {
    const { weights, status } = stableFrom(
      inNameOf(check.fn, () => new MixtureModel({ tasks, target, lengths })),
      { form: "gamma-whitened", margin },
    );
    return status === "infeasible" ? undefined : Array.from(weights);
  };
  const weights = choose(covariances, sigma);
  if (!weights) return searchMixture(params, margin, most);
  const about = { status: wanted <= most ? ("recommended" as const) : ("narrow" as const), weights, margin, largestMargin: most };
  if (d > MOST_FEATURES) return about;
  const leftOut = leaveBlocksOut([...tasks, target], undefined, (without) => {
    const changed = [...covariances, sigma].map((whole, s) => {
      const rows = without(s);
      return rows ? toCovariance(rows.covariance, d) : whole;
    });
    // A block can be what kept the constraint within reach: then the mixture of all rows stands in.
    return choose(changed.slice(0, -1), changed[tasks.length]) ?? weights;
  });
  const errors = weights.map((weight, l) => {
    const spreads = leftOut.map((source) => spreadOf(source, weight, (found) => found[l]));
    return Math.min(1, Math.sqrt(spreads.reduce((sum, { variance }) => sum + variance, 0)));
  });
  return { ...about, errors, support: supportOf(leftOut) };
}

/** The share of the data sets without a block for which a source gets a weight above 1 %. */
function supportOf(leftOut: readonly LeftOut<readonly number[]>[]): number[] {
  const all = leftOut.flatMap(({ values }) => values);
  return all[0].map((_, l) => all.filter((found) => found[l] > 0.01).length / all.length);
}

/** Prompts on which mixtures are compared, and mixtures that are compared again without each block. */
const SEARCH_PROMPTS = 4;
const FINALISTS = 8;

/** Tries single sources, and mixtures with shares that are multiples of a quarter (beyond six sources, or four of many features: of a half). */
function searchMixture(
  { tasks, target, lengths, steps, tests }: Parameters<typeof recommendMixture>[0],
  margin: number,
  largest: number,
): Recommendation {
  const { d } = target;
  const few = isLimit(tests)
    ? tests.few!
    : { ...tests, whites: tests.whites.slice(0, SEARCH_PROMPTS), starts: tests.starts.slice(0, SEARCH_PROMPTS) };
  const own = tasks.map((task, l) => taskMoments(task, d, lengths[l]));
  const judge = (moments: readonly TaskMoments[], sigma: Float64Array, weights: readonly number[]) =>
    typicalLog(errorCurves(learnedStep(moments, weights, d), sigma, few, steps)(1, steps), steps);
  const ranked = shares(tasks.length, tasks.length > (d > PROGRAM_FEATURES ? 4 : 6) ? 2 : 4)
    .map((weights) => ({ weights, log: judge(own, target.covariance, weights) }))
    .sort((a, b) => a.log - b.log);
  const [first] = ranked;
  if (!(first.log < Math.log(d))) return { ...noMixture("none", tasks.length), margin, largestMargin: largest };
  const finalists = ranked.slice(0, FINALISTS).map(({ weights }) => weights);
  const choose = (moments: readonly TaskMoments[], sigma: Float64Array) => {
    const logs = finalists.map((weights) => judge(moments, sigma, weights));
    return finalists[logs.indexOf(Math.min(...logs))];
  };
  const about = { status: "searched" as const, weights: first.weights, margin, largestMargin: largest };
  if (d > MOST_FEATURES) return about;
  const leftOut = leaveBlocksOut([...tasks, target], undefined, (without) =>
    choose(changedMoments(own, without, d, lengths), (without(tasks.length) ?? target).covariance),
  );
  return { ...about, support: supportOf(leftOut) };
}

/** All ways to divide 1 into shares that are multiples of 1/parts. */
function shares(count: number, parts: number): number[][] {
  const divide = (left: number, places: number): number[][] =>
    places === 1
      ? [[left]]
      : Array.from({ length: left + 1 }, (_, i) => i).flatMap((i) => divide(left - i, places - 1).map((rest) => [i, ...rest]));
  return divide(parts, count).map((row) => row.map((value) => value / parts));
}

function toCovariance(matrix: Float64Array, d: number): Covariance {
  return Covariance.fromMatrix(Matrix.from1DArray(d, d, matrix));
}
