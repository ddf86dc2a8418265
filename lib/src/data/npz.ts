/** @file NPZ: NPY arrays in a ZIP archive, compressed or not, ZIP64 included. */
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Entry, ZipFile } from "yauzl";
import { ByteStream, npyRows, npyTable, takeNpyHeader } from "./npy";
import { FeatureFileError, type FeatureTable, type ReadOptions } from "./table";

/** The archive's members that are arrays; the archive stays open. */
async function members(path: string): Promise<{ zip: ZipFile; entries: Entry[] }> {
  const { open } = await import("yauzl");
  return new Promise((resolve, reject) => {
    const broken = (error: Error) => reject(new FeatureFileError(path, "be a ZIP archive that can be read", error.message));
    open(path, { lazyEntries: true, autoClose: false, strictFileNames: false }, (error, zip) => {
      if (error) return broken(error);
      const entries: Entry[] = [];
      zip.on("entry", (entry: Entry) => {
        entries.push(entry);
        zip.readEntry();
      });
      zip.on("end", () => resolve({ zip, entries: entries.filter(({ fileName }) => fileName.endsWith(".npy")) }));
      zip.on("error", (fault: Error) => {
        zip.close();
        broken(fault);
      });
      zip.readEntry();
    });
  });
}

function openMember(zip: ZipFile, entry: Entry, path: string): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) =>
      error ? reject(new FeatureFileError(path, `have a member ${entry.fileName} that can be read`, error.message)) : resolve(stream),
    );
  });
}

/** Chooses the member: the named one, or the only one. */
function choose(path: string, entries: readonly Entry[], member: string | undefined): Entry {
  const names = entries.map(({ fileName }) => fileName.slice(0, -4));
  if (entries.length === 0) throw new FeatureFileError(path, "hold an array (a member that ends in .npy)", "none");
  if (member === undefined && entries.length > 1) {
    throw new FeatureFileError(path, "hold one array, or a member must be named", names.join(", "), {
      remedy: `Name it: ${path}:${names[0]}`,
    });
  }
  const found = member === undefined ? entries[0] : entries[names.indexOf(member)];
  if (!found) throw new FeatureFileError(path, `hold the member "${member}"`, names.join(", "));
  return found;
}

/**
 * An array of an NPZ archive as a table. A C-ordered array is read as it is unpacked. A Fortran-ordered one is first unpacked to a file in
 * the system's folder for temporary files, since its rows are scattered over the whole of it.
 */
export async function npzTable(path: string, options: ReadOptions): Promise<FeatureTable> {
  const { zip, entries } = await members(path);
  let entry: Entry;
  let header: Awaited<ReturnType<typeof takeNpyHeader>>;
  try {
    entry = choose(path, entries, options.member);
    const stream = new ByteStream(await openMember(zip, entry, path));
    header = await takeNpyHeader(stream, path);
    await stream.close();
  } finally {
    zip.close();
  }
  const [rows, columns] = header.shape;
  if (header.shape.length !== 2 || !rows || !columns) {
    throw new FeatureFileError(path, "hold a two-dimensional array that is not empty", `the shape (${header.shape.join(", ")})`);
  }
  return {
    file: path,
    rows,
    columns,
    async *batches() {
      const archive = await members(path);
      const again = choose(path, archive.entries, options.member);
      try {
        const unpacked = await openMember(archive.zip, again, path);
        if (header.fortran) yield* spooled(unpacked, path, options);
        else {
          const stream = new ByteStream(unpacked);
          await takeNpyHeader(stream, path);
          yield* npyRows(stream, header, path, options);
        }
      } catch (error) {
        if (error instanceof FeatureFileError || !(error instanceof Error)) throw error;
        throw new FeatureFileError(path, `have a member ${entry.fileName} that can be unpacked`, error.message);
      } finally {
        archive.zip.close();
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
