import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Checks } from "../../dist/core/check.js";
import { buildAxis, formatNumber, logTicks } from "../../dist/figures/axes.js";

describe("logTicks", () => {
  test("labels powers of ten only when two or more are in sight", () => {
    assert.deepEqual([logTicks(-3.2, 0.1).tick0, logTicks(-3.2, 0.1).dtick], [-3, 1]);
    assert.deepEqual([logTicks(0, 1).tick0, logTicks(0, 1).dtick], [0, 1]);
  });

  test("leaves out powers when there are many, and keeps multiples of the step", () => {
    assert.deepEqual([logTicks(-14, 4.5).tick0, logTicks(-14, 4.5).dtick], [-12, 3]);
  });

  test("labels 1-2-5 steps, or finer ones, where fewer than two powers are in sight", () => {
    assert.deepEqual(logTicks(Math.log10(0.9), Math.log10(7)).tickvals, [1, 2, 5]);
    assert.deepEqual(logTicks(Math.log10(2), Math.log10(7)).tickvals, [2, 3, 4, 5, 6, 7]);
    assert.deepEqual(logTicks(Math.log10(1.01), Math.log10(1.09)).tickvals, [1.02, 1.04, 1.06, 1.08]);
    assert.deepEqual(logTicks(Math.log10(1.5e-5), Math.log10(6e-5)).ticktext, [
      "1.5×10<sup>−5</sup>",
      "2×10<sup>−5</sup>",
      "3×10<sup>−5</sup>",
      "4×10<sup>−5</sup>",
      "5×10<sup>−5</sup>",
      "6×10<sup>−5</sup>",
    ]);
  });

  test("shows between two and nine labels, all inside the axis, whatever the range", () => {
    fc.assert(
      fc.property(fc.double({ min: -12, max: 12, noNaN: true }), fc.double({ min: 0.01, max: 25, noNaN: true }), (low, width) => {
        const high = low + width;
        const ticks = logTicks(low, high);
        const labels =
          (ticks.tickvals as number[] | undefined)?.map(Math.log10) ??
          Array.from({ length: 40 }, (_, i) => (ticks.tick0 as number) + i * (ticks.dtick as number)).filter((at) => at <= high);
        assert.ok(labels.length >= 2 && labels.length <= 9, `${labels.length} labels on [${low}, ${high}]: ${labels}`);
        for (const at of labels) assert.ok(at >= low - 1e-6 && at <= high + 1e-6, `${at} on [${low}, ${high}]`);
      }),
    );
  });
});

describe("formatNumber", () => {
  for (const [value, text] of [
    [0, "0"],
    [0.001, "0.001"],
    [-2.5, "−2.5"],
    [12345, "12345"],
    [0.1 + 0.2, "0.3"],
    [1e5, "10<sup>5</sup>"],
    [2e-7, "2×10<sup>−7</sup>"],
    [-1e-4, "−10<sup>−4</sup>"],
  ] as const) {
    test(`writes ${value} as ${text}`, () => assert.equal(formatNumber(value), text));
  }
});

describe("buildAxis", () => {
  const label = "error";

  test("spans the data with a margin, and reaches down to zero when the data nearly do", () => {
    const near = buildAxis(new Checks("f"), "y", { label }, [10, 12], 0.05);
    assert.ok(near.fraction(10) > 0.04 && near.fraction(12) < 0.96);
    const far = buildAxis(new Checks("f"), "y", { label }, [1, 12], 0.05);
    assert.ok(Math.abs(far.fraction(0)) < 1e-5);
  });

  test("places values by their logarithm on a log axis", () => {
    const axis = buildAxis(new Checks("f"), "y", { label, log: true, range: [1, 100] }, [], 0);
    assert.ok(Math.abs(axis.fraction(10) - 0.5) < 1e-9);
    assert.equal(axis.position(100), 2);
  });

  test("may run backwards", () => {
    const axis = buildAxis(new Checks("f"), "x", { label, range: [5, 1] }, [], 0);
    assert.ok(Math.abs(axis.fraction(5)) < 1e-5 && Math.abs(axis.fraction(1) - 1) < 1e-5);
  });

  test("gives a single value an axis of its own", () => {
    for (const [value, log] of [
      [3, false],
      [0, false],
      [-2, false],
      [3, true],
    ] as const) {
      const axis = buildAxis(new Checks("f"), "y", { label, log }, [value], 0.05);
      assert.ok(axis.fraction(value) >= 0 && axis.fraction(value) <= 1, String(value));
    }
  });

  test("has a tick at each of a few counts, and none below zero where all are zero", () => {
    const ticks = (values: readonly number[]) => buildAxis(new Checks("f"), "x", { label }, values, 0.05).layout.dtick;
    assert.deepEqual([ticks([0, 1, 3]), ticks([0, 40]), ticks([0, 1.5])], [1, undefined, undefined]);
    assert.ok(buildAxis(new Checks("f"), "y", { label }, [0, 0], 0.05).range[0] > -0.2);
  });

  test("refuses an axis without a label, an empty range, or a range that a log axis cannot show", () => {
    assert.throws(() => buildAxis(new Checks("f"), "x", { label: " " }, [1], 0), {
      message: 'f: x.label must be a non-empty string, got " "',
    });
    assert.throws(() => buildAxis(new Checks("f"), "x", { label, range: [1, 1] }, [1], 0), {
      message: "f: x.range must be two different numbers, got [1, 1]",
    });
    assert.throws(() => buildAxis(new Checks("f"), "x", { label, log: true, range: [0, 1] }, [1], 0), {
      message: "f: x.range[0] must be a finite number > 0, got 0",
    });
    assert.throws(() => buildAxis(new Checks("f"), "x", { label, range: [0, Number.POSITIVE_INFINITY] }, [1], 0), RangeError);
    assert.throws(() => buildAxis(new Checks("f"), "x", { label }, [], 0), {
      message: "f: x must be given at least one finite value, got []",
    });
  });

  const shownBy = (range: readonly [number, number], values: readonly number[], more: object = {}) =>
    buildAxis(new Checks("f"), "y", { label, range, ...more }, values, 0).range;

  test("grants a range that the data fill, and cuts one that they do not, but not at a zero or where data lie beyond", () => {
    assert.deepEqual(shownBy([0, 10], [1, 5]), [0, 10]);
    assert.deepEqual(shownBy([0, 100], [1, 5]), [0, 5]);
    assert.deepEqual(shownBy([0, 100], [93, 97]), [0, 100], "from zero they reach far");
    assert.deepEqual(shownBy([100, 0], [1, 5]), [5, 0], "backwards");
    assert.deepEqual(shownBy([10, 100], [20, 21, 22, 300]), [20, 100], "one leaves at the top");
    const logs = shownBy([1e-8, 1e8], [1e-3, 1, 10], { log: true });
    assert.ok(Math.abs(logs[0] - 1e-3) < 1e-12 && Math.abs(logs[1] - 10) < 1e-9, String(logs));
    assert.deepEqual(shownBy([0, 100], [0, 0]), [0, 100], "a single value fills nothing");
  });

  test("gives up a range that would hide more than half of the data, unless it is to be kept", () => {
    assert.deepEqual(shownBy([1, 2], [1.5, 30, 40]), [1.5, 40]);
    assert.deepEqual(shownBy([1, 2], [1.5, 30, 40], { keep: true }), [1, 2]);
    assert.deepEqual(shownBy([0, 100], [1, 5], { keep: true }), [0, 100]);
  });

  test("shows the share of the values that is asked for, on the shortest stretch", () => {
    const { range } = buildAxis(new Checks("f"), "y", { label, fit: 0.75 }, [1e9, 10, 12, 11, 13, 9, 8, -1e5], 0);
    assert.deepEqual(range, [8, 13]);
    assert.throws(() => buildAxis(new Checks("f"), "y", { label, fit: 0 }, [1], 0), {
      message: "f: y.fit must be a number > 0 and <= 1, got 0",
    });
  });

  test("has a finite range up to the largest numbers there are", () => {
    const { layout } = buildAxis(new Checks("f"), "y", { label, log: true }, [1e-300, 1e308], 0.05);
    assert.ok((layout.range as number[]).every(Number.isFinite));
  });
});
