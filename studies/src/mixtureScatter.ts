/** @file Does a small objective mean a small error? Many mixtures of one pool, both numbers for each. */
import { core, Random, selection, type theory } from "cotlab";
import { Checks } from "cotlab/dist/core/check";
import type { TaskPool } from "./taskPool";

/** Mixtures of a pool, with objective and error. */
export interface MixtureScatter {
  /** Objective of each mixture. */
  readonly objectives: Float64Array;
  /** ln error after k steps, m = ∞. */
  readonly logErrors: Float64Array;
  /** Spectral radius of I - Γ_mix^{-1}Σ. */
  readonly growths: Float64Array;
  /** Spearman's rank correlation of objective and error. */
  readonly rankCorrelation: number;
}

/**
 * Objective and k-step error of random mixtures of a pool, each of 1 to L tasks chosen at random, weights uniform on their simplex.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function mixtureScatter(params: {
  readonly pool: TaskPool;
  readonly form: theory.SelectionForm;
  readonly k: number;
  readonly mixtures: number;
  readonly seed?: number | string;
}): MixtureScatter {
  const check: Checks = new Checks("mixtureScatter");
  const { pool, form, k, mixtures, seed = 7 } = params;
  check.integer("k", k, 1);
  check.integer("mixtures", mixtures, 2);
  const model = new selection.MixtureModel(pool);
  const root = Random.seed(seed).stream("mixture-scatter");
  const chosen = Array.from({ length: mixtures }, (_, i) => sparseMixture(model.count, root.stream(i)));
  const objectives = Float64Array.from(chosen, (weights) => model.objective(form, weights));
  const logErrors = Float64Array.from(chosen, (weights) => model.logErrors(weights, [k])[0]);
  return {
    objectives,
    logErrors,
    growths: Float64Array.from(chosen, (weights) => model.growth(weights)),
    rankCorrelation: rankCorrelation(objectives, logErrors),
  };
}

/** What the scatters of several pools have in common. */
export interface ScatterSummary {
  readonly pools: number;
  /** Mean rank correlation over pools, with its standard error. */
  readonly mean: number;
  readonly standardError: number;
  readonly least: number;
  readonly largest: number;
  /** Share of all mixtures that diverge. */
  readonly diverging: number;
}

/** Rank correlations and diverging mixtures over the scatters of several pools. */
export function scatterSummary(scatters: readonly MixtureScatter[]): ScatterSummary {
  const correlations = scatters.map((scatter) => scatter.rankCorrelation);
  const growths = scatters.flatMap((scatter) => Array.from(scatter.growths));
  return {
    pools: scatters.length,
    ...core.meanAndError(correlations),
    least: Math.min(...correlations),
    largest: Math.max(...correlations),
    diverging: growths.filter((growth) => growth > 1).length / growths.length,
  };
}

function sparseMixture(count: number, random: Random): Float64Array {
  const members = random.permutation(count).slice(0, 1 + random.integer(count));
  const weights = new Float64Array(count);
  selection.randomMixture(members.length, random).forEach((weight, i) => {
    weights[members[i]] = weight;
  });
  return weights;
}

/** Spearman's rank correlation; ties share their mean rank. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const check: Checks = new Checks("rankCorrelation");
  check.vector("a", a);
  check.vector("b", b, a.length);
  const x = ranks(a);
  const y = ranks(b);
  const middle = (a.length + 1) / 2;
  const product = (u: Float64Array, v: Float64Array) => u.reduce((sum, value, i) => sum + (value - middle) * (v[i] - middle), 0);
  const scale = Math.sqrt(product(x, x) * product(y, y));
  if (scale === 0) check.fail("a and b", "not constant", a);
  return product(x, y) / scale;
}

function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) out[order[i]] = (from + 1 + to) / 2;
    from = to;
  }
  return out;
}
