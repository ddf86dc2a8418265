import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { lintNotebook } from "../../tools/jupyter/lint.ts";
import { readNotebook } from "../../tools/jupyter/notebook.ts";
import { root } from "../../tools/workspace.mjs";
import { notebookOf } from "./fixtures.ts";

const PARAMETERS = "// parameters\nconst params = { n: 20 };";
const problemsOf = (...cells: string[]): string[] => lintNotebook(notebookOf(PARAMETERS, ...cells), "/nowhere");

test("finds nothing wrong with a plain notebook", () => {
  assert.deepEqual(problemsOf("const a = params.n;", "console.log({ a });", "const f = (b: number) => ({ b });"), []);
});

test("finds loops, wherever they stand", () => {
  for (const loop of [
    "for (const i of [1]) console.log(i);",
    "while (false) {}",
    "const f = () => { for (;;) {} };",
    "do {} while (false);",
  ]) {
    assert.match(problemsOf(loop).join("\n"), /code cell 2: a loop .*250 times slower/);
  }
});

test("finds names bound twice, destructured and imported ones too", () => {
  assert.match(problemsOf("const a = 1;", "const { a } = { a: 2 };").join("\n"), /code cell 3: a is bound a second time/);
  assert.match(problemsOf('import * as x from "x";', "function x() {}").join("\n"), /x is bound a second time/);
  assert.deepEqual(problemsOf("const { b: [c] } = { b: [1] };"), []);
});

test("finds long cells, wrong execution counts, and outputs that should not be there", () => {
  assert.match(
    problemsOf(Array.from({ length: 26 }, (_, i) => `const a${i} = ${i};`).join("\n")).join("\n"),
    /26 lines; the longest allowed is 25/,
  );
  const notebook = notebookOf(PARAMETERS, "const a = 1;", "a");
  notebook.cells[1].execution_count = 7;
  notebook.cells[1].outputs = [{ output_type: "stream", name: "stderr", text: ["warning\n"] }];
  notebook.cells[2].outputs = [{ output_type: "execute_result", data: {}, metadata: {}, execution_count: 3 }];
  const found = lintNotebook(notebook, "/nowhere").join("\n");
  assert.match(found, /code cell 2: execution count 7/);
  assert.match(found, /code cell 2: text on stderr: warning/);
  assert.match(found, /code cell 3: prints its last expression/);
});

test("finds a missing parameters cell, a foreign kernel, doubled ids and this machine's paths", () => {
  const notebook = notebookOf("const a = 1;", "const b = '/nowhere/x';");
  notebook.metadata.kernelspec = { name: "python3" };
  notebook.cells[1].id = notebook.cells[0].id;
  const found = lintNotebook(notebook, "/nowhere").join("\n");
  for (const problem of [/tagged "parameters"/, /must be tslab, got python3/, /id of its own/, /path of this machine/])
    assert.match(found, problem);
});

test("the committed notebooks have no such problem", () => {
  const files = readdirSync(join(root, "notebooks")).filter((file) => file.endsWith(".ipynb"));
  assert.ok(files.length >= 2);
  for (const file of files) assert.deepEqual(lintNotebook(readNotebook(join(root, "notebooks", file)), root), [], file);
});
