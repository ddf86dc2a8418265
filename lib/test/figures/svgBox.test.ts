import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Figure } from "../../dist/figures/figure.js";
import { renderSvg } from "../../dist/figures/renderSvg.js";
import { pathLength, pointAtLength } from "../../dist/figures/svgBox.js";

describe("paths without a browser", () => {
  for (const [path, length] of [
    ["M0,0L3,4", 5],
    ["M1,1H4V5", 7],
    ["M1,1h3v4h-3z", 14],
    ["m1 1 3 4", 5],
    ["M0,0L3,4M10,10l-3-4", 5 + Math.hypot(7, 6) + 5],
    ["M0,0C1,0 2,0 3,0S5,0 6,0", 6],
    ["M0,0Q1,0 2,0", 2],
    ["M1e1,.5L1.2e1,.5", 2],
  ] as const) {
    test(`"${path}" has length ${length.toFixed(3)}`, () => {
      assert.ok(Math.abs(pathLength(path) - length) < 1e-9, String(pathLength(path)));
    });
  }

  test("a circle of four curves is a circle to half a per cent", () => {
    const k = 0.5522847498;
    const circle = `M1,0C1,${k} ${k},1 0,1S-1,${k} -1,0S-${k},-1 0,-1S1,-${k} 1,0Z`;
    assert.ok(Math.abs(pathLength(circle) / (2 * Math.PI) - 1) < 0.005);
    const top = pointAtLength(circle, pathLength(circle) / 4);
    assert.ok(Math.hypot(top.x, top.y - 1) < 0.01);
  });

  test("a point at a length lies on the path, and never beyond its ends", () => {
    assert.deepEqual(pointAtLength("M0,0L3,4", 2.5), { x: 1.5, y: 2 });
    assert.deepEqual(pointAtLength("M0,0L3,4", -1), { x: 0, y: 0 });
    assert.deepEqual(pointAtLength("M0,0L3,4", 99), { x: 3, y: 4 });
  });

  test("refuses a command that is not one of SVG's", () => {
    assert.throws(() => pathLength("M0,0X3,4"), /command must be one of/);
  });

  test("Plotly's own contour trace draws with labels on its lines", async () => {
    const values = [0, 1, 2, 3, 4].map((y) => [0, 1, 2, 3, 4].map((x) => (x - 2) ** 2 + (y - 2) ** 2));
    const figure = {
      data: [
        { type: "contour", z: values, contours: { coloring: "lines", showlabels: true, start: 1, end: 5, size: 2 }, showscale: false },
      ],
      layout: {},
    } as unknown as Figure;
    const svg = await renderSvg(figure, { width: 400, height: 300 });
    assert.match(svg, /<text[^>]*>3<\/text>/);
    assert.doesNotMatch(svg, /NaN/);
  });
});
