/** @file Feature matrices from files of several formats, told apart by their content. */
import { open, stat } from "node:fs/promises";
import { argumentsOf, Checks, show } from "../core/check";
import { allFinite } from "../linalg/layout";
import { arrowTable } from "./arrow";
import { chooseColumns } from "./columns";
import { csvTable } from "./csv";
import { FeatureFileError } from "./featureFileError";
import { isNpy, npyTable } from "./npy";
import { npzTable } from "./npz";
import { parquetInThread } from "./parquetThread";
import { type FeatureTable, finiteCheck, type ReadOptions, type RowBatch, selectColumns } from "./table";
import { encodingOf } from "./textEncoding";

/** The formats that are read. */
export type FeatureFormat = "npy" | "npz" | "csv" | "parquet" | "arrow";

type Reader = (path: string, options: ReadOptions) => Promise<FeatureTable>;

/** An array has no names and no index: only what is asked for is chosen. */
const chosen =
  (read: Reader): Reader =>
  async (path, options) => {
    const table = await read(path, options);
    return selectColumns(table, chooseColumns(path, { count: table.columns }, options).keep);
  };

const READERS: Readonly<Record<FeatureFormat, Reader>> = {
  npy: chosen(npyTable),
  npz: chosen(npzTable),
  csv: csvTable,
  parquet: parquetInThread,
  arrow: arrowTable,
};

/** Endings that promise a format which is not text; the content must keep the promise. */
const ENDINGS: Readonly<Record<string, FeatureFormat>> = {
  npy: "npy",
  npz: "npz",
  parquet: "parquet",
  pq: "parquet",
  arrow: "arrow",
  feather: "arrow",
  ipc: "arrow",
};

/** Beginnings of files that people bring and that are not read, with what to do. */
const UNREAD: readonly (readonly [magic: string, kind: string, remedy: string])[] = [
  ["\x1f\x8b", "a gzip file", "Unpack it first"],
  ["\x89HDF", "an HDF5 file", "Write the array with numpy.save"],
  ["FEA1", "a Feather file of version 1", "Write it again with version 2"],
  ["MATLAB", "a MATLAB file", "Write the array with numpy.save"],
  ["\x80", "a Python pickle", "Write the array with numpy.save"],
];

/**
 * Opens a matrix of features, one example a row: NPY, NPZ, CSV, Parquet, or Arrow (Feather). The format is found from the first bytes; the
 * ending only decides what text is. Rows come in batches, in one pass; of the file only a batch is in memory (in Parquet and Arrow, a row
 * group or record batch).
 *
 * Columns that are a row index (declared as one, named as pandas and R name one, or counting the rows) are no features: they are set aside,
 * and `notes` names them, as it names everything that was decided without the file saying so.
 *
 * A pass ends with an error when a number is NaN or infinite: their count and the first place are named, and from the first of them on no
 * batch is given out. With dropMissing their rows are left out and counted in `notes`.
 * @param path the file; it may name a member of an archive: features.npz:train
 * @param options member?, delimiter?, header?, columns?, dropColumns?, dropMissing = false, batchRows?
 * @throws FeatureFileError naming file, row and column: no such file, a folder, empty, unknown or broken format, a type that is no number
 * @origin ours
 * @example
 * process.getBuiltinModule("fs").writeFileSync("b.csv", "height,weight\n1.8,70\n1.6,60\n");
 * const { names } = await cot.data.readFeatures("b.csv");
 * names; // => ["height", "weight"]
 */
export async function readFeatures(path: string, options: ReadOptions = {}): Promise<FeatureTable> {
  argumentsOf("readFeatures", options, "options");
  const check: Checks = new Checks("readFeatures");
  if (typeof path !== "string" || path === "") throw new TypeError(`readFeatures: path must be the name of a file, got ${show(path)}`);
  for (const name of ["columns", "dropColumns"] as const) if (options[name] !== undefined) check.list(name, options[name]);
  if (options.batchRows !== undefined) check.integer("batchRows", options.batchRows, 1);
  const named = /^(.*\.npz):([^:/\\]+)$/i.exec(path);
  const file = named ? named[1] : path;
  const all = named ? { ...options, member: named[2] } : options;
  const format = await formatOf(file);
  return guarded(await READERS[format](file, all), path, all);
}

async function formatOf(path: string): Promise<FeatureFormat> {
  const ending = ENDINGS[/\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? ""];
  const head = new Uint8Array(512);
  let length: number;
  try {
    const about = await stat(path);
    if (about.isDirectory()) throw new FeatureFileError(path, "be a file", "a folder");
    const handle = await open(path, "r");
    try {
      length = (await handle.read(head, 0, head.length, 0)).bytesRead;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof FeatureFileError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const fault = code === "ENOENT" ? "no such file" : code === "EACCES" ? "no permission to read it" : String(code ?? error);
    throw new FeatureFileError(path, "be a file that can be read", fault);
  }
  if (length === 0) throw new FeatureFileError(path, "not be empty", "0 bytes");
  const bytes = head.subarray(0, length);
  const text = String.fromCharCode(...bytes);
  if (isNpy(bytes)) return "npy";
  if (text.startsWith("PK\x03\x04") || text.startsWith("PK\x05\x06")) return "npz";
  if (text.startsWith("PAR1")) return "parquet";
  if (text.startsWith("ARROW1") || text.startsWith("\xff\xff\xff\xff")) return "arrow";
  const other = UNREAD.find(([magic]) => text.startsWith(magic));
  if (other) throw new FeatureFileError(path, "be NPY, NPZ, CSV, Parquet or Arrow", other[1], { remedy: other[2] });
  if (ending !== undefined) {
    const remedy = "It is corrupt or misnamed";
    throw new FeatureFileError(path, `begin as ${ending.toUpperCase()} files do`, show(text.slice(0, 8)), { remedy });
  }
  // Control characters other than tab and line ends do not occur in text.
  const decoded = new TextDecoder(encodingOf(bytes)).decode(bytes);
  if (/[^\P{Cc}\t-\r\x7f-\x9f]/u.test(decoded)) {
    throw new FeatureFileError(path, "be NPY, NPZ, CSV, Parquet or Arrow", "a file of another kind");
  }
  return "csv";
}

/** The table with missing and infinite numbers turned into one error at the end of the pass, or with their rows left out. */
function guarded(table: FeatureTable, path: string, { dropMissing = false }: ReadOptions): FeatureTable {
  const { rows, ...about } = table;
  const notes = [...(table.notes ?? [])];
  const before = notes.length;
  async function* batches(): AsyncGenerator<RowBatch> {
    const check = finiteCheck(path, table.columns, table.names);
    let left = 0;
    for await (const batch of table.batches()) {
      const whole = dropMissing ? finiteRows(batch, table.columns) : batch;
      left += batch.rows - whole.rows;
      if (check.take(whole.values, whole.rows) && whole.rows > 0) yield whole;
    }
    notes.length = before;
    if (left > 0) notes.push(`${left} ${left === 1 ? "row" : "rows"} of ${path} with a missing or infinite number left out`);
    check.end();
  }
  return { ...about, ...(rows !== undefined && !dropMissing && { rows }), file: path, notes, batches };
}

/** The rows of a batch whose numbers are all finite. */
function finiteRows({ values, rows }: RowBatch, columns: number): RowBatch {
  if (allFinite(values)) return { values, rows };
  const kept = new Float64Array(values.length);
  let used = 0;
  for (let i = 0; i < rows; i++) {
    const row = values.subarray(i * columns, (i + 1) * columns);
    if (row.every(Number.isFinite)) kept.set(row, columns * used++);
  }
  return { values: kept.subarray(0, used * columns), rows: used };
}
