/** @file How often does the condition of the stable selection refuse tasks of which some mixture converges? Ours. */
import { Covariance, core, Random, selection } from "cotlab";
import { Checks } from "cotlab/dist/core/check";
import { stableFrom } from "cotlab/dist/selection/stableSelection";
import { Matrix } from "ml-matrix";

/** Random tasks that do not commute, and how hard to look for a mixture that converges. */
export interface RefusalTrialParams {
  /** d; integer >= 2. */
  readonly d: number;
  /** n_l, one a task: integers >= 1. */
  readonly lengths: readonly number[];
  /** Settings drawn; integer >= 1. */
  readonly draws: number;
  /** Added to every ZZᵀ/d as a multiple of I, Z (d, d) standard normal; >= 0; default 0.1. Small: far from commuting. */
  readonly floor?: number;
  /** Random mixtures tried in a refused setting, beside `errorSelection` at k = 20; integer >= 0; default 300. */
  readonly mixtures?: number;
  /** Seed: an integer >= 0 or a non-empty string; default 7. */
  readonly seed?: number | string;
}

/** What became of the settings. */
export interface RefusalTrial {
  readonly draws: number;
  /** Accepted settings whose mixture does not converge; the condition is sufficient, so 0. */
  readonly wronglyAccepted: number;
  /** Settings in which no mixture meets the condition for margin 0. */
  readonly refused: number;
  /** Those in which a mixture with growth below 1 was found all the same. */
  readonly falselyRefused: number;
  /** falselyRefused / refused, with its 95 % interval (Wilson); NaN where none was refused. A search may miss: the share is a lower bound. */
  readonly share: { readonly value: number; readonly low: number; readonly high: number };
}

/**
 * Draws tasks and a target ZZᵀ/d + floor I, asks `stableSelection` for margin 0, and where it refuses looks for a mixture that converges.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function refusalTrial(params: RefusalTrialParams): RefusalTrial {
  const check: Checks = new Checks("refusalTrial");
  const { d, lengths, draws, floor = 0.1, mixtures = 300, seed = 7 } = params;
  check.integer("d", d, 2);
  check.vector("lengths", lengths);
  check.integer("draws", draws, 1);
  check.nonNegative("floor", floor);
  check.integer("mixtures", mixtures, 0);
  const root = Random.seed(seed);
  let wronglyAccepted = 0;
  let refused = 0;
  let falselyRefused = 0;
  for (const [i, n] of lengths.entries()) check.length(`lengths[${i}]`, n);
  for (let i = 0; i < draws; i++) {
    const random = root.stream("refusals", i);
    const draw = (name: string, l: number) => randomCovariance(d, floor, random.stream(name, l));
    const setting = { tasks: lengths.map((_, l) => draw("task", l)), target: draw("target", 0), lengths };
    const model = new selection.MixtureModel(setting);
    const stable = stableFrom(model, { form: "gamma", margin: 0 });
    if (stable.status === "optimal") {
      if (!(stable.growth <= 1 + 1e-6)) wronglyAccepted++;
    } else {
      refused++;
      const converges = (weights: Float64Array) => model.growth(weights) < 1 - 1e-3;
      // A random mixture is cheap to judge, the descent is not: it is tried last.
      const found =
        Array.from({ length: mixtures }, (_, j) => j).some((j) =>
          converges(selection.randomMixture(model.count, random.stream("mixture", j))),
        ) || converges(selection.errorSelection({ ...setting, k: 20, randomStarts: 2, maxIterations: 150 }).weights);
      if (found) falselyRefused++;
    }
  }
  const { low, high } = refused > 0 ? core.wilsonInterval(falselyRefused, refused) : { low: Number.NaN, high: Number.NaN };
  return {
    draws,
    wronglyAccepted,
    refused,
    falselyRefused,
    share: { value: falselyRefused / refused, low, high },
  };
}

/** ZZᵀ/d + floor I, Z (d, d) standard normal. */
export function randomCovariance(d: number, floor: number, random: Random): Covariance {
  const Z = Matrix.from1DArray(d, d, Array.from(random.fillNormal(new Float64Array(d * d))));
  return Covariance.fromMatrix(
    Z.mmul(Z.transpose())
      .div(d)
      .add(Matrix.eye(d, d, floor)),
  );
}
