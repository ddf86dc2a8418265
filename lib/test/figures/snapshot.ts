import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("./snapshots/", import.meta.url));

/** Numbers to 3 decimals, ids without the digest of the content, one element a line. */
export function normaliseSvg(svg: string): string {
  return svg
    .replace(/\b(defs-|topdefs-|clip|legend|g)[0-9a-f]{8}/g, "$1")
    .replace(/-?\d*\.\d{4,}/g, (number) => String(Math.round(Number(number) * 1000) / 1000))
    .replace(/></g, ">\n<");
}

/**
 * Compares drawings with the stored ones; every one that differs is left beside its own as `<name>-changed.svg`, to look at.
 * UPDATE_SNAPSHOTS=1 stores the new drawings instead.
 */
export function assertSnapshots(drawings: Readonly<Record<string, string>>): void {
  const faults = Object.entries(drawings).flatMap(([name, svg]) => {
    const stored = `${folder}${name}.svg`;
    const changed = `${folder}${name}-changed.svg`;
    if (process.env.UPDATE_SNAPSHOTS === "1") {
      mkdirSync(folder, { recursive: true });
      writeFileSync(stored, svg);
    }
    rmSync(changed, { force: true });
    if (!existsSync(stored)) return [`no stored drawing ${stored}: look at the figure, then run the test once with UPDATE_SNAPSHOTS=1`];
    if (normaliseSvg(svg) === normaliseSvg(readFileSync(stored, "utf8"))) return [];
    writeFileSync(changed, svg);
    return [`the drawing "${name}" has changed: compare ${changed} with ${stored}`];
  });
  assert.deepEqual(faults, []);
}
