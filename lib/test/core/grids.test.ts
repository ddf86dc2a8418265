import assert from "node:assert/strict";
import { test } from "node:test";
import { distinct, geometricIntegers, integers } from "../../dist/core/grids.js";

test("integers run from one to another, a single one too", () => {
  assert.deepEqual(integers(-1, 2), [-1, 0, 1, 2]);
  assert.deepEqual(integers(5, 5), [5]);
  assert.throws(() => integers(2, 1), /integers: to must be an integer >= 2, got 1/);
});

test("geometric integers begin and end where they are told, increase, and never fall below 1", () => {
  for (const [from, to, count] of [
    [1, 1e6, 40],
    [0.5, 12, 12],
    [3, 3, 2],
    [1, 7, 30],
    [17, 1e12, 5],
  ]) {
    const grid = geometricIntegers(from, to, count);
    assert.equal(grid[0], Math.max(1, Math.round(from)));
    assert.equal(grid[grid.length - 1], Math.max(1, Math.round(to)));
    assert.ok(grid.length <= count);
    assert.ok(grid.every((value, i) => Number.isInteger(value) && (i === 0 || value > grid[i - 1])));
  }
  // Far apart, neighbours have one ratio.
  const grid = geometricIntegers(1e3, 1e9, 7);
  assert.deepEqual(grid, [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]);
  assert.throws(() => geometricIntegers(0, 5, 3), /from must be/);
  assert.throws(() => geometricIntegers(5, 4, 3), /to must be >= from \(5\), got 4/);
});

test("distinct numbers are in increasing order", () => {
  assert.deepEqual(distinct([3, Infinity, 1, 3]), [1, 3, Infinity]);
  assert.throws(() => distinct([Number.NaN]), /free of NaN/);
});
