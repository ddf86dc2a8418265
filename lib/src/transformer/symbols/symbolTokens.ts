/** @file The tokens of a small model that reads and writes symbols: one a character, and three marks. */
import { SYMBOLS } from "../../reasoning/problem";

/** Begins every sequence. */
export const BEGIN = SYMBOLS.length;
/** Ends every reply. */
export const END = SYMBOLS.length + 1;
/** Fills up a batch. */
export const PAD = SYMBOLS.length + 2;
/** V: number of tokens. */
export const SYMBOL_VOCABULARY = SYMBOLS.length + 3;

/** The tokens of a text, without marks. @throws RangeError for a character that is not one of `SYMBOLS` */
export function encodeSymbols(text: string): number[] {
  return Array.from(text, (character) => {
    const token = SYMBOLS.indexOf(character);
    if (token < 0) throw new RangeError(`encodeSymbols: text must be of the characters ${SYMBOLS}, got ${JSON.stringify(character)}`);
    return token;
  });
}

/** The text of tokens; marks have none. */
export function decodeSymbols(tokens: readonly number[]): string {
  return tokens.map((token) => SYMBOLS[token] ?? "").join("");
}
