import assert from "node:assert/strict";
import { test } from "node:test";
import { curve, logCurve } from "../../dist/figures/curve.js";
import { heatmap } from "../../dist/figures/heatmap.js";
import { lineChart } from "../../dist/figures/lineChart.js";
import { overlay } from "../../dist/figures/overlay.js";

test("a curve has gaps where its function has no value, and keeps its style", () => {
  assert.deepEqual(
    curve([0, 1, 2], (x) => 1 / x, { name: "1/x", color: 2 }),
    { x: [0, 1, 2], y: [null, 1, 0.5], name: "1/x", color: 2 },
  );
});

test("a curve from logarithms can be drawn on a log axis whatever they are", () => {
  const series = logCurve([-1e5, -600, 0, 600, 1e5], (x) => x);
  assert.deepEqual(
    Array.from(series.y, (y) => y !== null),
    [false, true, true, true, false],
  );
  assert.ok(lineChart({ x: { label: "x" }, y: { label: "y", log: true }, series: [series] }).data.length === 1);
});

test("what is laid over a heatmap keeps the heatmap's axes and brings its names", () => {
  const axes = { x: { label: "n", log: true }, y: { label: "k" }, z: { label: "error" } };
  const map = heatmap({
    ...axes,
    columns: [1, 10],
    rows: [1, 2],
    values: [
      [4, 2],
      [2, 1],
    ],
    caption: "A map.",
  });
  const both = overlay(map, [{ name: "edge", x: [1, 10], y: [1, 2] }]);
  assert.deepEqual([both.data.length, both.caption], [2, "A map."]);
  assert.deepEqual([both.layout.xaxis, both.layout.yaxis], [map.layout.xaxis, map.layout.yaxis]);
  assert.equal(both.layout.showlegend, true);
  // The axis of n is logarithmic, and so takes no zero.
  assert.throws(() => overlay(map, [{ x: [0], y: [1] }]), /> 0 on a log axis/);
});
