/**
 * @file Makes the memory that a kernel starts with: `node tools/kernel/freeze.mjs`, run by the pinned Node once the library is built.
 *
 * An ordinary run writes down which modules are loaded and from where; a second one, with all of them in one program, is kept.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const require = createRequire(import.meta.url);
const { cured, memory } = require("./kernel.cjs");

/** What a notebook begins with. */
const CELLS = [
  'import * as cot from "cotlab";\nconst n = 4;',
  `const run = async (k: number): Promise<void> => {
  await cot.show(cot.lineChart({ series: [{ x: [1, 2], y: [1, 0.5 * k] }], x: { label: "k" }, y: { label: "error", log: true } }));
};
await run(n);
cot.table([{ n, found: cot.powerLawSpectrum({ d: n, exponent: 1 })[0] }]);
console.log(n);`,
];

const plan = {
  packages: join(root, "node_modules/.package-lock.json"),
  launcher: join(here, "kernel.cjs"),
  cures: [join(here, "cures.cjs"), join(here, "tslab-1.0.22.patch")],
  typescript: require.resolve("@tslab/typescript-for-tslab"),
  converter: require.resolve("tslab/dist/converter.js"),
  figure: join(here, "firstFigure.cjs"),
  cells: CELLS,
  record: `${memory}.${process.pid}.json`,
};

const OPTIONS = { minifyWhitespace: true, charset: "ascii", legalComments: "none", target: "esnext" };

const edges = {};
const files = new Set([plan.launcher, plan.typescript, plan.converter, plan.figure]);
const load = Module._load;
Module._load = function (id, parent, ...rest) {
  const file = parent?.filename && Module._resolveFilename(id, parent);
  if (file && isAbsolute(file)) {
    edges[parent.filename] ??= {};
    edges[parent.filename][id] = file;
    files.add(file);
  }
  return load.call(this, id, parent, ...rest);
};
for (const file of [plan.typescript, plan.converter]) require(file);
await require(plan.figure).draw();

/** A module as a function, without comments and in ASCII: one other sign anywhere, and V8 keeps the whole program with two bytes a letter. */
function functionOf(file) {
  const text = cured(file, readFileSync(file, "utf8"));
  const body = file.endsWith(".json") ? `module.exports = ${text}` : text;
  const { code } = transformSync(`(function (exports, require, module, __filename, __dirname) {${body}\n})`, OPTIONS);
  // What esbuild leaves stands in regular expressions, where an escape says the same.
  const ascii = code.replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `${JSON.stringify(file)}: ${ascii.trim().replace(/;$/, "")}`;
}
const program = `${memory}.${process.pid}.cjs`;
const unfinished = `${memory}.${process.pid}`;
const folder = dirname(memory);
mkdirSync(folder, { recursive: true });
const head = Object.entries({ edges, plan }).map(([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`);
writeFileSync(
  program,
  `const modules = {${[...files].map(functionOf).join(",\n")}};\n${head.join("")}${readFileSync(join(here, "frozen.cjs"), "utf8")}`,
);
try {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--no-warnings", "--snapshot-blob", unfinished, "--build-snapshot", program],
    {
      cwd: join(root, "notebooks"),
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`no snapshot: ${stdout.slice(0, 1000)}\n${stderr.slice(0, 2000)}`);
  for (const file of readdirSync(folder)) if (/^kernel-.*\.blob(\.json)?$/.test(file)) rmSync(join(folder, file));
  renameSync(unfinished, memory);
  renameSync(plan.record, `${memory}.json`);
} finally {
  rmSync(program, { force: true });
  rmSync(unfinished, { force: true });
  rmSync(plan.record, { force: true });
}
