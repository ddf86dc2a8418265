/** @file Several files written as one: all of them or none. */
import { randomUUID } from "node:crypto";
import { lstat, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FileWriteError } from "./writeFileAtomic";

/**
 * Writes every file, path → content, replacing what was there.
 * Each is first written whole beside its place; only when all are, they are renamed. When a rename fails,
 * the files that were there before are put back.
 */
export async function writeTogether(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  const paths = Object.keys(files);
  const token = randomUUID().slice(0, 8); // so that two writers do not meet in one temporary file
  const beside = (path: string, role: string) => join(dirname(path), `.${basename(path)}.${token}.${role}`);
  const saved: string[] = [];
  const placed: string[] = [];
  try {
    for (const [path, content] of Object.entries(files)) await writeFile(beside(path, "new"), content, { flag: "wx" });
    for (const path of paths) {
      if (await renamed(path, beside(path, "old"))) saved.push(path);
      await rename(beside(path, "new"), path);
      placed.push(path);
    }
  } catch (error) {
    for (const path of placed) await rm(path, { force: true });
    for (const path of saved) await rename(beside(path, "old"), path);
    for (const path of paths) await rm(beside(path, "new"), { force: true });
    throw error;
  }
  for (const path of saved) await rm(beside(path, "old"), { force: true });
}

/** Moves a file out of the way; false when there is none. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    if ((await lstat(from)).isDirectory()) throw new FileWriteError(`writeTogether: path must be a file's, got the folder ${from}`);
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
