import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { root } from "../../tools/workspace.mjs";

/** What each folder of the library may import besides itself. A new folder needs a line here. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  linalg: ["core"],
  data: ["core", "linalg", "model"],
  model: ["core", "linalg"],
  estimators: ["core", "linalg", "model"],
  optimize: ["core", "linalg"],
  theory: ["core", "linalg", "model", "optimize"],
  selection: ["core", "linalg", "model", "optimize", "theory"],
  simulation: ["core", "linalg", "model", "estimators", "theory", "data"],
  figures: ["core", "data"],
  diagnostic: ["core", "linalg", "model", "theory", "selection", "data", "figures"],
  reasoning: ["core", "data"],
  transformer: ["core", "linalg", "model", "data", "reasoning"],
  evaluation: ["core", "reasoning", "figures", "diagnostic"],
  live: ["core", "model", "estimators", "theory", "selection", "simulation", "figures"],
  notebook: ["core", "figures", "linalg", "live"],
};

const source = join(root, "lib/src");
const imports = globSync("**/*.ts", { cwd: source }).flatMap((file) =>
  [...readFileSync(join(source, file), "utf8").matchAll(/from "(\.[^"]+)"/g)].map(([, to]) => ({
    file,
    to: normalize(join(dirname(file), to!)),
  })),
);
/** The command line calls everything and is called by nobody. */
const COMMAND_LINE = "cli";
const folder = (file: string): string => (file.includes("/") ? file.split("/")[0] : "");

test("the library's folders import in one direction", () => {
  assert.ok(imports.length > 100);
  const wrong = imports.filter(({ file, to }) => {
    const [from, into] = [folder(file), folder(to)];
    // The index gathers everything and is imported by nobody.
    return from !== "" && from !== COMMAND_LINE && from !== into && !(ALLOWED[from] ?? []).includes(into);
  });
  assert.deepEqual(wrong, []);
});

test("a folder's index is its public face alone: inside the library files are imported by their own names", () => {
  const indexes = new Set(globSync("**/index.ts", { cwd: source }).map((file) => dirname(file)));
  const wrong = imports.filter(({ file, to }) => !file.endsWith("index.ts") && (indexes.has(to) || to.endsWith("/index")));
  assert.deepEqual(wrong, []);
});

test("only notebook/kernel.ts reaches into tslab", () => {
  const knowing = globSync("**/*.ts", { cwd: source }).filter((file) =>
    /lastWriteDisplayData|(?:from|require\()\s*["']tslab/.test(readFileSync(join(source, file), "utf8")),
  );
  assert.deepEqual(knowing, ["notebook/kernel.ts"]);
});

test("no result depends on Math.random or on the date", () => {
  for (const file of globSync("**/*.ts", { cwd: source })) {
    assert.doesNotMatch(readFileSync(join(source, file), "utf8"), /Math\.random\(|Date\.now\(|new Date\(\)/, file);
  }
});
