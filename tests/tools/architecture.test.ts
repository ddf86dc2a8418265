import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { root } from "../../tools/workspace.mjs";

/** What each folder of the library may import besides itself. A new folder needs a line here. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  linalg: ["core"],
  data: ["core", "tasks", "linalg"],
  tasks: ["core"],
  model: ["core", "tasks"],
  estimators: ["core", "tasks", "model"],
  optimize: ["core", "tasks", "linalg"],
  theorems: ["core", "tasks", "model", "optimize"],
  finite: ["core", "tasks", "model", "theorems"],
  training: ["core", "tasks", "model", "theorems"],
  selection: ["core", "tasks", "model", "optimize", "theorems", "finite", "data"],
  montecarlo: ["core", "tasks", "model", "estimators"],
  sweep: ["core", "tasks", "model", "estimators", "theorems", "finite", "montecarlo"],
  diagnostic: ["core", "tasks", "model", "estimators", "optimize", "theorems", "finite", "selection", "data", "linalg", "figures"],
  transformer: ["core", "tasks", "model", "linalg"],
  reasoning: ["core", "tasks", "data", "transformer"],
  figures: ["core"],
  notebook: ["core", "figures", "linalg"],
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
    // The index and the registry gather everything and are imported by nobody.
    return from !== "" && from !== COMMAND_LINE && from !== into && !(ALLOWED[from] ?? []).includes(into);
  });
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
