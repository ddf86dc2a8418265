/** @file Which values the colours of cells tell apart. */
import { type Range, shortestStretch } from "./fitRange";

/** Cells without which the colours could tell the others apart far better may lie beyond the colour scale: at most this share of all. */
const OUTLIERS = 0.05;
/** How much of the scale the other cells must have for the scale to reach over all. */
const LEAST_COLOURS = 0.2;

/** The colour scale over the values, or over most of them where few would take nearly all colours; more than one colour in any case. */
export function colourRange(values: readonly number[], log: boolean): Range {
  const scaled = log ? values.map(Math.log10) : values;
  const whole = shortestStretch(scaled, 1);
  const most = shortestStretch(scaled, 1 - OUTLIERS);
  const width = most[1] - most[0];
  const [low, high] = width > 0 && width < LEAST_COLOURS * (whole[1] - whole[0]) ? most : whole;
  const room = low < high ? 0 : log ? Math.log10(2) : Math.abs(low) / 2 || 1;
  return [low - room, high + room].map((end) => (log ? 10 ** end : end)) as [number, number];
}
