/** @file Where the shipped fonts lie. Arimo (SIL OFL 1.1) for text; DejaVu Sans (Bitstream Vera licence) for signs that Arimo lacks. */
import { join } from "node:path";

const folder = join(__dirname, "..", "..", "assets", "fonts");

export const FONT_FILES = {
  regular: join(folder, "Arimo-Regular.ttf"),
  italic: join(folder, "Arimo-Italic.ttf"),
  bold: join(folder, "Arimo-Bold.ttf"),
  signs: join(folder, "DejaVuSans.ttf"),
} as const;

export const TEXT_FAMILY = "Arimo";
export const SIGN_FAMILY = "DejaVu Sans";
