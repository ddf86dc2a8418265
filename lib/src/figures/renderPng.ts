/** @file A figure as PNG, drawn with the shipped fonts. */
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { optionalPackage } from "../core/optionalPackage";
import { checkFigure, type Figure } from "./figure";
import { figureRecord, insertInPng, pngChunk, recordInPng } from "./figureRecord";
import { FONT_FILES, TEXT_FAMILY } from "./fonts";
import { drawSvg, printedSize, type RenderParams } from "./renderSvg";

/** Size and resolution of a PNG. */
export interface PngParams extends RenderParams {
  /** Dots per inch, > 0, default 300; the file says so to programs that read it. */
  readonly dpi?: number;
}

/**
 * The figure as a PNG of scale width dpi/96 by scale height dpi/96 dots.
 * @param figure data, layout, caption?, endLabels?, size?: a chart, or any Plotly figure
 * @param options width = 528, height = 330 and fontSize = 12 in px; scale = 1; dpi = 300
 * @throws RangeError unless dpi is in [1, 2400]; what {@link renderSvg} throws; Error when @resvg/resvg-js is not installed
 * @origin ours
 * @example
 * const png = await cot.figures.renderPng({ data: [{ y: [4, 1] }], layout: {} }, { dpi: 96 });
 * new DataView(png.buffer, png.byteOffset).getUint32(16); // => 528
 */
export async function renderPng(figure: Figure, options: PngParams = {}): Promise<Uint8Array> {
  checkFigure(new Checks("renderPng"), "figure", figure as Figure);
  const { dpi = 300, ...size } = argumentsOf("renderPng", options);
  const check: Checks = new Checks("renderPng");
  check.interval("dpi", dpi, 1, 2400);
  return recordInPng(
    svgToPng(await inNameOf("renderPng", () => drawSvg(figure, size)), dpi),
    figureRecord(figure, printedSize(figure, size)),
  );
}

/** An SVG of ours as PNG; the machine's own fonts are not read. */
export function svgToPng(svg: string, dpi: number): Uint8Array {
  const { Resvg } = optionalPackage<typeof import("@resvg/resvg-js")>(new Checks("renderPng"), "@resvg/resvg-js");
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: dpi / 96 },
    font: { loadSystemFonts: false, fontFiles: Object.values(FONT_FILES), defaultFontFamily: TEXT_FAMILY, sansSerifFamily: TEXT_FAMILY },
  });
  return withResolution(image.render().asPng(), dpi);
}

/** Adds the chunk pHYs (dots per metre), so that the picture has its printed size. */
function withResolution(png: Buffer, dpi: number): Uint8Array {
  const data = Buffer.alloc(9);
  const perMetre = Math.round(dpi / 0.0254);
  data.writeUInt32BE(perMetre, 0);
  data.writeUInt32BE(perMetre, 4);
  data.writeUInt8(1, 8);
  return insertInPng(png, pngChunk("pHYs", data));
}
