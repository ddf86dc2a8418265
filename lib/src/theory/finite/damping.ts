/** @file Cures of overthinking: a damped step, momentum and Chebyshev's iteration, on endless prompts and on one prompt's own S. */
import { argumentsOf, Checks } from "../../core/check";
import { logSum } from "../../core/logSum";
import { multiply } from "../../linalg/dense";
import { rowMajor } from "../../linalg/layout";
import { Covariance } from "../../model/covariance";
import { pencilLogErrors } from "../../model/errorPowers";
import { type AlignmentParams, alignmentPencil, type Pencil } from "../../model/pencil";
import { ones, test, train } from "../caseMatrices";
import { learnedUpdates } from "../simulatedErrors";
import { ownTheorem } from "../theorem";

const RESULT = "the damped step";
/** μ below this share of μ_max counts as a direction that the prompt does not show. */
const UNSEEN = 1e-12;

/** How steps are taken: as learned; shortened by the best factor; with the best momentum; by Chebyshev's iteration. */
export type StepMethod = "plain" | "damped" | "momentum" | "chebyshev";
const METHODS: readonly StepMethod[] = ["plain", "damped", "momentum", "chebyshev"];

/** What the spectrum of AS allows. */
export interface DampingLimits {
  /** a: the least eigenvalue > 0 of AS, dimensionless. */
  readonly lowest: number;
  /** b: the largest. */
  readonly highest: number;
  /** Directions that S does not show: their error stays with every method. */
  readonly unseen: number;
  /** 2/b: a step w ← w - ηA(Sw - b) converges exactly for η below it. */
  readonly largestDamping: number;
  /** 2/(a + b): the η that converges fastest. */
  readonly bestDamping: number;
  /** Factor by which the error's norm changes in one step, in the end, in the directions that S shows. */
  readonly rates: Readonly<Record<StepMethod, number>>;
}

/**
 * How far a step must be shortened, and what shortening, momentum and Chebyshev's iteration can reach.
 * η < 2/b,  best η = 2/(a + b) with rate (b - a)/(b + a);  momentum and Chebyshev (√b - √a)/(√b + √a)
 * $$ \eta < \frac2b, \quad \eta^* = \frac{2}{a + b} \text{ with rate } \frac{b - a}{b + a}; \quad
 *    \text{momentum and Chebyshev } \frac{\sqrt b - \sqrt a}{\sqrt b + \sqrt a} $$
 * a and b are the ends of the spectrum of Γ⁻¹S. With S = Σ every divergence at m = ∞ disappears for η < 2/μ_max; with a prompt's own S as the target
 * these are the limits on that prompt.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; target = Λ (Σ, or a prompt's S); noise = 0 (σ)
 * @throws HypothesisError when Γ is singular; TypeError or RangeError outside the domain
 * @origin standard, for a quadratic (Polyak 1964; Golub and Varga 1961); a and b are ours
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([1, 2])];
 * cot.theory.dampingLimits({ covariance, target, n: 10 }).largestDamping; // => 0.7
 */
export function dampingLimits(params: AlignmentParams): DampingLimits {
  argumentsOf("dampingLimits", params);
  const check: Checks = new Checks("dampingLimits");
  return limitsOf(alignmentPencil(check, RESULT, params));
}

/**
 * The logarithms of the error after k = 0..K steps of a method, (K+1,), the mean over w taken; on an endless prompt, or on one with S as target.
 * 𝓔_k = ‖p_k(Γ⁻¹Σ)‖_F²,  p_k(μ) = (1 - ημ)^k, or p_{k+1} = (1 + β - αμ) p_k - β p_{k-1}, or T_k((a + b - 2μ)/(b - a))/T_k((a + b)/(b - a))
 * $$ \mathcal E_k = \|p_k(\Gamma^{-1}\Sigma)\|_F^2, \quad p_k(\mu) = (1 - \eta\mu)^k, \quad p_{k+1} = (1 + \beta - \alpha\mu) p_k - \beta p_{k-1}, \quad
 *    \frac{T_k((a + b - 2\mu)/(b - a))}{T_k((a + b)/(b - a))} $$
 * With α = 4/(√a + √b)² and β = ((√b - √a)/(√b + √a))². Chebyshev's has the least largest |p_k| on [a, b] for every k.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; target = Λ (Σ, or a prompt's S); noise = 0 (σ); method, one of the four; damping? η > 0 for
 *   "damped", default the best
 * @param steps K; integer in [0, 1e6]
 * @throws HypothesisError when Γ is singular; TypeError or RangeError outside the domain
 * @origin standard methods; the error of each is ours
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([1, 2])];
 * cot.theory.logDampedCurve({ covariance, target, n: 10, method: "chebyshev" }, 2); // => [0.693, -0.458, -2.65]
 */
export function logDampedCurve(
  params: AlignmentParams & { readonly method: StepMethod; readonly damping?: number },
  steps: number,
): Float64Array {
  argumentsOf("logDampedCurve", params);
  const check: Checks = new Checks("logDampedCurve");
  const { method, damping, ...alignment } = params;
  check.oneOf("method", method, METHODS);
  check.count("steps", steps, 0, 1_000_000);
  if (damping !== undefined) {
    check.positive("damping", damping);
    if (method !== "damped") check.fail("damping", 'given for "damped" alone', damping);
  }
  const pencil = alignmentPencil(check, RESULT, alignment);
  const limits = limitsOf(pencil);
  if (method === "plain" || method === "damped") {
    const eta = method === "plain" ? 1 : (damping ?? limits.bestDamping);
    const scaled = eta === 1 ? pencil : alignmentPencil(check, RESULT, { ...alignment, target: pencil.target.scale(eta) });
    const log = pencilLogErrors(scaled);
    return Float64Array.from({ length: steps + 1 }, (_, k) => log(k));
  }
  return polynomialCurve(pencil, limits, method, steps);
}

function limitsOf({ deviations }: Pencil): DampingLimits {
  const mus = deviations.map((delta) => 1 - delta);
  const highest = mus.reduce((max, mu) => Math.max(max, mu), 0);
  const seen = mus.filter((mu) => mu > UNSEEN * highest);
  const lowest = seen.reduce((min, mu) => Math.min(min, mu), highest);
  const damped = highest > 0 ? (highest - lowest) / (highest + lowest) : 0;
  const [a, b] = [Math.sqrt(lowest), Math.sqrt(highest)];
  const momentum = highest > 0 ? (b - a) / (b + a) : 0;
  return {
    lowest,
    highest,
    unseen: mus.length - seen.length,
    largestDamping: 2 / highest,
    bestDamping: 2 / (lowest + highest),
    rates: {
      plain: seen.reduce((most, mu) => Math.max(most, Math.abs(1 - mu)), 0),
      damped,
      momentum,
      chebyshev: momentum,
    },
  };
}

/** ‖L p_k(μ) R‖_F² with p_k = rate^k q_k, where no direction is unseen: the q_k stay within doubles. */
function polynomialCurve(
  { deviations, frame }: Pencil,
  limits: DampingLimits,
  method: "momentum" | "chebyshev",
  steps: number,
): Float64Array {
  const { lowest, highest, unseen, rates } = limits;
  const d = deviations.length;
  const r = rates.momentum;
  const unit = unseen > 0 || r === 0 ? 1 : r;
  const mus = deviations.map((delta) => (1 - delta > UNSEEN * highest ? 1 - delta : 0));
  const alpha = 4 / (Math.sqrt(lowest) + Math.sqrt(highest)) ** 2;
  // With x = (a + b - 2μ)/(b - a), and (1 + r²)/(2r) at μ = 0: T_k at μ = 0 is (r^k + r^{-k})/2, and the momentum's factor 1 + r² - αμ is 2 r x.
  const twice = mus.map((mu) => (1 + r * r - alpha * mu) / unit);
  let before: Float64Array = new Float64Array(d);
  let now: Float64Array = new Float64Array(d).fill(1);
  const curve = new Float64Array(steps + 1);
  for (let k = 0; k <= steps; k++) {
    // For Chebyshev `now` is 2 r^k T_k(x)/unit^k, k >= 1, to be divided by 1 + r^{2k}.
    const scale = method === "chebyshev" && k > 0 ? 1 / (1 + r ** (2 * k)) : 1;
    curve[k] = norm(now, scale) + 2 * k * Math.log(unit);
    const next = now.map((value, i) => {
      if (k > 0) return twice[i] * value - ((r * r) / (unit * unit)) * before[i];
      return method === "momentum" ? (1 - alpha * mus[i]) / unit : twice[i];
    });
    before = k === 0 && method === "chebyshev" ? now.map(() => 2) : now;
    now = next;
  }
  return curve;

  function norm(values: Float64Array, scale: number): number {
    const polynomial = values.map((value) => value * scale);
    if (frame === undefined) return logSum(polynomial.map((value) => 2 * Math.log(Math.abs(value))));
    const [left, right] = [rowMajor(frame.left), rowMajor(frame.right)];
    const product = multiply(
      left.map((value, at) => value * polynomial[at % d]),
      right,
      d,
      d,
      d,
    );
    return Math.log(product.reduce((sum, value) => sum + value * value, 0));
  }
}

const tilted = /* @__PURE__ */ Covariance.diagonal([1.92, 0.96, 0.64, 0.48]);
const identity = /* @__PURE__ */ ones(4);

/** The error of every method, tested by running it for drawn weights. */
export const dampingTheorem = /* @__PURE__ */ ownTheorem<AlignmentParams & { readonly method: StepMethod; readonly k: number }>(() => ({
  id: "damping",
  source: "ours",
  statement: String.raw`$\mathcal E_k = \|p_k(\Gamma^{-1}\Sigma)\|_F^2$ for the polynomial of a damped step, of momentum, of Chebyshev's iteration; they converge whatever $\mu_{\max}$ is`,
  paper: "Overthinking when the test distribution is far from the training distribution.",
  ours: "It disappears for η < 2/μ_max, and faster with momentum or Chebyshev's iteration.",
  kind: "equality",
  draws: 20_000,
  predict: ({ k, ...params }) => Math.exp(logDampedCurve(params, k)[k]),
  sampler: ({ method, k, ...params }) => {
    const { preconditioner, target } = learnedUpdates({ ...params, k });
    const { d } = target;
    const step = multiply(rowMajor(preconditioner), rowMajor(target.matrix), d, d, d);
    const { lowest: a, highest: b } = dampingLimits(params);
    const [middle, half] = [(a + b) / 2, (b - a) / 2];
    const momentum = ((Math.sqrt(b) - Math.sqrt(a)) / (Math.sqrt(b) + Math.sqrt(a))) ** 2;
    const rate = 4 / (Math.sqrt(a) + Math.sqrt(b)) ** 2;
    return (random) => {
      const error = random.fillNormal(new Float64Array(d));
      const velocity = new Float64Array(d);
      let omega = 0;
      for (let t = 0; t < k; t++) {
        const gradient = Float64Array.from({ length: d }, (_, i) => error.reduce((sum, value, j) => sum + step[i * d + j] * value, 0));
        // Chebyshev's two-term form: ω_1 = 1/middle, ω_2 = 1/(middle - half² ω_1/2), ω_{t+1} = 1/(middle - half² ω_t/4).
        const kept: number = method === "chebyshev" ? (half * half * omega) / (t === 1 ? 2 : 4) : 0;
        omega = 1 / (middle - kept);
        const [factor, carried] = {
          plain: [1, 0],
          damped: [1 / middle, 0],
          momentum: [rate, momentum],
          chebyshev: [omega, kept * omega],
        }[method];
        for (let i = 0; i < d; i++) {
          velocity[i] = carried * velocity[i] - factor * gradient[i];
          error[i] += velocity[i];
        }
      }
      return error.reduce((sum, value) => sum + value * value, 0);
    };
  },
  cases: [
    { covariance: tilted, target: identity.scale(3), n: 60, method: "plain", k: 3 },
    { covariance: tilted, target: identity.scale(3), n: 60, method: "damped", k: 5 },
    { covariance: tilted, target: identity.scale(3), n: 60, method: "momentum", k: 5 },
    { covariance: tilted, target: identity.scale(3), n: 60, method: "chebyshev", k: 5 },
    { covariance: train, target: test.scale(3), n: 12, method: "momentum", k: 6 },
    { covariance: train, target: test.scale(3), n: 12, method: "chebyshev", k: 6 },
  ],
}));
