import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { waitWhile } from "../../dist/linalg/waitWhile.js";

const module = fileURLToPath(new URL("../../dist/linalg/waitWhile.js", import.meta.url));

/** A thread that waits while control[0] is 0 and then copies what it saw to control[1]. */
function waiter(control: Int32Array): Worker {
  const code = `const { workerData: { control, module } } = require("node:worker_threads");
    const { waitWhile } = require(module);
    waitWhile(control, 0, 0);
    Atomics.store(control, 1, Atomics.load(control, 0) === 0 ? -1 : 1);
    Atomics.notify(control, 1);`;
  return new Worker(code, { eval: true, workerData: { control, module } });
}

test("waitWhile: a thread that is woken while the integer is still the same sleeps on", async () => {
  const control = new Int32Array(new SharedArrayBuffer(8));
  const worker = waiter(control);
  // Woken again and again until it sleeps, and each time for nothing.
  while (Atomics.notify(control, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    Atomics.notify(control, 0);
  }
  assert.equal(Atomics.load(control, 1), 0, "nothing has changed");
  Atomics.store(control, 0, 1);
  Atomics.notify(control, 0);
  assert.ok(waitWhile(control, 1, 0, 60_000));
  assert.equal(control[1], 1);
  await worker.terminate();
});

test("waitWhile: gives up after its patience", () => {
  assert.equal(waitWhile(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1), false);
});
