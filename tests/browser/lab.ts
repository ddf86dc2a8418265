/** @file Chromium, and a JupyterLab to open in it, for the tests of what a reader sees. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { root } from "../../tools/workspace.mjs";

const CHROMIUM = [process.env.COTLAB_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);
// .ci/run installs Chromium and sets this, so that there the tests cannot be skipped.
const REQUIRED = process.env.COTLAB_REQUIRE_BROWSER === "1";

/** Why tests in a browser are skipped; false where they are not. */
export const SKIP = CHROMIUM || REQUIRED ? false : "no Chromium on this machine (apt install chromium, or name one in COTLAB_CHROMIUM)";

/** What JupyterLab asks for. */
export const TOKEN = "0123456789abcdef0123456789abcdef";

/** Chromium, which asks nobody for anything. */
export function launchChromium(): Promise<Browser> {
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  return chromium.launch({ executablePath: CHROMIUM!, args: ["--no-sandbox", "--disable-gpu", ...quiet] });
}

/** A running JupyterLab of this workspace. */
export interface Lab {
  /** Its address. */
  readonly base: string;
  /** What it has written so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts JupyterLab as `npm start` does, on a free port. */
export async function startLab(): Promise<Lab> {
  const port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = probe.address() as { port: number };
      probe.close(() => resolve(free));
    });
  });
  const lab = spawn(process.execPath, [join(root, "tools/workspace.mjs"), "start", "--no-browser", "--port", String(port)], {
    cwd: root,
    env: { ...process.env, JUPYTER_TOKEN: TOKEN },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [lab.stdout!, lab.stderr!]) stream.on("data", (chunk: Buffer) => (log += chunk));
  const base = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(`${base}/api/status?token=${TOKEN}`).then(
      (response) => response.ok,
      () => false,
    );
  for (let i = 0; !(await answers()); i++) {
    assert.ok(i < 300 && lab.exitCode === null, `JupyterLab did not start:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    base,
    log: () => log,
    async stop() {
      lab.kill("SIGTERM");
      await new Promise((resolve) => (lab.exitCode === null ? lab.once("exit", resolve) : resolve(null)));
    },
  };
}
