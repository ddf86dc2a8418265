/** @file The shipped fonts, opened by fontkit when they are first asked for. */
import { Checks } from "../core/check";
import { optionalPackage } from "../core/optionalPackage";
import { FONT_FILES } from "./fonts";

/** The part of fontkit's font that is used here. */
export interface Font {
  readonly unitsPerEm: number;
  hasGlyphForCodePoint(point: number): boolean;
  layout(text: string): { readonly advanceWidth: number };
}

const fonts = new Map<string, Font>();

/** One of the shipped fonts. */
export function openFont(name: keyof typeof FONT_FILES): Font {
  const known = fonts.get(name);
  if (known !== undefined) return known;
  const { openSync } = optionalPackage<{ openSync(path: string): Font }>(new Checks("figure text"), "fontkit");
  const font = openSync(FONT_FILES[name]);
  fonts.set(name, font);
  return font;
}
