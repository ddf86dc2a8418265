/** @file Small pieces of computed sentences: counts with their nouns, lists, ranges. */
import { Checks } from "../core/check";
import { formatNumber } from "./table";

/**
 * A count with its noun in the singular or the plural.
 * @param count any number; 1 gives the singular
 * @param noun the singular; its plural ends in "s"
 * @throws RangeError for NaN
 * @origin ours
 * @example
 * [cot.notebook.counted(1, "step"), cot.notebook.counted(3, "step")]; // => ["1 step", "3 steps"]
 */
export function counted(count: number, noun: string): string {
  const check: Checks = new Checks("counted");
  check.text("noun", noun);
  if (typeof count !== "number" || Number.isNaN(count)) check.fail("count", "a number", count);
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * Items in a sentence.
 * @param items numbers are formatted, with four significant digits; at least one
 * @throws RangeError for an empty list
 * @origin ours
 * @example
 * cot.notebook.listed([10, 20, 30]); // => "10, 20 and 30"
 */
export function listed(items: readonly (string | number)[]): string {
  const check: Checks = new Checks("listed");
  check.list("items", items);
  if (items.length === 0) check.fail("items", "a non-empty list", items);
  items.forEach((item, i) => {
    if (typeof item !== "string" && !(typeof item === "number" && !Number.isNaN(item)))
      check.wrongKind(`items[${i}]`, "a text or a number", item);
  });
  const words = items.map((item) => (typeof item === "number" ? formatNumber(item) : item));
  return words.length === 1 ? words[0] : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/**
 * The least and the largest of some values in a sentence; one number where they are equal as written.
 * @param values finite or infinite numbers; at least one
 * @param digits significant digits; default 3
 * @throws RangeError for an empty list or NaN
 * @origin ours
 * @example
 * [cot.notebook.spanned([3, 1, 2]), cot.notebook.spanned([2, 2])]; // => ["1 to 3", "2"]
 */
export function spanned(values: readonly number[], digits = 3): string {
  const check: Checks = new Checks("spanned");
  check.list("values", values);
  if (values.length === 0 || values.some((value) => typeof value !== "number" || Number.isNaN(value)))
    check.fail("values", "a non-empty list of numbers", values);
  check.integer("digits", digits, 1, 21);
  const [least, largest] = [Math.min(...values), Math.max(...values)].map((value) => formatNumber(value, digits));
  return least === largest ? least : `${least} to ${largest}`;
}

/**
 * A positive number given by its logarithm, also where it exceeds what a number can hold.
 * @param log its natural logarithm; not NaN
 * @param digits significant digits; default 3
 * @throws RangeError for NaN
 * @origin ours
 * @example
 * [cot.notebook.fromLog(Math.log(20)), cot.notebook.fromLog(1000)]; // => ["20", "10^434"]
 */
export function fromLog(log: number, digits = 3): string {
  const check: Checks = new Checks("fromLog");
  if (typeof log !== "number" || Number.isNaN(log)) check.fail("log", "a number", log);
  check.integer("digits", digits, 1, 21);
  if (Math.abs(log) < 690 || !Number.isFinite(log)) return formatNumber(Number(Math.exp(log).toPrecision(digits)), digits);
  return `10^${Math.round(log / Math.LN10)}`.replace("-", "−");
}
