import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Kernel, KernelManager, KernelMessage } from "@jupyterlab/services";
import { type Server, startServer } from "../../tools/jupyter/server.ts";
import { root } from "../../tools/workspace.mjs";
import { withCopy } from "./withCopy.ts";

const require = createRequire(import.meta.url);
const cures = require("../../tools/kernel/cures.cjs") as {
  cure(text: string): string;
  hunksOf(patch: string): { before: string; after: string }[];
};

let server: Server;
let manager: KernelManager;
let kernel: Kernel.IKernelConnection;
before(async () => {
  server = await startServer();
  manager = new KernelManager({ serverSettings: server.settings });
  await manager.ready;
  kernel = await manager.startNew({ name: "tslab", path: "notebooks/test.ipynb" } as { name: string });
});
after(async () => {
  await kernel.shutdown();
  kernel.dispose();
  manager.dispose();
  await server.stop();
});

/** For this long after an error tslab refuses every request, in milliseconds. */
const REFUSES = 500;

/** Runs a cell in the one kernel of these tests: what it printed, and the number of its prompt. */
async function run(code: string): Promise<{ stdout: string; stderr: string; count: number }> {
  const found = { stdout: "", stderr: "", count: 0 };
  const future = kernel.requestExecute({ code });
  future.onIOPub = (message) => {
    if (KernelMessage.isStreamMsg(message)) found[message.content.name as "stdout" | "stderr"] += message.content.text;
  };
  const { content } = await future.done;
  if (content.status !== "ok") await new Promise((done) => setTimeout(done, REFUSES));
  return { ...found, count: (content as { execution_count: number }).execution_count };
}

/** The lines that a cell prints to stderr, with `N` in the place of its own number. */
async function errorOf(code: string): Promise<string[]> {
  const { stderr, count } = await run(code);
  return stderr.trimEnd().replaceAll(`cell [${count}]`, "cell [N]").split("\n");
}

const printed = async (code: string): Promise<string> => (await run(code)).stdout.trim();

test("the patch for tslab's author is the change that the kernel makes, and fits the package", () => {
  const patch = readFileSync(join(root, "tools/kernel/tslab-1.0.22.patch"), "utf8");
  const file = require.resolve("tslab/dist/converter.js");
  assert.equal((require("tslab/package.json") as { version: string }).version, "1.0.22");
  const bare = (text: string): string => text.replace(/\n\s*/g, "\n").trim();
  const text = readFileSync(file, "utf8");
  const hunks = cures.hunksOf(patch);
  assert.equal(hunks.length, 2);
  for (const { before, after } of hunks) {
    assert.equal(bare(text).split(bare(before)).length, 2, "the package has what the patch takes away, once");
    assert.ok(bare(cures.cure(text)).includes(bare(after)));
    assert.ok(!bare(cures.cure(text)).includes(bare(before)));
  }
  // Line numbers and lengths in the patch are right, or git would not apply it.
  for (const [, from, to, body] of patch.matchAll(/^@@ -\d+,(\d+) \+\d+,(\d+) @@\n((?:[ +-].*\n)+)/gm)) {
    const count = (signs: RegExp): number => body!.split("\n").filter((line) => signs.test(line)).length;
    assert.deepEqual([count(/^[ -]/), count(/^[ +]/)], [Number(from), Number(to)]);
  }
});

test("a name of an earlier cell may stand in a shorthand, in a default, in a pattern and in any function", async () => {
  await run("const n = 1; const o = { n: 3, q: 4 }; let v = 0; let w = 0;");
  assert.equal(
    await printed("console.log(JSON.stringify([{ n }, { ...o, n }, [{ n: 5 }].map(({ n }) => ({ n }))]));"),
    '[{"n":1},{"n":1,"q":4},[{"n":5}]]',
  );
  assert.equal(
    await printed(
      "const near = (n: number) => ({ n }); const later = () => { const n = 8; return { n }; };\nconsole.log(near(6), later(), [7].map((n) => ({ n })));",
    ),
    "{ n: 6 } { n: 8 } [ { n: 7 } ]",
    "something nearer has that name",
  );
  assert.equal(await printed("const { n: m, q = n } = o; console.log(m, q);"), "3 4");
  assert.equal(await printed("({ v, w = n } = { v: 7 } as { v: number; w?: number }); console.log(v, w);"), "7 1");
  assert.equal(await printed("let own = 0; ({ own = n } = {} as { own?: number }); ({ n: v } = o); console.log(own, v);"), "1 3");
  assert.equal(
    await printed(
      "const inner = ({ a = n } = {}) => { const { q = n } = {} as { q?: number }; return { a, q, n }; };\nconsole.log(inner());",
    ),
    "{ a: 1, q: 1, n: 1 }",
  );
  assert.equal(await printed("class K { n = n; get both() { return { n }; } }\nconsole.log(new K().n, new K().both);"), "1 { n: 1 }");
});

test("a cell waits for whatever is awaited at its top level", async () => {
  assert.equal(await printed("console.log(await (async () => 2)());"), "2");
  assert.equal(await printed("const found = await (async () => 3)();\nconsole.log(found);"), "3");
  assert.equal(
    await printed("const each = { async *[Symbol.asyncIterator]() { yield 4; } };\nfor await (const x of each) console.log(x);"),
    "4",
  );
  assert.equal(await printed("if (true) { await null; console.log(5); }"), "5");
});

test("a last expression is printed, unless a semicolon ends it", async () => {
  assert.equal(await printed("const list = [1, 2];\nlist.push(3);"), "");
  assert.equal(await printed("list.push(4) // the length"), "4");
  assert.equal(await printed("await (async () => list)(); // nothing"), "");
});

test("an error names the cell and the line, and no line of tslab", async () => {
  assert.deepEqual(await errorOf("const a = 1;\n\n// why\nthrow new Error('no reason');"), [
    "Error: no reason",
    "cell [N], line 4: throw new Error('no reason');",
  ]);
  assert.deepEqual(await errorOf("const f = (x: any) =>\n  x.y.z;\nconst g = [1].map(f);"), [
    "TypeError: Cannot read properties of undefined (reading 'z')",
    "cell [N], line 2: x.y.z;",
  ]);
  assert.deepEqual(await errorOf("await null;\nawait (async () => { await null; throw new Error('later'); })();"), [
    "Error: later",
    "cell [N], line 2: await (async () => { await null; throw new Error('later'); })();",
  ]);
  assert.deepEqual(await errorOf("throw 'a text';"), ["'a text'", "cell [N]"]);
});

test("an error of the library is its message, and the line that called", async () => {
  await run('import * as cot from "cotlab";');
  assert.deepEqual(await errorOf("const d = 4;\nconst spectrum = cot.powerLawSpectrum({\n  d,\n  exponent: Number.NaN,\n});"), [
    "powerLawSpectrum: exponent must be a finite number, got NaN",
    "cell [N], line 2: const spectrum = cot.powerLawSpectrum({",
  ]);
  assert.match(
    (await errorOf("const figure = cot.lineChart({ series: [], x: { label: 'k' }, y: { label: 'e' } });\nawait cot.show(figure);")).join(
      "\n",
    ),
    /^\w+: .+\ncell \[N\], line 1: const figure/,
  );
});

test("an error in a function of an earlier cell names both", async () => {
  const { count } = await run("const half = (k: number): number => {\n  if (k % 2) throw new Error(k + ' is odd');\n  return k / 2;\n};");
  assert.deepEqual(await errorOf("console.log('first');\nhalf(3);"), [
    "Error: 3 is odd",
    `cell [${count}], line 2: if (k % 2) throw new Error(k + ' is odd');`,
    "called in cell [N], line 2: half(3);",
  ]);
});

test("a type error names the cell and the line; a chain of messages is one error", async () => {
  assert.deepEqual(await errorOf('const a1 = 1;\nconst b1: number = "text";'), [
    "Type 'string' is not assignable to type 'number'.",
    'cell [N], line 2: const b1: number = "text";',
  ]);
  const chain = await errorOf("const deep: { a: { b: string } } = { a: { b: 1 } } as { a: { b: number } };");
  assert.equal(chain.filter((line) => line.startsWith("cell [N], line 1: ")).length, 1);
});

test("the whole stack is there for those who ask", async () => {
  const { stderr } = await run("process.env.COTLAB_STACK = '1';\nthrow new Error('all of it');");
  assert.match(stderr, /^Error: all of it\ncell \[\d+\], line 2: .*\n[\s\S]*\nError: all of it\n +at cotlab-cell-/);
  await run("delete process.env.COTLAB_STACK;");
});

test("what fails with no cell waiting is told in the same way", async () => {
  const { stderr, count } = await run(
    "const lost = Promise.reject(new Error('lost'));\nawait new Promise((done) => setTimeout(done, 50));",
  );
  assert.equal(
    stderr,
    `while no cell waited for it:\nError: lost\ncell [${count}], line 1: const lost = Promise.reject(new Error('lost'));\n`,
  );
});

test("a cell that imports says when the library was built anew since the kernel loaded it", async () => {
  const file = join(root, "lib/dist/model/spectrum.js");
  const use = 'import * as cot from "cotlab";\nvoid cot.powerLawSpectrum({ d: 2, exponent: 1 });';
  await run(use);
  assert.equal((await run(use)).stderr, "");
  await withCopy(file, async () => {
    assert.match((await run(use)).stderr, /^note: the library was built anew .*; restart the kernel/);
  });
});

test("a message is found by looking, not by being told", async () => {
  const { receiveByLooking } = require("../../tools/kernel/messages.cjs") as { receiveByLooking(kind: { prototype: object }): void };
  class Socket {
    closed = false;
    readable = false;
    receive(): Promise<string> {
      return Promise.resolve(this.closed ? "closed" : this.readable ? "a message" : "asked too early");
    }
  }
  receiveByLooking(Socket);
  for (const event of ["readable", "closed"] as const) {
    const socket = new Socket();
    const received = socket.receive();
    setTimeout(() => {
      socket[event] = true;
    }, 20);
    assert.equal(await received, event === "closed" ? "closed" : "a message");
  }
});

test("the server sends what a kernel says at once", async () => {
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const begin = performance.now();
    await run("");
    times.push(performance.now() - begin);
  }
  // Where it waits for the receiver, no reply takes less than 40 ms.
  assert.ok(Math.min(...times) < 35, times.map((time) => time.toFixed(1)).join(" "));
});

test("a cell run again alone says when it reads what is out of date, and only then", async () => {
  await run("const params = { size: 4 };");
  const { count: made } = await run("const twice = 2 * params.size;");
  await run("const current = (): number => params.size;");
  const use = "console.log(twice, current());";
  assert.deepEqual((await run(use)).stderr, "");
  await run("const params = { size: 4 };");
  assert.deepEqual((await run(use)).stderr, "", "the same cell on the same values changes nothing");
  const { count: changed } = await run("const params = { size: 5 };");
  const { count, stderr, stdout } = await run(use);
  assert.equal(
    stderr,
    `note: cell [${count}] reads twice of cell [${made}], which ran before params was changed in cell [${changed}]; run that cell again, or Run All\n`,
  );
  assert.equal(stdout, "8 5\n");
  assert.equal((await run("console.log(current());")).stderr, "", "a function reads params anew");
  await run("const twice = 2 * params.size;");
  assert.deepEqual(await run(use).then((found) => [found.stderr, found.stdout]), ["", "10 5\n"]);
});

test("a package that an install writes anew between two cells does not end the kernel", async () => {
  await run('import * as cot from "cotlab"; import { Matrix } from "ml-matrix";');
  // The kernel looks at files only after its first seconds.
  await new Promise((done) => setTimeout(done, 4000));
  for (const file of ["node_modules/ml-matrix/package.json", "lib/package.json", "lib/dist/core/index.d.ts"]) {
    await withCopy(join(root, file), () => new Promise((done) => setTimeout(done, 2500)));
    assert.equal(await printed("console.log(Matrix.eye(3).rows);"), "3", file);
  }
});
