/** @file Reading options of a command: wrong ones become usage errors that name the option. */
import { existsSync, readFileSync } from "node:fs";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./command";

/** Which options a command has. */
interface OptionNames {
  /** Those with a text. */
  readonly values: readonly string[];
  /** Which of these may be Infinity. */
  readonly infinite?: readonly string[];
  /** Those with several texts, each after the option's name or another text. */
  readonly lists?: readonly string[];
  /** Those without. */
  readonly flags?: readonly string[];
  /** Whether there are arguments without an option; default false. */
  readonly positionals?: boolean;
}

/** A command's arguments. Whatever is wrong with them is a UsageError that names the command and the option. */
export class Options {
  readonly values: Record<string, string | undefined> = {};
  readonly lists: Record<string, readonly string[] | undefined> = {};
  readonly flags = new Set<string>();
  readonly positionals: readonly string[];

  /** @throws UsageError for an unknown option, one without its value, or one given twice */
  constructor(
    readonly command: string,
    args: string[],
    private readonly names: OptionNames,
  ) {
    const { values: texts, lists: several = [], flags: plain = [], positionals: allowPositionals = false } = names;
    const options: NonNullable<ParseArgsConfig["options"]> = {};
    for (const name of [...texts, ...several]) options[name] = { type: "string", multiple: true };
    for (const name of plain) options[name] = { type: "boolean" };
    let parsed: ReturnType<typeof parseArgs>;
    try {
      parsed = parseArgs({ args: spread(args, several), options, allowPositionals });
    } catch (error) {
      this.fail((error as Error).message);
    }
    for (const [name, value] of Object.entries(parsed.values)) {
      if (!Array.isArray(value)) this.flags.add(name);
      else if (several.includes(name)) this.lists[name] = value as string[];
      else if (value.length > 1) this.fail(`--${name} must be given once, got ${value.length} times`);
      else this.values[name] = value[0] as string;
    }
    this.positionals = parsed.positionals;
  }

  fail(message: string): never {
    throw new UsageError(`${this.command}: ${message}`);
  }

  /** An option that must be there. */
  required(name: string): string {
    return this.values[name] || this.fail(`--${name} must be given`);
  }

  number(name: string): number | undefined {
    const [value, ...more] = this.numbers(name) ?? [];
    return more.length > 0 ? this.fail(`--${name} must be one number, got ${this.values[name]}`) : value;
  }

  /** Numbers with commas between them. */
  numbers(name: string): number[] | undefined {
    return this.values[name]?.split(",").map((text) => {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      const fits = this.names.infinite?.includes(name) ? !Number.isNaN(value) : Number.isFinite(value);
      return fits ? value : this.fail(`--${name} must be a number, got ${text === "" ? "nothing" : text}`);
    });
  }

  whole(name: string, least: number): number | undefined {
    const number = this.number(name);
    if (number !== undefined && !(Number.isInteger(number) && number >= least))
      this.fail(`--${name} must be an integer >= ${least}, got ${this.values[name]}`);
    return number;
  }

  /**
   * What is given of some options, by the library's names for them (max-waits → maxWaits); what is left out keeps the library's default.
   * @param texts more of them, whose values are texts
   */
  given(numbers: readonly string[], texts: readonly string[] = []): Record<string, unknown> {
    const found = [
      ...numbers.map((name) => [name, this.number(name)] as const),
      ...texts.map((name) => [name, this.values[name]] as const),
    ];
    const named = found.map(([name, value]) => [name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()), value]);
    return Object.fromEntries(named.filter(([, value]) => value !== undefined));
  }

  /** The one argument without an option. @param what it names */
  only(what: string): string {
    const [path, ...more] = this.positionals;
    if (path === undefined || more.length > 0) this.fail(`one ${what} must be given, got ${this.positionals.length}`);
    return path;
  }

  /** What stands in the one configuration file that is given. @param examples a folder that holds some */
  configuration(examples: string): unknown {
    const path = this.only("configuration file");
    if (!existsSync(path)) this.fail(`${path} is not there; ${examples} holds examples`);
    return parseJson(path, readFileSync(path, "utf8"));
  }
}

/** Repeats a list's name before each of its further values, which is how `parseArgs` takes several. */
function spread(args: readonly string[], lists: readonly string[]): string[] {
  let name = "";
  return args.flatMap((arg, i) => {
    if (arg.startsWith("--")) name = lists.includes(arg.slice(2)) ? arg : "";
    return name === "" || arg === name || args[i - 1] === name ? [arg] : [name, arg];
  });
}

/** What the text of a file says. @throws RangeError when it is not JSON */
export function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RangeError(`${path} must be JSON: ${(error as Error).message}`);
  }
}
