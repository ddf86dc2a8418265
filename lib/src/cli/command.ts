/** @file What a subcommand of `npx cotlab` is. */

/** A subcommand: one file of this folder, loaded only when it is called. */
export interface Command {
  /** How it is called and what its options mean, as printed by `--help`. */
  readonly usage: string;
  /**
   * Does the work. Results go to stdout, progress and warnings to stderr.
   * @param args what follows the command's name
   * @returns the exit status
   * @throws UsageError for a wrong call; whatever the library throws for wrong input
   */
  readonly run: (args: string[]) => Promise<number> | number;
}

/** A wrong call: shown with where the options are explained, without a stack; exit status 2. */
export class UsageError extends Error {}

/** A command whose first argument says what it does. */
export function byVerb(name: string, verbs: Readonly<Record<string, Command["run"]>>): Command["run"] {
  return ([verb = "nothing", ...args]) => {
    if (!Object.hasOwn(verbs, verb)) throw new UsageError(`${name}: the verb must be one of ${Object.keys(verbs).join(", ")}, got ${verb}`);
    return verbs[verb](args);
  };
}

/** Aborted by the first Ctrl-C or SIGTERM, so that work ends in good order; a second one, no longer caught, ends the process. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

/** An error for people: errors of this library and of the system in a line, anything else, a fault of ours, with its stack. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.constructor !== Error || "code" in error ? error.message : (error.stack ?? error.message);
}
