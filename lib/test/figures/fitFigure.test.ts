import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { fitFigure, legendExtraHeight, spread } from "../../dist/figures/fitFigure.js";
import { lineChart } from "../../dist/figures/lineChart.js";
import { labelWidth } from "../../dist/figures/textWidth.js";
import { gallery } from "./gallery.ts";

describe("spread", () => {
  test("leaves labels alone that do not meet", () => {
    assert.deepEqual(spread([10, 50, 90], 12, 100), [10, 50, 90]);
  });

  test("pushes labels apart evenly round their mean, and keeps them inside", () => {
    assert.deepEqual(spread([50, 50], 12, 100), [44, 56]);
    assert.deepEqual(spread([0, 0, 0], 12, 100), [0, 12, 24]);
    assert.deepEqual(spread([100, 100], 12, 100), [88, 100]);
  });

  test("keeps the order, the gap and the frame, and never moves further than needed in sum of squares", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { minLength: 1, maxLength: 8 }), (wanted) => {
        const placed = spread(wanted, 12, 200);
        const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
        for (let k = 0; k < order.length; k++) {
          const at = placed[order[k]!]!;
          assert.ok(at >= -1e-9 && at <= 200 + 1e-9);
          if (k > 0) assert.ok(at - placed[order[k - 1]!]! >= 12 - 1e-9);
        }
        const cost = (at: readonly number[]) => at.reduce((sum, v, i) => sum + (v - wanted[i]!) ** 2, 0);
        // an evenly stacked column is another admissible placement
        const stacked = wanted.slice();
        order.forEach((index, k) => {
          stacked[index] = (200 - 12 * (order.length - 1)) / 2 + 12 * k;
        });
        assert.ok(cost(placed) <= cost(stacked) + 1e-6);
      }),
    );
  });
});

describe("fitFigure", () => {
  test("gives the labels at the ends of lines their room", () => {
    const fitted = fitFigure(gallery["linear-ends"]!, { width: 312, height: 220 });
    assert.equal(fitted.layout.annotations!.length, 3);
    assert.ok(fitted.layout.margin!.r! >= labelWidth("n = 10", 11));
  });

  test("changes nothing the second time", () => {
    const size = { width: 312, height: 220 };
    for (const [name, figure] of Object.entries(gallery)) {
      const once = fitFigure(figure, size);
      assert.deepEqual(fitFigure(once, size), once, name);
    }
  });

  test("breaks the names of categories between words, but keeps an equation together", () => {
    const { ticktext } = fitFigure(gallery.bars!, { width: 312, height: 220 }).layout.xaxis!;
    assert.deepEqual(ticktext, ["least<br>squares", "ridge,<br>λ\u00a0=\u00a00.1", "k\u00a0=\u00a05"]);
  });

  test("a legend of many names makes a figure taller, a short one does not", () => {
    const of = (count: number) =>
      lineChart({
        x: { label: "x" },
        y: { label: "y" },
        series: Array.from({ length: count }, (_, i) => ({ name: `series number ${i}`, x: [1], y: [1] })),
      });
    assert.equal(legendExtraHeight(of(1), 312), 0);
    assert.equal(legendExtraHeight(of(6), 312), 5 * 19);
    assert.equal(legendExtraHeight(of(6), 528), 1 * 19);
  });
});

describe("labelWidth", () => {
  test("counts scripts at seven tenths and takes the longest line", () => {
    assert.ok(Math.abs(labelWidth("w<sub>k</sub>", 10) - labelWidth("w", 10) - labelWidth("k", 7)) < 1e-9);
    assert.equal(labelWidth("ab<br>abcd", 10), labelWidth("abcd", 10));
    assert.equal(labelWidth("a &lt; b", 10), labelWidth("a < b", 10));
    assert.equal(labelWidth("", 10), 0);
  });

  test("knows the widths of Arial, whose metrics the shipped face has", () => {
    assert.ok(Math.abs(labelWidth("0", 1000) - 556.15) < 0.01);
    assert.ok(Math.abs(labelWidth("W", 1000) - 943.85) < 0.01);
  });
});
