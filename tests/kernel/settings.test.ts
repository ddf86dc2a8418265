import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { committedValues, refusals } from "../../lib/dist/core/declaration.js";
import { drawSettings, typed, wrongValues } from "../../tools/jupyter/drawSettings.ts";
import { CellError, executeNotebook } from "../../tools/jupyter/execute.ts";
import { codeCells, type Notebook, readNotebook, sourceOf } from "../../tools/jupyter/notebook.ts";
import { declarationOf, parametersCell, readParameters } from "../../tools/jupyter/parameters.ts";
import { type Server, startServer } from "../../tools/jupyter/server.ts";
import { varyNotebook } from "../../tools/jupyter/vary.ts";
import { notebookFiles } from "../../tools/options.ts";
import { root } from "../../tools/workspace.mjs";

let server: Server;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const read = (file: string): Notebook => readNotebook(join(root, "notebooks", file));
const instruments = notebookFiles().flatMap((file) => {
  const declaration = declarationOf(read(file));
  return declaration === undefined ? [] : [{ file, declaration }];
});

/** Settings of each notebook in `npm test`; `npm run vary` runs more, and stores what it found. */
const SETTINGS = 2;

/** Runs at a time: a kernel alone leaves one of two cores idle. */
const AT_ONCE = availableParallelism();
/** Milliseconds that one may take; their suite has no limit of its own. */
const timeout = 600_000;

describe("drawn settings: no error, no undefined value, every claim judged, every figure shows something", {
  concurrency: AT_ONCE,
  timeout: Number.POSITIVE_INFINITY,
}, () => {
  for (const { file, declaration } of instruments) {
    for (let i = 0; i < SETTINGS; i++) {
      const values = drawSettings(declaration, file, i, "least");
      test(`${file} at ${JSON.stringify(values)}`, { timeout }, async () => {
        const settings = new Map(Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? value : typed(value)]));
        const { problems } = await varyNotebook(server, read(file), file, settings);
        assert.deepEqual(problems, []);
      });
    }
  }
});

for (const { file, declaration } of instruments) {
  test(`${file}: the values in its parameters cell are the committed ones`, () => {
    const values = readParameters(sourceOf(parametersCell(read(file))!));
    assert.deepEqual(Object.fromEntries([...values].map(([name, { value }]) => [name, value])), committedValues(declaration));
  });

  test(`${file}: wrong values are refused by its declaration, each in words that name the parameter`, () => {
    const committed = committedValues(declaration);
    for (const [name, parameter] of Object.entries(declaration)) {
      for (const value of wrongValues(parameter, committed)) {
        const said = refusals(declaration, { ...committed, [name]: value })[0] ?? "accepted";
        assert.match(said, new RegExp(`^${name} must be `), `${name} = ${typed(value)}`);
      }
    }
  });

  test(`${file}: a wrong value stops the run in the parameters cell within a second`, async () => {
    const [name, parameter] = Object.entries(declaration)[0]!;
    const notebook = read(file);
    const cell = parametersCell(notebook)!;
    const source = sourceOf(cell);
    const { start, end } = readParameters(source).get(name)!;
    cell.source = source.slice(0, start) + typed(wrongValues(parameter, committedValues(declaration))[0]) + source.slice(end);
    const place = codeCells(notebook).findIndex((each) => each.cell === cell) + 1;
    await assert.rejects(executeNotebook(server, notebook, { name: file, folder: "notebooks" }), (error: CellError) => {
      assert.ok(error instanceof CellError);
      assert.match(error.message, new RegExp(`code cell ${place} [\\s\\S]*parameters: ${name} must be`));
      assert.ok(error.seconds! < 1, `${error.seconds} s`);
      return true;
    });
  });
}
