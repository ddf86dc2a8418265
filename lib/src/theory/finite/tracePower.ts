/** @file E tr (I - W/c)^{2k} of a real Wishart matrix for any k, by integrating the exact density of its eigenvalues. */
import { bisect } from "../../core/bisection";
import { argumentsOf, Checks } from "../../core/check";
import { logIntegral } from "../../core/gaussLegendre";
import { logDeviation, logSum } from "../../core/logSum";
import { logEigenvalueDensity, type WishartSize } from "./eigenvalueDensity";

/** The mean of a trace of an even power. */
export interface TracePowerParams extends WishartSize {
  /** c: where the power vanishes, in units of the eigenvalues of W; finite and > 0. */
  readonly center: number;
  /** k: half the power; integer in [0, 1e12]. */
  readonly k: number;
}

/** Largest k; the logarithm is then good to about 1e-3, some 1e-15 of itself. */
const MAX_HALF_POWER = 1e12;
/** Least c: of smaller ones the ratio to an eigenvalue overflows. */
const LEAST_CENTER = 1e-100;
/** Largest m: beyond, the logarithm of the density has no digits left. */
export const MAX_LENGTH = 1e12;
/** Parts of the integrand this far below its maximum, in nats, are left out. */
const CUT = 60;
/** Half width, in √x, of the zone around the bulk √m ± √d that is looked at panel by panel. */
const MARGIN = 4;
/** Fewest panels on a tail: they resolve peaks of any width. */
const TAIL_PANELS = 12;
/** Sections of a bracket by the golden ratio: enough for 1e-8 of its length. */
const SECTIONS = 40;

/**
 * The logarithm of the mean trace of an even power of I - W/c, where W = X Xᵀ and X is d x m with entries N(0, 1).
 * E tr (I - W/c)^(2k) = ∫ (1 - x/c)^(2k) ρ(x) dx + max(d - m, 0)
 * ρ is that of {@link logEigenvalueDensity}. Accurate to about 1e-12 for k <= 1000 (checked against exact fractions), above to 1e-15 of itself.
 * @param params d >= 1; m in [1, 1e12]; center c > 0; k in [0, 1e12]
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.logMeanTracePower({ d: 2, m: 5, center: 10, k: 1 }); // => -0.2231
 */
export function logMeanTracePower(params: TracePowerParams): number {
  const { d, m, center, k } = argumentsOf("logMeanTracePower", params);
  const check: Checks = new Checks("logMeanTracePower");
  check.integer("d", d, 1);
  check.count("m", m, 1, MAX_LENGTH);
  check.positive("center", center);
  if (center < LEAST_CENTER) check.fail("center", `at least ${LEAST_CENTER}`, center);
  check.integer("k", k, 0, MAX_HALF_POWER);
  if (k === 0) return Math.log(d);
  const density = logEigenvalueDensity({ d, m });
  const pivot = Math.sqrt(center);
  const logFactor = (t: number): number => logDeviation((t / pivot) ** 2, (t / pivot - 1) * (t / pivot + 1));
  const h = (t: number): number => density(t * t) + Math.log(2 * t) + 2 * k * logFactor(t);
  const lower = Math.max(0, Math.abs(Math.sqrt(m) - Math.sqrt(d)) - MARGIN);
  const upper = Math.sqrt(m) + Math.sqrt(d) + MARGIN;
  // The density has min(d, m) ripples over a width of 2 √min(d, m).
  const step = Math.min(0.5, 3 / Math.sqrt(Math.min(d, m)));
  const pieces: Piece[] = [];
  for (const [from, to] of sides(center, d + m + 4 * k)) {
    const start = Math.min(Math.max(lower, from), to);
    const end = Math.max(Math.min(upper, to), from);
    if (end > start) pieces.push(...split(start, end, Math.ceil((end - start) / step)));
    pieces.push(...tail(h, Math.max(end, start), to, step), ...tail(h, start, from, step));
  }
  const levels = pieces.map(([left, right]) =>
    Math.max(h((left + right) / 2), h(left + (right - left) / 64), h(right - (right - left) / 64)),
  );
  const largest = levels.reduce((max, level) => Math.max(max, level), Number.NEGATIVE_INFINITY);
  const kept = pieces.filter((_, i) => levels[i] > largest - CUT);
  // h is a difference of large numbers: 2k ln|1 - x/c| and ln ρ, of about the same size where the integrand peaks.
  const [left, right] = pieces[levels.indexOf(largest)];
  const rounding = 4 * Number.EPSILON * (2 * k * Math.abs(logFactor((left + right) / 2)));
  const continuous = logIntegral(h, kept, Math.max(1e-14, rounding));
  return d > m ? logSum([continuous, Math.log(d - m)]) : continuous;
}

type Piece = readonly [number, number];

/**
 * The sides of t = √c that matter. Where c exceeds all scales of the integrand, less than e^{-c/4} lies to the right; where it is
 * tiny, less than √c lies to the left, and more than 1/c to the right.
 */
function sides(center: number, scale: number): Piece[] {
  const pivot = Math.sqrt(center);
  if (center > 100 * scale) return [[0, pivot]];
  if (center < 1e-60) return [[pivot, Number.POSITIVE_INFINITY]];
  return [
    [0, pivot],
    [pivot, Number.POSITIVE_INFINITY],
  ];
}

function split(from: number, to: number, count: number): Piece[] {
  return Array.from({ length: count }, (_, i) => [from + ((to - from) * i) / count, from + ((to - from) * (i + 1)) / count] as const);
}

/** Panels of the tail from `near` towards `far` (0 or Infinity, or a zero of exp(h)) that hold all of exp(h) there but e^{-CUT}. */
function tail(h: (t: number) => number, near: number, far: number, step: number): Piece[] {
  if (near === far) return [];
  const sign = far > near ? 1 : -1;
  const reach = Math.abs(far - near);
  const at = (distance: number) => h(near + sign * distance);
  // h is concave: it rises up to one peak. Bracket it, from a first look just inside.
  const bound = (distance: number) => Math.min(distance, reach * (1 - 1e-9));
  let outer = bound(step);
  while (outer < bound(2 * outer) && at(bound(2 * outer)) > at(outer)) outer = bound(2 * outer);
  outer = bound(2 * outer);
  let inner = 0;
  let far1 = outer;
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < SECTIONS; i++) {
    const a = far1 - golden * (far1 - inner);
    const b = inner + golden * (far1 - inner);
    if (at(a) >= at(b)) far1 = b;
    else inner = a;
  }
  const peak = (inner + far1) / 2;
  const level = at(peak) - CUT;
  // The ends of {h > peak - CUT} on both sides of the peak.
  const edge = (inside: number, outside: number): number => bisect((distance) => !(at(distance) > level), inside, outside, step / 4).yes;
  const from = edge(peak, 0);
  let beyond = bound(Math.max(outer, peak + step));
  while (beyond < bound(2 * beyond) && at(beyond) > level) beyond = bound(2 * beyond);
  const to = beyond === bound(2 * beyond) && at(beyond) > level ? reach : edge(peak, beyond);
  const pieces = split(from, to, Math.max(TAIL_PANELS, Math.ceil((to - from) / step)));
  return pieces.map(([a, b]) => (sign > 0 ? ([near + a, near + b] as const) : ([near - b, near - a] as const)));
}
