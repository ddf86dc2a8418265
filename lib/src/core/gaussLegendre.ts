/** @file Gauss-Legendre quadrature, and an adaptive rule on logarithms for integrands that overflow or underflow. */
import { checkInteger } from "./check";

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
  checkInteger("gaussLegendre", "n", n, 1, 1000);
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
/** Deepest bisection of a panel. */
const MAX_DEPTH = 60;

/**
 * ln ∫ exp(h) over a union of panels, by Gauss-Legendre with bisection until halves and whole agree.
 * Panels must be fine enough that each peak of the integrand is seen by the points of its panel or of a neighbour.
 * @param h logarithm of the integrand, which may be -Infinity; called in the interior of panels only
 * @param panels [from, to], disjoint
 * @param tolerance accepted difference between a panel and its halves, relative to the integral; not below the rounding error of
 *   h, since bisection cannot reduce that
 * @returns -Infinity when the integrand vanishes at every point
 */
export function logIntegral(h: (t: number) => number, panels: readonly (readonly [number, number])[], tolerance = 1e-14): number {
  const { nodes, weights } = gaussLegendre(PANEL_POINTS);
  const value = (from: number, to: number): number => {
    const half = (to - from) / 2;
    const middle = (to + from) / 2;
    const logs = new Float64Array(PANEL_POINTS);
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < PANEL_POINTS; i++) {
      const log = h(middle + half * nodes[i]!);
      logs[i] = log;
      if (log > largest) largest = log;
    }
    if (largest === Number.NEGATIVE_INFINITY) return largest;
    let sum = 0;
    for (let i = 0; i < PANEL_POINTS; i++) sum += weights[i]! * Math.exp(logs[i]! - largest);
    return largest + Math.log(half * sum);
  };
  // A running sum exp(scale) * sum, so that neither the parts nor the whole need be representable.
  const total = (logs: Iterable<number>): number => {
    let scale = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (const log of logs) {
      if (log > scale) {
        sum = sum * Math.exp(scale - log) + 1;
        scale = log;
      } else if (log > Number.NEGATIVE_INFINITY) sum += Math.exp(log - scale);
    }
    return scale === Number.NEGATIVE_INFINITY ? scale : scale + Math.log(sum);
  };
  const first = panels.map(([from, to]) => value(from, to));
  const reference = total(first);
  const accepted: number[] = [];
  const refine = (from: number, to: number, whole: number, depth: number): void => {
    const middle = (from + to) / 2;
    const left = value(from, middle);
    const right = value(middle, to);
    const largest = Math.max(left, right, whole);
    if (largest === Number.NEGATIVE_INFINITY) return;
    const error = Math.exp(left - largest) + Math.exp(right - largest) - Math.exp(whole - largest);
    if (depth === MAX_DEPTH || Math.log(Math.abs(error)) + largest <= reference + Math.log(tolerance)) {
      accepted.push(left, right);
      return;
    }
    refine(from, middle, left, depth + 1);
    refine(middle, to, right, depth + 1);
  };
  panels.forEach(([from, to], i) => {
    refine(from, to, first[i]!, 0);
  });
  return total(accepted);
}
