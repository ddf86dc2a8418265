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
        const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b);
        for (let k = 0; k < order.length; k++) {
          const at = placed[order[k]];
          assert.ok(at >= -1e-9 && at <= 200 + 1e-9);
          if (k > 0) assert.ok(at - placed[order[k - 1]] >= 12 - 1e-9);
        }
        const cost = (at: readonly number[]) => at.reduce((sum, v, i) => sum + (v - wanted[i]) ** 2, 0);
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
    const fitted = fitFigure(gallery["linear-ends"], { width: 312, height: 220 });
    assert.equal(fitted.layout.annotations!.length, 3);
    assert.ok(fitted.layout.margin!.r! >= labelWidth("n = 10", 11));
  });

  test("sets a legend of several rows in columns, as full as one another, and only where that needs no further row", () => {
    const named = (...names: string[]) =>
      lineChart({ x: { label: "k" }, y: { label: "error" }, series: names.map((name) => ({ name, x: [0, 1], y: [0, 1] })) });
    const size = { width: 312, height: 220 };
    const width = (figure: ReturnType<typeof named>, at = size) =>
      (fitFigure(figure, at).layout.legend as { entrywidth?: number }).entrywidth;
    const four = named("Q/B = 0.01", "Q/B = 0.1", "Q/B = 1", "Q/B = 10");
    const entry = width(four)! + 45;
    assert.ok(2 * entry < 260 && 3 * entry > 290, `two columns, got ${entry} px a name`);
    assert.equal(legendExtraHeight(four, size), 19);
    assert.equal(width(named("n = 10", "n = 20")), undefined, "one row");
    assert.equal(width(four, { width: 640, height: 400 }), undefined, "one row on a wide figure");
    const long = named("n = 10", "n = 20", "n = 30", "everything that the paper's bounds say");
    assert.equal(width(long), undefined, "columns as wide as the longest name would take four rows instead of two");
  });

  test("breaks headings and names that are wider than the figure, words too, and grows with their lines", () => {
    const size = { width: 312, height: 220 };
    const text = (length: number) => Array.from({ length }, (_, i) => (i % 9 === 8 ? " " : "n")).join("");
    const chart = (legend: "above" | "ends", length: number) =>
      lineChart({
        title: text(length),
        x: { label: "k" },
        y: { label: "error" },
        series: [0, 1].map((i) => ({ name: text(length - i), x: [0, 1], y: [i, 1] })),
        legend,
      });
    for (const letters of [120, 300]) {
      const { data, layout } = fitFigure(chart("above", letters), size);
      const heading = layout.title as { text: string; pad: { t: number } };
      for (const line of heading.text.split("<br>")) assert.ok(labelWidth(line, 12) <= size.width, line);
      assert.ok(heading.pad.t > 20, "Plotly lifts a heading of several lines");
      for (const { name } of data as { name: string }[])
        for (const line of name.split("<br>")) assert.ok(labelWidth(line, 11) + 45 <= size.width, line);
      const ends = fitFigure(chart("ends", letters), size);
      assert.ok(ends.layout.margin!.r! < size.width / 2);
    }
    assert.ok(legendExtraHeight(chart("above", 300), size) > legendExtraHeight(chart("above", 120), size));
    const word = fitFigure(lineChart({ title: "n".repeat(300), x: { label: "k" }, y: { label: "e" }, series: [{ x: [1], y: [1] }] }), size);
    for (const line of (word.layout.title as { text: string }).text.replace(/<\/?b>/g, "").split("<br>"))
      assert.ok(labelWidth(line, 12) <= size.width, line);
    const back = fitFigure(fitFigure(chart("above", 120), size), { width: 3000, height: 600 });
    assert.deepEqual(back, fitFigure(chart("above", 120), { width: 3000, height: 600 }));
  });

  test("changes nothing the second time", () => {
    const size = { width: 312, height: 220 };
    for (const [name, figure] of Object.entries(gallery)) {
      const once = fitFigure(figure, size);
      assert.deepEqual(fitFigure(once, size), once, name);
    }
  });

  test("fits a fitted figure to another size as if for the first time", () => {
    const sizes = [
      { width: 259, height: 195 },
      { width: 312, height: 220 },
      { width: 640, height: 400 },
    ];
    for (const [name, figure] of Object.entries(gallery)) {
      for (const first of sizes) {
        // as the notebook holds it: JSON
        const shown = JSON.parse(JSON.stringify(fitFigure(figure, first)));
        for (const second of sizes) {
          const direct = JSON.parse(JSON.stringify(fitFigure(figure, second)));
          assert.deepEqual(fitFigure(shown, second), direct, `${name}, ${first.width} then ${second.width}`);
        }
      }
    }
  });

  test("breaks the title of an axis where it would be longer than its axis, and nowhere inside an expression", () => {
    const figure = lineChart({
      x: { label: "k" },
      y: { label: "distance to the optimum, ‖V_t − V_{*}‖_F / tr Λ" },
      series: [{ x: [1], y: [1] }],
    });
    const title = (height: number) => fitFigure(figure, { width: 312, height }).layout.yaxis!.title as { text: string };
    assert.equal(title(500).text.includes("<br>"), false);
    const lines = title(230).text.split("<br>");
    assert.equal(lines.length, 2);
    assert.equal(lines[0], "distance to the optimum,");
    assert.equal(lines[1].includes(" "), false);
    for (const line of lines) assert.ok(labelWidth(line, 12) <= 230 - 50);
  });

  test("breaks the names of categories between words, but keeps an equation together", () => {
    const { ticktext } = fitFigure(gallery.bars!, { width: 312, height: 220 }).layout.xaxis!;
    assert.deepEqual(ticktext, ["least<br>squares", "ridge,<br>λ\u00a0=\u00a00.1", "k = 5"]);
  });

  test("a legend of many names makes a figure taller, a short one does not", () => {
    const of = (count: number) =>
      lineChart({
        x: { label: "x" },
        y: { label: "y" },
        series: Array.from({ length: count }, (_, i) => ({ name: `series number ${i}`, x: [1], y: [1] })),
      });
    assert.equal(legendExtraHeight(of(1), { width: 312, height: 220 }), 0);
    assert.equal(legendExtraHeight(of(6), { width: 312, height: 220 }), 2 * 19);
    assert.equal(legendExtraHeight(of(6), { width: 528, height: 300 }), 1 * 19);
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
