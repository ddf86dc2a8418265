/** @file Where the journal of an evaluation lies that is named on the command line. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

/** The journal in a folder of `npx cotlab eval`, or the path itself. */
export function journalOf(path: string): string {
  return existsSync(path) && statSync(path).isDirectory() ? join(path, "journal.jsonl") : path;
}
