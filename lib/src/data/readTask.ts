/** @file Bring your own tasks: covariances from arrays, CSV and NPY files. */
import { existsSync, readFileSync } from "node:fs";
import { Matrix } from "ml-matrix";
import { Checks } from "../core/check";
import { Covariance } from "../model/covariance";
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
 * CSV: numbers, with a point for the decimals, separated by semicolons, commas, or blanks and tabs (the first of these that the file
 * holds); a first line of names is a header. A header that begins with an empty name belongs to a table saved with its row numbers, as
 * pandas does unless told otherwise: it is refused, since row numbers are no input.
 * NPY: versions 1 to 3, two dimensions, integers, half, single and double precision, either byte order, either order (numpy.save).
 * @param source a Matrix, rows, or the path of a file
 * @param kind default "covariance"
 * @param options whether examples are centred; N must be above d + 1, or Λ̂ is singular or nearly so
 * @throws RangeError or TypeError naming the file and line, or the property of the matrix that fails
 * @see ours
 */
export function readTask(
  source: Matrix | ArrayLike<ArrayLike<number>> | string,
  kind: TaskData = "covariance",
  options: ReadTaskOptions = {},
): Covariance {
  const check: Checks = new Checks("readTask");
  check.oneOf("kind", kind, ["covariance", "examples"]);
  const data =
    typeof source === "string"
      ? readMatrix(source)
      : Matrix.isMatrix(source)
        ? (source as Matrix)
        : new Matrix(Array.from(source as ArrayLike<ArrayLike<number>>, (row) => Array.from(row)));
  if (kind === "examples") return fromExamples(data, options.centred);
  if (options.centred !== undefined) check.fail("centred", "left out for a covariance", options.centred);
  return Covariance.fromMatrix(data);
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
  return Covariance.fromMatrix(used.transpose().mmul(used).div(N));
}

/** Several tasks at once; the file or index of the one that fails is named. */
export function readTasks(
  sources: readonly (Matrix | ArrayLike<ArrayLike<number>> | string)[],
  kind: TaskData = "covariance",
  options: ReadTaskOptions = {},
): Covariance[] {
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

function readMatrix(path: string): Matrix {
  const check: Checks = new Checks("readTask");
  if (!/\.(csv|npy)$/i.test(path)) check.fail("the file", "one that ends in .csv or .npy", path);
  if (!existsSync(path)) check.fail("the file", `one that exists, seen from ${process.cwd()}`, path);
  return /\.csv$/i.test(path) ? parseCsv(readFileSync(path, "utf8"), path) : parseNpy(readFileSync(path), path);
}

/** In the order in which they are looked for: a comma may be a decimal sign where semicolons separate, and is then refused as no number. */
const SEPARATORS = [/;/, /,/];

/** A matrix of numbers from text. */
export function parseCsv(text: string, name = "the text"): Matrix {
  const check: Checks = new Checks("parseCsv");
  const lines = text
    .split(/\r?\n/)
    .map((line, i) => ({ at: i + 1, line: line.trim() }))
    .filter(({ line }) => line !== "");
  const separator = SEPARATORS.find((candidate) => lines.some(({ line }) => candidate.test(line))) ?? /\s+/;
  const rows = lines.map(({ at, line }) => {
    const names = line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
    return { at, names, cells: names.map((cell) => (cell === "" ? Number.NaN : Number(cell))) };
  });
  const first = rows[0];
  if (first && first.names.length > 1 && first.names[0] === "")
    check.fail(name, "without a column of row numbers (pandas: to_csv with index=False)", lines[0].line);
  if (first?.names.every((cell) => /^(?![-+]?nan$).*[a-z_]/i.test(cell)) && first.cells.every(Number.isNaN)) rows.shift();
  if (rows.length === 0) check.fail(name, "rows of numbers", text.slice(0, 40));
  for (const { at, cells } of rows) {
    if (cells.some((cell) => !Number.isFinite(cell)))
      check.fail(`line ${at} of ${name}`, "numbers", lines.find((line) => line.at === at)!.line);
    if (cells.length !== rows[0].cells.length) check.fail(`line ${at} of ${name}`, `${rows[0].cells.length} numbers`, `${cells.length}`);
  }
  return new Matrix(rows.map(({ cells }) => cells));
}

/** A matrix from the bytes of an NPY file. @throws FeatureFileError for other bytes, types or shapes */
export function parseNpy(bytes: Uint8Array, name = "the bytes"): Matrix {
  const { rows, columns, values } = decodeNpy(bytes, name);
  const out = Matrix.zeros(rows, columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out.set(i, j, values[i * columns + j]);
  return out;
}
