/** @file Names at the ends of lines. */
import type { LayoutAxis } from "plotly.js";
import type { EndLabel, Figure } from "./figure";

/** What is read of a trace. */
interface Line {
  readonly name?: string;
  readonly x?: ArrayLike<number | null>;
  readonly y?: ArrayLike<number | null>;
  readonly fill?: string;
  readonly line?: { readonly color?: string };
  readonly marker?: { readonly color?: string };
}

/** Whether the trace stands for a series with a name of its own: no band, no level line, none of the names that charts give. */
export function isNamed({ name, fill }: Pick<Line, "name" | "fill">): boolean {
  return name !== undefined && fill !== "toself" && !/^series \d+$/.test(name);
}

/** The name of every named series at the height of its last point. */
export function endsOfLines(data: Figure["data"], axis: Partial<LayoutAxis>): EndLabel[] {
  const [start, end] = axis.range as [number, number];
  return (data as readonly Line[]).filter(isNamed).flatMap(({ name, x = [], y = [], line, marker }) => {
    let last = -1;
    for (let i = 0; i < x.length; i++) if (x[i] !== null && y[i] !== null && (last < 0 || x[i]! >= x[last]!)) last = i;
    if (last < 0) return [];
    const value = axis.type === "log" ? Math.log10(y[last]!) : y[last]!;
    const height = Math.min(1, Math.max(0, (value - start) / (end - start)));
    return [{ text: name!, color: line?.color ?? marker?.color ?? "", height }];
  });
}
