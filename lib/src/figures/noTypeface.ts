/** @file What stands in the place of `typeface` where there is no Node: Arimo's widths without kerning, which labels are placed by. */
import type { Font, openFont as open } from "./typeface";

/** Widths of the characters from U+0020 to U+007E, in units of 1/2048 of the font size. */
const UPRIGHT = [
  569, 569, 727, 1139, 1139, 1821, 1366, 391, 682, 682, 797, 1196, 569, 682, 569, 569, 1139, 1139, 1139, 1139, 1139, 1139, 1139, 1139, 1139,
  1139, 569, 569, 1196, 1196, 1196, 1139, 2079, 1366, 1366, 1479, 1479, 1366, 1251, 1593, 1479, 569, 1024, 1366, 1139, 1706, 1479, 1593,
  1366, 1593, 1479, 1366, 1251, 1479, 1366, 1933, 1366, 1366, 1251, 569, 569, 569, 961, 1139, 682, 1139, 1139, 1024, 1139, 1139, 569, 1139,
  1139, 455, 455, 1024, 455, 1706, 1139, 1139, 1139, 1139, 682, 1024, 569, 1139, 1024, 1479, 1024, 1024, 1024, 684, 532, 684, 1196,
] as const;
/** What bold letters are wider by, about. */
const BOLD = 1.06;
/** Greek letters and signs, about. */
const OTHER = 1200;

function font(factor: number): Font {
  const width = (character: string): number => UPRIGHT[character.charCodeAt(0) - 32] ?? OTHER;
  return {
    unitsPerEm: 2048,
    hasGlyphForCodePoint: () => true,
    layout: (text) => ({ advanceWidth: Array.from(text).reduce((sum, character) => sum + factor * width(character), 0) }),
  };
}

const fonts = { plain: font(1), bold: font(BOLD) } as const;

export const openFont: typeof open = (name) => (name === "bold" ? fonts.bold : fonts.plain);
