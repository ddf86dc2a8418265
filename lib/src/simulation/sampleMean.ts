/** @file The mean of independent draws, with its standard error: the smallest Monte Carlo, for checking one step of a derivation. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import type { Random } from "../core/random";
import { checkFiniteEntries, rowMajor } from "../linalg/layout";

/** The smallest Monte Carlo: more draws are for `simulate`, which reports and can be stopped. */
const MOST_DRAWS = 10_000_000;

/** How many draws, and from which stream. */
export interface SampleMeanOptions {
  /** Number of independent draws; integer in [2, 1e7]. */
  readonly draws: number;
  /** The stream; draw i uses its sub-stream i, so that more draws keep the first ones. */
  readonly random: Random;
}

/** A mean with what is needed to judge it: numbers, or matrices entry by entry. */
export interface SampleMean<T = number> {
  /** The mean. */
  readonly mean: T;
  /** Sample standard deviation / √draws. */
  readonly standardError: T;
  /** Number of draws. */
  readonly draws: number;
}

/**
 * The mean of independent values of a random quantity, with its standard error.
 * @param draw makes a value from a stream
 * @param options draws in [2, 1e7]; random: the stream, of which draw i uses sub-stream i
 * @throws RangeError when a draw is not finite; the message says which
 * @origin standard
 * @example
 * cot.simulation.sampleMean((random) => random.uniform(), { draws: 1000, random: cot.Random.seed(1) }).mean; // => 0.5
 */
export function sampleMean(draw: (random: Random) => number, options: SampleMeanOptions): SampleMean {
  const check: Checks = new Checks("sampleMean");
  check.callable("draw", draw);
  argumentsOf("sampleMean", options, "options");
  const { mean, standardError, draws } = inNameOf("sampleMean", () => sampleMeanMatrix((random) => new Matrix([[draw(random)]]), options));
  return { mean: mean.get(0, 0), standardError: standardError.get(0, 0), draws };
}

/** An entrywise mean with its entrywise standard errors. */
export type SampleMeanMatrix = SampleMean<Matrix>;

/**
 * The entrywise mean of independent random matrices of one shape, with standard errors.
 * @param draw makes a matrix from a stream
 * @param options draws in [2, 1e7]; random: the stream, of which draw i uses sub-stream i
 * @throws RangeError when an entry is not finite or the shape changes; the message says at which draw
 * @origin standard, Welford 1962
 * @example
 * const outer = (random: cot.Random) => new Matrix([[random.normal() ** 2, random.normal() * random.normal()]]);
 * cot.simulation.sampleMeanMatrix(outer, { draws: 1000, random: cot.Random.seed(1) }).mean; // => [[1.02, 0.04]]
 */
export function sampleMeanMatrix(draw: (random: Random) => Matrix, options: SampleMeanOptions): SampleMeanMatrix {
  const { draws, random } = argumentsOf("sampleMeanMatrix", options, "options");
  const check: Checks = new Checks("sampleMeanMatrix");
  check.callable("draw", draw);
  check.random("random", random);
  check.count("draws", draws, 2, MOST_DRAWS);
  const first = draw(random.stream(0));
  check.matrix("draw 0", first);
  const { rows, columns } = first;
  const mean = new Float64Array(rows * columns);
  const squares = new Float64Array(rows * columns);
  for (let i = 0; i < draws; i++) {
    const value = i === 0 ? first : draw(random.stream(i));
    if (value.rows !== rows || value.columns !== columns) check.fail(`draw ${i}`, `a ${rows}x${columns} matrix like the first`, value);
    for (let r = 0; r < rows; r++) {
      for (let s = 0; s < columns; s++) {
        const x = value.get(r, s);
        if (!Number.isFinite(x)) check.fail(`draw ${i}`, "finite", x);
        const at = r * columns + s;
        const gap = x - mean[at];
        mean[at] += gap / (i + 1);
        squares[at] += gap * (x - mean[at]);
      }
    }
  }
  const errors = squares.map((sum) => Math.sqrt(sum / (draws - 1) / draws));
  return { mean: Matrix.from1DArray(rows, columns, mean), standardError: Matrix.from1DArray(rows, columns, errors), draws };
}

/**
 * The largest deviation of the entries from what is expected, in standard errors; entries without spread must agree to rounding, and
 * are infinitely many off (Infinity) where 0 is expected and they do not.
 * z = max_ij |mean_ij - expected_ij| / (se_ij + 1e-14 |expected_ij|)
 * $$ z = \max_{ij} \frac{|\mathrm{mean}_{ij} - \mathrm{expected}_{ij}|}{\mathrm{se}_{ij} + 10^{-14} |\mathrm{expected}_{ij}|} $$
 * @param params mean, standardError and draws of {@link sampleMeanMatrix}
 * @param expected a matrix of the same shape
 * @throws RangeError for another shape
 * @origin standard
 * @example
 * const [mean, standardError] = [new Matrix([[1, 2]]), new Matrix([[0.1, 0.2]])];
 * cot.simulation.largestZ({ mean, standardError, draws: 10 }, new Matrix([[1.1, 2.6]])); // => 3
 */
export function largestZ(params: SampleMeanMatrix, expected: Matrix): number {
  const { mean, standardError } = argumentsOf("largestZ", params);
  const check: Checks = new Checks("largestZ");
  check.matrix("expected", expected);
  check.matrix("mean", mean);
  check.matrix("standardError", standardError);
  for (const [name, matrix] of Object.entries({ mean, standardError, expected }))
    checkFiniteEntries(check, name, rowMajor(matrix), matrix.columns);
  if (standardError.rows !== mean.rows || standardError.columns !== mean.columns)
    check.fail("standardError", `a ${mean.rows}x${mean.columns} matrix`, standardError);
  if (mean.rows !== expected.rows || mean.columns !== expected.columns)
    check.fail("expected", `a ${mean.rows}x${mean.columns} matrix`, expected);
  let largest = 0;
  for (let i = 0; i < mean.rows; i++) {
    for (let j = 0; j < mean.columns; j++) {
      const gap = Math.abs(mean.get(i, j) - expected.get(i, j));
      const noise = standardError.get(i, j) + 1e-14 * Math.abs(expected.get(i, j));
      if (gap > 0) largest = Math.max(largest, gap / noise);
    }
  }
  return largest;
}
