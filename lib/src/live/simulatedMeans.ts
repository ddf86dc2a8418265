/** @file A simulated error curve as points with intervals, and what it says about itself. */
import { shortNumber } from "../core/shortNumber";
import type { Series } from "../figures/lineChart";
import type { Curve, SimulationResult } from "../simulation/simulationResult";

/** Points of a curve that are shown at most. */
const MOST_POINTS = 21;

/**
 * The means at some k with 95 % intervals (±1.96 standard errors, as factors: the axis is logarithmic). Where the draws show a tail too
 * heavy for a mean, the point has no interval and another name.
 */
export function simulatedMeans({ x, mean, standardError, points }: Curve, name: string): Series[] {
  const every = Math.ceil(x.length / MOST_POINTS);
  const shown = Array.from(x, (_, i) => i).filter((i) => i % every === 0 && mean[i] > 0 && Number.isFinite(mean[i]));
  const tame = shown.filter((i) => points[i].heavyTail === "none");
  const heavy = shown.filter((i) => points[i].heavyTail !== "none");
  const ends = (sign: number) => tame.map((i) => mean[i] * Math.exp((sign * 1.96 * standardError[i]) / mean[i]));
  const at = (list: number[]) => ({ x: list.map((i) => x[i]), y: list.map((i) => mean[i]), style: "points" as const });
  return [
    ...(tame.length > 0 ? [{ name, ...at(tame), lower: ends(-1), upper: ends(1), color: 4 }] : []),
    ...(heavy.length > 0 ? [{ name: "heavy tail: no mean", ...at(heavy), color: 6 }] : []),
  ];
}

/** How many prompts a result rests on, and its last point. */
export function simulatedWords({ draws, requested, seed, curves: [curve] }: SimulationResult): string {
  const last = curve.points.length - 1;
  const { mean, standardError, heavyTail } = curve.points[last];
  const rests = `Simulated on ${draws}${draws < requested ? ` of ${requested}` : ""} prompts, seed ${seed}`;
  const value = `${shortNumber(mean)} ± ${shortNumber(1.96 * standardError)} (95 %)`;
  const told = heavyTail === "none" ? value : `${shortNumber(mean)}, but rare prompts rule it, and it is no estimate of the mean`;
  return `${rests}: error ${told} at k = ${curve.x[last]}.`;
}
