/** @file Whether one scale of the training covariance makes the error fall and then rise at several training lengths. */
import { Covariance } from "cotlab/dist/model/covariance";
import { powerLawSpectrum } from "cotlab/dist/model/spectrum";
import { identityCovariance, type ScaleWindow, scaleWindow, turnOf, windowHolds, windowSeparation } from "./overthinking";

/** What the windows of scales say at m = ∞, Σ = I. */
export interface ScaleWindows {
  readonly d: number;
  readonly lengths: readonly number[];
  /** One a length. */
  readonly windows: readonly ScaleWindow[];
  /** The scales in all of them: from `low` to `high`, none unless `meet`. */
  readonly low: number;
  readonly high: number;
  readonly meet: boolean;
  /** Every window is wider than 0.1 %. */
  readonly wide: boolean;
  /** k* agrees with every window, and between `low` and `high` all lengths fall and rise exactly when the windows meet. */
  readonly asComputed: boolean;
  /** Dimensions 2 to 100 or d at which other windows were looked at. */
  readonly dimensions: readonly number[];
  /** For each tilt: where the longest length's window begins over where the shortest one's ends, the least over the dimensions. */
  readonly tilts: readonly { readonly tilt: number; readonly separation: number }[];
  /** The least of these. */
  readonly separation: number;
}

/**
 * Scans the windows of several lengths, ascending.
 * @origin ours
 */
export function scaleWindows({ d, exponent, lengths }: { d: number; exponent: number; lengths: readonly number[] }): ScaleWindows {
  const windows = lengths.map((n) => scaleWindow({ d, exponent, n }));
  const low = Math.max(...windows.map((window) => window.low));
  const high = Math.min(...windows.map((window) => window.high));
  const meet = low < high;
  const wide = windows.every((window) => window.high > 1.001 * window.low);
  const middle = Covariance.diagonal(powerLawSpectrum({ d, exponent, factor: Math.sqrt(low * high) }));
  const together = lengths.every((n) => turnOf({ covariance: middle, target: identityCovariance(d), n }).fallsThenRises);
  const most = Math.max(100, d);
  const dimensions = [...new Set(Array.from({ length: 40 }, (_, i) => Math.round(2 * (most / 2) ** (i / 39))))];
  const ends = [lengths[0], lengths[lengths.length - 1]] as const;
  const tilts = [...new Set([0.25, 0.5, 1, 1.5, 2, 3, exponent])]
    .sort((a, b) => a - b)
    .map((tilt) => ({ tilt, separation: windowSeparation(tilt, ends, dimensions) }));
  return {
    d,
    lengths,
    windows,
    low,
    high,
    meet,
    wide,
    asComputed: wide && together === meet && lengths.every((n) => windowHolds({ d, exponent, n })),
    dimensions,
    tilts,
    separation: Math.min(...tilts.map(({ separation }) => separation)),
  };
}
