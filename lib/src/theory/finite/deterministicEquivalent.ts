/** @file The error of k steps on a finite prompt in the limit of large d and m, for anisotropic inputs. */
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { fromLog, logDeviation } from "../../core/logSum";
import { learnedDirections } from "../../model/commonDirections";
import { commutingLogErrors } from "../../model/errorPowers";
import type { FiniteErrorParams } from "./meanDivergence";
import { spectralEdges } from "./spectralEdges";

/** Largest k: the double integral takes about 25 k² evaluations of sums over the distinct directions. */
const MAX_STEPS = 300;
/** The contour is e^{WIDTH/k} times wider than the spectrum: a factor e^{2 WIDTH} is lost to cancellation, and 10 k nodes leave an error e^{-10 WIDTH}. */
export const WIDTH = 4;
/** Newton steps per node, and bisections of a move along the contour. */
const NEWTON = 60;
const MAX_HALVINGS = 40;

/** A direction, or several equal ones. */
export interface Group {
  readonly alpha: number;
  readonly tau: number;
  /** σ = τ/α, which α = 0 does not give. */
  readonly sigma: number;
  readonly count: number;
}

/**
 * The error after k steps in the limit of large d and m, for commuting Γ and Σ, in units of (y/x)².
 * 𝓔_k ≈ (2πi)⁻² ∮∮ ((1 - z)(1 - z'))^k G(z, z') dz dz',  q_i = y/(y - μ_i),  z = y + (1/m) Σ_i μ_i q_i
 *   G = (1/zz') [Σ q_i q_i' + p Σ μ_i q_i q_i'/α_i · Σ α_i μ_i q_i q_i' / (1 - p Σ μ_i² q_i q_i')],  p = 1/(m y y')
 * $$ \mathcal E_k \approx \frac{1}{(2\pi i)^2} \oint\!\oint ((1 - z)(1 - z'))^k\, G(z, z')\, dz\, dz', \quad
 *    q_i = \frac{y}{y - \mu_i}, \quad z = y + \frac1m \sum_i \mu_i q_i, \quad
 *    G = \frac{1}{zz'} \Big[ \sum_i q_i q_i' + \frac{\frac{1}{m y y'} \sum_i \mu_i q_i q_i'/\alpha_i \cdot \sum_i \alpha_i \mu_i q_i q_i'}
 *    {1 - \frac{1}{m y y'} \sum_i \mu_i^2 q_i q_i'} \Big] $$
 * α_i and μ_i are the eigenvalues of Γ⁻¹ and Γ⁻¹Σ. It approximates a typical prompt, with an error of order 1/d that grows with k, and not the mean
 * at large k. For Λ = Σ ∝ I it is {@link marchenkoPasturError}.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; m >= 1 or Infinity; k in [0, 300]; target = covariance (Σ); noise = 0 (σ)
 * @throws HypothesisError when Λ and Σ do not commute, or n = Infinity and λ_min(Λ) = 0; RangeError outside the domain, or beyond 1.8e308
 * @origin ours; G is the standard two-resolvent formula (Hachem, Loubaton, Najim and Vallet 2013, cited from memory, checked by simulation)
 * @example
 * cot.theory.deterministicEquivalent({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 20, m: 40, k: 2 }); // => 0.0142
 */
export function deterministicEquivalent(params: FiniteErrorParams): number {
  argumentsOf("deterministicEquivalent", params);
  const check: Checks = new Checks("deterministicEquivalent");
  return fromLog(check, logEquivalent(check, params), "logDeterministicEquivalent");
}

/**
 * The natural logarithm of {@link deterministicEquivalent}, for errors beyond 1.8e308 too.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; m >= 1 or Infinity; k in [0, 300]; target = covariance (Σ); noise = 0 (σ)
 * @throws as {@link deterministicEquivalent}, but for the size of the error
 * @origin ours
 * @example
 * cot.theory.logDeterministicEquivalent({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 20, m: 40, k: 2 }); // => -4.254
 */
export function logDeterministicEquivalent(params: FiniteErrorParams): number {
  argumentsOf("logDeterministicEquivalent", params);
  return logEquivalent(new Checks("logDeterministicEquivalent"), params);
}

function logEquivalent(check: Checks, { m, k, ...alignment }: FiniteErrorParams): number {
  check.length("m", m);
  check.integer("k", k, 0, MAX_STEPS);
  const directions = learnedDirections(check, "the deterministic equivalent", alignment);
  const taus = Float64Array.from(directions, ({ mu }) => mu);
  if (k === 0 || m === Number.POSITIVE_INFINITY) return commutingLogErrors(taus.map((tau, i) => logDeviation(tau, directions[i].delta)))(k);
  const groups = new Map<string, Group>();
  for (const { alpha, mu: tau, sigma } of directions) {
    const key = alpha === 0 ? `0|${sigma}` : `${alpha}|${tau}`;
    groups.set(key, { alpha, tau, sigma, count: (groups.get(key)?.count ?? 0) + 1 });
  }
  const { lower, upper } = inNameOf(check.fn, () => spectralEdges({ spectrum: taus, m }));
  const radius = Math.max(1 - lower, upper - 1) * Math.exp(WIDTH / k);
  return 2 * k * Math.log(radius) + Math.log(contourMean([...groups.values()], m, k, radius));
}

/** The mean over z = 1 + r e^{iθ}, z' = 1 + r e^{iθ'} of r² e^{i(k+1)(θ+θ')} times the integrand. */
function contourMean(groups: readonly Group[], m: number, k: number, radius: number): number {
  const half = Math.max(20, 5 * k);
  const size = groups.length;
  // Nodes of the upper half plane; those of the lower half are their conjugates.
  const weight = new Float64Array(2 * half);
  const inverseY = new Float64Array(2 * half);
  const q = new Float64Array(2 * half * size);
  let z: Complex = [1 + radius, 0];
  let y = realPreimage(groups, m, 1 + radius);
  for (let node = 0; node < half; node++) {
    const theta = (Math.PI * (node + 0.5)) / half;
    const next: Complex = [1 + radius * Math.cos(theta), radius * Math.sin(theta)];
    y = follow(groups, m, z, next, y);
    z = next;
    const phase: Complex = [radius * Math.cos((k + 1) * theta), radius * Math.sin((k + 1) * theta)];
    put(weight, node, divide(phase, z));
    put(inverseY, node, divide([1, 0], y));
    for (const [g, { tau }] of groups.entries()) put(q, node * size + g, divide(y, [y[0] - tau, y[1]]));
  }
  const scale = groups.map(({ alpha }) => alpha).reduce((max, alpha) => Math.max(max, alpha), 0);
  // The four sums over the groups have these weights; no object is made in the loop over pairs of nodes, which has millions of turns.
  const terms = groups.map(({ alpha, tau, sigma, count }) => {
    const ratio = alpha / scale;
    return [count, count * (ratio > 0 ? tau / ratio : sigma * scale), count * tau * ratio, count * tau * tau];
  });
  const [plainOf, overOf, timesOf, squareOf] = [0, 1, 2, 3].map((i) => Float64Array.from(terms, (term) => term[i]));
  let sum = 0;
  for (let a = 0; a < half; a++) {
    for (let b = 0; b <= a; b++) {
      // Σ c q q' of real and imaginary parts, which both signs share.
      let [plainRr, plainIi, plainRi, plainIr] = [0, 0, 0, 0];
      let [overRr, overIi, overRi, overIr] = [0, 0, 0, 0];
      let [timesRr, timesIi, timesRi, timesIr] = [0, 0, 0, 0];
      let [squareRr, squareIi, squareRi, squareIr] = [0, 0, 0, 0];
      for (let g = 0, i = 2 * a * size, j = 2 * b * size; g < size; g++, i += 2, j += 2) {
        const [rr, ii, ri, ir] = [q[i] * q[j], q[i + 1] * q[j + 1], q[i] * q[j + 1], q[i + 1] * q[j]];
        plainRr += plainOf[g] * rr;
        plainIi += plainOf[g] * ii;
        plainRi += plainOf[g] * ri;
        plainIr += plainOf[g] * ir;
        overRr += overOf[g] * rr;
        overIi += overOf[g] * ii;
        overRi += overOf[g] * ri;
        overIr += overOf[g] * ir;
        timesRr += timesOf[g] * rr;
        timesIi += timesOf[g] * ii;
        timesRi += timesOf[g] * ri;
        timesIr += timesOf[g] * ir;
        squareRr += squareOf[g] * rr;
        squareIi += squareOf[g] * ii;
        squareRi += squareOf[g] * ri;
        squareIr += squareOf[g] * ir;
      }
      // (z, z') and (z, conj z'): the other two combinations are conjugates of these.
      let both = 0;
      for (let sign = 1; sign >= -1; sign -= 2) {
        const [yr, yi, vr, vi] = [inverseY[2 * a], inverseY[2 * a + 1], inverseY[2 * b], sign * inverseY[2 * b + 1]];
        const factorRe = (yr * vr - yi * vi) / m;
        const factorIm = (yr * vi + yi * vr) / m;
        const [overRe, overIm] = [overRr - sign * overIi, sign * overRi + overIr];
        const [timesRe, timesIm] = [timesRr - sign * timesIi, sign * timesRi + timesIr];
        const [squareRe, squareIm] = [squareRr - sign * squareIi, sign * squareRi + squareIr];
        const [productRe, productIm] = [overRe * timesRe - overIm * timesIm, overRe * timesIm + overIm * timesRe];
        const [topRe, topIm] = [factorRe * productRe - factorIm * productIm, factorRe * productIm + factorIm * productRe];
        const bottomRe = 1 - (factorRe * squareRe - factorIm * squareIm);
        const bottomIm = -(factorRe * squareIm + factorIm * squareRe);
        const norm = bottomRe * bottomRe + bottomIm * bottomIm;
        const re = plainRr - sign * plainIi + (topRe * bottomRe + topIm * bottomIm) / norm;
        const im = sign * plainRi + plainIr + (topIm * bottomRe - topRe * bottomIm) / norm;
        const [wr, wi, xr, xi] = [weight[2 * a], weight[2 * a + 1], weight[2 * b], sign * weight[2 * b + 1]];
        both += (wr * xr - wi * xi) * re - (wr * xi + wi * xr) * im;
      }
      sum += (a === b ? 1 : 2) * both;
    }
  }
  // 2 half nodes each way; the real parts stand for both members of a conjugate pair.
  return (2 * sum) / (2 * half) ** 2;
}

export type Complex = readonly [number, number];

function multiply([a, b]: Complex, [c, d]: Complex): Complex {
  return [a * c - b * d, a * d + b * c];
}

export function divide([a, b]: Complex, [c, d]: Complex): Complex {
  const norm = c * c + d * d;
  return [(a * c + b * d) / norm, (b * c - a * d) / norm];
}

function put(array: Float64Array, index: number, [re, im]: Complex): void {
  array[2 * index] = re;
  array[2 * index + 1] = im;
}

/** z(y) and z'(y). */
function image(groups: readonly Group[], m: number, y: Complex): { z: Complex; slope: Complex } {
  let z: Complex = y;
  let slope: Complex = [1, 0];
  for (const { tau, count } of groups) {
    // τ y/(y-τ) = τ + τ²/(y-τ).
    const r = divide([tau, 0], [y[0] - tau, y[1]]);
    z = [z[0] + (count * tau * (1 + r[0])) / m, z[1] + (count * tau * r[1]) / m];
    const r2 = multiply(r, r);
    slope = [slope[0] - (count * r2[0]) / m, slope[1] - (count * r2[1]) / m];
  }
  return { z, slope };
}

/** The y right of all τ and of the minimum of z that maps to a real z right of the spectrum: Newton from the right, monotone. */
export function realPreimage(groups: readonly Group[], m: number, z: number): Complex {
  let y = z;
  for (let i = 0; i < NEWTON; i++) {
    const { z: value, slope } = image(groups, m, [y, 0]);
    y -= (value[0] - z) / slope[0];
  }
  return [y, 0];
}

/** The y of `to`, continued from the y of `from`. The right one is the only solution in the upper half plane. */
export function follow(groups: readonly Group[], m: number, from: Complex, to: Complex, start: Complex, depth = 0): Complex {
  let y = start;
  for (let i = 0; i < NEWTON; i++) {
    const { z, slope } = image(groups, m, y);
    const step = divide([z[0] - to[0], z[1] - to[1]], slope);
    y = [y[0] - step[0], y[1] - step[1]];
    if (!(y[1] > 0)) break;
    if (Math.hypot(...step) <= 1e-14 * Math.hypot(...y)) return y;
  }
  if (depth === MAX_HALVINGS) throw new Error("deterministicEquivalent: the contour could not be followed");
  const middle: Complex = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  return follow(groups, m, middle, to, follow(groups, m, from, middle, start, depth + 1), depth + 1);
}
