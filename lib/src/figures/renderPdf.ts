/** @file A figure as PDF: vectors and embedded fonts. */
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { optionalPackage } from "../core/optionalPackage";
import { checkFigure, type Figure } from "./figure";
import { figureRecord, recordInPdf } from "./figureRecord";
import { FONT_FILES, SIGN_FAMILY } from "./fonts";
import { drawSvg, printedSize, type RenderParams } from "./renderSvg";

/** Size and title of a PDF. */
export interface PdfParams extends RenderParams {
  /** The document's title in its metadata; default: the figure's caption. */
  readonly title?: string;
}

/**
 * The figure as a one-page PDF of 0.75 scale width by 0.75 scale height, in pt; the same figure gives the same bytes.
 * @param figure data, layout, caption?, endLabels?, size?: a chart, or any Plotly figure
 * @param options width = 528, height = 330 and fontSize = 12 in px; scale = 1; title?
 * @throws what {@link renderSvg} throws; Error when pdfkit or svg-to-pdfkit is not installed
 * @origin ours
 * @example
 * const pdf = await cot.figures.renderPdf({ data: [{ y: [4, 1] }], layout: {} }, { title: "Error" });
 * new TextDecoder().decode(pdf.subarray(0, 8)); // => "%PDF-1.5"
 */
export async function renderPdf(figure: Figure, options: PdfParams = {}): Promise<Uint8Array> {
  const check: Checks = new Checks("renderPdf");
  checkFigure(check, "figure", figure as Figure);
  const { title, ...size } = argumentsOf("renderPdf", options);
  if (title !== undefined) check.text("title", title);
  const record = check.made("figure", "plain data", figure, () => figureRecord(figure, printedSize(figure, size)));
  return svgToPdf(await inNameOf("renderPdf", () => drawSvg(figure, size)), {
    ...recordInPdf(record),
    ...(title === undefined ? {} : { Title: title }),
  });
}

type DrawSvg = (
  document: PDFKit.PDFDocument,
  svg: string,
  x: number,
  y: number,
  options: {
    fontCallback(family: string, bold: boolean, italic: boolean, faux: { fauxBold: boolean; fauxItalic: boolean }): string;
    warningCallback(warning: string): void;
    width: number;
    height: number;
    assumePt: boolean;
  },
) => void;

/** pdfkit wants a date and derives the file's identifier from it; a fixed one keeps the bytes the same from run to run. */
const FIXED_DATE = new Date(0);

/**
 * An SVG of ours as PDF; info is what its metadata say.
 * @throws Error when the SVG holds something that cannot be drawn as vectors
 */
export function svgToPdf(svg: string, info: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const check: Checks = new Checks("renderPdf");
  const Document = optionalPackage<typeof import("pdfkit")>(check, "pdfkit");
  const drawSvg = optionalPackage<DrawSvg>(check, "svg-to-pdfkit");
  const [width, height] = ["width", "height"].map((side) => 0.75 * Number(new RegExp(`^<svg [^>]*?\\b${side}="([\\d.]+)"`).exec(svg)?.[1]));
  const document = new Document({
    size: [width, height],
    margin: 0,
    pdfVersion: "1.5",
    info: { ...info, Producer: "pdfkit", CreationDate: FIXED_DATE },
  });
  for (const [name, file] of Object.entries(FONT_FILES)) document.registerFont(name, file);
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    document.on("data", (chunk: Buffer) => chunks.push(chunk));
    document.on("end", () => resolve(Buffer.concat(chunks)));
    document.on("error", reject);
  });
  const warnings: string[] = [];
  drawSvg(document, svg, 0, 0, {
    width: width,
    height: height,
    assumePt: false,
    fontCallback(family, bold, italic, faux) {
      faux.fauxBold = false;
      faux.fauxItalic = false;
      return family.startsWith(SIGN_FAMILY) ? "signs" : bold ? "bold" : italic ? "italic" : "regular";
    },
    warningCallback(warning) {
      warnings.push(warning);
    },
  });
  document.end();
  if (warnings.length > 0) throw new Error(`renderPdf: the drawing must be made of what PDF can show, got: ${warnings.join("; ")}`);
  return done;
}
