import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { pageProblems } from "../../reference/checkPages.ts";
import { formulasOnce } from "../../reference/typeset.ts";
import { pinnedNode, root } from "../../tools/workspace.mjs";

const CHROMIUM = [process.env.COTLAB_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);
const REQUIRED = process.env.COTLAB_REQUIRE_BROWSER === "1";
const folder = mkdtempSync(join(tmpdir(), "cotlab-reference-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("the reference has a page for every public name, no dead link, no unreadable formula and nothing without docs", () => {
  const { status, stdout, stderr } = spawnSync(pinnedNode, [join(root, "reference/build.ts")], { encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /: [5-9]\d\d pages, .* 0 errors, 0 warnings/);
  assert.ok(existsSync(join(root, "out/reference/functions/theory.oneStepError.html")));
});

test("the reference is searched offline, from the disk", {
  skip: CHROMIUM || REQUIRED ? false : "no Chromium on this machine",
}, async () => {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(join(root, "out/reference/index.html")).href);
    await page.locator("#tsd-search-trigger").click();
    await page.locator("#tsd-search-input").fill("oneStepError");
    await page.locator("#tsd-search-results a").first().click();
    await page.locator(".katex-display").first().waitFor();
    assert.match(page.url(), /^file:.*functions\/theory\.oneStepError\.html/);
    assert.deepEqual(
      asked.filter((url) => !/^(?:file|data):/.test(url)),
      [],
    );
  } finally {
    await browser.close();
  }
});

test("dead links and requests to another host are found", () => {
  writeFileSync(
    join(folder, "a.html"),
    '<h1 id="x"></h1><a href="b.html#y"></a><a href="c.html"></a><a href="#x"></a><a href="https://example.org"></a>',
  );
  writeFileSync(join(folder, "b.html"), '<script src="https://example.org/x.js"></script><a href="a.html#x"></a>');
  assert.deepEqual(pageProblems(folder).sort(), [
    "a.html: no heading b.html#y",
    "a.html: no page c.html",
    "b.html: asks another host for https://example.org/x.js",
  ]);
});

test("a page shows a formula once, its LaTeX where there is one and otherwise its line in Unicode, and keeps every sentence", () => {
  assert.equal(formulasOnce("The pivot.\nΓ = Λ +\n  I\n$$ \\Gamma $$\nMore."), "The pivot.\n$$ \\Gamma $$\nMore.");
  for (const kept of ["The error (k = 1).\n$$ x $$", "Words.\nIt holds for n = 1.\n$$ x\n$$"]) assert.equal(formulasOnce(kept), kept);
  assert.equal(
    formulasOnce("The pivot.\nΓ = Λ + I,  Λ > 0\nMore,\nand n = 1 more."),
    "The pivot.\n\nΓ = Λ + I,  Λ > 0\n\nMore,\nand n = 1 more.",
  );
});
