import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../lib/dist/core/random.js";

import { alphaBScan, alphaBSettings, alphaBTable } from "../dist/alphaBTable.js";
import { drawTaskPool, TASK_TYPES, typeShares } from "../dist/taskPool.js";

/** Means of an independent implementation (Python, NNLS) with the bound it gives for their standard errors, in the order of TASK_TYPES. */
const references: readonly [string, readonly number[], number][] = [
  ["B; target I/2", [0.008, 0.123, 0.342, 0.527], 0.008],
  ["A; target i^-0.5", [0.07, 0.173, 0.354, 0.402], 0.007],
  ["A; target 0.1 I", [0.081, 0.099, 0.389, 0.431], 0.002],
];

for (const [name, expected, se] of references) {
  test(`${name}: probabilities by type agree with an independent implementation within 4 standard errors`, () => {
    const table = alphaBTable({ ...alphaBSettings[name], draws: 100 });
    expected.forEach((value, t) => {
      const spread = Math.hypot(table.standardErrors[t], se) + 0.0005;
      assert.ok(Math.abs(table.means[t] - value) <= 4 * spread, `${TASK_TYPES[t]}: ${table.means[t]} against ${value}`);
    });
    assert.equal(table.inOrder, true);
    assert.ok(Math.abs(table.means.reduce((a, b) => a + b, 0) - 1) < 1e-9);
  });
}

test("other normalisations of the same tasks break the order", () => {
  for (const name of [
    "A; target i^-0.5; trace 1",
    "A; target i^-0.5; Frobenius norm 1",
    "B; target I/2; trace 1",
    "B; target I/2; trace d",
  ]) {
    assert.equal(alphaBTable({ ...alphaBSettings[name], draws: 30 }).inOrder, false, name);
  }
});

test("a pool has the active directions, lengths and scale that its type says", () => {
  const A = drawTaskPool({ reading: "directions", d: 100, perType: 2 }, Random.seed(1).stream("a"));
  A.tasks.forEach((task, l) => {
    const active = Array.from(task.eigenvalues).filter((value) => value > 0);
    assert.equal(active.length, A.types[l].endsWith("Long") ? 100 : 20);
    assert.equal(task.lambdaMax, 1);
    const alpha = A.types[l].startsWith("Hard") ? 0.8 : 0.2;
    assert.ok(Math.abs(active[9] - 10 ** -alpha) < 1e-12);
  });
  const B = drawTaskPool({ reading: "length", d: 10, perType: 3, normalise: "trace-B" }, Random.seed(1).stream("b"));
  B.tasks.forEach((task, l) => {
    assert.equal(B.lengths[l], B.types[l].endsWith("Long") ? 100 : 20);
    assert.ok(Math.abs(task.trace - B.lengths[l]) < 1e-10);
  });
  assert.deepEqual(
    Array.from(typeShares(B.types, new Float64Array(12).fill(1 / 12)), (share) => Number(share.toFixed(12))),
    [0.25, 0.25, 0.25, 0.25],
  );
});

test("a scan is the table at each target of the grid", () => {
  const params = { reading: "length", d: 6, perType: 2, draws: 5, normalise: "trace-1" } as const;
  const rows = alphaBScan({ ...params, targetExponents: [0, 0.5], targetScales: [0.2, 1] });
  assert.deepEqual(
    rows.map(({ targetExponent, targetScale }) => [targetExponent, targetScale]),
    [
      [0, 0.2],
      [0, 1],
      [0.5, 0.2],
      [0.5, 1],
    ],
  );
  for (const { means, inOrder, leastZ, ...target } of rows) {
    const table = alphaBTable({ ...params, ...target });
    assert.deepEqual(means, table.means);
    assert.deepEqual([inOrder, leastZ], [table.inOrder, Math.min(...table.steps)]);
  }
  assert.throws(() => alphaBScan({ ...params, targetExponents: [], targetScales: [1] }), {
    message: /alphaBScan: targetExponents must be a non-empty array/,
  });
});
