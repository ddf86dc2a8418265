/** @file Showing a figure: one output that is interactive in JupyterLab and VS Code, and a picture on GitHub. */
import type { Figure } from "../figures/figure";
import { fitFigure } from "../figures/fitFigure";
import { renderSvg } from "../figures/renderSvg";
import { sendOutput } from "./kernel";

/** Size of a figure in a notebook. */
export interface ShowOptions {
  /** Width in pixels; default 640. */
  readonly width?: number;
  /** Height in pixels; default 400. */
  readonly height?: number;
  /** The files of a stored run that the figure is drawn from, by their paths in the repository; the notebook's parameters did not make it. */
  readonly stored?: readonly string[];
}

/**
 * Shows a figure in a notebook: Plotly's interactive form, its static SVG, and its caption as text, in one output.
 * Call it with `await` as a cell's last statement. Outside a kernel only the caption is printed.
 * @param figure data, layout, caption?, endLabels?: a chart, or any Plotly figure
 * @param params width = 640 and height = 400 in px; stored? the files of the run that it is drawn from
 * @throws what {@link renderSvg} throws
 * @origin ours
 * @example
 * await cot.show({ data: [{ y: [4, 1] }], layout: {}, caption: "Error, n = 10, d = 4." }, { height: 300 });
 */
export async function show(figure: Figure, { width = 640, height = 400, stored }: ShowOptions = {}): Promise<void> {
  const svg = await renderSvg(figure, { width, height });
  const { data, layout, caption } = fitFigure(figure, { width, height });
  sendOutput({
    "application/vnd.plotly.v1+json": { data, layout: { ...layout, width, height }, config: { displaylogo: false, responsive: false } },
    "image/svg+xml": svg,
    "text/plain": caption ?? "(figure)",
    ...(stored === undefined ? {} : { "application/vnd.cotlab.figure+json": { stored } }),
  });
  if (caption) sendOutput({ "text/markdown": `*${caption}*`, "text/plain": caption });
}
