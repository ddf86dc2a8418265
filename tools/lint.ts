/** @file `npm run lint`: types, code style and notebook lint. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { lintNotebook } from "./jupyter/lint.ts";
import { readNotebook } from "./jupyter/notebook.ts";
import { pinnedNode, root } from "./workspace.mjs";

const nodeScript = (script: string, ...args: string[]): boolean =>
  spawnSync(pinnedNode, [join(root, "node_modules", script), ...args], { cwd: root, stdio: "inherit" }).status === 0;

const types = nodeScript("typescript/bin/tsc", "-p", "tools");
const style = nodeScript("@biomejs/biome/bin/biome", "check", ".");
const problems = readdirSync(join(root, "notebooks"))
  .filter((file) => file.endsWith(".ipynb"))
  .flatMap((file) => lintNotebook(readNotebook(join(root, "notebooks", file)), root).map((line) => `notebooks/${file}: ${line}`));
for (const line of problems) process.stderr.write(`${line}\n`);
process.exitCode = types && style && problems.length === 0 ? 0 : 1;
