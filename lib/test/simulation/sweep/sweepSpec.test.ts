import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { duplicateKey } from "../../../dist/simulation/sweep/duplicateKey.js";
import { buildDigest } from "../../../dist/simulation/sweep/libraryBuild.js";
import { sweepables } from "../../../dist/simulation/sweep/sweepable.js";
import { cellLabel, shardOf, sweepCells, sweepSpec } from "../../../dist/simulation/sweep/sweepSpec.js";

const plain = {
  name: "plain",
  experiment: "cot-error",
  seed: 1,
  draws: 10,
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
  assert.deepEqual(cells[1].params, {
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
  assert.equal(cellLabel(spec(), cells[1]), 'train.n = 5, train.spectrum = {"exponent":1}');
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
  for (const change of [{ seed: 2 }, { draws: 11 }, { streams: "independent" }, { fixed: { ...plain.fixed, m: 5 } }])
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
    [{ draws: 1 }, /draws must be an integer >= 2/],
    [{ streams: "shared" }, /streams must be one of "common", "independent"/],
    [{ fixed: { ...plain.fixed, train: { n: 3 } } }, /fixed must be an object with keys among d, train.n/],
    [{ grid: { "train.m": [1] } }, /grid must be an object with keys among/],
    [{ grid: { "train.n": [] } }, /grid.train.n must be a non-empty list/],
    [{ grid: { "train.n": 5 } }, /grid.train.n must be a non-empty list/],
    [{ grid: { "train.n": [5, 5] } }, /without repetitions/],
    [{ grid: { "train.n": [5], m: [4] } }, /sweepSpec: m must be given in fixed or in grid, got "both"/],
    [{ grid: {} }, /sweepSpec: train.n must be given, in fixed or in grid: cot-error needs it/],
    [{ grid: { "train.n": [5, 0] } }, /train.n must be an integer >= 1, or "infinity", got 0 \(cell 1: train.n = 0\)/],
    [{ grid: { "train.n": [5], "train.spectrum": [[1, 2, 3]] } }, /train.spectrum must be an array of 2 finite numbers/],
    [{ grid: { "train.n": [5], "train.spectrum": [{ exponents: 1 }] } }, /exponent, normalise, factor, got "exponents"/],
    [{ fixed: { ...plain.fixed, weights: "mean" } }, /weights must be one of/],
    [{ experiment: "isotropic-error", draws: 10, seed: undefined }, /draws must be left out/],
  ] as const)
    assert.throws(() => spec(changes), message, JSON.stringify(changes));
  const { seed, draws, ...computed } = plain;
  for (const [changes, message] of [
    [{ grid: { "train.n": ["inf"] } }, /train.n must be an integer >= 1, or "infinity", got "inf" \(cell 0: train.n = "inf"\)/],
    [{ fixed: { ...plain.fixed, "test.spectrum": "trian" } }, /test.spectrum must be "train", "identity", .*got "trian"/],
    [
      { grid: { "train.n": [5], "train.spectrum": [[1, -2]] } },
      /sweepSpec: train.spectrum\[1\] must be an eigenvalue >= 0 and finite, got -2/,
    ],
    [{ fixed: { ...plain.fixed, "test.spectrum": [0, 0] } }, /sweepSpec: test.spectrum must be a spectrum with an eigenvalue > 0/],
    [{ fixed: { ...plain.fixed, d: 1_000_000 } }, /d must be such that .* take at most 4 GB, got 1000000. They would take 64000 GB/],
    [{ fixed: { ...plain.fixed, steps: 1e8 } }, /steps must be such that the rows of a curve take at most 4 GB, got 100000000/],
    [{ fixed: { ...plain.fixed, steps: 1e7 }, draws: 20 }, /draws must be <= 13 for 10000001 values a draw, got 20/],
    // What no cell may be is found before the first one is computed, wherever it stands in the grid.
    [
      { grid: { "train.n": [5, "infinity"], "train.spectrum": ["identity", [1, 0]] } },
      /train.spectrum must be without an eigenvalue 0 where train.n is "infinity", got \[1, 0\] \(cell 3: train.n = "infinity", train.spec/,
    ],
    [
      { ...computed, experiment: "limit-error", fixed: { d: 2, steps: 3, "train.n": "infinity" }, grid: { "train.spectrum": [[1, 0]] } },
      /eigenvalue 0 where train.n is "infinity"/,
    ],
    [
      { ...computed, experiment: "one-step-error", fixed: { d: 2, m: 3, "train.n": 4 }, grid: { "train.spectrum": ["identity", [1, 0]] } },
      /train.spectrum must be without an eigenvalue 0, as the bounds divide by it, got \[1, 0\] \(cell 1: /,
    ],
  ] as const)
    assert.throws(() => sweepSpec({ ...("experiment" in changes ? {} : plain), ...changes }, tmpdir()), message, JSON.stringify(changes));
  assert.throws(() => sweepSpec([], tmpdir()), /the file must be a JSON object/);
});

test("an estimator in a grid is checked like any other key, and on the dimension and the length of the prompts", () => {
  const withEstimators = (list: unknown, m = 4) =>
    sweepSpec({ ...plain, experiment: "estimators", fixed: { d: 2, steps: 3, m, estimators: list }, grid: { "train.n": [5] } }, tmpdir());
  const cg = { estimator: "conjugate-gradient" };
  for (const [list, message] of [
    [[], /estimators must be a non-empty list/],
    [["ridge"], /estimators\[0\] must be an object with keys among estimator, options, name/],
    [[{ ...cg, option: {} }], /estimators\[0\] must be .*got "option"/],
    [
      [{ estimator: "newton" }, { ...cg, options: { precondtioner: "gamma" } }],
      /sweepSpec: estimators\[1\].options must be .*got "precondtioner"/,
    ],
    [[{ ...cg, options: { preconditioner: "gama" } }], /estimators\[0\].options.preconditioner must be "gamma" or d rows/],
    [[{ ...cg, options: null }], /estimators\[0\].options must be an object .*got null/],
    [[{ ...cg, options: { preconditioner: [[1]] } }], /preconditioner must be 2x2, as the prompt has dimension 2/],
    [[{ ...cg, name: 5 }], /estimators\[0\].name must be a text, got 5/],
  ] as const)
    assert.throws(() => withEstimators(list), message, JSON.stringify(list));
  assert.throws(() => withEstimators([{ estimator: "cross-validated-ridge" }], 1), /at least 2 examples/);
  assert.equal(sweepCells(withEstimators([{ ...cg, options: { preconditioner: "gamma" } }])).length, 1);
});

test("a key that an object holds twice is found", () => {
  assert.equal(duplicateKey('{"a": {"b": 1, "c": "b"}, "b": [{"b": 2}, {"b": 3}], "\\"}": "{"}'), undefined);
  assert.equal(duplicateKey('{"a": {"b": 1, "\\u0062" : 2}}'), "b");
});

test("the build's digest changes with a compiled file that computes, and with no other", () => {
  const folder = mkdtempSync(join(tmpdir(), "cotlab-build-"));
  for (const sub of ["core", "cli"]) mkdirSync(join(folder, sub));
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
  write("core/a.js", "1");
  const first = buildDigest(folder);
  assert.match(first, /^[0-9a-f]{16}$/);
  write("cli/b.js", "1");
  write("core/a.d.ts", "1");
  assert.equal(buildDigest(folder), first);
  write("core/a.js", "2");
  const second = buildDigest(folder);
  assert.notEqual(second, first);
  write("core/b.js", "");
  assert.notEqual(buildDigest(folder), second);
  rmSync(folder, { recursive: true });
});

test("shards are written i/N", () => {
  assert.deepEqual(shardOf("2/3"), { index: 2, count: 3 });
  for (const text of ["3/3", "-1/3", "1", "0/0", "a/2"]) assert.throws(() => shardOf(text), /shard must be i\/N/, text);
});

test("every example in the repository is a specification, and every sweepable has one word for its purpose", async () => {
  const { readdirSync, readFileSync } = await import("node:fs");
  const folder = join(import.meta.dirname, "..", "..", "..", "..", "data", "sweeps");
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  assert.ok(files.length >= 2);
  for (const file of files) assert.ok(sweepCells(sweepSpec(JSON.parse(readFileSync(join(folder, file), "utf8")), folder)).length > 1);
  assert.equal(new Set(sweepables.map(({ name }) => name)).size, sweepables.length);
  for (const { about, parameters } of sweepables)
    assert.ok(about.length > 0 && parameters.every((parameter) => parameter.about.length > 0));
});
