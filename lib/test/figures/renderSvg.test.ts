import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { barChart } from "../../dist/figures/barChart.js";
import type { Figure } from "../../dist/figures/figure.js";
import { lineChart } from "../../dist/figures/lineChart.js";
import { drawSvg, renderSvg } from "../../dist/figures/renderSvg.js";
import { gallery } from "./gallery.ts";
import { assertSnapshots, normaliseSvg } from "./snapshot.ts";

const size = { width: 528, height: 300 };
const texts = (svg: string) =>
  Array.from(svg.matchAll(/<text[^>]*>(.*?)<\/text>/g), ([, inner]) =>
    inner!
      .replace(/<[^>]*>/g, "")
      .replaceAll("&gt;", ">")
      .replaceAll("&lt;", "<"),
  );

describe("renderSvg", () => {
  for (const [name, figure] of Object.entries(gallery)) {
    test(`draws "${name}" as it is stored, at text width and at column width`, async () => {
      assertSnapshots({ [name]: await drawSvg(figure, size), [`${name}-column`]: await drawSvg(figure, { width: 312, height: 240 }) });
    });
  }

  test("gives the same bytes each time, whatever was drawn in between", async () => {
    const first = await renderSvg(gallery["log-lines"], size);
    await renderSvg(gallery.heatmap!, size);
    assert.ok((await renderSvg(gallery["log-lines"], size)) === first);
  });

  test("draws kinds of trace that this library has no chart for", async () => {
    const polar: Figure = { data: [{ type: "scatterpolar", r: [1, 2, 3], theta: [0, 90, 180] }], layout: {} };
    assert.ok(texts(await renderSvg(polar, size)).includes("135°"));
  });

  test("draws figures that are asked for at the same time one after another", async () => {
    const names = ["heatmap", "bars"];
    const together = await Promise.all(names.map((name) => renderSvg(gallery[name], size)));
    for (const [i, name] of names.entries()) assert.ok(together[i] === (await renderSvg(gallery[name], size)), name);
  });

  test("shows the title, the axis titles, the ticks, the names and the labels of reference lines", async () => {
    const shown = texts(await renderSvg(gallery["log-lines"], size));
    for (const text of [
      "Error against steps",
      "steps k",
      "error ‖wk − w‖²",
      "theory",
      "simulation, n = 20",
      "λmax = 2",
      "noise floor σ²",
      "k∗ = 5",
    ]) {
      assert.ok(shown.includes(text), `${text} in ${shown.join(" | ")}`);
    }
    for (const tick of ["1", "10", "10−1", "10−2"]) assert.ok(shown.includes(tick), `tick ${tick} in ${shown.join(" | ")}`);
  });

  test("writes under each bar its own name, numbers too", async () => {
    for (const categories of [
      ["1", "2", "3"],
      ["-1", "0", "1"],
      ["3", "1", "2"],
    ]) {
      const chart = barChart({ categories, x: { label: "c" }, y: { label: "y" }, series: [{ values: [7, 8, 9] }] });
      const svg = await renderSvg(chart, size);
      const ticks = [...svg.matchAll(/<text text-anchor="middle" x="0" y="276"[^>]*translate\(([\d.]+),0\)">(.*?)<\/text>/g)];
      const inOrder = ticks.sort((a, b) => Number(a[1]) - Number(b[1])).map(([, , name]) => name.replace("−", "-"));
      assert.deepEqual(inOrder, categories);
    }
  });

  test("is self-contained: its own size, a white ground, font families with fallbacks, no links, no scripts", async () => {
    const svg = await renderSvg(gallery.heatmap!, size);
    assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]* width="528" height="300" viewBox="0 0 528 300"/);
    assert.match(svg, /font-family="Arimo, [^"]*sans-serif"/);
    assert.match(svg, /<rect x="0" y="0" width="528" height="300" style="fill:#ffffff"\/>/);
    assert.doesNotMatch(svg, /<script|<image|<foreignObject|data:|NaN|undefined|href="(?!#)/);
    for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g)) assert.ok(svg.includes(`id="${id}"`), `id ${id} is defined`);
  });

  test("stays small", async () => {
    for (const [name, figure] of Object.entries(gallery)) {
      const { length } = await renderSvg(figure, size);
      assert.ok(length < 40_000, `${name}: ${length} characters`);
    }
  });

  test("scales the whole drawing, text included, without changing its layout", async () => {
    const plain = await drawSvg(gallery.bars!, size);
    const scaled = await drawSvg(gallery.bars!, { ...size, scale: 2 });
    assert.match(scaled, / width="1056" height="600" viewBox="0 0 528 300"/);
    const inside = (svg: string) => normaliseSvg(svg).split("\n").slice(1).join("\n");
    assert.ok(inside(scaled) === inside(plain));
  });

  test("leaves the figure as it was", async () => {
    const before = JSON.stringify(gallery["linear-ends"]);
    await renderSvg(gallery["linear-ends"], size);
    assert.equal(JSON.stringify(gallery["linear-ends"]), before);
  });

  test("draws a hand-made Plotly figure with typed arrays", async () => {
    const figure: Figure = {
      data: [{ type: "scatter", x: Float64Array.of(1, 2, 3), y: Float64Array.of(2, 1, 2) }],
      layout: { title: { text: "by hand" } },
    };
    assert.ok(texts(await renderSvg(figure, size)).includes("by hand"));
  });

  test("leaves no trace of a browser on the global object", async () => {
    await renderSvg(gallery.bars!, size);
    for (const name of ["window", "document", "Plotly", "self"])
      assert.equal((globalThis as Record<string, unknown>)[name], undefined, name);
  });

  test("refuses an attribute that Plotly does not know", async () => {
    const figure = { data: [{ type: "scatter", y: [1, 2], lines: { color: "red" } }], layout: {} } as unknown as Figure;
    await assert.rejects(renderSvg(figure, size), {
      name: "RangeError",
      message: /^renderSvg: figure must have only attributes that Plotly knows, got .*lines/,
    });
  });

  test("throws when Plotly warns", async () => {
    const y = Array.from({ length: 10 }, (_, i) => i);
    const figure = {
      data: [{ type: "scatter", x: y, y }],
      layout: { xaxis: { rangebreaks: [{ bounds: [3, 3] }], tickformat: "%%%q" } },
    } as unknown as Figure;
    await assert.rejects(renderSvg(figure, size), /renderSvg: Plotly warned while drawing: .*%%%q/);
    await renderSvg(gallery.bars!, size); // and goes on with the next figure
  });

  test("refuses a smoothed heatmap, which only a bitmap could show", async () => {
    const figure = {
      data: [
        {
          type: "heatmap",
          z: [
            [1, 2],
            [3, 4],
          ],
          zsmooth: "best",
        },
      ],
      layout: {},
    } as unknown as Figure;
    await assert.rejects(renderSvg(figure, size), /a heatmap must have zsmooth: false/);
  });

  test("refuses a character that no shipped font has", async () => {
    const figure = lineChart({ x: { label: "步" }, y: { label: "y" }, series: [{ x: [1, 2], y: [1, 2] }] });
    await assert.rejects(renderSvg(figure, size), { name: "RangeError", message: /every character must have a glyph.*U\+6B65/ });
  });

  test("refuses a size that is not a positive number", async () => {
    await assert.rejects(renderSvg(gallery.bars!, { width: 0, height: 1 }), {
      message: "renderSvg: width must be a number in [1, 20000], got 0",
    });
    await assert.rejects(renderSvg(gallery.bars!, { width: 1, height: Number.NaN }), {
      message: "renderSvg: height must be a number in [1, 20000], got NaN",
    });
    await assert.rejects(renderSvg(gallery.bars!, { scale: -1 }), { message: "renderSvg: scale must be a number in [0.01, 100], got -1" });
  });
});
