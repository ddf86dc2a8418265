/** @file A figure as the files that a paper and a reader need. */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { writeTogether } from "../data/writeTogether";
import type { Figure } from "./figure";
import { type FigureMetadata, originOf } from "./figureOrigin";
import { figureRecord, recordInPdf, recordInPng, recordInSvg, recordText } from "./figureRecord";
import { figureTable, toCsv } from "./figureTable";
import { legendExtraHeight } from "./fitFigure";
import { PRESET_NAMES, PRESETS, type Preset, type PresetName } from "./presets";
import { svgToPdf } from "./renderPdf";
import { svgToPng } from "./renderPng";
import { drawSvg } from "./renderSvg";
import { checkFigureName, namedFigure, nameOfFigure } from "./shownFigures";
import { FONT_SIZE } from "./theme";

/** Where a figure's files go, and their size. */
export interface ExportParams {
  /** File name without ending: letters, digits, "-" and "_", at most 80; default: the name under which the figure was shown. */
  readonly name?: string;
  /** The folder; it is made when missing. */
  readonly directory: string;
  /** The printed size; default "iclr". */
  readonly preset?: PresetName;
  /** Width in px before scaling (96 px = 1 in), > 0; default: the figure's own, else the preset's. */
  readonly width?: number;
  /** Size in px of the axes' titles (12 px = 9 pt), > 0; default: the figure's own, else the preset's. */
  readonly fontSize?: number;
  /** Height in px, > 0; default: the figure's own, else the preset's with room for a legend of several rows. */
  readonly height?: number;
  /** Or the preset's height times this, > 0; default 1. */
  readonly stretch?: number;
  /** What made the figure; default: the notebook, parameters and seed of the run that showed it, as far as they are known. */
  readonly metadata?: FigureMetadata;
}

/** The absolute paths of a figure's files. */
export interface ExportedFigure {
  /** Vectors with fonts embedded. */
  readonly pdf: string;
  /** The same as SVG. */
  readonly svg: string;
  /** 300 dots per inch. */
  readonly png: string;
  /** The plotted numbers. */
  readonly csv: string;
  /** What made the figure. */
  readonly json: string;
}

/**
 * Writes a figure as PDF, SVG, PNG, CSV and JSON. All files appear together or, when something fails, none changes.
 * The same figure gives the same bytes. All but the CSV say what made it: notebook, parameters, seed, the library's version ({@link figures.readFigureRecord}).
 * @param figure a chart, any Plotly figure, or the name under which one was shown
 * @param params directory; name? (that of a figure which was shown); preset = "iclr"; width?, height?, fontSize? in px, or stretch = 1, a factor
 * on the preset's height; metadata = what is known of the run
 * @throws RangeError outside the domain, for an unknown name, or for metadata that JSON cannot hold; what `renderSvg` throws; file errors
 * @origin ours
 * @example
 * const files = await cot.exportFigure({ data: [{ y: [4, 1] }], layout: {} }, { name: "error", directory: "figures" });
 * Object.keys(files); // => ["pdf", "svg", "png", "csv", "json"]
 */
export async function exportFigure(figure: Figure | string, params: ExportParams): Promise<ExportedFigure> {
  argumentsOf("exportFigure", params);
  const check: Checks = new Checks("exportFigure");
  const chosen = namedFigure(check, figure);
  const { name = nameOfFigure(chosen), directory, preset = "iclr", stretch = 1, metadata = {} } = params;
  checkFigureName(check, name);
  if (typeof directory !== "string" || directory === "") check.wrongKind("directory", "a non-empty string", directory);
  check.oneOf("preset", preset, PRESET_NAMES);
  check.interval("stretch", stretch, 0.1, 10);
  const own: Preset = PRESETS[preset];
  const { width = own.width, fontSize = own.fontSize ?? FONT_SIZE.axis, height: asked } = { ...chosen.size, ...params };
  const usual = { width, height: own.height * stretch, fontSize };
  const height = asked ?? usual.height + (own.fixedHeight ? 0 : legendExtraHeight(chosen, usual));
  check.positive("height", height);

  const { scale } = own;
  const inches = [(width * scale) / 96, (height * scale) / 96] as const;
  const record = figureRecord(chosen, inches, { name, preset, metadata: originOf(chosen, metadata) });
  const sidecar = recordText(record, 2);
  const svg = await inNameOf("exportFigure", () => drawSvg(chosen, { width, height, fontSize, scale }));
  const folder = resolve(directory);
  const at = (ending: string) => join(folder, `${name}.${ending}`);
  const files: ExportedFigure = { pdf: at("pdf"), svg: at("svg"), png: at("png"), csv: at("csv"), json: at("json") };
  const contents = {
    [files.pdf]: await svgToPdf(svg, recordInPdf(record)),
    [files.svg]: recordInSvg(svg, record),
    [files.png]: recordInPng(svgToPng(svg, 300), record),
    [files.csv]: toCsv(figureTable(chosen)),
    [files.json]: `${sidecar}\n`,
  };
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    check.fail("directory", `a folder that is there or can be made (${(error as NodeJS.ErrnoException).code})`, folder);
  }
  await writeTogether(contents);
  return files;
}
