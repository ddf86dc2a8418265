/**
 * @file Numbers as a reply states them: expressions, equations and lists, read token by token and worked out exactly; nothing is run.
 * A grammar of our own, since replies mix prose with LaTeX and Unicode: Compute Engine 0.140 (MIT, alive), the best parser of LaTeX
 * in JavaScript that we found, reads "x=2 or x=3" as a product with o and r, ± as an uncertainty, refuses U+2011, and starts in a second.
 */
import { Rational } from "../core/rational";
import type { Token } from "./replyTokens";
import { fits, integerRoot, Surd } from "./surd";

/** A number; "other": surely no rational one; "unknown": it cannot be told. */
export type Value = Surd | "other" | "unknown";

/** What one part of a list states. */
export interface Item {
  /** Its numbers; two where it holds ±. */
  readonly values: readonly Value[];
  /**
   * "value": numbers alone; "assigned": numbers after an unknown or gcd(...) and an equals sign; "computed": an equation between numbers;
   * "restated": an equation in the unknown, which states no number; "range": an inequality or interval.
   */
  readonly kind: "value" | "assigned" | "computed" | "restated" | "range";
}

/** Items from one token to another. */
export interface Statement {
  readonly items: readonly Item[];
  /** Index of the token after it. */
  readonly next: number;
}

/** Part of an expression that has been read. */
interface Read {
  readonly value: Value;
  readonly next: number;
  /** Whether it is a name alone, or gcd(...), which can stand for the answer. */
  readonly bare?: boolean;
  /** Of a list in brackets: its numbers and its first bracket. */
  readonly list?: readonly Value[];
  readonly bracket?: string;
}

/** Words that may stand before a number without changing it. */
const BEFORE = new Set(
  (
    "the an first second third fourth other another one last final only both either simply just exactly precisely therefore thus hence then so we " +
    "get have find obtain namely also root roots solution solutions zero zeros zeroes value values number set answer answers at for when if " +
    "with by given real rational integer distinct two three four double repeated is are be being equals equal to gives yields following " +
    "lowest terms in simplest form its should must would still indeed of and or"
  ).split(" "),
);
const NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");
const DENIED =
  /^(?:(?:is|are|was|were|does|do|did|has|have|can|could|would|must|should) )?(?:be )?(?:(?:not|no) (?!more\b|less\b|only\b)|\w+n't |cannot |neither |fails? |(?:wrong|incorrect|extraneous|invalid|rejected|excluded|discarded|false)\b)/;
const DENIED_BEFORE_NUMBER = /^(?:not|no) $/;
const DEPTH = 60;
const FACTORIAL = 200n;
const EXPONENT = 1000n;

const surd = (value: Rational): Surd => Surd.of(value);
const rationalOf = (value: Value): Rational | undefined => (value instanceof Surd ? value.rational() : undefined);

/** Reads statements from tokens. */
export class StatementReader {
  readonly #partner: Int32Array;
  /** Brackets that were read, by place and sign of ±: without it nested ones would be read again and again. */
  readonly #brackets = new Map<string, Read | undefined>();
  #sign: 1 | -1 = 1;
  #depth = 0;

  /** @param several whether an answer is several numbers, so that a list may go on over lines */
  constructor(
    readonly tokens: readonly Token[],
    readonly several: boolean,
  ) {
    this.#partner = new Int32Array(tokens.length).fill(-1);
    const open: number[] = [];
    for (const [i, { kind }] of tokens.entries()) {
      if (kind === "open") open.push(i);
      else if (kind === "close" && open.length > 0) this.#partner[open.pop()!] = i;
    }
  }

  /** Index of the bracket that closes the one at an index; -1 without one. */
  partner(at: number): number {
    return this.#partner[at] ?? -1;
  }

  /** Numbers, one or a list; undefined when none begins here. */
  list(at: number, overLines = false): Statement | undefined {
    const items: Item[] = [];
    let next = at;
    let from = at;
    for (;;) {
      const item = this.#item(from, items.length > 0);
      // After the answer an equation between numbers is a reason.
      if (item === undefined || (items.length > 0 && item.kind === "computed")) break;
      items.push(item);
      next = this.#afterRemarks(item.next, items);
      from = next;
      while (this.tokens[from]?.kind === "separator") from++;
      if (from === next) {
        // x = 2 x = 3, with nothing but space between.
        const { kind } = this.tokens[next] ?? {};
        if (item.kind === "assigned" && kind === "name" && this.tokens[next + 1]?.text === "=") continue;
        const line = overLines && this.several ? this.#lines(next) : undefined;
        if (line === undefined) break;
        from = line;
      }
    }
    if (next === at) return undefined;
    if (this.#goesOn(next)) items.splice(-1, 1, { values: ["unknown"], kind: "value" });
    return { items, next };
  }

  /** The next line where it holds numbers alone, and the list so may go on there. */
  #lines(at: number): number | undefined {
    let from = at;
    while (["line", "end", "separator"].includes(this.tokens[from]?.kind)) from++;
    if (!this.tokens.slice(at, from).some(({ kind }) => kind === "line")) return undefined;
    const line = this.list(from);
    if (line === undefined || line.items.some(({ kind }) => kind === "computed" || kind === "restated")) return undefined;
    const after = this.tokens[line.next];
    return after === undefined || after.kind === "line" || after.kind === "end" ? from : undefined;
  }

  /** Words of a row of tokens, with a # for everything else. */
  words(from: number, to: number): string {
    return this.tokens
      .slice(from, to)
      .map(({ kind, text }) => (kind === "word" || kind === "name" || text === "and" || text === "or" ? `${text} ` : "# "))
      .join("");
  }

  /** Passes remarks in brackets and denials behind a number; takes away what they deny. */
  #afterRemarks(at: number, items: Item[]): number {
    let next = at;
    while (this.tokens[next]?.kind === "open" && this.partner(next) > 0) {
      const remark = this.words(next + 1, this.partner(next));
      if (!remark.includes("#") && /\b(?:not|no|n't|extraneous|invalid|reject\w*|wrong|discard\w*)\b/.test(remark)) items.pop();
      next = this.partner(next) + 1;
    }
    const after = this.words(next, next + 6).split("#")[0];
    if (DENIED.test(after) && !DENIED_BEFORE_NUMBER.test(after)) items.splice(/^(?:are|were) /.test(after) ? 0 : -1);
    return next;
  }

  /** Whether an expression goes on behind what could be read of it. */
  #goesOn(at: number): boolean {
    const token = this.tokens[at];
    if (token === undefined) return false;
    if (token.kind === "other") return !(token.spaced && /^[|#>]$/.test(token.text));
    // Letters that stand right behind a number are factors: 2ab.
    if (token.kind === "word") return !token.spaced && this.tokens[at - 1]?.kind === "number";
    if (token.kind === "op") return token.text !== "*" && token.text !== "-";
    // 6:1 is a ratio; behind "6: " follows a remark.
    const after = this.tokens[at + 1];
    return token.kind === "relation" && (token.text !== ":" || (after?.kind === "number" && !after.spaced));
  }

  #item(at: number, later: boolean): (Item & { next: number }) | undefined {
    const from = this.#start(at, later);
    const read = this.#equation(from);
    if (read === undefined) return undefined;
    const twice = this.tokens.slice(from, read.next).some(({ text }) => text === "±" || text === "∓");
    if (!twice || this.#sign < 0) return read;
    this.#sign = -1;
    const second = this.#equation(from);
    this.#sign = 1;
    return { ...read, values: [...read.values, ...(second?.values ?? ["unknown" as const])] };
  }

  /** Passes the words that may stand before a number. */
  #start(at: number, later: boolean): number {
    let from = at;
    for (let token = this.tokens[from]; token; token = this.tokens[++from]) {
      const { kind, text } = token;
      if (
        kind === "word" &&
        BEFORE.has(text) &&
        !(later && /^(?:so|thus|hence|therefore|then|indeed|we|when|if|for|with|by)$/.test(text))
      ) {
        if (!(NUMBER_WORDS.includes(text) && this.#numberWord(from))) continue;
      }
      // Stars of Markdown, boxes, an article, and commas after such words.
      if ((kind === "op" && text === "*") || kind === "box" || (kind === "name" && text === "a" && this.tokens[from + 1]?.kind === "word"))
        continue;
      if (kind === "separator" && from > at && text === ",") continue;
      if (kind === "relation" && text === ":" && from > at) continue;
      return from;
    }
    return from;
  }

  /** A word such as "six" that stands alone. */
  #numberWord(at: number): boolean {
    const next = this.tokens[at + 1];
    return next === undefined || /end|separator|line|close|op/.test(next.kind);
  }

  /** An expression, or several with signs of equality or order between them. */
  #equation(at: number): (Item & { next: number }) | undefined {
    const first = this.#sum(at);
    if (first === undefined) return undefined;
    const sides: Read[] = [first];
    const relations: string[] = [];
    let next = first.next;
    for (;;) {
      const link = this.#relation(next, sides.at(-1)!.bare === true);
      if (link === undefined) break;
      const side = this.#sum(link.next);
      if (side === undefined && this.tokens[link.next]?.kind === "other") return { values: ["unknown"], kind: "assigned", next: link.next };
      if (side === undefined) break;
      sides.push(side);
      relations.push(link.sign);
      next = side.next;
    }
    const known = (side: Read): boolean => side.list !== undefined || side.value !== "unknown" || side.bare !== true;
    const numbers = (side: Read): readonly Value[] => side.list ?? [side.value];
    if (relations.includes("≠")) return { values: [], kind: "restated", next };
    if (relations.includes("<")) {
      // An order of numbers alone is a remark, and after an equation so is what follows.
      if (relations[0] === "=" && first.bare) return { values: numbers(sides[1]), kind: "assigned", next };
      return sides.some(({ value, list }) => value === "unknown" && list === undefined)
        ? { values: [], kind: "range", next }
        : { values: ["unknown"], kind: "computed", next };
    }
    if (relations[0] === "∈") {
      const { list, bracket, value } = sides[1];
      if (bracket !== undefined && bracket !== "{") return { values: [], kind: "range", next };
      return { values: list ?? [value], kind: "assigned", next };
    }
    if (relations.length === 0) return first.bare ? undefined : { values: numbers(first), kind: "value", next };
    const rounded = relations.indexOf("≈");
    const exact = rounded > 0 ? sides.slice(0, rounded + 1) : sides;
    const assigned = exact.some(({ bare }) => bare);
    if (!assigned && exact.some(({ value, list }) => list === undefined && value === "unknown"))
      return { values: [], kind: "restated", next };
    const stated = exact.findLast(known);
    if (stated === undefined) return undefined;
    // In f = ... = 0 with a polynomial on the way no number is given to a name.
    if (assigned && !first.bare && first.value === "unknown") return { values: [], kind: "restated", next };
    return { values: numbers(stated), kind: assigned ? "assigned" : "computed", next };
  }

  #relation(at: number, afterName: boolean): { sign: string; next: number } | undefined {
    const token = this.tokens[at];
    if (token?.kind === "relation" && (token.text !== ":" || afterName)) {
      const next = at + 1;
      if (token.text === "<" && this.tokens[next]?.text === "=") return { sign: "<", next: next + 1 };
      return { sign: token.text === ":" ? "=" : token.text, next };
    }
    if (!afterName || token?.kind !== "word" || !/^(?:is|equals|becomes)$/.test(token.text)) return undefined;
    const words = this.words(at + 1, at + 3);
    return { sign: "=", next: at + 1 + (words.startsWith("equal to ") ? 2 : 0) };
  }

  #sum(at: number): Read | undefined {
    let left = this.#product(at);
    while (left) {
      const sign = this.#signAt(left.next);
      const right = sign === undefined ? undefined : this.#product(left.next + 1);
      if (sign === undefined || right === undefined) break;
      left = { value: combined(left.value, sign > 0 ? right.value : negated(right.value), "add"), next: right.next };
    }
    return left;
  }

  #signAt(at: number): 1 | -1 | undefined {
    const { kind, text } = this.tokens[at] ?? {};
    if (kind !== "op") return undefined;
    if (text === "±") return this.#sign;
    if (text === "∓") return this.#sign === 1 ? -1 : 1;
    return text === "+" ? 1 : text === "-" ? -1 : undefined;
  }

  #product(at: number): Read | undefined {
    let left = this.#factor(at);
    while (left) {
      const { kind, text } = this.tokens[left.next] ?? {};
      const written = kind === "op" && (text === "*" || text === "/" || text === "%");
      if (!written && !this.#juxtaposed(left.next)) break;
      const right: Read | undefined = written ? this.#factor(left.next + 1) : this.#power(left.next);
      if (right === undefined) break;
      const operation = text === "/" && written ? "divide" : text === "%" && written ? "remainder" : "multiply";
      left = { value: combined(left.value, right.value, operation), next: right.next };
    }
    return left;
  }

  /** Whether a factor follows without a sign: 2i, 2√3, 3(x - 1), but not 6 (a remark) and not the x of a next equation. */
  #juxtaposed(at: number): boolean {
    const token = this.tokens[at];
    if (token === undefined) return false;
    if (token.kind === "op") return token.text === "√" || token.text === "∛" || token.text === "frac";
    if (token.kind === "open") return !token.spaced && token.text !== "[";
    if (token.kind !== "name") return false;
    if (!token.spaced) return true;
    const after = this.tokens[at + 1];
    return after?.kind !== "relation" && after?.kind !== "word" && token.text !== "a";
  }

  #factor(at: number): Read | undefined {
    const sign = this.#signAt(at);
    if (sign === undefined) return this.#power(at);
    const read = this.#deeper(() => this.#factor(at + 1));
    return read && { value: sign > 0 ? read.value : negated(read.value), next: read.next };
  }

  /** Every way back into an expression leads through here; what is nested deeper is not read. */
  #deeper(read: () => Read | undefined): Read | undefined {
    if (this.#depth >= DEPTH) return undefined;
    this.#depth++;
    const result = read();
    this.#depth--;
    return result;
  }

  #power(at: number): Read | undefined {
    let base = this.#deeper(() => this.#primary(at));
    for (; base && this.tokens[base.next]?.text === "!" && !this.tokens[base.next].spaced; ) {
      // At the end of a sentence it may be an exclamation.
      const after = this.tokens[base.next + 1];
      const exclaimed = after?.kind !== "close" && (after === undefined || after.kind === "line" || after.spaced) && after?.kind !== "op";
      base = { value: exclaimed ? "unknown" : factorial(base.value), next: base.next + 1 };
    }
    if (base === undefined || this.tokens[base.next]?.text !== "^" || this.tokens[base.next].kind !== "op") return base;
    const after = base.next + 1;
    const exponent = this.#deeper(() => this.#factor(after));
    return exponent === undefined ? base : { value: raised(base.value, exponent.value), next: exponent.next };
  }

  #primary(at: number): Read | undefined {
    const token = this.tokens[at];
    if (token === undefined) return undefined;
    const next = at + 1;
    switch (token.kind) {
      case "number": {
        const value = token.value === undefined ? "other" : surd(token.value);
        return this.#mixed(token, next) ?? { value, next };
      }
      case "name":
        if (token.text === "i") return { value: Surd.root(Rational.of(-1)) ?? "unknown", next };
        return /^[π∞∅e]$/.test(token.text) ? { value: "other", next } : { value: "unknown", next, bare: true };
      case "word":
        return this.#word(token, at);
      case "open":
        return this.#bracket(at);
      case "box":
        return this.#deeper(() => this.#primary(next));
      default:
        if (token.kind !== "op") return undefined;
        if (token.text === "frac") return this.#fraction(next);
        return token.text === "√" || token.text === "∛" ? this.#root(next, token.text === "√" ? 2 : 3) : undefined;
    }
  }

  /** 1 1/2 and 1\frac{1}{2}. */
  #mixed(whole: Token, at: number): Read | undefined {
    if (whole.value?.denominator !== 1n) return undefined;
    const [first, slash, last] = this.tokens.slice(at, at + 3);
    let part: Read | undefined;
    if (first?.text === "frac" && first.kind === "op" && this.tokens[at + 2]?.kind === "number") part = this.#fraction(at + 1);
    else if (
      first?.kind === "number" &&
      first.spaced &&
      slash?.text === "/" &&
      last?.kind === "number" &&
      first.value &&
      last.value?.numerator
    )
      part = { value: surd(first.value.divide(last.value)), next: at + 3 };
    const value = part && rationalOf(part.value);
    if (part === undefined || value === undefined || value.compare(Rational.of(0)) <= 0 || value.compare(Rational.of(1)) >= 0)
      return undefined;
    return { value: surd(whole.value.add(value)), next: part.next };
  }

  #word({ text }: Token, at: number): Read | undefined {
    const follows = this.tokens[at + 1];
    if (text === "pi" || text === "infinity") return { value: "other", next: at + 1 };
    if (NUMBER_WORDS.includes(text) && this.#numberWord(at)) return { value: surd(Rational.of(NUMBER_WORDS.indexOf(text))), next: at + 1 };
    if (/^(?:log|ln|lg|exp|sin|cos|tan|lcm|max|min|abs)$/.test(text)) {
      const argument = this.#deeper(() => this.#factor(at + 1));
      return argument && { value: "unknown", next: argument.next };
    }
    const divisor = /^(?:gcd|gcf|hcf|hcd)$/.test(text);
    if (follows?.kind === "open" && this.partner(at + 1) > 0 && (divisor || !follows.spaced)) {
      return { value: "unknown", next: this.partner(at + 1) + 1, bare: divisor };
    }
    return divisor && follows?.text === "=" ? { value: "unknown", next: at + 1, bare: true } : undefined;
  }

  /** An expression in brackets, or a list. */
  #bracket(at: number): Read | undefined {
    const end = this.partner(at);
    if (end < 0) return undefined;
    const key = `${at} ${this.#sign}`;
    if (this.#brackets.has(key)) return this.#brackets.get(key);
    const inside = this.#sum(at + 1);
    let read: Read | undefined;
    if (inside?.next === end) read = { ...inside, next: end + 1 };
    else {
      const list = this.list(at + 1);
      if (list?.next === end) {
        const values = list.items.some(({ kind }) => kind === "range") ? ["unknown" as const] : list.items.flatMap((item) => item.values);
        read = { value: "unknown", next: end + 1, list: values };
      }
    }
    const result = read && { ...read, bare: false, bracket: this.tokens[at].text };
    this.#brackets.set(key, result);
    return result;
  }

  /** What stands in brackets or alone behind \frac or \sqrt. */
  #argument(at: number): Read | undefined {
    return this.#deeper(() => (this.tokens[at]?.kind === "open" ? this.#bracket(at) : this.#primary(at)));
  }

  #fraction(at: number): Read | undefined {
    const numerator = this.#argument(at);
    const denominator = numerator && this.#argument(numerator.next);
    return denominator && { value: combined(numerator.value, denominator.value, "divide"), next: denominator.next };
  }

  #root(at: number, order: number): Read | undefined {
    const index = this.tokens[at]?.text === "[" && this.tokens[at + 2]?.text === "]" ? this.tokens[at + 1].value : undefined;
    if (index !== undefined && (index.denominator !== 1n || index.numerator < 2n || index.numerator > EXPONENT)) return undefined;
    const read = this.#argument(index === undefined ? at : at + 3);
    return read && { value: rooted(read.value, index === undefined ? order : Number(index.numerator)), next: read.next };
  }
}

function negated(value: Value): Value {
  return value instanceof Surd ? value.negate() : value;
}

/** a + b, a b, a / b or a mod b. A rational number moves no other number to a rational one, except by the factor 0. */
function combined(a: Value, b: Value, operation: "add" | "multiply" | "divide" | "remainder"): Value {
  if (a === "unknown" || b === "unknown") return "unknown";
  if (!(a instanceof Surd) || !(b instanceof Surd)) {
    const number = rationalOf(a) ?? rationalOf(b);
    return number === undefined || (number.numerator === 0n && operation !== "add")
      ? "unknown"
      : operation === "remainder"
        ? "unknown"
        : "other";
  }
  if (operation === "add") return a.add(b) ?? "unknown";
  if (operation === "multiply") return a.multiply(b) ?? "unknown";
  if (operation === "divide") {
    if (b.rational()?.numerator === 0n) return "other";
    const inverse = b.inverse();
    return (inverse && a.multiply(inverse)) ?? "unknown";
  }
  const [x, y] = [a.rational(), b.rational()];
  if (x?.denominator !== 1n || y?.denominator !== 1n || y.numerator <= 0n) return "unknown";
  return surd(Rational.of(((x.numerator % y.numerator) + y.numerator) % y.numerator));
}

function factorial(value: Value): Value {
  const n = rationalOf(value);
  if (n?.denominator !== 1n || n.numerator < 0n) return "unknown";
  // Too long to be an answer.
  if (n.numerator > FACTORIAL) return "other";
  let product = 1n;
  for (let i = 2n; i <= n.numerator; i++) product *= i;
  return surd(Rational.of(product));
}

function raised(base: Value, exponent: Value): Value {
  const power = rationalOf(exponent);
  if (!(base instanceof Surd) || power === undefined) return "unknown";
  const number = base.rational();
  if (power.denominator > 1n) {
    if (power.denominator > EXPONENT) return "unknown";
    const whole = raised(base, surd(Rational.of(power.numerator)));
    return rooted(whole, Number(power.denominator));
  }
  const size = power.numerator < 0n ? -power.numerator : power.numerator;
  if (number === undefined) {
    if (power.numerator < 0n || size > 16n) return "unknown";
    let product: Surd | undefined = surd(Rational.of(1));
    for (let i = 0n; i < size; i++) product = product?.multiply(base);
    return product ?? "unknown";
  }
  if (number.numerator === 0n && power.numerator < 0n) return "other";
  const digits = Math.max(String(number.numerator).length, String(number.denominator).length);
  if (size > EXPONENT || digits * Number(size) > 4000) return number.numerator ** 2n > 1n || number.denominator > 1n ? "other" : "unknown";
  const result = number.pow(Number(power.numerator));
  // Too long to be an answer, and to be computed with.
  return fits(result) ? surd(result) : "other";
}

/** The real root of an order, the principal one of a negative square. */
function rooted(value: Value, order: number): Value {
  const number = rationalOf(value);
  if (number === undefined) return value === "other" ? "other" : "unknown";
  if (order === 2) return Surd.root(number) ?? "unknown";
  const negative = number.numerator < 0n;
  if (negative && order % 2 === 0) return "other";
  const p = integerRoot(negative ? -number.numerator : number.numerator, order);
  const q = integerRoot(number.denominator, order);
  return p === undefined || q === undefined ? "other" : surd(Rational.of(negative ? -p : p, q));
}
