/** @file A figure as the files that a paper and a reader need. */
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { argumentsOf, Checks } from "../core/check";
import { writeTogether } from "../data/writeTogether";
import type { Figure } from "./figure";
import { figureTable, toCsv } from "./figureTable";
import { legendExtraHeight } from "./fitFigure";
import { captionOf } from "./inspectFigure";
import { PRESET_NAMES, PRESETS, type Preset, type PresetName } from "./presets";
import { svgToPdf } from "./renderPdf";
import { svgToPng } from "./renderPng";
import { renderSvg } from "./renderSvg";
import { checkFigureName, namedFigure, nameOfFigure } from "./shownFigures";
import { FONT_SIZE } from "./theme";

/** What produced a figure, kept beside it. */
export interface FigureMetadata {
  /** The notebook's file name. */
  readonly notebook?: string;
  /** The id of the cell that shows it. */
  readonly cell?: string;
  /** The seed of its random numbers. */
  readonly seed?: number;
  /** It is drawn from a stored run: the run's files, as far as they are known. */
  readonly stored?: readonly string[];
  /** The parameters of the experiment: numbers, strings, booleans, null, and arrays and objects of these. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

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
  /** What made the figure; default: nothing said. */
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
 * The same figure gives the same bytes.
 * @param figure a chart, any Plotly figure, or the name under which one was shown
 * @param params directory; name? (that of a figure which was shown); preset = "iclr"; width?, height?, fontSize? in px, or stretch = 1, a factor
 * on the preset's height; metadata = {}
 * @throws RangeError outside the domain, for an unknown name, or for metadata that JSON cannot hold; what {@link renderSvg} throws; file errors
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
  check.positive("stretch", stretch);
  const own: Preset = PRESETS[preset];
  const { width = own.width, fontSize = own.fontSize ?? FONT_SIZE.axis, height: asked } = { ...chosen.size, ...params };
  const usual = { width, height: own.height * stretch, fontSize };
  const height = asked ?? usual.height + (own.fixedHeight ? 0 : legendExtraHeight(chosen, usual));
  check.positive("height", height);

  const { scale } = own;
  const caption = captionOf(chosen);
  const svg = await renderSvg(chosen, { width, height, fontSize, scale });
  const sidecar = {
    name,
    caption: caption ?? null,
    notebook: metadata.notebook ?? null,
    cell: metadata.cell ?? null,
    seed: metadata.seed ?? null,
    run: metadata.stored === undefined ? "live" : "stored",
    stored: metadata.stored ?? [],
    parameters: metadata.parameters ?? {},
    library: await libraryVersion(),
    preset,
    inches: [width, height].map((px) => Math.round((px * scale * 1e4) / 96) / 1e4),
    source: figureDigest(chosen),
  };
  const folder = resolve(directory);
  const at = (ending: string) => join(folder, `${name}.${ending}`);
  const files: ExportedFigure = { pdf: at("pdf"), svg: at("svg"), png: at("png"), csv: at("csv"), json: at("json") };
  const contents = {
    [files.pdf]: await svgToPdf(svg, caption ?? name),
    [files.svg]: svg,
    [files.png]: svgToPng(svg, 300),
    [files.csv]: toCsv(figureTable(chosen)),
    [files.json]: `${JSON.stringify(sidecar, plainJson, 2)}\n`,
  };
  await mkdir(folder, { recursive: true });
  await writeTogether(contents);
  return files;
}

/** A fingerprint of what is drawn: it tells whether exported files belong to a figure. */
export function figureDigest({ data, layout, caption }: Figure): string {
  return createHash("sha256")
    .update(JSON.stringify([data, layout, caption]))
    .digest("hex")
    .slice(0, 16);
}

/** JSON has no Infinity: it is written as a string, and what would silently turn into null is refused. */
function plainJson(key: string, value: unknown): unknown {
  const check: Checks = new Checks("exportFigure");
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return String(value);
  if (Number.isNaN(value) || typeof value === "function" || typeof value === "bigint" || typeof value === "symbol") {
    check.fail(`metadata ${key}`, "a value that JSON can hold", value);
  }
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as unknown as ArrayLike<number>) : value;
}

async function libraryVersion(): Promise<{ name: string; version: string }> {
  const text = await readFile(join(__dirname, "..", "..", "package.json"), "utf8");
  const { name, version } = JSON.parse(text) as { name: string; version: string };
  return { name, version };
}
