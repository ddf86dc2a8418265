import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { exportFigure } from "../../dist/figures/exportFigure.js";
import type { Figure } from "../../dist/figures/figure.js";
import { readFigureRecord } from "../../dist/figures/figureRecord.js";
import { lineChart } from "../../dist/figures/lineChart.js";
import { renderPdf } from "../../dist/figures/renderPdf.js";
import { renderPng } from "../../dist/figures/renderPng.js";
import { renderSvg } from "../../dist/figures/renderSvg.js";
import { restyle } from "../../dist/figures/restyle.js";
import { parameters } from "../../dist/notebook/parameters.js";
import { show } from "../../dist/notebook/show.js";

const root = mkdtempSync(join(tmpdir(), "cotlab-record-"));
after(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const fresh = () => join(root, `case${count++}`);
const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

const declaration = {
  m: { kind: "length", meaning: "examples", range: [1, 100], committed: 10 },
  lengths: { kind: "integers", meaning: "lengths", range: [1, 100], size: [1, 5], committed: [1, 2] },
  seed: { kind: "integer", meaning: "of the streams", range: [0, 1e9], committed: 7 },
} as const;
const declare = (m: number) => parameters(declaration, { m, lengths: [3, 4], seed: 7 });
const chart = (caption: string): Figure =>
  lineChart({
    x: { label: "k" },
    y: { label: "e" },
    series: [
      { name: "a", y: [4, 1], x: [0, 1] },
      { name: "b", y: [2, 1], x: [0, 1] },
    ],
    caption,
  });
const PRINTED = ["pdf", "png", "svg", "json"] as const;

describe("what made a figure", () => {
  test("is in every printed file: the parameters of the run that showed it, its seed, the library's version", async () => {
    declare(20);
    const tricky = 'Error ‖w − ŵ‖² (a) \\ <b> & "c"; Λ, seed 7. 𝔼';
    await show(chart(tricky), { name: "before" });
    declare(Number.POSITIVE_INFINITY); // the figure that was shown is not made by these
    await show(chart("Error, seed 7."), { name: "after" });
    for (const [name, m, caption] of [
      ["before", 20, tricky],
      ["after", "Infinity", "Error, seed 7."],
    ] as const) {
      const files = await exportFigure(name, { directory: fresh() });
      for (const kind of PRINTED) {
        const record = await readFigureRecord(files[kind]);
        assert.deepEqual(record.parameters, { m, lengths: [3, 4], seed: 7 }, kind);
        assert.deepEqual([record.name, record.caption, record.seed, record.run], [name, caption, 7, "live"], kind);
        assert.deepEqual(record.library, { name: "cotlab", version }, kind);
      }
    }
  });

  test("follows a figure that is restyled, and is known of one that was never shown", async () => {
    declare(30);
    const shown = await show(chart("Seed 7."));
    declare(40);
    const [restyled, unseen] = [restyle(shown, { drop: "a" }), chart("Seed 7.")];
    const ms = await Promise.all(
      [restyled, unseen].map(
        async (figure) => (await readFigureRecord((await exportFigure(figure, { name: "f", directory: fresh() })).png)).parameters.m,
      ),
    );
    assert.deepEqual(ms, [30, 40]);
  });

  test("is not the notebook's parameters where a stored run made the figure", async () => {
    declare(20);
    await show(chart("Ratios."), { name: "old", stored: ["data/a.csv"] });
    const record = await readFigureRecord((await exportFigure("old", { directory: fresh() })).svg);
    assert.deepEqual([record.run, record.stored, record.parameters], ["stored", ["data/a.csv"], {}]);
    const said = await exportFigure(chart("Live."), { name: "said", directory: fresh(), metadata: { stored: ["b.csv"] } });
    assert.deepEqual((await readFigureRecord(said.pdf)).parameters, {});
    const named = await exportFigure(chart("Live."), {
      name: "named",
      directory: fresh(),
      metadata: { notebook: "x.ipynb", parameters: { n: 1 } },
    });
    const { notebook, parameters } = await readFigureRecord(named.pdf);
    assert.deepEqual([notebook, parameters], ["x.ipynb", { n: 1 }]);
  });

  test("is in what the functions that draw return", async () => {
    declare(50);
    const figure = chart("Error.");
    const drawn = { "a.svg": await renderSvg(figure), "a.png": await renderPng(figure), "a.pdf": await renderPdf(figure, { title: "T" }) };
    for (const [name, content] of Object.entries(drawn)) {
      const path = join(root, name);
      writeFileSync(path, content);
      const { parameters, inches, caption } = await readFigureRecord(path);
      assert.deepEqual([parameters.m, inches, caption], [50, [5.5, 3.4375], "Error."], name);
    }
    assert.match(readFileSync(join(root, "a.pdf"), "latin1"), /\n\(T\)\n/);
  });

  test("is not found in files of others", async () => {
    const others = {
      "o.svg": "<svg></svg>",
      "o.json": "{}",
      "p.json": "null",
      "o.txt": "x",
      "o.pdf": "%PDF-1.5\n",
      "o.png": "\u0089PNG\r\n\u001a\n",
    };
    for (const [name, content] of Object.entries(others)) {
      writeFileSync(join(root, name), content, "latin1");
      await assert.rejects(
        readFigureRecord(join(root, name)),
        { name: "RangeError", message: /^readFigureRecord: path must be the SVG, PNG, PDF or JSON file/ },
        name,
      );
    }
    await assert.rejects(readFigureRecord(join(root, "none.png")), {
      name: "RangeError",
      message: /^readFigureRecord: path must be a file that can be read \(ENOENT\), got /,
    });
  });
});
