/** @file Names at the ends of lines. */
import type { LayoutAxis } from "plotly.js";
import type { EndLabel, Figure } from "./figure";
import { colourOf, isNamed, numbersOf, type Trace } from "./trace";

/** The name of every named series at the height of its last point. */
export function endsOfLines(data: Figure["data"], axis: Partial<LayoutAxis>): EndLabel[] {
  const [start, end] = axis.range as [number, number];
  return (data as readonly Trace[]).filter(isNamed).flatMap((trace) => {
    const [x, y] = [numbersOf(trace.x), numbersOf(trace.y)];
    let last = -1;
    for (let i = 0; i < x.length; i++) if (x[i] !== null && y[i] !== null && (last < 0 || x[i]! >= x[last]!)) last = i;
    if (last < 0) return [];
    const value = axis.type === "log" ? Math.log10(y[last]!) : y[last]!;
    const height = Math.min(1, Math.max(0, (value - start) / (end - start)));
    return [{ text: trace.name!, color: colourOf(trace), height }];
  });
}
