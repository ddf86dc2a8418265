import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { pinnedNode, root } from "../../tools/workspace.mjs";

const CHROMIUM = [process.env.COTLAB_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);
const REQUIRED = process.env.COTLAB_REQUIRE_BROWSER === "1";
const PHONE = { width: 390, height: 844 };
const WIDTHS = [1440, 800, PHONE.width];

describe("the book in a browser", { skip: CHROMIUM || REQUIRED ? false : "no Chromium on this machine" }, () => {
  const folder = mkdtempSync(join(tmpdir(), "cotlab-book-"));
  const address = (page: string): string => `${pathToFileURL(folder).href}/${page}`;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What went wrong in the page, and every request that left the disk. */
  const complaints: string[] = [];

  before(async () => {
    const { status, stdout, stderr } = spawnSync(pinnedNode, [join(root, "book/build.ts"), folder], { encoding: "utf8" });
    assert.equal(status, 0, stdout + stderr);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, offline: true });
    page = await context.newPage();
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(`${page.url()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error}`));
    page.on("requestfailed", (request) => {
      // The page is left while a live figure's worker, a part of the page itself, is still being started.
      const left = request.url().startsWith("blob:") && request.failure()?.errorText === "net::ERR_ABORTED";
      if (!left) complaints.push(`${page.url()}: failed ${request.url()}, ${request.failure()?.errorText}`);
    });
    page.on("request", (request) => /^(?:file|data|blob):/.test(request.url()) || complaints.push(`${page.url()}: asks ${request.url()}`));
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("every page opens from the disk without the network, and is as wide as the window", async () => {
    for (const file of globSync("*.html", { cwd: folder })) {
      await page.goto(address(file));
      for (const figure of await page.locator(".cotlab-live").all()) await figure.locator(".summary:not(:empty)").waitFor();
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(over, 0, `${file} at ${width} px: ${over} px too wide`);
      }
      const unnamed = await page.evaluate(
        () =>
          [...document.querySelectorAll("main img:not([alt]), main svg[role=img]:not([aria-label]), main svg:not([role], [aria-hidden] *)")]
            .length,
      );
      assert.equal(unnamed, 0, `${file}: a picture without a description`);
    }
    assert.deepEqual(complaints, []);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test("the search is reached, used and left by keyboard", async () => {
    await page.goto(address("07-task-selection.html"));
    await page.keyboard.press("/");
    await page.keyboard.type("Theorem 3.1");
    await page.locator("#found a").first().waitFor();
    assert.match(await page.locator("#found p").innerText(), /found/);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.waitForURL(/01-trained-optimum|theorems/);
    await page.locator("#query").fill("\\kappa");
    await page.locator("#found a").first().waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#found").isVisible(), false);
    assert.deepEqual(complaints, []);
  });

  test("what is searched for never becomes markup", async () => {
    await page.locator("#query").fill("<img src=x onerror=alert(1)> zzqq");
    await page.getByText("Nothing found").waitFor();
    assert.equal(await page.locator("#found img").count(), 0);
  });

  test("light and dark follow the system and the switch, and the choice stays", async () => {
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: "light" });
    assert.equal(await paper(), "rgb(255, 255, 255)");
    await page.emulateMedia({ colorScheme: "dark" });
    assert.notEqual(await paper(), "rgb(255, 255, 255)");
    await page.locator("#theme").click();
    assert.equal(await paper(), "rgb(255, 255, 255)");
    await page.goto(address("index.html"));
    assert.equal(await paper(), "rgb(255, 255, 255)");
    await page.locator("#theme").click();
    await page.locator("#theme").click();
    await page.emulateMedia({ colorScheme: "light" });
  });

  test("on a phone the contents open over the text and lead to a section", async () => {
    await page.setViewportSize(PHONE);
    await page.goto(address("05-scaling-law.html"));
    assert.equal(await page.locator("#contents").isVisible(), false);
    await page.getByRole("button", { name: "Contents" }).click();
    await page.locator("#contents").getByRole("link", { name: "Verdict", exact: true }).click();
    assert.match(page.url(), /#verdict$/);
    assert.equal(await page.locator("#contents").isVisible(), false);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test("the first stop of the keyboard leads past the contents", async () => {
    await page.goto(address("index.html"));
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
  });

  test("a live figure takes the place of the still one; one that fails leaves it", async () => {
    const figure = (spec: string) =>
      `<figure class="live"><div class="still">still ${spec}</div><script type="application/json">{"name":"${spec}"}</script></figure>`;
    const script = `<script>globalThis.cotlabLive = { mount(element, { name }) { if (name === "bad") throw new Error("bad"); element.textContent = "live " + name; } }</script>`;
    const html = readFileSync(join(folder, "notation.html"), "utf8")
      .replace("</article>", `${figure("good")}${figure("bad")}</article>`)
      .replace("</head>", `${script}</head>`);
    writeFileSync(join(folder, "live-test.html"), html);
    await page.goto(address("live-test.html"));
    await page.getByText("live good").waitFor();
    assert.equal(await page.getByText("still good").isVisible(), false);
    assert.equal(await page.getByText("still bad").isVisible(), true);
    assert.match(complaints.splice(0).join(), /could not be drawn: Error: bad/);
  });

  test("a static host may show it under a path of its own", async () => {
    const types: Record<string, string> = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };
    const server: Server = createServer((request, response) => {
      const file = join(
        folder,
        decodeURI(new URL(request.url!, "http://x").pathname)
          .replace(/^\/some\/path\//, "")
          .replace(/^$|\/$/, "$&index.html"),
      );
      if (!existsSync(file)) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(readFileSync(file));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    try {
      const visitor = await browser.newPage();
      const failed: string[] = [];
      visitor.on("response", (response) => response.ok() || failed.push(response.url()));
      await visitor.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/some/path/`);
      await visitor.getByRole("link", { name: "Corollary 3.5" }).first().click();
      await visitor.locator("#query").fill("overthinking");
      await visitor.locator("#found a").first().click();
      await visitor.locator("h1").waitFor();
      assert.deepEqual(
        failed.filter((url) => !url.endsWith("/favicon.ico")),
        [],
      );
      await visitor.close();
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
