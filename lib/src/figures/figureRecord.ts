/** @file The record of what made a figure: written into its SVG, PNG and PDF, and read back from them. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { Checks } from "../core/check";
import type { Figure } from "./figure";
import { type FigureMetadata, originOf } from "./figureOrigin";
import { captionOf } from "./inspectFigure";

/** What made a figure, as its files hold it; null where nobody said. */
export interface FigureRecord {
  /** The name of its files, without their ending. */
  readonly name: string | null;
  /** Its caption, with what lies outside the frame. */
  readonly caption: string | null;
  /** The notebook's file name. */
  readonly notebook: string | null;
  /** The id of the cell that shows it. */
  readonly cell: string | null;
  /** The seed of its random numbers. */
  readonly seed: number | null;
  /** "stored": it is drawn from a stored run, and the parameters are not those of the notebook. */
  readonly run: "live" | "stored";
  /** The stored run's files. */
  readonly stored: readonly string[];
  /** The parameters by name; infinity is the text "Infinity". */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The library that drew it. */
  readonly library: { readonly name: string; readonly version: string };
  /** The printed size by name. */
  readonly preset: string | null;
  /** Printed width and height. */
  readonly inches: readonly [width: number, height: number];
  /** A fingerprint of what is drawn. */
  readonly source: string;
}

/** The record of a figure at a size in inches. */
export function figureRecord(
  figure: Figure,
  inches: readonly [number, number],
  {
    name = null,
    preset = null,
    metadata = originOf(figure),
  }: Partial<Pick<FigureRecord, "name" | "preset">> & { metadata?: FigureMetadata } = {},
): FigureRecord {
  return {
    name,
    caption: captionOf(figure) ?? null,
    notebook: metadata.notebook ?? null,
    cell: metadata.cell ?? null,
    seed: metadata.seed ?? null,
    run: metadata.stored === undefined ? "live" : "stored",
    stored: metadata.stored ?? [],
    parameters: metadata.parameters ?? {},
    library: library(),
    preset,
    inches: [tenThousandths(inches[0]), tenThousandths(inches[1])],
    source: figureDigest(figure),
  };
}

const tenThousandths = (value: number): number => Math.round(value * 1e4) / 1e4;

/** A fingerprint of what is drawn: it tells whether exported files belong to a figure. */
export function figureDigest({ data, layout, caption }: Figure): string {
  return createHash("sha256")
    .update(JSON.stringify([data, layout, caption]))
    .digest("hex")
    .slice(0, 16);
}

function library(): FigureRecord["library"] {
  const { name, version } = require("../../package.json") as FigureRecord["library"];
  return { name, version };
}

/** The record as JSON text. */
export const recordText = (record: FigureRecord, indent?: number): string => JSON.stringify(record, plainJson, indent);

/** JSON has no Infinity: it is written as a string, and what would silently turn into null is refused. */
function plainJson(key: string, value: unknown): unknown {
  const check: Checks = new Checks("exportFigure");
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return String(value);
  if (Number.isNaN(value) || typeof value === "function" || typeof value === "bigint" || typeof value === "symbol") {
    check.fail(`metadata ${key}`, "a value that JSON can hold", value);
  }
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as unknown as ArrayLike<number>) : value;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** An SVG of ours with the record as its metadata. */
export function recordInSvg(svg: string, record: FigureRecord): string {
  const text = recordText(record).replace(/[&<>]/g, (sign) => ESCAPES[sign]);
  return svg.replace(/>/, () => `><metadata>${text}</metadata>`);
}

/** A PNG with the record in a chunk iTXt (its keyword is "cotlab"), and who made it in chunks that viewers know. */
export function recordInPng(png: Uint8Array, record: FigureRecord): Uint8Array {
  const { name, caption, library } = record;
  const texts = { Title: name, Description: caption, Software: `${library.name} ${library.version}`, [KEYWORD]: recordText(record) };
  // After the keyword: not compressed (two zeros), no language, no translated keyword.
  const chunks = Object.entries(texts).flatMap(([keyword, text]) =>
    text === null ? [] : [pngChunk("iTXt", `${keyword}\0\0\0\0\0${text}`)],
  );
  return insertInPng(png, ...chunks);
}

const KEYWORD = "cotlab";
/** Signature, then IHDR: length, type, 13 bytes, checksum. */
const PNG_HEADER = 8 + 25;
const PNG_SIGNATURE = "\u0089PNG\r\n";

/** A PNG with more chunks after its header. */
export const insertInPng = (png: Uint8Array, ...chunks: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat([png.subarray(0, PNG_HEADER), ...chunks, png.subarray(PNG_HEADER)]);

/** A chunk of a PNG: length, type, data, checksum. */
export function pngChunk(type: string, data: string | Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), Buffer.from(data as string)]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(body.length - 4, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** The entries of a PDF's information dictionary; plain ASCII, which every reader shows. */
export function recordInPdf(record: FigureRecord): Record<string, string> {
  const { library } = record;
  const ascii = recordText(record).replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return { Title: record.caption ?? record.name ?? "", Creator: `${library.name} ${library.version}`, Keywords: ascii };
}

/** The record's text in a file's bytes; undefined where there is none. */
function findRecord(file: Buffer): string | undefined {
  const latin = file.toString("latin1");
  if (latin.startsWith(PNG_SIGNATURE)) {
    for (let at = 8; at + 8 <= file.length; at += 12 + file.readUInt32BE(at)) {
      const data = file.subarray(at + 8, at + 8 + file.readUInt32BE(at));
      const start = `${KEYWORD}\0\0\0\0\0`;
      if (latin.slice(at + 4, at + 8) === "iTXt" && data.toString("latin1").startsWith(start)) return data.toString("utf8", start.length);
    }
    return undefined;
  }
  if (latin.startsWith("%PDF-")) {
    const keywords = /\/Keywords (\d+) 0 R/.exec(latin)?.[1];
    const text = keywords && new RegExp(`\\n${keywords} 0 obj\\n\\(((?:[^()\\\\]|\\\\.)*)\\)`, "s").exec(latin)?.[1];
    return text ? text.replace(/\\(.)/gs, "$1") : undefined;
  }
  const text = file.toString("utf8");
  if (!text.startsWith("<svg")) return text;
  const found = /<metadata>([^<]*)<\/metadata>/.exec(text)?.[1];
  return found?.replace(/&(amp|lt|gt);/g, (_, name: "amp" | "lt" | "gt") => ({ amp: "&", lt: "<", gt: ">" })[name]);
}

/**
 * What made a figure, read from one of the files that {@link exportFigure}, {@link renderSvg}, {@link renderPng} or {@link renderPdf} have written.
 * @param path an SVG, PNG, PDF or JSON file of a figure
 * @throws RangeError for a file that cannot be read, and for one without such a record
 * @origin ours
 * @example
 * const files = await cot.exportFigure({ data: [{ y: [4, 1] }], layout: {} }, { name: "error", directory: "figures", metadata: { seed: 7 } });
 * (await cot.figures.readFigureRecord(files.png)).seed; // => 7
 */
export async function readFigureRecord(path: string): Promise<FigureRecord> {
  const check: Checks = new Checks("readFigureRecord");
  check.text("path", path);
  let file: Buffer;
  try {
    file = await readFile(path);
  } catch (error) {
    return check.fail("path", `a file that can be read (${(error as NodeJS.ErrnoException).code})`, path);
  }
  const text = check.made("path", "the SVG, PNG, PDF or JSON file of a figure", path, () => findRecord(file));
  let record: Partial<FigureRecord> | undefined;
  try {
    record = text === undefined ? undefined : (JSON.parse(text) as Partial<FigureRecord>);
  } catch {
    // No JSON is no record.
  }
  if (typeof record?.source !== "string" || typeof record.parameters !== "object")
    return check.fail("path", "the SVG, PNG, PDF or JSON file of a figure, with the record that exportFigure writes", path);
  return record as FigureRecord;
}
