/** @file A Plotly trace of any kind, as far as it is read here, and the name by which a reader knows its series. */
import { plainLabel } from "./math";

/** What is read of a trace of any kind. */
export interface Trace {
  readonly type?: string;
  readonly mode?: string;
  readonly name?: string;
  readonly x?: unknown;
  readonly y?: unknown;
  readonly z?: unknown;
  readonly x0?: number;
  readonly dx?: number;
  readonly y0?: number;
  readonly dy?: number;
  readonly zmin?: number;
  readonly zmax?: number;
  readonly fill?: string;
  readonly hoverinfo?: string;
  readonly visible?: boolean | "legendonly";
  readonly orientation?: "v" | "h";
  readonly xaxis?: string;
  readonly yaxis?: string;
  readonly line?: { readonly color?: unknown; readonly dash?: unknown };
  readonly marker?: { readonly color?: unknown };
  readonly meta?: Partial<GridMeta>;
  readonly colorbar?: { readonly title?: { readonly text?: string } };
  readonly error_x?: ErrorBars;
  readonly error_y?: ErrorBars;
}

export interface ErrorBars {
  readonly type?: "data" | "percent" | "sqrt" | "constant";
  readonly array?: unknown;
  readonly arrayminus?: unknown;
  readonly symmetric?: boolean;
  readonly value?: number;
  readonly valueminus?: number;
  readonly visible?: boolean;
}

/** What `heatmap` notes in its trace, which itself holds the edges of the cells. */
export interface GridMeta {
  /** Centres of the columns and of the rows. */
  readonly columns: readonly number[];
  readonly rows: readonly number[];
  /** Whether the trace's z are log10 of the values. */
  readonly log: boolean;
}

/** A row of numbers with gaps; empty where there is none. */
export const numbersOf = (list: unknown): readonly (number | null)[] => (isList(list) ? (Array.from(list) as (number | null)[]) : []);

export function isGrid(value: unknown): value is readonly ArrayLike<unknown>[] {
  return Array.isArray(value) && value.length > 0 && isList(value[0]);
}

export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** Whether the trace stands for a series with a name of its own: no band, no level line, none of the names that charts give. */
export function isNamed({ name, fill }: Pick<Trace, "name" | "fill">): boolean {
  return name !== undefined && fill !== "toself" && !/^series \d+$/.test(name);
}

/** The series whose band this is. */
export const bandName = ({ name = "" }: Trace): string => plainLabel(name).replace(/ \(band\)$/, "");

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
