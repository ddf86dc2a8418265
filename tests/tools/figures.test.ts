import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { exportFigure } from "../../lib/dist/figures/exportFigure.js";
import { figureDigest, readFigureRecord } from "../../lib/dist/figures/figureRecord.js";
import { figureTable, toCsv } from "../../lib/dist/figures/figureTable.js";
import { fitFigure } from "../../lib/dist/figures/fitFigure.js";
import { lineChart } from "../../lib/dist/figures/lineChart.js";
import { exportNotebook, writeGallery } from "../../tools/figures.ts";
import { figureFolder, galleryPage } from "../../tools/gallery.ts";
import { figuresOf, NotExecutedError } from "../../tools/jupyter/figures.ts";
import { type Notebook, type Output, readNotebook, writeNotebook } from "../../tools/jupyter/notebook.ts";
import { pinnedNode, root } from "../../tools/workspace.mjs";
import { notebookOf } from "./fixtures.ts";

const temporary = mkdtempSync(join(tmpdir(), "cotlab-figures-"));
after(() => rmSync(temporary, { recursive: true, force: true }));
let count = 0;
const fresh = () => join(temporary, `case${count++}`);

const CAPTION = "Error *after* k steps; 400 prompts a point, d = 2, seed 7.";

/** What `show` leaves in a notebook. */
function shown(caption?: string, size = { width: 640, height: 400 }): Output {
  const figure = lineChart({
    x: { label: "k" },
    y: { label: "error", log: true },
    series: [10, 20].map((n) => ({ name: `n = ${n}`, x: [0, 1, 2], y: [1, 1 / n, n ** -2] })),
    legend: "ends",
  });
  const { data, layout } = fitFigure(figure, size);
  const plotly = JSON.parse(JSON.stringify({ data, layout: { ...layout, ...size } }));
  return {
    output_type: "display_data",
    data: { "application/vnd.plotly.v1+json": plotly, "text/plain": [caption ?? "(figure)"] },
    metadata: {},
  };
}

/** A notebook whose cells with these ids show these outputs. */
function notebookShowing(cells: Record<string, Output[]>): Notebook {
  const notebook = notebookOf(
    "// parameters\nconst params = { d: 2, n: Infinity, seed: 7 };",
    ...Object.keys(cells).map((id) => `show("${id}");`),
  );
  Object.entries(cells).forEach(([id, outputs], i) => {
    Object.assign(notebook.cells[i + 1], { id, outputs });
  });
  notebook.cells.unshift({ cell_type: "markdown", id: "title", metadata: {}, source: "# A small notebook: k & n\n\nText." });
  return notebook;
}

const FILE = "42-small.ipynb";
const ENDINGS = ["csv", "json", "pdf", "png", "svg"];

describe("the figures of a notebook", () => {
  test("are found with their caption, parameters and seed, and named after their cells", () => {
    const figures = figuresOf(FILE, notebookShowing({ "figure-law": [shown(CAPTION)], "map-show": [shown(), shown()], other: [] }));
    assert.deepEqual(
      figures.map(({ name, cell }) => [name, cell]),
      [
        ["law", "figure-law"],
        ["map", "map-show"],
        ["map-2", "map-show"],
      ],
    );
    assert.equal(figures[0].figure.caption, CAPTION);
    assert.deepEqual(figures[0].provenance, { notebook: FILE, seed: 7, parameters: { d: 2, n: Number.POSITIVE_INFINITY, seed: 7 } });
    assert.equal(figures[1].figure.caption, undefined);
    assert.equal(figures[1].provenance.seed, undefined, "a figure whose caption names no seed has none");
  });

  test("of a stored run have its seed and files, and not the notebook's parameters", () => {
    const noted = shown("Ratios, seed 7.");
    Object.assign((noted as { data: object }).data, { "application/vnd.cotlab.figure+json": { stored: ["data/a.csv"] } });
    const captions = ["Medians (stored run, seed 7).", "Stored elsewhere, another seed 8."].map((caption) => [shown(caption)]);
    const figures = figuresOf(FILE, notebookShowing({ a: captions[0], b: captions[1], c: [noted], d: [shown("Live, seed 7.")] }));
    assert.deepEqual(
      figures.slice(0, 3).map(({ provenance }) => provenance),
      [
        { notebook: FILE, seed: 7, stored: [] },
        { notebook: FILE, seed: 8, stored: [] },
        { notebook: FILE, seed: 7, stored: ["data/a.csv"] },
      ],
    );
    assert.ok(figures[3].provenance.parameters);
  });

  test("keep their proportions when the notebook shows them in another size", () => {
    const [usual, tall] = figuresOf(FILE, notebookShowing({ a: [shown()], b: [shown(CAPTION, { width: 560, height: 480 })] }));
    assert.equal(usual!.stretch, 1);
    assert.ok(Math.abs(tall!.stretch - 480 / 560 / (400 / 640)) < 1e-12);
  });

  test("have the names that they were shown under", () => {
    const named = shown(CAPTION);
    Object.assign((named as { data: object }).data, { "application/vnd.cotlab.figure+json": { name: "error-curves" } });
    const [figure] = figuresOf(FILE, notebookShowing({ "figure-law": [named] }));
    assert.deepEqual([figure!.name, "parameters" in figure!.provenance], ["error-curves", true]);
  });

  test("are refused while a cell has not run or has failed, with the cell and the remedy", () => {
    const notebook = notebookShowing({ law: [shown(CAPTION)] });
    Object.assign(notebook.cells[2], { execution_count: null, outputs: [] });
    assert.throws(() => figuresOf(FILE, notebook), {
      name: "NotExecutedError",
      message: "42-small.ipynb: code cell 2 (law) has not run, so its figures are missing; run `npm run reproduce -- 42`",
    });
    const failed = notebookShowing({ law: [{ output_type: "error", ename: "Error", evalue: "x", traceback: [] }] });
    assert.throws(() => figuresOf(FILE, failed), NotExecutedError);
  });

  test("are refused when two would have the same name", () => {
    assert.throws(
      () => figuresOf(FILE, notebookShowing({ "figure-law": [shown()], "law-show": [shown()] })),
      /two figures would be named law/,
    );
  });
});

describe("the export of a notebook", () => {
  test("writes every file of every figure, the same bytes each time, and removes what belongs to no figure", async () => {
    const target = { folder: fresh(), preset: "iclr" } as const;
    const directory = join(target.folder, "42-small");
    const notebook = notebookShowing({ "figure-law": [shown(CAPTION)], "map-show": [shown()] });
    await exportNotebook(FILE, notebook, target);
    const names = ["law", "map"].flatMap((name) => ENDINGS.map((ending) => `${name}.${ending}`));
    assert.deepEqual(readdirSync(directory).sort(), names);
    const first = names.map((name) => readFileSync(join(directory, name)));
    writeFileSync(join(directory, "gone.svg"), "");
    await exportNotebook(FILE, notebook, target);
    assert.deepEqual(readdirSync(directory).sort(), names);
    names.forEach((name, i) => {
      assert.ok(readFileSync(join(directory, name)).equals(first[i]), name);
    });
    const sidecar = JSON.parse(readFileSync(join(directory, "law.json"), "utf8"));
    assert.deepEqual(
      [sidecar.notebook, sidecar.cell, sidecar.seed, sidecar.run, sidecar.parameters.n, sidecar.preset],
      [FILE, "figure-law", 7, "live", "Infinity", "iclr"],
    );
    assert.match(sidecar.library.version, /^\d+\.\d+/);
    for (const ending of ["pdf", "png", "svg", "json"])
      assert.deepEqual(await readFigureRecord(join(directory, `law.${ending}`)), sidecar, `${ending}: what made the figure`);
    assert.match(readFileSync(join(directory, "law.csv"), "utf8"), /^series,x,y\nn = 10,0,1\nn = 10,1,0\.1\n/);
  });

  test("draws the same whether the notebook showed the figure large or small", async () => {
    const svg = async (size: { width: number; height: number }) => {
      const target = { folder: fresh(), preset: "icml" } as const;
      await exportNotebook(FILE, notebookShowing({ law: [shown(CAPTION, size)] }), target);
      // The record's fingerprint is that of the output, whose layout goes with its size.
      return readFileSync(join(target.folder, "42-small", "law.svg"), "utf8").replace(/"source":"\w+"/, "");
    };
    assert.ok((await svg({ width: 640, height: 400 })) === (await svg({ width: 1280, height: 800 })));
  });

  test("leaves a figure as it was when the notebook has not run", async () => {
    const target = { folder: fresh(), preset: "iclr" } as const;
    const notebook = notebookShowing({ law: [shown(CAPTION)] });
    await exportNotebook(FILE, notebook, target);
    Object.assign(notebook.cells[2], { execution_count: null, outputs: [] });
    await assert.rejects(exportNotebook(FILE, notebook, target), NotExecutedError);
    assert.deepEqual(readdirSync(join(target.folder, "42-small")).length, 5);
  });
});

describe("the gallery page", () => {
  test("shows each figure with its caption, its notebook, the command that remakes it, and its files", () => {
    const folder = fresh();
    const notebooks = fresh();
    mkdirSync(notebooks, { recursive: true });
    writeNotebook(join(notebooks, FILE), notebookShowing({ "figure-law": [shown(CAPTION)] }));
    mkdirSync(join(folder, "41-gone"), { recursive: true });
    writeFileSync(join(folder, "my-own.pdf"), "");
    writeGallery(folder, notebooks);
    const page = readFileSync(join(folder, "README.md"), "utf8");
    for (const part of [
      "## A small notebook: k & n",
      "](#a-small-notebook-k--n)",
      "[42-small.ipynb](../notebooks/42-small.ipynb)",
      "`npm run reproduce -- 42`",
      '<img src="42-small/law.png"',
      "Error \\*after\\* k steps; 400 prompts a point",
      ...ENDINGS.map((ending) => `[${ending.toUpperCase()}](42-small/law.${ending})`),
    ])
      assert.ok(page.includes(part), part);
    assert.deepEqual(readdirSync(folder).sort(), ["README.md", "my-own.pdf"], "folders of notebooks that are gone go, other files stay");
  });
});

describe("the committed figures", () => {
  const files = readdirSync(join(root, "notebooks"))
    .filter((file) => file.endsWith(".ipynb"))
    .sort();
  const sectionOf = (file: string) => {
    const notebook = readNotebook(join(root, "notebooks", file));
    return { file, notebook, figures: figuresOf(file, notebook) };
  };
  const remedy = "run `npm run figures`";

  for (const file of files) {
    test(`${file}: its figures are those of its outputs, with captions; none is missing, none left over, none there twice`, () => {
      const { figures } = sectionOf(file);
      const directory = join(root, "figures", figureFolder(file));
      const expected = figures.flatMap(({ name }) => ENDINGS.map((ending) => `${name}.${ending}`)).sort();
      const present = existsSync(directory) ? readdirSync(directory).sort() : [];
      assert.deepEqual(present, expected, remedy);
      for (const { name, figure } of figures) {
        const sidecar = JSON.parse(readFileSync(join(directory, `${name}.json`), "utf8"));
        assert.ok(figure.caption, `figure ${name} has no caption`);
        for (const path of sidecar.stored) assert.ok(existsSync(join(root, path)), `${name}: ${path}`);
        assert.equal(sidecar.source, figureDigest(figure), `${name} is stale; ${remedy}`);
        assert.equal(readFileSync(join(directory, `${name}.csv`), "utf8"), toCsv(figureTable(figure)), `${name}.csv is stale; ${remedy}`);
        for (const ending of ENDINGS) assert.ok(statSync(join(directory, `${name}.${ending}`)).size > 100, `${name}.${ending}`);
      }
      assert.equal(new Set(figures.map(({ figure }) => figureDigest(figure))).size, figures.length);
    });
  }

  test("are drawn as the library draws them now: the first of each notebook", async () => {
    for (const { file, figures } of files.map(sectionOf)) {
      if (figures.length === 0) continue;
      const { name, cell, figure, stretch, provenance } = figures[0];
      const metadata = { cell, ...provenance };
      const { svg } = await exportFigure(figure, { name, directory: fresh(), preset: "iclr", stretch, metadata });
      const committed = join(root, "figures", figureFolder(file), `${name}.svg`);
      assert.ok(readFileSync(committed, "utf8") === readFileSync(svg, "utf8"), `${file}, ${name}; ${remedy}`);
    }
  });

  test("stand on the gallery page, which is as the notebooks make it", () => {
    const sections = files.map(sectionOf);
    assert.equal(readFileSync(join(root, "figures", "README.md"), "utf8"), galleryPage(sections), remedy);
    const owned = sections.filter(({ figures }) => figures.length > 0).map(({ file }) => figureFolder(file));
    // The benchmarks' figures are of no notebook: npm run bench makes them.
    assert.deepEqual(readdirSync(join(root, "figures")).sort(), [...owned, "README.md", "benchmarks"].sort(), remedy);
    const bench = ["growth", "linear-algebra", "ratios"].flatMap((name) => ENDINGS.map((ending) => `${name}.${ending}`));
    assert.deepEqual(readdirSync(join(root, "figures", "benchmarks")).sort(), bench.sort(), "run `npm run bench -- --store --tables`");
  });

  test("take less than 150 kB a figure, all their files together", () => {
    const entries = readdirSync(join(root, "figures"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = entries.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
    const figures = entries.filter(({ name }) => name.endsWith(".png")).length;
    assert.ok(bytes < 150e3 * figures, `${bytes} bytes, ${figures} figures`);
  });
});

describe("npm run figures", () => {
  const figures = (...args: string[]) => spawnSync(pinnedNode, [join(root, "tools/figures.ts"), ...args], { cwd: root, encoding: "utf8" });

  test("exports one notebook at another size into a folder of its own", () => {
    const out = fresh();
    const { status, stderr } = figures("00", "--preset", "icml", "--out", out);
    assert.equal(status, 0, stderr);
    const [folder] = readdirSync(out);
    const sidecar = readdirSync(join(out, folder!)).find((name) => name.endsWith(".json"))!;
    assert.equal(JSON.parse(readFileSync(join(out, folder!, sidecar), "utf8")).inches[0], 3.25);
  });

  test("refuses what --set may not be, as reproduce does, and a folder of committed figures, before it runs or writes anything", () => {
    const before = readdirSync(join(root, "figures"), { recursive: true }).length;
    const refused = (...args: string[]) => {
      const { status, stderr } = figures(...args);
      assert.equal(status, 2, stderr);
      return stderr;
    };
    assert.match(refused("05", "--set", "n"), /^--set must be NAME=VALUE, got n/);
    assert.match(refused("05", "--set", "q=3"), /^--set: 05-scaling-law\.ipynb must have the parameter it sets; it has .*, got q/);
    assert.match(refused("05", "--set", "n=x"), /^--set: n must be a number/);
    assert.match(refused("05", "--set", "n=-1"), /^--set: 05-scaling-law\.ipynb: n must be an integer in \[/);
    for (const out of ["figures", "figures/new", "./out/../figures"])
      assert.match(refused("05", "--set", "n=3", "--out", out), /^figures: --out must be another folder than figures\//);
    assert.equal(readdirSync(join(root, "figures"), { recursive: true }).length, before);
    assert.ok(!existsSync(join(root, "out/figures/n=x")));
  });

  test("refuses an unknown notebook, preset or option in one line", () => {
    assert.match(figures("99").stderr, /^figures: no notebook starts with 99; there are 00-start-here\.ipynb/);
    assert.match(figures("--preset", "a4").stderr, /^figures: --preset must be one of iclr, iclr-half, neurips, .*slides, got a4/);
    const { status, stderr } = figures("--fast");
    assert.equal(status, 2);
    assert.match(stderr, /usage: npm run figures/);
  });

  test("--help prints the usage and nothing else", () => {
    const { status, stdout, stderr } = figures("--help");
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(stdout, /^usage: npm run figures/);
  });
});
