/** @file Gauss-Legendre quadrature, and an adaptive rule on logarithms for integrands that overflow or underflow. */
import { Checks } from "./check";
import { logSum } from "./logSum";

/** A rule on [-1, 1]. */
export interface QuadratureRule {
  /** Nodes, ascending. */
  readonly nodes: Float64Array;
  /** Weights, > 0, of sum 2. */
  readonly weights: Float64Array;
}

const rules = new Map<number, QuadratureRule>();

/**
 * The Gauss-Legendre rule with n points, exact for polynomials of degree 2n - 1. Newton's iteration on P_n.
 * @param n integer in [1, 1000]
 * @throws RangeError outside the domain
 */
export function gaussLegendre(n: number): QuadratureRule {
  const check: Checks = new Checks("gaussLegendre");
  check.integer("n", n, 1, 1000);
  const known = rules.get(n);
  if (known) return known;
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let iteration = 0; iteration < 20; iteration++) {
      let before = 1;
      let value = x;
      for (let j = 2; j <= n; j++) [before, value] = [value, ((2 * j - 1) * x * value - (j - 1) * before) / j];
      slope = (n * (x * value - before)) / (x * x - 1);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  const rule = { nodes, weights };
  rules.set(n, rule);
  return rule;
}

/** Points of the rule in each panel. */
const PANEL_POINTS = 20;
/** Rounds of bisection, and panels in one round, before the integral is called failed. */
const MAX_ROUNDS = 60;
const MAX_PANELS = 100_000;

/**
 * ln ∫ exp(h) over a union of panels: Gauss-Legendre in each, and bisection of those whose halves do not agree with the whole.
 * Panels must be fine enough that each peak of the integrand is seen by a point.
 * @param h logarithm of the integrand, which may be -Infinity; called in the interior of panels only
 * @param panels [from, to], disjoint
 * @param tolerance accepted difference between a panel and its halves, relative to the integral. It must not be below the rounding
 *   error of h, which bisection cannot reduce; 8 · 2^-52 of the result is always allowed
 * @returns -Infinity when the integrand vanishes at every point
 * @throws Error when the bisection does not end
 */
export function logIntegral(h: (t: number) => number, panels: readonly (readonly [number, number])[], tolerance = 1e-14): number {
  let active = panels.map(([from, to]) => ({ from, to, whole: logPanel(h, from, to) }));
  const accepted: number[] = [];
  for (let round = 0; round < MAX_ROUNDS && active.length <= MAX_PANELS; round++) {
    const halved = active.map(({ from, to, whole }) => {
      const middle = (from + to) / 2;
      return { from, middle, to, whole, left: logPanel(h, from, middle), right: logPanel(h, middle, to) };
    });
    // The best estimate so far is the measure of what still matters: a peak that was missed at first is let in later.
    const total = logSum([...accepted, ...halved.flatMap(({ left, right }) => [left, right])]);
    if (total === Number.NEGATIVE_INFINITY) return total;
    const allowed = Math.max(tolerance, 8 * Number.EPSILON * Math.abs(total));
    active = [];
    for (const { from, middle, to, whole, left, right } of halved) {
      const error = Math.abs(Math.exp(left - total) + Math.exp(right - total) - Math.exp(whole - total));
      if (error <= allowed) accepted.push(left, right);
      else active.push({ from, to: middle, whole: left }, { from: middle, to, whole: right });
    }
    if (active.length === 0) return logSum(accepted);
  }
  throw new Error("logIntegral: the bisection does not end; the integrand is not smooth, or noisier than the tolerance");
}

/** ln of the 20-point rule on one panel. */
function logPanel(h: (t: number) => number, from: number, to: number): number {
  const { nodes, weights } = gaussLegendre(PANEL_POINTS);
  const half = (to - from) / 2;
  const middle = (to + from) / 2;
  const logs = nodes.map((node) => h(middle + half * node));
  const largest = logs.reduce((max, log) => Math.max(max, log), Number.NEGATIVE_INFINITY);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  // The weights stay out of the logarithms, which may be too large to keep them.
  return largest + Math.log(half * logs.reduce((sum, log, i) => sum + weights[i] * Math.exp(log - largest), 0));
}
