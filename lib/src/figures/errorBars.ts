/** @file Intervals around values, and Plotly's asymmetric error bars for them. */
import type { ErrorBar } from "plotly.js";
import type { Checks } from "../core/check";
import { checkPlottable } from "./axes";

/** A row of numbers; null is a gap. */
export type Numbers = ArrayLike<number | null>;

/** Bars from lower[i] to upper[i] around value[i]; a missing end leaves out that half. */
export function intervalBars(values: Numbers, lower: Numbers, upper: Numbers, color: string): ErrorBar {
  const gap = (from: number | null | undefined, to: number | null | undefined) =>
    from === null || to === null || from === undefined || to === undefined ? null : Math.max(0, to - from);
  return {
    type: "data",
    symmetric: false,
    array: Array.from(values, (value, i) => gap(value, upper[i])),
    arrayminus: Array.from(values, (value, i) => gap(lower[i], value)),
    color,
    thickness: 1,
    width: 2.5,
    visible: true,
  };
}

/** Throws unless these are numbers that the axis can show, or gaps, and as many as the rule says. */
export function checkNumbers(check: Checks, name: string, list: unknown, length: number, rule: string, log: boolean): void {
  if (!Array.isArray(list) && !ArrayBuffer.isView(list)) check.wrongKind(name, "an array of numbers", list);
  const numbers = list as unknown as Numbers;
  if (numbers.length !== length) check.fail(name, rule, numbers);
  for (let i = 0; i < length; i++) checkPlottable(check, `${name}[${i}]`, numbers[i], log);
}

/** Throws unless both ends are given or neither, lower <= upper and, where a value is drawn between them, lower <= value <= upper. */
export function checkInterval(
  check: Checks,
  series: string,
  { lower, upper }: { readonly lower?: Numbers; readonly upper?: Numbers },
  key: string,
  values: Numbers | undefined,
  length: number,
  rule: string,
  log: boolean,
): void {
  if (!lower !== !upper) check.fail(series, "given both lower and upper, or neither", { lower, upper });
  if (!lower || !upper) return;
  checkNumbers(check, `${series}.lower`, lower, length, rule, log);
  checkNumbers(check, `${series}.upper`, upper, length, rule, log);
  for (let i = 0; i < length; i++) {
    const [low, high, value] = [lower[i], upper[i], values?.[i] ?? null];
    if (low !== null && high !== null && low > high) check.fail(`${series}.lower[${i}]`, `<= ${series}.upper[${i}] (${high})`, low);
    if (low !== null && value !== null && low > value) check.fail(`${series}.lower[${i}]`, `<= ${series}.${key}[${i}] (${value})`, low);
    if (high !== null && value !== null && high < value) check.fail(`${series}.upper[${i}]`, `>= ${series}.${key}[${i}] (${value})`, high);
  }
}
