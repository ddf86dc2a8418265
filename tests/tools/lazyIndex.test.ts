import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { lazyIndex } from "../../tools/lazyIndex.mjs";
import { pinnedNode, root } from "../../tools/workspace.mjs";

const getter = (name: string, file: string): string =>
  `Object.defineProperty(exports, "${name}", { enumerable: true, get: function () { return ${file}.${name}; } });`;

test("the index's requires wait for its getters, and a second pass changes nothing", () => {
  const text = ['"use strict";', "exports.a = void 0;", 'var one_1 = require("./core/one");', getter("a", "one_1"), ""].join("\n");
  const lazy = lazyIndex(text);
  const [first, ...lines] = lazy.split("\n");
  assert.match(first!, /^"use strict"; const lazily = /);
  assert.deepEqual(lines, ["exports.a = void 0;", 'const one_1 = lazily(() => require("./core/one"));', getter("a", "one_1"), ""]);
  assert.equal(lazyIndex(lazy), lazy);
});

test("a group waits until it is asked for", () => {
  const lazy = lazyIndex('exports.theory = __importStar(require("./theory"));');
  assert.equal(
    lazy,
    'const theory_group = { get names() { return require("./theory"); } }; Object.defineProperty(exports, "theory", { enumerable: true, get: function () { return theory_group.names; } });',
  );
  assert.equal(lazyIndex(lazy), lazy);
});

test("an index that uses a file in another way is refused", () => {
  assert.throws(
    () => lazyIndex('var one_1 = require("./core/one");\nexports.a = one_1.a;\n'),
    /every line that uses a file must be a getter/,
  );
});

/** What a fresh Node prints. */
const run = (...args: string[]): unknown => JSON.parse(execFileSync(pinnedNode, args, { cwd: root, encoding: "utf8" }));

test("importing the library loads no file of it until a name is used", () => {
  const count = "Object.keys(require.cache).length";
  const loaded = run("-p", `const cot = require("cotlab"); const before = ${count}; cot.optimalV; JSON.stringify([before, ${count}])`);
  const [before, after] = loaded as [number, number];
  assert.equal(before, 1);
  assert.ok(after > 1 && after < 40, `${after} files for one function`);
});

test("every name that the compiler declared is there, for require and for import", () => {
  const namesOf = (index: string): string[] =>
    [...readFileSync(join(root, "lib/dist", index), "utf8").matchAll(/Object\.defineProperty\(exports, "(\w+)"/g)]
      .map(([, name]) => name)
      .filter((name) => name !== "__esModule");
  const groups = globSync("*/index.js", { cwd: join(root, "lib/dist") }).map((file) => dirname(file));
  const names = [...namesOf("index.js"), ...groups.flatMap((group) => namesOf(`${group}/index.js`).map((name) => `${group}.${name}`))];
  assert.ok(groups.length >= 12 && names.length > 300);
  const missing = `${JSON.stringify(names)}.filter((name) => name.split(".").reduce((from, part) => from[part], cot) === undefined)`;
  assert.deepEqual(run("-p", `const cot = require("cotlab"); JSON.stringify(${missing})`), []);
  const program = `import * as cot from "cotlab"; import { Random } from "cotlab"; console.log(JSON.stringify([...${missing}, typeof Random]))`;
  assert.deepEqual(run("--input-type=module", "-e", program), ["function"]);
});

test("the Node that runs `npx` here, which may be older than the pinned one, imports names too", () => {
  const program = 'import { Covariance, optimalV } from "cotlab"; console.log(JSON.stringify([typeof Covariance, typeof optimalV]))';
  const node = execFileSync("sh", ["-c", "command -v node"], { encoding: "utf8" }).trim();
  assert.deepEqual(JSON.parse(execFileSync(node, ["--input-type=module", "-e", program], { cwd: root, encoding: "utf8" })), [
    "function",
    "function",
  ]);
});
