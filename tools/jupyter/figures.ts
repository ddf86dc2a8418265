/** @file The figures that an executed notebook shows, with all that is known about them. */
import type { Figure } from "../../lib/dist/figures/figure.js";
import { type FigureMetadata, originInRun } from "../../lib/dist/figures/figureOrigin.js";
import { codeCells, type Notebook, type Output, sourceOf, textOf } from "./notebook.ts";
import { parametersCell, readParameters } from "./parameters.ts";

const PLOTLY = "application/vnd.plotly.v1+json";
/** What `show` notes of a figure beside it. */
const FIGURE = "application/vnd.cotlab.figure+json";

interface FigureNote {
  readonly name?: string;
  readonly stored?: readonly string[];
}

/** A notebook's outputs are not those of a whole run; the message names the cell and the remedy. */
export class NotExecutedError extends Error {
  override readonly name = "NotExecutedError";
}

/** A figure as the notebook shows it. */
export interface NotebookFigure {
  /** Its file name without ending: the name that \`show\` was given, else made of the cell's id and stable while the cell keeps that. */
  readonly name: string;
  /** The id of the cell that shows it. */
  readonly cell: string;
  /** Plotly's data and layout, and the caption. */
  readonly figure: Figure;
  /** Height over width, relative to the figures that have the usual size. */
  readonly stretch: number;
  /** What made it. */
  readonly provenance: FigureMetadata;
}

/** The size `show` gives a figure when the notebook asks for none; what counts is the proportion. */
const USUAL = { width: 840, height: 525 };

/**
 * Every figure of an executed notebook, in order.
 * @throws NotExecutedError when a cell has not run, or failed: figures would be missing or stale without a word
 */
export function figuresOf(file: string, notebook: Notebook): NotebookFigure[] {
  const command = `npm run reproduce -- ${file.slice(0, 2)}`;
  const cells = codeCells(notebook);
  cells.forEach(({ cell }, i) => {
    if (cell.execution_count === null || cell.execution_count === undefined) {
      throw new NotExecutedError(`${file}: code cell ${i + 1} (${cell.id}) has not run, so its figures are missing; run \`${command}\``);
    }
    if (cell.outputs?.some((output) => output.output_type === "error")) {
      throw new NotExecutedError(`${file}: code cell ${i + 1} (${cell.id}) failed in the saved run; mend it, then run \`${command}\``);
    }
  });
  const source = parametersCell(notebook);
  const parameters = Object.fromEntries([...(source ? readParameters(sourceOf(source)) : [])].map(([name, { value }]) => [name, value]));
  const found: NotebookFigure[] = [];
  for (const { cell } of cells) {
    const bundles = (cell.outputs ?? []).flatMap(plotlyBundle);
    bundles.forEach((bundle, i) => {
      const { data, layout } = bundle[PLOTLY] as Figure;
      const text = textOf(bundle["text/plain"] ?? "");
      const caption = text === "" || text === "(figure)" ? undefined : text;
      const { width = USUAL.width, height = USUAL.height } = layout;
      const note = bundle[FIGURE] as FigureNote | undefined;
      found.push({
        name: note?.name ?? `${fileName(cell.id)}${i === 0 ? "" : `-${i + 1}`}`,
        cell: cell.id,
        figure: { data, layout, ...(caption === undefined ? {} : { caption }) },
        stretch: (height * USUAL.width) / (width * USUAL.height),
        provenance: originInRun(caption ?? "", { notebook: file, parameters }, note?.stored),
      });
    });
  }
  const names = found.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new Error(
      `${file}: two figures would be named ${twice}; give them names of their own, or their cells ids that differ in more than "figure"`,
    );
  return found;
}

function plotlyBundle(output: Output): Record<string, unknown>[] {
  return "data" in output && PLOTLY in output.data ? [output.data] : [];
}

/** The cell's id without the words that every such cell has: "figure-law" and "law-show" are both "law". */
function fileName(id: string): string {
  const words = id.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const own = words.filter((word) => !["figure", "show", "run"].includes(word.toLowerCase()));
  return (own.length > 0 ? own : words).join("-");
}
