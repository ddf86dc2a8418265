import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceOf } from "../../tools/jupyter/notebook.ts";
import { readParameters, setParameters } from "../../tools/jupyter/parameters.ts";
import { notebookOf } from "./fixtures.ts";

const CELL = `// parameters
const params = {
  n: 20, // examples
  noise: -0.5,
  m: Infinity,
  name: "tilted",
  exact: true,
  lengths: [10, 20, 30],
  twice: 2 * 20,
};`;

test("reads the literal properties of params and leaves computed ones out", () => {
  const values = Object.fromEntries([...readParameters(CELL)].map(([name, { value }]) => [name, value]));
  assert.deepEqual(values, { n: 20, noise: -0.5, m: Number.POSITIVE_INFINITY, name: "tilted", exact: true, lengths: [10, 20, 30] });
});

test("sets values of every kind and leaves the rest of the cell, and the given notebook, as they were", () => {
  const notebook = notebookOf(CELL);
  const settings = new Map([
    ["n", "1e3"],
    ["name", 'a "b"'],
    ["exact", "false"],
    ["lengths", "[1,2]"],
    ["m", "40"],
  ]);
  const cell = sourceOf(setParameters(notebook, "x.ipynb", settings).cells[0]);
  assert.equal(
    cell,
    CELL.replace("20, // examples", "1000, // examples")
      .replace("Infinity", "40")
      .replace('"tilted"', '"a \\"b\\""')
      .replace("true", "false")
      .replace("[10, 20, 30]", "[1, 2]"),
  );
  assert.equal(sourceOf(notebook.cells[0]), CELL);
});

test("rejects a name the cell does not have and lists those it has", () => {
  assert.throws(() => setParameters(notebookOf(CELL), "x.ipynb", new Map([["nn", "3"]])), {
    name: "RangeError",
    message: "--set: x.ipynb must have the parameter it sets; it has n, noise, m, name, exact, lengths, got nn",
  });
});

test("rejects a value of another kind", () => {
  for (const [name, value] of [
    ["n", "many"],
    ["n", ""],
    ["exact", "1"],
    ["lengths", "1,x"],
  ] as const) {
    assert.throws(() => setParameters(notebookOf(CELL), "x.ipynb", new Map([[name, value]])), {
      name: "RangeError",
      message: new RegExp(`^--set: ${name} must be a`),
    });
  }
});

test("rejects settings for a notebook without a parameters cell", () => {
  assert.throws(
    () => setParameters(notebookOf("const a = 1;"), "x.ipynb", new Map([["n", "3"]])),
    /x\.ipynb has no cell tagged "parameters"/,
  );
});
