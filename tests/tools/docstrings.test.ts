/** @file The form of every public docstring. `ROOM=theory node tests/tools/docstrings.test.ts` looks at one room and counts what is left. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { faults, libraryProgram, publicNames } from "../../tools/docstrings.ts";

const room = process.env.ROOM;
const program = libraryProgram();
const names = publicNames(program).filter((name) => room === undefined || name.room === room);

test("every public name says what it is, its formula in Unicode and LaTeX, its parameters, its origin, and shows an example", () => {
  assert.ok(names.length > (room === undefined ? 500 : 0), `no public names in the room ${room}`);
  const missing = names
    .map((name) => ({ ...name, missing: faults(name, program.getTypeChecker()) }))
    .filter((name) => name.missing.length > 0);
  const list = missing.map((name) => `${name.file}:${name.line} ${name.name}: ${name.missing.join("; ")}`);
  assert.ok(list.length === 0, `${list.length} of ${names.length} public names have incomplete docstrings\n${list.join("\n")}`);
});
