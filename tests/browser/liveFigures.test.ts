import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import type { LiveValues } from "../../lib/dist/live/kind.js";
import type { LiveKindName } from "../../lib/dist/live/kindName.js";
import { LIVE_KINDS } from "../../lib/dist/live/kinds.js";
import type { LiveParameter, LiveSpec } from "../../lib/dist/live/spec.js";
import { formulas, points } from "../../lib/dist/live/work.js";
import { LIVE_SETTINGS } from "../../lib/test/live/settings.ts";
import { root } from "../../tools/workspace.mjs";
import { type Lab, launchChromium, SKIP, startLab, TOKEN } from "./lab.ts";

const FOLDER = join(root, "out", "live");

/** A declaration of any range for a value, as a notebook would have it. */
function declared(name: string, value: LiveValues[string]): LiveParameter {
  const meaning = `the parameter ${name}`;
  if (Array.isArray(value))
    return { kind: "numbers", meaning, name, value, committed: value, range: [0, 1000], size: [1, 300] } as LiveParameter;
  const kind = Number.isInteger(value) && name !== "exponent" ? "integer" : "number";
  const committed = value as number;
  if (["prompts", "draws", "seed"].includes(name)) return { kind, meaning, name, value, committed, range: [1, 1e5], effort: true };
  return { kind, meaning, name, value, committed, range: kind === "integer" ? [1, 300] : [0.001, 6] };
}

/** What a notebook's output would hold for a kind at the tests' settings. */
export function specOf(figure: LiveKindName): LiveSpec {
  const { title, reads, own } = LIVE_KINDS[figure];
  const values = LIVE_SETTINGS[figure];
  const parameters = reads.map((name) => declared(name, values[name]));
  const ownOnes = Object.entries(own?.(values) ?? {}).map(
    ([name, parameter]): LiveParameter => ({ ...parameter, name, value: values[name], own: true }),
  );
  return {
    figure,
    title,
    name: figure,
    notebook: "05-scaling-law.ipynb",
    parameters: [...parameters, ...ownOnes],
    rest: [["share", 0.01]],
  };
}

/** Writes a page with one figure, and opens it from its file; every request to a network fails. */
async function openPage(browser: Browser, figure: LiveKindName, fragment = "", width = 1100): Promise<{ page: Page; trouble: string[] }> {
  const file = join(FOLDER, `${figure}.html`);
  const spec = JSON.stringify(specOf(figure)).replaceAll("<", "\\u003c");
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><title>${figure}</title><div id="figure"></div><script src="live.js"></script>` +
      `<script>cotlabLive.mount(document.getElementById("figure"), ${spec});</script>`,
  );
  const context = await browser.newContext({ viewport: { width, height: 900 }, offline: true, acceptDownloads: true });
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on("pageerror", (error) => trouble.push(error.message));
  page.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
  page.on("request", (request) => /^https?:/.test(request.url()) && trouble.push(request.url()));
  await page.goto(pathToFileURL(file).href + fragment);
  await page.locator(".cotlab-live .summary:not(:empty)").waitFor();
  return { page, trouble };
}

/** The plotted numbers, as the reader takes them away. */
async function csv(page: Page): Promise<string[][]> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  const lines = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => [...line.matchAll(/(?<=^|,)(?:"([^"]*)"|([^,"]*))(?=,|$)/g)].map(([, quoted, plain]) => quoted ?? plain!));
}

/** The settings of the page, from its parameters cell. */
async function settings(page: Page): Promise<LiveValues> {
  await page.getByRole("button", { name: "Parameters cell" }).click();
  const cell = await page.getByLabel("Settings as text").inputValue();
  const entries = [...cell.matchAll(/^(?: {2}(\w+): (.*),|\/\/ in the figure alone: (\w+) = (.*))$/gm)];
  return Object.fromEntries(entries.map(([, name, value, own, ownValue]) => [name ?? own, JSON.parse(value ?? ownValue!)]));
}

/** The numbers that the page has plotted must be those that the library finds at the page's settings. */
async function checkAgainstLibrary(page: Page, figure: LiveKindName): Promise<LiveValues> {
  const values = await settings(page);
  const { drawing } = formulas(figure, values);
  const found = await csv(page);
  let row = 1;
  for (const { title, series } of drawing.panels) {
    for (const { name = "", x, y } of series) {
      for (let i = 0; i < y.length; i++) {
        while (found[row]![0] !== title || !sameName(found[row]![1]!, name)) row++;
        const [, , atX, atY] = found[row++]!;
        close(Number(atX), x[i]!, `${figure}, ${name}, x`);
        if (y[i] === null) assert.equal(atY, "");
        else close(Number(atY), y[i]!, `${figure}, ${name}, ${x[i]}`);
      }
    }
  }
  return values;
}

const bare = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, "");
const sameName = (shown: string, name: string): boolean => bare(name) === bare(shown);

const close = (found: number, expected: number, what: string, tolerance = 1e-12): void =>
  assert.ok(
    Math.abs(found - expected) <= tolerance * Math.max(Math.abs(expected), 1e-300) || Math.abs(found - expected) < 1e-14,
    `${what}: ${found}, not ${expected}`,
  );

describe("live figures in Chromium", { skip: SKIP }, () => {
  let browser: Browser;
  before(async () => {
    mkdirSync(FOLDER, { recursive: true });
    copyFileSync(join(root, "lib/dist/live/live.js"), join(FOLDER, "live.js"));
    browser = await launchChromium();
  });
  after(() => browser?.close());

  for (const figure of Object.keys(LIVE_KINDS) as LiveKindName[]) {
    test(`${figure}: from a file and without a network, moved by keyboard and by mouse, its numbers are the library's`, async () => {
      const { page, trouble } = await openPage(browser, figure);
      const first = await checkAgainstLibrary(page, figure);

      const sliders = page.getByRole("slider").and(page.locator("input:visible"));
      const before = await page.locator(".summary").innerText();
      await sliders.nth(figure === "plane" ? 1 : 0).focus();
      for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
      await page.waitForFunction((old) => document.querySelector(".summary")!.textContent !== old, before);
      const second = await checkAgainstLibrary(page, figure);
      assert.notDeepEqual(second, first);

      // A slider by mouse, then whatever can be taken hold of in the figure, by mouse and by keys.
      const box = (await sliders.nth(2).boundingBox())!;
      await page.mouse.click(box.x + 0.7 * box.width, box.y + box.height / 2);
      await page.waitForTimeout(300);
      const third = await checkAgainstLibrary(page, figure);
      assert.notDeepEqual(third, second);
      const handles = page.locator("circle.handle");
      if ((await handles.count()) > 0) {
        const handle = (await handles.last().boundingBox())!;
        await page.mouse.move(handle.x + 7, handle.y + 7);
        await page.mouse.down();
        await page.mouse.move(handle.x + 2, handle.y + 50, { steps: 4 });
        await page.mouse.up();
        await page.waitForTimeout(300);
        const fourth = await checkAgainstLibrary(page, figure);
        assert.notDeepEqual(fourth, third);
        await handles.last().focus();
        await page.keyboard.press("ArrowUp");
        await page.keyboard.press("ArrowUp");
        await page.waitForTimeout(300);
        assert.notDeepEqual(await checkAgainstLibrary(page, figure), fourth);
      }
      assert.deepEqual(trouble, []);
      await page.context().close();
    });
  }

  test("simulated points in the page are those of the kernel, to 1e-9", async () => {
    for (const figure of ["error-against-steps", "overthinking", "hardness", "phase-diagram"] as const) {
      const { page } = await openPage(browser, figure);
      const expected = (await points(figure, await settings(page)))!;
      await page.locator(".simulated", { hasText: expected.words.slice(0, 60) }).waitFor();
      assert.equal(await page.locator(".simulated").innerText(), expected.words);
      const found = (await csv(page)).slice(1);
      const last = expected.series.at(-1)!;
      const { title } = formulas(figure, await settings(page)).drawing.panels[expected.panel]!;
      const own = found.filter(([panel, name]) => panel === title && sameName(name!, last.name!));
      assert.equal(own.length, last.y.length);
      for (let i = 0; i < last.y.length; i++)
        if (last.y[i] !== null) close(Number(own[i]![3]), last.y[i]!, `${figure} at ${last.x[i]}`, 1e-9);
      await page.context().close();
    }
  });

  test("a value beyond its range is refused beside its control, and the figure keeps the last one", async () => {
    const { page } = await openPage(browser, "error-against-steps");
    const field = page.getByLabel("n: the parameter n").and(page.locator("[type=text]"));
    await field.fill("5000");
    await field.press("Enter");
    const refusal = page.locator(".control", { has: field }).getByRole("alert");
    assert.equal(await refusal.innerText(), "n must be an integer in [1, 300] (the parameter n), got 5000");
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.equal((await settings(page)).n, LIVE_SETTINGS["error-against-steps"].n);
    await field.fill("31");
    await field.press("Enter");
    assert.equal((await settings(page)).n, 31);
    assert.equal(await refusal.innerText(), "");
    await page.context().close();
  });

  test("settings leave as a --set line and as a link, which restores them; a tampered link falls back and says so, as text", async () => {
    const { page } = await openPage(browser, "error-against-steps", "#live-error-against-steps?n=31&steps=9");
    const values = await settings(page);
    assert.deepEqual([values.n, values.steps], [31, 9]);
    await page.getByRole("button", { name: "--set line" }).click();
    const text = page.getByLabel("Settings as text");
    assert.equal(await text.inputValue(), "npm run reproduce -- 05 --set n=31 --set steps=9");
    await page.getByRole("button", { name: "Link", exact: true }).click();
    assert.match(await text.inputValue(), /^file:.*#live-error-against-steps\?n=31&steps=9$/);
    await page.context().close();

    for (const attack of ["n=99999", "n=<img src=x onerror=alert(1)>", "<b>x</b>=1", "n=1e400", "__proto__=3", "steps=2.5"]) {
      const { page: other, trouble } = await openPage(browser, "error-against-steps", `#live-error-against-steps?${attack}`);
      assert.match(await other.locator(".notice").innerText(), /^The link's settings were not used: .* must be /s, attack);
      assert.equal(await other.locator("#figure img, #figure b").count(), 0);
      assert.deepEqual(await settings(other), { ...LIVE_SETTINGS["error-against-steps"], share: 0.01 });
      assert.deepEqual(trouble, []);
      await other.context().close();
    }
  });

  test("the figure fits a phone, every control has a name, and the file of the drawing is whole SVG", async () => {
    for (const figure of Object.keys(LIVE_KINDS) as LiveKindName[]) {
      const { page } = await openPage(browser, figure, "", 390);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, figure);
      const unnamed = await page.locator("input, button, textarea, circle.handle").evaluateAll(
        (elements) =>
          elements.filter((element) => {
            const { labels } = element as HTMLInputElement;
            return !(element.getAttribute("aria-label") || element.textContent || labels?.[0]?.textContent);
          }).length,
      );
      assert.equal(unnamed, 0, figure);
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "SVG" }).click()]);
      const drawing = readFileSync(await download.path(), "utf8");
      assert.match(drawing, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<\/svg>\n$/s);
      assert.doesNotMatch(drawing, /NaN|Infinity|undefined/);
      await page.context().close();
    }
  });
});

describe("live figures in JupyterLab", { skip: SKIP }, () => {
  const COPY = join(root, "out", "live", "notebooks");
  let lab: Lab;
  let browser: Browser;
  before(async () => {
    rmSync(COPY, { recursive: true, force: true });
    mkdirSync(COPY, { recursive: true });
    copyFileSync(join(root, "notebooks", "05-scaling-law.ipynb"), join(COPY, "05.ipynb"));
    [lab, browser] = await Promise.all([startLab(), launchChromium()]);
  });
  after(async () => {
    await browser?.close();
    await lab?.stop();
  });

  test("a notebook that was only opened, never run or trusted, shows the live figure, which the keyboard moves", async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    page.setDefaultTimeout(60_000);
    await page.goto(`${lab.base}/lab/tree/out/live/notebooks/05.ipynb?token=${TOKEN}&reset`);
    const figure = page.locator(".cotlab-live#live-live-law");
    await figure.locator(".summary:not(:empty)").waitFor();
    const before = await figure.locator(".summary").innerText();
    const cells = await page.locator(".jp-Notebook .jp-mod-selected").count();
    await figure.getByRole("slider", { name: /^d:/ }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.waitForFunction((old) => document.querySelector("#live-live-law .summary")!.textContent !== old, before);
    assert.equal(await page.locator(".jp-Notebook .jp-mod-selected").count(), cells);
    await figure.locator(".simulated:not(:empty)").waitFor();
    assert.equal(await figure.getByRole("button", { name: "Link" }).count(), 0);
    await page.close();
  });
});
