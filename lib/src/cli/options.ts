/** @file Reading options of a command: wrong ones become usage errors that name the option. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./command";

/** Options whose values are texts; those named in `lists` take several, each after the option's name or another value; `flags` take none. */
export interface Options {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly lists: Readonly<Record<string, readonly string[] | undefined>>;
  readonly flags: ReadonlySet<string>;
  readonly positionals: readonly string[];
}

/** Reads a command's arguments. @throws UsageError for an unknown option, one without its value, or one given twice */
export function readOptions(
  command: string,
  args: string[],
  spec: {
    readonly values: readonly string[];
    readonly lists?: readonly string[];
    readonly flags?: readonly string[];
    readonly positionals?: boolean;
  },
): Options {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  const { lists: several = [] } = spec;
  for (const name of [...spec.values, ...several]) options[name] = { type: "string", multiple: true };
  for (const name of spec.flags ?? []) options[name] = { type: "boolean" };
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: spread(args, several), options, allowPositionals: spec.positionals ?? false });
  } catch (error) {
    throw new UsageError(`${command}: ${(error as Error).message}`);
  }
  const values: Record<string, string> = {};
  const lists: Record<string, string[]> = {};
  const flags = new Set<string>();
  for (const [name, value] of Object.entries(parsed.values)) {
    if (!Array.isArray(value)) flags.add(name);
    else if (several.includes(name)) lists[name] = value as string[];
    else if (value.length > 1) throw new UsageError(`${command}: --${name} must be given once, got ${value.length} times`);
    else values[name] = value[0] as string;
  }
  return { values, lists, flags, positionals: parsed.positionals };
}

/** Repeats a list's name before each of its further values, which is how `parseArgs` takes several. */
function spread(args: readonly string[], lists: readonly string[]): string[] {
  let name = "";
  return args.flatMap((arg, i) => {
    if (arg.startsWith("--")) name = lists.includes(arg.slice(2)) ? arg : "";
    return name === "" || arg === name || args[i - 1] === name ? [arg] : [name, arg];
  });
}

/** A number from an option. @throws UsageError for anything else */
export function numberOption(command: string, name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number)) throw new UsageError(`${command}: --${name} must be a number, got ${value}`);
  return number;
}

/** A whole number from an option. @throws UsageError for anything else, and below `least` */
export function wholeOption(command: string, name: string, value: string | undefined, least: number): number | undefined {
  const number = numberOption(command, name, value);
  if (number !== undefined && !(Number.isInteger(number) && number >= least))
    throw new UsageError(`${command}: --${name} must be an integer >= ${least}, got ${value}`);
  return number;
}

/** What the text of a file says. @throws RangeError when it is not JSON */
export function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RangeError(`${path} must be JSON: ${(error as Error).message}`);
  }
}

/** An option that must be there. @throws UsageError when it is not */
export function required(command: string, name: string, value: string | undefined): string {
  if (value === undefined || value === "") throw new UsageError(`${command}: --${name} must be given`);
  return value;
}

/** The entries that are there: an option that is left out keeps the library's default. */
export const given = (entries: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
