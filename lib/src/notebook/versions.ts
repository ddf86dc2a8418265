/** @file The versions that a notebook's results depend on. */
import { linearAlgebra } from "../linalg/backend";

/**
 * The versions of the library, of Node, and of the packages that compute and draw (they are pinned exactly, so what is asked for is
 * what runs), and the back end that large matrices get, on which no committed result depends.
 */
export function versions(): Readonly<Record<string, string>> {
  const own = require("../../package.json") as { version: string; dependencies: Record<string, string> };
  const of = (name: string): string => own.dependencies[name] ?? "unknown";
  return {
    cotlab: own.version,
    Node: process.versions.node,
    tslab: of("tslab"),
    "ml-matrix": of("ml-matrix"),
    seedrandom: of("seedrandom"),
    "plotly.js": of("plotly.js-dist"),
    "linear algebra": linearAlgebra().name,
  };
}
