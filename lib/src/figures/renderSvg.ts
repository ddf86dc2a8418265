/** @file A figure as SVG text, with no browser. */
import { createHash } from "node:crypto";
import { argumentsOf, Checks } from "../core/check";
import { checkFigure, type Figure, type FigureSize } from "./figure";
import { figureRecord, recordInSvg } from "./figureRecord";
import { fitFigure } from "./fitFigure";
import { headlessPlotly, type Plotly } from "./headlessPlotly";
import { FONT_FAMILY, FONT_SIZE } from "./theme";
import { roundNumbers, tidySvg } from "./tidySvg";
import { inlineCells } from "./vectorCanvas";

/** Size of a picture and of its text; 528 by 330 px where neither the figure nor its user says another. */
export interface RenderParams extends Partial<FigureSize> {
  /** Enlargement of the finished drawing, text included; > 0, default 1. */
  readonly scale?: number;
}

/** The size of a figure when none is asked for, in px. */
const DEFAULT_SIZE: Required<FigureSize> = { width: 528, height: 330, fontSize: FONT_SIZE.axis };

interface PlotElement extends Element {
  readonly _fullLayout: { readonly _uid: string; readonly _paper: { node(): Element } };
}

/** One figure at a time: Plotly keeps state in the one document. */
let queue: Promise<unknown> = Promise.resolve();

/**
 * The figure as a self-contained SVG with a white background; the same figure gives the same bytes.
 * @param figure data, layout, caption?, endLabels?, size?: a chart, or any Plotly figure
 * @param size width = 528, height = 330 and fontSize = 12 in px (1 px = 0.75 pt), > 0; scale = 1
 * @throws RangeError outside the domain, or when Plotly does not know an attribute; Error when Plotly warns while drawing
 * @origin ours
 * @example
 * const svg = await cot.figures.renderSvg({ data: [{ y: [4, 1] }], layout: {} }, { width: 300, height: 200 });
 * svg.includes('viewBox="0 0 300 200"'); // => true
 */
export async function renderSvg(figure: Figure, size: RenderParams = {}): Promise<string> {
  checkFigure(new Checks("renderSvg"), "figure", figure as Figure);
  argumentsOf("renderSvg", size);
  return recordInSvg(await drawSvg(figure, size), figureRecord(figure, printedSize(figure, size)));
}

const sizeOf = (figure: Figure, asked: Partial<FigureSize>): Required<FigureSize> => ({ ...DEFAULT_SIZE, ...figure.size, ...asked });

/** Width and height in inches. */
export function printedSize(figure: Figure, { scale = 1, ...asked }: RenderParams): [width: number, height: number] {
  const { width, height } = sizeOf(figure, asked);
  return [(width * scale) / 96, (height * scale) / 96];
}

/** The drawing alone, without a record of what made it. */
export function drawSvg(figure: Figure, { scale = 1, ...asked }: RenderParams = {}): Promise<string> {
  const size = sizeOf(figure, asked);
  const result = queue.then(() => draw(figure, size, scale));
  queue = result.catch(() => undefined);
  return result;
}

async function draw(figure: Figure, size: Required<FigureSize>, scale: number): Promise<string> {
  const check: Checks = new Checks("renderSvg");
  check.interval("width", size.width, 1, 20_000);
  check.interval("height", size.height, 1, 20_000);
  check.interval("fontSize", size.fontSize, 0.1, 1000);
  check.interval("scale", scale, 0.01, 100);
  const { plotly, document, serialise, takeWarnings } = headlessPlotly(figure.data.map(({ type = "scatter" }) => type));
  // Plotly writes into what it is given; the caller's figure must stay as it is.
  const plain = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return check.wrongKind("figure", "plain data", figure, error.message);
    }
  };
  const { data, layout } = plain(() => copyFigure(fitFigure(figure, size)));
  takeWarnings();
  const faults = plain(() => attributeFaults(plotly, data, layout));
  if (faults.length > 0) {
    throw new RangeError(`renderSvg: figure must have only attributes that Plotly knows, got ${faults.join("; ")}`);
  }
  takeWarnings(); // validate says everything twice
  const element = document.body.appendChild(document.createElement("div")) as unknown as PlotElement;
  try {
    await plotly.newPlot(
      element,
      data,
      { ...layout, width: size.width, height: size.height, autosize: false },
      { staticPlot: true, displayModeBar: false },
    );
    const root = element._fullLayout._paper.node();
    inlineCells(document, root);
    plotly.Snapshot.toSVG(element, "svg"); // brings all layers under one root and paints the background
    tidySvg(document, root);
    // Plotly gives up when margins and ticks keep changing one another; what it has then is drawn whole all the same.
    const warnings = takeWarnings().filter((text) => !text.includes("Too many auto-margin redraws"));
    if (warnings.length > 0) throw new Error(`renderSvg: Plotly warned while drawing: ${warnings.join("; ")}`);
    const svg = finish(root, serialise, element._fullLayout._uid, size, scale);
    if (/="[^"]*\bNaN\b/.test(svg)) check.fail("figure", "of values that an axis can hold", "some beyond", "Give the axis a range");
    return svg;
  } catch (error) {
    if (error instanceof TypeError && !error.message.startsWith("renderSvg: "))
      check.fail("figure", "of values that Plotly can draw", error.message, "Give the axis a range");
    if (!(error instanceof Error) || !/axis scaling/.test(error.message)) throw error;
    check.fail(
      "figure",
      "one whose titles and names leave room for its axes",
      `${size.width} x ${size.height} px`,
      "Shorten them, or ask for a larger figure",
    );
  } finally {
    plotly.purge(element);
    element.remove();
  }
}

/** Attributes that do not exist or hold a value of the wrong kind; attributes without effect are no fault. */
function attributeFaults(plotly: Plotly, data: Figure["data"], layout: Figure["layout"]): string[] {
  try {
    const faults = plotly.validate(data, layout) ?? [];
    return faults.filter(({ code }) => code !== "unused" && code !== "dynamic" && code !== "invisible").map(({ msg }) => msg);
  } catch (error) {
    // Plotly's validator itself stumbles over an unused array attribute; drawing does not.
    if (error instanceof TypeError) return [];
    throw error;
  }
}

/** A copy whose traces have names of their own; Plotly would draw lots for them. */
function copyFigure({ data, layout }: Figure): Pick<Figure, "data" | "layout"> {
  return { data: structuredClone(data).map((trace, i) => Object.assign(trace, { uid: `trace${i}` })), layout: structuredClone(layout) };
}

/** The finished text: size, font, and ids that do not change from run to run. */
function finish(root: Element, serialise: (node: Element) => string, uid: string, { width, height }: FigureSize, scale: number): string {
  const attributes: Record<string, string> = {
    width: roundNumbers(String(width * scale)),
    height: roundNumbers(String(height * scale)),
    viewBox: `0 0 ${width} ${height}`,
    "font-family": FONT_FAMILY,
  };
  for (const [name, value] of Object.entries(attributes)) root.setAttribute(name, value);
  root.removeAttribute("style");
  const text = serialise(root);
  // Several figures may end up in one HTML page, so ids carry the figure's own content.
  const digest = createHash("sha256").update(text.replaceAll(uid, "")).digest("hex").slice(0, 8);
  return `${text.replaceAll(uid, digest)}\n`;
}
