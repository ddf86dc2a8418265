import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { writeTogether } from "../../dist/data/writeTogether.js";
import { exportFigure } from "../../dist/figures/exportFigure.js";
import { figureDigest } from "../../dist/figures/figureRecord.js";
import { toCsv } from "../../dist/figures/figureTable.js";
import { lineChart } from "../../dist/figures/lineChart.js";
import { PRESET_NAMES, type PresetName } from "../../dist/figures/presets.js";
import { rememberFigure, shownFigures } from "../../dist/figures/shownFigures.js";
import { gallery } from "./gallery.ts";

const root = mkdtempSync(join(tmpdir(), "cotlab-export-"));
after(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const fresh = () => join(root, `case${count++}`);

describe("exportFigure", () => {
  test("writes the drawing, the numbers and what made them, and nothing else", async () => {
    const directory = fresh();
    const files = await exportFigure(gallery["log-lines"], { name: "rate", directory });
    assert.deepEqual(readdirSync(directory).sort(), ["rate.csv", "rate.json", "rate.pdf", "rate.png", "rate.svg"]);
    for (const path of Object.values(files)) assert.ok(existsSync(path), path);
  });

  test("the CSV holds the plotted numbers to the last digit", async () => {
    const x = [1, 2, 3];
    const y = [0.1 + 0.2, Math.PI * 1e-300, null];
    const figure = lineChart({
      x: { label: "k" },
      y: { label: "e" },
      series: [{ name: 'a "b", c', x, y, lower: [0, 0, null], upper: [1, 1, null] }],
    });
    const { csv } = await exportFigure(figure, { name: "numbers", directory: fresh() });
    const lines = readFileSync(csv, "utf8").split("\n");
    assert.equal(lines[0], "series,x,y,lower,upper");
    assert.equal(lines[1], '"a ""b"", c",1,0.30000000000000004,0,1');
    assert.equal(Number(lines[2].split(",")[3]), Math.PI * 1e-300);
    assert.equal(lines[3], '"a ""b"", c",3,,,');
    assert.equal(lines[4], "");
  });

  test("the CSV of a hand-made figure holds its traces", async () => {
    const figure = { data: [{ type: "scatter" as const, name: "w<sub>k</sub>", x: Float64Array.of(1, 2), y: [3, null] }], layout: {} };
    const { csv } = await exportFigure(figure, { name: "hand", directory: fresh() });
    assert.equal(readFileSync(csv, "utf8"), "series,x,y\nw_k,1,3\nw_k,2,\n");
  });

  test("the JSON says what made the figure", async () => {
    const metadata = {
      notebook: "03-rate.ipynb",
      cell: "figure-rate",
      seed: 7,
      parameters: { n: Number.POSITIVE_INFINITY, d: [1, 2], lambda: Float64Array.of(0.5) },
    };
    const { json } = await exportFigure(gallery["log-lines"], { name: "rate", directory: fresh(), preset: "icml", metadata });
    const { library, source, ...rest } = JSON.parse(readFileSync(json, "utf8"));
    assert.deepEqual(rest, {
      name: "rate",
      caption: "Error after k steps; d = 20, seed 7.",
      notebook: "03-rate.ipynb",
      cell: "figure-rate",
      seed: 7,
      run: "live",
      stored: [],
      parameters: { n: "Infinity", d: [1, 2], lambda: [0.5] },
      preset: "icml",
      inches: [3.25, 2.4896],
    });
    assert.equal(library.name, "cotlab");
    assert.equal(source, figureDigest(gallery["log-lines"]));
    assert.notEqual(source, figureDigest({ ...gallery["log-lines"], caption: "other" }));
    assert.match(library.version, /^\d+\.\d+\.\d+/);
  });

  test("the JSON of a stored run's figure says so, and names the run's files", async () => {
    const metadata = { seed: 7, stored: ["data/selection/demonstration.csv"] };
    const { json } = await exportFigure(gallery.bars!, { name: "stored", directory: fresh(), metadata });
    const { run, stored, parameters } = JSON.parse(readFileSync(json, "utf8"));
    assert.deepEqual([run, stored, parameters], ["stored", metadata.stored, {}]);
  });

  test("gives the same bytes each time", async () => {
    const [a, b] = [
      await exportFigure(gallery.bars!, { name: "a", directory: fresh() }),
      await exportFigure(gallery.bars!, { name: "a", directory: fresh() }),
    ];
    for (const kind of ["pdf", "svg", "png", "csv", "json"] as const) assert.ok(readFileSync(a[kind]).equals(readFileSync(b[kind])), kind);
  });

  const widths: Record<PresetName, number> = {
    iclr: 5.5,
    "iclr-half": 2.7,
    neurips: 5.5,
    "neurips-half": 2.7,
    icml: 3.25,
    "icml-wide": 6.75,
    aistats: 3.25,
    "aistats-wide": 6.75,
    uai: 3.25,
    "uai-wide": 6.75,
    jmlr: 6,
    pmlr: 6,
    tmlr: 6.5,
    acl: 7.7 / 2.54,
    "acl-wide": 16 / 2.54,
    aaai: 3.3,
    "aaai-wide": 6.975,
    cvpr: 3.25,
    "cvpr-wide": 6.875,
    ieee: 3.5,
    "ieee-wide": 7.16,
    slides: 10,
  };
  const larger: Partial<Record<PresetName, readonly [number, number]>> = { slides: [14, 15.5], jmlr: [9.1, 10], pmlr: [9.1, 10] };
  for (const preset of PRESET_NAMES) {
    const points = larger[preset] ?? ([8, 9] as const);
    test(`"${preset}" is ${widths[preset]} in wide, to half a point and to a dot at 300 dpi, with text of ${points.join(" to ")} pt`, async () => {
      const files = await exportFigure(gallery["linear-ends"], { name: "sized", directory: fresh(), preset });
      const box = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(readFileSync(files.pdf, "latin1"))!;
      assert.ok(Math.abs(Number(box[1]) - 72 * widths[preset]) < 0.5, box[0]);
      assert.ok(Math.abs(readFileSync(files.png).readUInt32BE(16) - 300 * widths[preset]) <= 1);
      const svg = readFileSync(files.svg, "utf8");
      const enlargement = (96 * widths[preset]) / Number(/viewBox="0 0 ([\d.]+)/.exec(svg)![1]);
      const sizes = Array.from(svg.matchAll(/<text[^>]*font-size:([\d.]+)px/g), ([, px]) => 0.75 * Number(px) * enlargement);
      assert.ok(sizes.length >= 8);
      for (const size of sizes) assert.ok(size >= points[0] - 1e-9 && size <= points[1] + 1e-9, `${size} pt`);
    });
  }

  test("stretches the preset's height, not its width", async () => {
    const sizes = await Promise.all(
      [1, 1.5].map(async (stretch) => {
        const { json } = await exportFigure(gallery["linear-ends"], { name: "tall", directory: fresh(), stretch });
        return JSON.parse(readFileSync(json, "utf8")).inches as number[];
      }),
    );
    assert.deepEqual(sizes, [
      [5.5, 3.125],
      [5.5, 4.6875],
    ]);
  });

  test("finds a figure by the name under which it was shown, and calls its files by it", async () => {
    rememberFigure("shown-bars", gallery.bars!);
    const directory = fresh();
    await exportFigure("shown-bars", { directory });
    await exportFigure(gallery.bars!, { directory });
    await exportFigure("shown-bars", { name: "other", directory });
    const names = ["other", "shown-bars"].flatMap((name) => ["csv", "json", "pdf", "png", "svg"].map((ending) => `${name}.${ending}`));
    assert.deepEqual(readdirSync(directory).sort(), names);
    assert.ok(shownFigures().includes("shown-bars"));
    await assert.rejects(exportFigure("shown-bar", { directory }), {
      name: "RangeError",
      message:
        'exportFigure: figure must be a figure, or the name of one that was shown ("shown-bars"), got "shown-bar". Show it first: cot.show(figure, { name })',
    });
    await assert.rejects(exportFigure(gallery.heatmap!, { directory }), /name must be a file name/, "a figure without a name wants one");
  });

  test("keeps the size that a figure has of its own, and puts what leaves the frame into the caption", async () => {
    const y = { label: "error", range: [0, 2] as const };
    const chart = lineChart({ x: { label: "k" }, y, series: [{ name: "a", x: [0, 1, 2], y: [0.1, 1.9, 5] }], caption: "Error." });
    const { json } = await exportFigure(
      { ...chart, size: { width: 192, height: 144, fontSize: 16 } },
      { name: "own", directory: fresh(), preset: "jmlr" },
    );
    const { inches, caption } = JSON.parse(readFileSync(json, "utf8"));
    assert.deepEqual(inches, [2, 1.5]);
    assert.equal(caption, "Error. The curve leaves the frame at the top.");
  });

  test("refuses a name that is no plain file name", async () => {
    for (const name of ["", "../up", "a/b", "a.pdf", ".hidden", "a b", "-a", "é", "a".repeat(81)]) {
      await assert.rejects(exportFigure(gallery.bars!, { name, directory: root }), {
        name: "RangeError",
        message: /^exportFigure: name must be a file name of letters/,
      });
    }
  });

  test("refuses an unknown preset, a bad height, and metadata that JSON cannot hold, before it writes anything", async () => {
    const directory = fresh();
    const go = (more: object) => exportFigure(gallery.bars!, { name: "a", directory, ...more });
    await assert.rejects(go({ preset: "a4" }), {
      message: `exportFigure: preset must be one of ${PRESET_NAMES.map((name) => `"${name}"`).join(", ")}, got "a4"`,
    });
    await assert.rejects(go({ height: 0 }), { message: "exportFigure: height must be a finite number > 0, got 0" });
    await assert.rejects(go({ stretch: -1 }), { message: "exportFigure: stretch must be a number in [0.1, 10], got -1" });
    await assert.rejects(go({ metadata: { parameters: { n: Number.NaN } } }), {
      message: "exportFigure: metadata n must be a value that JSON can hold, got NaN",
    });
    await assert.rejects(exportFigure(gallery.bars!, { name: "a", directory: "" }), {
      message: 'exportFigure: directory must be a non-empty string, got ""',
    });
    assert.equal(existsSync(directory), false);
  });

  test("changes nothing when one of its files cannot be replaced", async () => {
    const directory = fresh();
    await exportFigure(gallery.bars!, { name: "a", directory });
    const before = readFileSync(join(directory, "a.svg"));
    rmSync(join(directory, "a.json"));
    mkdirSync(join(directory, "a.json"));
    await assert.rejects(exportFigure(gallery.heatmap!, { name: "a", directory }), /a\.json/);
    assert.ok(readFileSync(join(directory, "a.svg")).equals(before));
    assert.deepEqual(readdirSync(directory).sort(), ["a.csv", "a.json", "a.pdf", "a.png", "a.svg"]);
  });

  test("changes nothing when the figure cannot be drawn", async () => {
    const directory = fresh();
    await exportFigure(gallery.bars!, { name: "a", directory });
    const before = readFileSync(join(directory, "a.svg"));
    await assert.rejects(
      exportFigure({ data: [], layout: { width: -1 } } as never, { name: "a", directory }),
      /figure must have only attributes/,
    );
    assert.ok(readFileSync(join(directory, "a.svg")).equals(before));
    assert.deepEqual(readdirSync(directory).sort(), ["a.csv", "a.json", "a.pdf", "a.png", "a.svg"]);
  });
});

describe("writeTogether", () => {
  test("replaces all files, and leaves nothing else behind", async () => {
    const directory = fresh();
    mkdirSync(directory);
    writeFileSync(join(directory, "a"), "old");
    await writeTogether({ [join(directory, "a")]: "1", [join(directory, "b")]: "2" });
    assert.deepEqual(readdirSync(directory).sort(), ["a", "b"]);
    assert.equal(readFileSync(join(directory, "a"), "utf8"), "1");
  });

  test("writes nothing when one of the files cannot be written", async () => {
    const directory = fresh();
    mkdirSync(directory);
    writeFileSync(join(directory, "a"), "old");
    const files = { [join(directory, "a")]: "new", [join(directory, "missing", "b")]: "new" };
    await assert.rejects(writeTogether(files), { code: "ENOENT" });
    assert.deepEqual(readdirSync(directory), ["a"]);
    assert.equal(readFileSync(join(directory, "a"), "utf8"), "old");
  });

  test("puts the old files back when a later one cannot take its place", async () => {
    const directory = fresh();
    mkdirSync(directory);
    mkdirSync(join(directory, "c"));
    writeFileSync(join(directory, "a"), "old");
    const files = Object.fromEntries(["a", "b", "c", "d"].map((name) => [join(directory, name), "new"]));
    await assert.rejects(writeTogether(files), /path must be a file's, got the folder/);
    assert.deepEqual(readdirSync(directory).sort(), ["a", "c"]);
    assert.equal(readFileSync(join(directory, "a"), "utf8"), "old");
  });
});

describe("toCsv", () => {
  test("quotes what RFC 4180 wants quoted", () => {
    assert.equal(
      toCsv({
        columns: ["a", 'b"'],
        rows: [
          ["x,y", 1],
          ["line\nbreak", null],
        ],
      }),
      'a,"b"""\n"x,y",1\n"line\nbreak",\n',
    );
  });
});
