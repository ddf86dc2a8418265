/** @file The NPY format of NumPy: header and numbers, of a whole file in memory or as a stream. */

import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { Checks } from "../core/check";
import { halfValue } from "../core/halfPrecision";
import { transpose } from "../linalg/dense";
import { FeatureFileError } from "./featureFileError";
import { type FeatureTable, type ReadOptions, type RowBatch, rowsPerBatch } from "./table";

/** What an NPY header says. */
export interface NpyHeader {
  /** The type of a number, in NumPy's letters without the byte order, such as "f8". */
  readonly type: string;
  readonly bigEndian: boolean;
  /** True when columns, not rows, are contiguous. */
  readonly fortran: boolean;
  readonly rows: number;
  readonly columns: number;
  /** Bytes of magic and header: where the numbers begin. */
  readonly start: number;
}

/** Size in bytes and reader of every type that is a real number. */
const TYPES: Readonly<Record<string, readonly [size: number, read: (view: DataView, at: number, little: boolean) => number]>> = {
  f2: [2, (view, at, little) => halfValue(view.getUint16(at, little))],
  f4: [4, (view, at, little) => view.getFloat32(at, little)],
  f8: [8, (view, at, little) => view.getFloat64(at, little)],
  i1: [1, (view, at) => view.getInt8(at)],
  i2: [2, (view, at, little) => view.getInt16(at, little)],
  i4: [4, (view, at, little) => view.getInt32(at, little)],
  i8: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  u1: [1, (view, at) => view.getUint8(at)],
  u2: [2, (view, at, little) => view.getUint16(at, little)],
  u4: [4, (view, at, little) => view.getUint32(at, little)],
  u8: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
  b1: [1, (view, at) => (view.getUint8(at) === 0 ? 0 : 1)],
};

/** NumPy's other names of these types: characters, and words. */
const ALIASES: Readonly<Record<string, string>> = {
  ...{ e: "f2", f: "f4", d: "f8", b: "i1", h: "i2", i: "i4", l: "i8", q: "i8", B: "u1", H: "u2", I: "u4", L: "u8", Q: "u8", "?": "b1" },
  ...{ half: "f2", single: "f4", double: "f8", float: "f8", int: "i8", bool: "b1" },
  ...Object.fromEntries([16, 32, 64].map((bits) => [`float${bits}`, `f${bits / 8}`])),
  ...Object.fromEntries([8, 16, 32, 64].flatMap((bits) => ["int", "uint"].map((kind) => [kind + bits, kind[0] + bits / 8]))),
};

/** Longest header that is taken for one. */
const MAX_HEADER = 2 ** 20;

/** True when the bytes begin as an NPY file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return bytes.length >= 6 && bytes[0] === 0x93 && String.fromCharCode(...bytes.subarray(1, 6)) === "NUMPY";
}

/** Bytes of the header, from the first twelve; NPY versions 1 to 3. */
function headerEnd(bytes: Uint8Array, file: string): { from: number; to: number } {
  if (bytes.length < 12 || !isNpy(bytes)) throw new FeatureFileError(file, "be an NPY file", `${bytes.length} bytes that are not one`);
  const version = bytes[6];
  if (version < 1 || version > 3) throw new FeatureFileError(file, "be an NPY file of version 1, 2 or 3", `version ${version}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = version === 1 ? 10 : 12;
  const to = from + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (to > MAX_HEADER) throw new FeatureFileError(file, "have a header of at most 1 MB", `${to} bytes. It may be corrupt`);
  return { from, to };
}

/** Reads the header, which must be that of a matrix with entries; the bytes must hold all of it. */
function parseNpyHeader(bytes: Uint8Array, file: string): NpyHeader {
  const { from, to } = headerEnd(bytes, file);
  if (bytes.length < to) throw new FeatureFileError(file, `hold a header of ${to} bytes`, `${bytes.length} bytes. It is cut off`);
  const header = new TextDecoder().decode(bytes.subarray(from, to));
  // A Python dictionary: either quote, any order of the keys; Python 2 wrote (3L, 2L).
  const entry = (key: string, value: string) => new RegExp(`(["'])${key}\\1\\s*:\\s*${value}`).exec(header);
  const shape = entry("shape", "\\(([^)]*)\\)")?.[2];
  const fortran = entry("fortran_order", "(True|False)")?.[2];
  if (!entry("descr", "") || shape === undefined || fortran === undefined) {
    throw new FeatureFileError(file, "have an NPY header with descr, shape and fortran_order", header.trim().slice(0, 60));
  }
  const [, , , order = "", word = ""] = entry("descr", "([\"'])([<>|=]?)([a-zA-Z?]\\w*)\\2") ?? [];
  const type = Object.hasOwn(ALIASES, word) ? ALIASES[word] : word;
  if (!Object.hasOwn(TYPES, type)) {
    const found = entry("descr", "(.*?),\\s*[\"']?(?:fortran_order|shape|\\})")?.[2] ?? header.trim();
    const known = Object.keys(TYPES).join(", ");
    throw new FeatureFileError(file, `hold numbers of a type in ${known}`, found, { remedy: "Convert with array.astype('float32')" });
  }
  const sizes = shape
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => (/^\d+L?$/.test(part) ? Number.parseInt(part, 10) : Number.NaN));
  const found = `the shape (${shape.trim().replace(/,$/, "")})`;
  if (sizes.length !== 2 || !sizes.every(Number.isSafeInteger))
    throw new FeatureFileError(file, "be two-dimensional, one example a row", found);
  if (sizes.includes(0)) throw new FeatureFileError(file, "not be empty", found);
  const [rows, columns] = sizes;
  return { type, bigEndian: order === ">", fortran: fortran === "True", rows, columns, start: to };
}

/**
 * A matrix from the bytes of a whole NPY file, row-major.
 * @param bytes the file's content
 * @param file its name, for messages
 * @throws FeatureFileError when they hold no matrix of numbers
 * @origin standard, NumPy's format NPY, versions 1 to 3
 * @example
 * const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2)}\n";
 * const start = [0x93, ...Buffer.from("NUMPY"), 1, 0, header.length, 0, ...Buffer.from(header)];
 * const bytes = Uint8Array.from([...start, ...new Uint8Array(Float64Array.of(3, 4).buffer)]);
 * cot.data.decodeNpy(bytes); // => { rows: 1, columns: 2, values: [3, 4] }
 */
export function decodeNpy(bytes: Uint8Array, file = "the bytes"): { rows: number; columns: number; values: Float64Array } {
  const check: Checks = new Checks("decodeNpy");
  check.indexed("bytes", bytes);
  check.text("file", file);
  const header = parseNpyHeader(bytes, file);
  const { rows, columns } = header;
  const expected = rows * columns * sizeOf(header);
  if (bytes.length < header.start + expected) throw truncated(file, expected, bytes.length - header.start);
  const raw = decode(header, bytes.subarray(header.start, header.start + expected));
  return { rows, columns, values: header.fortran ? transpose(raw, columns, rows) : raw.slice() };
}

/** Bytes of one number. */
function sizeOf({ type }: NpyHeader): number {
  return TYPES[type][0];
}

/**
 * Numbers from bytes. The types that embeddings come in are read as typed arrays, the others one by one.
 * @param into where they are written; doubles that lie as the machine has them stay where they are
 */
function decode({ type, bigEndian }: NpyHeader, bytes: Uint8Array, into?: Float64Array): Float64Array {
  const [size, read] = TYPES[type];
  const count = bytes.length / size;
  const native = !bigEndian && (type === "f8" || type === "f4");
  const aligned = native && bytes.byteOffset % size !== 0 ? new Uint8Array(bytes) : bytes;
  if (native && type === "f8") return new Float64Array(aligned.buffer, aligned.byteOffset, count);
  const out = into?.subarray(0, count) ?? new Float64Array(count);
  if (native) out.set(new Float32Array(aligned.buffer, aligned.byteOffset, count));
  else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < count; i++) out[i] = read(view, i * size, !bigEndian);
  }
  return out;
}

function truncated(file: string, expected: number, found: number): FeatureFileError {
  return new FeatureFileError(file, `hold ${expected} bytes of numbers, as its header says`, `${found}. It is cut off`);
}

/** A stream of bytes from which exact lengths are taken. */
export class ByteStream {
  private readonly source: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** The next `length` bytes, or what is left of them at the end. */
  async take(length: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [this.rest];
    for (let held = this.rest.length; held < length; held += chunks.at(-1)!.length) {
      const { value, done } = await this.source.next();
      if (done) break;
      chunks.push(value);
    }
    const bytes = Buffer.concat(chunks);
    this.rest = bytes.subarray(length);
    return bytes.subarray(0, length);
  }

  /** Reads on to the end, where the source may tell a fault. */
  async drain(): Promise<void> {
    while (!(await this.source.next()).done);
  }

  /** Lets the source go. */
  async close(): Promise<void> {
    await this.source.return?.();
  }
}

/** Takes the header from the beginning of a stream. */
export async function takeNpyHeader(stream: ByteStream, file: string): Promise<NpyHeader> {
  const first = await stream.take(12);
  const { to } = headerEnd(first, file);
  return parseNpyHeader(Buffer.concat([first, await stream.take(to - 12)]), file);
}

/** The rows of a C-ordered array from a stream that stands at its first number. */
export async function* npyRows(stream: ByteStream, header: NpyHeader, file: string, options: ReadOptions): AsyncGenerator<RowBatch> {
  const { rows, columns } = header;
  const rowBytes = columns * sizeOf(header);
  const most = rowsPerBatch(columns, options);
  try {
    for (let done = 0; done < rows; ) {
      const count = Math.min(most, rows - done);
      const bytes = await stream.take(count * rowBytes);
      if (bytes.length < count * rowBytes) throw truncated(file, rows * rowBytes, done * rowBytes + bytes.length);
      yield { values: decode(header, bytes), rows: count };
      done += count;
    }
    await stream.drain();
  } finally {
    await stream.close();
  }
}

/** Numbers of a C-ordered file that are read at once: 1 MB, which stays in the cache from one pass over it to the next. */
const CACHED = 2 ** 17;

/** The rows of a C-ordered array in a file. While one batch is worked on, the next one is read. */
async function* fileRows(handle: FileHandle, header: NpyHeader, file: string, options: ReadOptions): AsyncGenerator<RowBatch> {
  const { rows, columns } = header;
  const rowBytes = columns * sizeOf(header);
  const most = Math.min(rows, rowsPerBatch(columns, options, CACHED));
  const space = [0, 1].map(() => new Uint8Array(most * rowBytes));
  const numbers = new Float64Array(most * columns);
  const read = (done: number): Promise<Uint8Array> => {
    const bytes = space[(done / most) % 2].subarray(0, Math.min(most, rows - done) * rowBytes);
    const found = readWhole(handle, bytes, header.start + done * rowBytes);
    // A failure is thrown when the batch is asked for; before, it must not count as one that nobody handles.
    found.catch(() => {});
    return found;
  };
  let next = read(0);
  try {
    for (let done = 0; done < rows; done += most) {
      const bytes = await next;
      const count = Math.min(most, rows - done);
      if (bytes.length < count * rowBytes) throw truncated(file, rows * rowBytes, done * rowBytes + bytes.length);
      if (done + most < rows) next = read(done + most);
      yield { values: decode(header, bytes, numbers), rows: count };
    }
  } finally {
    await next.catch(() => {});
  }
}

/** Fills an array from a place in a file; the part that was filled, which is shorter at the file's end only. */
async function readWhole(handle: FileHandle, bytes: Uint8Array, position: number): Promise<Uint8Array> {
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, position + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

/** The rows of a Fortran-ordered array in a file: of every column the piece that belongs to the batch. */
async function* fortranRows(handle: FileHandle, header: NpyHeader, file: string, options: ReadOptions): AsyncGenerator<RowBatch> {
  const { rows, columns } = header;
  const size = sizeOf(header);
  const most = rowsPerBatch(columns, options);
  for (let done = 0; done < rows; ) {
    const count = Math.min(most, rows - done);
    const bytes = new Uint8Array(columns * count * size);
    for (let j = 0; j < columns; j++) {
      const part = { offset: j * count * size, length: count * size, position: header.start + (j * rows + done) * size };
      const { bytesRead } = await handle.read(bytes, part.offset, part.length, part.position);
      if (bytesRead < part.length) throw truncated(file, rows * columns * size, (await handle.stat()).size - header.start);
    }
    yield { values: transpose(decode(header, bytes), columns, count), rows: count };
    done += count;
  }
}

/** An NPY file as a table. Either order of storage is read in one pass and in memory of one batch. */
export async function npyTable(path: string, options: ReadOptions, file = path): Promise<FeatureTable> {
  const stream = new ByteStream(createReadStream(path, { highWaterMark: 4096 }));
  const header = await takeNpyHeader(stream, file).finally(() => stream.close());
  const { rows, columns } = header;
  const expected = rows * columns * sizeOf(header);
  const found = (await stat(path)).size - header.start;
  if (found < expected) throw truncated(file, expected, found);
  return {
    file,
    rows,
    columns,
    async *batches() {
      const reading = await open(path, "r");
      try {
        if (header.fortran) yield* fortranRows(reading, header, file, options);
        else yield* fileRows(reading, header, file, options);
      } finally {
        await reading.close();
      }
    },
  };
}
