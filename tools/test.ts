/**
 * @file `npm test`: every test, fast layers first, and a last line `N passed, N failed`.
 * `npm test -- lib` or `npm test -- tests/setup.test.ts` runs only the files whose path contains one of the words.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { pinnedNode, root } from "./workspace.mjs";

/** Minutes that a test may take, and a run of files: a test that hangs fails with its name, and the rest goes on to the last line. */
const TEST_LIMIT = 10;
const FILES_LIMIT = 45;

/** `true` would leave one core of two idle. */
const CORES = availableParallelism();
/** Every theorem against its simulation. */
const LONGEST = "conformance.test.ts";

/** The layers, in order. Those that drive kernels and browsers run one file at a time: there are two cores. */
const LAYERS = [
  { name: "library", files: "lib/test/**/*.test.ts", concurrency: CORES },
  { name: "studies", files: "studies/test/**/*.test.ts", concurrency: CORES },
  { name: "tools", files: "tests/tools/**/*.test.ts", concurrency: CORES },
  { name: "notebooks in the kernel", files: "tests/kernel/**/*.test.ts", concurrency: 1 },
  { name: "JupyterLab in a browser", files: "tests/browser/**/*.test.ts", concurrency: 1 },
] as const;

const counts = { passed: 0, failed: 0, skipped: 0 };

async function runLayer(files: string[], concurrency: number | boolean): Promise<void> {
  const stream = run({
    files,
    concurrency,
    cwd: root,
    // A file whose tests are done ends, whatever a test that was given up still waits for.
    forceExit: true,
    signal: AbortSignal.timeout(FILES_LIMIT * 60_000),
    execArgv: [`--test-timeout=${TEST_LIMIT * 60_000}`],
  });
  stream.on("test:pass", (event) => {
    if (event.details.type === "suite" || files.some((file) => event.name === file)) return;
    if (event.skip !== undefined) counts.skipped++;
    else counts.passed++;
  });
  stream.on("test:fail", (event) => {
    if (event.details.type !== "suite") counts.failed++;
  });
  const report = stream.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await new Promise((resolve, reject) => report.on("end", resolve).on("error", reject));
}

const words = process.argv.slice(2);
const option = words.find((word) => word.startsWith("-"));
if (option !== undefined) {
  console.error(`test: there are no options, only words of a test file's path, got ${option}`);
  process.exit(2);
}
if (words.length === 0) {
  console.log("\n# types, style and notebook lint");
  const lint = spawnSync(pinnedNode, [join(root, "tools/lint.ts")], { cwd: root, stdio: "inherit" });
  if (lint.status === 0) counts.passed++;
  else counts.failed++;
}
for (const { name, files, concurrency } of LAYERS) {
  const found = globSync(files, { cwd: root })
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .map((file) => join(root, file))
    .sort()
    // The longest first, so that it does not run alone in the end.
    .sort((a, b) => Number(b.endsWith(LONGEST)) - Number(a.endsWith(LONGEST)));
  if (found.length === 0) continue;
  console.log(`\n# ${name}`);
  // Files that run alone have a limit each.
  if (concurrency === 1) for (const file of found) await runLayer([file], concurrency);
  else await runLayer(found, concurrency);
}
if (words.length > 0 && counts.passed + counts.failed + counts.skipped === 0)
  console.log(`\nno test file's path contains ${words.join(" or ")}`);
console.log(`\n${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
