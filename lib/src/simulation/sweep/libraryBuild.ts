/** @file Which build of the library computes: a digest of its compiled files. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Folders that compute no number of a sweep. */
const ASIDE = ["cli", "figures", "notebook"];

/** SHA-256, shortened, of the names and contents of a folder's .js files, those in cli, figures and notebook left out. */
export function buildDigest(folder: string): string {
  const all = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => file.replaceAll("\\", "/"));
  const files = all.filter((file) => file.endsWith(".js") && !ASIDE.includes(file.split("/")[0])).sort();
  const hash = createHash("sha256");
  for (const file of files) for (const part of [`${file}\0`, readFileSync(join(folder, file)), "\0"]) hash.update(part);
  return hash.digest("hex").slice(0, 16);
}

let build: string | undefined;

/** The digest of the library that runs; a few milliseconds, once. Another build may give other numbers. */
export function libraryBuild(): string {
  build ??= buildDigest(join(__dirname, "..", ".."));
  return build;
}
