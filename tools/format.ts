/** @file `npm run format`: rewrites the sources in the project's style. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pinnedNode, root } from "./workspace.mjs";

process.exitCode =
  spawnSync(pinnedNode, [join(root, "node_modules/@biomejs/biome/bin/biome"), "check", "--write", "."], { cwd: root, stdio: "inherit" })
    .status ?? 1;
