/** @file Which prompts diverge: the probability that one prompt's chain does, in place of the mean over prompts, which always does. */
import { bisect, smallestInteger } from "../../core/bisection";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { logDeviation } from "../../core/logSum";
import { tracyWidom, tracyWidomQuantile } from "../../core/tracyWidom";
import { Covariance } from "../../model/covariance";
import { commutingLogErrors } from "../../model/errorPowers";
import type { AlignmentParams } from "../../model/pencil";
import { secondMomentSampler } from "../../model/wishart";
import { ones, powerLaw } from "../caseMatrices";
import { overthinkingSpectrum } from "../paper/overthinking";
import { ownTheorem } from "../theorem";
import { marchenkoPasturTrapezoid } from "./marchenkoPasturRule";
import type { SpectralEdgeParams } from "./spectralEdges";
import { largestStepEigenvalue } from "./typicalBehaviour";

/** Where the largest eigenvalue of a prompt's second moment lies: edge + scale t, with t of the Tracy-Widom law F₁ as d and m grow together. */
export interface LargestEigenvalueLaw {
  /** The edge, dimensionless. */
  readonly edge: number;
  /** The scale of the fluctuation, of order d^(-2/3), dimensionless. */
  readonly scale: number;
}

/**
 * The law of the largest eigenvalue of S̃ = XXᵀ/m, x ~ N(0, diag(τ)).
 * edge = z(y*),  scale = (y*⁴ z''(y*)/(2m²))^(1/3),  z(y) = y + (1/m) Σ_i τ_i y/(y - τ_i),  y* its minimum right of τ_max
 * $$ \mathrm{edge} = z(y^*), \quad \mathrm{scale} = \Big(\frac{y^{*4} z''(y^*)}{2 m^2}\Big)^{1/3}, \quad z(y) = y + \frac1m \sum_i \frac{\tau_i y}{y - \tau_i} $$
 * With m and d both less a half, which for τ = 1 are the centre and the scale μ and s of Ma 2012, and make the error of the law's approximation of order d^(-2/3):
 * μ = (√(m - ½) + √(d - ½))²/m,  s = √μ (1/√(m - ½) + 1/√(d - ½))^(1/3)/√m
 * $$ \mu = \frac{(\sqrt{m - \frac12} + \sqrt{d - \frac12})^2}{m}, \quad s = \sqrt{\frac{\mu}{m}} \Big(\frac{1}{\sqrt{m - \frac12}} + \frac{1}{\sqrt{d - \frac12}}\Big)^{1/3} $$
 * @param params spectrum τ, (d,), >= 0, not all 0; m >= 1
 * @throws RangeError outside the domain
 * @origin standard, Johnstone 2001, El Karoui 2007; the halves by Ma 2012; for any τ with the halves ours
 * @example
 * cot.theory.largestEigenvalueLaw({ spectrum: [1, 1, 1, 1], m: 10 }); // => { edge: 2.453, scale: 0.4708 }
 */
export function largestEigenvalueLaw(params: SpectralEdgeParams): LargestEigenvalueLaw {
  const { spectrum, m } = argumentsOf("largestEigenvalueLaw", params);
  const check: Checks = new Checks("largestEigenvalueLaw");
  check.vector("spectrum", spectrum);
  for (let i = 0; i < spectrum.length; i++) check.nonNegative(`spectrum[${i}]`, spectrum[i]);
  check.integer("m", m, 1);
  return lawOf(check, spectrum, m);
}

function lawOf(check: Checks, spectrum: ArrayLike<number>, m: number): LargestEigenvalueLaw {
  const taus = Array.from(spectrum).filter((tau) => tau > 0);
  if (taus.length === 0) check.fail("spectrum", "non-zero", spectrum);
  const largest = taus.reduce((max, tau) => Math.max(max, tau), 0);
  const [length, weight] = [m - 0.5, (taus.length - 0.5) / taus.length];
  // y = τ_max (1 + u): m z' = (m - ½) - w Σ (τ/(y - τ))² is >= 0 at u = √(d/(m - ½)).
  const gap = (u: number, tau: number): number => largest * u + (largest - tau);
  const slope = (u: number): number => taus.reduce((sum, tau) => sum - weight * (tau / gap(u, tau)) ** 2, length);
  const u = bisect((value) => !(slope(value) < 0), 0, Math.sqrt(taus.length / length)).yes;
  const y = largest * (1 + u);
  const edge = taus.reduce((sum, tau) => sum + (weight * tau * y) / gap(u, tau), length * y) / m;
  // In units of the largest, whose powers may overflow.
  const curvature = taus.reduce((sum, tau) => sum + (2 * weight * (tau / largest) ** 2) / (gap(u, tau) / largest) ** 3, 0);
  const scale = (largest * (((1 + u) ** 4 * curvature) / 2) ** (1 / 3)) / m;
  if (!Number.isFinite(edge) || !Number.isFinite(scale)) check.fail("spectrum", "of values whose edge is a finite number", spectrum);
  return { edge, scale };
}

/** A trained model, a test distribution, and the length of its prompts. */
export interface DivergingShareParams extends AlignmentParams {
  /** m: examples in the test prompt; integer >= 1, or Infinity. */
  readonly m: number;
}

/**
 * The share of test prompts on which thinking diverges in the end, in [0, 1].
 * P(λ_max(Γ^(-1/2) S Γ^(-1/2)) > 2) ≈ 1 - F₁((2 - edge)/scale)
 * With the edge and scale of {@link largestEigenvalueLaw} for τ = the eigenvalues of Γ⁻¹Σ. At the edge's m_c it tends to 1 - F₁(0) ≈ 0.17, not ½. Simulated shares
 * of isotropic prompts differ by up to 0.03 at d = 5 to 30.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; m >= 1 or Infinity; target = covariance (Σ); noise = 0 (σ)
 * @throws HypothesisError when Γ is singular; TypeError or RangeError outside the domain
 * @origin ours, from the Tracy-Widom law (in Chiani's gamma approximation)
 * @example
 * const covariance = cot.Covariance.diagonal(new Float64Array(10).fill(1));
 * cot.theory.divergingShare({ covariance, n: 20, m: 11 }); // => 0.4418
 */
export function divergingShare(params: DivergingShareParams): number {
  const { m, ...alignment } = argumentsOf("divergingShare", params);
  const check: Checks = new Checks("divergingShare");
  check.length("m", m);
  return shareOf(
    check,
    inNameOf("divergingShare", () => overthinkingSpectrum(alignment)),
    m,
  );
}

function shareOf(check: Checks, spectrum: Float64Array, m: number): number {
  const clean = spectrum.map((mu) => Math.max(mu, 0));
  if (m === Number.POSITIVE_INFINITY) return clean[0] > 2 ? 1 : 0;
  if (clean[0] === 0) return 0;
  const { edge, scale } = lawOf(check, clean, m);
  return tracyWidom((2 - edge) / scale).upper;
}

/**
 * The shortest test length at which no more than a share of prompts diverges; Infinity when μ_max >= 2 and every length does.
 * m = min {m : P(λ_max(Γ^(-1/2) S Γ^(-1/2)) > 2) ≤ share}
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; target = covariance (Σ); noise = 0 (σ)
 * @param share in (0, 1)
 * @throws HypothesisError when Γ is singular; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const covariance = cot.Covariance.diagonal(new Float64Array(10).fill(1));
 * [0.5, 0.01].map((share) => cot.theory.testLengthForShare({ covariance, n: 20 }, share)); // => [11, 26]
 */
export function testLengthForShare(params: AlignmentParams, share: number): number {
  argumentsOf("testLengthForShare", params);
  const check: Checks = new Checks("testLengthForShare");
  check.interval("share", share, Number.MIN_VALUE, 1 - Number.EPSILON);
  const spectrum = inNameOf(check.fn, () => overthinkingSpectrum(params));
  if (spectrum[0] >= 2) return Number.POSITIVE_INFINITY;
  return smallestInteger((m) => shareOf(check, spectrum, m) <= share, 1);
}

/** Isotropic training and test prompts. */
export interface MedianStepsParams {
  /** d: dimension; integer >= 1. */
  readonly d: number;
  /** n: examples in a training prompt; integer >= 1, or Infinity. */
  readonly n: number;
  /** m: examples in the test prompt; integer >= 1. */
  readonly m: number;
}

/** Points of the law's distribution function. */
const POINTS = 4000;
/** The largest k that is looked for. */
const MAX_STEPS = 1e9;

/**
 * The number of steps with the least median error, for isotropic inputs; Infinity where the median prompt's chain converges.
 * k* = argmin_k Σ_i (1 - x_i/γ)^(2k),  x_1 = edge + scale F₁⁻¹(½), x_2, ..., x_d the (i - ½)/d quantiles of the Marchenko-Pastur law
 * $$ k^* = \operatorname{argmin}_k \sum_i (1 - x_i/\gamma)^{2k}, \quad x_1 = \mathrm{edge} + \mathrm{scale}\, F_1^{-1}(\tfrac12), \quad
 *    x_i \text{ the } \tfrac{d - i + 1/2}{d} \text{ quantiles of the Marchenko-Pastur law} $$
 * The median of the errors is about the error of the prompt with the median largest eigenvalue, which alone rules it in the end.
 * @param params d >= 1; n >= 1 or Infinity; m >= 1
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.medianBestSteps({ d: 30, n: 60, m: 30 }); // => 2
 */
export function medianBestSteps(params: MedianStepsParams): number {
  const { d, n, m } = argumentsOf("medianBestSteps", params);
  const check: Checks = new Checks("medianBestSteps");
  check.integer("d", d, 1);
  check.length("n", n);
  check.integer("m", m, 1);
  const gamma = 1 + (d + 1) / n;
  const { edge, scale } = lawOf(check, new Float64Array(d).fill(1), m);
  const largest = edge + scale * tracyWidomQuantile(0.5);
  if (largest <= 2 * gamma) return Number.POSITIVE_INFINITY;
  const { points, masses } = marchenkoPasturTrapezoid({ d, m }, POINTS);
  const spectrum = [largest];
  const total = masses.reduce((sum, mass) => sum + mass, Math.max(0, 1 - m / d));
  let [above, next] = [0, POINTS - 1];
  for (let i = 1; i < d; i++) {
    while (next >= 0 && above + masses[next] < ((i + 0.5) / d) * total) above += masses[next--];
    spectrum.push(next >= 0 ? points[next] : 0);
  }
  const log = commutingLogErrors(Float64Array.from(spectrum, (x) => logDeviation(x / gamma)));
  return smallestInteger((k) => log(k + 1) >= log(k), 0, MAX_STEPS);
}

const tilted = /* @__PURE__ */ powerLaw(30, 0.5);

/** The share, tested on sampled second moments. */
export const divergingShareTheorem = /* @__PURE__ */ ownTheorem<DivergingShareParams>(() => ({
  id: "finite-diverging-share",
  source: "ours",
  statement: String.raw`$P(\lambda_{\max}(\Gamma^{-1/2} S \Gamma^{-1/2}) > 2) \to 1 - F_1((2 - \mathrm{edge})/\mathrm{scale})$ as $d, m \to \infty$ together`,
  paper: "Nothing at finite m.",
  ours: "The probability that thinking diverges on a prompt, for any Λ, Σ, n and m, from the edge and its Tracy-Widom fluctuation.",
  kind: "approximation",
  tolerance: 0.1,
  draws: 1500,
  predict: divergingShare,
  sampler: ({ covariance, n, target = covariance, m, noise = 0 }) => {
    const draw = secondMomentSampler({ covariance: target, m });
    const { d } = covariance;
    return (random) => {
      const moment = draw(random);
      const S = Covariance.fromMatrix(Array.from({ length: d }, (_, i) => moment.subarray(i * d, (i + 1) * d)));
      return largestStepEigenvalue({ covariance, n, noise, S }) > 2 ? 1 : 0;
    };
  },
  cases: [
    { covariance: ones(10), n: 20, m: 11 },
    { covariance: ones(30), n: 60, m: 55 },
    { covariance: tilted, n: 100, m: 67 },
    { covariance: tilted, target: ones(30).scale(0.35), n: 60, m: 92 },
  ],
}));
