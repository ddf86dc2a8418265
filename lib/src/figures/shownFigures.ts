/** @file The figures that this process has shown under a name. */
import type { Checks } from "../core/check";
import { checkFigure, type Figure } from "./figure";

const figures = new Map<string, Figure>();

/** Throws unless the name serves as that of a file. */
export function checkFigureName(check: Checks, name: unknown): asserts name is string {
  if (typeof name !== "string" || !/^[A-Za-z0-9][\w-]{0,79}$/.test(name)) {
    check.fail("name", 'a file name of letters, digits, "-" and "_" without an ending, at most 80 long', name);
  }
}

/** Keeps a figure under its name, in place of an earlier one. */
export function rememberFigure(name: string, figure: Figure): void {
  figures.set(name, figure);
}

/** The figure itself, or the one last shown under this name. */
export function namedFigure(check: Checks, figure: Figure | string): Figure {
  if (typeof figure !== "string") {
    checkFigure(check, "figure", figure);
    return figure;
  }
  const found = figures.get(figure);
  if (found !== undefined) return found;
  const known = [...figures.keys()].map((name) => JSON.stringify(name)).join(", ") || "none yet";
  return check.fail(
    "figure",
    `a figure, or the name of one that was shown (${known})`,
    figure,
    "Show it first: cot.show(figure, { name })",
  );
}

/** The name under which this very figure was last shown. */
export function nameOfFigure(figure: Figure): string | undefined {
  return [...figures].findLast(([, shown]) => shown === figure)?.[0];
}

/**
 * The names under which {@link show} has shown figures in this kernel, the oldest first; {@link exportFigure} and {@link restyle} take them.
 * @origin ours
 * @example
 * await cot.show({ data: [{ y: [4, 1] }], layout: {} }, { name: "error-curves" });
 * cot.figures.shownFigures(); // => ["error-curves"]
 */
export function shownFigures(): string[] {
  return [...figures.keys()];
}
