import assert from "node:assert/strict";
import { test } from "node:test";
import { type OwnData, recommendationRows, recommendationText, sourceShares } from "../dist/ownData.js";

test("weights become shares of the sources, whatever their number", () => {
  assert.deepEqual(sourceShares([1, 3], 2), [0.25, 0.75]);
  assert.deepEqual(sourceShares([2], 3), [1, 0, 0]);
  assert.deepEqual(sourceShares([1, 1, 5], 2), [0.5, 0.5]);
  assert.deepEqual(sourceShares([0, 0], 4), [0.25, 0.25, 0.25, 0.25]);
});

test("where no mixture is recommended the table leaves its weights open and the caption says why", () => {
  const data = { sources: [{ name: "a" }, { name: "b" }] } as unknown as OwnData;
  const found = (status: string, weights: number[], support?: number[]) =>
    ({ recommendation: { status, weights, ...(support && { support }) } }) as unknown as Parameters<typeof recommendationRows>[2];
  const [none] = recommendationRows(data, [0.5, 0.5], found("none", [Number.NaN, Number.NaN]));
  assert.deepEqual(none, { source: "a", asked: 0.5, recommended: null, support: null });
  assert.match(recommendationText(found("none", [])), /^No mixture/);
  const [, second] = recommendationRows(data, [1, 0], found("searched", [0.25, 0.75], [1, 0.9]));
  assert.deepEqual(second, { source: "b", asked: 0, recommended: 0.75, support: 0.9 });
});
