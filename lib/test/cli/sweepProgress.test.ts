import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { StatusLine } from "../../dist/cli/statusLine.js";
import { sweepProgress } from "../../dist/cli/sweepProgress.js";
import { sweepCells, sweepSpec } from "../../dist/simulation/sweep/sweepSpec.js";

const spectrum = (first: number) => Array.from({ length: 40 }, (_, i) => first / (i + 1));
const fixed = { d: 40, steps: 1, "train.n": 5 };
const spec = sweepSpec(
  {
    name: "long",
    experiment: "limit-error",
    fixed,
    grid: { "train.spectrum": [spectrum(1), spectrum(2)], "test.spectrum": [spectrum(3)] },
  },
  tmpdir(),
);

/** Both cells, each from its beginning to its end. */
function told(stream: { isTTY?: boolean; columns?: number }): string[] {
  const written: string[] = [];
  const line = new StatusLine({ ...stream, write: (text: string) => written.push(text) });
  const show = sweepProgress(spec, line);
  for (const [finished, cell] of sweepCells(spec).entries()) for (const part of [0, 1]) show({ cells: 2, finished, kept: 0, cell, part });
  line.end();
  line.end();
  return written;
}

test("on a terminal the line is no longer than the terminal is wide, and is closed once", () => {
  for (const columns of [40, 80]) {
    const written = told({ isTTY: true, columns });
    assert.equal(written.at(-1), "\n");
    const lines = written.slice(0, -1);
    assert.ok(lines.length >= 2);
    for (const line of lines) {
      assert.ok(line.startsWith("\r\x1b[K"));
      assert.ok(line.slice(4).length < columns && !line.includes("\n"), line);
    }
    assert.equal(lines.filter((line) => line.includes("2/2 cells")).length, 1);
  }
});

test("in a log every line is whole, and the last one comes once", () => {
  const written = told({});
  assert.ok(written.every((line) => line.endsWith("\n")));
  assert.equal(written.filter((line) => line.startsWith("2/2 cells")).length, 1);
});
