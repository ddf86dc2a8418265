/** @file Where the journal of an evaluation lies. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

/** Its name in the folder of an evaluation. */
export const JOURNAL = "journal.jsonl";

export const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** The journal in a folder of `npx cotlab eval`, or the path itself. */
export const journalOf = (path: string): string => (isFolder(path) ? join(path, JOURNAL) : path);
