/** @file Bring your own tasks: covariances from arrays, CSV and NPY files. */
import { existsSync, readFileSync } from "node:fs";
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { Covariance } from "../model/covariance";
import { decodeCsv } from "./csv";
import { FeatureFileError } from "./featureFileError";
import { decodeNpy } from "./npy";

/** What the numbers are: a covariance, (d, d), or examples, (N, d), one a row. */
export type TaskData = "covariance" | "examples";

/** How examples are read. */
export interface ReadTaskOptions {
  /** True: second moments about the mean, (X - 1μ̂ᵀ)ᵀ(X - 1μ̂ᵀ)/N; false: about 0. When left out, about 0, and a clear mean is refused. */
  readonly centred?: boolean;
}

/**
 * A task's covariance from a matrix, an array of rows, or a file ending in .csv or .npy. From examples: Λ̂ = XᵀX/N, not centred, since the
 * inputs of the model have mean 0. (`npx cotlab diagnose` takes features as they are measured and does centre, unless told otherwise.)
 * Where some column's mean is above half its standard deviation, and above 4 of its standard errors, Λ̂ would largely be that mean: then
 * `centred` has to be given, true or false.
 *
 * CSV: by the rules of {@link readFeatures}: cells may be quoted, commas, semicolons, tabs, bars or blanks separate them, a first line of names is
 * a header. A row index, as pandas and R write one unless told otherwise, is refused, since row numbers are no input.
 * NPY: versions 1 to 3, two dimensions, integers, half, single and double precision, either byte order, either order (numpy.save).
 * @param source a Matrix, rows, or the path of a file
 * @param kind default "covariance"
 * @param options centred?: whether examples are; N must be above d + 1, or Λ̂ is singular or nearly so
 * @throws FeatureFileError naming the place in a file; RangeError or TypeError naming the property of the matrix that fails
 * @origin ours
 * @example
 * cot.data.readTask([[2, 1], [1, 2]]).eigenvalues; // => [3, 1]
 * cot.data.readTask([[1, 0], [-1, 0], [0, 2], [0, -2]], "examples").matrix; // => [[0.5, 0], [0, 2]]
 */
export function readTask(
  source: Matrix | ArrayLike<ArrayLike<number>> | string,
  kind: TaskData = "covariance",
  options: ReadTaskOptions = {},
): Covariance {
  argumentsOf("readTask", options, "options");
  const check: Checks = new Checks("readTask");
  check.oneOf("kind", kind, ["covariance", "examples"]);
  const data =
    typeof source === "string"
      ? readMatrix(source, kind)
      : Matrix.isMatrix(source)
        ? (source as Matrix)
        : matrixOfRows(check, source as ArrayLike<ArrayLike<number>>);
  if (kind === "examples") return fromExamples(data, options.centred);
  if (options.centred !== undefined) check.fail("centred", "left out for a covariance", options.centred);
  return inNameOf("readTask", () => Covariance.fromMatrix(data));
}

function matrixOfRows(check: Checks, rows: ArrayLike<ArrayLike<number>>): Matrix {
  check.list("source", rows);
  const lists = Array.from(rows as ArrayLike<ArrayLike<number>>);
  if (lists.length === 0) check.fail("source", "a Matrix, a file, or a non-empty array of rows", rows);
  for (const [i, row] of lists.entries()) check.vector(`source[${i}]`, row, lists[0]?.length);
  return new Matrix(lists.map((row) => Array.from(row)));
}

function fromExamples(X: Matrix, centred: boolean | undefined): Covariance {
  const check: Checks = new Checks("readTask");
  const { rows: N, columns: d } = X;
  if (N <= d + 1) {
    check.fail(
      "the examples",
      `more than ${d + 1} rows for ${d} columns`,
      N,
      `Bring at least about ${2 * (d + 1) + 20}, one example a row`,
    );
  }
  const mean = X.mean("column");
  const deviations = X.clone().subRowVector(mean);
  if (centred === undefined) {
    const shifted = mean.findIndex((value, j) => {
      const spread = Math.sqrt(deviations.getColumn(j).reduce((sum, x) => sum + x * x, 0) / N);
      return Math.abs(value) > Math.max(0.5, 4 / Math.sqrt(N)) * spread;
    });
    if (shifted >= 0) {
      const remedy = "Give { centred: true } to take second moments about the mean, or { centred: false } to take them about 0";
      check.fail(
        `the mean of column ${shifted + 1} of the examples`,
        "small against its spread, as the model has mean 0",
        mean[shifted],
        remedy,
      );
    }
  }
  const used = centred ? deviations : X;
  return inNameOf("readTask", () => Covariance.fromMatrix(used.transpose().mmul(used).div(N)));
}

/**
 * Several tasks at once; the file or index of the one that fails is named.
 * @param sources one a task
 * @param kind default "covariance"
 * @param options centred?: as in {@link readTask}
 * @throws what {@link readTask} throws
 * @origin ours
 * @example
 * cot.data.readTasks([[[2, 1], [1, 2]], [[1]]]).map(({ trace }) => trace); // => [4, 1]
 */
export function readTasks(
  sources: readonly (Matrix | ArrayLike<ArrayLike<number>> | string)[],
  kind: TaskData = "covariance",
  options: ReadTaskOptions = {},
): Covariance[] {
  const check: Checks = new Checks("readTasks");
  check.list("sources", sources);
  argumentsOf("readTasks", options, "options");
  return sources.map((source, l) => {
    try {
      return readTask(source, kind, options);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      error.message = `readTasks: task ${l}: ${error.message}`;
      throw error;
    }
  });
}

function readMatrix(path: string, kind: TaskData): Matrix {
  const check: Checks = new Checks("readTask");
  if (!/\.(csv|npy)$/i.test(path)) check.fail("the file", "one that ends in .csv or .npy", path);
  if (!existsSync(path)) check.fail("the file", `one that exists, seen from ${process.cwd()}`, path);
  const bytes = readFileSync(path);
  const { rows, columns, values, notes } = /\.csv$/i.test(path) ? decodeCsv(bytes, path) : { ...decodeNpy(bytes, path), notes: [] };
  // A covariance shows by its shape whether a line was lost; examples do not.
  if (kind === "examples" && notes.length > 0)
    throw new FeatureFileError(path, "leave no doubt about its first line", notes[0].replace(/; if it.*/, ""), {
      remedy: "Name the columns in words, or write no names",
    });
  return Matrix.from1DArray(rows, columns, values);
}
