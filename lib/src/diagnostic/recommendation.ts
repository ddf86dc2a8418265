/** @file Which mixture of the sources to train on, and how firm that advice is. Ours. */
import { Matrix } from "ml-matrix";
import { promptMargin } from "../selection/coverage";
import { MixtureModel } from "../selection/mixtureModel";
import { largestMargin, stableFrom } from "../selection/stableSelection";
import { Covariance } from "../tasks/covariance";
import { leaveOut } from "./jackknife";
import type { Sample } from "./sample";

/** A recommended mixture. */
export interface Recommendation {
  /**
   * "recommended": the mixture keeps the wanted margin; "narrow": no mixture does, and this one has nearly the largest margin there is;
   * "none": no mixture of these sources covers the target, so that many steps diverge with each; "single": there is only one source;
   * "skipped": more than 256 features, for which the program would take hours.
   */
  readonly status: "recommended" | "narrow" | "none" | "single" | "skipped";
  /** π of every source. */
  readonly weights: readonly number[];
  /** Standard error of every weight, by blocks left out; absent when it was not computed. */
  readonly errors?: readonly number[];
  /** Share of the data sets with a block left out for which the source gets a weight above 1 %. */
  readonly support?: readonly number[];
  /** How far above ½ the coverage was asked to lie, and the most that any mixture reaches. */
  readonly margin: number;
  readonly largestMargin: number;
}

/** Features up to which a mixture is sought. */
const PROGRAM_FEATURES = 256;
/** Features up to which the recommendation is repeated without each block: it needs a program of its own every time. */
const MOST_FEATURES = 64;
/** The margin over ½ that is asked for in any case. */
const LEAST_MARGIN = 0.3;
/** The share of the largest margin that is asked for when the wanted one is out of reach. */
const NEAR = 0.9;

/**
 * The mixture of least ‖I - Σ^{-1/2} Γ̄ Σ^{-1/2}‖_F among those whose pivot covers (½ + margin)Σ (`stableSelection`), with the margin of
 * `promptMargin` for prompts of m, and at least 0.3. Where that is out of reach, 0.9 of the largest margin.
 */
export function recommendMixture(params: {
  readonly tasks: readonly Sample[];
  readonly target: Sample;
  readonly lengths: ArrayLike<number>;
  readonly m: number;
}): Recommendation {
  const { tasks, target, lengths, m } = params;
  const { d } = target;
  if (tasks.length === 1) return { status: "single", weights: [1], margin: Number.NaN, largestMargin: Number.NaN };
  if (d > PROGRAM_FEATURES)
    return { status: "skipped", weights: tasks.map(() => Number.NaN), margin: Number.NaN, largestMargin: Number.NaN };
  const covariances = tasks.map((task) => toCovariance(task.covariance, d));
  const sigma = toCovariance(target.covariance, d);
  const most = largestMargin({ tasks: covariances, target: sigma, lengths });
  const wanted = Math.max(LEAST_MARGIN, promptMargin({ d, m }));
  const margin = wanted <= most ? wanted : NEAR * most;
  if (!(most > 0)) return { status: "none", weights: tasks.map(() => Number.NaN), margin: wanted, largestMargin: most };
  const choose = (tasks: readonly Covariance[], target: Covariance) => {
    const { weights, status } = stableFrom(new MixtureModel("diagnose", { tasks, target, lengths }), { form: "gamma-whitened", margin });
    return status === "infeasible" ? undefined : Array.from(weights);
  };
  const weights = choose(covariances, sigma);
  if (!weights) return { status: "none", weights: tasks.map(() => Number.NaN), margin, largestMargin: most };
  const about = { status: wanted <= most ? ("recommended" as const) : ("narrow" as const), weights, margin, largestMargin: most };
  if (d > MOST_FEATURES) return about;
  const replicas = [...tasks, target].map((sample, s) =>
    Array.from({ length: sample.blocks }, (_, b) => {
      const changed = toCovariance(sample.without(b), d);
      // A block can be what kept the constraint within reach: then the mixture of all rows stands in.
      return s < tasks.length
        ? (choose(
            covariances.map((covariance, l) => (l === s ? changed : covariance)),
            sigma,
          ) ?? weights)
        : (choose(covariances, changed) ?? weights);
    }),
  );
  const all = replicas.flat();
  const errors = weights.map((weight, l) => {
    const variance = [...tasks, target].reduce((sum, sample, s) => {
      const without = replicas[s]!.map((found) => found[l]!);
      return sum + leaveOut(sample.name, weight, without, sample.blockRows).variance;
    }, 0);
    return Math.min(1, Math.sqrt(variance));
  });
  return { ...about, errors, support: weights.map((_, l) => all.filter((found) => found[l]! > 0.01).length / all.length) };
}

function toCovariance(matrix: Float64Array, d: number): Covariance {
  return Covariance.fromMatrix(new Matrix(Array.from({ length: d }, (_, i) => Array.from(matrix.subarray(i * d, (i + 1) * d)))));
}
