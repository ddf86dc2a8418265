/** @file The library as one script for a web page, from its sources: ES modules, of which the bundler leaves out what a page does not use. */
import { gzipSync } from "node:zlib";
import { build, type Format } from "esbuild";
import { root } from "./workspace.mjs";

/** Its usual entry is one CommonJS file, which comes whole or not at all. */
const ML_MATRIX = `${root}/node_modules/ml-matrix/src/index.js`;

/** A script for a web page, minified. */
export interface BrowserBundle {
  readonly code: string;
  readonly bytes: number;
  readonly gzipped: number;
  /** What it is made of: path from the root → bytes. */
  readonly files: Readonly<Record<string, number>>;
}

/**
 * Bundles for the browser; a module of Node that is imported anywhere is an error of the bundler, and its message names the file.
 * @param source the exports, `export { limitError } from "./theory/paper/overthinking"`, with paths from `lib/src`
 * @param format "iife", a script that sets the global `cot`, or "esm", a module
 */
export async function browserBundle(source: string, format: Extract<Format, "iife" | "esm"> = "iife"): Promise<BrowserBundle> {
  const result = await build({
    stdin: { contents: source, resolveDir: `${root}/lib/src` },
    absWorkingDir: root,
    alias: { "ml-matrix": ML_MATRIX },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    logLevel: "silent",
    platform: "browser",
    format,
    ...(format === "iife" && { globalName: "cot" }),
  });
  const [file] = result.outputFiles;
  const [output] = Object.values(result.metafile.outputs);
  return {
    code: file.text,
    bytes: file.contents.length,
    gzipped: gzipSync(file.contents).length,
    files: Object.fromEntries(Object.entries(output.inputs).map(([name, { bytesInOutput }]) => [name, bytesInOutput])),
  };
}
