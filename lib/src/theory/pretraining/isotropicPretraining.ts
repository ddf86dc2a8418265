/** @file Finite pretraining on isotropic inputs: closed sums, the growth, and where thinking helps. */
import { smallestInteger } from "../../core/bisection";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { logSum } from "../../core/logSum";
import { ones } from "../caseMatrices";
import { marchenkoPasturRule, marchenkoPasturTrapezoid, type PointMasses } from "../finite/marchenkoPasturRule";
import { ownTheorem } from "../theorem";
import { type ChainMoments, noiseScale } from "./chainMoments";
import { fittedErrorSampler } from "./fittedLayer";
import { largestReturn, MAX_PAIRED_STEPS, nestedPairings, pairedGrowth, promptTables } from "./nestedPairings";

/** A layer fitted to B isotropic prompts, tested on isotropic prompts of the same scale (Λ = Σ ∝ I). */
export interface IsotropicPretrainingParams {
  /** d: dimension; integer >= 1. */
  readonly d: number;
  /** n: examples in a training prompt; integer >= 1, or Infinity. */
  readonly n: number;
  /** B: training prompts; integer > d + 1, or Infinity. */
  readonly prompts: number;
  /** m: examples in the test prompt; integer >= 1, or Infinity; default Infinity. */
  readonly m?: number;
}

/** What becomes of the error as k grows. */
export type PretrainingPhase = "exponential" | "polynomial" | "saturating" | "overthinking";

/** The place of a layer in the phase diagram of (B/d, n/d, m/d). */
export interface PretrainingBehaviour {
  /** "exponential" decay to 0 (growth < 1); "polynomial", like 1/√k at B = B_c (growth 1); "saturating" above 0 (m < d); "overthinking" (growth > 1). */
  readonly phase: PretrainingPhase;
  /** The factor by which a step changes the error's norm, in the end, in the directions that the test prompt shows. */
  readonly growth: number;
  /** k*: the steps with the least error; Infinity where the error only falls. */
  readonly bestSteps: number;
}

/** Points of the trapezoidal rule for the growth. */
const POINTS = 2000;
/** |growth - 1| that is taken for rounding. */
const CRITICAL = 1e-9;
/** Largest k for which the closed sum is formed. */
const MAX_STEPS = 100_000;

interface Constants {
  readonly gamma: number;
  /** δ = 1 - 1/γ. */
  readonly delta: number;
  /** ρ. */
  readonly rho: number;
  readonly scale: number;
}

function constants(check: Checks, { d, n, prompts, m = Number.POSITIVE_INFINITY }: IsotropicPretrainingParams): Constants {
  check.integer("d", d, 1);
  check.length("n", n);
  check.length("m", m);
  const scale = noiseScale(check, prompts, d);
  const gamma = 1 + (d + 1) / n;
  const delta = n === Number.POSITIVE_INFINITY ? 0 : (d + 1) / (n + d + 1);
  return { gamma, delta, rho: Math.sqrt((delta / gamma) * d * scale), scale };
}

/**
 * The logarithms of the error after k = 0..K steps of a layer fitted to B isotropic prompts, (K+1,).
 * 𝓔_k = d Σ_j C(k, j)² δ^(2(k-j)) ρ^(2j) at m = ∞,  δ = 1 - 1/γ,  ρ² = (1 - 1/γ)/γ · d/(B - d - 1),  γ = 1 + (d + 1)/n
 * $$ \mathcal E_k = d \sum_j \binom kj^2 \delta^{2(k-j)} \rho^{2j}, \quad \delta = 1 - \frac1\gamma, \quad \rho^2 = \frac{1 - 1/\gamma}{\gamma} \cdot \frac{d}{B - d - 1} $$
 * At finite m powers give way to means τ under the Marchenko-Pastur law:
 * 𝓔_k = d Σ_j (f ∗ g^{∗j})(k - j, k - j),  f(p, q) = τ((1 - x/γ)^(p+q)),  g(p, q) = ρ² τ(x² (1 - x/γ)^(p+q))
 * $$ \mathcal E_k = d \sum_j (f * g^{*j})(k-j, k-j), \quad f(p, q) = \tau((1 - x/\gamma)^{p+q}), \quad g(p, q) = \rho^2\,\tau(x^2 (1 - x/\gamma)^{p+q}) $$
 * @param params d >= 1; n >= 1 or Infinity; prompts B > d + 1 or Infinity; m = Infinity
 * @param steps K; integer in [0, 100000] at m = Infinity, in [0, 300] otherwise
 * @throws HypothesisError for B <= d + 1; RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.logIsotropicPretrainingCurve({ d: 60, n: 30, prompts: 150 }, 2); // => [4.094, 3.581, 3.385]
 */
export function logIsotropicPretrainingCurve(params: IsotropicPretrainingParams, steps: number): Float64Array {
  argumentsOf("logIsotropicPretrainingCurve", params);
  const check: Checks = new Checks("logIsotropicPretrainingCurve");
  const known = constants(check, params);
  const { d, m = Number.POSITIVE_INFINITY } = params;
  check.integer("steps", steps, 0, m === Number.POSITIVE_INFINITY ? MAX_STEPS : MAX_PAIRED_STEPS);
  if (m === Number.POSITIVE_INFINITY) return Float64Array.from({ length: steps + 1 }, (_, k) => closedSum(d, known, k));
  const rule = [moments(params, known, marchenkoPasturRule({ d, m }, steps + 2))];
  return nestedPairings(promptTables(rule, known.scale, steps), known.scale, steps);
}

/**
 * The errors of {@link logIsotropicPretrainingCurve}, (K+1,), in units of (y/x)²; Infinity beyond 1.8e308.
 * @param params d >= 1; n >= 1 or Infinity; prompts B > d + 1 or Infinity; m = Infinity
 * @param steps K; integer in [0, 100000] at m = Infinity, in [0, 300] otherwise
 * @throws HypothesisError for B <= d + 1; RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.isotropicPretrainingCurve({ d: 60, n: 60, prompts: 200, m: 240 }, 2); // => [60, 27.03, 16.08]
 */
export function isotropicPretrainingCurve(params: IsotropicPretrainingParams, steps: number): Float64Array {
  argumentsOf("isotropicPretrainingCurve", params);
  return inNameOf("isotropicPretrainingCurve", () => logIsotropicPretrainingCurve(params, steps)).map(Math.exp);
}

/** ln d Σ_j C(k, j)² δ^{2(k-j)} ρ^{2j}. */
function closedSum(d: number, { delta, rho }: Constants, k: number): number {
  if (k === 0) return Math.log(d);
  const [logDelta, logRho] = [2 * Math.log(delta), 2 * Math.log(rho)];
  const logs: number[] = [];
  let logBinomial = 0;
  for (let j = 0; j <= k; j++) {
    // 0 times an infinite logarithm is a zeroth power.
    logs.push(2 * logBinomial + (j === k ? 0 : (k - j) * logDelta) + (j === 0 ? 0 : j * logRho));
    logBinomial += Math.log((k - j) / (j + 1));
  }
  return Math.log(d) + logSum(logs);
}

function moments({ d }: IsotropicPretrainingParams, { gamma, delta }: Constants, { points, masses }: PointMasses): ChainMoments {
  const each = (factor: number): Float64Array => masses.map((mass) => factor * d * mass);
  const mu = points.map((x) => x / gamma);
  return {
    mu,
    reach: mu,
    delta: points.map((x) => 1 - x / gamma),
    plain: each(1),
    rows: each(delta),
    loop: each(gamma - 1),
    end: each(gamma),
  };
}

/**
 * Where a layer fitted to B isotropic prompts stands, by the growth of its error and by the steps that serve it best.
 * At m = ∞ the growth is δ + ρ, and it is 1 at B_c = (d + 1)(1 + d/n):
 * 𝓔_k ≈ d (δ + ρ)^(2k+1)/√(4πkδρ),  k* ≈ 1/(4 ln(δ + ρ)) for B just below B_c
 * $$ \mathcal E_k \approx d\,\frac{(\delta + \rho)^{2k+1}}{\sqrt{4\pi k\,\delta\rho}}, \quad k^* \approx \frac{1}{4 \ln(\delta + \rho)} \text{ for } B \uparrow B_c $$
 * So above B_c the error falls exponentially, at B_c like 1/√k, and below it rises after k* steps, in spite of perfect alignment and endless
 * test prompts. At finite m a short test prompt may overthink by itself (m < m_c); for m < d, with growth below 1, the error saturates, and
 * what N adds in unseen directions may put its least value at a finite k*.
 * @param params d >= 1; n >= 1 or Infinity; prompts B > d + 1 or Infinity; m = Infinity
 * @throws HypothesisError for B <= d + 1; RangeError outside the domain, or when k* exceeds 100000 at m = Infinity or 300 otherwise
 * @origin ours; phases of these names are in the abstract of arXiv 2606.03217 (Takanami, Pehlevan), with which alone this can be compared
 * @example
 * cot.theory.isotropicPretrainingPhase({ d: 20, n: 10, prompts: 50 }); // => { phase: "overthinking", growth: 1.0656, bestSteps: 4 }
 */
export function isotropicPretrainingPhase(params: IsotropicPretrainingParams): PretrainingBehaviour {
  argumentsOf("isotropicPretrainingPhase", params);
  const check: Checks = new Checks("isotropicPretrainingPhase");
  const known = constants(check, params);
  const { d, m = Number.POSITIVE_INFINITY } = params;
  const growth = growthOf(params, known);
  const phase = phaseOf(growth, m < d);
  if (phase === "exponential" || phase === "polynomial") return { phase, growth, bestSteps: Number.POSITIVE_INFINITY };
  if (m === Number.POSITIVE_INFINITY) {
    const log = (k: number): number => closedSum(d, known, k);
    const bestSteps = smallestInteger((k) => log(k + 1) >= log(k), 0, MAX_STEPS);
    if (bestSteps === Number.POSITIVE_INFINITY) check.fail("prompts", `such that the best k is at most ${MAX_STEPS}`, params.prompts);
    return { phase, growth, bestSteps };
  }
  return { phase, growth, bestSteps: leastOf(check, phase, (steps) => logIsotropicPretrainingCurve(params, steps)) };
}

/**
 * The number of training prompts above which typical chains of a layer fitted to isotropic prompts do not diverge on test prompts of m examples; a real number.
 * B_c(m) = d + 1 + (d(d + 1)/n) max(min(1, m/d), τ((x/(2γ - x))²)),  γ = 1 + (d + 1)/n
 * $$ B_c(m) = d + 1 + \frac{d(d + 1)}n \max\Big(\min\big(1, \tfrac md\big),\; \tau\Big(\big(\tfrac{x}{2\gamma - x}\big)^2\Big)\Big), \quad \gamma = 1 + \frac{d + 1}n $$
 * τ is the mean under the Marchenko-Pastur law of ratio d/m without its atom. The first term is the return of the noise at z = 1, where the test prompt drops
 * out: as long as its own steps do not overshoot, a prompt of m >= d examples asks for no more pretraining than an endless one, (d + 1)(1 + d/n). The second
 * is that at z = -1. Infinity at and below the m at which the layer of endless training diverges already, {@link criticalTestLength}.
 * @param prompt d >= 1; n >= 1 or Infinity; m = Infinity
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * [Infinity, 240, 62].map((m) => cot.theory.isotropicCriticalPrompts({ d: 60, n: 60, m })); // => [122, 122.0, 306.0]
 */
export function isotropicCriticalPrompts(prompt: Omit<IsotropicPretrainingParams, "prompts">): number {
  const { d, n, m = Number.POSITIVE_INFINITY } = argumentsOf("isotropicCriticalPrompts", prompt);
  const check: Checks = new Checks("isotropicCriticalPrompts");
  const params = { d, n, m, prompts: Number.POSITIVE_INFINITY };
  const known = constants(check, params);
  if (m === Number.POSITIVE_INFINITY) return (d + 1) * (1 + d / n);
  if ((1 + Math.sqrt(d / m)) ** 2 >= 2 * known.gamma) return Number.POSITIVE_INFINITY;
  return d + 1 + largestReturn([moments(params, known, marchenkoPasturTrapezoid({ d, m }, POINTS))], 1);
}

function growthOf({ d, m = Number.POSITIVE_INFINITY, ...rest }: IsotropicPretrainingParams, known: Constants): number {
  const { gamma, delta, rho, scale } = known;
  if (m === Number.POSITIVE_INFINITY) return delta + rho;
  const root = Math.sqrt(d / m);
  const edges = [(1 - root) ** 2, (1 + root) ** 2].map((x) => Math.abs(1 - x / gamma));
  const inner = pairedGrowth([moments({ d, m, ...rest }, known, marchenkoPasturTrapezoid({ d, m }, POINTS))], scale);
  return Math.max(inner, ...edges);
}

/** The phase of a growth, where the test prompt shows every direction or leaves some unseen. */
export function phaseOf(growth: number, unseen: boolean): PretrainingPhase {
  if (growth > 1 + CRITICAL) return "overthinking";
  if (unseen) return "saturating";
  return growth < 1 - CRITICAL ? "exponential" : "polynomial";
}

/** The least place of a curve, looked at in doubling lengths; Infinity for a saturating one that still falls at the end. */
export function leastOf(check: Checks, phase: PretrainingPhase, curve: (steps: number) => Float64Array, limit = MAX_PAIRED_STEPS): number {
  for (let steps = 32; ; steps = Math.min(2 * steps, limit)) {
    const logs = curve(steps);
    const best = logs.indexOf(logs.reduce((min, value) => Math.min(min, value)));
    if (best < steps) return best;
    if (steps < limit) continue;
    if (phase === "saturating") return Number.POSITIVE_INFINITY;
    check.fail("prompts", `such that the best k is below ${limit}`, `a later one`);
  }
}

/** The isotropic curve, tested on layers that are fitted to sampled prompts. */
export const finitePretrainingIsotropic = /* @__PURE__ */ ownTheorem<IsotropicPretrainingParams & { readonly k: number }>(() => ({
  id: "finite-pretraining-isotropic",
  source: "ours",
  statement: String.raw`$\mathcal E_k \to d \sum_j \binom kj^2 \delta^{2(k-j)}\rho^{2j}$ at $m = \infty$, $\rho^2 = \frac{1 - 1/\gamma}{\gamma}\frac{d}{B-d-1}$, as $d, n, B \to \infty$ together`,
  paper: "The trained layer is the optimum of the population loss.",
  ours: "The error of a layer that has seen B prompts; at finite m with means under the Marchenko-Pastur law.",
  kind: "approximation",
  tolerance: 0.05,
  draws: 60,
  predict: ({ k, ...params }) => isotropicPretrainingCurve(params, k)[k],
  sampler: ({ d, n, prompts, m = Number.POSITIVE_INFINITY, k }) => {
    const covariance = ones(d);
    return fittedErrorSampler({ covariance, target: covariance, n, prompts, m, k });
  },
  cases: [
    { d: 60, n: 120, prompts: 150, k: 3 },
    { d: 60, n: 30, prompts: 400, k: 5 },
    { d: 60, n: 60, prompts: 200, m: 240, k: 3 },
    { d: 60, n: 30, prompts: 300, m: 300, k: 2 },
  ],
}));
