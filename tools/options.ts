/** @file What the workspace's commands read of their command lines: options, and notebooks by the start of their names. */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { root } from "./workspace.mjs";

/** A wrong call: shown without a stack. */
export class UsageError extends Error {}

const HELP = { help: { type: "boolean", short: "h", default: false } } as const;

type Parsed<O extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: O & typeof HELP }>
>;

/**
 * Reads a command's options, to which --help is added; null where it is asked for.
 * @throws UsageError, with the usage, for an option that the command has not
 */
export function parseOptions<const O extends ParseArgsOptionsConfig>(usage: string, args: string[], options: O): Parsed<O> | null {
  try {
    const parsed = parseArgs({ args, allowPositionals: true, options: { ...HELP, ...(options as ParseArgsOptionsConfig) } });
    return parsed.values.help ? null : (parsed as unknown as Parsed<O>);
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}

/** The names of the notebooks in a folder, sorted. */
export const notebookFiles = (folder: string = join(root, "notebooks")): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".ipynb"))
    .sort();

/** The notebooks that arguments name, each by its file or the start of its name, in the order of the arguments. */
export function namedNotebooks(command: string, args: readonly string[]): string[] {
  const all = notebookFiles();
  const named = args.flatMap((prefix) => {
    const matching = all.filter((file) => file.startsWith(prefix) || file === basename(prefix));
    if (matching.length === 0) throw new UsageError(`${command}: no notebook starts with ${prefix}; there are ${all.join(", ")}`);
    return matching;
  });
  return [...new Set(named)];
}

/** A time limit that an option gives, in seconds; timers hold no more than 24 days. */
export function readSeconds(option: string, text: string, usage: string): number {
  const seconds = Number(text);
  if (!(text.trim() !== "" && seconds > 0 && seconds <= 2_000_000))
    throw new UsageError(`${option} must be a number of seconds > 0 and <= 2000000, got ${text}\n${usage}`);
  return seconds;
}

/** The option `--set`, as often as it is wanted. */
export const SET_OPTION = { set: { type: "string", multiple: true, default: [] } } as const satisfies ParseArgsOptionsConfig;

/** The values after `--set`, by name. */
export function namedValues(usage: string, pairs: readonly string[]): Map<string, string> {
  const settings = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw new UsageError(`--set must be NAME=VALUE, got ${pair}\n${usage}`);
    settings.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return settings;
}
