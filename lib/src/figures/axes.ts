/** @file Axes of a chart: ranges from the data, ticks that read well, titles in the light markup. */
import type { LayoutAxis } from "plotly.js";
import type { Checks } from "../core/check";
import { grantRange, type Range, shortestStretch } from "./fitRange";
import { math } from "./math";
import { baseAxis, FONT_SIZE } from "./theme";

/** An axis of a chart. */
export interface AxisParams {
  /** What is shown, with its symbol and unit; light markup as in {@link math}. */
  readonly label: string;
  /** Logarithmic (base 10) in place of linear, for values > 0; default false. */
  readonly log?: boolean;
  /**
   * First and last value shown, different from each other; default: the data's own range with a margin. It is a wish: a range that the data
   * fill by less than 40 % is cut to them (an end at 0 stays), one that would hide more than half of them gives way to their own.
   * What lies outside is marked at the border and said below the figure.
   */
  readonly range?: Range;
  /** Whether `range` holds whatever the data are: for a figure that grows, or several to be compared; default false. */
  readonly keep?: boolean;
  /** Without `range`, the share of the values to be shown, in (0, 1]: the shortest stretch that holds so many; default 1. */
  readonly fit?: number;
}

export interface BuiltAxis {
  readonly layout: Partial<LayoutAxis>;
  /** First and last value shown. */
  readonly range: Range;
  /** Where a value stands on the axis: 0 at its start, 1 at its end. */
  fraction(value: number): number;
  /** The value as Plotly's annotations want it: its log10 on a log axis. */
  position(value: number): number;
}

/** Whether a place on an axis, 0 at its start and 1 at its end, is seen. */
export const within = (fraction: number): boolean => fraction >= -1e-6 && fraction <= 1 + 1e-6;

/** A number that the axis can show; `argument` names it in the message. */
export function checkPlottable(check: Checks, argument: string, value: number | null | undefined, log: boolean): void {
  if (value === null) return; // a gap
  if (typeof value !== "number") check.wrongKind(argument, "a finite number or null", value);
  if (!Number.isFinite(value)) check.fail(argument, "a finite number or null", value, "Use null for a gap");
  if (log && value <= 0) check.fail(argument, "> 0 on a log axis", value, "Use null for a gap, or a linear axis");
}

/**
 * The axis for these values.
 * @param pad margin on each side as a fraction of the range
 */
export function buildAxis(check: Checks, name: string, params: AxisParams, values: readonly number[], pad: number): BuiltAxis {
  const { log = false, label, keep = false, fit = 1 } = params;
  if (typeof label !== "string" || label.trim() === "") check.wrongKind(`${name}.label`, "a non-empty string", label);
  if (!(fit > 0 && fit <= 1)) check.fail(`${name}.fit`, "a number > 0 and <= 1", fit);
  const scale = (value: number) => (log ? Math.log10(value) : value);
  if (!log) checkSpan(check, name, values);
  const asked = params.range && checkRange(check, name, params.range, log);
  const range = (asked && (keep ? asked : cutRange(asked, values, log, pad))) ?? dataRange(check, name, values, log, pad, fit);
  const layout: Partial<LayoutAxis> = {
    ...baseAxis(),
    type: log ? "log" : "linear",
    ...rangeLayout(range, log),
    ...(log ? {} : countTicks(range, values)),
    title: { text: math(label), font: { size: FONT_SIZE.axis }, standoff: 6 },
  };
  const [start, end] = layout.range as [number, number];
  return { layout, range, fraction: (value) => (scale(value) - start) / (end - start), position: scale };
}

/** Numbers of which a linear axis can show the differences: beyond these they are lost in its arithmetic, which squares and divides them. */
const [LEAST_SPAN, LARGEST_LINEAR] = [1e-300, 1e300];

function checkSpan(check: Checks, name: string, values: readonly number[]): void {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const most = Math.max(Math.abs(low), Math.abs(high));
  if (Number.isFinite(most) && (most > LARGEST_LINEAR || (most > 0 && most < LEAST_SPAN)))
    check.fail(
      name,
      `of numbers that are 0 or between ${LEAST_SPAN} and ${LARGEST_LINEAR} in size on a linear axis`,
      most,
      "Use other units, or a log axis",
    );
}

/** An axis's range in Plotly's terms, with the ticks that go with it. */
export function rangeLayout(range: Range, log: boolean): Partial<LayoutAxis> {
  const [first, last] = log ? range.map(Math.log10) : range;
  const hair = 1e-6 * (last - first); // keeps a marker that stands exactly on the edge
  const [start, end] = [first - hair, last + hair];
  const [low, high] = [Math.min(start, end), Math.max(start, end)];
  return { range: [start, end], ...(log ? logTicks(low, high) : linearTicks(Math.max(-low, high))) };
}

/** The asked range, or what of it the data bear out; an end at 0 stays, so that heights can be compared. */
export function cutRange(asked: Range, values: readonly number[], log: boolean, pad: number, fill?: number): Range | undefined {
  if (log) {
    const logs = asked.map(Math.log10) as [number, number];
    const granted = grantRange(logs, values.map(Math.log10), pad, fill);
    return granted === logs ? asked : granted && [10 ** granted[0], 10 ** granted[1]];
  }
  return grantRange(asked, asked.includes(0) ? [...values, 0] : values, pad, fill);
}

function checkRange(check: Checks, name: string, range: Range, log: boolean): Range {
  check.list(`${name}.range`, range);
  range.forEach((value, i) => {
    if (log) check.positive(`${name}.range[${i}]`, value);
    else check.finite(`${name}.range[${i}]`, value);
  });
  if (range[0] === range[1]) check.fail(`${name}.range`, "two different numbers", range);
  return range;
}

function dataRange(check: Checks, name: string, values: readonly number[], log: boolean, pad: number, fit: number): Range {
  if (values.length === 0) check.fail(name, "given at least one finite value", values);
  if (log) {
    const [low, high] = shortestStretch(values.map(Math.log10), fit);
    const margin = high > low ? pad * (high - low) : 0.5;
    return [Math.max(Number.MIN_VALUE, 10 ** (low - margin)), Math.min(Number.MAX_VALUE, 10 ** (high + margin))];
  }
  const [low, high] = shortestStretch(values, fit);
  if (low === 0 && high === 0) return [-0.1, 1]; // counts and shares that are all 0: none of them is negative
  const margin = high > low ? pad * (high - low) : Math.abs(high) / 2 || 1;
  // An axis that comes near zero anyway starts there, so that heights can be compared.
  return [low >= 0 && low < 0.25 * high && margin > 0 ? 0 : low - margin, high + margin];
}

/** Few steps, examples or other counts: a tick at each, and none between them. */
function countTicks([first, last]: Range, values: readonly number[]): Partial<LayoutAxis> {
  return Math.abs(last - first) < 6.5 && values.every(Number.isInteger) ? { tick0: 0, dtick: 1 } : {};
}

/** Ticks of a linear axis: 20,000 reads better than 2×10⁴; from a million on, powers of ten do. */
function linearTicks(largest: number): Partial<LayoutAxis> {
  return largest >= 1e4 && largest < 1e6 ? { exponentformat: "none", separatethousands: true } : {};
}

/** Ticks of a log axis over [low, high] (in log10): powers of ten when two or more are in sight, else 1-2-5 steps. */
export function logTicks(low: number, high: number): Partial<LayoutAxis> {
  const eps = 1e-9;
  const first = Math.ceil(low - eps);
  const powers = Math.floor(high + eps) - first + 1;
  if (powers >= 2) {
    const step = Math.ceil(powers / 7);
    // Of hundreds of decades, ten marks between two named ones at most.
    const minor = step === 1 ? "D1" : Math.ceil(step / 10);
    return {
      tick0: Math.ceil(first / step) * step + 0, // + 0 turns -0 into 0
      dtick: step,
      // Plotly enlarges powers of ten by a quarter.
      tickfont: { ...baseAxis().tickfont, size: FONT_SIZE.tick / 1.25 },
      minor: { dtick: minor, ticks: "outside", ticklen: 2.2, tickwidth: 0.6, showgrid: false },
    };
  }
  const values = steps(low - eps, high + eps);
  return { tickmode: "array", tickvals: values, ticktext: values.map(formatNumber) };
}

function steps(low: number, high: number): number[] {
  for (const mantissas of [
    [1, 2, 5],
    [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9],
  ]) {
    const found: number[] = [];
    for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
      for (const m of mantissas) {
        const value = Number(`${m}e${power}`);
        if (Math.log10(value) >= low && Math.log10(value) <= high) found.push(value);
      }
    }
    if (found.length >= 3) return found;
  }
  const [from, to] = [10 ** low, 10 ** high];
  const rough = (to - from) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * (rough / unit < 1.5 ? 1 : rough / unit < 3.5 ? 2 : rough / unit < 7.5 ? 5 : 10);
  const found: number[] = [];
  for (let k = Math.ceil(from / step); k * step <= to; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
}

/** A number for a tick: plain between 0.001 and 99999, else as a product with a power of ten. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e5)) return String(Number(value.toPrecision(6))).replace("-", "−");
  const [mantissa, exponent] = value.toExponential(5).split("e");
  const m = String(Number(mantissa)).replace("-", "−");
  const power = `10<sup>${String(Number(exponent)).replace("-", "−")}</sup>`;
  return m === "1" ? power : m === "−1" ? `−${power}` : `${m}×${power}`;
}
