/** @file Every example of the library's docstrings, compiled and run. `ROOM=theory node tests/tools/examples.test.ts` takes one room's. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  agrees,
  compileExamples,
  type Example,
  examplesOf,
  formFaults,
  libraryExamples,
  runExamples,
  written,
} from "../../tools/examples.ts";

const none = (faults: readonly string[]) => assert.ok(faults.length === 0, `${faults.length} faults\n${faults.join("\n")}`);

/** Runs something in an empty folder of its own, where examples may leave files. */
async function inEmptyFolder<T>(work: () => Promise<T>): Promise<T> {
  const [home, folder] = [process.cwd(), mkdtempSync(join(tmpdir(), "cotlab-examples-"))];
  process.chdir(folder);
  try {
    return await work();
  } finally {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  }
}

test("the library's examples have the right form, compile against its declarations, run, and give what they say", async () => {
  const examples = libraryExamples(process.env.ROOM);
  assert.ok(examples.length > 0, `no examples in the room ${process.env.ROOM}`);
  none(examples.flatMap(formFaults));
  const { faults, code } = compileExamples(examples);
  none(faults);
  none(await inEmptyFolder(() => runExamples(examples, code)));
  console.log(`${examples.length} examples`);
});

const docstring = (...lines: string[]): Example[] =>
  examplesOf("x.ts", ["/**", " * Words.", ...lines.map((line) => ` * ${line}`), " */"].join("\n"));

test("an example ends where the next tag begins and knows its line", () => {
  const examples = docstring("@example", "cot.a;", "", "cot.b;", "@origin ours", "@example", "cot.c;");
  assert.deepEqual(examples, [
    { file: "x.ts", line: 4, lines: ["cot.a;", "", "cot.b;"] },
    { file: "x.ts", line: 9, lines: ["cot.c;"] },
  ]);
});

test("an example with an import, a fence, too many lines or a promise after nothing is refused", () => {
  for (const lines of [['import * as cot from "cotlab";'], ["```ts", "1;", "```"], Array(7).fill("1;"), ["const a = 1; // => 1"], []])
    assert.equal(docstring("@example", ...lines).flatMap(formFaults).length, 1, lines.join("|"));
  assert.deepEqual(docstring("@example", "const a = 1;", "a; // => 1", "console.log(a, a); // => 1 1").flatMap(formFaults), []);
});

test("a wrong type, a wrong value and an error are told with their place", async () => {
  const wrong = compileExamples(docstring("@example", "cot.gammaMatrix({ n: 3 });"));
  assert.match(wrong.faults.join(), /^x\.ts:4 .*covariance/);
  const examples = docstring(
    "@example",
    "[0.25, 2 / 3]; // => [0.25, 0.66]",
    "@example",
    'throw new Error("no");',
    "@example",
    "// not run: a reason",
    "throw 1;",
  );
  const { faults, code } = compileExamples(examples);
  assert.deepEqual(faults, []);
  const found = await runExamples(examples, code);
  assert.deepEqual(found, ["x.ts:4 gives [ 0.25, 0.6666666666666666 ], not [0.25, 0.66]", "x.ts:6 throws Error: no"]);
});

test("numbers agree to the digits that are shown", () => {
  assert.ok(agrees("0.6666666", "0.667"));
  assert.ok(!agrees("0.6666666", "0.666"));
  assert.ok(agrees("2.0000000001", "2"));
  assert.ok(!agrees("2.1", "2"));
  assert.ok(agrees("1.2345e-7", "1.23e-7"));
  assert.ok(!agrees("[ 1, 2, 3 ]", "[1, 2]"));
  assert.ok(agrees("[ 1, 2, 3 ]", "[1, 2, ...]"));
  assert.ok(agrees("{ a: 'x', b: Infinity }", '{ a: "x", b: Infinity }'));
  assert.ok(!agrees("-1", "1"));
  assert.equal(written({ a: Float64Array.of(1, 2) }), "{ a: [ 1, 2 ] }");
});
