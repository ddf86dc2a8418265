import assert from "node:assert/strict";
import Module from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { root } from "../../../tools/workspace.mjs";
import { readResults } from "../../dist/data/resultTable.js";
import { Covariance } from "../../dist/model/covariance.js";
import { frame } from "../../dist/notebook/frame.js";
import { formatNumber, tableHtml, tableText } from "../../dist/notebook/table.js";
import { checkAllZ, checkClose, checkTrue, checkZ, outcome, standsInList, standsInWords, verdict } from "../../dist/notebook/verdict.js";
import { versions } from "../../dist/notebook/versions.js";
import { cotError } from "../../dist/simulation/cotError.js";
import { resultRows } from "../../dist/simulation/resultRows.js";
import { simulate } from "../../dist/simulation/simulate.js";

test("numbers are shown with the digits a reader needs", () => {
  const shown = [0, 20, -3, 0.46155444, 1234.5678, 1.5e-8, 123456789.1, Number.POSITIVE_INFINITY].map((value) => formatNumber(value));
  assert.deepEqual(shown, ["0", "20", "−3", "0.4616", "1235", "1.500e−8", "1.235e8", "∞"]);
});

test("tables are shown from records and from danfojs frames alike, with text escaped", () => {
  const records = [
    { name: "a<b", value: 1 / 3 },
    { name: "c", value: null },
  ];
  const frame = {
    columns: ["name", "value"],
    values: [
      ["a<b", 1 / 3],
      ["c", null],
    ],
  };
  assert.equal(tableHtml(records), tableHtml(frame));
  assert.match(tableHtml(records), /<td style="text-align:left">a&lt;b<\/td><td style="text-align:right">0\.3333<\/td>/);
  assert.equal(tableText(records), "name  value\na<b   0.3333\nc");
});

test("stored results open as danfojs frames, which tables show", () => {
  const stored = frame(readResults(join(root, "data/selection/robustness.csv")));
  assert.deepEqual(stored.shape, [32, 11]);
  const part = stored
    .query(stored.column("setting").eq("B; target I/2").and(stored.column("ratio").ge(1000)))
    .loc({ columns: ["rule", "ratio"] });
  assert.equal(tableText(part), "rule      ratio\nselected  1000\nstable    1000\nselected  ∞\nstable    ∞");
  const means = stored.groupby(["rule"]).col(["distance"]).mean();
  assert.deepEqual(means.columns, ["rule", "distance_mean"]);
});

test("a simulation's points open as a frame", async () => {
  const result = await simulate(cotError({ test: Covariance.diagonal([1, 0.5]), gamma: Covariance.diagonal([1, 1]), m: 8, steps: 3 }), {
    draws: 20,
    seed: 1,
    workers: 1,
  });
  const points = frame(resultRows(result));
  assert.deepEqual(points.column("mean").values, Array.from(result.curves[0].mean));
  assert.ok(["curve", "x", "standardError", "medianLow", "heavyTail"].every((name) => points.columns.includes(name)));
});

test("without danfojs-node a frame says what to install, and without rows what it needs", () => {
  const loader = Module as unknown as { _load: (name: string, ...rest: unknown[]) => unknown };
  const load = loader._load;
  loader._load = (name, ...rest) => {
    if (name === "danfojs-node") throw Object.assign(new Error(`Cannot find module '${name}'`), { code: "MODULE_NOT_FOUND" });
    return load(name, ...rest);
  };
  try {
    assert.throws(
      () => frame([{ a: 1 }]),
      /frame: the optional package danfojs-node must be installed, got none\. Install it: npm install danfojs-node@1\.2\.0/,
    );
  } finally {
    loader._load = load;
  }
  assert.throws(() => frame([]), /frame: rows must be an array of at least one record, got \[\]/);
});

test("a long table says how many rows it leaves out", () => {
  const rows = Array.from({ length: 5 }, (_, i) => ({ i }));
  assert.match(tableHtml(rows, { maxRows: 2 }), /3 more rows are not shown/);
  assert.match(tableText(rows, { maxRows: 2 }), /\(3 more rows\)/);
});

test("what is no table is refused", () => {
  assert.throws(() => tableHtml(7 as never), {
    name: "TypeError",
    message: "table: data must be a danfojs DataFrame or an array of records, got 7",
  });
  assert.throws(() => tableHtml([]), /data must be a table with at least one column/);
});

test("checks pass and fail where they should", () => {
  assert.ok(checkClose("a", 1.0009, 1, 1e-3).passed && !checkClose("a", 1.0011, 1, 1e-3).passed);
  assert.ok(checkClose("a", 1e-4, 0, 1e-3).passed && !checkClose("a", 1, 0, 1e-3).passed);
  assert.ok(checkZ("a", 1.39, 0.1, 1).passed && !checkZ("a", 1.41, 0.1, 1).passed);
  assert.throws(() => checkZ("a", Number.NaN, 1, 1), /mean must be a finite number, got NaN/);
  assert.throws(() => checkZ("a", 1, 0, 1), /standardError must be > 0, got 0/);
  assert.throws(() => checkTrue("a", undefined as never, "", ""), TypeError);
  assert.deepEqual(checkTrue("a", true, "", "", "b", "contradicted"), {
    name: "a",
    found: "",
    expected: "",
    passed: true,
    paper: "b",
    stands: "contradicted",
  });
  assert.throws(() => checkTrue("a", true, "", "", "b", "holds" as never), {
    name: "TypeError",
    message: /^checkTrue: stands must be one of confirmed, .*, got holds \(check: a\)$/,
  });
  const byReading = { "u is 1": "contradicted", "u is tr Λ": "confirmed", "u is d": "confirmed" } as const;
  const { stands } = checkTrue("a", true, "", "", "b", byReading);
  assert.equal(standsInWords(stands!), "confirmed when u is tr Λ, or when u is d; contradicted when u is 1");
  const judged = checkTrue("a", true, "", "", "b", byReading);
  const list = [judged, judged, { ...judged, paper: "c" }, checkTrue("a", true, "", ""), { ...judged, passed: false }, judged];
  const words = standsInWords(byReading);
  assert.deepEqual(
    list.map((_, i) => standsInList(list, i)),
    [words, "as above", words, "", words, words],
  );
  assert.deepEqual([outcome(true), outcome(false), outcome(true, false)], ["confirmed", "contradicted", "not tested"]);
  for (const [readings, got] of [
    [{}, "{}"],
    [{ "u is 1": "confirmed" }, '{"u is 1":"confirmed"}'],
    [{ "u is 1": "confirmed", "u is 2": "perhaps" }, '{"u is 1":"confirmed","u is 2":"perhaps"}'],
  ] as const)
    assert.throws(() => checkTrue("a", true, "", "", "b", readings as never), {
      name: "TypeError",
      message: new RegExp(`for each of several readings, got ${got} \\(check: a\\)$`),
    });
  const near = { mean: 1.39, standardError: 0.1, expected: 1 };
  assert.deepEqual(checkAllZ("a", [near, { ...near, mean: 1 }]), {
    name: "a",
    found: "largest |z| 3.9 of 2",
    expected: "all within 4.06 standard errors",
    passed: true,
  });
  assert.ok(!checkAllZ("a", [near, { ...near, mean: 0.59 }]).passed);
  assert.throws(() => checkAllZ("a", []), /points must be a non-empty list/);
  assert.throws(
    () => checkAllZ("a", [{ ...near, standardError: Number.NaN }]),
    /points\[0\]\.standardError must be a finite number > 0, got NaN/,
  );
});

test("a verdict throws when a check fails and names every failed one", () => {
  const claim = { claim: "c", source: "ours", setting: "s", functions: [] };
  const yes = checkTrue("yes", true, "1", "1");
  verdict({ ...claim, checks: [yes] });
  assert.throws(() => verdict({ ...claim, checks: [yes, checkTrue("no", false, "2", "1"), checkTrue("nor", false, "3", "1")] }), {
    name: "VerdictError",
    message: "verdict: does not hold: no (found 2, expected 1); nor (found 3, expected 1)",
  });
  assert.throws(() => verdict({ ...claim, checks: [] }), /checks must be a non-empty list/);
});

test("a failed verdict is printed as one line, without the place where it was thrown", () => {
  const failing = [checkTrue("no", false, "2", "1")];
  try {
    verdict({ claim: "c", source: "ours", setting: "s", functions: [], checks: failing });
    assert.fail("no error");
  } catch (error) {
    assert.equal(inspect(error), "verdict: does not hold: no (found 2, expected 1)");
  }
});

test("a verdict refuses a judgement of a statement that the paper does not make", () => {
  const claim = { claim: "c", source: "ours", setting: "s", functions: [] };
  const check = { name: "a", found: "", expected: "", passed: true, stands: "confirmed" as const };
  assert.throws(() => verdict({ ...claim, checks: [check] }), /^TypeError: verdict: stands must be left out where the paper says nothing/);
});

test("a statement of the paper without a judgement is refused", () => {
  const claim = { claim: "c", source: "ours", setting: "s", functions: [] };
  const check = { name: "a", found: "", expected: "", passed: true, paper: "p" };
  assert.throws(() => verdict({ ...claim, checks: [check] }), /^TypeError: verdict: stands must be one of .*, got undefined \(check: a\)$/);
});

test("versions are those of the packages", () => {
  assert.equal(versions().Node, process.versions.node);
  assert.match(versions().tslab!, /^\d+\.\d+\.\d+$/);
});
