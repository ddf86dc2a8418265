/** @file Which part of a reply states its answer: a box, a sentence that announces it, or the last line with a number. */
import type { Problem } from "./problem";
import type { Token } from "./replyTokens";
import { type Item, StatementReader, type Value } from "./statement";

/** Tokens between the word that announces an answer and the answer. */
const ANNOUNCED = 80;

/** The part of a reply that states its answer. */
export interface Stated {
  readonly read: "boxed" | "marked" | "last line";
  readonly items: readonly Item[];
  /** Numbers that a kind reader may add, said elsewhere in the reply. */
  readonly besides?: readonly Value[];
  /** Whether the statement ends with its numbers. */
  readonly ends?: boolean;
  /** Index of the token after it. */
  readonly next: number;
}

/** What a reply in words states as its answer to a problem of a kind; undefined when it holds no number. */
export function statedAnswer(tokens: readonly Token[], kind: Problem["kind"]): Stated | undefined {
  const finder = new AnswerFinder(new StatementReader(tokens, kind === "polynomial"), kind);
  return finder.announced() ?? finder.lastLine();
}

const NOUNS: Readonly<Record<Problem["kind"], RegExp>> = {
  gcd: /^(?:gcd|gcf|hcf|hcd|divisor|factor|result|greatest|largest|highest)$/,
  polynomial: /^(?:roots?|solutions?|zeros|zeroes|values|result|x-intercepts|intercepts)$/,
  arithmetic: /^(?:result|sum|total|product|difference|remainder|quotient|value)$/,
};
const COPULAS = /^(?:is|are|was|were|equals?|be|being|becomes?|comes|gives)$/;
/** After these what was said before no longer holds. */
const CORRECTED = /^(?:wait|actually|correction|mistake|sorry|oops|mistaken|hold|hmm)$/;
/** What says that there is a further root. */
const FURTHER = /\b(?:second|third|fourth|other|another|remaining|also|larger|smaller|greater|positive|negative|case) /;
const NONE = /\b(?:none|no (?:real |rational |integer )?(?:roots?|solutions?|zeros|answer exists)|does not exist|∅) /;

/** Finds the part of a reply that states its answer. */
class AnswerFinder {
  readonly #tokens: readonly Token[];

  constructor(
    readonly reader: StatementReader,
    readonly kind: Problem["kind"],
  ) {
    this.#tokens = reader.tokens;
  }

  /** The last answer that is announced as one. */
  announced(): Stated | undefined {
    const plain = this.#last(
      (i) => this.#isWord(i, /^answers?$/),
      (i) => this.#from(i, true),
    );
    const boxed = this.#boxes();
    const strong = boxed !== undefined && (plain === undefined || boxed.next >= plain.next || boxed.next > plain.next - 3) ? boxed : plain;
    const corrected = strong && this.#tokens.slice(strong.next).some(({ kind, text }) => kind === "word" && CORRECTED.test(text));
    if (strong !== undefined && !corrected) return strong;
    return this.#said(strong?.next ?? 0) ?? strong;
  }

  /** What the last sentence about the thing that is asked for says of it, with sentences about further roots. */
  #said(from: number): Stated | undefined {
    const nouns = NOUNS[this.kind];
    const said = this.#last(
      (i) => i >= from && this.#isWord(i, nouns),
      (i) => this.#from(i, false) ?? this.#before(i),
    );
    if (said === undefined || this.kind !== "polynomial") return said;
    const items = [...said.items];
    // "The other root is 3": the sentence before names the first.
    for (
      let last: (Stated & { at: number }) | undefined = said;
      last && FURTHER.test(this.reader.words(this.#sentenceStart(last.at), last.next));
    ) {
      const before: number = last.at;
      last = this.#last(
        (i) => i >= from && i < before && this.#isWord(i, nouns),
        (i) => this.#from(i, false) ?? this.#before(i),
      );
      items.unshift(...(last?.items ?? []));
    }
    return { ...said, items };
  }

  /** The last place that passes a test and at which something is stated. */
  #last(test: (index: number) => boolean, read: (index: number) => Stated | undefined): (Stated & { at: number }) | undefined {
    for (let at = this.#tokens.length - 1; at >= 0; at--) {
      const stated = test(at) ? read(at) : undefined;
      if (stated !== undefined) return { ...stated, at };
    }
    return undefined;
  }

  #isWord(at: number, pattern: RegExp): boolean {
    const { kind, text } = this.#tokens[at] ?? {};
    return kind === "word" && pattern.test(text);
  }

  #sentenceStart(at: number): number {
    let start = at;
    while (start > 0 && this.#tokens[start - 1].kind !== "end" && this.#tokens[start - 1].kind !== "line") start--;
    return start;
  }

  /** What is stated behind a word such as "answer". */
  #from(at: number, strong: boolean): Stated | undefined {
    const begin = this.#tokens[at - 1];
    // "Has the roots 2 and 3" needs no "are".
    const given = /\b(?:has|have|having|get|gets|give|gives|obtain|find|found|yields?) (?:\w+ ){0,3}$/.test(
      this.reader.words(Math.max(0, at - 5), at),
    );
    for (let i = at + 1; i < Math.min(this.#tokens.length, at + ANNOUNCED); ) {
      const { kind, text, spaced } = this.#tokens[i];
      const direct = i === at + 1;
      const dash = direct && kind === "op" && text === "-" && spaced && this.#tokens[i + 1]?.spaced;
      if ((kind === "word" && COPULAS.test(text)) || (kind === "relation" && (text === ":" || text === "=")) || dash) {
        if (this.#denies(i - 1)) return undefined;
        const stated = this.#behind(i + 1, strong && text === ":");
        if (stated !== undefined || this.#denied(i + 1)) return stated;
        i++;
        continue;
      }
      if (kind === "line") {
        // A heading.
        return direct && (begin === undefined || this.#heads(at)) ? this.#behind(i + 1, false) : undefined;
      }
      // Another such word: what follows it has been tried.
      if (kind === "end" || (kind === "word" && text === this.#tokens[at].text)) return undefined;
      const list = direct && (given || (strong && text !== "(")) ? this.reader.list(i) : undefined;
      if (list?.items.some(({ values }) => values.length > 0)) return this.#stated(i);
      const one = this.#assignment(i);
      if (one !== undefined) return one;
      i = this.#pass(i);
    }
    return undefined;
  }

  /** Whether a word stands in a line of its own, as a heading. */
  #heads(at: number): boolean {
    return at - this.#sentenceStart(at) <= 3;
  }

  /** An equation that gives the unknown a number. */
  #assignment(at: number): Stated | undefined {
    const list = this.reader.list(at);
    return list?.items[0]?.kind === "assigned" ? this.#stated(at) : undefined;
  }

  /** The place behind an expression, an equation, brackets, or one token. */
  #pass(at: number): number {
    const { kind } = this.#tokens[at];
    if (kind === "word" || kind === "separator") return at + 1;
    const list = this.reader.list(at);
    if (list !== undefined) return list.next;
    return kind === "open" && this.reader.partner(at) > 0 ? this.reader.partner(at) + 1 : at + 1;
  }

  /** What is stated behind "is" or a colon, perhaps on a following line. */
  #behind(at: number, explicit: boolean): Stated | undefined {
    let from = at;
    while (this.#tokens[from]?.kind === "line") from++;
    if (this.#denied(from)) {
      const but = this.#tokens.findIndex(({ text }, i) => i > from && i < from + 20 && text === "but");
      return but < 0 ? undefined : this.#stated(but + 1);
    }
    const stated = this.#stated(from);
    if (stated !== undefined) return stated;
    if (!explicit) return undefined;
    let to = from;
    while (to < Math.min(this.#tokens.length, from + ANNOUNCED) && !/^(?:line|end)$/.test(this.#tokens[to].kind)) to++;
    if (NONE.test(this.reader.words(from, to))) return { read: "marked", items: [{ values: ["other"], kind: "value" }], next: from };
    // "Answer: the greatest one is 6 in this case": a sentence with one number.
    const line = this.#tokens.slice(from, to).some(({ kind }) => kind === "number") ? this.#line(from, to) : undefined;
    return line && line.besides?.length === 0 ? { ...line, read: "marked" } : undefined;
  }

  #denied(at: number): boolean {
    return /^(?:definitely |certainly |clearly )?(?:not|neither) /.test(this.reader.words(at, at + 2));
  }

  #stated(at: number, read: Stated["read"] = "marked"): Stated | undefined {
    const list = this.reader.list(at, true);
    if (list === undefined || list.items.every(({ values, kind }) => values.length === 0 && kind !== "range")) return undefined;
    // "48 and 18 have the divisor 6" states no answer before its verb.
    if (this.#isWord(list.next, /^(?:have|has|share|satisfy|satisfies|gives?|yields?)$/)) return undefined;
    const ends = ["line", "end", undefined].includes(this.#tokens[list.next]?.kind);
    return { read, ...list, ends, besides: this.kind === "polynomial" ? this.#assignedUpTo(list.next) : [] };
  }

  /** Numbers given to the unknown in what is left of a line. */
  #assignedUpTo(at: number): Value[] {
    const values: Value[] = [];
    for (let i = at; i < this.#tokens.length && this.#tokens[i].kind !== "line"; ) {
      const list = this.#denies(i - 1) ? undefined : this.reader.list(i);
      values.push(...(list?.items ?? []).flatMap((item) => (item.kind === "assigned" ? item.values : [])));
      i = list?.next ?? this.#pass(i);
    }
    return values;
  }

  /** Whether a word denies what follows it. */
  #denies(at: number): boolean {
    if (this.#isWord(at, /^(?:be|equal|to)$/)) return this.#denies(at - 1);
    return this.#isWord(at, /^(?:not|never|neither|nor|cannot|reject|unlike|\w+n't)$/);
  }

  /** "6 is the answer", "2 and 3 are the roots". */
  #before(at: number): Stated | undefined {
    const start = this.#sentenceStart(at);
    const list = this.reader.list(start);
    if (list === undefined || list.next >= at || !this.#isWord(list.next, /^(?:is|are)$/)) return undefined;
    const between = this.reader.words(list.next + 1, at);
    const plain = /^(?:\w+ ){0,6}$/.test(between) && !/\b(?:not|of|a|an) /.test(between);
    return plain && list.items.some(({ values }) => values.length > 0) ? { read: "marked", ...list } : undefined;
  }

  /** The numbers of the last boxes; those that belong together are read together. */
  #boxes(): Stated | undefined {
    const boxes = this.#tokens.flatMap(({ kind }, at) => {
      if (kind !== "box") return [];
      const next = this.#tokens[at + 1];
      const end = next?.kind === "open" ? this.reader.partner(at + 1) : at + 1;
      return next === undefined || end < 0
        ? []
        : [{ at, from: next.kind === "open" ? at + 2 : at + 1, end: next.kind === "open" ? end : at + 2 }];
    });
    const contents = boxes.map(({ from, end }) => this.#boxed(from, end));
    let last = boxes.length - 1;
    while (last >= 0 && (contents[last] === undefined || this.#deniedBox(boxes[last].end + 1))) last--;
    if (last < 0) return undefined;
    let first = last;
    if (this.kind === "polynomial")
      while (first > 0 && contents[first - 1] && this.#joined(boxes[first - 1].end + 1, boxes[first].at)) first--;
    const items = contents.slice(first, last + 1).flat() as Item[];
    const before = this.kind === "polynomial" ? (contents.slice(0, first).flat() as (Item | undefined)[]) : [];
    return { read: "boxed", items, ends: true, besides: before.flatMap((item) => item?.values ?? []), next: boxes[last].end + 1 };
  }

  #boxed(from: number, end: number): readonly Item[] | undefined {
    if (end <= from) return undefined;
    const list = this.reader.list(from);
    const words = this.reader.words(from, end);
    if (list === undefined) {
      if (NONE.test(words)) return [{ values: ["other"], kind: "value" }];
      return this.#tokens.slice(from, end).some(({ kind }) => kind === "number") ? [{ values: ["unknown"], kind: "value" }] : undefined;
    }
    // Units and remarks in words may follow.
    const rest = this.#tokens.slice(list.next, end);
    const understood = list.next <= end && (rest.length === 0 || /word|end|line|separator/.test(rest[0].kind));
    if (!understood || list.items.every(({ values, kind }) => values.length === 0 && kind !== "range"))
      return [{ values: ["unknown"], kind: "value" }];
    return list.items;
  }

  #deniedBox(at: number): boolean {
    return /^(?:is|was|are|were) (?:not |wrong |incorrect |\w+n't )/.test(this.reader.words(at, at + 3));
  }

  /** Whether two boxes state parts of one answer: nothing but links stands between them, or the second is announced as a further one. */
  #joined(from: number, to: number): boolean {
    const between = this.#tokens.slice(from, to);
    if (between.some(({ kind, text }) => kind === "word" && (CORRECTED.test(text) || text === "not"))) return false;
    const links = between.every(
      ({ kind, text }) =>
        /separator|line|end|name|relation|box/.test(kind) || /^(?:\*|-|x|the|other|is|are|root|roots|solution|solutions)$/.test(text),
    );
    return links || (between.length < 80 && FURTHER.test(this.reader.words(from, to)));
  }

  /** What the last line with a number states, and lines like it above it. */
  lastLine(): Stated | undefined {
    const lines: [from: number, to: number][] = [];
    let from = 0;
    for (let i = 0; i <= this.#tokens.length; i++) {
      if (i < this.#tokens.length && this.#tokens[i].kind !== "line") continue;
      if (this.#tokens.slice(from, i).some(({ kind }) => kind === "number")) lines.push([from, i]);
      from = i + 1;
    }
    const last = lines.pop();
    if (last === undefined) return undefined;
    // Several equations one below the other are one answer.
    let start = last[0];
    if (this.kind === "polynomial" && this.#assigns(last)) {
      for (let above = lines.pop(); above && this.#assigns(above); above = lines.pop()) start = above[0];
    }
    return this.#line(start, last[1]);
  }

  #assigns([from, to]: readonly [number, number]): boolean {
    const list = this.reader.list(from);
    if (list === undefined || list.items.some(({ kind }) => kind !== "assigned")) return false;
    return this.#tokens.slice(list.next, to).every(({ kind }) => kind === "end");
  }

  /** The numbers of a line: those given to the unknown, the single one, or else what may be meant. */
  #line(from: number, to: number): Stated | undefined {
    const lists: { items: readonly Item[]; assigned: boolean }[] = [];
    for (let i = from; i < to; ) {
      const list = this.reader.list(i, i === from);
      if (list !== undefined && !this.#denies(i - 1))
        lists.push({ items: list.items, assigned: list.items.some(({ kind }) => kind === "assigned") });
      i = list?.next ?? this.#pass(i);
    }
    const said = lists.filter(({ items }) => items.some(({ values, kind }) => values.length > 0 || kind === "range"));
    if (said.length === 0) return { read: "last line", items: [{ values: ["unknown"], kind: "value" }], next: to };
    const assigned = said.filter((list) => list.assigned);
    const taken = assigned.length > 0 ? assigned : said;
    const items = taken.at(-1)!.items;
    const besides = taken.slice(0, -1).flatMap((list) => list.items.flatMap(({ values }) => values));
    return { read: "last line", items, besides, next: to };
  }
}
