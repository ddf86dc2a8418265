/**
 * @file Run All of each notebook in a fresh kernel, and of 01 to 07 together. Nothing is written; the committed notebooks stay as they are.
 *
 * The time goes from the first cell's request to the last reply. A notebook takes so long that one round is the rule.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { executeNotebook } from "../tools/jupyter/execute.ts";
import { readNotebook } from "../tools/jupyter/notebook.ts";
import { startServer } from "../tools/jupyter/server.ts";
import { root } from "../tools/workspace.mjs";
import { startSuite } from "./suite.ts";

const suite = startSuite("notebooks", 1);
const rounds = suite.quick ? 1 : suite.rounds;
const all = readdirSync(join(root, "notebooks"))
  .filter((file) => /^\d\d-.*\.ipynb$/.test(file))
  .sort();
const files = suite.quick ? all.slice(0, 2) : all;
const server = await startServer();
const theory: number[][] = [];
try {
  for (const file of files) {
    const notebook = readNotebook(join(root, "notebooks", file));
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round++) {
      seconds.push((await executeNotebook(server, notebook, { name: file, folder: "notebooks" })).seconds);
    }
    if (/^0[1-7]/.test(file)) theory.push(seconds);
    suite.ratio({ case: file.replace(".ipynb", ""), setting: "fresh kernel", ours: seconds, peer: "" });
  }
} finally {
  await server.stop();
}
const together = Array.from({ length: rounds }, (_, round) => theory.reduce((sum, seconds) => sum + seconds[round], 0));
const numbers = theory.length === 7 ? "01 to 07" : `the first ${theory.length} theory notebooks`;
suite.ratio({ case: `${numbers} together`, setting: "a fresh kernel each", ours: together, peer: "" });
// The Jupyter client keeps timers of its own; the work is done.
process.exit(0);
