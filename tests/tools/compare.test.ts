import assert from "node:assert/strict";
import { test } from "node:test";
import { differences, textDifference } from "../../tools/jupyter/compare.ts";
import { notebookOf } from "./fixtures.ts";

test("numbers may differ by a part in a million, and no more", () => {
  assert.equal(textDifference("error 0.123456789 at k = 20", "error 0.12345679 at k = 20"), null);
  assert.equal(textDifference("error 0.12345 at k = 20", "error 0.12346 at k = 20"), "number 1 is 0.12345 against 0.12346");
  assert.equal(textDifference("1e-17", "-3e-16"), null);
});

test("the text between the numbers must be the same", () => {
  assert.match(textDifference("holds: yes", "holds: NO") ?? "", /text differs/);
});

test("a changed, a missing and an added output are found", () => {
  const committed = notebookOf("console.log(1);", "console.log(2);");
  committed.cells[0].outputs = [{ output_type: "stream", name: "stdout", text: ["1\n"] }];
  committed.cells[1].outputs = [
    { output_type: "display_data", data: { "text/html": ["<b>2</b>"], "image/svg+xml": ["<svg/>"] }, metadata: {} },
  ];
  const executed = structuredClone(committed);
  assert.deepEqual(differences(committed, executed), []);
  executed.cells[0].outputs = [{ output_type: "stream", name: "stdout", text: ["1.5\n"] }];
  executed.cells[1].outputs = [{ output_type: "display_data", data: { "text/html": ["<b>2</b>"] }, metadata: {} }];
  assert.deepEqual(differences(committed, executed), [
    "code cell 1, output 1, stdout: number 1 is 1 against 1.5",
    "code cell 2, output 1, image/svg+xml: only in the committed one",
  ]);
  executed.cells[1].outputs = [];
  assert.match(differences(committed, executed)[1], /code cell 2: 1 outputs committed, 0 now/);
});

test("a cell tagged machine may say something else, but must say something", () => {
  const committed = notebookOf("console.log(versions);");
  committed.cells[0].metadata = { tags: ["machine"] };
  committed.cells[0].outputs = [{ output_type: "stream", name: "stdout", text: ["Node 24.21.0, blas\n"] }];
  const executed = structuredClone(committed);
  executed.cells[0].outputs = [{ output_type: "stream", name: "stdout", text: ["Node 24.0.0, simd\n"] }];
  assert.deepEqual(differences(committed, executed), []);
  executed.cells[0].outputs = [];
  assert.deepEqual(differences(committed, executed), ["code cell 1: 1 outputs committed, 0 now"]);
});
