/** @file What the notebooks' runs showed, as the evidence file records it, and the tables made of it. */
import { readFileSync } from "node:fs";
import type { Check } from "./verdict";

/** One claim of a notebook in `data/evidence.json`, written by `npm run reproduce` from the notebook's verdict cell. */
export interface Evidence {
  /** The notebook's file name. */
  readonly notebook: string;
  readonly claim: string;
  readonly source: string;
  readonly setting: string;
  /** The library functions that state and test the claim. */
  readonly functions: readonly string[];
  readonly checks: readonly Check[];
  /** Seconds for Run All on the machine that last ran it. */
  readonly seconds: number;
}

/**
 * The evidence that `npm run reproduce` recorded.
 * @param file path of `evidence.json`
 * @throws Error naming the remedy when the file is missing or is not a list of claims with their checks
 */
export function readEvidence(file: string): Evidence[] {
  const remedy = "run `npm run reproduce`, which writes it";
  let entries: unknown;
  try {
    entries = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`readEvidence: ${file} cannot be read (${(error as Error).message}); ${remedy}`);
  }
  const whole = (entry: Partial<Evidence> | null) =>
    typeof entry?.notebook === "string" && typeof entry.claim === "string" && Array.isArray(entry.checks);
  if (!Array.isArray(entries) || !entries.every(whole)) {
    throw new Error(`readEvidence: ${file} must be a list of claims with their checks; ${remedy}`);
  }
  return entries as Evidence[];
}

/** "holds" when every check does, with their number. */
export function claimVerdict({ checks }: Pick<Evidence, "checks">): string {
  const held = checks.filter(({ passed }) => passed).length;
  return held === checks.length
    ? `holds (${held} ${held === 1 ? "check" : "checks"})`
    : `does not hold (${checks.length - held} of ${checks.length} checks fail)`;
}

/** One row a claim, for `table`: notebook, claim, source, functions, verdict, run time in seconds. */
export function claimRows(evidence: readonly Evidence[]): Record<string, string | number>[] {
  return evidence.map((entry) => ({
    notebook: entry.notebook,
    claim: entry.claim,
    source: entry.source,
    functions: entry.functions.join(", "),
    verdict: claimVerdict(entry),
    "run time (s)": entry.seconds,
  }));
}

/** One row for every check that stands beside a statement or number of the paper, for `table`. */
export function paperRows(evidence: readonly Evidence[]): Record<string, string>[] {
  return evidence.flatMap(({ notebook, checks }) =>
    checks.flatMap(({ name, paper, found, expected, passed }) =>
      paper === undefined || paper === ""
        ? []
        : [{ "the paper": paper, check: name, ours: found, expected, verdict: checkVerdict(passed), notebook }],
    ),
  );
}

/** The word for one check. */
export function checkVerdict(passed: boolean): string {
  return passed ? "holds" : "does not hold";
}
