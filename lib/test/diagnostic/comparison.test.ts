import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Random } from "../../dist/core/random.js";
import { SecondMoments } from "../../dist/data/moments.js";
import { type DiagnoseParams, diagnose } from "../../dist/diagnostic/diagnose.js";
import { Fingerprint } from "../../dist/diagnostic/fingerprint.js";
import { diagnosisText } from "../../dist/diagnostic/report.js";
import { inFolder, npy } from "../data/files.ts";

const names = ["a", "b", "c"];
const d = names.length;

/** Rows of independent features with the given standard deviations. */
function draw(name: string, rows: number, deviations: readonly number[] = [1, 1, 1]): number[][] {
  const random = Random.seed(31).stream(name);
  return Array.from({ length: rows }, () => deviations.map((deviation) => 2 + deviation * random.normal()));
}

const csv = (rows: readonly (readonly number[])[], header: readonly string[] = names) =>
  `${header.join(",")}\n${rows.map((row) => row.join(",")).join("\n")}\n`;

const quick = { n: Number.POSITIVE_INFINITY, m: Number.POSITIVE_INFINITY, steps: 5 } as const;
const notesOf = async (params: Pick<DiagnoseParams, "train" | "target"> & Partial<DiagnoseParams>) =>
  (await diagnose({ ...quick, ...params })).notes.join("\n");

test("the same rows on both sides are recognised: mu is 1, with components too, in another format and in another order", async () => {
  await inFolder(async (file) => {
    const rows = draw("same", 300, [1, 3, 0.2]);
    const a = file("a.csv", csv(rows));
    const shuffled = file("b.npy", npy(300, d, [...rows].reverse().flat()));
    for (const components of [undefined, 2]) {
      for (const target of [a, shuffled]) {
        const { coverage, notes } = await diagnose({ ...quick, train: [a], target, ...(components && { components }) });
        for (const { value, low, high } of coverage.mu)
          for (const found of [value, low, high]) assert.ok(Math.abs(found - 1) < 1e-10, `${found}`);
        assert.match(notes.join("\n"), /holds the same rows as a\.csv: the intervals treat them as one sample/);
      }
    }
    const [source, copy] = [1, 2].map((seed) => {
      const collected = new SecondMoments(d, { seed });
      collected.add(Float64Array.from(rows.flat()));
      return { name: "moments", moments: collected.finish() };
    });
    const again = await diagnose({ ...quick, train: [source], target: source });
    assert.ok(again.coverage.mu.every(({ low, high }) => Math.abs(low - 1) < 1e-10 && Math.abs(high - 1) < 1e-10));
    // For finite prompts mu is a function of one spectrum, and less uncertain than one of two.
    const width = async (target: typeof source, train: typeof source) => {
      const { coverage } = await diagnose({ ...quick, train: [train], target, n: 50 });
      return Math.log(coverage.mu[0].high / coverage.mu[0].low);
    };
    const [joint, apart] = [await width(source, source), await width(source, copy)];
    assert.ok(0 < joint && joint < 0.5 * apart, `${joint} ${apart}`);
  });
});

test("rows in common are said with their share; rows that agree by chance are not", async () => {
  await inFolder(async (file) => {
    const rows = draw("overlap", 400);
    const a = file("a.csv", csv(rows.slice(0, 300)));
    const b = file("b.csv", csv(rows.slice(200)));
    assert.match(
      await notesOf({ train: [a], target: b }),
      /^50 % of the rows of b\.csv are also in a\.csv \(33 % of its rows\): the files overlap/,
    );
    const part = file("part.csv", csv(rows.slice(0, 60)));
    assert.match(await notesOf({ train: [a], target: part }), /^100 % of the rows of part\.csv are also in a\.csv \(20 % of its rows\)/);
    assert.equal(await notesOf({ train: [a], target: file("c.csv", csv(draw("other", 200))) }), "");
    const coarse = (name: string) => draw(name, 800).map((row) => row.map(Math.round));
    assert.equal(await notesOf({ train: [file("d.csv", csv(coarse("d")))], target: file("e.csv", csv(coarse("e"))) }), "");
  });
});

test("fingerprints: shares of common rows are exact for few rows and estimated for many, in bounded memory", () => {
  const of = (from: number, to: number) => {
    const found = new Fingerprint();
    for (let start = from; start < to; start += 1000) {
      const rows = Math.min(1000, to - start);
      found.add({ rows, values: Float64Array.from({ length: 2 * rows }, (_, at) => start + Math.floor(at / 2) + (at % 2) / 2) }, 2);
    }
    return found;
  };
  assert.deepEqual(of(0, 1000).sharedWith(of(900, 2000)), { share: 0.1, chance: 0 });
  const [large, half] = [of(0, 300_000), of(150_000, 450_000)];
  const { share } = large.sharedWith(half);
  // 2^15 of 300,000 rows are a sample: standard error 0.5/181.
  assert.ok(Math.abs(share - 0.5) < 4 * 0.0028, `${share}`);
  assert.ok(!large.sameAs(half));
  const backwards = new Fingerprint();
  backwards.add({ rows: 2, values: Float64Array.of(1, 1.5, 0, 0.5) }, 2);
  assert.ok(backwards.sameAs(of(0, 2)));
  const zeros = [0, -0].map((zero) => {
    const found = new Fingerprint();
    found.add({ rows: 1, values: Float64Array.of(zero, 1) }, 2);
    return found;
  });
  assert.ok(zeros[0].sameAs(zeros[1]));
});

test("files are matched by their features' names; names beside no names are said, other names are refused", async () => {
  await inFolder(async (file) => {
    const [train, target] = [draw("train", 300, [1, 2, 3]), draw("target", 300, [1, 2, 3])];
    const a = file("a.csv", csv(train));
    const b = file("b.csv", csv(target));
    const turned = file(
      "turned.csv",
      csv(
        target.map(([x, y, z]) => [z, x, y]),
        ["c", "a", "b"],
      ),
    );
    const plain = await diagnose({ ...quick, train: [a], target: b });
    const matched = await diagnose({ ...quick, train: [a], target: turned });
    assert.deepEqual(matched.coverage, plain.coverage);
    assert.match(matched.notes.join("\n"), /features of .*turned\.csv are in another order than those of .*a\.csv: matched by name/);
    const collected = new SecondMoments(d, { seed: 8 });
    collected.add(Float64Array.from(target.flatMap(([x, y, z]) => [z, x, y])));
    const moments = { name: "moments", moments: collected.finish(), featureNames: ["c", "a", "b"] };
    const fromMoments = await diagnose({ ...quick, train: [a], target: moments, shrinkage: "ledoit-wolf" });
    const fromFile = await diagnose({ ...quick, train: [a], target: b, shrinkage: "ledoit-wolf" });
    for (const [j, { value }] of fromMoments.coverage.mu.entries()) assert.ok(Math.abs(value / fromFile.coverage.mu[j].value - 1) < 1e-9);
    const nameless = file("nameless.npy", npy(300, d, target.flat()));
    assert.match(
      await notesOf({ train: [a], target: nameless }),
      /features of .*nameless\.npy have no names: they are taken to be those of .*a\.csv/,
    );
    await assert.rejects(notesOf({ train: [a], target: file("e.csv", csv(target, ["a", "b", "e"])) }), {
      message: /e\.csv must have the features of .*a\.csv, got none called "c", and "e" besides\. Choose the common ones/,
    });
    const twice = [file("f.csv", csv(target, ["a", "a", "b"])), file("g.csv", csv(target, ["a", "b", "a"]))];
    await assert.rejects(notesOf({ train: [twice[0]], target: twice[1] }), /must have the features of .*, each under a name of its own/);
  });
});

test("units that differ by orders of magnitude are pointed out, between files and between features; standardising undoes the second", async () => {
  await inFolder(async (file) => {
    const a = file("a.csv", csv(draw("metres", 300)));
    const b = file("b.csv", csv(draw("centimetres", 300).map(([x, y, z]) => [x, 100 * y, z])));
    assert.match(
      await notesOf({ train: [a], target: b }),
      /^"b" varies (?:9\d|1\d0) times as much in b\.csv as in a\.csv: are the units the same\?/,
    );
    assert.match(await notesOf({ train: [b], target: a }), /^"b" varies (?:9\d|1\d0) times as much in b\.csv as in a\.csv/);
    const scale = ([x, y, z]: number[]) => [x, y, 1e4 * z];
    const c = file("c.csv", csv(draw("euros", 300).map(scale)));
    const e = file("e.csv", csv(draw("more euros", 300).map(scale)));
    assert.match(
      await notesOf({ train: [c], target: e }),
      /^"c" varies (?:9\d00|1\d000) times as much as "[ab]" in .*standardise \(--standardise\)/,
    );
    const standard = await diagnose({ ...quick, train: [c], target: e, n: 50, standardise: true });
    assert.deepEqual(standard.notes, []);
    assert.ok(standard.settings.standardise);
    // In units of the standard deviations it does not matter what the units were.
    const [f, g] = ["euros", "more euros"].map((name) => file(`${name}.csv`, csv(draw(name, 300))));
    const other = await diagnose({ ...quick, train: [f], target: g, n: 50, standardise: true });
    for (const [j, { value, low, high }] of standard.coverage.mu.entries())
      for (const [found, expected] of [
        [value, other.coverage.mu[j].value],
        [low, other.coverage.mu[j].low],
        [high, other.coverage.mu[j].high],
      ])
        assert.ok(Math.abs(found / expected - 1) < 1e-9);
    const trace = standard.spectra.map((spectrum) => spectrum.trace.plugIn);
    assert.ok(Math.abs((trace[0] + trace[1]) / 2 - d) < 1e-9);
  });
});

test("the headline says by how much thinking helps", async () => {
  await inFolder(async (file) => {
    const train = file("a.csv", csv(draw("wide", 3000)));
    const near = await diagnose({ ...quick, train: [train], target: file("b.csv", csv(draw("near", 3000, [0.8, 0.8, 0.8]))) });
    assert.match(near.prediction.verdict.text, /^More thinking helps: the error falls from 3 to [\de.-]+ \(by 9\d(?:\.\d)? %|\(by 100 %/);
    // A target that hardly varies: every step takes off little of the error.
    const far = await diagnose({ ...quick, train: [train], target: file("c.csv", csv(draw("small", 3000, [0.03, 0.03, 0.03]))) });
    const { text, fall, call } = far.prediction.verdict;
    assert.equal(call, "helps");
    assert.ok(fall > 0 && fall < 0.02);
    assert.match(text, /^More thinking hardly helps: the error falls from 3 to 2\.9\d \(by (?:0\.\d+|1\.\d+) %\) up to k = 5/);
    assert.ok(diagnosisText(far).startsWith(`${text}\n`));
  });
});

test("the command chooses columns, drops rows, takes a header for what it is said to be, and shows its notes", async () => {
  await inFolder((file) => {
    const rows = draw("command", 200);
    const other = draw("command target", 200);
    const labelled = (some: number[][]) =>
      `id,kind,a,b,c\n${some.map((row, i) => `${i},k${i % 3},${row.join(",")}`).join("\n")}\n${some.length},k1,1,,3\n`;
    const [a, b] = [file("a.csv", labelled(rows)), file("b.csv", labelled(other))];
    const script = fileURLToPath(new URL("../../bin/cotlab.cjs", import.meta.url));
    const call = (...args: string[]) => {
      const given = ["diagnose", "--train", a, "--target", b, "--n", "Infinity", "--m", "Infinity", "--steps", "5", ...args];
      try {
        return execFileSync(process.execPath, [script, ...given], { encoding: "utf8", stdio: "pipe" });
      } catch (error) {
        return (error as { stderr: string }).stderr;
      }
    };
    assert.match(call(), /column "kind" of .*a\.csv must hold a number/);
    const dropped = call("--drop-columns", "kind", "--drop-missing");
    assert.match(dropped, /Notes\n {2}column "id" of .*a\.csv counts the rows: set aside as a row index, no feature\./);
    assert.match(dropped, /1 row of .*b\.csv with a missing or infinite number left out/);
    assert.match(dropped, /, 3 features\./);
    assert.match(call("--columns", "c", "a"), /, 2 features\./);
    assert.match(call("--columns", "c,a", "--standardise"), /, 2 features\./);
    assert.match(call("--columns", "c", "--no-header"), /must have a column "c", got 5 columns without names/);
    assert.match(call("--header", "--no-header"), /--header and --no-header exclude each other/);
  });
});
