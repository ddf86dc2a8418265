/** @file An axis of a drawn panel: where a value stands, and its ticks. */
import type { AxisParams } from "../../figures/axes";

/** Decades of a logarithmic axis that are shown at most; below, curves leave the plot. */
const MOST_DECADES = 16;

/** An axis between two places in pixels. */
export interface Scale {
  /** The place of a value, in pixels. */
  place(value: number): number;
  /** The value at a place. */
  value(place: number): number;
  readonly ticks: readonly number[];
  /** A tick in the light markup of labels. */
  label(tick: number): string;
}

/** The axis for these values between two places. */
export function scale({ log = false, range, keep }: AxisParams, values: readonly number[], from: number, to: number): Scale {
  const ends = keep && range ? [...range] : ownRange(values, log);
  const [low, high] = log ? ends.map(Math.log10) : ends;
  const place = (value: number): number => from + (((log ? Math.log10(value) : value) - low) / (high - low)) * (to - from);
  const room = Math.abs(to - from);
  return {
    place,
    value: (at) => {
      const level = low + ((at - from) / (to - from)) * (high - low);
      return log ? 10 ** level : level;
    },
    ticks: log ? logTicks(low, high, room) : linearTicks(low, high, room),
    label: (tick) => (log && (tick < 0.01 || tick > 1000) ? powerLabel(tick) : String(Number(tick.toPrecision(6))).replace("-", "−")),
  };
}

/** A range that holds the values with a margin. */
function ownRange(values: readonly number[], log: boolean): [number, number] {
  const usable = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  if (usable.length === 0) return log ? [1, 10] : [0, 1];
  const least = usable.reduce((a, b) => Math.min(a, b));
  const largest = usable.reduce((a, b) => Math.max(a, b));
  if (!log) return least === largest ? [least - 0.5, largest + 0.5] : [least, largest];
  const high = Math.log10(largest);
  const low = Math.max(Math.log10(least), high - MOST_DECADES);
  const margin = Math.max(0.04 * (high - low), high - low < 0.1 ? 0.2 : 0);
  return [10 ** (low - margin), 10 ** (high + margin)];
}

const powerLabel = (tick: number): string => `10^{${Math.round(Math.log10(tick))}}`;

/** Pixels that a tick takes on either axis. */
const TICK_ROOM = 44;

function logTicks(low: number, high: number, room: number): number[] {
  const step = Math.max(1, Math.ceil(((high - low) * TICK_ROOM) / room));
  const first = Math.ceil(low / step) * step;
  const powers = Array.from({ length: Math.max(0, Math.floor((high - first) / step) + 1) }, (_, i) => first + i * step);
  if (powers.length > 1) return powers.map((power) => Number(`1e${power}`));
  // Less than a decade: halves and doubles beside it.
  const decade = Math.floor(low);
  return [1, 2, 3, 5, 10, 20, 50]
    .map((digit) => digit * 10 ** decade)
    .filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high);
}

function linearTicks(low: number, high: number, room: number): number[] {
  const raw = ((high - low) * TICK_ROOM) / room;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= raw) ?? raw;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * step);
}
