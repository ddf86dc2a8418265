/** @file The Marchenko-Pastur law, and the error of k steps to which the typical error tends as d and m grow together. */
import { argumentsOf, Checks } from "../../core/check";
import { logIntegral } from "../../core/gaussLegendre";
import { fromLog, logDeviation, logSum } from "../../core/logSum";
import type { WishartSize } from "./eigenvalueDensity";
import { checkIsotropic, type IsotropicErrorParams } from "./isotropicError";

/** Where the law lives. */
export interface MarchenkoPasturSupport {
  /** (1 - √(d/m))²: left edge of the continuous part. */
  readonly lower: number;
  /** (1 + √(d/m))²: right edge. */
  readonly upper: number;
  /** max(0, 1 - m/d): mass at 0. */
  readonly atom: number;
}

/** Panels on each half of [0, π], halving in length towards the end: both edges are resolved to 2^-40. */
const LEVELS = 40;

/**
 * The edges and the atom of the Marchenko-Pastur law, the limit of the spectrum of S = XXᵀ/m for x ~ N(0, I).
 * @param params d >= 1; m >= 1
 * @throws RangeError outside the domain
 * @origin standard, Marchenko and Pastur 1967
 * @example
 * cot.theory.marchenkoPasturSupport({ d: 10, m: 40 }); // => { lower: 0.25, upper: 2.25, atom: 0 }
 */
export function marchenkoPasturSupport(params: WishartSize): MarchenkoPasturSupport {
  const { d, m } = argumentsOf("marchenkoPasturSupport", params);
  checkShape(new Checks("marchenkoPasturSupport"), d, m);
  const root = Math.sqrt(d / m);
  return { lower: leftEdge(d, m), upper: (1 + root) ** 2, atom: Math.max(0, (d - m) / d) };
}

/**
 * The density of the continuous part, of mass min(1, m/d); 0 outside the support.
 * ρ(x) = √((b - x)(x - a))/(2π c x),  a, b = (1 ∓ √c)²,  c = d/m
 * $$ \rho(x) = \frac{\sqrt{(b - x)(x - a)}}{2\pi c x}, \quad a, b = (1 \mp \sqrt c)^2, \quad c = d/m $$
 * @param params d >= 1; m >= 1; x > 0
 * @throws RangeError outside the domain
 * @origin standard, Marchenko and Pastur 1967
 * @example
 * cot.theory.marchenkoPasturDensity({ d: 10, m: 40, x: 1 }); // => 0.6164
 */
export function marchenkoPasturDensity(params: WishartSize & { readonly x: number }): number {
  const { d, m, x } = argumentsOf("marchenkoPasturDensity", params);
  const check: Checks = new Checks("marchenkoPasturDensity");
  checkShape(check, d, m);
  check.positive("x", x);
  const { lower, upper } = marchenkoPasturSupport({ d, m });
  if (x <= lower || x >= upper) return 0;
  return (Math.sqrt((upper - x) / x) * Math.sqrt((x - lower) / x)) / ((2 * Math.PI * d) / m);
}

/**
 * The error after k steps under the Marchenko-Pastur law, in units of (y/x)²; below 1e-308 it underflows towards 0.
 * 𝓔_k ≈ d ∫ (1 - x/γ)^(2k) dμ_{d/m}(x),  γ = 1 + (d + 1)/n
 * $$ \mathcal E_k \approx d \int (1 - x/\gamma)^{2k} d\mu_{d/m}(x), \quad \gamma = 1 + \frac{d+1}{n} $$
 * It approximates a typical prompt, and the mean only for small k, since rare prompts beyond the edge soon rule the mean (d = 10, m = 40, n = 20:
 * 4% below it at k = 1, 19% at k = 5, a factor of 10⁴ at k = 20). Relative accuracy 1e-12 for k <= 1000.
 * @param params d >= 1; m >= 1 or Infinity; n >= 1 or Infinity; k >= 0
 * @throws RangeError outside the domain, or when the error exceeds 1.8e308 (use `logMarchenkoPasturError`)
 * @origin ours
 * @example
 * cot.theory.marchenkoPasturError({ d: 10, m: 40, n: 20, k: 5 }); // => 0.1378
 */
export function marchenkoPasturError(params: IsotropicErrorParams): number {
  argumentsOf("marchenkoPasturError", params);
  const check: Checks = new Checks("marchenkoPasturError");
  return fromLog(check, logError(check, params), "logMarchenkoPasturError");
}

/**
 * The natural logarithm of {@link marchenkoPasturError} for any k; -Infinity when the error is 0 (m = n = ∞, k >= 1).
 * @param params d >= 1; m >= 1 or Infinity; n >= 1 or Infinity; k >= 0
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.logMarchenkoPasturError({ d: 10, m: 40, n: 20, k: 5 }); // => -1.982
 */
export function logMarchenkoPasturError(params: IsotropicErrorParams): number {
  argumentsOf("logMarchenkoPasturError", params);
  return logError(new Checks("logMarchenkoPasturError"), params);
}

/**
 * With x = (1-√c)² + 4√c sin²(φ/2) the law is 2 sin²φ / (π x) dφ on [0, π], smooth but for the pole near φ = 0 when c ≈ 1;
 * panels that shrink towards both ends resolve it and the peaks of (1 - x/γ)^{2k}.
 */
function logError(check: Checks, { d, m, n, k }: IsotropicErrorParams): number {
  checkIsotropic(check, { d, m, n, k });
  if (k === 0) return Math.log(d);
  if (m === Number.POSITIVE_INFINITY) return n === m ? Number.NEGATIVE_INFINITY : Math.log(d) - 2 * k * Math.log1p(n / (d + 1));
  const gamma = 1 + (d + 1) / n;
  const root = Math.sqrt(d / m);
  const lower = leftEdge(d, m);
  const logFactor = (x: number): number => logDeviation(x / gamma);
  const eigenvalue = (phi: number): number => lower + 4 * root * Math.sin(phi / 2) ** 2;
  const h = (phi: number): number => {
    const x = eigenvalue(phi);
    return Math.log((2 * Math.sin(phi) ** 2) / Math.PI / x) + 2 * k * logFactor(x);
  };
  const edgeFactor = Math.max(logFactor(lower), logFactor((1 + root) ** 2));
  const tolerance = Math.max(1e-14, 8 * Number.EPSILON * k * Math.abs(edgeFactor));
  const continuous = Math.log(d) + logIntegral(h, gradedPanels(), tolerance);
  return d > m ? logSum([continuous, Math.log(d - m)]) : continuous;
}

/** [0, π] in panels that halve in length towards both ends. */
function gradedPanels(): [number, number][] {
  const cuts = [0, ...Array.from({ length: LEVELS }, (_, i) => Math.PI * 2 ** (i - LEVELS))];
  const left = cuts.slice(1).map((cut, i): [number, number] => [cuts[i], cut]);
  return [...left, ...left.map(([a, b]): [number, number] => [Math.PI - b, Math.PI - a])];
}

/** (1 - √c)², with 1 - √c = (m - d)/(m (1 + √c)) so that it keeps its digits for d ≈ m. */
function leftEdge(d: number, m: number): number {
  return ((m - d) / (m * (1 + Math.sqrt(d / m)))) ** 2;
}

function checkShape(check: Checks, d: number, m: number): void {
  check.integer("d", d, 1);
  check.integer("m", m, 1);
}
