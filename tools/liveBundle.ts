/** @file Bundles the script of live figures, `lib/dist/live/live.js`, with its worker as text inside. Run by the build. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { root } from "./workspace.mjs";

/** Where the script is. */
export const LIVE_SCRIPT = `${root}/lib/dist/live/live.js`;

async function bundled(entry: string, define: Record<string, string> = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${root}/lib/src/live/${entry}`],
    absWorkingDir: root,
    // Its usual entry is one CommonJS file, which comes whole or not at all.
    alias: { "ml-matrix": `${root}/node_modules/ml-matrix/src/index.js` },
    bundle: true,
    minify: true,
    write: false,
    platform: "browser",
    format: "iife",
    target: "es2022",
    define,
  });
  return outputFiles[0].text;
}

/** What a page's worker runs. */
export const workerScript = (): Promise<string> => bundled("worker.ts");

/** The script of a page, which holds its worker's. */
export async function liveScript(): Promise<string> {
  return bundled("page/main.ts", { WORKER_SOURCE: JSON.stringify(await workerScript()) });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(LIVE_SCRIPT, await liveScript());
