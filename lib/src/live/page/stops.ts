/** @file Where a slider or a handle can stand: the values of a range, evenly or in ratios, as round as they may be. */
import { isList, type Parameter, rangeAt, type Values } from "../../core/declaration";

/** Places on the way from one end of a range to the other, where there are more values than these. */
const MOST_STOPS = 200;

const whole = ({ kind }: Parameter): boolean => kind !== "number" && kind !== "numbers";

/** Evenly spaced values from the least to the largest, distinct, ascending; every integer where there are few. */
export function stops(parameter: Parameter & { readonly range: readonly [unknown, unknown] }, values: Values): number[] {
  const [least, largest] = rangeAt(parameter as Parameters<typeof rangeAt>[0], values);
  const log = "log" in parameter && parameter.log === true && least > 0;
  const integers = whole(parameter);
  if (largest <= least) return [least];
  const count = integers && !log ? Math.min(MOST_STOPS, largest - least) : MOST_STOPS;
  const at = (i: number): number => {
    const share = i / count;
    return log ? least * (largest / least) ** share : least + share * (largest - least);
  };
  const inner = Array.from({ length: count - 1 }, (_, i) => round(at(i + 1), integers, largest - least));
  return [...new Set([least, ...inner.filter((value) => value > least && value < largest), largest])];
}

/** An integer, or a number with three digits, which a difference to 0 does not need. */
function round(value: number, integer: boolean, width: number): number {
  if (integer) return Math.round(value);
  return Math.abs(value) < 1e-9 * width ? 0 : Number(value.toPrecision(3));
}

/** The place of the stop nearest to a value. */
export function nearestStop(list: readonly number[], value: number): number {
  const after = list.findIndex((stop) => stop >= value);
  if (after < 0) return list.length - 1;
  return after > 0 && value - list[after - 1] < list[after] - value ? after - 1 : after;
}

/** The nearest value that a parameter, or an entry of its list, may have. */
export function snapped(parameter: Parameter & { readonly range: readonly [unknown, unknown] }, value: number, values: Values): number {
  const [least, largest] = rangeAt(parameter as Parameters<typeof rangeAt>[0], values);
  return Math.min(largest, Math.max(least, round(value, whole(parameter), largest - least)));
}

/** Whether a parameter is one number, which a slider can set. */
export const isSlidable = (parameter: Parameter): parameter is Parameter & { readonly range: readonly [unknown, unknown] } =>
  "range" in parameter && !isList(parameter);
