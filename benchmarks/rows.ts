/** @file What a benchmark finds: a row for each case, with its peer, and a row for each growth; and the statistics in them. */
import { studentQuantile } from "../lib/dist/diagnostic/studentQuantile.js";

/** Our time for one case, and a peer's for the same work. */
export interface BenchRow {
  readonly suite: string;
  /** What is done. */
  readonly case: string;
  /** Sizes and threads. */
  readonly setting: string;
  /** Median seconds of ours. */
  readonly ours: number;
  /** Name and version; empty where there is none. */
  readonly peer: string;
  /** Median seconds of the peer. */
  readonly peerSeconds: number | null;
  /** peerSeconds / ours: above 1, ours is faster. */
  readonly ratio: number | null;
  /** The least and the largest ratio of the two times of one round. */
  readonly low: number | null;
  readonly high: number | null;
  readonly rounds: number;
  /** The side whose time was not run in full but reckoned from a shorter run; empty where both were run. */
  readonly extrapolated: "" | "ours" | "peer";
  /** Median seconds of that shorter run, and the relative standard error that it reached. */
  readonly measuredSeconds: number | null;
  readonly standardError: number | null;
  /** Why there is no peer, or what else was seen. */
  readonly note: string;
}

/** How our time grows with one quantity. */
export interface GrowthRow {
  readonly suite: string;
  /** What is done and what is varied, such as "error curve: d". */
  readonly quantity: string;
  /** What is held fixed. */
  readonly setting: string;
  readonly values: readonly number[];
  /** Median seconds at each value. */
  readonly seconds: readonly number[];
  /** Slope of log seconds against log value. */
  readonly slope: number;
  /** The 95 % interval of the line's slope, from the scatter of all rounds about it. */
  readonly slopeLow: number;
  readonly slopeHigh: number;
  /** Slope between the last two values alone: where a line hides a bend, this shows it. */
  readonly lastSlope: number;
  /** The exponent of the largest term of the operation count. */
  readonly expected: number;
}

export type Row = BenchRow | GrowthRow;

export const isGrowth = (row: Row): row is GrowthRow => "quantity" in row;

/** The median; of an even number of values the upper of the two in the middle, so that it is one that was measured. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("median: values must be non-empty, got none");
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Seconds of a run that was too short, and what it takes to reckon the whole from it. */
export interface ShortRun {
  readonly seconds: number;
  /** The relative standard error that the run reached. */
  readonly standardError: number;
}

/** Seconds until a simulation's relative standard error is `wanted`: they grow with 1 / se². */
export const secondsUntil = (wanted: number, { seconds, standardError }: ShortRun): number => seconds * (standardError / wanted) ** 2;

export interface TimedPeer {
  readonly name: string;
  /** Seconds in the rounds of ours. */
  readonly seconds: readonly number[];
  /** The runs that were measured, where `seconds` are extrapolated from them. */
  readonly measured?: readonly ShortRun[];
}

export interface Timed {
  readonly suite: string;
  readonly case: string;
  readonly setting: string;
  /** Seconds of ours, one a round. */
  readonly ours: readonly number[];
  /** The peer; or why there is none. */
  readonly peer: TimedPeer | string;
  readonly note?: string;
}

/** The row of a case from the times of its rounds. The range always holds the ratio of the medians. */
export function ratioRow({ suite, case: name, setting, ours, peer, note = "" }: Timed): BenchRow {
  const base = { suite, case: name, setting, ours: median(ours), extrapolated: "", measuredSeconds: null, standardError: null } as const;
  const rounds = ours.length;
  if (typeof peer === "string") {
    const why = [peer, note].filter((part) => part !== "").join("; ");
    return { ...base, peer: "", peerSeconds: null, ratio: null, low: null, high: null, rounds, note: why };
  }
  if (peer.seconds.length !== rounds) {
    throw new RangeError(`ratioRow: peer.seconds must be one a round of ours (${rounds}), got ${peer.seconds.length}`);
  }
  const ratios = peer.seconds.map((seconds, i) => seconds / ours[i]);
  const peerSeconds = median(peer.seconds);
  const { measured } = peer;
  return {
    ...base,
    ...(measured && {
      extrapolated: "peer",
      measuredSeconds: median(measured.map((run) => run.seconds)),
      standardError: median(measured.map((run) => run.standardError)),
    }),
    peer: peer.name,
    peerSeconds,
    ratio: peerSeconds / base.ours,
    low: Math.min(...ratios),
    high: Math.max(...ratios),
    rounds,
    note,
  };
}

/** A line through (x, y) by least squares: its slope and the slope's 95 % interval. */
export function slopeOf(x: readonly number[], y: readonly number[]): { slope: number; low: number; high: number } {
  if (x.length !== y.length || x.length < 3) throw new RangeError(`slopeOf: x and y must be equally long, at least 3, got ${x.length}`);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [centreX, centreY] = [mean(x), mean(y)];
  const spread = x.reduce((sum, value) => sum + (value - centreX) ** 2, 0);
  if (!(spread > 0)) throw new RangeError("slopeOf: x must hold different values, got equal ones");
  const slope = x.reduce((sum, value, i) => sum + (value - centreX) * (y[i] - centreY), 0) / spread;
  const residual = x.reduce((sum, value, i) => sum + (y[i] - centreY - slope * (value - centreX)) ** 2, 0);
  const half = studentQuantile(0.975, x.length - 2) * Math.sqrt(residual / (x.length - 2) / spread);
  return { slope, low: slope - half, high: slope + half };
}

export interface Grown extends Pick<GrowthRow, "suite" | "quantity" | "setting" | "values" | "expected"> {
  /** Seconds of every round, one list a value. */
  readonly times: readonly (readonly number[])[];
}

/** The row of a growth from the times of its rounds. */
export function growthRow({ suite, quantity, setting, values, expected, times }: Grown): GrowthRow {
  const x = times.flatMap((rounds, i) => rounds.map(() => Math.log(values[i])));
  const { slope, low, high } = slopeOf(x, times.flat().map(Math.log));
  const seconds = times.map(median);
  const lastSlope = Math.log(seconds.at(-1)! / seconds.at(-2)!) / Math.log(values.at(-1)! / values.at(-2)!);
  return { suite, quantity, setting, values, seconds, slope, slopeLow: low, slopeHigh: high, lastSlope, expected };
}

const TEXTS = ["suite", "case", "setting", "peer", "note"] as const;

/**
 * The row in a line that a suite printed. Times may be given in milliseconds, as `oursMs` and `peerMs`; what is left out is unknown.
 * @throws RangeError when the line holds no row
 */
export function parseRow(line: string): Row {
  const fail = (rule: string): never => {
    throw new RangeError(`parseRow: line must be ${rule}, got ${line.slice(0, 200)}`);
  };
  let raw: Record<string, unknown>;
  try {
    raw = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return fail("JSON");
  }
  if (typeof raw.suite !== "string") return fail("a row with its suite");
  if ("quantity" in raw) {
    const row = raw as unknown as GrowthRow;
    const numbers = [row.slope, row.slopeLow, row.slopeHigh, row.lastSlope, row.expected];
    const lists = Array.isArray(row.values) && Array.isArray(row.seconds) && row.values.length === row.seconds.length;
    return lists && numbers.every(Number.isFinite) ? row : fail("a growth row with values, seconds and slope");
  }
  const seconds = (whole: string, milli: string): number | null => {
    const value = typeof raw[milli] === "number" ? raw[milli] / 1000 : raw[whole];
    return typeof value === "number" && value > 0 ? value : null;
  };
  const ours = seconds("ours", "oursMs") ?? fail("a row with our time");
  const peerSeconds = seconds("peerSeconds", "peerMs");
  const number = (name: string): number | null => (typeof raw[name] === "number" ? (raw[name] as number) : null);
  const [suite, what, setting, peer, note] = TEXTS.map((name) => (typeof raw[name] === "string" ? (raw[name] as string) : ""));
  if (what === "") return fail("a row with its case");
  return {
    suite: suite!,
    case: what!,
    setting: setting!,
    ours,
    peer: peerSeconds === null ? "" : peer!,
    peerSeconds,
    ratio: peerSeconds === null ? null : peerSeconds / ours,
    low: peerSeconds === null ? null : number("low"),
    high: peerSeconds === null ? null : number("high"),
    rounds: number("rounds") ?? 1,
    extrapolated: raw.extrapolated === "ours" || raw.extrapolated === "peer" ? raw.extrapolated : "",
    measuredSeconds: number("measuredSeconds"),
    standardError: number("standardError"),
    note: note!,
  };
}

/** Seconds as a person reads them. */
export function formatSeconds(seconds: number): string {
  const [value, unit] = seconds < 1e-3 ? [1e6 * seconds, "µs"] : seconds < 1 ? [1000 * seconds, "ms"] : [seconds, "s"];
  return `${Number(value.toPrecision(3))} ${unit}`;
}

/** Three digits, for ratios and slopes. */
export const formatRatio = (value: number): string => String(Number(value.toPrecision(value < 10 ? 3 : 4)));

/** The time of one side as a person reads it, marked where it was not run in full. */
export function formatTime(row: BenchRow, side: "ours" | "peer"): string {
  const time = formatSeconds(side === "ours" ? row.ours : row.peerSeconds!);
  return row.extrapolated === side ? `${time} (extrapolated)` : time;
}

/** The note, with what was measured where a time is extrapolated. */
export function fullNote({ note, measuredSeconds, standardError }: BenchRow): string {
  if (measuredSeconds === null || standardError === null) return note;
  const measured = `measured ${formatSeconds(measuredSeconds)} with standard error ${formatPercent(standardError)}`;
  return note === "" ? measured : `${note}; ${measured}`;
}

/** A share in per cent, with three digits. */
export const formatPercent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

/** A row as one line for a terminal. */
export function rowLine(row: Row): string {
  if (isGrowth(row)) {
    const grown = row.values.map((value, i) => `${value}: ${formatSeconds(row.seconds[i])}`).join(", ");
    const interval = `${row.slopeLow.toFixed(2)} to ${row.slopeHigh.toFixed(2)}`;
    return `${row.quantity} (${row.setting}): slope ${row.slope.toFixed(2)} [${interval}], of the last two ${row.lastSlope.toFixed(2)}, expected ${row.expected}; ${grown}`;
  }
  const range = row.low === null || row.high === null ? "" : ` [${formatRatio(row.low)} to ${formatRatio(row.high)}]`;
  const against = row.ratio === null ? "" : `; ${row.peer} ${formatTime(row, "peer")}: ${formatRatio(row.ratio)} x${range}`;
  const note = fullNote(row);
  return `${row.case} (${row.setting}): ${formatTime(row, "ours")}${against}${note === "" ? "" : ` (${note})`}`;
}
