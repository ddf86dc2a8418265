/** @file A light markup for mathematical labels, turned into the tags that Plotly draws everywhere. */
import { Checks, show } from "../core/check";

const TAGS = /(<\/?(?:sub|sup|b|i|br)\s*\/?>)/i;
/** A base that may carry a one-character script: a lone letter or a closing sign (so that `power_law` stays as it is). */
const SHORT_SCRIPT =
  /(?<![\p{L}\p{N}])((?:\p{L}\p{M}*|[)\]|‖⟩}]))([_^])([\p{L}\p{N}*])(?![\p{L}\p{N}])|(?<=[‖)\]|⟩>])([_^])([\p{L}\p{N}*])(?![\p{L}\p{N}])/gu;

/**
 * A label with sub- and superscripts, in Plotly's own tags.
 * `w_{k}`, `n^{-2k}`, `λ_{max}` and, for a one-letter base and script, `w_k`, `n^2`, `‖w‖^2`.
 * A hyphen before a letter or digit inside a script becomes a minus sign. `<sub>`, `<sup>`, `<b>`, `<i>`, `<br>` pass through;
 * any other `<` or `&` is shown as itself.
 * @param label the text in this markup
 * @throws RangeError when a brace is not closed; TypeError for no string
 * @origin ours
 * @example
 * cot.figures.math("w_k ~ n^{-2k}"); // => "w<sub>k</sub> ~ n<sup>−2k</sup>"
 */
export function math(label: string): string {
  if (typeof label !== "string") throw new TypeError(`math: label must be a string, got ${show(label)}`);
  return label
    .split(TAGS)
    .map((part, i) => (i % 2 === 1 ? part : convert(part, label)))
    .join("");
}

function convert(text: string, whole: string): string {
  const check: Checks = new Checks("math");
  let out = "";
  let plain = "";
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if ((sign === "_" || sign === "^") && text[i + 1] === "{") {
      const end = closingBrace(text, i + 1);
      if (end < 0) check.fail("label", "a text whose braces close", whole);
      out += shortScripts(plain) + script(sign, convert(text.slice(i + 2, end), whole));
      plain = "";
      i = end;
    } else {
      plain += sign;
    }
  }
  return out + shortScripts(plain);
}

function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "{") depth++;
    if (text[i] === "}" && --depth === 0) return i;
  }
  return -1;
}

function shortScripts(plain: string): string {
  return escapeMarkup(plain).replace(
    SHORT_SCRIPT,
    (_all, base = "", sign, body, sign2, body2) => base + script(sign ?? sign2, body ?? body2),
  );
}

function script(sign: string | undefined, body: string): string {
  const tag = sign === "_" ? "sub" : "sup";
  // the typewriter asterisk is itself a superscript; the operator sits at the middle of the line
  return `<${tag}>${body.replace(/-(?=[\p{L}\p{N}])/gu, "−").replace(/\*/g, "∗")}</${tag}>`;
}

function escapeMarkup(text: string): string {
  return text
    .replace(/&(?!(?:amp|lt|gt|nbsp|#\d+);)/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
}

/** The label without tags, for a CSV header or a plain-text output. */
export function plainLabel(label: string): string {
  return label
    .replace(/<br\s*\/?>/gi, " ")
    .replace(/<sub>(.*?)<\/sub>/gi, "_$1")
    .replace(/<sup>(.*?)<\/sup>/gi, "^$1")
    .replace(/<[^<>]*>/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}
