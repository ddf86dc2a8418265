/**
 * @file Checkpoints: one line of JSON that says what follows, then the arrays, little-endian. Written whole or not at all.
 *
 * A training checkpoint holds parameters and both of Adam's moments in f32: with the step, all that a run needs to go on to the same
 * bits, since random numbers come from streams named after seed and step. A published model holds its parameters in half precision.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Checks, show } from "../core/check";
import { fromHalf, toHalf } from "../core/halfPrecision";
import { writeFileAtomic } from "../data/writeFileAtomic";

/** A checkpoint that cannot be used; the message says why and what to do. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/** What the first line of a file says. */
interface Header {
  readonly format: string;
  /** Names and lengths of the arrays that follow, in elements. */
  readonly arrays: readonly { readonly name: string; readonly length: number; readonly bits: 16 | 32 }[];
  /** SHA-256 of the bytes that follow the first line. */
  readonly sha256: string;
  readonly about: unknown;
}

const FORMAT = "cotlab-checkpoint-1";

/** What a checkpoint holds. */
export interface CheckpointContent<About> {
  /** What the arrays are: anything that is JSON. */
  readonly about: About;
  /** The arrays by name. */
  readonly arrays: Readonly<Record<string, Float32Array>>;
}

const bytesOf = (array: Float32Array | Uint16Array): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/**
 * Writes a checkpoint, whole or not at all.
 * @param path the file, which is replaced
 * @param content about, which is JSON; arrays of f32 by name
 * @param half whether numbers are stored in 16 bits (3 digits; infinite from 65520 on); default false
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * const arrays = { parameters: Float32Array.of(1, 0.5) };
 * cot.transformer.writeCheckpoint("half.bin", { about: { step: 3 }, arrays }, true);
 * cot.transformer.readCheckpoint("half.bin"); // => { about: { step: 3 }, arrays: { parameters: [1, 0.5] } }
 */
export function writeCheckpoint<About>(path: string, content: CheckpointContent<About>, half = false): void {
  // Arrays in shared memory are copied: hashing and writing want ordinary ones.
  const check: Checks = new Checks("writeCheckpoint");
  check.text("path", path);
  check.shape("content", content, { arrays: "object" });
  check.made("content.about", "what JSON can hold", content.about, () => JSON.stringify(content.about));
  for (const [name, array] of Object.entries(content.arrays))
    if (!(array instanceof Float32Array)) check.wrongKind(`content.arrays.${name}`, "a Float32Array", array);
  const parts = Object.values(content.arrays).map((array) => bytesOf(half ? toHalf(array) : array.slice()));
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  const header: Header = {
    format: FORMAT,
    arrays: Object.entries(content.arrays).map(([name, { length }]) => ({ name, length, bits: half ? 16 : 32 })),
    sha256: hash.digest("hex"),
    about: content.about,
  };
  writeFileAtomic(path, [`${JSON.stringify(header)}\n`, ...parts]);
}

/**
 * Reads a checkpoint, or a model stored as one.
 * @param path a file that {@link writeCheckpoint} wrote
 * @throws CheckpointError when the file is missing, cut short, or changed
 * @origin ours
 * @example
 * // not run: reads a model of the repository
 * cot.transformer.readCheckpoint("data/gpt2/models/context-d5-n10-seed0.bin").arrays.parameters;
 */
export function readCheckpoint<About>(path: string): CheckpointContent<About> {
  const check: Checks = new Checks("readCheckpoint");
  check.text("path", path);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new CheckpointError(`${path} could not be read: ${error instanceof Error ? error.message : error}`);
  }
  const refuse = (why: string): never => {
    throw new CheckpointError(
      `${path}${why}. The file is not used and not changed; move it away to begin anew, or put a good copy in its place.`,
    );
  };
  const end = bytes.indexOf(10);
  let header: Header;
  try {
    header = JSON.parse(bytes.toString("utf8", 0, Math.max(end, 0))) as Header;
  } catch {
    return refuse(" is not a checkpoint: its first line is not JSON");
  }
  if (header?.format !== FORMAT) refuse(`: the format must be "${FORMAT}", got ${show(header?.format)}`);
  const body = bytes.subarray(end + 1);
  const wanted = header.arrays.reduce((sum, { length, bits }) => sum + (length * bits) / 8, 0);
  if (body.length !== wanted) refuse(` must hold ${wanted} bytes after its first line, got ${body.length}: it was cut short`);
  if (createHash("sha256").update(body).digest("hex") !== header.sha256)
    refuse(" is damaged: its contents do not have the checksum that its first line names");
  let at = 0;
  const arrays: Record<string, Float32Array> = {};
  for (const { name, length, bits } of header.arrays) {
    const size = (length * bits) / 8;
    // A fresh copy starts at a multiple of four.
    const own = body.buffer.slice(body.byteOffset + at, body.byteOffset + at + size);
    arrays[name] = bits === 16 ? fromHalf(new Uint16Array(own)) : new Float32Array(own);
    at += size;
  }
  return { about: header.about as About, arrays };
}

/** The training checkpoint of a run's folder. */
export function checkpointPath(folder: string): string {
  return join(folder, "checkpoint.bin");
}
