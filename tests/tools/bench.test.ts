import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type BenchRow, growthRow, median, parseRow, ratioRow, slopeOf } from "../../benchmarks/rows.ts";
import { growthFigure, ratioFigure } from "../../tools/bench/figures.ts";
import { resultTables, withTables } from "../../tools/bench/page.ts";
import { Results } from "../../tools/bench/results.ts";
import { findSuites, runSuites } from "../../tools/bench.ts";
import { root } from "../../tools/workspace.mjs";

const folder = mkdtempSync(join(tmpdir(), "cotlab-bench-"));
after(() => rmSync(folder, { recursive: true }));

const timed = (name: string, seconds: number): BenchRow =>
  ratioRow({
    suite: "fake",
    case: name,
    setting: "d = 3, n = 4",
    ours: [seconds, 2 * seconds, seconds],
    peer: { name: "NumPy 2.4.6", seconds: [3 * seconds, 3 * seconds, 6 * seconds] },
  });

test("a row holds the ratio of the medians and the range of the rounds' ratios", () => {
  const row = timed("product", 0.5);
  assert.deepEqual([row.ours, row.peerSeconds, row.ratio, row.low, row.high, row.rounds], [0.5, 1.5, 3, 1.5, 6, 3]);
  assert.equal(median([4, 1, 3, 2]), 3);
  const alone = ratioRow({ suite: "fake", case: "product", setting: "", ours: [1], peer: "NumPy not installed" });
  assert.deepEqual([alone.ratio, alone.peer, alone.note], [null, "", "NumPy not installed"]);
  const uneven = { name: "NumPy 2.4.6", seconds: [1] };
  assert.throws(
    () => ratioRow({ suite: "fake", case: "product", setting: "", ours: [1, 2], peer: uneven }),
    /peer.seconds must be one a round/,
  );
});

test("the slope of an exact power is found, and its interval holds the truth when there is noise", () => {
  const x = [1, 2, 3, 4].map(Math.log);
  const { slope, low, high } = slopeOf(
    x,
    x.map((value) => 1 + 2.5 * value),
  );
  for (const value of [slope, low, high]) assert.ok(Math.abs(value - 2.5) < 1e-9);
  const row = growthRow({
    suite: "fake",
    quantity: "product: d",
    setting: "",
    values: [10, 20, 40],
    expected: 3,
    times: [
      [1, 1.1, 0.9],
      [8.1, 7.9, 8],
      [63, 65, 64],
    ],
  });
  assert.ok(row.slopeLow < 3 && 3 < row.slopeHigh && row.slopeHigh - row.slopeLow < 0.3);
  assert.deepEqual(row.seconds, [1, 8, 64]);
  assert.throws(() => slopeOf([1, 1, 1], [1, 2, 3]), /must hold different values/);
});

test("rows in milliseconds are understood, and lines that hold no row are refused", () => {
  const line = { suite: "linalg", case: "product 400", peer: "NumPy 2.4.6", oursMs: 4, peerMs: 2, ratio: 0.5, setting: "1 thread" };
  const row = parseRow(JSON.stringify(line)) as BenchRow;
  assert.deepEqual([row.ours, row.peerSeconds, row.ratio, row.peer], [0.004, 0.002, 0.5, "NumPy 2.4.6"]);
  const exact = timed("product", 0.25);
  assert.deepEqual(parseRow(JSON.stringify(exact)), exact);
  for (const bad of ["{", '{"case": "x", "ours": 1}', '{"suite": "fake", "case": "x"}', '{"suite": "fake", "ours": 1}']) {
    assert.throws(() => parseRow(bad), /parseRow: line must be/);
  }
});

/** A suite that prints rows, then ends with a status. */
function fakeSuite(name: string, rows: readonly object[], status = 0): void {
  const print = rows.map((row) => `console.log(${JSON.stringify(JSON.stringify({ ...row, suite: name }))});`);
  writeFileSync(join(folder, `${name}.bench.ts`), `${print.join("\n")}\nprocess.exitCode = ${status};\n`);
}

const names = (results: Results): string[] => results.ratios.map(({ suite, case: name, ours }) => `${suite} ${name} ${ours}`);

test("a suite that is run again replaces its own rows, and one that fails loses nobody's", async () => {
  const store = join(folder, "store");
  fakeSuite("one", [timed("kept", 1), timed("gone", 2)]);
  fakeSuite("two", [timed("first", 3), timed("second", 4)]);
  assert.deepEqual(await runSuites(findSuites(folder), [], new Results(store)), []);
  assert.deepEqual(names(new Results(store)), ["one kept 1", "one gone 2", "two first 3", "two second 4"]);

  fakeSuite("one", [timed("kept", 5)]);
  fakeSuite("two", [timed("first", 6)], 1);
  assert.deepEqual(await runSuites(findSuites(folder), [], new Results(store)), ["two"]);
  assert.deepEqual(names(new Results(store)), ["one kept 5", "two first 6", "two second 4"]);

  // A line that holds no row is a fault of its suite, and of no other.
  fakeSuite("one", [timed("kept", 7), { ours: -1 }]);
  fakeSuite("two", [timed("first", 8)]);
  assert.deepEqual(await runSuites(findSuites(folder), [], new Results(store)), ["one"]);
  assert.deepEqual(names(new Results(store)), ["one kept 7", "two first 8"]);

  // What is stored comes back as it was: names with commas, the lists of a growth, what is unknown.
  const results = new Results(store);
  const grown = { suite: "one", quantity: "product: d", setting: "n = 3, m = 4", values: [1, 2, 4], expected: 1 };
  const growth = growthRow({ ...grown, times: [[1], [2], [4]] });
  results.put(growth);
  results.put(parseRow('{"suite": "one", "case": "alone", "ours": 1}'));
  assert.deepEqual(new Results(store).growths[0]!.values, [1, 2, 4]);
  assert.deepEqual(
    new Results(store).ratios,
    results.ratios.toSorted((a, b) => a.suite.localeCompare(b.suite)),
  );
  assert.deepEqual(
    readdirSync(store).filter((file) => file.endsWith(".tmp")),
    [],
  );
});

test("the page keeps its text and gets new tables between its markers", () => {
  const page = readFileSync(join(root, "benchmarks/README.md"), "utf8");
  const machine = {
    processor: "P",
    cores: 2,
    memoryGiB: 4,
    system: "linux x64",
    node: "24",
    blas: "none",
    peers: { numpy: "2.4.6" },
    loadBefore: 0,
  };
  const tables = resultTables({ ratios: [timed("a | b", 1)], growths: [], machine });
  const once = withTables(page, tables);
  assert.match(once, /\| a \\\| b \| d = 3, n = 4 \| 1 s \| NumPy 2\.4\.6 \| 3 s \| \*\*3\*\* \| 1\.5 to 6 \| 3 \|/);
  assert.equal(withTables(once, tables), once);
  assert.ok(once.startsWith(page.slice(0, 500)));
  assert.throws(() => withTables("no markers", tables), /must hold the lines/);
});

test("every suite is explained on the page", () => {
  const page = readFileSync(join(root, "benchmarks/README.md"), "utf8");
  for (const name of findSuites(join(root, "benchmarks")).keys()) assert.ok(page.includes(`| \`${name}\` |`), name);
});

test("the figures show every comparison and every slope", () => {
  assert.equal(ratioFigure([]), undefined);
  const rows = [
    timed("a", 1),
    timed("b", 2),
    { ...timed("b", 2), peer: "Clarabel 0.11.1" },
    parseRow('{"suite":"s","case":"c","ours":1}') as BenchRow,
  ];
  const { figure } = ratioFigure(rows)!;
  assert.equal(figure.data.length, 2);
  assert.equal((figure.layout.yaxis as { categoryarray: string[] }).categoryarray.length, 2);
  const growth = growthRow({ suite: "s", quantity: "q", setting: "", values: [1, 2, 4], expected: 1, times: [[1], [2], [4]] });
  assert.equal(growthFigure([growth])!.figure.data.length, 2);
  assert.ok(existsSync(join(root, "benchmarks/requirements.txt")));
});
