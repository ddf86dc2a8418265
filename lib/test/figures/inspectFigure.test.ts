import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { barChart } from "../../dist/figures/barChart.js";
import type { Figure } from "../../dist/figures/figure.js";
import { fitFigure } from "../../dist/figures/fitFigure.js";
import { heatmap } from "../../dist/figures/heatmap.js";
import { captionOf, figureProblems, inspectFigure } from "../../dist/figures/inspectFigure.js";
import { type LineChartParams, lineChart, type Series } from "../../dist/figures/lineChart.js";
import { gallery } from "./gallery.ts";

const axes = { x: { label: "k" }, y: { label: "error" } };
const chart = (series: readonly Series[], y: Partial<LineChartParams["y"]> = {}, x: Partial<LineChartParams["x"]> = {}) =>
  lineChart({ x: { ...axes.x, ...x }, y: { ...axes.y, ...y }, series });
/** As a notebook's output holds it. */
const shown = (figure: Figure): Figure => JSON.parse(JSON.stringify(fitFigure(figure, { width: 840, height: 525, fontSize: 15 })));
const steps = [0, 1, 2, 3, 4];

describe("figureProblems", () => {
  test("says in words what is wrong with a figure, and nothing of one that says itself what it cuts off", () => {
    for (const figure of Object.values(gallery)) assert.deepEqual(figureProblems(figure), []);
    const cut = chart([{ name: "a", x: steps, y: [1, 2, 3, 4, 50] }], { range: [0, 5] });
    assert.deepEqual(figureProblems(cut), ["does not say what lies outside its frame"]);
    assert.deepEqual(figureProblems({ ...cut, caption: captionOf(cut)! }), []);
    const bare = chart([{ name: "a", x: steps, y: [1, 2, 3, 4, 5] }], { range: [-95, 5], keep: true }, { range: [0, 40], keep: true });
    assert.deepEqual(figureProblems(bare), ["has no data on 90 % of its x axis", "has no data on 96 % of its y axis"]);
    const values = [
      [1, 1],
      [1, 1],
    ];
    const flat = heatmap({ ...axes, z: { label: "z" }, columns: [1, 2], rows: [1, 2], values });
    assert.deepEqual(figureProblems(flat), ["has a heatmap of one colour"]);
    assert.deepEqual(figureProblems({ data: [], layout: {} }), ["shows nothing"]);
  });
});

describe("inspectFigure", () => {
  test("finds nothing amiss with figures that show all they have", () => {
    for (const [name, figure] of Object.entries(gallery)) {
      for (const one of [figure, shown(figure)]) {
        const { empty, oneColour, outside, emptyShare } = inspectFigure(one);
        assert.deepEqual([empty, oneColour, outside], [false, false, []], name);
        assert.ok(emptyShare.x < 0.2 && emptyShare.y < 0.2, `${name}: ${emptyShare.x}, ${emptyShare.y}`);
      }
    }
  });

  test("names the curves that leave the frame, how much of them, and where; the caption says so once", () => {
    const figure = chart(
      [
        { name: "n = 10", x: steps, y: [1, 2, 4, 8, 16] },
        { name: "w_{k}", x: steps, y: [1, 0.5, 0.25, 0.125, 0.0625] },
        { name: "n = 30", x: steps, y: [1, 3, 30, 300, 3000] },
      ],
      { log: true, range: [0.1, 10] },
    );
    for (const one of [figure, shown(figure)]) {
      assert.deepEqual(inspectFigure(one).outside, [
        { series: "n = 10", part: "values", share: 0.2, sides: ["top"] },
        { series: "w_k", part: "values", share: 0.2, sides: ["bottom"] },
        { series: "n = 30", part: "values", share: 0.6, sides: ["top"] },
      ]);
    }
    const caption = captionOf({ ...figure, caption: "Errors." });
    assert.equal(caption, "Errors. 3 of 3 curves leave the frame at the top and at the bottom.");
    assert.equal(captionOf({ ...figure, caption: caption! }), caption);
    assert.equal(captionOf(gallery.bars!), undefined);
  });

  test("marks the place where a curve leaves with an arrow in its colour, the same at every size", () => {
    const figure = chart([{ x: [0, 2], y: [0, 4], color: 4 }], { range: [0, 2], keep: true });
    const marks = (one: Figure) => (one.layout.annotations ?? []).filter(({ text }) => /[↑↓←→]/.test(text!));
    const [mark, ...more] = marks(fitFigure(figure, { width: 400, height: 300 }));
    assert.equal(more.length, 0);
    assert.deepEqual([mark!.text, mark!.y, mark!.font!.color], ["<b>↑</b>", 1, "#D55E00"]);
    assert.ok(Math.abs((mark!.x as number) - 0.5) < 0.01, String(mark!.x));
    const twice = fitFigure(shown(figure), { width: 400, height: 300 });
    assert.deepEqual(marks(twice), [mark]);
  });

  test("counts the points that belong to a named line with it", () => {
    const pair = (name: string, color: number, y: number[]): Series[] => [
      { name, x: steps, y, color },
      { x: steps, y, color, style: "points" },
    ];
    const figure = chart([...pair("a", 0, [1, 2, 3, 4, 9]), ...pair("b", 1, [1, 2, 3, 4, 5])], { range: [0, 6] });
    assert.equal(captionOf(figure), "1 of 2 curves leaves the frame at the top.");
  });

  test("sees error bars and bands leave where the points themselves stay", () => {
    const item = { name: "a", x: [0, 1, 2, 3], y: [1, 2, 3, 4], lower: [0.5, 1.5, 2.5, 3], upper: [1.5, 3, 4, 9] };
    for (const style of ["points", "line"] as const) {
      const figure = chart([{ ...item, style }], { range: [0, 5] });
      assert.deepEqual(inspectFigure(figure).outside, [{ series: "a", part: "interval", share: 1 / 8, sides: ["top"] }], style);
      assert.equal(captionOf(figure), `Intervals of the ${style === "line" ? "curve" : "series"} leave the frame at the top.`);
    }
    const below = { type: "scatter" as const, mode: "markers" as const, x: [1], y: [1], error_y: { type: "data" as const, array: [2] } };
    const log: Figure = { data: [below], layout: { yaxis: { type: "log", range: [-1, 1] } } };
    assert.deepEqual(inspectFigure(log).outside, [{ series: "series 1", part: "interval", share: 0.5, sides: ["bottom"] }]);
  });

  test("knows an empty figure: no data, none that is finite, none in the frame", () => {
    const empty = (figure: Pick<Figure, "data" | "layout">) => inspectFigure(figure).empty;
    assert.equal(empty({ data: [], layout: {} }), true);
    assert.equal(empty({ data: [{ x: [1, 2], y: [null, Number.NaN] }], layout: {} }), true);
    assert.equal(empty({ data: [{ y: [5, 6] }], layout: { yaxis: { range: [0, 1] } } }), true);
    assert.equal(empty({ data: [{ type: "bar", x: ["a"], y: [5] }], layout: { yaxis: { range: [6, 8] } } }), true);
    assert.equal(empty({ data: [{ x: [0, 1], y: [-9, 10] }], layout: { yaxis: { range: [0, 1] } } }), false, "a line runs through");
    assert.equal(empty({ data: [{ x: [0, 1], y: [-9, 10], mode: "markers" }], layout: { yaxis: { range: [0, 1] } } }), true);
    assert.equal(empty({ data: [{ y: [5, 6] }], layout: {} }), false);
    assert.equal(empty({ data: [{ y: [5, 6], visible: false }], layout: {} }), true);
    assert.equal(
      empty({ data: [{ y: [-5, 0] }], layout: { yaxis: { type: "log", range: [0, 1] } } }),
      true,
      "a log axis has no place for them",
    );
  });

  test("tells the share of an axis over which there are no data, from zero on where the axis starts there", () => {
    const share = (range: [number, number], y: number[], type: "linear" | "log" = "linear") =>
      inspectFigure({ data: [{ x: steps, y }], layout: { xaxis: { range: [0, 8] }, yaxis: { type, range } } }).emptyShare;
    assert.deepEqual(share([1, 5], [2, 3, 3, 2, 2]), { x: 0.5, y: 0.75 });
    assert.equal(share([0, 4], [2, 3, 3, 2, 2]).y, 0.25);
    assert.equal(share([0, 4], [2, 2, 2, 2, 2]).y, 0, "one value fills no frame");
    assert.ok(Math.abs(share([-4, 4], [1, 10, 100, 10, 1], "log").y - 0.75) < 1e-12);
    const line = { type: "line" as const, xref: "paper" as const, yref: "y" as const, x0: 0, x1: 1, y0: 4, y1: 4 };
    const marked = { data: [{ x: steps, y: [2, 3, 2, 3, 2] }], layout: { yaxis: { range: [1, 5] }, shapes: [line] } };
    assert.equal(inspectFigure(marked).emptyShare.y, 0.5, "a reference line counts");
    const bars = chart([{ x: [1], y: [2], lower: [1], upper: [4], style: "points" }], { range: [0, 10], keep: true });
    assert.ok(Math.abs(inspectFigure(bars).emptyShare.y - 0.6) < 1e-3, "the ends of an interval count, and the zero of an axis");
    const categories = barChart({ ...axes, categories: ["a", "b", "c", "d"], series: [{ values: [1, null, null, null] }] });
    assert.equal(inspectFigure(categories).emptyShare.x, 0);
    assert.deepEqual(inspectFigure(categories).missing, [{ series: "series 1", share: 0.75 }]);
  });

  test("sees bars that are cut off", () => {
    const figure = barChart({
      ...axes,
      y: { label: "y", range: [0, 10], keep: true },
      categories: ["a", "b"],
      series: [{ values: [5, 20] }],
    });
    assert.deepEqual(inspectFigure(figure).outside, [{ series: "series 1", part: "values", share: 0.5, sides: ["top"] }]);
    assert.equal(captionOf(figure), "The series leaves the frame at the top.");
  });

  describe("of a heatmap", () => {
    const grid = { ...axes, columns: [1, 2, 3], rows: [1, 2] };
    const map = (values: (number | null)[][], z: object = {}) => heatmap({ ...grid, z: { label: "error", ...z }, values });

    test("tells one colour, and cells beyond the colour scale", () => {
      const clipped = map(
        [
          [9, 8, 7],
          [6, 5, null],
        ],
        { range: [0, 1], keep: true },
      );
      assert.equal(inspectFigure(clipped).oneColour, true);
      assert.deepEqual(inspectFigure(shown(clipped)).outside, [{ series: "error", part: "values", share: 1, sides: ["above"] }]);
      assert.equal(captionOf(clipped), "100 % of the cells lie above the colour scale.");
      assert.equal(
        inspectFigure(
          map([
            [1, 1, 1],
            [1, 1, 1],
          ]),
        ).oneColour,
        true,
      );
      assert.equal(
        inspectFigure(
          map([
            [1, 2, 1],
            [1, 1, 1],
          ]),
        ).oneColour,
        false,
      );
    });

    test("the colours follow the data where the asked range would hide most of them or show a few colours only", () => {
      const trace = (figure: Figure) => figure.data[0] as unknown as { zmin: number; zmax: number };
      const refused = trace(
        map(
          [
            [9, 8, 7],
            [6, 5, null],
          ],
          { range: [0, 1] },
        ),
      );
      assert.deepEqual([refused.zmin, refused.zmax], [5, 9]);
      const cut = trace(
        map(
          [
            [1, 2, 3],
            [2, 1, null],
          ],
          { range: [0, 100] },
        ),
      );
      assert.deepEqual([cut.zmin, cut.zmax], [0, 3]);
      const granted = trace(
        map(
          [
            [1, 2, 3],
            [2, 1, null],
          ],
          { range: [0, 5] },
        ),
      );
      assert.deepEqual([granted.zmin, granted.zmax], [0, 5]);
    });

    test("few cells far off do not take the colours from the others", () => {
      const cells = Array.from({ length: 10 }, (_, i) => Array.from({ length: 10 }, (__, j) => i + j / 10));
      cells[9]![9] = 1e6;
      const figure = heatmap({
        ...axes,
        z: { label: "error" },
        columns: cells.map((_, i) => i),
        rows: cells.map((_, i) => i),
        values: cells,
      });
      assert.equal(inspectFigure(figure).oneColour, false);
      const far = figure.data[0] as unknown as { zmax: number };
      assert.ok(far.zmax < 10, String(far.zmax));
      assert.match(captionOf(figure)!, /^\d % of the cells lie above the colour scale\./);
    });
  });
});
