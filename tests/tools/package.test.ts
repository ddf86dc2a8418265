import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, test } from "node:test";
import { pinnedNode, root } from "../../tools/workspace.mjs";

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
  readonly overrides: Readonly<Record<string, string>>;
}
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const manifest = (folder: string): Manifest => JSON.parse(read(join(folder, "package.json"))) as Manifest;
const [workspace, library, studies] = [".", "lib", "studies"].map(manifest);
const readme = read("lib/README.md");

/** An empty folder outside the repository, with nothing of it above. */
const folder = mkdtempSync(join(tmpdir(), "cotlab-package-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const packed = join(folder, "node_modules", "cotlab");

/** The machine's npm, as `npm test` was started or as the path finds it. What an npm around this test says about its own folder is left out. */
function npm(args: readonly string[], cwd: string): { readonly status: number | null; readonly text: string } {
  const ours = (name: string): boolean => !/^npm_(?:config_local_prefix|config_prefix|package_|lifecycle_)/.test(name);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => ours(name)));
  const cli = process.env.npm_execpath;
  const [command, first] = cli ? [process.execPath, [cli]] : ["npm", []];
  const quick = ["--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=0"];
  const { status, stdout, stderr, error } = spawnSync(command, [...first, ...args, ...quick], {
    cwd,
    env,
    encoding: "utf8",
    shell: !cli && process.platform === "win32",
  });
  return { status, text: `${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}` };
}

const UNREACHABLE =
  /\b(?:ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b.*/;

/** Installs packages into the folder; the reason when the registry cannot be reached, which says nothing about the package. */
function install(packages: readonly string[]): string | undefined {
  const { status, text } = npm(["install", "--prefix", folder, ...packages], folder);
  const [offline] = UNREACHABLE.exec(text) ?? [];
  if (status !== 0 && offline !== undefined) return `the npm registry cannot be reached: ${offline}`;
  assert.equal(status, 0, text);
  return undefined;
}

/** Every Node of this machine, the pinned one first: two of one version are one. */
const nodes = new Map<string, string>();
const onPath = (process.env.PATH ?? "").split(delimiter).map((part) => join(part, process.platform === "win32" ? "node.exe" : "node"));
for (const node of [pinnedNode, process.env.npm_node_execpath, ...onPath]) {
  if (node === undefined || !existsSync(node)) continue;
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  if (Number(/\d+/.exec(version)![0]) >= 20 && !nodes.has(version)) nodes.set(version, node);
}

const run = (node: string, ...args: string[]): string => execFileSync(node, args, { cwd: folder, encoding: "utf8" });

const pack = npm(["pack", "--silent", "--pack-destination", folder], join(root, "lib"));
assert.equal(pack.status, 0, pack.text);
const unreachable = install([`./cotlab-${library.version}.tgz`]);
const skip = unreachable ?? false;
/** Node looks for packages in the folders above, too; where there are some, nothing is missing. */
let above = dirname(folder);
while (above !== dirname(above) && !existsSync(join(above, "node_modules"))) above = dirname(above);
const lent = unreachable ?? (existsSync(join(above, "node_modules")) ? `${above} lends its packages to folders below` : false);

test("the package holds what the sources compile to, the fonts, the command, a README and a licence, and nothing else", { skip }, () => {
  const compiled = globSync("**/*.ts", { cwd: join(root, "lib/src"), exclude: ["**/*.d.ts"] }).map((file) =>
    join("dist", file.replace(/ts$/, "")),
  );
  const wanted = [
    ...compiled.flatMap((file) => [`${file}js`, `${file}d.ts`]),
    ...globSync("{assets,bin}/**/*.*", { cwd: join(root, "lib") }),
    // The script that makes a live figure live on any page.
    "dist/live/live.js",
    ...["package.json", "README.md", "LICENSE"],
  ];
  const found = globSync("**", { cwd: packed }).filter((file) => statSync(join(packed, file)).isFile());
  assert.deepEqual(found.sort(), wanted.sort());
  assert.match(readFileSync(join(packed, "dist/index.js"), "utf8"), /get names\(\) \{ return require/, "the index loads groups when asked");
  assert.equal(read("lib/LICENSE"), read("LICENSE"));
});

test("npm installs few packages for it, none of the optional ones, and runs no script", { skip }, (t) => {
  const lock = JSON.parse(readFileSync(join(folder, "node_modules/.package-lock.json"), "utf8")) as {
    packages: Record<string, { hasInstallScript?: boolean }>;
  };
  const names = Object.keys(lock.packages);
  assert.deepEqual(
    names.filter((name) => lock.packages[name].hasInstallScript),
    [],
  );
  for (const name of Object.keys(library.peerDependencies)) assert.ok(!names.includes(`node_modules/${name}`), name);
  const bytes = (path: string): number =>
    globSync("**", { cwd: path }).reduce(
      (sum, file) => sum + (statSync(join(path, file)).isFile() ? statSync(join(path, file)).size : 0),
      0,
    );
  const [own, all] = [packed, join(folder, "node_modules")].map((path) => bytes(path) / 1e6);
  t.diagnostic(`unpacked ${own.toFixed(1)} MB, with its ${names.length - 1} dependencies ${all.toFixed(1)} MB`);
  assert.ok(names.length - 1 <= 20 && all < 15, `${names.length - 1} dependencies, ${all} MB`);
});

/** The README's program as TypeScript 5.0 makes it for CommonJS, resolving as tslab does, and as TypeScript 7 makes it for ES modules. */
const COMPILERS = [
  {
    name: "TypeScript 5.0, CommonJS",
    tsc: "@tslab/typescript-for-tslab/bin/tsc",
    file: "cjs/example.cts",
    options: { module: "commonjs", moduleResolution: "node10" },
  },
  { name: "TypeScript 7, ES modules", tsc: "typescript/bin/tsc", file: "esm/example.mts", options: { module: "nodenext" } },
];

for (const { name, tsc, file, options } of COMPILERS) {
  test(`the README's program compiles and runs: ${name}`, { skip }, (t) => {
    const [at] = file.split("/");
    mkdirSync(join(folder, at));
    const numbers = Array.from({ length: 60 }, (_, i) => `${Math.sin(i + 1).toFixed(3)},${Math.cos(7 * i).toFixed(3)}\n`);
    writeFileSync(join(folder, "examples.csv"), `a,b\n${numbers.join("")}`);
    writeFileSync(join(folder, file), /```ts\n(.*?)```/s.exec(readme)![1]);
    const compilerOptions = { strict: true, skipDefaultLibCheck: true, target: "es2022", types: [], ...options };
    writeFileSync(join(folder, at, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["."] }));
    const compiled = spawnSync(pinnedNode, [join(root, "node_modules", tsc), "-p", join(folder, at)], { encoding: "utf8" });
    assert.equal(compiled.status, 0, compiled.stdout);
    const outputs = [...nodes.values()].map((node) => run(node, file.replace("ts", "js")));
    const [, exact, mean, se] = /^exact ([\d.]+), simulated ([\d.]+) ± ([\d.]+)\ncolumns a, b\n$/.exec(outputs[0])!.map(Number);
    assert.ok(Math.abs(exact - mean) <= 4 * se, outputs[0]);
    assert.deepEqual(new Set(outputs).size, 1, "every Node finds the same numbers");
    t.diagnostic(`Node ${[...nodes.keys()].join(", ")}: ${outputs[0].split("\n")[0]}`);
  });
}

test("require and import give the same names, and the command runs", { skip }, () => {
  for (const node of nodes.values()) {
    const names = run(node, "-p", 'Object.keys(require("cotlab")).sort().join()').trim();
    assert.ok(names.split(",").length > 30);
    const missing = "names.filter((name) => !(name in cot)).join()";
    const program = `import * as cot from "cotlab"; const names = "${names}".split(","); console.log(${missing})`;
    assert.equal(run(node, "--input-type=module", "-e", program), "\n");
    assert.match(run(node, join(packed, "bin/cotlab.cjs"), "doctor"), new RegExp(`^cotlab +${library.version}\\n`));
  }
});

/** The error of an expression of the library's names, in a Node of its own. */
function errorOf(expression: string, env: Readonly<Record<string, string>> = {}): string {
  const program = `const cot = require("cotlab"); (async () => ${expression})().then(() => console.log("none"), ({ message }) => console.log(message))`;
  return execFileSync(pinnedNode, ["-e", program], { cwd: folder, encoding: "utf8", env: { ...process.env, ...env } }).trim();
}
const FIGURE = '{ data: [{ x: [1, 2], y: [1, 4] }], layout: { title: { text: "A title" } } }';

test("a function that lacks its optional package names it, and the command that installs it", { skip: lent }, () => {
  const wanted = (name: string): string => `${name}@${library.devDependencies[name]}`;
  const needs = (fn: string, name: string): string =>
    `${fn}: the optional package ${name} must be installed, got none. Install it: npm install ${wanted(name)}`;
  writeFileSync(join(folder, "features.arrow"), "ARROW1");
  assert.equal(errorOf('cot.data.readFeatures("features.arrow")'), needs("readFeatures", "apache-arrow"));
  assert.equal(errorOf("cot.notebook.frame([{ k: 1 }])"), needs("frame", "danfojs-node"));
  assert.equal(errorOf("cot.linalg.linearAlgebra()", { COTLAB_BLAS: "/no/such/library.so" }), needs("COTLAB_BLAS", "koffi"));
});

test("the command that drawing asks for is enough to draw", { skip: lent }, (t) => {
  const message = errorOf(`cot.figures.renderSvg(${FIGURE})`);
  const [, packages] =
    /^renderSvg: the optional package \S+ must be installed, got none\. Install it: npm install (.*)$/.exec(message) ??
    assert.fail(message);
  const offline = install(packages.split(" "));
  if (offline !== undefined) return t.skip(offline);
  const exported = `cot.exportFigure(${FIGURE}, { name: "drawn", directory: "." })`;
  for (const node of nodes.values()) {
    const program = `const cot = require("cotlab"); ${exported}.then((files) => console.log(Object.keys(files).join()))`;
    assert.equal(run(node, "-e", program), "pdf,svg,png,csv,json\n");
    assert.equal(readFileSync(join(folder, "drawn.png"), "latin1").slice(1, 4), "PNG");
  }
});

test("one version everywhere", () => {
  const { version } = workspace;
  assert.equal(library.version, version);
  assert.equal(studies.version, version);
  assert.equal(studies.dependencies.cotlab, version);
  assert.match(read("CITATION.cff"), new RegExp(`^version: ${version}$`, "m"));
  assert.equal(/^## \[?(\d+\.\d+\.\d+)/m.exec(read("CHANGELOG.md"))?.[1], version);
  assert.equal(run(pinnedNode, "-p", `require(${JSON.stringify(join(root, "lib"))}).notebook.versions().cotlab`).trim(), version);
});

test("optional packages are declared, tested and written about in one version", () => {
  const names = Object.keys(library.peerDependencies);
  assert.deepEqual(Object.keys(library.peerDependenciesMeta), names);
  for (const name of names) {
    const version = library.devDependencies[name];
    assert.equal(library.peerDependencies[name], `>=${version}`);
    assert.equal(library.peerDependenciesMeta[name].optional, true);
    assert.ok(readme.includes(`${name}@${version}`), `lib/README.md: ${name}@${version}`);
  }
  for (const [name, version] of Object.entries(workspace.overrides)) assert.ok(readme.includes(`"${name}": "${version}"`), name);
});
