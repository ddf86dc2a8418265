/** @file The plotted numbers of a figure, and CSV. */
import { csvText } from "../core/csvText";
import { isNamed } from "./endLabels";
import type { Figure, FigureTable } from "./figure";
import { plainLabel } from "./math";

type Cell = string | number | null;

/** What the table reads of a Plotly trace. */
interface Trace {
  readonly type?: string;
  readonly name?: string;
  readonly mode?: string;
  readonly x?: unknown;
  readonly y?: unknown;
  readonly z?: unknown;
  readonly fill?: string;
  readonly hoverinfo?: string;
  readonly line?: { readonly color?: unknown; readonly dash?: unknown };
  readonly marker?: { readonly color?: unknown };
  readonly error_y?: { readonly array?: unknown; readonly arrayminus?: unknown; readonly visible?: boolean };
  readonly meta?: Partial<GridMeta>;
  readonly colorbar?: { readonly title?: { readonly text?: string } };
}

/** What `heatmap` notes in its trace, which itself holds the edges of the cells. */
export interface GridMeta {
  /** Centres of the columns and of the rows. */
  readonly columns: readonly number[];
  readonly rows: readonly number[];
  /** Whether the trace's z are log10 of the values. */
  readonly log: boolean;
}

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

/**
 * The trace's name; an unnamed one is called after the named series that are drawn in the same manner and in the same colour,
 * since that is how a reader tells it.
 */
export function seriesName(traces: readonly Trace[], index: number): string {
  const own = traces[index];
  if (own.colorbar?.title?.text !== undefined) return plainLabel(own.colorbar.title.text);
  if (isNamed(own)) return plainLabel(own.name!);
  const named = traces.filter(isNamed);
  const manner = named.find((trace) => mannerOf(trace) === mannerOf(own));
  const colour = named.find((trace) => colourOf(trace) === colourOf(own) && trace !== manner);
  const parts = [manner, colour].flatMap((trace) => (trace ? [plainLabel(trace.name!)] : []));
  if (!manner && colour) parts.push(own.mode === "markers" ? "points" : "line");
  return parts.length > 0 ? parts.join(", ") : `series ${index + 1}`;
}

const mannerOf = ({ type, mode, line }: Trace): string => [type, mode, mode === "markers" ? "" : line?.dash].join(" ");
export const colourOf = ({ line, marker }: Trace): string => String(line?.color ?? marker?.color ?? "");

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

function barIntervals(
  { array, arrayminus }: NonNullable<Trace["error_y"]>,
  ys: readonly Cell[],
): (readonly [number, number] | undefined)[] {
  const [up, down] = [cells(array), cells(arrayminus ?? array)];
  return ys.map((y, i) => (typeof y === "number" ? [sum(y, -Number(down[i] ?? 0)), sum(y, Number(up[i] ?? 0))] : undefined));
}

/** The sum without the noise in its last digit: bars are kept as differences from y. */
function sum(a: number, b: number): number {
  const digits = 14 - Math.floor(Math.log10(Math.max(Math.abs(a), Math.abs(b))));
  return Number.isFinite(digits) && digits >= 0 && digits <= 100 ? Number((a + b).toFixed(digits)) : a + b;
}

export function isGrid(value: unknown): value is readonly ArrayLike<unknown>[] {
  return Array.isArray(value) && value.length > 0 && isList(value[0]);
}

export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
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
