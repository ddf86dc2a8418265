import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { Random } from "../../dist/core/random.js";
import { findLapack } from "../../dist/linalg/backend.js";
import { batchedProduct } from "../../dist/linalg/batched.js";
import { findBlas } from "../../dist/linalg/blas.js";

const path = join(import.meta.dirname, "../../dist/linalg/batched.js");
const skip = findLapack() ? false : "no BLAS was found";

/** Enough for the threads to be woken: 2,000 matrices of 16 x 16 are 63 pieces. */
const [d, count] = [16, 2000];
const draw = (key: number): Float64Array =>
  Random.seed(3)
    .stream("batch team", key)
    .fillNormal(new Float64Array(count * d * d));
const [a, b] = [draw(0), draw(1)];

test("any number of threads gives the same bits, again and again", { skip }, () => {
  const alone = batchedProduct(a, b, d, { backend: "blas", threads: 1 });
  const ours = batchedProduct(a, b, d, { backend: "typescript" });
  for (let i = 0; i < alone.length; i++) assert.ok(Math.abs(alone[i] - ours[i]) < 1e-12, `entry ${i}`);
  // Early calls find the workers not yet started.
  for (let call = 0; call < 200; call++) {
    const out = new Float64Array(a.length).fill(Number.NaN);
    assert.deepEqual(batchedProduct(a, b, d, { backend: "blas", threads: 1 + (call % 4), out }), alone, `call ${call}`);
  }
  assert.deepEqual(batchedProduct(a, b, d), alone);
});

test("an entry that is not finite is named from whichever thread meets it, and the next batch is computed", { skip }, () => {
  const before = findBlas()!.threads();
  for (const matrix of [0, 777, count - 1]) {
    const broken = a.slice();
    broken[matrix * d * d + d + 2] = Number.NaN;
    assert.throws(
      () => batchedProduct(broken, b, d, { threads: 2 }),
      new RegExp(`batchedProduct: A\\[${matrix}\\]\\[1\\]\\[2\\] must be a finite number, got NaN`),
    );
  }
  const large = a.map((value) => value * 1e200);
  assert.throws(
    () => batchedProduct(large, large, d, { threads: 2 }),
    /batchedProduct: A must be small enough that the results are finite/,
  );
  assert.ok(batchedProduct(a, b, d, { threads: 2 }).every(Number.isFinite));
  assert.equal(findBlas()!.threads(), before, "OpenBLAS has its threads back");
});

test("threads must be a whole number", () => {
  assert.throws(() => batchedProduct(a, b, d, { threads: 0 }), /batchedProduct: threads must be an integer >= 1, got 0/);
});

test("the threads do not keep a process alive", { skip }, () => {
  const script = `
    const { batchedProduct } = require(${JSON.stringify(path)});
    const a = new Float64Array(4000 * 256).fill(0.5);
    for (let i = 0; i < 20; i++) batchedProduct(a, a, 16, { threads: 3 });
    console.log(batchedProduct(a, a, 16, { threads: 3 })[5]);`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8", timeout: 20_000 });
  assert.equal(stderr, "");
  assert.deepEqual([status, stdout], [0, "4\n"]);
});

test("a worker thread multiplies by itself and gets the same bits", { skip }, async () => {
  const script = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { batchedProduct } = require(${JSON.stringify(path)});
    parentPort.postMessage(batchedProduct(workerData.a, workerData.b, 16));`;
  const result = await new Promise<Float64Array>((resolve, reject) => {
    const worker = new Worker(script, { eval: true, workerData: { a, b } });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  assert.deepEqual(result, batchedProduct(a, b, d));
});
