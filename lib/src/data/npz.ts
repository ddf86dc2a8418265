/** @file NPZ: NPY arrays in a ZIP archive, compressed or not, ZIP64 included. */
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline as pipe, Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Entry, ZipFile } from "yauzl";
import { FeatureFileError, faultOf } from "./featureFileError";
import { ByteStream, type NpyHeader, npyRows, npyTable, takeNpyHeader } from "./npy";
import type { FeatureTable, ReadOptions } from "./table";

/** Opens an archive, chooses a member, the named one or the only one, and unpacks it. The archive stays open. */
async function openMember(path: string, { member }: ReadOptions): Promise<{ zip: ZipFile; name: string; bytes: Readable }> {
  const { openPromise } = await import("yauzl");
  const unreadable = (error: unknown): never => {
    throw faultOf(error, path, "be a ZIP archive that can be read");
  };
  const zip = await openPromise(path, { autoClose: false, strictFileNames: false }).catch(unreadable);
  try {
    const entries = new Map<string, Entry>();
    try {
      for await (const entry of zip.eachEntry()) if (entry.fileName.endsWith(".npy")) entries.set(entry.fileName.slice(0, -4), entry);
    } catch (error) {
      unreadable(error);
    }
    const names = [...entries.keys()];
    if (names.length === 0) throw new FeatureFileError(path, "hold an array (a member that ends in .npy)", "none");
    if (member === undefined && names.length > 1) {
      const remedy = `Name it: ${path}:${names[0]}`;
      throw new FeatureFileError(path, "hold one array, or a member must be named", names.join(", "), { remedy });
    }
    const entry = entries.get(member ?? names[0]);
    if (!entry) throw new FeatureFileError(path, `hold the member "${member}"`, names.join(", "));
    const bytes = await zip.openReadStreamPromise(entry).catch((error: unknown) => {
      throw faultOf(error, path, `have a member ${entry.fileName} that can be read`);
    });
    return { zip, name: entry.fileName, bytes: checked(bytes, entry.crc32) };
  } catch (error) {
    zip.close();
    throw error;
  }
}

/** CRC-32 of every byte, polynomial 0xEDB88320. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  return rest;
});

/** A member's bytes as they come, with an error at their end unless they have the checksum of the archive's directory. */
function checked(bytes: Readable, expected: number): Readable {
  let rest = 0xffffffff;
  const sum = new Transform({
    transform(chunk: Uint8Array, _, done) {
      for (const byte of chunk) rest = (rest >>> 8) ^ REMAINDERS[(rest ^ byte) & 0xff];
      done(null, chunk);
    },
    flush: (done) => done((rest ^ 0xffffffff) >>> 0 === expected ? null : new Error("bytes that do not match its checksum. It is corrupt")),
  });
  return pipe(bytes, sum, () => {});
}

/**
 * An array of an NPZ archive as a table. A C-ordered array is read as it is unpacked. A Fortran-ordered one is first unpacked to a file in
 * the system's folder for temporary files, since its rows are scattered over the whole of it.
 */
export async function npzTable(path: string, options: ReadOptions): Promise<FeatureTable> {
  const { zip, name, bytes } = await openMember(path, options);
  let header: NpyHeader;
  try {
    const stream = new ByteStream(bytes);
    header = await takeNpyHeader(stream, path);
    await stream.close();
  } catch (error) {
    throw faultOf(error, path, `have a member ${name} that can be unpacked`);
  } finally {
    zip.close();
  }
  const { rows, columns } = header;
  return {
    file: path,
    rows,
    columns,
    async *batches() {
      const again = await openMember(path, options);
      try {
        if (header.fortran) yield* spooled(again.bytes, path, options);
        else {
          const stream = new ByteStream(again.bytes);
          await takeNpyHeader(stream, path);
          yield* npyRows(stream, header, path, options);
        }
      } catch (error) {
        throw faultOf(error, path, `have a member ${name} that can be unpacked`);
      } finally {
        again.zip.close();
      }
    },
  };
}

async function* spooled(unpacked: Readable, path: string, options: ReadOptions) {
  const folder = await mkdtemp(join(tmpdir(), "cotlab-npz-"));
  try {
    const file = join(folder, "array.npy");
    await pipeline(Readable.from(unpacked), createWriteStream(file));
    yield* (await npyTable(file, options, path)).batches();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
