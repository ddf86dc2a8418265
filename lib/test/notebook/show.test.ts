import assert from "node:assert/strict";
import { test } from "node:test";
import { Checks } from "../../dist/core/check.js";
import { inspectFigure } from "../../dist/figures/inspectFigure.js";
import { lineChart } from "../../dist/figures/lineChart.js";
import { namedFigure } from "../../dist/figures/shownFigures.js";
import { interactive, screenSize, show } from "../../dist/notebook/show.js";

const chart = lineChart({
  x: { label: "k" },
  y: { label: "error", range: [0, 5] },
  series: [
    { name: "a", x: [0, 1, 2], y: [1, 2, 4] },
    { name: "b", x: [0, 1, 2], y: [2, 4, 8] },
  ],
  caption: "Errors, seed 7.",
});

test("show gives the figure back and keeps it by its name", async () => {
  const figure = await show(chart, { name: "shown-chart" });
  assert.equal(figure, chart);
  assert.equal(namedFigure(new Checks("f"), "shown-chart"), chart);
  await assert.rejects(show(chart, { name: "a chart" }), { name: "RangeError", message: /^show: name must be a file name of letters/ });
});

test("a figure on the screen has text of the size of prose, its own size where it has one, and says what leaves the frame", () => {
  const size = screenSize(chart, {});
  assert.deepEqual(size, { width: 840, height: 525, fontSize: 15 });
  assert.deepEqual(screenSize({ ...chart, size: { width: 500, fontSize: 12 } }, { width: 600 }), { width: 600, height: 525, fontSize: 12 });
  const bundle = interactive(chart, size);
  assert.equal(bundle["text/plain"], "Errors, seed 7. 1 of 2 curves leaves the frame at the top.");
  const { data, layout } = JSON.parse(JSON.stringify(bundle["application/vnd.plotly.v1+json"]));
  assert.deepEqual([layout.width, layout.height], [840, 525]);
  assert.deepEqual([layout.xaxis.title.font.size, layout.xaxis.tickfont.size, layout.legend.font.size], [15, 13.75, 13.75]);
  assert.deepEqual(inspectFigure({ data, layout }), inspectFigure(chart));
});
