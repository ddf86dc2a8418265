/** @file What the process that makes the calls is asked, and what it answers. */

/** What a child is asked for. */
export interface Order {
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
  seconds: number;
  slowest: number;
}

/** What a child says: first its functions, then now and then what it has done. */
export type Report =
  | { readonly kind: "ready"; readonly names: readonly string[]; readonly without: readonly string[] }
  | { readonly kind: "done"; readonly upTo: number; readonly tallies: Record<string, Tally>; readonly faults: Fault[] };

/** No calls yet. */
export const noCalls = (): Tally => ({ calls: 0, answered: 0, refused: 0, seconds: 0, slowest: 0 });
