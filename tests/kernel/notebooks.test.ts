import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { KernelManager } from "@jupyterlab/services";
import { differences } from "../../tools/jupyter/compare.ts";
import { CellError, executeNotebook } from "../../tools/jupyter/execute.ts";
import { readNotebook, textOf } from "../../tools/jupyter/notebook.ts";
import { setParameters } from "../../tools/jupyter/parameters.ts";
import { type Server, startServer } from "../../tools/jupyter/server.ts";
import { root } from "../../tools/workspace.mjs";
import { notebookOf } from "../tools/fixtures.ts";

let server: Server;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const execute = (...cells: string[]) => executeNotebook(server, notebookOf(...cells), { name: "test.ipynb", folder: "notebooks" });

/** Notebooks at a time: a kernel alone leaves one of two cores idle. */
const AT_ONCE = availableParallelism();
/** Milliseconds that one may take; their suite has no limit of its own. */
const timeout = 600_000;

describe("a fresh run gives the committed outputs", { concurrency: AT_ONCE, timeout: Number.POSITIVE_INFINITY }, () => {
  for (const file of readdirSync(join(root, "notebooks")).filter((name) => name.endsWith(".ipynb"))) {
    test(`${file}: a fresh run gives the committed outputs`, { timeout }, async () => {
      const committed = readNotebook(join(root, "notebooks", file));
      const { notebook, failedVerdicts } = await executeNotebook(server, committed, { name: file, folder: "notebooks" });
      assert.deepEqual(failedVerdicts, []);
      assert.deepEqual(differences(committed, notebook), []);
    });
  }
});

test("the comparison fails when a notebook's outputs are stale", async () => {
  const committed = readNotebook(join(root, "notebooks", "01-trained-optimum.ipynb"));
  const changed = setParameters(
    committed,
    "01",
    new Map([
      ["n", "21"],
      ["sgdSteps", "200"],
      ["jointSteps", "50"],
      ["draws", "200"],
    ]),
  );
  // The verdict may fail with so few draws; either way the run differs from the committed one.
  const found = await executeNotebook(server, changed, { name: "01", folder: "notebooks" }).then(
    ({ notebook }) => differences(committed, notebook),
    (error: Error) => [error.message],
  );
  assert.ok(found.length > 0);
});

test("an exception names the notebook, the cell and the kernel's text", async () => {
  await assert.rejects(execute("const a = 1;", "throw new RangeError('gamma: n must be an integer >= 1, got 0');"), (error: CellError) => {
    assert.ok(error instanceof CellError);
    assert.match(error.message, /^test\.ipynb, code cell 2 \(cell-1\):/);
    assert.match(error.message, /gamma: n must be an integer >= 1, got 0/);
    return true;
  });
});

test("a verdict that does not hold is recorded, and the cells after it run", async () => {
  const claim = 'claim: "c", source: "ours", setting: "s", functions: []';
  const { notebook, failedVerdicts } = await execute(
    'import * as cot from "cotlab";',
    `cot.verdict({ ${claim}, checks: [cot.checkTrue("no", false, "2", "1")] });`,
    "console.log('after');",
  );
  assert.deepEqual(failedVerdicts, ["verdict: does not hold: no (found 2, expected 1)"]);
  assert.match(JSON.stringify(notebook.cells[2].outputs), /after/);
});

test("a type error is reported, although tslab gives it no name", async () => {
  await assert.rejects(execute("const a: number = 'text';"), /code cell 1 \(cell-0\):[\s\S]*not assignable to type 'number'/);
});

test("the library's types reach the notebook", async () => {
  await assert.rejects(
    execute('import * as cot from "cotlab";', 'cot.powerLawSpectrum({ d: "four", exponent: 1 });'),
    /Type 'string' is not assignable to type 'number'/,
  );
});

test("completion and hover documentation of the library work in a notebook", async () => {
  const manager = new KernelManager({ serverSettings: server.settings });
  await manager.ready;
  const kernel = await manager.startNew({ name: "tslab", path: "notebooks/test.ipynb" } as { name: string });
  await kernel.requestExecute({ code: 'import * as cot from "cotlab";' }).done;
  const completion = await kernel.requestComplete({ code: "cot.opt", cursor_pos: 7 });
  assert.ok(completion.content.status === "ok" && completion.content.matches.includes("optimalV"));
  const hover = await kernel.requestInspect({ code: "cot.optimalV", cursor_pos: 8, detail_level: 0 });
  const text = hover.content.status === "ok" ? String(hover.content.data["text/plain"]) : "";
  assert.match(text, /optimalV\(params: .*Theorem31Params\): .*Matrix/);
  assert.match(text, /The optimum of Theorem 3\.1/);
  await kernel.shutdown();
  kernel.dispose();
  manager.dispose();
});

test("a kernel that dies is reported", async () => {
  await assert.rejects(execute("process.exit(3);"), /the kernel died/);
});

test("progress bars and live outputs end in one output that holds their last state", async () => {
  const { notebook } = await execute(
    'import * as cot from "cotlab";',
    "const report = cot.progress('work');\nreport(1, 4);\nreport(4, 4);",
  );
  const outputs = notebook.cells[1].outputs!;
  assert.equal(outputs.length, 1);
  assert.match(JSON.stringify(outputs[0]), /work \[#{30}\] 4\/4/);
});

test("a cell that does not end is stopped at its limit, one that waits and one that computes, with its name and what it had printed", async () => {
  for (const endless of ["await new Promise(() => {});", "while (true) {}"]) {
    const run = executeNotebook(server, notebookOf("const a = 1;", `console.log("begun");\n${endless}`), {
      name: "test.ipynb",
      folder: "notebooks",
      cellLimit: 3,
    });
    await assert.rejects(run, (error: CellError) => {
      assert.ok(error instanceof CellError);
      assert.match(error.message, /^test\.ipynb, code cell 2 \(cell-1\):[\s\S]*did not end within its limit of 3 s/);
      return true;
    });
  }
});

test("twenty thousand printed lines all arrive, in order, within the limit of a cell", async () => {
  const count = 20_000;
  const print = `for (let i = 0; i < ${count}; i++) console.log("line " + i + " " + "y".repeat(200));`;
  const both = 'console.log("a"); console.error("b"); console.log("c");';
  const cells = notebookOf(print, "console.log('after');");
  const { notebook } = await executeNotebook(server, cells, { name: "test.ipynb", folder: "notebooks", cellLimit: 60 });
  const [printed, after] = notebook.cells.map(({ outputs }) => outputs!);
  assert.equal(printed.length, 1);
  const { text } = printed[0] as { text: string[] };
  assert.deepEqual(
    text.map((line) => line.split(" ")[1]),
    Array.from({ length: count }, (_, i) => `${i}`),
  );
  assert.deepEqual((after[0] as { text: string[] }).text, ["after\n"]);
  await assert.rejects(execute(both), (error: CellError) => {
    const streams = error.partial!.cells[0].outputs!.map((output) => output.output_type === "stream" && [output.name, textOf(output.text)]);
    assert.deepEqual(streams, [
      ["stdout", "a\n"],
      ["stderr", "b\n"],
      ["stdout", "c\n"],
    ]);
    return true;
  });
});

test("a cell with the tag raises-exception may fail: its output is kept, and the cells after it run", async () => {
  const given = notebookOf('throw new Error("expected");', 'console.log("after");', "const a: number = 'text';", "console.log(1 + 1);");
  given.cells[0].metadata = { tags: ["raises-exception"] };
  given.cells[2].metadata = { "raises-exception": true };
  const { notebook } = await executeNotebook(server, given, { name: "test.ipynb", folder: "notebooks" });
  assert.deepEqual(
    notebook.cells.map(({ outputs }) => outputs!.map((output) => output.output_type === "stream" && output.name)),
    [["stderr"], ["stdout"], ["stderr"], ["stdout"]],
  );
  assert.match(JSON.stringify(notebook.cells[0].outputs), /expected/);
  // Without the tag the same cell ends the run, and one that dies always does.
  await assert.rejects(execute('throw new Error("expected");'), CellError);
  given.cells[0].source = "process.exit(3);";
  await assert.rejects(executeNotebook(server, given, { name: "test.ipynb", folder: "notebooks" }), /the kernel died/);
});

test("a lost connection ends the run in words, whether the cell goes on or not", async () => {
  const own = await startServer();
  const run = executeNotebook(own, notebookOf("const a = 1;", "await new Promise(() => {});"), {
    name: "test.ipynb",
    folder: "notebooks",
    onCell: () => void own.stop(),
  });
  await assert.rejects(run, /test\.ipynb, code cell 2 \(cell-1\):[\s\S]*(the connection to the Jupyter server was lost|the kernel died)/);
});
