/** @file The plotted numbers of a figure, and CSV. */
import { csvText } from "../core/csvText";
import type { Figure, FigureTable } from "./figure";
import { plainLabel } from "./math";
import { type ErrorBars, isGrid, isList, seriesName, type Trace } from "./trace";

type Cell = string | number | null;

interface Row {
  readonly cells: readonly Cell[];
  readonly interval?: readonly [number | null, number | null];
  readonly z?: number | null;
}

/**
 * One row a plotted point, read from the traces themselves, so that the table is what the picture shows: series, x, y, the ends
 * of its interval (bands and error bars) and z (heatmaps), where the figure has such. Level lines of a heatmap are left out.
 */
export function figureTable({ data }: Pick<Figure, "data">): FigureTable {
  const traces = data as readonly Trace[];
  const bands = new Map<string, Interval>();
  const rows: Row[] = [];
  traces.forEach((trace, i) => {
    const key = trace.name ?? "";
    if (trace.fill === "toself") bands.set(key.replace(/ \(band\)$/, ""), bandIntervals(trace));
    else if (trace.hoverinfo !== "skip") {
      rows.push(...traceRows(trace, seriesName(traces, i), bands.get(key)));
      bands.delete(key);
    }
  });
  const intervals = rows.some(({ interval }) => interval);
  const grid = rows.some(({ z }) => z !== undefined);
  return {
    columns: ["series", "x", "y", ...(intervals ? ["lower", "upper"] : []), ...(grid ? ["z"] : [])],
    rows: rows.map(({ cells, interval, z }) => [...cells, ...(intervals ? (interval ?? [null, null]) : []), ...(grid ? [z ?? null] : [])]),
  };
}

function traceRows(trace: Trace, name: string, band: Interval | undefined): Row[] {
  const [xs, ys] = [cells(trace.x), cells(trace.y)];
  if (isGrid(trace.z)) return gridRows(trace, trace.z, name);
  const zs = isList(trace.z) ? cells(trace.z) : undefined;
  const bars = trace.error_y?.visible ? barIntervals(trace.error_y, ys) : undefined;
  return Array.from({ length: Math.max(xs.length, ys.length) }, (_, k) => {
    const interval = bars?.[k] ?? band?.get(xs[k] ?? null);
    return {
      cells: [name, xs[k] ?? null, ys[k] ?? null],
      ...(interval ? { interval } : {}),
      ...(zs ? { z: zs[k] as number | null } : {}),
    };
  });
}

function gridRows({ x, y, meta }: Trace, z: readonly ArrayLike<unknown>[], name: string): Row[] {
  const xs = meta?.columns ?? centres(cells(x), z[0].length);
  const ys = meta?.rows ?? centres(cells(y), z.length);
  const value = (cell: Cell) => (meta?.log && typeof cell === "number" ? Number((10 ** cell).toPrecision(14)) : cell) as number | null;
  return z.flatMap((row, r) => cells(row).map((cell, c) => ({ cells: [name, xs[c] ?? c, ys[r] ?? r], z: value(cell) })));
}

/** One number a cell: a list of edges is one longer than that of the cells. */
function centres(values: Cell[], count: number): Cell[] {
  if (values.length !== count + 1) return values;
  return Array.from({ length: count }, (_, i) => (Number(values[i]) + Number(values[i + 1])) / 2);
}

/** The ends of an interval by x. */
type Interval = Map<Cell, readonly [number | null, number | null]>;

/** A band's outline runs along the upper end and back along the lower one, once for each piece. */
function bandIntervals(trace: Trace): Interval {
  const [xs, ys] = [cells(trace.x), cells(trace.y) as (number | null)[]];
  const found: Interval = new Map();
  let start = 0;
  for (let end = 0; end <= xs.length; end++) {
    if (end < xs.length && xs[end] !== null) continue;
    for (let i = start, j = end - 1; i < j; i++, j--) found.set(xs[i], [ys[j], ys[i]]);
    start = end + 1;
  }
  return found;
}

function barIntervals({ array, arrayminus }: ErrorBars, ys: readonly Cell[]): (readonly [number | null, number | null] | undefined)[] {
  const [up, down] = [cells(array), cells(arrayminus ?? array)];
  // A bar without an end is drawn as one of no length, and has no number.
  const end = (y: number, length: Cell | undefined, sign: 1 | -1) =>
    length === null || length === undefined ? null : sum(y, sign * Number(length));
  return ys.map((y, i) => (typeof y === "number" ? [end(y, down[i], -1), end(y, up[i], 1)] : undefined));
}

/** The sum without the noise in its last digit: bars are kept as differences from y. */
function sum(a: number, b: number): number {
  const digits = 14 - Math.floor(Math.log10(Math.max(Math.abs(a), Math.abs(b))));
  return Number.isFinite(digits) && digits >= 0 && digits <= 100 ? Number((a + b).toFixed(digits)) : a + b;
}

function cells(value: unknown): Cell[] {
  if (!isList(value)) return [];
  return Array.from(value, (item) => {
    if (item === null || item === undefined) return null;
    return typeof item === "number" ? item : item instanceof Date ? item.toISOString() : plainLabel(String(item));
  });
}

/** CSV as in RFC 4180, lines ended by a newline; numbers keep all their digits; null is an empty field. */
export function toCsv({ columns, rows }: FigureTable): string {
  return csvText([columns, ...rows]);
}
