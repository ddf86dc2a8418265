import assert from "node:assert/strict";
import { test } from "node:test";
import { bisect, smallestInteger } from "../../dist/core/bisection.js";

test("bisect ends at neighbouring doubles or within the tolerance, from either side", () => {
  const { no, yes } = bisect((x) => x * x >= 2, 0, 2);
  assert.ok(no * no < 2 && yes * yes >= 2 && yes - no <= 2 ** -52);
  const coarse = bisect((x) => x < 0.3, 1, 0, 1e-3);
  assert.ok(coarse.yes < 0.3 && coarse.no >= 0.3 && coarse.no - coarse.yes <= 1e-3);
});

test("smallestInteger finds the first integer, however far, and says when there is none", () => {
  for (const first of [0, 1, 2, 3, 17, 1000, 2 ** 40 + 1])
    assert.equal(
      smallestInteger((k) => k >= first, 0),
      first,
    );
  assert.equal(
    smallestInteger((k) => k >= 3, 5),
    5,
  );
  assert.equal(
    smallestInteger((k) => k >= Number.MAX_SAFE_INTEGER, 0),
    Number.MAX_SAFE_INTEGER,
  );
  assert.equal(
    smallestInteger(() => false, 0),
    Number.POSITIVE_INFINITY,
  );
  assert.equal(
    smallestInteger((k) => k >= 11, 0, 10),
    Number.POSITIVE_INFINITY,
  );
});
