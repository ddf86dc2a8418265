/** @file The verdict of a notebook: computed checks with the hypotheses they rest on, shown as a table and recorded for the evidence table. */
import { argumentsOf, Checks } from "../core/check";
import { simultaneousLimit } from "../core/simultaneousLimit";
import { inKernel, sendOutput } from "./kernel";
import { currentParameters, differingParameters } from "./parameters";
import { formatNumber, tableHtml, tableText } from "./table";

/** Whether a statement of the paper stands, as far as one check tells. */
export const STANDS = [
  /** As it is written. */
  "confirmed",
  /** With hypotheses that the source does not state. */
  "confirmed under added hypotheses",
  /** Not as it is written. */
  "contradicted",
  "not tested",
] as const;
/**
 * What a statement comes to in each reading of what its source leaves open, two or more: { "the start is called w_1": "confirmed", "it is
 * called w_0": "contradicted" }. A reading completes "confirmed when ...".
 */
export type Readings = Readonly<Record<string, (typeof STANDS)[number]>>;
/** One of {@link STANDS}, or one for each reading. */
export type Stands = (typeof STANDS)[number] | Readings;

/** What a statement comes to in one reading: a word for {@link Readings}. */
export function outcome(holds: boolean, tested = true): "confirmed" | "contradicted" | "not tested" {
  return !tested ? "not tested" : holds ? "confirmed" : "contradicted";
}

/** "confirmed when ...; contradicted when ..." where the reading decides, else the word itself. */
export function standsInWords(stands: Stands): string {
  if (typeof stands === "string") return stands;
  const clauses = STANDS.map((word) => ({ word, readings: Object.keys(stands).filter((reading) => stands[reading] === word) }));
  return clauses
    .filter(({ readings }) => readings.length > 0)
    .map(({ word, readings }) => `${word} when ${readings.join(", or when ")}`)
    .join("; ");
}

/** {@link standsInWords} of a check in a list: "as above" where the reading decides just as for the one before, since that is long. */
export function standsInList(checks: readonly Check[], i: number): string {
  const { paper, stands } = checks[i];
  if (stands === undefined) return "";
  const [words, before] = [standsInWords(stands), i > 0 ? checks[i - 1] : undefined];
  const same = before?.paper === paper && before?.stands !== undefined && standsInWords(before.stands) === words;
  return typeof stands === "object" && same && statusOf(before) === "holds" ? "as above" : words;
}

/** What the paper says of a check, if it does, and whether that stands. */
export type PaperStatement = readonly [] | readonly [paper: string, stands: Stands];

/** Something that a check assumes, and whether it is so here. */
export interface Hypothesis {
  /** Like "n > n_c". */
  readonly statement: string;
  /** Whether it holds at these parameters. */
  readonly holds: boolean;
}

/** One computed check of a claim. */
export interface Check {
  /** What is checked, in a few words. */
  readonly name: string;
  /** What was found, for a reader. */
  readonly found: string;
  /** What the claim says, for a reader. */
  readonly expected: string;
  /** Whether they agree. */
  readonly passed: boolean;
  /** What the paper reports for it, where it does. */
  readonly paper?: string;
  /** Whether that statement stands; it goes with every `paper`. A check can hold where the statement does not: it says what we expect. */
  readonly stands?: Stands;
  /** What the check assumes; where one does not hold, the check says nothing of the claim. */
  readonly assumes?: readonly Hypothesis[];
}

/** What a check says at these parameters. */
export type CheckStatus = "holds" | "fails" | "outside its hypotheses";

/** Whether a check holds, fails, or assumes what is not so here. */
export function statusOf({ passed, assumes = [] }: Pick<Check, "passed" | "assumes">): CheckStatus {
  return assumes.some(({ holds }) => !holds) ? "outside its hypotheses" : passed ? "holds" : "fails";
}

/** A claim failed: printed as its message alone, since the place where it was thrown tells a reader nothing. */
export class VerdictError extends Error {
  override readonly name = "VerdictError";
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.message;
  }
}

/** What a notebook has to say about its claim. */
export interface VerdictParams {
  /** The claim in one sentence. */
  readonly claim: string;
  /** Where it stands: the paper's number, or "ours". */
  readonly source: string;
  /** The settings under which it was checked, with sample sizes and seed. */
  readonly setting: string;
  /** The library functions that state and test it. */
  readonly functions: readonly string[];
  /** What was checked, at least one. */
  readonly checks: readonly Check[];
}

/**
 * A check that a value is within a tolerance of what is expected; relative unless the expectation is 0.
 * |value/expected - 1| ≤ tolerance;  |value| ≤ tolerance for expected = 0
 * $$ |\mathrm{value}/\mathrm{expected} - 1| \le \mathrm{tolerance}; \quad |\mathrm{value}| \le \mathrm{tolerance} \text{ for expected} = 0 $$
 * @param name what is checked, in a few words
 * @param value what was found; finite
 * @param expected what the claim says; finite
 * @param tolerance the difference that is allowed; finite
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * cot.checkClose("trace", 2.9999, 3, 1e-3).passed; // => true
 */
export function checkClose(name: string, value: number, expected: number, tolerance: number): Check {
  const check: Checks = new Checks("checkClose");
  check.text("name", name);
  check.finite("value", value);
  check.finite("expected", expected);
  check.nonNegative("tolerance", tolerance);
  const gap = expected === 0 ? Math.abs(value) : Math.abs(value / expected - 1);
  const kind = expected === 0 ? "absolute" : "relative";
  return {
    name,
    found: formatNumber(value, 6),
    expected: `${formatNumber(expected, 6)} (${kind} tolerance ${formatNumber(tolerance, 2)})`,
    passed: gap <= tolerance,
  };
}

/**
 * A check that a simulated mean agrees with its prediction.
 * z = (mean - expected)/standardError,  |z| ≤ limit
 * $$ z = \frac{\mathrm{mean} - \mathrm{expected}}{\mathrm{standardError}}, \quad |z| \le \mathrm{limit} $$
 * @param name what is checked, in a few words
 * @param mean the mean that was found; finite
 * @param standardError its measured standard error; finite, > 0
 * @param expected the prediction; finite
 * @param limit default 4
 * @throws RangeError outside the domain
 * @origin standard
 * @example
 * cot.checkZ("error", 1.02, 0.01, 1).found; // => "1.020 ± 0.010 (z = 2.0)"
 */
export function checkZ(name: string, mean: number, standardError: number, expected: number, limit = 4): Check {
  const check: Checks = new Checks("checkZ");
  check.text("name", name);
  check.finite("mean", mean);
  check.finite("standardError", standardError);
  check.finite("expected", expected);
  if (!(standardError > 0)) check.fail("standardError", "> 0", standardError);
  check.positive("limit", limit);
  const z = (mean - expected) / standardError;
  return {
    name,
    found: `${formatNumber(mean)} ± ${formatNumber(standardError, 2)} (z = ${formatNumber(z, 2)})`,
    expected: `${formatNumber(expected)} within ${limit} standard errors`,
    passed: Math.abs(z) <= limit,
  };
}

/** A simulated value, its standard error and what is predicted for it. */
export interface SimulatedPoint {
  /** The mean; finite. */
  readonly mean: number;
  /** Its measured standard error; finite, > 0. */
  readonly standardError: number;
  /** The prediction; finite. */
  readonly expected: number;
}

/**
 * A check that every one of several simulated means agrees with its prediction.
 * max |mean - expected|/standardError ≤ limit
 * $$ \max |\mathrm{mean} - \mathrm{expected}|/\mathrm{standardError} \le \mathrm{limit} $$
 * @param name what is checked, in a few words
 * @param points at least one
 * @param limit default {@link simultaneousLimit} of the number of points: chance alone passes it once in 10 000 such checks
 * @throws RangeError outside the domain
 * @origin standard
 * @example
 * cot.checkAllZ("errors", [{ mean: 1.02, standardError: 0.01, expected: 1 }]).passed; // => true
 */
export function checkAllZ(name: string, points: readonly SimulatedPoint[], limit?: number): Check {
  const check: Checks = new Checks("checkAllZ");
  check.text("name", name);
  check.objects("points", points);
  if (points.length === 0) check.fail("points", "a non-empty list", points);
  const most = limit ?? simultaneousLimit(points.length);
  check.positive("limit", most);
  const zs = points.map(({ mean, standardError, expected }, i) => {
    check.finite(`points[${i}].mean`, mean);
    check.finite(`points[${i}].expected`, expected);
    check.positive(`points[${i}].standardError`, standardError);
    return (mean - expected) / standardError;
  });
  const largest = Math.max(...zs.map(Math.abs));
  return {
    name,
    found: `largest |z| ${formatNumber(largest, 3)} of ${points.length}`,
    expected: `all within ${formatNumber(most, 3)} standard errors`,
    passed: largest <= most,
  };
}

/**
 * A check of a statement that is simply true or false, with the numbers it rests on.
 * @param name what is checked, in a few words
 * @param passed whether it holds
 * @param found what was found, for a reader
 * @param expected what the claim says, for a reader
 * @param statement what the paper says of it, where it says anything, and which of {@link STANDS} that is, or is in each reading
 * @throws TypeError when the check is neither true nor false, or the paper's statement comes without a judgement
 * @origin ours
 * @example
 * cot.checkTrue("n", 3 > 2, "3", "above 2", "longer prompts help", "confirmed").stands; // => "confirmed"
 */
export function checkTrue(name: string, passed: boolean, found: string, expected: string, ...statement: PaperStatement): Check {
  const check: Checks = new Checks("checkTrue");
  if (typeof passed !== "boolean") check.wrongKind("passed", "true or false", passed);
  const [paper, stands] = statement;
  check.text("name", name);
  check.text("found", found);
  check.text("expected", expected);
  if (paper !== undefined) check.text("paper", paper);
  const result = { name, found, expected, passed, ...(paper === undefined ? {} : { paper, stands: stands! }) };
  checkStatement(check, result);
  return result;
}

/**
 * A check with the hypotheses under which it is expected to hold. Where one of them does not hold, the check is not made, and the verdict
 * lists it as outside its hypotheses, apart from those that fail.
 * @param hypotheses by their statement, like { "n > n_c": n > nc }; at least one
 * @param name what is checked, in a few words
 * @param make the check of that name, called where all hypotheses hold
 * @throws TypeError for a hypothesis that is neither true nor false; RangeError without any
 * @origin ours
 * @example
 * const check = cot.given({ "n > 2": 1 > 2 }, "falls", (name) => cot.checkTrue(name, false, "rises", "falls"));
 * [check.found, check.assumes]; // => ["not checked", [{ statement: "n > 2", holds: false }]]
 */
export function given(hypotheses: Readonly<Record<string, boolean>>, name: string, make: (name: string) => Check): Check {
  argumentsOf("given", hypotheses, "hypotheses");
  const check: Checks = new Checks("given");
  check.text("name", name);
  check.callable("make", make);
  const assumes = Object.entries(hypotheses).map(([statement, holds]) => {
    if (typeof holds !== "boolean") check.wrongKind(`hypotheses["${statement}"]`, "true or false", holds);
    return { statement, holds };
  });
  if (assumes.length === 0) check.fail("hypotheses", "at least one", hypotheses);
  if (assumes.some(({ holds }) => !holds)) return { name, found: "not checked", expected: "", passed: false, assumes };
  const made = make(name);
  return { ...made, assumes: [...assumes, ...(made.assumes ?? [])] };
}

/** What the paper says and whether it stands are given together. */
function checkStatement(check: Checks, { name, paper, stands }: Check): void {
  const byReading = typeof stands === "object" && stands !== null;
  const words: readonly unknown[] = byReading ? Object.values(stands) : [stands];
  // One reading alone is no choice: what the statement comes to in another is what a reader wants to know.
  const judged = words.length > (byReading ? 1 : 0) && words.every((word) => (STANDS as readonly unknown[]).includes(word));
  if (paper === undefined ? stands === undefined : judged) return;
  const rule =
    paper === undefined
      ? "left out where the paper says nothing"
      : `one of ${STANDS.join(", ")}, or one of them for each of several readings`;
  const got = byReading ? JSON.stringify(stands) : String(stands);
  throw new TypeError(`${check.fn}: stands must be ${rule}, got ${got} (check: ${name})`);
}

/** What a verdict says of its claim in one line. */
function headline(claim: string, checks: readonly Check[]): string {
  const count = (status: CheckStatus): number => checks.filter((check) => statusOf(check) === status).length;
  const outside = count("outside its hypotheses");
  if (count("fails") > 0) return `Does not hold: ${claim}`;
  if (outside === checks.length) return `Not judged at these parameters, since no check has its hypotheses: ${claim}`;
  if (outside === 0) return `Holds: ${claim}`;
  return `Judged in part (${checks.length - outside} of ${checks.length} checks hold, the others are outside their hypotheses): ${claim}`;
}

const failure = ({ name, found, expected }: Check): string => `${name} (found ${found}, expected ${expected})`;

/** "verdict: does not hold: …" with every check that fails; undefined when none does. */
export function failedChecks(checks: readonly Check[]): string | undefined {
  const failed = checks.filter((check) => statusOf(check) === "fails");
  return failed.length === 0 ? undefined : `verdict: does not hold: ${failed.map(failure).join("; ")}`;
}

/**
 * Shows the checks, beside what the paper says and whether that stands, where a check has it, which parameters differ from the committed
 * run, and which checks assume what is not so here. In a notebook the cells after it run whatever it says; `npm run reproduce` and the
 * tests count a check that fails as an error. The evidence table is gathered from these outputs.
 * @param params claim in a sentence; source; setting, with sample sizes and seed; functions that state and test it; checks
 * @throws RangeError without checks; outside a notebook VerdictError naming every failed check
 * @origin ours
 * @example
 * const checks = [cot.checkClose("sum", 2 + 2, 4, 1e-12)];
 * cot.verdict({ claim: "2 + 2 = 4", source: "ours", setting: "exact", functions: [], checks });
 */
export function verdict(params: VerdictParams): void {
  const { claim, source, setting, functions, checks } = argumentsOf("verdict", params);
  const check: Checks = new Checks("verdict");
  for (const [name, text] of Object.entries({ claim, source, setting })) check.text(name, text);
  check.list("functions", functions);
  check.objects("checks", checks);
  if (checks.length === 0) check.fail("checks", "a non-empty list", checks);
  checks.forEach((item, i) => {
    check.shape(`checks[${i}]`, item, { name: "text", found: "text", expected: "text" });
    if (item.assumes !== undefined) check.objects(`checks[${i}].assumes`, item.assumes);
    checkStatement(check, item);
  });
  const quotes = checks.some(({ paper }) => paper !== undefined);
  const assuming = checks.some(({ assumes }) => assumes !== undefined);
  const rows = checks.map((item, i) => {
    const { name, found, expected, paper, assumes = [] } = item;
    const status = statusOf(item);
    const unmet = assumes.filter(({ holds }) => !holds).map(({ statement }) => statement);
    const judged = status === "holds" ? standsInList(checks, i) : "not judged here";
    return {
      check: name,
      found,
      expected,
      "check holds": { holds: "yes", fails: "NO", "outside its hypotheses": `outside its hypotheses: not ${unmet.join(", not ")}` }[status],
      ...(assuming ? { assumes: assumes.map(({ statement }) => statement).join(", ") } : {}),
      ...(quotes ? { "the paper says": paper ?? "", "does that stand?": paper === undefined ? "" : judged } : {}),
    };
  });
  const differs = differingParameters();
  const caption = `${headline(claim, checks)}${differs.length === 0 ? "" : `. Not the committed run: ${differs.join(", ")}`}`;
  sendOutput({
    "application/vnd.cotlab.verdict+json": { claim, source, setting, functions, checks, parameters: currentParameters(), differs },
    "text/html": tableHtml(rows, { caption }),
    "text/plain": tableText(rows, { caption }),
  });
  const failed = failedChecks(checks);
  if (failed !== undefined && !inKernel()) throw new VerdictError(failed);
}
