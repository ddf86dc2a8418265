/** @file Widths of text in the shipped fonts, so that a layout does not depend on the machine. */
import { openFont } from "#typeface";

/** Ascent and descent of the text face, as fractions of the font size (from the font's own hhea table); browsers round both to whole px. */
export const ASCENT = 0.905;
export const DESCENT = 0.212;

export interface TextFace {
  readonly bold?: boolean;
  readonly italic?: boolean;
}

/** Characters that take no room and need no glyph: zero-width space (which Plotly puts after scripts) and joiners. */
const INVISIBLE = /[\u200b-\u200d\ufeff]/g;

const widths = new Map<string, number>();

/** A stretch of text that one of the two fonts can draw. */
export interface FontRun {
  readonly text: string;
  /** Whether it needs the font of signs. */
  readonly signs: boolean;
}

/**
 * The text cut into stretches by font.
 * @throws RangeError when neither shipped font has a character
 */
export function fontRuns(text: string, face: TextFace = {}): FontRun[] {
  const main = openFont(nameOf(face));
  const runs: { text: string; signs: boolean }[] = [];
  for (const character of text) {
    const point = character.codePointAt(0)!;
    const signs = !main.hasGlyphForCodePoint(point) && !character.match(INVISIBLE);
    if (signs && !openFont("signs").hasGlyphForCodePoint(point)) {
      const code = point.toString(16).toUpperCase().padStart(4, "0");
      throw new RangeError(
        `figure text: every character must have a glyph in the shipped fonts, got "${character}" (U+${code}) in "${text}"`,
      );
    }
    const last = runs[runs.length - 1];
    if (last !== undefined && last.signs === signs) last.text += character;
    else runs.push({ text: character, signs });
  }
  return runs;
}

function nameOf({ bold = false, italic = false }: TextFace): "regular" | "italic" | "bold" {
  return bold ? "bold" : italic ? "italic" : "regular";
}

/** Advance width of one run of text as a multiple of its font size. */
export function relativeTextWidth(text: string, face: TextFace = {}): number {
  const name = nameOf(face);
  const key = `${name}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    width = 0;
    for (const run of fontRuns(text.replace(INVISIBLE, ""), face)) {
      const font = openFont(run.signs ? "signs" : name);
      width += font.layout(run.text).advanceWidth / font.unitsPerEm;
    }
    if (widths.size > 20_000) widths.clear();
    widths.set(key, width);
  }
  return width;
}

/** Width in px of a label in Plotly's markup (tags `<sub>`, `<sup>`, `<b>`, `<i>`; the longest line when there are `<br>`). */
export function labelWidth(label: string, fontSize: number): number {
  let widest = 0;
  for (const line of label.split(/<br\s*\/?>/i)) {
    let width = 0;
    let scale = 1;
    let bold = false;
    let italic = false;
    for (const part of line.split(/(<[^<>]*>)/)) {
      const tag = /^<(\/?)(\w+)/.exec(part);
      if (tag === null) {
        const text = part.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
        if (text !== "") width += scale * fontSize * relativeTextWidth(text, { bold, italic });
      } else if (tag[2] === "sub" || tag[2] === "sup") scale *= tag[1] ? 1 / 0.7 : 0.7;
      else if (tag[2] === "b") bold = !tag[1];
      else if (tag[2] === "i") italic = !tag[1];
    }
    widest = Math.max(widest, width);
  }
  return widest;
}
