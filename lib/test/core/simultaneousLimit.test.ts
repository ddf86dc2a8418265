import assert from "node:assert/strict";
import { test } from "node:test";
import { simultaneousLimit } from "../../dist/core/simultaneousLimit.js";

test("the limit is 4 for one mean and grows as a table of the normal law says", () => {
  assert.equal(simultaneousLimit(1), 4);
  // From Python: -NormalDist().inv_cdf(erfc(4 / sqrt(2)) / count / 2) of its module statistics.
  const python = [
    [2, 4.161104278598],
    [3, 4.252770842075],
    [16, 4.613528199219],
    [100, 4.980737280968],
    [10000, 5.80768516161],
    [1e12, 8.358831540776],
  ] as const;
  for (const [count, z] of python) assert.ok(Math.abs(simultaneousLimit(count) - z) < 1e-9, `${count}: ${simultaneousLimit(count)}`);
});

test("what is no count is refused", () => {
  for (const count of [0, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => simultaneousLimit(count), { name: "RangeError", message: /^simultaneousLimit: count must be/ });
});
