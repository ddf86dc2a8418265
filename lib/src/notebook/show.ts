/** @file Showing a figure: one output that is interactive in JupyterLab and VS Code, and a picture on GitHub. */
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { checkFigure, type Figure, type FigureSize } from "../figures/figure";
import { rememberOrigin } from "../figures/figureOrigin";
import { fitFigure } from "../figures/fitFigure";
import { captionOf } from "../figures/inspectFigure";
import { drawSvg } from "../figures/renderSvg";
import { checkFigureName, rememberFigure } from "../figures/shownFigures";
import { type Bundle, inKernel, leaveUnprinted, sendOutput } from "./kernel";

/** Size and name of a figure in a notebook. */
export interface ShowOptions {
  /** Width in pixels; default: the figure's own, else 840. */
  readonly width?: number;
  /** Height in pixels; default: the figure's own, else 525. */
  readonly height?: number;
  /** Size of the axes' titles in pixels; default: the figure's own, else 15: ticks and names then have the size of the notebook's prose. */
  readonly fontSize?: number;
  /** A name by which {@link exportFigure} and {@link figures.restyle} find the figure: letters, digits, "-" and "_", at most 80; default: none. */
  readonly name?: string;
  /** The files of a stored run that the figure is drawn from, by their paths in the repository; the notebook's parameters did not make it. */
  readonly stored?: readonly string[];
}

const SCREEN: Required<FigureSize> = { width: 840, height: 525, fontSize: 15 };

/** The size of a figure on the screen. */
export function screenSize(figure: Figure, { width, height, fontSize }: ShowOptions): Required<FigureSize> {
  const { size } = figure;
  return {
    width: width ?? size?.width ?? SCREEN.width,
    height: height ?? size?.height ?? SCREEN.height,
    fontSize: fontSize ?? size?.fontSize ?? SCREEN.fontSize,
  };
}

/** The figure in Plotly's interactive form, and its caption as plain text. */
export function interactive(figure: Figure, { width, height, fontSize }: Required<FigureSize>): Bundle {
  const { data, layout } = fitFigure(figure, { width, height, fontSize });
  const plotly = { data, layout: { ...layout, width, height }, config: { displaylogo: false, responsive: false } };
  return { "application/vnd.plotly.v1+json": plotly, "text/plain": captionOf(figure) ?? "(figure)" };
}

/** Shows the caption as text. */
export function sendCaption(figure: Figure): void {
  const caption = captionOf(figure);
  if (caption) sendOutput({ "text/markdown": `*${caption}*`, "text/plain": caption });
}

/**
 * Shows a figure in a notebook: Plotly's interactive form, its static SVG, and its caption as text, in one output. Where something lies
 * outside the frame, the caption says so. Outside a kernel only the caption is printed.
 * @param figure data, layout, caption?, endLabels?, size?: a chart, or any Plotly figure
 * @param options width = 840, height = 525 and fontSize = 15 in px; name?; stored? the files of the run that it is drawn from
 * @returns the figure; as a cell's last statement it prints nothing further
 * @throws what `renderSvg` throws; RangeError for a name that is no file's
 * @origin ours
 * @example
 * const chart = { data: [{ y: [4, 1] }], layout: {}, caption: "Error, n = 10, d = 4." };
 * const figure = await cot.show(chart, { name: "error", height: 300 });
 * await cot.exportFigure("error", { directory: "figures", preset: "icml" });
 */
export async function show(figure: Figure, options: ShowOptions = {}): Promise<Figure> {
  checkFigure(new Checks("show"), "figure", figure);
  argumentsOf("show", options, "options");
  const { name, stored } = options;
  if (name !== undefined) checkFigureName(new Checks("show"), name);
  const size = screenSize(figure, options);
  const svg = await inNameOf("show", () => drawSvg(figure, size));
  const note = { ...(name === undefined ? {} : { name }), ...(stored === undefined ? {} : { stored }) };
  sendOutput({
    ...interactive(figure, size),
    "image/svg+xml": svg,
    ...(Object.keys(note).length === 0 ? {} : { "application/vnd.cotlab.figure+json": note }),
  });
  if (inKernel()) sendCaption(figure);
  rememberOrigin(figure, stored);
  if (name !== undefined) rememberFigure(name, figure);
  return leaveUnprinted(figure);
}
