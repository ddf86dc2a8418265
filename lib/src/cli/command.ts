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

/** A wrong call: shown with the command's usage, without a stack; exit status 2. */
export class UsageError extends Error {}
