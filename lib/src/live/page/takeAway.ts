/** @file What a reader takes away from a figure: settings as text, the drawing as SVG, its numbers as CSV. */

import type { Values } from "../../core/declaration";
import type { Series } from "../../figures/lineChart";
import { FONT_FAMILY, INK } from "../../figures/theme";
import type { LiveSpec } from "../spec";
import { valuesOf } from "../spec";
import { plainLabel } from "./label";

const code = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(code).join(", ")}]`
    : typeof value === "string" && value !== "Infinity"
      ? JSON.stringify(value)
      : String(value);

/** The notebook's parameters cell at these values; what is the figure's alone stands in a comment. */
export function parametersCell(spec: LiveSpec, values: Values): string {
  const own = spec.parameters.filter((parameter) => parameter.own);
  const read = spec.parameters.filter((parameter) => !parameter.own).map(({ name }) => [name, values[name]] as const);
  const lines = [...read, ...spec.rest].map(([name, value]) => `  ${name}: ${code(value)},`);
  const comments = own.map(({ name }) => `// in the figure alone: ${name} = ${code(values[name])}`);
  return [...comments, "const params = cot.parameters(domain, {", ...lines, "});"].join("\n");
}

/** The command that runs the notebook at these values. */
export function setLine(spec: LiveSpec, values: Values): string {
  const start = valuesOf(spec);
  const changed = spec.parameters.filter(({ name, own, committed }) => !own && code(values[name]) !== code(committed ?? start[name]));
  const number = /^\d+/.exec(spec.notebook ?? "")?.[0];
  const sets = changed.map(({ name }) => ` --set ${name}=${code(values[name]).replaceAll(" ", "")}`);
  return `npm run reproduce --${number ? ` ${number}` : ""}${sets.join("")}`;
}

/** The plotted numbers of the panels below a header, one row a point. */
export function plottedRows(
  panels: readonly { readonly title: string; readonly series: readonly Series[] }[],
): (string | number | null)[][] {
  const rows = panels.flatMap(({ title, series }) =>
    series.flatMap(({ name = "", x, y, lower, upper }) =>
      Array.from(y, (value, i) => [title, plainLabel(name), x[i], value, lower?.[i] ?? null, upper?.[i] ?? null]),
    ),
  );
  return [["panel", "series", "x", "y", "lower", "upper"], ...rows];
}

/** The drawn panels, one below the other, as a file that needs no page: black on white, without handles. */
export function svgOf(drawings: readonly SVGSVGElement[]): string {
  const sizes = drawings.map((drawing) => ({
    width: Number(drawing.getAttribute("width")),
    height: Number(drawing.getAttribute("height")),
  }));
  const width = Math.max(...sizes.map((size) => size.width));
  const height = sizes.reduce((sum, size) => sum + size.height, 0);
  let top = 0;
  const parts = drawings.map((drawing, i) => {
    const copy = drawing.cloneNode(true) as SVGSVGElement;
    for (const handle of copy.querySelectorAll(".handle")) handle.removeAttribute("tabindex");
    copy.setAttribute("y", String(top));
    top += sizes[i].height;
    return new XMLSerializer().serializeToString(copy);
  });
  const rules =
    `text{font:12px ${FONT_FAMILY};fill:${INK}}.script{font-size:9px}.grid{stroke:${INK};stroke-opacity:.12}` +
    `.axis{stroke:${INK};fill:none}.mark{stroke:${INK};stroke-opacity:.6;stroke-dasharray:4 3}.handle{fill:#fff;stroke:#d55e00;stroke-width:2.5}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" color="${INK}">` +
    `<style>${rules}</style><rect width="100%" height="100%" fill="#fff"/>${parts.join("")}</svg>\n`
  );
}
