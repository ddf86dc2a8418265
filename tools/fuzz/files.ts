/** @file Feature files of every kind that is read, with bytes changed, cut off or put in. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import { parquetWriteBuffer } from "hyparquet-writer";
import { Random } from "../../lib/dist/core/random.js";
import { FeatureFileError } from "../../lib/dist/data/featureFileError.js";
import { readFeatures } from "../../lib/dist/data/readFeatures.js";
import { npy, zip } from "../../lib/test/data/files.ts";
import { root } from "../workspace.mjs";
import type { Outcome, Source } from "./tally.ts";

interface Whole {
  readonly name: string;
  readonly ending: string;
  readonly bytes: Buffer;
  /** The file's own checksum covers the numbers: they come as they were written, or not at all. */
  readonly numbers?: string;
}

const ROWS = 24;
const column = (j: number): Float64Array => Float64Array.from({ length: ROWS }, (_, i) => (i * 7 + j * 3) / 8);

/** Files as their writers make them. */
function wholeFiles(): Whole[] {
  const values = Float64Array.from({ length: 3 * ROWS }, (_, at) => column(at % 3)[Math.floor(at / 3)]);
  const lines = Array.from({ length: ROWS }, (_, i) => [0, 1, 2].map((j) => column(j)[i]));
  const csv = (comma: string, end: string): string =>
    [["a", "b", 'c "x"'].map((name) => (name.includes('"') ? `"c ""x"""` : name)), ...lines].map((line) => line.join(comma)).join(end);
  const columns = Object.fromEntries(["a", "b", "c"].map((name, j) => [name, column(j)]));
  const columnData = ["a", "b", "c"].map((name, j) => ({ name, data: column(j), type: "DOUBLE" as const }));
  const array = npy(ROWS, 3, values);
  const numbers = JSON.stringify(Array.from(values));
  const made: Whole[] = [
    { name: "csv", ending: ".csv", bytes: Buffer.from(csv(",", "\n")) },
    { name: "csv, semicolons", ending: ".csv", bytes: Buffer.from(csv(";", "\r\n")) },
    { name: "csv, UTF-16", ending: ".csv", bytes: Buffer.from(`\ufeff${csv("\t", "\n")}`, "utf16le") },
    { name: "npy", ending: ".npy", bytes: array },
    { name: "npy, half", ending: ".npy", bytes: npy(ROWS, 3, values, { type: "f4", fortran: true, version: 2 }) },
    { name: "npz", ending: ".npz", bytes: zip({ "x.npy": array }), numbers },
    { name: "npz, deflated", ending: ".npz", bytes: zip({ "x.npy": array }, { deflate: true }), numbers },
    { name: "parquet", ending: ".parquet", bytes: Buffer.from(parquetWriteBuffer({ columnData })) },
    { name: "arrow file", ending: ".arrow", bytes: Buffer.from(tableToIPC(tableFromArrays(columns), "file")) },
    { name: "arrow stream", ending: ".arrow", bytes: Buffer.from(tableToIPC(tableFromArrays(columns), "stream")) },
  ];
  const folder = join(root, "lib/test/fixtures/features");
  const stored = readdirSync(folder)
    .filter((name) => /\.(?:parquet|feather|arrow)$/.test(name))
    .map((name) => ({ name, ending: extname(name), bytes: readFileSync(join(folder, name)) }));
  return [...made, ...stored];
}

/** Bytes changed, cut off, doubled, left out or put in; a few changes of one kind. */
function damaged(random: Random, whole: Buffer): Buffer {
  const kind = random.integer(10);
  const at = random.integer(whole.length);
  if (kind === 0) return whole.subarray(0, at);
  if (kind === 1) return Buffer.concat([whole.subarray(0, at), whole.subarray(Math.min(whole.length, at + 1 + random.integer(64)))]);
  if (kind === 2) return Buffer.concat([whole.subarray(0, at), whole.subarray(Math.max(0, at - 64))]);
  const bytes = Buffer.from(whole);
  const ends = kind === 3 ? 64 : bytes.length;
  for (let changes = 1 + random.integer(4); changes > 0; changes--) {
    const place =
      kind === 3 && random.integer(2) === 0
        ? bytes.length - 1 - random.integer(Math.min(ends, bytes.length))
        : random.integer(Math.min(ends, bytes.length));
    bytes[place] = [random.integer(256), bytes[place] ^ (1 << random.integer(8)), 0xff, 0x7f, 0x80][random.integer(5)];
  }
  return bytes;
}

/** Reads of damaged files, in the present folder. */
export function damagedFiles(seed: number, only: string): Source {
  const files = wholeFiles().filter(({ name }) => name.includes(only));
  return {
    names: files.map(({ name }) => name),
    without: [],
    call(number) {
      const file = files[number % files.length];
      const bytes = damaged(Random.seed(seed).stream(file.name, number), file.bytes);
      const path = `damaged${file.ending}`;
      const make = async (): Promise<Outcome> => {
        writeFileSync(path, bytes);
        const values: number[] = [];
        try {
          const table = await readFeatures(path);
          for await (const batch of table.batches()) {
            if (batch.values.length % table.columns !== 0)
              return { refused: false, problem: `${batch.values.length} numbers in ${table.columns} columns` };
            for (const value of batch.values) values.push(value);
          }
        } catch (error) {
          const known = error instanceof FeatureFileError;
          return { refused: true, problem: known ? undefined : `throws ${(error as Error)?.stack ?? error}` };
        }
        if (values.some((value) => !Number.isFinite(value))) return { refused: false, problem: "a number that is not finite" };
        if (file.numbers !== undefined && JSON.stringify(values) !== file.numbers)
          return { refused: false, problem: "other numbers than were written" };
        return { refused: false };
      };
      return { name: file.name, described: () => `${bytes.length} bytes`, make };
    },
  };
}
