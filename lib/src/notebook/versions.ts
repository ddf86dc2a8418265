/** @file The versions that a notebook's results depend on. */
import { linearAlgebra } from "../linalg/backend";
import { kernelVersion } from "./kernel";

/** The version of an optional package, which a program may choose for itself. */
function installed(name: string): string {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    return "not installed";
  }
}

/**
 * The versions of the library, of Node, of the packages that compute (they are pinned exactly, so what is asked for is what runs) and
 * of those that draw, and the back end that large matrices get, on which no committed result depends.
 * @origin ours
 * @example
 * Object.keys(cot.notebook.versions()); // => ["cotlab", "Node", "tslab", ...]
 */
export function versions(): Readonly<Record<string, string>> {
  const { version, dependencies } = require("../../package.json") as { version: string; dependencies: Record<string, string> };
  return {
    cotlab: version,
    Node: process.versions.node,
    tslab: kernelVersion() ?? installed("tslab"),
    "ml-matrix": dependencies["ml-matrix"],
    seedrandom: dependencies.seedrandom,
    "plotly.js": installed("plotly.js-cartesian-dist"),
    "linear algebra": linearAlgebra().name,
  };
}
