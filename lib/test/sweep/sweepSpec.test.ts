import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sweepables } from "../../dist/sweep/sweepable.js";
import { cellLabel, shardOf, sweepCells, sweepSpec } from "../../dist/sweep/sweepSpec.js";

const plain = {
  name: "plain",
  experiment: "cot-error",
  seed: 1,
  tasks: 10,
  fixed: { d: 2, steps: 3, m: 4 },
  grid: { "train.n": [5, 6], "train.spectrum": ["identity", { exponent: 1 }, [2, 1]] },
};
const spec = (changes: object = {}) => sweepSpec({ ...plain, ...changes }, tmpdir());

test("the grid's last parameter varies fastest, and defaults are filled in", () => {
  const cells = sweepCells(spec());
  assert.deepEqual(
    cells.map(({ index, values }) => [index, ...values]),
    [5, 6].flatMap((n, i) => ["identity", { exponent: 1 }, [2, 1]].map((spectrum, j) => [3 * i + j, n, spectrum])),
  );
  assert.deepEqual(cells[1]!.params, {
    d: 2,
    steps: 3,
    m: 4,
    "train.n": 5,
    "train.spectrum": { exponent: 1 },
    "train.noise": 0,
    "test.spectrum": "train",
    noise: 0,
    weights: "averaged",
  });
  assert.equal(cellLabel(spec(), cells[1]!), 'train.n = 5, train.spectrum = {"exponent":1}');
});

test("a cell's fingerprint depends on what decides its numbers, and on nothing else", () => {
  const prints = (changes: object = {}) => sweepCells(spec(changes)).map(({ fingerprint }) => fingerprint);
  const base = prints();
  assert.equal(new Set(base).size, 6);
  // Another name, the axes in another order, a default written out, a larger grid: the same cells.
  assert.deepEqual(prints({ name: "other", about: "said differently" }), base);
  assert.deepEqual(prints({ fixed: { ...plain.fixed, noise: 0 } }), base);
  const turned = prints({ grid: { "train.spectrum": plain.grid["train.spectrum"], "train.n": [5, 6] } });
  assert.deepEqual([...turned].sort(), [...base].sort());
  const larger = prints({ grid: { ...plain.grid, "train.n": [4, 5, 6] } });
  assert.ok(base.every((print) => larger.includes(print)));
  // Seed, draws, streams and any parameter: other cells.
  for (const change of [{ seed: 2 }, { tasks: 11 }, { streams: "independent" }, { fixed: { ...plain.fixed, m: 5 } }])
    assert.ok(
      prints(change).every((print) => !base.includes(print)),
      JSON.stringify(change),
    );
});

test("what is wrong in a specification is named", () => {
  for (const [changes, message] of [
    [{ name: "a/b" }, /name must be a name of letters/],
    [{ bananas: 1 }, /keys among name, .*got "bananas"/],
    [{ experiment: "cot-errors" }, /experiment must be one of "cot-error", .*got "cot-errors"/],
    [{ experiment: undefined }, /either experiment or module/],
    [{ module: "./nowhere.cjs", experiment: undefined }, /module must be the path of a file/],
    [{ seed: -1 }, /seed must be an integer >= 0/],
    [{ seed: undefined }, /seed must be/],
    [{ tasks: 1 }, /tasks must be an integer >= 2/],
    [{ streams: "shared" }, /streams must be one of "common", "independent"/],
    [{ fixed: { ...plain.fixed, train: { n: 3 } } }, /fixed must be an object with keys among d, train.n/],
    [{ grid: { "train.m": [1] } }, /grid must be an object with keys among/],
    [{ grid: { "train.n": [] } }, /grid.train.n must be a non-empty list/],
    [{ grid: { "train.n": 5 } }, /grid.train.n must be a non-empty list/],
    [{ grid: { "train.n": [5, 5] } }, /without repetitions/],
    [{ grid: { "train.n": [5], m: [4] } }, /grid.m must be in one of fixed and grid/],
    [{ grid: {} }, /with train.n, which cot-error needs/],
    [{ grid: { "train.n": [5, 0] } }, /n must be an integer >= 1 or Infinity, got 0 \(cell 1: train.n = 0\)/],
    [{ grid: { "train.n": [5], "train.spectrum": [[1, 2, 3]] } }, /train.spectrum must be an array of 2 finite numbers/],
    [{ grid: { "train.n": [5], "train.spectrum": [{ exponents: 1 }] } }, /exponent, normalise, factor, got "exponents"/],
    [{ fixed: { ...plain.fixed, weights: "mean" } }, /weights must be one of/],
    [{ experiment: "isotropic-error", tasks: 10, seed: undefined }, /tasks must be left out/],
  ] as const)
    assert.throws(() => spec(changes), message, JSON.stringify(changes));
  assert.throws(() => sweepSpec([], tmpdir()), /must hold a JSON object/);
});

test("shards are written i/N", () => {
  assert.deepEqual(shardOf("2/3"), { index: 2, count: 3 });
  for (const text of ["3/3", "-1/3", "1", "0/0", "a/2"]) assert.throws(() => shardOf(text), /shard must be i\/N/, text);
});

test("every example in the repository is a specification, and every sweepable has one word for its purpose", async () => {
  const { readdirSync, readFileSync } = await import("node:fs");
  const folder = join(import.meta.dirname, "..", "..", "..", "data", "sweeps");
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  assert.ok(files.length >= 2);
  for (const file of files) assert.ok(sweepCells(sweepSpec(JSON.parse(readFileSync(join(folder, file), "utf8")), folder)).length > 1);
  assert.equal(new Set(sweepables.map(({ name }) => name)).size, sweepables.length);
  for (const { about, parameters } of sweepables)
    assert.ok(about.length > 0 && parameters.every((parameter) => parameter.about.length > 0));
});
