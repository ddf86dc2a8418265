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

/** Text as a cell of a Markdown table: no line breaks, no column separators, nothing that Markdown would read as a sign of its own. */
export const markdownCell = (text: string): string => text.replaceAll("\n", " ").replace(/[\\`*_<>[\]|$~]/g, "\\$&");

/**
 * The map of the notebooks, a Markdown table: each with what it finds, in a sentence a claim, its checks and its run time.
 * @param evidence claims, as {@link readEvidence} gives them
 * @origin ours
 */
export function notebookMap(evidence: readonly Evidence[]): string {
  const rows = [...new Set(evidence.map(({ notebook }) => notebook))].map((notebook) => {
    const own = evidence.filter((entry) => entry.notebook === notebook);
    const [number, ...words] = notebook.replace(".ipynb", "").split("-");
    const found = own.map(({ claim }) => `${markdownCell(claim).replace(/\.$/, "")}.`).join(" ");
    const verdict = claimVerdict({ checks: own.flatMap(({ checks }) => checks) });
    return `| [${number}](${notebook}) ${words.join(" ")} | ${found} | ${verdict} | ${own[0].seconds} s |`;
  });
  return ["| notebook | what it finds | verdict | Run All |", "| --- | --- | --- | --- |", ...rows].join("\n");
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

/** The words under which statements are counted, the most favourable first. */
const [CONFIRMED, ADDED, ...OTHERS] = STANDS;
const READING = "confirmed in one reading and not in another";
const COUNTED = [CONFIRMED, ADDED, READING, ...OTHERS, "not judged"] as const;

/** The word under which a judgement is counted: where readings agree that a statement stands, or that it does not, the least favourable. */
function countedAs(stands: PaperLine["stands"]): (typeof COUNTED)[number] {
  if (typeof stands === "string") return stands;
  const words = STANDS.filter((word) => Object.values(stands).includes(word));
  const [best, worst] = [words[0], words[words.length - 1]];
  return best.startsWith(CONFIRMED) && !worst.startsWith(CONFIRMED) ? READING : worst;
}

/** How many statements of the paper stand, each counted once, at the least favourable of its checks. */
export function standsCounts(evidence: readonly Evidence[]): Map<(typeof COUNTED)[number], number> {
  const least = new Map<string, number>();
  for (const { paper, stands } of paperLines(evidence))
    least.set(paper, Math.max(least.get(paper) ?? 0, COUNTED.indexOf(countedAs(stands))));
  const found = [...least.values()];
  return new Map(COUNTED.map((word, i) => [word, found.filter((place) => place === i).length]));
}

/** "25 statements of our source: confirmed 2, ...", those words of which there are some. */
export function standsText(evidence: readonly Evidence[]): string {
  const counts = [...standsCounts(evidence)].filter(([, count]) => count > 0);
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  return `${all} statements of our source: ${counts.map(([stands, count]) => `${stands} ${count}`).join(", ")}`;
}
