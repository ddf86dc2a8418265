/** @file A figure as the files that a paper and a reader need. */
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Checks } from "../core/check";
import { writeTogether } from "../data/writeTogether";
import type { Figure } from "./figure";
import { figureTable, toCsv } from "./figureTable";
import { legendExtraHeight } from "./fitFigure";
import { svgToPdf } from "./renderPdf";
import { svgToPng } from "./renderPng";
import { renderSvg } from "./renderSvg";

interface Preset {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  /** A slide keeps its height when the legend needs more rows. */
  readonly fixedHeight?: boolean;
}

/** Sizes in px before scaling; 96 px = 1 inch. Text is 8.25 to 9 pt, on slides 14 to 15.5 pt. */
export const PRESETS = {
  /** The text width of ICLR and NeurIPS: 5.5 in. */
  iclr: { width: 528, height: 300, scale: 1 },
  /** Two figures side by side in that width: 2.7 in. */
  "iclr-half": { width: 259.2, height: 195, scale: 1 },
  /** One of ICML's two columns: 3.25 in. */
  icml: { width: 312, height: 220, scale: 1 },
  /** Both of ICML's columns: 6.75 in. */
  "icml-wide": { width: 648, height: 300, scale: 1 },
  /** A 16:9 slide of 10 by 5.625 in. */
  slides: { width: 560, height: 315, scale: 12 / 7, fixedHeight: true },
} satisfies Record<string, Preset>;

/** A printed size: "iclr", "iclr-half", "icml", "icml-wide" or "slides". */
export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

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
  /** File name without ending: letters, digits, "-" and "_", at most 80. */
  readonly name: string;
  /** The folder; it is made when missing. */
  readonly directory: string;
  /** The printed size; default "iclr". */
  readonly preset?: PresetName;
  /** Height in px before scaling (96 px = 1 in), > 0; default: the preset's, with room for a legend of several rows. */
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
 * @param figure data, layout, caption?, endLabels?: a chart, or any Plotly figure
 * @param params name; directory; preset = "iclr"; height? in px, or stretch = 1, a factor on the preset's; metadata = {}
 * @throws RangeError outside the domain, or for metadata that JSON cannot hold; what {@link renderSvg} throws; file errors
 * @origin ours
 * @example
 * const files = await cot.exportFigure({ data: [{ y: [4, 1] }], layout: {} }, { name: "error", directory: "figures" });
 * Object.keys(files); // => ["pdf", "svg", "png", "csv", "json"]
 */
export async function exportFigure(figure: Figure, params: ExportParams): Promise<ExportedFigure> {
  const { name, directory, preset = "iclr", metadata = {} } = params;
  const check: Checks = new Checks("exportFigure");
  if (typeof name !== "string" || !/^[A-Za-z0-9][\w-]{0,79}$/.test(name)) {
    check.fail("name", 'a file name of letters, digits, "-" and "_" without an ending, at most 80 long', name);
  }
  if (typeof directory !== "string" || directory === "") check.wrongKind("directory", "a non-empty string", directory);
  check.oneOf("preset", preset, PRESET_NAMES);
  const { width, scale, height: usual, fixedHeight = false }: Preset = PRESETS[preset];
  const { stretch = 1 } = params;
  check.positive("stretch", stretch);
  const height = params.height ?? usual * stretch + (fixedHeight ? 0 : legendExtraHeight(figure, { width, height: usual * stretch }));
  check.positive("height", height);

  const svg = await renderSvg(figure, { width, height, scale });
  const sidecar = {
    name,
    caption: figure.caption ?? null,
    notebook: metadata.notebook ?? null,
    cell: metadata.cell ?? null,
    seed: metadata.seed ?? null,
    run: metadata.stored === undefined ? "live" : "stored",
    stored: metadata.stored ?? [],
    parameters: metadata.parameters ?? {},
    library: await libraryVersion(),
    preset,
    inches: [width, height].map((px) => Math.round((px * scale * 1e4) / 96) / 1e4),
    source: figureDigest(figure),
  };
  const folder = resolve(directory);
  const at = (ending: string) => join(folder, `${name}.${ending}`);
  const files: ExportedFigure = { pdf: at("pdf"), svg: at("svg"), png: at("png"), csv: at("csv"), json: at("json") };
  const contents = {
    [files.pdf]: await svgToPdf(svg, figure.caption ?? name),
    [files.svg]: svg,
    [files.png]: svgToPng(svg, 300),
    [files.csv]: toCsv(figureTable(figure)),
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
