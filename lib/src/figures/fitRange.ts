/** @file The range that an axis or a colour scale shows: what was asked for, as far as the data bear it out. */

/** A range that the data fill by less than this share is cut to them. */
export const LEAST_FILL = 0.4;

/** First and last value of a range. */
export type Range = readonly [number, number];

/** The shortest stretch that holds this share of the values. */
export function shortestStretch(values: readonly number[], share: number): [number, number] {
  const sorted = Float64Array.from(values).sort();
  const count = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length - 1e-9)));
  let best = 0;
  for (let i = 1; i + count <= sorted.length; i++) {
    if (sorted[i + count - 1] - sorted[i] < sorted[best + count - 1] - sorted[best]) best = i;
  }
  return [sorted[best], sorted[best + count - 1]];
}

/**
 * The asked range where it shows the data well. Ends at which it is empty move to the data when these fill less than `fill` of it; an end
 * beyond which data lie stays. None (undefined) when it would hide more than half of the values.
 * @param asked on the axis's own scale (logarithms on a log axis), as all else here; may run backwards
 * @param pad room kept beside the data, as a fraction of their extent
 */
export function grantRange(asked: Range, values: readonly number[], pad: number, fill = LEAST_FILL): Range | undefined {
  const [low, high] = [Math.min(...asked), Math.max(...asked)];
  const hair = 1e-6 * (high - low);
  let [inside, below, above, first, last] = [0, 0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low - hair) below++;
    else if (value > high + hair) above++;
    else {
      inside++;
      first = Math.min(first, value);
      last = Math.max(last, value);
    }
  }
  if (inside < values.length / 2) return undefined;
  if (!(last > first) || last - first >= fill * (high - low)) return asked;
  const room = pad * (last - first);
  const [start, end] = [below > 0 ? low : Math.max(low, first - room), above > 0 ? high : Math.min(high, last + room)];
  return asked[0] < asked[1] ? [start, end] : [end, start];
}
