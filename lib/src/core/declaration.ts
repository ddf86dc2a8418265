/**
 * @file The declaration of a notebook's parameters as data: what each means and which values it may take. `--set`, the verdict, sliders and
 * the tests that draw settings all read it; a page does so without the notebook.
 */
import { argumentsOf, type Checks, show as render } from "./check";

/** What every declared parameter says of itself. */
interface Described {
  /** What it is, in a few words. */
  readonly meaning: string;
  /** Its sign in the formulas. */
  readonly symbol?: string;
  /** Its unit, where it has one. */
  readonly unit?: string;
  /** A sample size or seed: it decides how long a run takes and how sure it is, not what is asked. */
  readonly effort?: true;
}

/** A limit of a range: a number, or an earlier parameter of this notebook: `"d"`, `"d-1"`, `"2*d"`, `"2*d+1"`. */
export type Limit = number | string;

interface Ranged extends Described {
  /** Least and largest value, both allowed. */
  readonly range: readonly [least: Limit, largest: Limit];
  /** True where steps should be ratios: lengths, scales. */
  readonly log?: true;
}

/** One number: an integer, a real number, or a length, which is an integer or Infinity. */
export interface NumberParameter extends Ranged {
  /** Which numbers it may be. */
  readonly kind: "integer" | "number" | "length";
  /** The value of the committed run. */
  readonly committed: number;
}

/** A list of numbers. */
export interface ListParameter extends Ranged {
  /** Which numbers its entries may be. */
  readonly kind: "integers" | "numbers" | "lengths";
  /** The list of the committed run. */
  readonly committed: readonly number[];
  /** Least and largest number of entries. */
  readonly size: readonly [least: number, largest: number];
  /** "increasing": each entry is above the one before it. */
  readonly order?: "increasing";
}

/** One of a few words. */
export interface ChoiceParameter extends Described {
  /** One word of a closed list. */
  readonly kind: "choice";
  /** The words. */
  readonly choices: readonly string[];
  /** The word of the committed run. */
  readonly committed: string;
}

/** Yes or no. */
export interface FlagParameter extends Described {
  /** True or false. */
  readonly kind: "flag";
  /** The value of the committed run. */
  readonly committed: boolean;
}

/** A parameter's declaration. */
export type Parameter = NumberParameter | ListParameter | ChoiceParameter | FlagParameter;

/** A notebook's parameters by name, in the order in which limits may refer to earlier ones. */
export type Declaration = Readonly<Record<string, Parameter>>;

/** A value of any kind. */
export type ParameterValue = number | readonly number[] | string | boolean;

/** The values of a declaration, each of its kind. */
export type ParameterValues<D extends Declaration> = {
  readonly [K in keyof D]: D[K]["kind"] extends "integer" | "number" | "length"
    ? number
    : D[K]["kind"] extends "integers" | "numbers" | "lengths"
      ? number[]
      : D[K]["kind"] extends "choice"
        ? D[K] extends { readonly choices: readonly (infer C)[] }
          ? C
          : string
        : boolean;
};

/** Values by the names of their parameters; of any kind, until they are checked. */
export type Values = Readonly<Record<string, unknown>>;

const LIMIT = /^(?:(\d+(?:\.\d+)?)\*)?([A-Za-z]\w*)([+-]\d+(?:\.\d+)?)?$/;

/** The number that a limit is at these values. */
function limitAt(limit: Limit, values: Values): number {
  if (typeof limit === "number") return limit;
  const [, factor = "1", name = "", shift = "0"] = LIMIT.exec(limit) ?? [];
  return Number(factor) * Number(values[name]) + Number(shift);
}

/** Least and largest value of a parameter at the values of earlier ones. */
export function rangeAt({ range }: Pick<Ranged, "range">, values: Values): [least: number, largest: number] {
  return [limitAt(range[0], values), limitAt(range[1], values)];
}

const limitText = (limit: Limit, values: Values): string =>
  typeof limit === "number"
    ? String(limit)
    : `${limitAt(limit, values)} (${limit.replaceAll("-", " − ").replaceAll("+", " + ").replaceAll("*", "")})`;

const ONE = { integer: "an integer", number: "a number", length: "an integer or Infinity" } as const;
const MANY = { integers: "integers", numbers: "numbers", lengths: "integers or Infinity" } as const;
const SINGLE = { integers: "integer", numbers: "number", lengths: "length" } as const;

/** Whether a parameter is a list of numbers. */
export const isList = (parameter: Parameter): parameter is ListParameter => parameter.kind in MANY;

/** The rule that a value must meet, in words. */
export function ruleOf(parameter: Parameter, values: Values): string {
  if (parameter.kind === "choice") return `one of ${parameter.choices.map((word) => `"${word}"`).join(", ")}`;
  if (parameter.kind === "flag") return "true or false";
  const range = `in [${parameter.range.map((limit) => limitText(limit, values)).join(", ")}]`;
  if (!isList(parameter)) return `${ONE[parameter.kind]} ${range}`;
  const [least, largest] = parameter.size;
  const size = least === largest ? `${least}` : `${least} to ${largest}`;
  return `a list of ${size} ${parameter.order ? "increasing " : ""}${MANY[parameter.kind]} ${range}`;
}

function allowed(parameter: Parameter, value: unknown, values: Values): boolean {
  if (parameter.kind === "choice") return parameter.choices.includes(value as string);
  if (parameter.kind === "flag") return typeof value === "boolean";
  const [least, largest] = rangeAt(parameter, values);
  const kind = isList(parameter) ? SINGLE[parameter.kind] : parameter.kind;
  const one = (x: unknown): boolean =>
    typeof x === "number" &&
    ((kind === "length" && x === Number.POSITIVE_INFINITY) ||
      (x >= least && x <= largest && Number.isFinite(x) && (kind === "number" || Number.isInteger(x))));
  if (!isList(parameter)) return one(value);
  if (!Array.isArray(value) || value.length < parameter.size[0] || value.length > parameter.size[1] || !value.every(one)) return false;
  return parameter.order === undefined || value.every((x, i) => i === 0 || x > value[i - 1]);
}

/**
 * What is wrong with these values, one sentence each; nothing when all may be used. A value whose limit rests on a wrong one is not judged.
 */
export function refusals(declaration: Declaration, values: Values): string[] {
  const names = Object.keys(declaration);
  const unknown = Object.keys(values).filter((name) => !names.includes(name));
  const found = unknown.map((name) => `values must be of the parameters of this notebook (${names.join(", ")}), got ${name}`);
  const wrong = new Set<string>();
  for (const [name, parameter] of Object.entries(declaration)) {
    const rests =
      "range" in parameter ? parameter.range.map((limit) => (typeof limit === "string" ? (LIMIT.exec(limit)?.[2] ?? "") : "")) : [];
    if (rests.some((earlier) => wrong.has(earlier))) continue;
    if (allowed(parameter, values[name], values)) continue;
    wrong.add(name);
    const unit = parameter.unit === undefined ? "" : `, in ${parameter.unit}`;
    found.push(`${name} must be ${ruleOf(parameter, values)} (${parameter.meaning}${unit}), got ${render(values[name])}`);
  }
  return found;
}

/** Throws for mistakes of the declaration itself: a limit that names no earlier number, a committed value outside the range. */
export function checkDeclaration(check: Checks, declaration: Declaration): void {
  const earlier: string[] = [];
  for (const [name, parameter] of Object.entries(declaration)) {
    const at = `declaration.${name}`;
    argumentsOf(check.fn, parameter, at);
    check.oneOf(`${at}.kind`, parameter.kind, [...Object.keys(ONE), ...Object.keys(MANY), "choice", "flag"] as Parameter["kind"][]);
    check.text(`${at}.meaning`, parameter.meaning);
    if (parameter.kind === "choice") check.list(`${at}.choices`, parameter.choices);
    else if (parameter.kind !== "flag") {
      check.list(`${at}.range`, parameter.range);
      for (const limit of parameter.range)
        if (typeof limit !== "number" && typeof limit !== "string") check.wrongKind(`${at}.range`, "two numbers or texts", limit);
      if (isList(parameter)) check.vector(`${at}.size`, parameter.size, 2);
    }
    for (const limit of "range" in parameter ? parameter.range : []) {
      if (typeof limit === "string" && !earlier.includes(LIMIT.exec(limit)?.[2] ?? ""))
        check.fail(`declaration.${name}.range`, 'numbers, or earlier parameters like "d", "d-1" or "2*d"', limit);
    }
    if (parameter.kind in ONE) earlier.push(name);
  }
  const committed = committedValues(declaration);
  const wrong = refusals(declaration, committed);
  if (wrong.length > 0) check.fail("declaration", "one whose committed values lie in their ranges", wrong.join("; "));
}

/** The values of the committed run. */
export function committedValues(declaration: Declaration): Record<string, ParameterValue> {
  return Object.fromEntries(Object.entries(declaration).map(([name, { committed }]) => [name, committed]));
}
