import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { inflateSync } from "node:zlib";
import * as pdf from "../../dist/figures/renderPdf.js";
import * as png from "../../dist/figures/renderPng.js";
import { gallery } from "./gallery.ts";

const renderPdf = async (...params: Parameters<typeof pdf.renderPdf>): Promise<Buffer> => Buffer.from(await pdf.renderPdf(...params));
const renderPng = async (...params: Parameters<typeof png.renderPng>): Promise<Buffer> => Buffer.from(await png.renderPng(...params));
const size = { width: 312, height: 220 };
const folder = mkdtempSync(join(tmpdir(), "cotlab-figures-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The chunks of a PNG by type. */
function chunks(png: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    found.set(png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return found;
}

/** The rows of an 8-bit RGBA picture, with PNG's row filters undone. */
function pixelRows(png: Buffer): Uint8Array[] {
  const header = chunks(png).get("IHDR")!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  assert.deepEqual([...header.subarray(8)], [8, 6, 0, 0, 0]);
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const data = inflateSync(Buffer.concat(parts));
  const stride = 4 * width;
  const rows: Uint8Array[] = [];
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)];
    const row = Uint8Array.from(data.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    const above = rows[y - 1];
    for (let i = 0; i < stride; i++) {
      const [a, b, c] = [row[i - 4] ?? 0, above?.[i] ?? 0, i >= 4 ? (above?.[i - 4] ?? 0) : 0];
      const p = a + b - c;
      const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
      const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      row[i] = row[i] + [0, a, b, (a + b) >> 1, paeth][filter];
    }
    rows.push(row);
  }
  return rows;
}

describe("renderPng", () => {
  test("has the dots that the size and the resolution ask for, and says so", async () => {
    const png = await renderPng(gallery["log-lines"], { ...size, dpi: 300 });
    assert.equal(png.toString("latin1", 1, 4), "PNG");
    const header = chunks(png).get("IHDR")!;
    assert.deepEqual([header.readUInt32BE(0), header.readUInt32BE(4)], [975, 688]); // 3.25 in and 2.2917 in
    const density = chunks(png).get("pHYs")!;
    assert.deepEqual([density.readUInt32BE(0), density.readUInt32BE(4), density[8]], [11811, 11811, 1]); // per metre
  });

  test("is white in the corners and inked inside", async () => {
    const png = await renderPng(gallery.bars!, { ...size, dpi: 96 });
    const rows = pixelRows(png);
    for (const row of [rows[0], rows[219]])
      for (const x of [0, 311]) assert.deepEqual([...row.subarray(4 * x, 4 * x + 4)], [255, 255, 255, 255]);
    const ink = rows
      .flatMap((row) => Array.from({ length: 312 }, (_, x) => row[4 * x] + row[4 * x + 1] + row[4 * x + 2]))
      .filter((sum) => sum < 600);
    assert.ok(ink.length > 0.05 * 312 * 220 && ink.length < 0.5 * 312 * 220, String(ink.length));
  });

  test("gives the same bytes each time", async () => {
    assert.ok((await renderPng(gallery.heatmap!, size)).equals(await renderPng(gallery.heatmap!, size)));
  });

  test("refuses a resolution that is not a positive number", async () => {
    await assert.rejects(renderPng(gallery.bars!, { ...size, dpi: 0 }), { message: "renderPng: dpi must be a number in [1, 2400], got 0" });
  });
});

function tool(name: string, args: readonly string[]): string | undefined {
  const { status, stdout, error } = spawnSync(name, args, { encoding: "utf8" });
  if (error) return undefined;
  assert.equal(status, 0, `${name} ${args.join(" ")}`);
  return stdout;
}

async function pdfFile(name: string): Promise<string> {
  const path = join(folder, `${name}.pdf`);
  writeFileSync(path, await renderPdf(gallery[name], { ...size, title: name }));
  return path;
}

describe("renderPdf", () => {
  test("is one page of exactly three quarters of a point a pixel", async () => {
    const text = (await renderPdf(gallery.bars!, size)).toString("latin1");
    assert.match(text, /^%PDF-1\.5/);
    assert.deepEqual(
      Array.from(text.matchAll(/\/MediaBox \[([^\]]*)\]/g), (match) => match[1]),
      ["0 0 234 165"],
    );
  });

  test("holds no bitmap", async () => {
    for (const name of Object.keys(gallery))
      assert.doesNotMatch((await renderPdf(gallery[name], size)).toString("latin1"), /\/Subtype \/Image/, name);
  });

  test("gives the same bytes each time", async () => {
    assert.ok((await renderPdf(gallery["log-lines"], size)).equals(await renderPdf(gallery["log-lines"], size)));
  });

  test("embeds the shipped fonts and no others (pdffonts)", async (t) => {
    const path = await pdfFile("linear-ends");
    const listing = tool("pdffonts", [path]);
    if (listing === undefined) return t.skip("pdffonts (poppler-utils) is not installed");
    const rows = listing.trim().split("\n").slice(2);
    assert.ok(
      rows.some((row) => /\+Arimo-Regular /.test(row)),
      listing,
    );
    assert.ok(
      rows.some((row) => /\+DejaVuSans /.test(row)),
      listing,
    ); // for the transpose sign
    for (const row of rows) assert.match(row, /\+(Arimo|DejaVuSans)\S* +CID TrueType +Identity-H +yes yes yes /);
  });

  test("keeps every label as text that can be searched (pdftotext)", async (t) => {
    const text = tool("pdftotext", [await pdfFile("log-lines"), "-"]);
    if (text === undefined) return t.skip("pdftotext (poppler-utils) is not installed");
    for (const label of ["Error against steps", "steps k", "theory", "simulation, n = 20", "noise floor σ²"])
      assert.ok(text.includes(label), `${label} in ${text}`);
  });
});
