import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { PythonPeer, peerPython } from "../../benchmarks/peers/python.ts";
import { type BenchRow, growthRow, median, parseRow, ratioRow, rowLine, secondsUntil, slopeOf } from "../../benchmarks/rows.ts";
import { growthFigure, ratioFigure } from "../../tools/bench/figures.ts";
import { type Machine, machineParts, peersOf, processorOf } from "../../tools/bench/machine.ts";
import { OWN_PAGE, resultTables, withTables } from "../../tools/bench/page.ts";
import { Results } from "../../tools/bench/results.ts";
import { checkPeers, findSuites, runSuites } from "../../tools/bench.ts";
import { pinnedNode, root } from "../../tools/workspace.mjs";

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

const simulated: BenchRow = ratioRow({
  suite: "fake",
  case: "exact error",
  setting: "",
  ours: [0.5, 0.5],
  peer: {
    name: "NumPy 2.4.6",
    seconds: [4, 5],
    measured: [
      { seconds: 0.01, standardError: 0.02 },
      { seconds: 0.02, standardError: 0.03 },
    ],
  },
});

test("a time that was not run in full is marked, with what was measured, in the row, its line and its table", () => {
  assert.ok(Math.abs(secondsUntil(0.001, { seconds: 0.5, standardError: 0.02 }) - 200) < 1e-9);
  assert.deepEqual([simulated.extrapolated, simulated.measuredSeconds, simulated.standardError], ["peer", 0.02, 0.03]);
  assert.deepEqual(parseRow(JSON.stringify(simulated)), simulated);
  assert.deepEqual([timed("product", 1).extrapolated, timed("product", 1).measuredSeconds], ["", null]);
  assert.match(rowLine(simulated), /5 s \(extrapolated\): 10 x .*measured 20 ms with standard error 3 %/);
  const tables = resultTables({ ratios: [simulated, timed("product", 1)], growths: [], machines: {} });
  assert.match(
    tables,
    /measured 20 ms with standard error 3 % \| 500 ms \| NumPy 2\.4\.6 \| 5 s \(extrapolated\) \| \*\*10\*\* \(extrapolated\) \|/,
  );
  assert.match(tables, /\| 3 s \| \*\*3\*\* \|/);
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

test("a bend that the line hides shows in the slope of the last two sizes", () => {
  const bent = growthRow({
    suite: "s",
    quantity: "QP: tasks",
    setting: "",
    values: [1, 2, 4, 8],
    expected: 2,
    times: [[1], [1], [2], [16]],
  });
  assert.ok(Math.abs(bent.lastSlope - 3) < 1e-12 && bent.slope < 2);
  assert.match(rowLine(bent), /slope 1\.30 .* of the last two 3\.00, expected 2/);
  const page = resultTables({ ratios: [], growths: [bent], machines: {} });
  assert.match(page, /\| slope of the line \| its 95 % interval \| slope of the last two \| expected \|/);
  assert.match(page, /\| \*\*3\.00\*\* \| 2 \|/);
  const plotted = growthFigure([bent])!.figure.data.map(({ name }) => name);
  assert.deepEqual(plotted, ["line through all sizes", "last two sizes", "expected"]);
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

const machine: Machine = {
  processor: "P",
  virtual: true,
  cores: 2,
  memoryGiB: 4,
  system: "linux x64",
  node: "24",
  blas: "none",
  peers: { NumPy: "2.4.6" },
  loadBefore: 0,
};

const names = (results: Results): string[] => results.ratios.map(({ suite, case: name, ours }) => `${suite} ${name} ${ours}`);

test("a suite that has run to its end replaces its own rows, and one that fails replaces nothing", async () => {
  const store = join(folder, "store");
  const run = (): Promise<string[]> => {
    const results = new Results(store);
    return runSuites(findSuites(folder), [], (suite, rows) => results.replace(suite, rows, machine));
  };
  fakeSuite("one", [timed("kept", 1), timed("gone", 2)]);
  fakeSuite("two", [timed("first", 3), timed("second", 4)]);
  assert.deepEqual(await run(), []);
  assert.deepEqual(names(new Results(store)), ["one kept 1", "one gone 2", "two first 3", "two second 4"]);

  fakeSuite("one", [timed("kept", 5)]);
  fakeSuite("two", [timed("first", 6)], 1);
  assert.deepEqual(await run(), ["two"]);
  assert.deepEqual(names(new Results(store)), ["one kept 5", "two first 3", "two second 4"]);

  // A line that holds no row is a fault of its suite, and of no other.
  fakeSuite("one", [timed("kept", 7), { ours: -1 }]);
  fakeSuite("two", [timed("first", 8)]);
  assert.deepEqual(await run(), ["one"]);
  assert.deepEqual(names(new Results(store)), ["one kept 5", "two first 8"]);

  // What is stored comes back as it was: names with commas, the lists of a growth, what is extrapolated, what is unknown.
  const results = new Results(store);
  const grown = { suite: "three", quantity: "product: d", setting: "n = 3, m = 4", values: [1, 2, 4], expected: 1 };
  const alone = parseRow('{"suite": "three", "case": "alone", "ours": 1}');
  const rows = [growthRow({ ...grown, times: [[1], [2], [4]] }), alone, { ...simulated, suite: "three" }];
  results.replace("three", rows, { ...machine, node: "25" });
  const read = new Results(store);
  assert.deepEqual(read.growths[0].values, [1, 2, 4]);
  assert.deepEqual(read.ratios, results.ratios);
  assert.deepEqual(Object.keys(read.machines), ["one", "three", "two"]);
  assert.deepEqual([read.machines.one!.node, read.machines.three!.node], ["24", "25"]);
  assert.deepEqual(
    readdirSync(store).filter((file) => file.endsWith(".tmp")),
    [],
  );
  writeFileSync(join(store, "growth.csv"), "suite,quantity\n");
  assert.throws(() => new Results(store), /growth\.csv must have the columns suite, quantity, setting, .*, got suite, quantity/);
});

test("rows beside a peer are not replaced by rows without it, and nothing is measured", () => {
  const results = new Results(join(folder, "peers"));
  results.replace("fake", [timed("a", 1), { ...timed("a", 1), peer: "PyTorch 2.13.0+cu130 (2 threads)" }], machine);
  results.replace("alone", [parseRow('{"suite": "alone", "case": "c", "ours": 1}')], machine);
  assert.deepEqual(peersOf(results.ratios), ["NumPy", "PyTorch"]);
  checkPeers(results, ["fake"], { ...machine, peers: { NumPy: "3", PyTorch: "3" } });
  checkPeers(results, ["alone", "new"], { ...machine, peers: {} });
  assert.throws(
    () => checkPeers(results, ["alone", "fake"], machine),
    /the rows of fake in .*peers stand beside PyTorch, not installed here: nothing was measured/,
  );

  // The command itself, on what is committed.
  const stored = readFileSync(join(root, "data/benchmarks/results.csv"), "utf8");
  const bench = (python: string, ...args: string[]) =>
    spawnSync(pinnedNode, ["tools/bench.ts", ...args], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, COTLAB_BENCH_PYTHON: python },
    });
  const nowhere = bench("/nowhere/python", "gram");
  assert.equal(nowhere.status, 2);
  assert.match(nowhere.stderr, /COTLAB_BENCH_PYTHON must be a Python that runs, got \/nowhere\/python: .*ENOENT/);
  const failing = bench(pinnedNode, "gram");
  assert.match(failing.stderr, /COTLAB_BENCH_PYTHON must be a Python that runs, got .*node.*: \S/);
  const small = bench("", "--store", "--quick");
  assert.equal(small.status, 2);
  assert.match(small.stderr, /--store must stand without --quick/);
  assert.equal(readFileSync(join(root, "data/benchmarks/results.csv"), "utf8"), stored);
});

test("a peer's Python that does not run is named with the reason", async () => {
  const before = process.env.COTLAB_BENCH_PYTHON;
  try {
    process.env.COTLAB_BENCH_PYTHON = "/nowhere/python";
    assert.match(
      String(await PythonPeer.start("numeric.py", ["NumPy"])),
      /\/nowhere\/python, does not run numeric\.py: .*ENOENT; set COTLAB/,
    );
    process.env.COTLAB_BENCH_PYTHON = "peers/bin/python";
    assert.equal(peerPython(), join(process.cwd(), "peers", "bin", "python"));
    process.env.COTLAB_BENCH_PYTHON = "python3";
    assert.equal(peerPython(), "python3");
    process.env.COTLAB_BENCH_PYTHON = pinnedNode;
    assert.match(String(await PythonPeer.start("numeric.py", ["NumPy"])), /does not run numeric\.py: it ended with status 1; set COTLAB/);
  } finally {
    if (before === undefined) delete process.env.COTLAB_BENCH_PYTHON;
    else process.env.COTLAB_BENCH_PYTHON = before;
  }
});

test("a processor has the family and model that the system tells, and a virtual machine is told", () => {
  const cpuinfo = "cpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC\nflags\t\t: fpu hypervisor avx\n";
  assert.deepEqual(processorOf("AMD EPYC", cpuinfo), { processor: "AMD EPYC (family 25, model 17)", virtual: true });
  assert.equal(processorOf("AMD EPYC", cpuinfo.replace(" hypervisor", "")).virtual, false);
  assert.deepEqual(processorOf("Apple M1", ""), { processor: "Apple M1", virtual: null });
  assert.deepEqual(machineParts(machine).slice(0, 3), ["P", "virtual machine", "2 cores"]);
});

test("the page keeps its text and gets new tables between its markers", () => {
  const page = readFileSync(join(root, "benchmarks/README.md"), "utf8");
  const tables = resultTables({ ratios: [timed("a | b", 1)], growths: [], machines: { fake: machine } });
  const once = withTables(page, tables);
  assert.match(once, /\| a \\\| b \| d = 3, n = 4 \| 1 s \| NumPy 2\.4\.6 \| 3 s \| \*\*3\*\* \| 1\.5 to 6 \| 3 \|/);
  assert.equal(withTables(once, tables), once);
  assert.ok(once.startsWith(page.slice(0, 500)));
  assert.ok(withTables(OWN_PAGE, tables).includes(tables));
  assert.throws(() => withTables("no markers", tables), /must hold the lines/);
});

test("the page names the machine once, and again only where a suite ran on another", () => {
  const ratios = ["one", "three", "two"].map((suite) => ({ ...timed("a", 1), suite }));
  const same = { one: machine, three: machine, two: machine };
  const once = resultTables({ ratios, growths: [], machines: same });
  assert.match(
    once,
    /^Machine: P; virtual machine; 2 cores; 4 GiB; linux x64; Node 24; our BLAS none; peers NumPy 2\.4\.6; load before the run 0\.$/m,
  );
  assert.equal(once.match(/Machine/g)!.length, 1);
  const other = resultTables({ ratios, growths: [], machines: { ...same, two: { ...machine, node: "25", loadBefore: 3 } } });
  assert.match(other, /^Machine, where a suite does not say otherwise: P; /m);
  assert.match(other, /### two\n\nMachine, what was different: Node 25; load before the run 3\.\n/);
  assert.equal(other.match(/Machine/g)!.length, 2);
});

test("the committed results are read, and every suite of them has its machine", () => {
  const results = new Results(join(root, "data", "benchmarks"));
  const suites = new Set([...results.ratios, ...results.growths].map(({ suite }) => suite));
  assert.deepEqual(Object.keys(results.machines).sort(), [...suites].sort());
  for (const row of results.ratios.filter(({ peer }) => peer.includes("simulation to"))) assert.equal(row.extrapolated, "peer");
});

test("no stored row is behind its peer without saying why", () => {
  const behind = new Results(join(root, "data/benchmarks")).ratios.filter(({ ratio }) => ratio !== null && ratio < 1);
  assert.deepEqual(
    behind.filter(({ note }) => note === "").map(({ suite, case: name, ratio }) => `${suite}: ${name}: ${ratio}`),
    [],
  );
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
    simulated,
  ];
  const { figure } = ratioFigure(rows)!;
  assert.deepEqual(
    figure.data.map(({ name }) => name),
    ["NumPy, SciPy, Python", "NumPy, SciPy, Python (extrapolated)", "Clarabel"],
  );
  const symbols = figure.data.map((series) => (series as { marker: { symbol: string; color: string } }).marker);
  assert.equal(symbols[1].symbol, `${symbols[0].symbol}-open`);
  assert.equal(symbols[1].color, symbols[0].color);
  assert.match(figure.caption!, /Open symbols: .* extrapolated/);
  assert.doesNotMatch(ratioFigure(rows.slice(0, 3))!.figure.caption!, /Open symbols/);
  assert.equal((figure.layout.yaxis as { categoryarray: string[] }).categoryarray.length, 3);
  assert.ok(existsSync(join(root, "benchmarks/requirements.txt")));
});
