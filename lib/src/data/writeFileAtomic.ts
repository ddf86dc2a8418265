/** @file One file written whole or not at all. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** A file that could not be written; the message says why, and that nothing was lost. */
export class FileWriteError extends Error {
  override readonly name = "FileWriteError";
}

/**
 * Makes sure that a file can be written, before the work whose result it takes: makes its folder, and tries with an empty file beside it.
 * @throws FileWriteError
 */
export function checkWritable(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory())
    throw new FileWriteError(`${path} could not be written (it is a folder). Choose another name, and run again.`);
  const temporary = `${path}.${process.pid}.tmp`;
  writing(path, temporary, () => {
    closeSync(openSync(temporary, "w"));
    rmSync(temporary);
  });
}

/** Writes bytes to a file whole or not at all: to a temporary file beside it, to the disk, then by rename. */
export function writeFileAtomic(path: string, parts: readonly (Uint8Array | string)[]): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writing(path, temporary, () => {
    const file = openSync(temporary, "w");
    try {
      for (const part of parts) {
        const bytes = typeof part === "string" ? Buffer.from(part) : part;
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  });
}

/** Does the work in a folder that is there; leaves no temporary file when it fails, and says so. */
function writing(path: string, temporary: string, work: () => void): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    work();
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // Where not even the folder could be made there is nothing to remove.
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new FileWriteError(
      `${path} could not be written (${reason}). ${existsSync(path) ? "The version before is untouched" : "Nothing was left behind"}; make room or choose another folder, and run again.`,
    );
  }
}
