/** @file Packages that npm does not install unasked: drawing, BLAS, data frames and the like are not in the way of who computes. */
import type { Checks } from "./check";

/** One does not draw a figure and put it into a file without all of these. */
const DRAWING = ["fontkit", "jsdom", "plotly.js-cartesian-dist", "@resvg/resvg-js", "pdfkit", "svg-to-pdfkit"];

/**
 * An optional package, loaded; or, with `require.resolve` as `load`, the path of its main file.
 * @throws Error that names the function, the package and the command that installs it, when the package is missing
 */
export function optionalPackage<T>(check: Checks, name: string, load: (name: string) => unknown = require): T {
  try {
    return load(name) as T;
  } catch (error) {
    // A package that is there and lacks something of its own says so itself.
    if (!(error instanceof Error && error.message.startsWith(`Cannot find module '${name}'`))) throw error;
    const { devDependencies } = require("../../package.json") as { devDependencies: Record<string, string> };
    const wanted = (DRAWING.includes(name) ? DRAWING : [name]).map((each) => `${each}@${devDependencies[each]}`);
    throw new Error(`${check.fn}: the optional package ${name} must be installed, got none. Install it: npm install ${wanted.join(" ")}`, {
      cause: error,
    });
  }
}
