/** @file The words, numbers and signs of a reply, in one spelling each: what models write as Unicode, LaTeX, Markdown or plain words. */
import { Rational } from "../core/rational";

/** Digits of a number beyond which it cannot be an answer to our problems. */
export const LONGEST_NUMBER = 400;

/** One word, number or sign. */
export interface Token {
  readonly kind: "number" | "name" | "word" | "op" | "relation" | "open" | "close" | "separator" | "line" | "end" | "box" | "other";
  /** Words in small letters; operators and relations by one sign each. */
  readonly text: string;
  /** Of a number; undefined for one too long to be an answer. */
  readonly value?: Rational | undefined;
  /** Whether space stands before it. */
  readonly spaced: boolean;
}

/** Pairs of signs around a model's reasoning, which is no part of its answer. */
const REASONING =
  /<(\/?)(?:think(?:ing)?|thought|reason(?:ing)?|scratchpad|seed:think)\s*>|(\[\/?THINK\])|(◁\/?think▷)|(<\|(?:START|END)_THINKING\|>)|(<\|(?:begin|end)_of_thought\|>)/gi;

/**
 * A reply without its blocks of reasoning: also those that never end, and those whose beginning stood in the prompt.
 * Of a reply in channels (gpt-oss) the last final one is left.
 */
export function withoutReasoning(reply: string): { readonly text: string; readonly open: boolean } {
  const channel = /<\|channel\|>(\w+)[^<]{0,40}<\|message\|>/g;
  const channels = [...reply.matchAll(channel)];
  const last = channels.findLast(([, name]) => name === "final");
  if (channels.length > 0 && last === undefined) return { text: "", open: true };
  const said = last === undefined ? reply : reply.slice(last.index + last[0].length);
  let [text, from, open] = ["", 0, false];
  for (const mark of said.matchAll(REASONING)) {
    const ends = /\/|end/i.test(mark[0]);
    // An end without a beginning: all before it was reasoning.
    if (ends) text = open ? text : "";
    else if (!open) text += said.slice(from, mark.index);
    open = !ends;
    from = mark.index + mark[0].length;
  }
  return { text: open ? text : text + said.slice(from), open };
}

const SPELLINGS: readonly (readonly [pattern: RegExp, spelling: string | ((...groups: string[]) => string)])[] = [
  [/\r\n?|[\u0085\u2028\u2029]/g, "\n"],
  [/[\u00ad\p{Cf}]|[\ufe00-\ufe0f]|\u20e3/gu, ""],
  // Marks of lists, while a hyphen still differs from a minus sign; a line that is one signed number keeps its sign.
  [/^[ \t>]*[-*+•‣◦▪·–][ \t]+(?=\S)/gm, ""],
  [/^[ \t]*\(?[a-h]\)[ \t]+(?=\S)/gm, ""],
  [/~~[^~]{0,200}~~|\\(?:x?cancel|bcancel|sout)\{[^{}]*\}/g, " "],
  [/<\|[^|<>]{0,40}\|>|<\/s>/g, " "],
  [/<answer>|^#{4}(?=\s*[^#\s])/gim, " \\answer "],
  [/<sup>([^<]{1,9})<\/sup>/gi, "^{$1}"],
  [/<br\s*\/?>|<\/answer>|<\/(?:p|li|div|h\d)>/gi, "\n"],
  [/<\/?(?:[a-z]{2,10}|[abipu]|h\d)\s*\/?>/gi, " "],
  [/[⁺⁻]?[⁰¹²³⁴-⁹]+/g, (power) => `^{${power.normalize("NFKC")}}`],
  [/[\u00bc-\u00be\u2150-\u215e]/g, " $&"],
  [/(\d)(?:\{,\}|\\text\{,\}|\\[,;:> ]|\\thinspace|[~'’_\u00a0\u2009\u202f])(?=\d{3}(?!\d))/g, "$1_"],
];

/** After compatible characters have been made one. */
const PLAIN: typeof SPELLINGS = [
  [/[\u2010-\u2015\u2043\u2212\u02d7\u2796]/g, "-"],
  // Ticks, squares and faces say nothing.
  [/[\p{So}\ufffd∎]/gu, " "],
  [/[’‘`´]/g, "'"],
  [/[\u2044\u2215÷]/g, "/"],
  [/[×⋅·∙•∗]/g, "*"],
  // Currencies and degrees are units.
  [/\\\$|[€£¥]|\^(?:\\circ|\{\\circ\})|°/g, " "],
  [/,\\!\s*(?=\d)/g, ","],
  [/\b(?:i\.\s?e\.|e\.\s?g\.)/g, " that is "],
  [/。/g, ". "],
  [/、/g, ", "],
  [/\\\\(?:\[[^\]]*\])?/g, " ; "],
  [/\\begin\{[a-z*]+\}(?:\{[lcr|]*\})?|\\end\{[a-z*]+\}|\\(?:left|right|[bB]igg?[lr]?|displaystyle|limits|!)(?![a-zA-Z])\.?/g, ""],
  [/\\[,;:> ()[\]]|~/g, " "],
  [/\\(?:text[a-z]*|math[a-z]+|mbox|operatorname|underline|emph|color\{[a-z]+\})\*?\s*\{([^{}]*)\}/g, " $1 "],
  [/\\(?:text[a-z]*|math[a-z]+|mbox|operatorname|underline|emph)\*?\s*\{([^{}]*)\}/g, " $1 "],
  [/\\[dtc]?frac\s*(\d)\s*(\d)/g, "\\frac{$1}{$2}"],
  [/\\[dtc]frac/g, "\\frac"],
  [/(?<=[\w)])\*\*(?=[\d(])/g, "^"],
  [/(?<![\w)*])\*(?=\S)([^*\n]{1,40})(?<=\S)\*(?![\w(*])/g, " $1 "],
  [/\*\*|__|[$"]|'(?![a-z])|(?<![a-z])'/gi, " "],
  [/!=/g, "≠"],
  [/\bplus[\s-]+or[\s-]+minus\b|\+\s?\/\s?-/gi, "±"],
  [/\b(?:minus|negative)\s+(?=[\d.(\\√]|sqrt)/gi, "-"],
  [/(?<=\d[ )}]{0,3})\btimes\b(?=\s*[-\d(\\])/gi, "*"],
  [/(?<=\d[ )}]{0,3})\bplus\b(?=\s*[-\d(\\])/gi, "+"],
  [/\bdivided by\b|(?<=\d[ )}]{0,3})\bover\b(?=\s*[-\d(\\])/gi, "/"],
  [/(?<=\d )x(?= \d)|(?<=\d)x(?=\d)/g, "*"],
  [/\bto the power(?: of)?\b/gi, "^"],
  [/\s+squared\b/gi, "^{2}"],
  [/\s+cubed\b/gi, "^{3}"],
  [/\b(?:the )?square root of\b/gi, "√"],
  [/\b(?:the )?cube root of\b/gi, "∛"],
  [/\s+factorial\b/gi, "!"],
  [/\b(?:as well as|together with|along with)\b/gi, "and"],
  // Counts of roots are no roots, and names with numbers no numbers.
  [/[([][^()[\]\n\d]{0,40}?multiplicity[^()[\]\n]{0,20}[)\]]/gi, " "],
  [
    /[,-]?\s*(?:\b(?:with|of|has|having|at|in)\s+)?(?:an?\s+)?(?:algebraic\s+)?\bmultiplicity\s*(?:of|is|=|:)?\s*(?:\d+|one|two|three|four|five|six)\b/gi,
    " ",
  ],
  [/\b(?:root|solution|zero)\s*#?\d\s*(?=[:=])/gi, " x "],
];

const SIGNS: Readonly<Record<string, readonly [Token["kind"], string]>> = Object.fromEntries(
  (
    [
      ["op", "+", "+"],
      ["op", "-", "-"],
      ["op", "*", "* cdot times ast"],
      ["op", "/", "/ div"],
      ["op", "^", "^"],
      ["op", "!", "!"],
      ["op", "%", "% bmod mod pmod"],
      ["op", "±", "± pm"],
      ["op", "∓", "∓ mp"],
      ["op", "√", "√ sqrt surd"],
      ["op", "∛", "∛ cbrt"],
      ["op", "frac", "frac"],
      ["relation", "=", "= equiv"],
      ["relation", "≈", "≈ ≃ ≅ approx simeq sim cong"],
      ["relation", "≠", "≠ neq ne"],
      ["relation", "<", "< > ≤ ≥ le leq leqslant ge geq geqslant lt gt"],
      ["relation", "∈", "∈ in"],
      ["relation", ":", ":"],
      ["separator", ",", ","],
      ["separator", ";", "; quad qquad & ∧ ∨ land lor wedge vee"],
      ["separator", "→", "→ ⇒ ⟹ ⟶ ↦ ∴ => -> --> ==> to rightarrow Rightarrow implies Longrightarrow longrightarrow therefore iff"],
      ["end", ".", ". ? end"],
      ["line", "\n", "\n"],
      ["box", "box", "boxed fbox framebox"],
      ["word", "answer", "answer"],
      ["word", "gcd", "gcd"],
      ["word", "log", "log ln lg exp sin cos tan max min"],
      ["name", "π", "pi π"],
      ["name", "∞", "infty ∞"],
      ["name", "∅", "emptyset varnothing ∅"],
    ] as const
  ).flatMap(([kind, text, spellings]) => (spellings === "\n" ? ["\n"] : spellings.split(" ")).map((each) => [each, [kind, text]])),
);

const NUMBER = String.raw`\d+\.\d*\\overline\{\d{1,50}\}|\d{1,3}(?:_\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}(?![\d.])|\d*\.?\d+(?:[eE][-+]?\d{1,3}(?![\w]))?`;
const THOUSANDS = String.raw`[1-9]\d{0,2}(?:(?:,\d{3})+(?!\d|,\d)|(?: \d{3})+(?! ?\d))(?:\.\d+)?|`;
const REST = String.raw`)|(?<command>\\[a-zA-Z]+)|(?<escaped>\\.)|(?<name>π|[a-zA-Z](?:_\{[^{}\n]{0,9}\}|_?\d{1,2}(?:,\d(?=\s*=))?)|\p{L}(?![\p{L}']))|(?<word>\p{L}[\p{L}']*)|(?<sign>\.{3}|-->|==>|=>|->|[\s\S])`;

/**
 * The tokens of a text.
 * @param thousands whether 12,345 and 12 345 are one number, else two
 */
export function replyTokens(text: string, thousands: boolean): Token[] {
  const pattern = new RegExp(`(?<number>${thousands ? THOUSANDS : ""}${NUMBER}${REST}`, "gu");
  const tokens: Token[] = [];
  let spaced = true;
  for (const { 0: whole, groups } of spelled(text).matchAll(pattern)) {
    const { number, command, escaped, name, word } = groups!;
    if (whole !== "\n" && /^\s+$/.test(whole)) {
      spaced = true;
      continue;
    }
    tokens.push({ spaced, ...token(whole, number, command ?? escaped, name, word) });
    spaced = whole === "\n";
  }
  return tokens;
}

/** A text with one spelling for each sign. */
function spelled(text: string): string {
  const apply = (before: string, spellings: typeof SPELLINGS): string =>
    spellings.reduce((now, [pattern, spelling]) => now.replace(pattern, spelling as string), before);
  return apply(withoutListNumbers(apply(text, SPELLINGS)).normalize("NFKC"), PLAIN);
}

/** Without the numbers of lists: of lines that count 1., 2. and on. */
function withoutListNumbers(text: string): string {
  const numbered = /^[ \t]*(?:\*\*)?\(?(\d{1,2})[.)][ \t]+(?=\S)/gm;
  const counts = [...text.matchAll(numbered)].map(([, number]) => Number(number));
  return counts.some((count, i) => count === 2 && counts[i - 1] === 1) ? text.replace(numbered, "") : text;
}

function token(
  whole: string,
  number: string | undefined,
  command: string | undefined,
  name: string | undefined,
  word: string | undefined,
): Omit<Token, "spaced"> {
  if (number !== undefined) return { kind: "number", text: number, value: decimal(number) };
  if (command === "\\{" || whole === "{" || whole === "(" || whole === "[") return { kind: "open", text: whole.at(-1)! };
  if (command === "\\}" || whole === "}" || whole === ")" || whole === "]") return { kind: "close", text: whole.at(-1)! };
  // "I" is a pronoun; the imaginary unit is small.
  if (name !== undefined && name !== "I" && name !== "π") return { kind: "name", text: name };
  const sign = command?.slice(1) ?? (word === undefined ? whole : "");
  if (Object.hasOwn(SIGNS, sign)) return { kind: SIGNS[sign][0], text: SIGNS[sign][1] };
  if (word === "sqrt") return { kind: "op", text: "√" };
  if (word === "mod") return { kind: "op", text: "%" };
  if (word !== undefined || name === "I") {
    const text = (word ?? "I").toLowerCase();
    return text === "and" || text === "or" ? { kind: "separator", text } : { kind: "word", text };
  }
  return { kind: "other", text: whole };
}

/** A number as it is written, with thousands, decimals that may repeat, and a power of ten. */
function decimal(text: string): Rational | undefined {
  if (text.length > LONGEST_NUMBER) return undefined;
  const [plain, repeated, exponent] = text.match(/^([^\\eE]*)(?:\\overline\{(\d+)\})?(?:[eE](.*))?$/)!.slice(1);
  const dots = plain.split(".").length - 1;
  const [whole, fraction = ""] = (dots > 1 ? plain.replaceAll(".", "") : plain).replaceAll(/[_, ]/g, "").split(".");
  const ten = Rational.of(10);
  let value = Rational.of(BigInt(whole + fraction || 0), 10n ** BigInt(fraction.length));
  if (repeated !== undefined) {
    const cycle = Rational.of(BigInt(repeated), 10n ** BigInt(repeated.length) - 1n);
    value = value.add(cycle.divide(ten.pow(fraction.length)));
  }
  return exponent === undefined ? value : value.multiply(ten.pow(Number(exponent)));
}
