/** @file What the notebooks' runs showed, as the evidence file records it, and the tables made of it. */
import { readFileSync } from "node:fs";
import { type Check, STANDS, type Stands, statusOf, type VerdictParams } from "cotlab/dist/notebook/verdict";
import { untestedStatements } from "./untested";

/** One claim of a notebook in `data/evidence.json`, written by `npm run reproduce` from the notebook's verdict cell. */
export interface Evidence extends VerdictParams {
  /** The notebook's file name. */
  readonly notebook: string;
  /** Seconds for Run All on the machine that last ran it. */
  readonly seconds: number;
}

/**
 * The evidence that `npm run reproduce` recorded.
 * @param file path of `evidence.json`
 * @throws Error naming the remedy when the file is missing or is not a list of claims with their checks
 * @origin ours
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

/** "holds" when every check does, with their number; those outside their hypotheses are counted apart. */
export function claimVerdict({ checks }: Pick<Evidence, "checks">): string {
  const failed = checks.filter((check) => statusOf(check) === "fails").length;
  if (failed > 0) return `does not hold (${failed} of ${checks.length} checks fail)`;
  const held = checks.filter((check) => statusOf(check) === "holds").length;
  const outside = held === checks.length ? "" : `; ${checks.length - held} outside their hypotheses`;
  return `holds (${held} ${held === 1 ? "check" : "checks"}${outside})`;
}

/**
 * One row a claim, for `cot.table`: notebook, claim, source, functions, verdict, run time in seconds.
 * @param evidence claims, as {@link readEvidence} gives them
 * @origin ours
 */
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

/** A statement of the paper with a check of it, or with the reason why there is none. */
export interface PaperLine {
  readonly paper: string;
  /** "not judged" when the check does not say. */
  readonly stands: Stands | "not judged";
  /** None when the statement is not tested. */
  readonly check?: Check;
  /** Why it is not tested. */
  readonly reason?: string;
  readonly notebook?: string;
}

/** Every check beside which the paper says something, those of one statement together, and then what is not tested. */
export function paperLines(evidence: readonly Evidence[]): PaperLine[] {
  const tested = evidence.flatMap(({ notebook, checks }) =>
    checks.flatMap((check): PaperLine[] =>
      check.paper === undefined || check.paper === ""
        ? []
        : [{ paper: check.paper, stands: check.stands ?? "not judged", check, notebook }],
    ),
  );
  const statements = [...new Set(tested.map(({ paper }) => paper))];
  const open = untestedStatements(statements);
  return [
    ...statements.flatMap((statement) => tested.filter(({ paper }) => paper === statement)),
    ...open.map(({ statement, reason }) => ({ paper: statement, stands: "not tested" as const, reason })),
  ];
}

/** What a table says of a check. */
export const HOLDS = { holds: "yes", fails: "NO", "outside its hypotheses": "outside its hypotheses" } as const;

/**
 * What the paper says, for `cot.table`: one row a check of it, and one a statement that no check carries.
 * @param evidence claims, as {@link readEvidence} gives them
 * @origin ours
 */
export function paperRows(evidence: readonly Evidence[]): Record<string, string>[] {
  return paperLines(evidence).map(({ paper, stands, check, reason, notebook }) => ({
    "the paper": paper,
    "does it stand?": stands,
    "our check": check?.name ?? `none: ${reason}`,
    ours: check?.found ?? "",
    "we expect": check?.expected ?? "",
    "check holds": check === undefined ? "" : HOLDS[statusOf(check)],
    notebook: notebook ?? "",
  }));
}

/** How many statements of the paper stand, each counted once, at the least favourable of its checks. */
export function standsCounts(evidence: readonly Evidence[]): Map<PaperLine["stands"], number> {
  const order: readonly PaperLine["stands"][] = [...STANDS, "not judged"];
  const least = new Map<string, number>();
  for (const { paper, stands } of paperLines(evidence)) least.set(paper, Math.max(least.get(paper) ?? 0, order.indexOf(stands)));
  const found = [...least.values()];
  return new Map(order.map((word, i) => [word, found.filter((place) => place === i).length]));
}
