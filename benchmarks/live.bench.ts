/**
 * @file From a move of a slider to the frame that shows the new curves: a live figure, and ipywidgets with NumPy, in the same Chromium.
 *
 * Ours is the figure of notebook 05 on a page of its own, without a kernel. The peer is a slider of ipywidgets in JupyterLab whose callback
 * works out the same two curves with NumPy, in a kernel on the same machine, and puts them into an HTML widget as SVG: less than a plotting
 * library would have to do. Both are moved inside the page, a step at a time, and the clock runs from the event until the frame after the
 * first change of the picture. Simulated points, which ours adds later, are not waited for.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import type { LiveSpec } from "../lib/dist/live/spec.js";
import { launchChromium, TOKEN } from "../tests/browser/lab.ts";
import { readNotebook } from "../tools/jupyter/notebook.ts";
import { root } from "../tools/workspace.mjs";
import { peerPython } from "./peers/python.ts";
import { median } from "./rows.ts";
import { startSuite } from "./suite.ts";

const suite = startSuite("live", 60);
const folder = mkdtempSync(join(tmpdir(), "cotlab-live-"));
const MIME = "application/vnd.cotlab.live+json";

/** The specification of the first live figure of notebook 05, with d and the steps of the peer. */
function liveSpec(): LiveSpec {
  const outputs = readNotebook(join(root, "notebooks/05-scaling-law.ipynb")).cells.flatMap(({ outputs = [] }) => outputs);
  const found = (outputs as readonly { data?: Record<string, unknown> }[])
    .map(({ data }) => data?.[MIME])
    .find((spec) => spec !== undefined);
  if (found === undefined) throw new Error(`live: notebook 05 must hold an output of the type ${MIME}`);
  return found as LiveSpec;
}

/** Seconds of each move of a control, until the frame after the first change inside a picture. Runs in the page. */
async function timedMoves({ control, picture, moves }: { control: string; picture: string; moves: number }): Promise<number[]> {
  const handle = document.querySelector(control) as HTMLElement;
  const shown = document.querySelector(picture)!;
  const seconds: number[] = [];
  for (let i = 0; i < moves; i++) {
    const changed = new Promise<void>((resolve) => {
      // A picture is drawn anew or changed in place; the text beside a slider is neither.
      const drawn = (node: Node): boolean => node instanceof Element && (node.closest("svg") ?? node.querySelector("svg")) !== null;
      const observer = new MutationObserver((records) => {
        if (!records.some(({ target, addedNodes }) => (target as Element).closest?.("svg") || [...addedNodes].some(drawn))) return;
        observer.disconnect();
        resolve();
      });
      observer.observe(shown, { childList: true, subtree: true, attributes: true, characterData: true });
    });
    const start = performance.now();
    if (handle instanceof HTMLInputElement) {
      handle.stepUp();
      handle.dispatchEvent(new Event("input", { bubbles: true }));
    } else handle.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    await changed;
    await new Promise((frame) => requestAnimationFrame(frame));
    seconds.push((performance.now() - start) / 1000);
    // What follows a move, such as simulated points, is over or given up before the next.
    await new Promise((pause) => setTimeout(pause, 30));
  }
  return seconds;
}

const PEER = `import numpy as np, ipywidgets as widgets
from IPython.display import display
d, n, steps = 10, 20, 20
picture = widgets.HTML()
def draw(change):
    spectrum = np.arange(1, d + 1) ** -slider.value
    gamma = (1 + 1 / n) * spectrum + spectrum.sum() / n
    k = np.arange(steps + 1)[:, None]
    exact = ((1 - spectrum / gamma) ** (2 * k)).sum(1)
    bound = d * (1 - (spectrum / gamma).min()) ** (2 * k[:, 0])
    def line(y, colour):
        points = " ".join(f"{30 * i:.1f},{-30 * v:.1f}" for i, v in enumerate(np.log10(y)))
        return f'<polyline points="{points}" fill="none" stroke="{colour}"/>'
    picture.value = f'<svg viewBox="0 -60 640 400" width="640" height="400">{line(exact, "#0072b2")}{line(bound, "#e69f00")}</svg>'
slider = widgets.FloatSlider(min=0, max=6, step=0.01, value=1)
slider.observe(draw, "value")
draw(None)
picture.add_class("picture")
display(slider, picture)`;

/** JupyterLab of the peers' Python, with one notebook. */
async function peerLab(python: string): Promise<{ base: string; stop(): void }> {
  const cell = { cell_type: "code", id: "peer", source: PEER, metadata: {}, outputs: [], execution_count: null };
  const kernelspec = { name: "python3", display_name: "Python 3", language: "python" };
  writeFileSync(join(folder, "peer.ipynb"), JSON.stringify({ cells: [cell], metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
  const port = 8931;
  const options = ["--no-browser", "--allow-root", `--ServerApp.port=${port}`, "--ServerApp.port_retries=0", `--notebook-dir=${folder}`];
  const env = {
    ...process.env,
    JUPYTER_TOKEN: TOKEN,
    JUPYTER_CONFIG_DIR: join(folder, "config"),
    JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
  };
  const lab: ChildProcess = spawn(python, ["-m", "jupyterlab", ...options], { env, stdio: "ignore" });
  const base = `http://127.0.0.1:${port}`;
  const answers = (): Promise<boolean> =>
    fetch(`${base}/api/status?token=${TOKEN}`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (let i = 0; !(await answers()); i++) {
    if (i > 300 || lab.exitCode !== null) throw new Error("live: the peers' JupyterLab did not start");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { base, stop: () => lab.kill("SIGTERM") };
}

/** Name and version of the peer, or why there is none. */
function peerVersion(python: string | undefined): { label: string } | string {
  const remedy = "set COTLAB_BENCH_PYTHON to a Python with benchmarks/requirements.txt";
  if (python === undefined) return `no Python for the peers: ${remedy}`;
  const code = "import ipywidgets, jupyterlab, numpy; print(ipywidgets.__version__, numpy.__version__)";
  const { status, stdout } = spawnSync(python, ["-c", code], { encoding: "utf8" });
  if (status !== 0) return `ipywidgets or JupyterLab not installed: ${remedy}`;
  const [widgets, numpy] = stdout.trim().split(" ");
  return { label: `ipywidgets ${widgets} with NumPy ${numpy}` };
}

const python = peerPython();
const peer = peerVersion(python);
const browser = await launchChromium();
const lab = typeof peer === "string" ? undefined : await peerLab(python!);
try {
  const page: Page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "live.js"), readFileSync(join(root, "lib/dist/live/live.js")));
  const spec = JSON.stringify(liveSpec()).replaceAll("<", "\\u003c");
  const html =
    '<!doctype html><meta charset="utf-8"><div id="figure"></div><script src="live.js"></script>' +
    `<script>cotlabLive.mount(document.getElementById("figure"), ${spec});</script>`;
  writeFileSync(join(folder, "ours.html"), html);
  await page.goto(pathToFileURL(join(folder, "ours.html")).href);
  await page.locator(".cotlab-live .summary:not(:empty)").waitFor();
  const exponent = page.getByRole("slider", { name: /exponent/ });
  await exponent.evaluate((input) => input.setAttribute("data-moved", ""));

  let other: Page | undefined;
  if (lab !== undefined) {
    other = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    await other.goto(`${lab.base}/lab/tree/peer.ipynb?token=${TOKEN}`);
    await other.locator(".jp-CodeCell .cm-content").click({ timeout: 60_000 });
    await other.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").waitFor({ timeout: 60_000 });
    await other.keyboard.press("Shift+Enter");
    await other.locator(".noUi-handle").waitFor({ timeout: 60_000 });
    await other.locator(".picture svg").waitFor();
  }
  // A page in the background draws no frames: each is brought to the front for its turn.
  const turn = async (where: Page, control: string, picture: string, moves: number): Promise<number[]> => {
    await where.bringToFront();
    return where.evaluate(timedMoves, { control, picture, moves });
  };
  const rounds = suite.rounds;
  const [ours, theirs]: number[][] = [[], []];
  // Three turns each, so that a change of the machine's speed meets both; the first five moves of each turn are not counted.
  for (let part = 0; part < 3; part++) {
    const moves = 5 + Math.ceil(rounds / 3);
    ours.push(...(await turn(page, "[data-moved]", ".cotlab-live", moves)).slice(5));
    if (other !== undefined) theirs.push(...(await turn(other, ".noUi-handle", ".picture", moves)).slice(5));
  }
  const late = (seconds: readonly number[]): string =>
    `${(1000 * seconds.toSorted((a, b) => a - b)[Math.floor(0.95 * seconds.length)]).toFixed(1)} ms`;
  suite.ratio({
    case: "a slider moved, until the frame with the new curves",
    setting: "error against steps, d = 10, 20 steps, two curves; Chromium",
    ours,
    peer: typeof peer === "string" ? peer : { name: peer.label, seconds: theirs },
    note: `95 % of the moves within ${late(ours)}${theirs.length > 0 ? `, the peer's within ${late(theirs)}` : ""}; median ${(1000 * median(ours)).toFixed(1)} ms`,
  });
} finally {
  lab?.stop();
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
