/** @file The verdict of a notebook: computed checks, shown as a table, recorded for the evidence table, and thrown when one fails. */
import { checkFinite, fail } from "../core/check";
import { sendOutput } from "./kernel";
import { formatNumber, tableHtml, tableText } from "./table";

/** One computed check of a claim. */
export interface Check {
  /** What is checked, in a few words. */
  readonly name: string;
  /** What was found, for a reader. */
  readonly found: string;
  /** What the claim says, for a reader. */
  readonly expected: string;
  readonly passed: boolean;
  /** What the paper reports for it, where it does. */
  readonly paper?: string;
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
  readonly checks: readonly Check[];
}

/** A check that a value is within a tolerance of what is expected; relative unless the expectation is 0. */
export function checkClose(name: string, value: number, expected: number, tolerance: number): Check {
  for (const [label, number] of [
    ["value", value],
    ["expected", expected],
    ["tolerance", tolerance],
  ] as const)
    checkFinite("checkClose", label, number);
  const gap = expected === 0 ? Math.abs(value) : Math.abs(value / expected - 1);
  const kind = expected === 0 ? "absolute" : "relative";
  return {
    name,
    found: formatNumber(value, 6),
    expected: `${formatNumber(expected, 6)} (${kind} tolerance ${formatNumber(tolerance, 2)})`,
    passed: gap <= tolerance,
  };
}

/** A check that a simulated mean agrees with its prediction: |z| <= limit standard errors. */
export function checkZ(name: string, mean: number, standardError: number, expected: number, limit = 4): Check {
  for (const [label, number] of [
    ["mean", mean],
    ["standardError", standardError],
    ["expected", expected],
  ] as const)
    checkFinite("checkZ", label, number);
  if (!(standardError > 0)) fail("checkZ", "standardError", "> 0", standardError);
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
  readonly mean: number;
  readonly se: number;
  readonly expected: number;
}

/** A check that every one of several simulated means agrees with its prediction: the largest |z| is <= limit. */
export function checkAllZ(name: string, points: readonly SimulatedPoint[], limit = 4): Check {
  if (points.length === 0) fail("checkAllZ", "points", "a non-empty list", points);
  const zs = points.map(({ mean, se, expected }, i) => {
    checkFinite("checkAllZ", `points[${i}].mean`, mean);
    checkFinite("checkAllZ", `points[${i}].expected`, expected);
    if (!(se > 0 && se < Number.POSITIVE_INFINITY)) fail("checkAllZ", `points[${i}].se`, "a finite number > 0", se);
    return (mean - expected) / se;
  });
  const largest = Math.max(...zs.map(Math.abs));
  return {
    name,
    found: `largest |z| ${formatNumber(largest, 3)} of ${points.length}`,
    expected: `all within ${limit} standard errors`,
    passed: largest <= limit,
  };
}

/** A check of a statement that is simply true or false, with the numbers it rests on and what the paper says of it, if it does. */
export function checkTrue(name: string, passed: boolean, found: string, expected: string, paper?: string): Check {
  if (typeof passed !== "boolean") throw new TypeError(`checkTrue: passed must be true or false, got ${String(passed)}`);
  return { name, found, expected, passed, ...(paper === undefined ? {} : { paper }) };
}

/**
 * Shows the checks, beside what the paper says where a check has it, and throws when one fails. The evidence table is gathered
 * from these outputs.
 * @throws Error naming every failed check
 */
export function verdict({ claim, source, setting, functions, checks }: VerdictParams): void {
  if (checks.length === 0) fail("verdict", "checks", "a non-empty list", checks);
  const failed = checks.filter(({ passed }) => !passed);
  const quotes = checks.some(({ paper }) => paper !== undefined);
  const rows = checks.map(({ name, found, expected, passed, paper }) => ({
    check: name,
    ...(quotes ? { "the paper says": paper ?? "" } : {}),
    found,
    expected,
    holds: passed ? "yes" : "NO",
  }));
  const caption = failed.length === 0 ? `Holds: ${claim}` : `Does not hold: ${claim}`;
  sendOutput({
    "application/vnd.cotlab.verdict+json": { claim, source, setting, functions, checks },
    "text/html": tableHtml(rows, { caption }),
    "text/plain": tableText(rows, { caption }),
  });
  if (failed.length > 0) {
    throw new Error(`verdict: ${failed.map(({ name, found, expected }) => `${name}: found ${found}, expected ${expected}`).join("; ")}`);
  }
}
