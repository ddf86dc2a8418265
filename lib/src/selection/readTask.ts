/** @file Bring your own tasks: covariances from arrays, CSV and NPY files. */
import { existsSync, readFileSync } from "node:fs";
import { Matrix } from "ml-matrix";
import { checkOneOf, fail } from "../core/check";
import { Covariance } from "../tasks/covariance";

/** What the numbers are: a covariance, (d, d), or examples, (N, d), one a row. */
export type TaskData = "covariance" | "examples";

/**
 * A task's covariance from a matrix, an array of rows, or a file ending in .csv or .npy. From examples: Λ̂ = XᵀX/N, not centred, since the
 * inputs of the model have mean 0.
 *
 * CSV: numbers, with a point for the decimals, separated by semicolons, commas, or blanks and tabs (the first of these that the file
 * holds); a first line of names is a header. A header that begins with an empty name belongs to a table saved with its row numbers, as
 * pandas does unless told otherwise: it is refused, since row numbers are no input.
 * NPY: versions 1 to 3, two dimensions, little-endian float64, float32, int64, int32, either order (numpy.save).
 * @param source a Matrix, rows, or the path of a file
 * @param kind default "covariance"
 * @throws RangeError or TypeError naming the file and line, or the property of the matrix that fails
 * @see ours
 */
export function readTask(source: Matrix | ArrayLike<ArrayLike<number>> | string, kind: TaskData = "covariance"): Covariance {
  checkOneOf("readTask", "kind", kind, ["covariance", "examples"]);
  const data =
    typeof source === "string"
      ? readMatrix(source)
      : Matrix.isMatrix(source)
        ? (source as Matrix)
        : new Matrix(Array.from(source as ArrayLike<ArrayLike<number>>, (row) => Array.from(row)));
  return Covariance.fromMatrix(kind === "covariance" ? data : data.transpose().mmul(data).div(data.rows));
}

/** Several tasks at once; the file or index of the one that fails is named. */
export function readTasks(
  sources: readonly (Matrix | ArrayLike<ArrayLike<number>> | string)[],
  kind: TaskData = "covariance",
): Covariance[] {
  return sources.map((source, l) => {
    try {
      return readTask(source, kind);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      error.message = `readTasks: task ${l}: ${error.message}`;
      throw error;
    }
  });
}

function readMatrix(path: string): Matrix {
  if (!/\.(csv|npy)$/i.test(path)) fail("readTask", "the file", "one that ends in .csv or .npy", path);
  if (!existsSync(path)) fail("readTask", "the file", `one that exists, seen from ${process.cwd()}`, path);
  return /\.csv$/i.test(path) ? parseCsv(readFileSync(path, "utf8"), path) : parseNpy(readFileSync(path), path);
}

/** In the order in which they are looked for: a comma may be a decimal sign where semicolons separate, and is then refused as no number. */
const SEPARATORS = [/;/, /,/];

/** A matrix of numbers from text. */
export function parseCsv(text: string, name = "the text"): Matrix {
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
    fail("parseCsv", name, "without a column of row numbers (pandas: to_csv with index=False)", lines[0]!.line);
  if (first?.names.every((cell) => /^(?![-+]?nan$).*[a-z_]/i.test(cell)) && first.cells.every(Number.isNaN)) rows.shift();
  if (rows.length === 0) fail("parseCsv", name, "rows of numbers", text.slice(0, 40));
  for (const { at, cells } of rows) {
    if (cells.some((cell) => !Number.isFinite(cell)))
      fail("parseCsv", `line ${at} of ${name}`, "numbers", lines.find((line) => line.at === at)!.line);
    if (cells.length !== rows[0]!.cells.length)
      fail("parseCsv", `line ${at} of ${name}`, `${rows[0]!.cells.length} numbers`, `${cells.length}`);
  }
  return new Matrix(rows.map(({ cells }) => cells));
}

const NUMBERS: Readonly<Record<string, readonly [size: number, read: (view: DataView, at: number) => number]>> = {
  "<f8": [8, (view, at) => view.getFloat64(at, true)],
  "<f4": [4, (view, at) => view.getFloat32(at, true)],
  "<i8": [8, (view, at) => Number(view.getBigInt64(at, true))],
  "<i4": [4, (view, at) => view.getInt32(at, true)],
};

/** A matrix from the bytes of an NPY file. */
export function parseNpy(bytes: Uint8Array, name = "the bytes"): Matrix {
  const fn = "parseNpy";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || String.fromCharCode(...bytes.subarray(1, 6)) !== "NUMPY" || bytes[0] !== 0x93)
    fail(fn, name, "an NPY file", `${bytes.length} bytes`);
  const wide = bytes[6]! >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = new TextDecoder().decode(bytes.subarray(start, start + length));
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? "";
  const shape =
    /'shape':\s*\(([^)]*)\)/
      .exec(header)?.[1]
      ?.split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "")
      .map(Number) ?? [];
  const fortran = /'fortran_order':\s*True/.test(header);
  const format = NUMBERS[type];
  if (!format) fail(fn, `the type of ${name}`, `one of ${Object.keys(NUMBERS).join(", ")}`, type);
  if (shape.length !== 2 || shape.some((size) => !(size > 0))) fail(fn, `the shape of ${name}`, "two-dimensional and non-empty", shape);
  const [rows, columns] = shape as [number, number];
  const [size, read] = format;
  if (bytes.length < start + length + rows * columns * size)
    fail(fn, name, `${rows * columns} numbers long`, `${bytes.length - start - length} bytes`);
  const out = Matrix.zeros(rows, columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out.set(i, j, read(view, start + length + size * (fortran ? j * rows + i : i * columns + j)));
  return out;
}
