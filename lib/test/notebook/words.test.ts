import assert from "node:assert/strict";
import { test } from "node:test";
import { inTurn } from "../../dist/notebook/inTurn.js";
import { counted, fromLog, listed, spanned } from "../../dist/notebook/words.js";

test("counts take the singular for one alone", () => {
  assert.deepEqual(
    [0, 1, 2, Infinity].map((count) => counted(count, "step")),
    ["0 steps", "1 step", "2 steps", "∞ steps"],
  );
  assert.throws(() => counted(Number.NaN, "step"), /count must be a number/);
});

test("lists of any length read as a sentence does", () => {
  assert.deepEqual([listed([1]), listed([1, 2]), listed(["a", "b", "c"])], ["1", "1 and 2", "a, b and c"]);
  assert.throws(() => listed([]), /non-empty/);
});

test("a span is one number where its ends are equal as written", () => {
  assert.equal(spanned([2, 1, 30]), "1 to 30");
  assert.equal(spanned([0.12345, 0.12346]), "0.123");
  assert.throws(() => spanned([1, Number.NaN]), /list of numbers/);
});

test("a number given by its logarithm is written beyond what a double holds", () => {
  assert.equal(fromLog(Math.log(17.28)), "17.3");
  assert.equal(fromLog(Number.NEGATIVE_INFINITY), "0");
  assert.equal(fromLog(1e4 * Math.LN10), "10^10000");
  assert.equal(fromLog(-1e4 * Math.LN10), "10^−10000");
  assert.throws(() => fromLog(Number.NaN), /log must be a number/);
});

test("work in turn never overlaps and keeps the order", async () => {
  let running = 0;
  const results = await inTurn("items", [3, 1, 2], async (item) => {
    assert.equal(running++, 0);
    await new Promise((resolve) => setTimeout(resolve, item));
    running--;
    return 10 * item;
  });
  assert.deepEqual(results, [30, 10, 20]);
});
