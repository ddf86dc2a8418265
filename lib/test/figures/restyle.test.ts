import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Figure } from "../../dist/figures/figure.js";
import { fitFigure } from "../../dist/figures/fitFigure.js";
import { heatmap } from "../../dist/figures/heatmap.js";
import { lineChart } from "../../dist/figures/lineChart.js";
import { renderSvg } from "../../dist/figures/renderSvg.js";
import { restyle } from "../../dist/figures/restyle.js";
import { rememberFigure } from "../../dist/figures/shownFigures.js";
import { gallery } from "./gallery.ts";

interface Trace {
  readonly name?: string;
  readonly line?: { readonly color: string; readonly dash: string };
  readonly marker?: { readonly color: string };
  readonly fillcolor?: string;
  readonly showlegend?: boolean;
}
const names = (figure: Figure) => (figure.data as Trace[]).map(({ name }) => name);
const range = (figure: Figure, axis: "xaxis" | "yaxis" = "yaxis") => figure.layout[axis]!.range as [number, number];
const lines = gallery["log-lines"]!;

const curves = lineChart({
  x: { label: "k" },
  y: { label: "error" },
  series: [
    { name: "w_{k}", x: [1, 2, 3], y: [1, 2, 3], lower: [0.5, 1, 2], upper: [2, 3, 4] },
    { name: "bound", x: [1, 2, 9], y: [10, 50, 100] },
    { name: "simulated", x: [1, 2], y: [1.1, 2.1], lower: [1, 2], upper: [1.2, 2.4], style: "points" },
  ],
  marks: [{ axis: "y", value: 3, label: "floor", at: "outside" }],
});

describe("restyle", () => {
  test("leaves out curves with their bands, and closes the axes in on the others", () => {
    const fewer = restyle(curves, { drop: "bound" });
    assert.deepEqual(names(fewer), ["w<sub>k</sub> (band)", "w<sub>k</sub>", "simulated"]);
    assert.ok(range(fewer)[1] < 4.5 && range(fewer)[1] >= 4, String(range(fewer)));
    assert.ok(range(fewer, "xaxis")[1] < 3.2, String(range(fewer, "xaxis")));
    assert.deepEqual(names(restyle(curves, { drop: ["w_k", "simulated"] })), ["bound"]);
    assert.deepEqual(restyle(curves, { keep: ["w_{k}", "simulated"] }), fewer);
    assert.ok(fewer.endLabels![0]!.height > curves.endLabels![0]!.height * 5, "the label of the reference line moves with the axis");
  });

  test("does not change the given figure, nor anything that is not named", () => {
    const before = JSON.stringify(curves);
    restyle(curves, { drop: "bound", rename: { simulated: "x" }, colours: { simulated: "#123456" }, yRange: [0, 9], legend: "ends" });
    assert.equal(JSON.stringify(curves), before);
    for (const figure of Object.values(gallery)) assert.deepEqual(restyle(figure, {}), figure);
  });

  test("renames and recolours a curve with all that belongs to it, by the names it had before", () => {
    const figure = restyle(curves, {
      rename: { w_k: "n^{-1}", bound: "w_k" },
      colours: { w_k: "#ff0000", simulated: "#00ff00" },
      dash: { bound: "dot" },
    });
    const [band, line, bound, points] = figure.data as (Trace & { error_y?: { color: string } })[];
    assert.deepEqual([band!.name, line!.name, bound!.name], ["n<sup>−1</sup> (band)", "n<sup>−1</sup>", "w<sub>k</sub>"]);
    assert.deepEqual([band!.fillcolor, line!.line!.color, bound!.line!.dash], ["rgba(255,0,0,0.2)", "#ff0000", "dot"]);
    assert.deepEqual([points!.marker!.color, points!.error_y!.color], ["#00ff00", "#00ff00"]);
  });

  test("gives axes other titles in the same font, and ranges of their own with ticks that go with them", () => {
    const figure = restyle(lines, { title: "Errors", xLabel: "time t_1", yRange: [1e-3, 2], xRange: [1, 4] });
    const { title } = figure.layout.xaxis!;
    assert.deepEqual(title, { ...(lines.layout.xaxis!.title as object), text: "time t<sub>1</sub>" });
    assert.ok(Math.abs(range(figure)[0] + 3) < 1e-4 && Math.abs(range(figure)[1] - Math.log10(2)) < 1e-4);
    assert.deepEqual(figure.layout.xaxis!.tickvals, [1, 1.5, 2, 3, 4]);
    assert.equal(figure.layout.yaxis!.dtick, 1);
    assert.match(JSON.stringify(figure.layout.title), /<b>Errors<\/b>/);
  });

  test("puts the names elsewhere", () => {
    const ends = restyle(curves, { legend: "ends" });
    assert.deepEqual(
      ends.endLabels!.map(({ text }) => text),
      ["floor", "w<sub>k</sub>", "bound", "simulated"],
    );
    assert.equal(ends.layout.showlegend, false);
    const back = restyle(ends, { legend: "above" });
    assert.deepEqual(back.endLabels, curves.endLabels);
    assert.deepEqual(back.layout, curves.layout);
    assert.deepEqual(
      (back.data as Trace[]).map(({ showlegend }) => showlegend),
      (curves.data as Trace[]).map(({ showlegend }) => showlegend),
    );
    const renamed = restyle(ends, { rename: { bound: "limit" }, drop: "simulated" });
    assert.deepEqual(
      renamed.endLabels!.map(({ text }) => text),
      ["floor", "w<sub>k</sub>", "limit"],
    );
  });

  test("takes a figure by its name, or as a notebook shows it, and gives it a size", async () => {
    rememberFigure("restyled", curves);
    const sized = restyle("restyled", { width: 300, height: 200, fontSize: 9, caption: "Small." });
    assert.deepEqual([sized.size, sized.caption], [{ width: 300, height: 200, fontSize: 9 }, "Small."]);
    const svg = await renderSvg(sized);
    assert.match(svg, /viewBox="0 0 300 200"/);
    assert.match(svg, /font-size:8\.25px/);
    const shown = JSON.parse(JSON.stringify(fitFigure(curves, { width: 840, height: 525, fontSize: 15 })));
    assert.deepEqual(names(restyle(shown, { drop: "bound" })), ["w<sub>k</sub> (band)", "w<sub>k</sub>", "simulated"]);
  });

  test("leaves a heatmap's cells alone and knows the curves laid over it", () => {
    const map = heatmap({
      x: { label: "n" },
      y: { label: "k" },
      z: { label: "error" },
      columns: [1, 2],
      rows: [1, 2],
      values: [
        [1, 2],
        [3, 4],
      ],
      contours: [2],
    });
    const both = { ...map, data: [...map.data, ...curves.data] };
    assert.equal(restyle(both, { keep: "bound" }).data.length, 4);
    assert.throws(() => restyle(map, { drop: "error" }), RangeError);
  });

  test("names the curves where one is not found, and refuses values that a figure cannot have", () => {
    const known = '"w_k", "bound", "simulated"';
    for (const key of ["drop", "keep"] as const) {
      assert.throws(() => restyle(curves, { [key]: "bounds" }), {
        name: "RangeError",
        message: `restyle: ${key} must be the names of curves of the figure (${known}), got "bounds"`,
      });
    }
    for (const key of ["rename", "colours", "dash"] as const) {
      assert.throws(() => restyle(curves, { [key]: { bounds: "x" } }), {
        message: new RegExp(`^restyle: ${key} must be the names of curves`),
      });
    }
    assert.throws(() => restyle(curves, { drop: ["w_k", "bound", "simulated"] }), /drop must be fewer than all curves/);
    assert.throws(() => restyle(curves, { colours: { bound: "red" } }), /must be a colour such as "#0072B2", got "red"/);
    assert.throws(() => restyle(curves, { dash: { simulated: "dot" } }), /dash must be the names of curves with lines, got "simulated"/);
    assert.throws(() => restyle(lines, { yRange: [0, 1] }), /yRange must be two different numbers > 0, got \[0, 1\]/);
    assert.throws(() => restyle(lines, { width: 0 }), /width must be a finite number > 0, got 0/);
    assert.throws(() => restyle(lines, { legend: "left" as "none" }), /legend must be one of/);
    assert.throws(() => restyle("nowhere", {}), /the name of one that was shown/);
  });
});
