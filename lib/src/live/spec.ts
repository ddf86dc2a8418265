/** @file A live figure as JSON: what a notebook's output holds, and a page is given. */
import { type Declaration, type Parameter, type ParameterValue, refusals, type Values } from "../core/declaration";
import type { LiveValues } from "./kind";
import type { LiveKindName } from "./kindName";

/** The MIME type of a live figure in a notebook's output. */
export const LIVE_MIME = "application/vnd.cotlab.live+json";

/** A declared parameter with its value. A list of these keeps its order, which the keys of an object lose in a saved notebook. */
export type LiveParameter = Parameter & {
  readonly name: string;
  readonly value: ParameterValue;
  /** The name by which the figure knows it, where that is another. */
  readonly role?: string;
  /** True for a parameter of the figure, which the notebook does not have. */
  readonly own?: true;
};

/** The content of a bundle's entry {@link LIVE_MIME}. */
export interface LiveSpec {
  readonly figure: LiveKindName;
  readonly title: string;
  /** The figure's name in its notebook: letters, digits, "-" and "_". */
  readonly name: string;
  /** The notebook's file name, where it is known. */
  readonly notebook?: string;
  readonly parameters: readonly LiveParameter[];
  /** The notebook's other parameters with their values, for a parameters cell. */
  readonly rest: readonly (readonly [name: string, value: ParameterValue])[];
}

/** JSON has no infinity; its name stands for it. */
export const infinityAsText = (_: string, value: unknown): unknown => (value === Number.POSITIVE_INFINITY ? "Infinity" : value);

const numeric = ({ kind }: Parameter): boolean => kind !== "choice" && kind !== "flag";

/** A value as it was before JSON. */
function revived(parameter: Parameter, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => revived(parameter, entry));
  return value === "Infinity" && numeric(parameter) ? Number.POSITIVE_INFINITY : value;
}

/** The parameters' declaration, by name. */
export function declarationOf({ parameters }: LiveSpec): Declaration {
  return Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter]));
}

/** The values that a figure begins with, by name. */
export function valuesOf({ parameters }: LiveSpec): Record<string, ParameterValue> {
  return Object.fromEntries(parameters.map((parameter) => [parameter.name, revived(parameter, parameter.value) as ParameterValue]));
}

/** Values by the figure's own names. */
export function asRoles({ parameters }: LiveSpec, values: Values): LiveValues {
  return Object.fromEntries(parameters.map(({ name, role = name }) => [role, values[name] as ParameterValue]));
}

/** Values by the notebook's names. */
export function asNames({ parameters }: LiveSpec, roles: LiveValues): Record<string, ParameterValue> {
  return Object.fromEntries(parameters.map(({ name, role = name }) => [name, roles[role]]));
}

/** A value as a reader types it: a number, or several with commas between; a text that is none stays what it is, to be refused. */
export function parsedValue(parameter: Parameter, text: string): unknown {
  const one = (part: string): unknown => {
    const word = part.trim().replace("−", "-").replace("∞", "Infinity");
    return word === "" || Number.isNaN(Number(word)) ? part.trim() : Number(word);
  };
  if (parameter.kind === "choice") return text;
  if (parameter.kind === "flag") return text === "true" ? true : text === "false" ? false : text;
  return "size" in parameter ? text.split(",").map(one) : one(text);
}

/** What is wrong with the values of a figure, in words. */
export const refusalsOf = (spec: LiveSpec, values: Values): string[] => refusals(declarationOf(spec), values);
