/** @file The stored reference values of the results after the paper, by an independent implementation. */
import { readFileSync } from "node:fs";

/** One value, or several under one name. */
export interface ReferenceEntry {
  readonly id: string;
  readonly params: Record<string, never>;
  readonly value: number | readonly number[] | Readonly<Record<string, number>>;
  readonly relTolerance: number;
}

/** All of them, in the order of the file. */
export const referenceEntries: readonly ReferenceEntry[] = JSON.parse(
  readFileSync(new URL("../fixtures/reference-next.json", import.meta.url), "utf8"),
);
