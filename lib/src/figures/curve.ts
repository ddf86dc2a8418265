/** @file Series of a chart made from functions. */
import { Checks, inNameOf } from "../core/check";
import type { Series } from "./lineChart";

const STYLE = ["name", "lower", "upper", "style", "color", "dash"] as const;

/** Beyond this natural logarithm, on either side, a number is not drawn. */
const MOST = 690;

/**
 * A series of a chart from a function; where it is not finite, the series has a gap.
 * @param x the abscissae; at least one
 * @param f the ordinate at each, from the abscissa and its place in the list
 * @param style name, color, dash, style: as in {@link lineChart}
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * cot.figures.curve([1, 2], (x) => 1 / (x - 1), { name: "1/(x − 1)" }).y; // => [null, 1]
 */
export function curve(x: readonly number[], f: (x: number, i: number) => number, style: Omit<Series, "x" | "y"> = {}): Series {
  const check: Checks = new Checks("curve");
  check.list("x", x);
  check.callable("f", f);
  check.record("style", style, STYLE);
  if (style.name !== undefined) check.text("style.name", style.name);
  x.forEach((at, i) => {
    check.finite(`x[${i}]`, at);
  });
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return { x, y: x.map((at, i) => finite(f(at, i))), ...style };
}

/**
 * A series for a log axis from the natural logarithm of a function; where that is beyond what a number can hold, the series has a gap.
 * @param x the abscissae; at least one
 * @param log ln of the ordinate at each
 * @param style name, color, dash, style: as in {@link lineChart}
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * cot.figures.logCurve([0, 1, 1000], (k) => -k).y; // => [1, 0.368, null]
 */
export function logCurve(x: readonly number[], log: (x: number) => number, style: Omit<Series, "x" | "y"> = {}): Series {
  const check: Checks = new Checks("logCurve");
  check.list("x", x);
  check.callable("log", log);
  check.record("style", style, STYLE);
  if (style.name !== undefined) check.text("style.name", style.name);
  return inNameOf("logCurve", () => curve(x, (at) => (Math.abs(log(at)) <= MOST ? Math.exp(log(at)) : Number.NaN), style));
}
