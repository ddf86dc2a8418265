import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readFigureRecord } from "../../lib/dist/figures/figureRecord.js";
import { codeCells, readNotebook, sourceOf, textOf, writeNotebook } from "../../tools/jupyter/notebook.ts";
import { parametersCell } from "../../tools/jupyter/parameters.ts";
import { pinnedNode, root } from "../../tools/workspace.mjs";
import { notebookOf } from "../tools/fixtures.ts";

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

test("figures of a run at another value go where asked, say at which value they were made, and leave the committed ones as they are", async () => {
  const out = mkdtempSync(join(tmpdir(), "cotlab-figures-at-"));
  try {
    const committed = join(root, "figures", "00-start-here");
    const [name] = readdirSync(committed);
    const before = readFileSync(join(committed, name!));
    const { status, stderr } = spawnSync(pinnedNode, [join(root, "tools/figures.ts"), "00", "--set", "n=30", "--out", out], {
      cwd: root,
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    const made = join(out, "00-start-here");
    assert.deepEqual(readdirSync(made).sort(), readdirSync(committed).sort());
    for (const file of readdirSync(made).filter((each) => !each.endsWith(".csv"))) {
      const { notebook, parameters, run } = await readFigureRecord(join(made, file));
      assert.deepEqual([notebook, parameters.n, run], [NOTEBOOK, 30, "live"], file);
    }
    assert.ok(readFileSync(join(committed, name!)).equals(before));
  } finally {
    rmSync(out, { recursive: true });
  }
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

const SEED = `// parameters
const params = { seed: 1 };`;

/** A run with another seed of a notebook that stands among the others for as long as it takes. */
function reproduceWith(cell: string) {
  const file = join(root, "notebooks", "97-of-a-test.ipynb");
  writeNotebook(file, notebookOf('import * as cot from "cotlab";', SEED, cell, "console.log('after');"));
  try {
    return reproduce("97", "--set", "seed=2");
  } finally {
    rmSync(file);
  }
}

test("a failing cell ends the run with exit code 1 and names notebook, cell and error", () => {
  const { status, stderr } = reproduceWith("cot.gammaMatrix({ covariance: cot.Covariance.diagonal([1]), n: 0 });");
  assert.equal(status, 1);
  assert.match(stderr, /97-of-a-test\.ipynb, code cell 3 \(cell-2\):/);
  assert.match(stderr, /gammaMatrix: n must be an integer >= 1/);
});

test("a verdict that does not hold is one plain line, the cells after it run, and the exit code is 1", () => {
  const claim = 'claim: "c", source: "ours", setting: "s", functions: []';
  const { status, stderr } = reproduceWith(`cot.verdict({ ${claim}, checks: [cot.checkTrue("no", false, "2", "1")] });`);
  assert.equal(status, 1, stderr);
  assert.match(stderr, /^1\/1 97-of-a-test\.ipynb {2}[\d.]+ s; verdict: does not hold: no \(0 of 1 checks hold\)$/m);
  assert.match(stderr, /^- 97-of-a-test\.ipynb, verdict: does not hold: no \(found 2, expected 1\)$/m);
  assert.doesNotMatch(stderr, /^ +at /m, "no stack");
  const written = readNotebook(join(root, "out", "97-of-a-test.ipynb"));
  for (const { cell } of codeCells(written)) assert.equal(typeof cell.execution_count, "number", cell.id);
});

test("files that are no notebook of this kernel are refused, each in words and unchanged, and the others run", () => {
  const name = (part: string): string => join(root, "notebooks", `98-${part}.ipynb`);
  const good = JSON.stringify(notebookOf(SEED, 'console.log("größer", params.seed);'));
  const files = {
    latin1: Buffer.from(good, "latin1"),
    v3: Buffer.from('{"worksheets": [{"cells": []}], "metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0}'),
    python: Buffer.from(JSON.stringify({ ...notebookOf("print(1)"), metadata: { kernelspec: { name: "python3", language: "python" } } })),
    utf16: Buffer.from(`\ufeff${good}`, "utf16le"),
    null: Buffer.from("null"),
    mark: Buffer.from(`\ufeff${good}`),
  };
  try {
    for (const [part, bytes] of Object.entries(files)) writeFileSync(name(part), bytes);
    const { status, stderr } = reproduce("98", "--check");
    assert.equal(status, 1, stderr);
    assert.match(stderr, /98-latin1\.ipynb: its text must be UTF-8/);
    assert.match(stderr, /98-utf16\.ipynb: its text must be UTF-8/);
    assert.match(stderr, /98-v3\.ipynb: must be an nbformat 4 notebook, got nbformat 3/);
    assert.match(stderr, /98-null\.ipynb: must be an nbformat 4 notebook/);
    assert.match(stderr, /98-python\.ipynb: must be a TypeScript notebook \(kernel "tslab"\), got one of the kernel "python3"/);
    assert.match(stderr, /^1\/1 98-mark\.ipynb {2}[\d.]+ s; no verdict$/m);
    for (const [part, bytes] of Object.entries(files)) assert.deepEqual(readFileSync(name(part)), bytes, part);
    assert.equal(
      textOf((readNotebook(name("mark")) as { cells: { source: string }[] }).cells[1].source),
      'console.log("größer", params.seed);',
    );
  } finally {
    for (const part of Object.keys(files)) rmSync(name(part), { force: true });
  }
});

test("a cell that does not end is stopped at --cell-limit, and named; a limit that is none is refused", () => {
  const file = join(root, "notebooks", "97-of-a-test.ipynb");
  writeNotebook(file, notebookOf(SEED, "await new Promise(() => {});"));
  try {
    const { status, stderr } = reproduce("97", "--set", "seed=2", "--cell-limit", "2");
    assert.equal(status, 1, stderr);
    assert.match(stderr, /97-of-a-test\.ipynb, code cell 2 \(cell-1\):[\s\S]*did not end within its limit of 2 s/);
  } finally {
    rmSync(file);
  }
  for (const limit of ["0", "-1", "", "soon", "1e9"]) {
    const { status, stderr } = reproduce("00", `--cell-limit=${limit}`);
    assert.equal(status, 2);
    assert.match(stderr, /--cell-limit must be a number of seconds/);
  }
});
