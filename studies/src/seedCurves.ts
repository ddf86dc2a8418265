/** @file Measured curves over seeds: intervals, steps to reach an error, and how far a curve rises again. */
import { Checks } from "cotlab/dist/core/check";
import type { CurveRow } from "cotlab/dist/transformer/regression/curveTable";

/** One curve of one run, over its seeds. */
export interface SeedCurve {
  readonly run: string;
  readonly curve: string;
  readonly seeds: readonly number[];
  /** errors[s][k]: the error of seed s after k steps, or what it is relative to. */
  readonly errors: readonly (readonly number[])[];
  /** The geometric mean over seeds at each k. */
  readonly mean: readonly number[];
  /** Ends of the interval mean · exp(±t s/√(number of seeds)), s the standard deviation of the logarithms; the mean where there is one seed. */
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

/**
 * The curve of a run over its seeds, averaged on the logarithmic scale, on which it is drawn: an interval there cannot reach below 0.
 *
 * Ours. With three seeds s has two degrees of freedom, and t is 4.30 for 95 %: such an interval is wide, and its width itself uncertain.
 * @param t the quantile of Student's t for the number of seeds less one
 * @param relativeTo a step k: every seed's errors are divided by its own error there, which takes out how far its training came
 * @returns undefined when the rows hold no such curve: what was not measured is not drawn
 * @throws RangeError when seeds have curves of different lengths, or an error is not positive
 */
export function seedCurve(rows: readonly CurveRow[], run: string, curve: string, t: number, relativeTo?: number): SeedCurve | undefined {
  const check: Checks = new Checks("seedCurve");
  check.positive("t", t);
  const own = rows.filter((row) => row.run === run && row.curve === curve);
  if (own.length === 0) return undefined;
  const seeds = [...new Set(own.map(({ seed }) => seed))].sort((a, b) => a - b);
  const errors = seeds.map((seed) => own.filter((row) => row.seed === seed).sort((a, b) => a.k - b.k));
  const length = errors[0].length;
  for (const list of errors) {
    if (list.length !== length || !list.every(({ k }, i) => k === i)) check.fail("rows", "one for each k from 0 to one end", list);
    for (const { error } of list) check.positive("error", error);
  }
  if (relativeTo !== undefined) check.integer("relativeTo", relativeTo, 0, length - 1);
  const values = errors.map((list) => list.map(({ error }) => error / (relativeTo === undefined ? 1 : list[relativeTo].error)));
  const logs = values.map((list) => list.map(Math.log));
  const points = Array.from({ length }, (_, k) => {
    const mean = logs.reduce((sum, list) => sum + list[k], 0) / seeds.length;
    const squares = logs.reduce((sum, list) => sum + (list[k] - mean) ** 2, 0);
    return { mean, half: seeds.length > 1 ? t * Math.sqrt(squares / (seeds.length - 1) / seeds.length) : 0 };
  });
  return {
    run,
    curve,
    seeds,
    errors: values,
    mean: points.map(({ mean }) => Math.exp(mean)),
    lower: points.map(({ mean, half }) => Math.exp(mean - half)),
    upper: points.map(({ mean, half }) => Math.exp(mean + half)),
  };
}

/** The least k >= 1 at which the error is at most a level; undefined when it never is. */
export function stepsToReach(errors: ArrayLike<number>, level: number): number | undefined {
  const check: Checks = new Checks("stepsToReach");
  check.positive("level", level);
  for (let k = 1; k < errors.length; k++) if (errors[k] <= level) return k;
  return undefined;
}

/** How a curve ends, beside its best point. */
export interface Rise {
  /** Least error over k = 1..last, and where. */
  readonly least: number;
  readonly leastAt: number;
  /** error(last) / least: 1 when the last step is the best. */
  readonly ratio: number;
}

/** The rise of a curve from its minimum to step `last`. */
export function curveRise(errors: ArrayLike<number>, last: number): Rise {
  const check: Checks = new Checks("curveRise");
  check.integer("last", last, 1, errors.length - 1);
  let leastAt = 1;
  for (let k = 2; k <= last; k++) if (errors[k] < errors[leastAt]) leastAt = k;
  const least = errors[leastAt];
  check.positive("error", least);
  return { least, leastAt, ratio: errors[last] / least };
}
