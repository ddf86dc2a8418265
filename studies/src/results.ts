/** @file Stored results: rows of names and numbers. */
import { readFileSync } from "node:fs";
import { Checks } from "cotlab/dist/core/check";

/** A row of results: names and numbers. */
export type ResultRow = Readonly<Record<string, string | number>>;

/**
 * Reads a stored result: a CSV with a header whose fields hold neither commas nor quotes.
 * @throws Error when the file is missing; RangeError when a line is broken
 */
export function readResults(path: string): ResultRow[] {
  const check: Checks = new Checks("readResults");
  const [header, ...lines] = readFileSync(path, "utf8").trim().split("\n");
  const names = header.split(",");
  return lines.map((line, i) => {
    const cells = line.split(",");
    if (cells.length !== names.length) check.fail(`line ${i + 2} of ${path}`, `${names.length} fields`, cells.length);
    return Object.fromEntries(
      names.map((name, j) => [name, cells[j] === "" || Number.isNaN(Number(cells[j])) ? cells[j] : Number(cells[j])]),
    );
  });
}
