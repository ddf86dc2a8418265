import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../../tools/workspace.mjs";
import { Covariance } from "../../dist/model/covariance.js";
import { cotError } from "../../dist/simulation/cotError.js";
import { type Host, simulateOn } from "../../dist/simulation/engine.js";
import { libraryKind } from "../../dist/simulation/experimentKinds.js";
import { simulate } from "../../dist/simulation/simulate.js";

const covariance = Covariance.diagonal([1, 0.5, 0.25]);
const experiment = cotError({ train: { covariance, n: 8 }, test: covariance, m: 6, steps: 4, noise: 0.3 });
const page: Host = { findKind: libraryKind, availableThreads: () => 1, startThreads: () => [] };

test("the engine gives the same bits in one thread without shared memory and without setImmediate, as in a page", async () => {
  const { curves } = await simulate(experiment, { draws: 300, seed: 2, workers: 2 });
  const missing = { SharedArrayBuffer: globalThis.SharedArrayBuffer, setImmediate: globalThis.setImmediate };
  try {
    Object.assign(globalThis, { SharedArrayBuffer: undefined, setImmediate: undefined });
    const alone = await simulateOn(page, experiment, { draws: 300, seed: 2 });
    for (const k of curves[0].x) assert.deepEqual(alone.curves[0].values(k), curves[0].values(k));
  } finally {
    Object.assign(globalThis, missing);
  }
  await assert.rejects(simulateOn(page, { module: "/mine.cjs", params: {} }, { draws: 2, seed: 1 }), /experiment.kind must be one of/);
});

test("only the part for Node names a Node module or the thread pool", () => {
  const folder = join(root, "lib/src/simulation");
  const bound = globSync("*.ts", { cwd: folder }).filter((file) =>
    /"node:|"piscina"|"\.\/(?:pool|userModule|simulate)"/.test(readFileSync(join(folder, file), "utf8")),
  );
  assert.deepEqual(bound.sort(), ["index.ts", "pool.ts", "simulate.ts", "userModule.ts", "worker.ts"]);
});
