/** @file Text on several lines. */
import { labelWidth } from "./textWidth";

/** The text on as few lines as keep within this width, of about the same length; breaks of an earlier fit are forgotten. */
export function wrap(text: string, fontSize: number, room: number): string {
  const whole = text.replace(/<br>|\u00a0/g, " ");
  if (labelWidth(whole, fontSize) <= room) return whole;
  // "λ = 2" and "tr Λ" stay together
  const words = whole
    .replace(/ ([=≤≥≈∈×·+−/]|&[lg]t;) /g, "\u00a0$1\u00a0")
    .replace(/\btr /g, "tr\u00a0")
    .split(" ")
    .flatMap((word) => pieces(word, fontSize, room));
  let best = fill(words, fontSize, room);
  for (let narrower = room - 4; narrower > 0; narrower -= 4) {
    const lines = fill(words, fontSize, narrower);
    if (lines.length > best.length) break;
    best = lines;
  }
  return best.join("<br>");
}

/** A word that is wider than the room, in pieces that are not; markup stays whole, and so does a word that holds some. */
function pieces(word: string, fontSize: number, room: number): string[] {
  if (labelWidth(word, fontSize) <= room || /[<&]/.test(word)) return [word];
  const out: string[] = [];
  let piece = "";
  for (const letter of word) {
    if (piece !== "" && labelWidth(piece + letter, fontSize) > room) {
      out.push(piece);
      piece = "";
    }
    piece += letter;
  }
  return [...out, piece];
}

/** Words put on lines, each as full as it goes. */
function fill(words: readonly string[], fontSize: number, room: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines[lines.length - 1];
    if (last !== undefined && labelWidth(`${last} ${word}`, fontSize) <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
