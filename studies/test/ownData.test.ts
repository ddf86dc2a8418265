import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceShares } from "../dist/ownData.js";

test("weights become shares of the sources, whatever their number", () => {
  assert.deepEqual(sourceShares([1, 3], 2), [0.25, 0.75]);
  assert.deepEqual(sourceShares([2], 3), [1, 0, 0]);
  assert.deepEqual(sourceShares([1, 1, 5], 2), [0.5, 0.5]);
  assert.deepEqual(sourceShares([0, 0], 4), [0.25, 0.25, 0.25, 0.25]);
});
