import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { executeNotebook } from "../../tools/jupyter/execute.ts";
import { codeCells, type Notebook, readNotebook, textOf, writeNotebook } from "../../tools/jupyter/notebook.ts";
import { setParameters } from "../../tools/jupyter/parameters.ts";
import { startServer } from "../../tools/jupyter/server.ts";
import { root } from "../../tools/workspace.mjs";
import { notebookOf } from "../tools/fixtures.ts";
import { type Lab, launchChromium, SKIP, startLab, TOKEN } from "./lab.ts";

const MINUTE = 60_000;
const PLOTLY = "application/vnd.plotly.v1+json";
/** JupyterLab shows a live figure in place of Plotly's. */
const LIVE = "application/vnd.cotlab.live+json";
/** Long enough for whatever happens to a figure after it is drawn, in milliseconds. */
const SETTLES = 1000;

/** The tests work on copies: JupyterLab saves on its own, and the committed notebooks must not change. */
const COPY = join(root, "out", "browser");

const NOTEBOOKS = readdirSync(join(root, "notebooks"))
  .filter((file) => file.endsWith(".ipynb"))
  .sort();
const notebookFile = (number: string): string => NOTEBOOKS.find((file) => file.startsWith(`${number}-`))!;

let lab: Lab;
let browser: Browser;

/** Waits until the status bar names the kernel and its state: the notebook's own sign says idle before there is one, and then JupyterLab runs nothing. */
const kernelReady = (page: Page): Promise<void> => page.locator("#jp-bottom-panel", { hasText: "TypeScript (cotlab) | Idle" }).waitFor();

async function open(path: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  page.setDefaultTimeout(MINUTE);
  await page.goto(`${lab.base}/lab/tree/${path}?token=${TOKEN}&reset`);
  await page.locator(".jp-Notebook .jp-Cell").first().waitFor();
  await kernelReady(page);
  return page;
}

async function menu(page: Page, name: string, item: RegExp): Promise<void> {
  await page.locator(".lm-MenuBar-item", { hasText: new RegExp(`^${name}$`) }).click();
  await page.locator(".lm-Menu-item", { hasText: item }).first().click();
}

async function restartAndRun(page: Page): Promise<void> {
  await menu(page, "Run", /Restart Kernel and Run All Cells/);
  await page.locator(".jp-Dialog .jp-mod-accept").click();
}

async function runAll(page: Page): Promise<void> {
  // Old prompts must not be taken for new ones.
  await page
    .locator(".jp-Notebook")
    .first()
    .click({ position: { x: 5, y: 5 } });
  await menu(page, "Edit", /Clear Outputs of All Cells/);
  await restartAndRun(page);
  await page.waitForFunction(() => {
    const prompts = [...document.querySelectorAll(".jp-CodeCell")]
      .filter((cell) => cell.querySelector(".cm-content")?.textContent?.trim())
      .map((cell) => cell.querySelector(".jp-InputPrompt")?.textContent);
    // The prompts of folded cells are not on the page.
    return prompts.length > 0 && prompts.every((text) => /^\[\d+\]:$/.test(text ?? ""));
  });
}

/** Titles and tick labels of every Plotly figure on the page. */
const plotTexts = (page: Page): Promise<string[]> =>
  page
    .locator(".js-plotly-plot")
    .evaluateAll((plots) => plots.map((plot) => [...plot.querySelectorAll("text")].map((text) => text.textContent).join(" | ")));

/** What the tables of the page say, cell by cell. */
const shownTables = (page: Page): Promise<string[]> => page.locator(".jp-OutputArea-output td").allTextContents();

/** What the tables among a notebook's outputs say. */
const storedTables = (notebook: Notebook): string[] =>
  codeCells(notebook)
    .flatMap(({ cell }) =>
      (cell.outputs ?? []).flatMap((output) => (output.output_type === "display_data" ? textOf(output.data["text/html"] ?? "") : "")),
    )
    .flatMap((html) =>
      [...html.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, text]) =>
        text!.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&"),
      ),
    );

/** The curves of every figure on the page, as drawn. */
const curves = (page: Page): Promise<string[]> =>
  page
    .locator(".js-plotly-plot")
    .evaluateAll((plots) =>
      plots.map((plot) => [...plot.querySelectorAll(".scatterlayer path")].map((path) => path.getAttribute("d")).join(" ")),
    );

/** Runs all cells in the kernel as it is, and waits until none is left. */
async function runAllAgain(page: Page): Promise<void> {
  const prompts = () => page.locator(".jp-CodeCell .jp-InputPrompt").allInnerTexts();
  const before = await prompts();
  await menu(page, "Run", /^Run All Cells/);
  await page.waitForFunction((old) => {
    const now = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map((prompt) => (prompt as HTMLElement).innerText);
    // A folded cell shows no prompt.
    return now.every((text, i) => text === "" || text === "[ ]:" || (/^\[\d+\]:$/.test(text) && text !== old[i]));
  }, before);
}

const errorOutputs = (page: Page): Promise<string[]> =>
  page.locator(".jp-OutputArea-output[data-mime-type*='stderr'], .jp-RenderedText[data-mime-type*='error']").allTextContents();

describe("JupyterLab in Chromium", { skip: SKIP }, () => {
  before(async () => {
    rmSync(COPY, { recursive: true, force: true });
    mkdirSync(join(COPY, "notebooks"), { recursive: true });
    for (const folder of ["notebooks", "data"]) cpSync(join(root, folder), join(COPY, folder), { recursive: true });
    const scratch = notebookOf("const spin = (): void => {\n  while (true) {}\n};\nspin();", 'console.log("still " + "alive");');
    const cells = notebookOf(
      "const n = 4;\nconst half = (k: number): number => {\n  if (k % 2) throw new RangeError('half: k must be even, got ' + k);\n  return k / 2;\n};",
      "console.log(JSON.stringify({ n }));",
      "const three = 3;\n\nhalf(three);",
    );
    for (const [name, notebook] of Object.entries({ scratch, cells })) {
      for (const cell of notebook.cells) cell.execution_count = null;
      writeNotebook(join(COPY, "notebooks", `${name}.ipynb`), notebook);
    }
    lab = await startLab();
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await lab?.stop();
  });

  test("npm start listens on 127.0.0.1 only and wants the token", async () => {
    assert.equal((await fetch(`${lab.base}/api/contents`)).status, 403);
    assert.equal((await fetch(`${lab.base}/api/contents?token=${TOKEN}`)).status, 200);
    await assert.rejects(fetch(lab.base.replace("127.0.0.1", "127.0.0.2")));
    assert.ok(!lab.log().includes("0.0.0.0"));
  });

  test("the workspace's kernel is the only one offered", async () => {
    const specs = (await (await fetch(`${lab.base}/api/kernelspecs?token=${TOKEN}`)).json()) as {
      kernelspecs: Record<string, { spec: { display_name: string } }>;
    };
    assert.deepEqual(
      Object.entries(specs.kernelspecs).map(([name, { spec }]) => [name, spec.display_name]),
      [["tslab", "TypeScript (cotlab)"]],
    );
  });

  test("00-start-here: Run All draws a labelled figure, shows the map, and writes no error; another n changes the figure", async () => {
    const page = await open(`out/browser/notebooks/${notebookFile("00")}`);
    await runAll(page);
    await page.locator(".js-plotly-plot").first().waitFor();
    const [before] = await plotTexts(page);
    assert.match(before!, /trained with n = 20/);
    assert.match(before!, /steps of thought k/);
    assert.match((await page.locator(".jp-RenderedMarkdown table").allInnerTexts()).join("\n"), /01 trained optimum/);
    assert.deepEqual(await errorOutputs(page), []);

    const line = page.locator(".cm-line", { hasText: /^\s*n: 20,/ });
    await line.getByText("20", { exact: true }).dblclick();
    await page.keyboard.type("35");
    await runAll(page);
    await page.waitForFunction(() => document.querySelector(".js-plotly-plot")?.textContent?.includes("trained with n = 70"));
    const [after] = await plotTexts(page);
    assert.match(after!, /trained with n = 35/);
    assert.deepEqual(await errorOutputs(page), []);
    await page.close();
  });

  test("01: Run All draws every figure, ends in a verdict that holds, and writes no error", async () => {
    const page = await open(`out/browser/notebooks/${notebookFile("01")}`);
    await runAll(page);
    await page.waitForFunction(() => document.querySelectorAll(".js-plotly-plot").length === 4);
    for (const text of await plotTexts(page)) assert.ok(text.split(" | ").length > 6, `a figure without labels: ${text}`);
    assert.match((await page.locator(".jp-RenderedHTMLCommon").allInnerTexts()).join("\n"), /Holds: Gradient descent/);
    assert.deepEqual(await errorOutputs(page), []);
    await page.close();
  });

  test("02: another parameter and Run All, in the same kernel, give the figures and texts of a fresh one", async () => {
    const file = notebookFile("02");
    const page = await open(`out/browser/notebooks/${file}`);
    await runAll(page);
    const before = await curves(page);
    const line = page.locator(".cm-line", { hasText: /^\s*n: 20,/ });
    await line.getByText("20", { exact: true }).dblclick();
    await page.keyboard.type("30");
    await runAllAgain(page);
    await page.waitForFunction((count) => document.querySelectorAll(".js-plotly-plot .main-svg .infolayer").length >= count, before.length);
    const after = await curves(page);
    // Not every figure has the training length among its settings.
    assert.ok(
      after.some((curve, i) => curve !== before[i]),
      "every figure is as before",
    );
    assert.deepEqual(await errorOutputs(page), []);
    // After a run the live figure is as live as in a notebook that was only opened, and begins at the run's parameters.
    const live = page.locator(".cotlab-live#live-live-plane");
    await live.locator(".summary:not(:empty)").waitFor();
    const slider = live.getByRole("slider", { name: /^n\b/ }).first();
    assert.match((await slider.getAttribute("aria-valuetext")) ?? (await slider.inputValue()), /^30\b/);
    const path = () => live.locator("svg").first().innerHTML();
    const drawn = await path();
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((old) => document.querySelector("#live-live-plane svg")!.innerHTML !== old, drawn);

    const server = await startServer();
    try {
      const changed = setParameters(readNotebook(join(root, "notebooks", file)), file, new Map([["n", "30"]]));
      const { notebook } = await executeNotebook(server, changed, { name: file, folder: "notebooks" });
      const bare = (texts: string[]): string[] => texts.map((text) => text.trim());
      assert.deepEqual(bare(await shownTables(page)), bare(storedTables(notebook)));
      assert.notDeepEqual(bare(storedTables(notebook)), bare(storedTables(readNotebook(join(root, "notebooks", file)))));
    } finally {
      await server.stop();
    }
    await page.close();
  });

  test("a shorthand takes a name of an earlier cell; an error names the cell and the line", async () => {
    const page = await open("out/browser/notebooks/cells.ipynb");
    await menu(page, "Run", /^Run All Cells/);
    await page.locator(".jp-OutputArea-output", { hasText: '{"n":4}' }).waitFor();
    const error = page.locator(".jp-OutputArea-output[data-mime-type*='stderr']");
    await error.waitFor();
    assert.deepEqual((await error.innerText()).trim().split("\n"), [
      "half: k must be even, got 3",
      "cell [1], line 3: if (k % 2) throw new RangeError('half: k must be even, got ' + k);",
      "called in cell [3], line 3: half(three);",
    ]);
    await page.close();
  });

  test("a committed notebook that is only opened is not changed, and closing it asks nothing", async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    page.setDefaultTimeout(MINUTE);
    const asked: string[] = [];
    page.on("dialog", (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    await page.goto(`${lab.base}/lab/tree/notebooks?token=${TOKEN}&reset`);
    for (const file of NOTEBOOKS) {
      await page.locator(".jp-DirListing-item", { hasText: file }).dblclick();
      await page.locator(".jp-Notebook .jp-Cell").first().waitFor();
      await kernelReady(page);
      const figures = codeCells(readNotebook(join(root, "notebooks", file))).flatMap(({ cell }) =>
        (cell.outputs ?? []).flatMap((output) => ("data" in output && PLOTLY in output.data ? [LIVE in output.data] : [])),
      );
      const live = figures.filter((isLive) => isLive).length;
      await page.waitForFunction((count) => document.querySelectorAll(".cotlab-live .summary:not(:empty)").length >= count, live);
      await page.waitForFunction(
        (count) => document.querySelectorAll(".js-plotly-plot .main-svg .infolayer").length >= count,
        figures.length - live,
      );
      await new Promise((resolve) => setTimeout(resolve, SETTLES));
      const tab = page.locator("#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current");
      assert.doesNotMatch((await tab.getAttribute("class"))!, /jp-mod-dirty/, file);
      await menu(page, "File", /^Close Tab/);
      await page.locator(".jp-Notebook").waitFor({ state: "detached" });
      assert.deepEqual([await page.locator(".jp-Dialog").count(), asked], [0, []], file);
    }
    await page.close();
  });

  test("the file browser shows every notebook's name whole, at its own width", async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    page.setDefaultTimeout(MINUTE);
    await page.goto(`${lab.base}/lab/tree/notebooks?token=${TOKEN}&reset`);
    const name = page.locator(".jp-DirListing-item .jp-DirListing-itemText");
    await name.first().waitFor();
    const cut = await name.evaluateAll((items) =>
      items.filter((item) => item.scrollWidth > item.clientWidth).map((item) => item.textContent!),
    );
    assert.deepEqual(cut, []);
    await page.close();
  });

  test("Interrupt stops a long cell and the kernel lives", async () => {
    const page = await open("out/browser/notebooks/scratch.ipynb");
    await restartAndRun(page);
    // tslab cannot even send "busy" once the loop runs, so the prompt is what tells.
    await page.locator(".jp-InputPrompt", { hasText: "[*]:" }).first().waitFor();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await menu(page, "Kernel", /^Interrupt Kernel/);
    await page.locator(".jp-OutputArea-output", { hasText: "interrupted" }).waitFor();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await page.locator(".jp-CodeCell .cm-content").nth(1).click();
    await page.keyboard.press("Control+Enter");
    await page.locator(".jp-OutputArea-output", { hasText: "still alive" }).waitFor();
    await page.close();
  });
});
