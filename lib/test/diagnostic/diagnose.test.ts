import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import { Random } from "../../dist/core/random.js";
import { SecondMoments } from "../../dist/data/moments.js";
import { diagnose } from "../../dist/diagnostic/diagnose.js";
import { diagnosisText, writeDiagnosis } from "../../dist/diagnostic/report.js";
import { inFolder, npy } from "../data/files.ts";

const d = 4;
const draw = (name: string, rows: number, variances: readonly number[], shift = 5) => {
  const random = Random.seed(21).stream(name);
  return Float64Array.from({ length: rows * d }, (_, at) => shift + Math.sqrt(variances[at % d]) * random.normal());
};
const csv = (values: Float64Array, header = "a,b,c,d") =>
  `${header}\n${Array.from({ length: values.length / d }, (_, i) => values.subarray(i * d, (i + 1) * d).join(",")).join("\n")}\n`;
const good = draw("good", 3000, [1, 0.8, 0.6, 0.5]);
const poor = draw("poor", 3000, [1, 1, 1, 0.22]);
const goal = draw("goal", 3000, [0.7, 0.7, 0.7, 0.7]);

const script = fileURLToPath(new URL("../../bin/cotlab.cjs", import.meta.url));

function cotlab(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, "diagnose", ...args], (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

test("files in different formats are diagnosed, and what is found is what was put in", async () => {
  await inFolder(async (file) => {
    const columns = Object.fromEntries(["a", "b", "c", "d"].map((name, j) => [name, goal.filter((_, at) => at % d === j)]));
    const train = [file("good.npy", npy(3000, d, good)), file("poor.csv", csv(poor))];
    const target = file("goal.arrow", tableToIPC(tableFromArrays(columns), "file"));
    const diagnosis = await diagnose({ train, target, n: 50, m: Number.POSITIVE_INFINITY, weights: [0, 1], steps: 10 });
    assert.deepEqual(diagnosis.settings.featureNames, ["a", "b", "c", "d"]);
    assert.deepEqual(diagnosis.settings.train, ["good.npy", "poor.csv"]);
    const [first] = diagnosis.spectra;
    assert.ok(first!.trace.low < 2.9 && 2.9 < first!.trace.high);
    assert.equal(diagnosis.prediction.verdict.call, "hurts");
    assert.equal(diagnosis.coverage.directions[0].features[0].feature, "d");
    assert.equal(diagnosis.coverage.directions[0].fill, "good.npy");
    assert.equal(diagnosis.recommendation.status, "recommended");
    assert.equal(diagnosis.recommended!.verdict.call, "helps");
    const [start, once] = diagnosis.recommended!.curve;
    assert.ok(Math.abs(start!.error.low - d) < 1e-9 && Math.abs(start!.error.high - d) < 1e-9);
    assert.ok(once!.error.high < 2 * once!.error.low);
    const again = await diagnose({ train, target, n: 50, m: Number.POSITIVE_INFINITY, weights: [0, 1], steps: 10 });
    assert.deepEqual(again, diagnosis);
    for (const text of ["hurts from there on", "d (", "good.npy", "Recommended mixture"])
      assert.ok(diagnosisText(diagnosis).includes(text), text);
  });
});

test("every number of the diagnosis stands in the JSON and in the CSV", async () => {
  const collect = (values: Float64Array, seed: number) => {
    const moments = new SecondMoments(d, { seed });
    moments.add(values);
    return moments.finish();
  };
  const source = (name: string, values: Float64Array, seed: number) => ({
    name,
    moments: collect(values, seed),
    featureNames: ["p", "q", "r", "s, t"],
  });
  const train = [source("one", good, 1), source('tw"o', poor, 2)];
  const diagnosis = await diagnose({ train, target: source("three", goal, 3), n: [20, 50], m: 30, steps: 5, prompts: 20 });
  await inFolder(async (_, folder) => {
    const out = join(folder, "new", "deep");
    const paths = await writeDiagnosis(diagnosis, out);
    assert.deepEqual(
      paths.map((path) => path.slice(out.length + 1)),
      ["diagnosis.json", "diagnosis.csv"],
    );
    assert.deepEqual(readdirSync(out).sort(), ["diagnosis.csv", "diagnosis.json"]);
    const [parsed, lines] = [JSON.parse(readFileSync(paths[0], "utf8")), readFileSync(paths[1], "utf8").trim().split("\n")];
    assert.deepEqual(parsed.prediction.curve.length, 6);
    const cells = lines.map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, 7).map(([, cell]) => cell!.replace(/^"|"$/g, "").replaceAll('""', '"')),
    );
    for (const row of cells) assert.equal(row.length, 7);
    const written = new Set(cells.flatMap((row) => row.slice(2)));
    // Every number of the JSON, wherever it stands.
    const walk = (value: unknown, path: string): void => {
      if (typeof value === "number") assert.ok(written.has(String(value)), `${path} = ${value} is not in the CSV`);
      else if (Array.isArray(value)) value.forEach((entry, i) => void walk(entry, `${path}[${i}]`));
      else if (typeof value === "object" && value !== null) for (const [key, entry] of Object.entries(value)) walk(entry, `${path}.${key}`);
    };
    walk(parsed, "diagnosis");
    const blocked = join(folder, "blocked");
    mkdirSync(join(blocked, "diagnosis.csv", "x"), { recursive: true });
    await assert.rejects(writeDiagnosis(diagnosis, blocked), /path must be a file's, got the folder/);
    assert.deepEqual(readdirSync(blocked), ["diagnosis.csv"]);
    writeFileSync(join(folder, "file"), "");
    await assert.rejects(writeDiagnosis(diagnosis, join(folder, "file")), /folder must be a folder/);
  });
});

test("parameters and files that do not fit are refused before anything is computed", async () => {
  await inFolder(async (file) => {
    const a = file("a.npy", npy(3000, d, good));
    const b = file("b.npy", npy(4000, 3, good));
    const named = file("named.csv", csv(poor));
    const other = file("other.csv", csv(poor, "a,b,e,d"));
    const twice = good.slice();
    for (let i = 0; i < 3000; i++) twice[i * d + 2] = 2 * twice[i * d] - twice[i * d + 1];
    const dependent = file("dependent.npy", npy(3000, d, twice));
    const ok = { train: [a], target: a, n: 20, m: 30, steps: 3 };
    const cases: [Parameters<typeof diagnose>[0], RegExp][] = [
      [{ ...ok, target: b }, /b\.npy must have 4 features, as .*a\.npy has, got 3/],
      [{ ...ok, train: [named], target: other }, /other\.csv must have the features of .*named\.csv, got none called "c", and "e" besides/],
      [
        { ...ok, train: [dependent] },
        /dependent\.npy must have features that are linearly independent, got feature "x3", a combination of those before it\. Leave it out/,
      ],
      [{ ...ok, train: [] }, /train must be a non-empty array of data sets/],
      [{ ...ok, n: [1, 2] }, /n must be one number, or 1 \(one a source\)/],
      [{ ...ok, n: 0 }, /n must be an integer >= 1 or Infinity, got 0/],
      [{ ...ok, m: 2.5 }, /m must be an integer >= 1 or Infinity, got 2\.5/],
      [{ ...ok, weights: [0.5] }, /weights must be weights that sum to 1/],
      [{ ...ok, steps: 1 }, /steps must be an integer in \[2, 300\], got 1/],
      [{ ...ok, confidence: 1 }, /confidence must be a number in \[0\.5, 0\.999\], got 1/],
      [{ ...ok, names: ["x"] }, /names must be 2 names, the target's last/],
    ];
    for (const [params, message] of cases) await assert.rejects(diagnose(params), message);
  });
});

test("the command prints the verdict, writes the report, and tells by its exit status", async () => {
  await inFolder(async (file, folder) => {
    const a = file("a.npy", npy(3000, d, good));
    const b = file("b.csv", csv(poor));
    const t = file("t.npy", npy(3000, d, goal));
    const out = join(folder, "out");
    const run = await cotlab(
      "--train",
      a,
      b,
      "--target",
      t,
      "--n",
      "50",
      "--m",
      "Infinity",
      "--weights",
      "0,1",
      "--steps",
      "10",
      "--names",
      "A",
      "B",
      "T",
      "--out",
      out,
    );
    assert.equal(run.status, 0, run.stderr);
    assert.match(
      run.stdout,
      /^More thinking helps up to k\* = \d+.*, and hurts from there on: the error falls from 4 to [\d.]+ \(by [\d.]+ %\), and is \d+ at k = 10\.\n/,
    );
    assert.match(run.stdout, /Recommended mixture\n {2}A: /);
    assert.match(run.stderr, /reading A\nreading B\nreading T\nspectrum of A/);
    assert.deepEqual(readdirSync(out).sort(), ["diagnosis.csv", "diagnosis.json"]);

    const few = file("few.npy", npy(30, d, goal.subarray(0, 30 * d)));
    const unclear = await cotlab("--train", b, "--target", few, "--n", "11", "--m", "Infinity", "--steps", "10");
    assert.equal(unclear.status, 3, unclear.stdout + unclear.stderr);
    assert.match(unclear.stdout, /^Not enough samples to tell\./);

    const bad = file("bad.csv", "a,b,c,d\n1,2,x,4\n");
    const nothing = join(folder, "nothing");
    const fault = await cotlab("--train", a, "--target", bad, "--n", "50", "--m", "10", "--out", nothing);
    assert.equal(fault.status, 1);
    assert.match(fault.stderr, /row 1, column "c" of .*bad\.csv must hold a number, got "x" in line 2/);
    assert.doesNotMatch(fault.stderr, /\n {4}at /);
    assert.equal(fault.stdout, "");
    assert.ok(!existsSync(nothing));

    for (const [args, message] of [
      [["--target", t, "--n", "5", "--m", "5"], /--train must be given/],
      [["--train", a, "--target", t, "--m", "5"], /--n must be given/],
      [["--train", a, "--target", t, "--n", "0", "--m", "5"], /cotlab diagnose: n must be an integer >= 1 or Infinity, got 0/],
      [
        ["--train", a, "--target", t, "--n", "5", "--m", "5", "--confidence", "95"],
        /confidence must be a number in \[0.5, 0.999\], got 95/,
      ],
      [["--train", a, "--target", t, "--n", "five", "--m", "5"], /--n must be a number, got five/],
      [["--train", a, "--target", t, "--n", "5", "--m", "5", "--out", bad], /--out must be a folder, got the file/],
      [["--train", a, "--target", t, "--n", "5", "--m", "5", "--fast"], /[Uu]nknown option '--fast'/],
    ] as const) {
      const wrong = await cotlab(...args);
      assert.equal(wrong.status, 2, wrong.stderr);
      assert.match(wrong.stderr, message);
      assert.match(wrong.stderr, /\nnpx cotlab diagnose --help shows the options\n$/);
    }
    const help = await cotlab("--help");
    assert.equal(help.status, 0);
    assert.match(help.stdout, /^usage: npx cotlab diagnose/);
  });
});
