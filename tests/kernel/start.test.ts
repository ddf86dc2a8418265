import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { KernelManager } from "@jupyterlab/services";
import { executeNotebook } from "../../tools/jupyter/execute.ts";
import { type Server, startServer } from "../../tools/jupyter/server.ts";
import { pinnedNode, root } from "../../tools/workspace.mjs";
import { notebookOf } from "../tools/fixtures.ts";
import { withCopy } from "./withCopy.ts";

const launcher = createRequire(import.meta.url)("../../tools/kernel/kernel.cjs") as {
  readonly memory: string;
  cured(file: string, text: string): string;
};

let server: Server;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

/** What the last of some cells prints. */
async function printed(cells: readonly string[], folder = "notebooks"): Promise<string> {
  const { notebook } = await executeNotebook(server, notebookOf(...cells), { name: "test.ipynb", folder });
  return JSON.stringify(notebook.cells.at(-1)!.outputs);
}

const IMPORT = 'import * as cot from "cotlab";';
const FIGURE = 'await cot.show(cot.lineChart({ series: [{ x: [1, 2], y: [1, 2] }], x: { label: "k" }, y: { label: "e" } }));';
/** Prints whether the document that figures are drawn in is there already. */
const PREPARED = 'console.log("prepared", Object.keys(require.cache).some((file) => /jsdom/.test(file)));';

test("a kernel of the notebooks has what figures need before the first one; in another folder it starts without", async () => {
  assert.ok(existsSync(launcher.memory), "setup makes the memory that kernels start from");
  assert.match(await printed([PREPARED]), /prepared true/);
  assert.match(await printed([PREPARED], "lib"), /prepared false/);
  for (const folder of ["notebooks", "lib"]) assert.match(await printed([IMPORT, FIGURE], folder), /image\/svg\+xml/);
});

test("a shown figure comes back, and prints nothing further as a cell's last expression", async () => {
  const show = 'await cot.show(cot.lineChart({ series: [{ x: [1, 2], y: [1, 2] }], x: { label: "k" }, y: { label: "e" } }), { name: "f" })';
  for (const folder of ["notebooks", "lib"]) {
    const cells = [
      IMPORT,
      show,
      `const figure = ${show}`,
      "figure",
      '({ a: "printed" })',
      "console.log(figure.data.length, cot.figures.shownFigures());",
    ];
    const { notebook } = await executeNotebook(server, notebookOf(...cells), { name: "test.ipynb", folder });
    const kinds = notebook.cells.map(({ outputs = [] }) => outputs.map(({ output_type }) => output_type));
    assert.deepEqual(kinds, [[], ["display_data"], ["display_data"], [], ["stream"], ["stream"]], folder);
    assert.match(JSON.stringify(notebook.cells.at(-1)!.outputs), /1 \[ 'f' \]/);
  }
});

test("an exported figure says which notebook made it, and at which parameters", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cotlab-exported-"));
  try {
    const declare = (n: number) => `cot.parameters({ n: { kind: "integer", meaning: "n", range: [1, 9], committed: 2 } }, { n: ${n} }).n`;
    const cells = [
      // So the server of JupyterLab starts a kernel for a notebook; a kernel without one has no name to tell.
      `process.env.JPY_SESSION_NAME = "/somewhere/notebooks/test.ipynb"; ${IMPORT}`,
      declare(3),
      FIGURE.replace("}));", '}), { name: "f" });'),
      declare(4), // the figure was shown before
      `const files = await cot.exportFigure("f", { directory: ${JSON.stringify(folder)} });`,
      "const { notebook, parameters } = await cot.figures.readFigureRecord(files.png);",
      "console.log(notebook, parameters);",
    ];
    assert.match(await printed(cells), /test\.ipynb \{ n: 3 \}/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a memory of other modules is left alone", async () => {
  const record = `${launcher.memory}.json`;
  const text = readFileSync(record, "utf8");
  try {
    writeFileSync(record, text.replace(/"\d+ [\d.]+"/, '"1 1"'));
    assert.match(await printed([PREPARED]), /prepared false/);
    rmSync(record);
    assert.match(await printed([PREPARED]), /prepared false/);
  } finally {
    writeFileSync(record, text);
  }
});

test("declarations that have changed since are read again", async () => {
  const file = join(root, "lib/dist/model/spectrum.d.ts");
  const use = 'const added: typeof import("cotlab/dist/model/spectrum").startTest = 1;';
  await assert.rejects(printed([use]), /startTest/);
  await withCopy(file, async () => {
    appendFileSync(file, "\nexport declare const startTest: 1;\n");
    assert.match(await printed([PREPARED]), /prepared true/);
    await printed([use]);
  });
});

test("a notebook's own modules are found, those that are written while the kernel runs too", async () => {
  const file = join(root, "notebooks", "startTest.ts");
  try {
    writeFileSync(file, "export const answer: number = 41;");
    const write = `require("node:fs").writeFileSync(${JSON.stringify(file)}, "export const answer: string = 'forty-two';");`;
    const wait = "await new Promise((done) => setTimeout(done, 5000));"; // kernels watch files after three seconds
    const use = 'import { answer } from "./startTest";';
    const found = await printed([`${use}\nconsole.log(answer + 1);`, wait, write, wait, `${use}\nconsole.log(answer.toUpperCase());`]);
    assert.match(found, /FORTY-TWO/);
  } finally {
    rmSync(file, { force: true });
  }
});

test("another tslab is loaded as it is", () => {
  assert.equal(launcher.cured("/x/tslab/dist/converter.js", "exports.other = 1;"), "exports.other = 1;");
});

test("an interrupt stops a cell, and the kernel goes on; a restart forgets", async () => {
  const manager = new KernelManager({ serverSettings: server.settings });
  await manager.ready;
  const kernel = await manager.startNew({ name: "tslab", path: "notebooks/test.ipynb" } as { name: string });
  const status = async (code: string): Promise<string> => (await kernel.requestExecute({ code }).done).content.status;
  assert.equal(await status("const kept = 5;"), "ok");
  for (const endless of ["while (true) {}", "await new Promise(() => {});"]) {
    let text = "";
    const request = kernel.requestExecute({ code: endless });
    request.onIOPub = ({ content }) => {
      if ("text" in content) text += content.text;
    };
    await new Promise((done) => setTimeout(done, 1500));
    await kernel.interrupt();
    assert.equal((await request.done).content.status, "error");
    assert.match(text, /^cell \[\d+\] was interrupted\n$/);
    await new Promise((done) => setTimeout(done, 500)); // tslab refuses everything for 200 ms after an error
    assert.equal(await status("console.log(kept);"), "ok");
  }
  await kernel.restart();
  assert.equal(await status("console.log(kept);"), "error");
  await kernel.shutdown();
  kernel.dispose();
  manager.dispose();
});

test("a kernel whose port is taken ends, so that Jupyter starts another on other ports", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), "cotlab-kernel-"));
  try {
    const config = join(folder, "connection.json");
    const ports = Object.fromEntries(["shell", "iopub", "control", "stdin", "hb"].map((name) => [`${name}_port`, 0]));
    writeFileSync(
      config,
      JSON.stringify({ ...ports, shell_port: port, ip: "127.0.0.1", transport: "tcp", key: "k", signature_scheme: "hmac-sha256" }),
    );
    const kernel = spawn(pinnedNode, [join(root, "tools/kernel/kernel.cjs"), "--config-path", config], { cwd: join(root, "notebooks") });
    let said = "";
    kernel.stderr.on("data", (chunk) => (said += chunk));
    const [code] = await once(kernel, "close");
    assert.equal(code, 1);
    assert.match(said, /^kernel: its ports could not be used \(Address already in use\)$/m);
  } finally {
    taken.close();
    rmSync(folder, { recursive: true });
  }
});
