import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { writeNotebook } from "../../tools/jupyter/notebook.ts";
import { root } from "../../tools/workspace.mjs";
import { notebookOf } from "../tools/fixtures.ts";

const CHROMIUM = [process.env.COTLAB_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);
// .ci/run installs Chromium and sets this, so that there the tests cannot be skipped.
const REQUIRED = process.env.COTLAB_REQUIRE_BROWSER === "1";
const SKIP = CHROMIUM || REQUIRED ? false : "no Chromium on this machine (apt install chromium, or name one in COTLAB_CHROMIUM)";
const TOKEN = "0123456789abcdef0123456789abcdef";
const MINUTE = 60_000;

/** The tests work on copies: JupyterLab saves on its own, and the committed notebooks must not change. */
const COPY = join(root, "out", "browser");

let lab: ChildProcess;
let browser: Browser;
let base = "";
let log = "";

async function startLab(): Promise<void> {
  const port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = probe.address() as { port: number };
      probe.close(() => resolve(free));
    });
  });
  lab = spawn(process.execPath, [join(root, "tools/workspace.mjs"), "start", "--no-browser", "--port", String(port)], {
    cwd: root,
    env: { ...process.env, JUPYTER_TOKEN: TOKEN },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [lab.stdout!, lab.stderr!]) stream.on("data", (chunk: Buffer) => (log += chunk));
  base = `http://127.0.0.1:${port}`;
  for (let i = 0; ; i++) {
    if (
      await fetch(`${base}/api/status?token=${TOKEN}`).then(
        (r) => r.ok,
        () => false,
      )
    )
      return;
    assert.ok(i < 300 && lab.exitCode === null, `JupyterLab did not start:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function open(path: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  page.setDefaultTimeout(MINUTE);
  await page.goto(`${base}/lab/tree/${path}?token=${TOKEN}&reset`);
  await page.locator(".jp-Notebook .jp-Cell").first().waitFor();
  // The kernel is ready when the status bar says so.
  await page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").waitFor();
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
    return prompts.length > 0 && prompts.every((text, i) => text === `[${i + 1}]:`);
  });
}

/** Titles and tick labels of every Plotly figure on the page. */
const plotTexts = (page: Page): Promise<string[]> =>
  page
    .locator(".js-plotly-plot")
    .evaluateAll((plots) => plots.map((plot) => [...plot.querySelectorAll("text")].map((text) => text.textContent).join(" | ")));

const errorOutputs = (page: Page): Promise<string[]> =>
  page.locator(".jp-OutputArea-output[data-mime-type*='stderr'], .jp-RenderedText[data-mime-type*='error']").allTextContents();

describe("JupyterLab in Chromium", { skip: SKIP }, () => {
  before(async () => {
    rmSync(COPY, { recursive: true, force: true });
    mkdirSync(join(COPY, "notebooks"), { recursive: true });
    for (const folder of ["notebooks", "data"]) cpSync(join(root, folder), join(COPY, folder), { recursive: true });
    const scratch = notebookOf("const spin = (): void => {\n  while (true) {}\n};\nspin();", 'console.log("still " + "alive");');
    for (const cell of scratch.cells) cell.execution_count = null;
    writeNotebook(join(COPY, "notebooks", "scratch.ipynb"), scratch);
    await startLab();
    browser = await chromium.launch({
      executablePath: CHROMIUM!,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    });
  });
  after(async () => {
    await browser?.close();
    lab?.kill("SIGTERM");
    await new Promise((resolve) => (lab.exitCode === null ? lab.once("exit", resolve) : resolve(null)));
  });

  test("npm start listens on 127.0.0.1 only and wants the token", async () => {
    assert.equal((await fetch(`${base}/api/contents`)).status, 403);
    assert.equal((await fetch(`${base}/api/contents?token=${TOKEN}`)).status, 200);
    await assert.rejects(fetch(base.replace("127.0.0.1", "127.0.0.2")));
    assert.ok(!log.includes("0.0.0.0"));
  });

  test("the workspace's kernel is the only one offered", async () => {
    const specs = (await (await fetch(`${base}/api/kernelspecs?token=${TOKEN}`)).json()) as {
      kernelspecs: Record<string, { spec: { display_name: string } }>;
    };
    assert.deepEqual(
      Object.entries(specs.kernelspecs).map(([name, { spec }]) => [name, spec.display_name]),
      [["tslab", "TypeScript (cotlab)"]],
    );
  });

  test("00-start-here: Run All draws a labelled figure, shows the map, and writes no error; another n changes the figure", async () => {
    const page = await open("out/browser/notebooks/00-start-here.ipynb");
    await runAll(page);
    await page.locator(".js-plotly-plot").first().waitFor();
    const [before] = await plotTexts(page);
    assert.match(before!, /trained with n = 20/);
    assert.match(before!, /steps of thought k/);
    assert.match(await page.locator(".jp-RenderedHTMLCommon table").first().innerText(), /01-theorem-3\.1/);
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
    const page = await open("out/browser/notebooks/01-trained-optimum.ipynb");
    await runAll(page);
    await page.waitForFunction(() => document.querySelectorAll(".js-plotly-plot").length === 3);
    for (const text of await plotTexts(page)) assert.ok(text.split(" | ").length > 6, `a figure without labels: ${text}`);
    assert.match((await page.locator(".jp-RenderedHTMLCommon").allInnerTexts()).join("\n"), /Holds: Gradient descent/);
    assert.deepEqual(await errorOutputs(page), []);
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
