#!/usr/bin/env node
// Committed, unlike dist/, so that npm can link it before the library is built.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const main = join(__dirname, "..", "dist", "cli", "main.js");
if (!existsSync(main)) {
  process.stderr.write("cotlab: the library is not built yet; run `npm run setup` in the workspace's folder first\n");
  process.exit(1);
}
require(main).main(process.argv.slice(2));
