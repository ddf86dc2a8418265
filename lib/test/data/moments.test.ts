import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { Random } from "../../dist/core/random.js";
import { readMoments, SecondMoments } from "../../dist/data/moments.js";
import { packedRow, rankUpdate } from "../../dist/data/rankUpdate.js";
import { readFeatures } from "../../dist/data/readFeatures.js";
import { plainRowSums, rowSums } from "../../dist/data/rowSums.js";
import { inFolder, npy } from "./files.ts";

/** Second moments by the definition. */
function direct(rows: readonly Float64Array[], centred: boolean): number[] {
  const d = rows[0].length;
  const mean = Array.from({ length: d }, (_, j) => (centred ? rows.reduce((sum, row) => sum + row[j], 0) / rows.length : 0));
  return Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    return rows.reduce((sum, row) => sum + (row[i] - mean[i]) * (row[j] - mean[j]), 0) / (rows.length - (centred ? 1 : 0));
  });
}

function close(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const scale = Math.max(...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(found[i] - expected[i]) <= tolerance * scale, `entry ${i}: ${found[i]} and ${expected[i]}`);
  }
}

const draw = (rows: number, d: number, seed: number, shift = 0) => {
  const random = Random.seed(seed);
  return Array.from({ length: rows }, () => Float64Array.from({ length: d }, (_, j) => shift + (j + 1) * random.normal()));
};

test("the rank-k update is YᵀY for every size", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 19 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 99 }), (d, k, seed) => {
      const Y = Random.seed(seed).fillNormal(new Float64Array(d * k));
      const packed = new Float64Array(packedRow(d)).fill(1);
      rankUpdate(packed, Y, d, k);
      for (let i = 0; i < d; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = 1;
          for (let r = 0; r < k; r++) sum += Y[r * d + i] * Y[r * d + j];
          assert.ok(Math.abs(packed[packedRow(i) + j] - sum) < 1e-12);
        }
      }
    }),
  );
});

test("moments agree with their definition, however the rows are cut into batches", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 8, max: 700 }),
      fc.integer({ min: 1, max: 300 }),
      fc.boolean(),
      (d, rows, batch, centred) => {
        const data = draw(rows, d, rows + d, 2);
        const moments = new SecondMoments(d, { blocks: 4, centred });
        for (let from = 0; from < rows; from += batch) {
          const part = data.slice(from, from + batch);
          moments.add(Float64Array.from(part.flatMap((row) => Array.from(row))), part.length);
        }
        const found = moments.finish();
        assert.equal(found.count, rows);
        close(found.covariance(), direct(data, centred), 1e-12);
        const centre = found.mean.map((value) => (centred ? value : 0));
        const fourth = data.reduce((sum, row) => sum + row.reduce((s, x, j) => s + (x - centre[j]) ** 2, 0) ** 2, 0) / rows;
        close([found.fourth], [fourth], 1e-9);
      },
    ),
    { numRuns: 40 },
  );
});

test("blocks of many chunks agree with the definition, and do not depend on how the rows are cut into batches", () => {
  for (const d of [3, 6]) {
    const [rows, blocks] = [5000, 2];
    const data = draw(rows, d, d, 4);
    const all = Float64Array.from(data.flatMap((row) => Array.from(row)));
    const [whole, single] = [new SecondMoments(d, { blocks }), new SecondMoments(d, { blocks })];
    whole.add(all);
    for (const row of data) {
      single.add(row);
      single.add(new Float64Array(0));
    }
    const [found, again] = [whole.finish(), single.finish()];
    close(found.covariance(), direct(data, true), 1e-12);
    const fourth = data.reduce((sum, row) => sum + row.reduce((s, x, j) => s + (x - found.mean[j]) ** 2, 0) ** 2, 0) / rows;
    close([found.fourth], [fourth], 1e-9);
    assert.deepEqual(again.covariance(), found.covariance());
    assert.deepEqual(again.covariance(1), found.covariance(1));
    assert.equal(again.fourth, found.fourth);
  }
});

test("sums over rows have the same bits in TypeScript and in WebAssembly", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 140 }), fc.nat(99), (d, count, seed) => {
      const random = Random.seed(seed);
      const rows = random.fillNormal(new Float64Array(count * d)).map((x) => 1e3 + x);
      const origin = random.fillNormal(new Float64Array(d));
      const start = random.fillNormal(new Float64Array(d));
      for (const size of [count, 1, 4, 128, 512]) {
        const some = Float64Array.from({ length: size * d }, (_, at) => rows[at % rows.length]);
        const [found, expected] = [rowSums, plainRowSums].map(({ addCubic, centre }) => {
          const [cubic, squares, mean] = [start.slice(), new Float64Array(size), new Float64Array(d)];
          addCubic(some, origin, cubic, squares);
          return { cubic, squares, centred: centre(some.slice(), mean).slice(), mean };
        });
        assert.deepEqual(found, expected);
      }
    }),
  );
});

test("the moments without a block are those of the other rows", () => {
  const [rows, d, blocks] = [90, 3, 4];
  const data = draw(rows, d, 5, 10);
  for (const centred of [true, false]) {
    const moments = new SecondMoments(d, { blocks, seed: 3, centred });
    for (const row of data) moments.add(row, 1);
    const found = moments.finish();
    // The spreading is by the stream "moment-blocks" of the seed.
    const random = Random.seed(3).stream("moment-blocks");
    const block = data.map(() => random.integer(blocks));
    for (let b = 0; b < blocks; b++) {
      const others = data.filter((_, i) => block[i] !== b);
      assert.equal(found.blockRows[b], rows - others.length);
      close(found.covariance(b), direct(others, centred), 1e-12);
    }
  }
});

test("a mean a million times the spread costs no digits beyond those of the numbers themselves", () => {
  const data = draw(5000, 4, 9, 1e6);
  const moments = new SecondMoments(4);
  for (const row of data) moments.add(row, 1);
  // The rows themselves are rounded at 1e-10 of the spread; about 1e-4 would be lost by subtracting squares of the mean.
  const centred = data.map((row) => row.map((x) => x - 1e6));
  close(moments.finish().covariance(), direct(centred, true), 1e-9);
});

test("too few rows, numbers too large, and features that never change are named", async () => {
  await inFolder(async (file) => {
    const few = await readFeatures(file("few.npy", npy(5, 4, Random.seed(1).fillNormal(new Float64Array(20)))));
    await assert.rejects(readMoments(few), /few\.npy must hold enough rows for 4 features, at least about 30, got 5/);
    const huge = file(
      "huge.npy",
      npy(
        100,
        2,
        Random.seed(1)
          .fillNormal(new Float64Array(200))
          .map((x, i) => (i % 2 === 0 ? x : 1e200 * x)),
      ),
    );
    await assert.rejects(readMoments(await readFeatures(huge)), /column 2 of .*huge\.npy must hold numbers whose squares can be summed/);
    const values = Random.seed(1).fillNormal(new Float64Array(600));
    for (let i = 0; i < 200; i++) values[i * 3 + 1] = 0.1;
    const text = `a,b,c\n${Array.from({ length: 200 }, (_, i) => values.subarray(i * 3, i * 3 + 3).join(",")).join("\n")}\n`;
    await assert.rejects(
      readMoments(await readFeatures(file("same.csv", text))),
      /column "b" of .*same\.csv must vary from row to row, got the same number, 0\.1.*, in all 200 rows/,
    );
  });
});

test("200,000 rows of 64 features are read in memory that does not depend on their number", async () => {
  await inFolder((file) => {
    const [rows, d] = [200_000, 64];
    const values = new Float32Array(rows * d);
    for (let i = 0; i < values.length; i++) values[i] = ((i * 2654435761) % 4294967296) / 4294967296;
    const path = file("big.npy", npy(rows, d, values, { type: "f4" }));
    const script = `
      const { readFeatures } = require(process.argv[1] + "/readFeatures.js");
      const { readMoments } = require(process.argv[1] + "/moments.js");
      (async () => {
        const moments = await readMoments(await readFeatures(process.argv[2]));
        console.log(JSON.stringify({ count: moments.count, peak: process.resourceUsage().maxRSS / 1024 }));
      })();`;
    const dist = fileURLToPath(new URL("../../dist/data", import.meta.url));
    const { count, peak } = JSON.parse(execFileSync(process.execPath, ["-e", script, dist, path], { encoding: "utf8" })) as {
      count: number;
      peak: number;
    };
    assert.equal(count, rows);
    // The rows as doubles are 98 MB; a bare Node takes about 50 MB.
    assert.ok(peak < 180, `peak ${peak} MB`);
  });
});
