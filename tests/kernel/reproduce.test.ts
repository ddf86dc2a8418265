import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { codeCells, readNotebook, sourceOf } from "../../tools/jupyter/notebook.ts";
import { parametersCell } from "../../tools/jupyter/parameters.ts";
import { pinnedNode, root } from "../../tools/workspace.mjs";

const NOTEBOOK = "00-start-here.ipynb";
const reproduce = (...args: string[]) =>
  spawnSync(pinnedNode, [join(root, "tools/reproduce.ts"), ...args], { cwd: root, encoding: "utf8" });

test("--set writes into out/, with the value set, and leaves the committed notebook as it is", () => {
  const before = readFileSync(join(root, "notebooks", NOTEBOOK), "utf8");
  rmSync(join(root, "out", NOTEBOOK), { force: true });
  const { status, stderr } = reproduce("00", "--set", "n=30");
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^1\/1 00-start-here\.ipynb {2}[\d.]+ s; no verdict$/m);
  assert.doesNotMatch(stderr, /cell 1/, "no line for every cell where there is no terminal");
  assert.equal(readFileSync(join(root, "notebooks", NOTEBOOK), "utf8"), before);
  const written = readNotebook(join(root, "out", NOTEBOOK));
  assert.match(sourceOf(parametersCell(written)!), /n: 30,/);
  assert.match(JSON.stringify(written), /trained with n = 60/);
});

test("a name or a value that does not fit is refused before any kernel starts", () => {
  for (const [pair, message] of [
    ["nn=3", /got nn/],
    ["n=many", /n must be a number/],
    ["n", /NAME=VALUE/],
  ] as const) {
    const { status, stderr } = reproduce("00", "--set", pair);
    assert.equal(status, 2);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /cell 1/);
  }
});

test("an unknown notebook or option is refused with the list of what there is", () => {
  const unknown = reproduce("99");
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /no notebook starts with 99; there are 00-start-here\.ipynb/);
  assert.equal(reproduce("--fast").status, 2);
});

test("a value outside a notebook's declared domain is refused before any kernel starts, with the rule", () => {
  const { status, stderr } = reproduce("00", "--set", "m=0");
  assert.equal(status, 2);
  assert.match(stderr, /m must be an integer in \[1, 2000\] \(examples in the test prompt\), got 0/);
  assert.doesNotMatch(stderr, /cell 1/);
});

test("--help prints the usage and starts nothing", () => {
  const { status, stdout, stderr } = reproduce("--help");
  assert.deepEqual([status, stderr], [0, ""]);
  assert.match(stdout, /^usage: npm run reproduce/);
});

test("a verdict that does not hold is one plain line, the cells after it run, and the exit code is 1", () => {
  const { status, stderr } = reproduce("05", "--set", "m=8", "--set", "prompts=200", "--set", "phasePrompts=20");
  assert.equal(status, 1, stderr);
  assert.match(stderr, /^1\/1 05-scaling-law\.ipynb {2}[\d.]+ s; verdict: does not hold: .+ \(\d+ of \d+ checks hold\)$/m);
  assert.match(stderr, /^- 05-scaling-law\.ipynb, verdict: does not hold: /m);
  assert.doesNotMatch(stderr, /^ +at /m, "no stack");
  const written = readNotebook(join(root, "out", "05-scaling-law.ipynb"));
  for (const { cell } of codeCells(written)) assert.equal(typeof cell.execution_count, "number", cell.id);
});
