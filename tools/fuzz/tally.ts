/** @file What the process that makes the calls is asked, and what it answers. */

/** What is called: the public functions, or the readers of feature files with damaged files. */
export type Kind = "functions" | "files";

/** What a child is asked for. */
export interface Order {
  readonly kind: Kind;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Only names that hold this. */
  readonly only: string;
  /** Calls that ended an earlier process, or did not end: told as faults, and not made. */
  readonly skip: readonly { readonly call: number; readonly problem: string }[];
  /** The file that holds the number of the call under way. */
  readonly position: string;
}

/** One call: whether it was refused, and what is wrong with how it ended. */
export interface Outcome {
  readonly refused: boolean;
  readonly problem?: string;
}

/** Calls by their numbers. */
export interface Source {
  readonly names: readonly string[];
  /** Names that cannot be called, for want of a call that works to grow from. */
  readonly without: readonly string[];
  call(number: number): { readonly name: string; readonly described: () => string; readonly make: () => Promise<Outcome> };
}

/** A call that ended as it must not. */
export interface Fault {
  readonly name: string;
  readonly call: number;
  readonly problem: string;
  readonly args: string;
}

/** What came of a function's calls. */
export interface Tally {
  calls: number;
  answered: number;
  refused: number;
  /** Of processor time. */
  seconds: number;
  slowest: number;
}

/** What a child says: first its names, then now and then what it has done. */
export type Report =
  | { readonly kind: "ready"; readonly names: readonly string[]; readonly without: readonly string[] }
  | {
      readonly kind: "done";
      readonly upTo: number;
      readonly tallies: Record<string, Tally>;
      readonly faults: Fault[];
      readonly memory: number;
    };

/** No calls yet. */
export const noCalls = (): Tally => ({ calls: 0, answered: 0, refused: 0, seconds: 0, slowest: 0 });
