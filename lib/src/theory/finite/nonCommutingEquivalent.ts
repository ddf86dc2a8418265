/** @file The error of k steps on a finite prompt in the limit of large d and m, whether or not Λ and Σ commute. */
import type { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../../core/check";
import { fromLog } from "../../core/logSum";
import { multiply, transpose } from "../../linalg/dense";
import { rowMajor } from "../../linalg/layout";
import { spectrumOf } from "../../linalg/spectrum";
import { requireInvertible, sandwich } from "../../model/covariance";
import { pencilLogErrors } from "../../model/errorPowers";
import { type AlignmentParams, alignmentPencil } from "../../model/pencil";
import { neighbours, powerLaw } from "../caseMatrices";
import { learnedUpdates, momentErrorSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";
import { type Complex, divide, follow, type Group, realPreimage, WIDTH } from "./deterministicEquivalent";
import { spectralEdges } from "./spectralEdges";

/** A trained model and finite test prompts. */
export interface NonCommutingEquivalentParams extends AlignmentParams {
  /** m: examples in the test prompt; integer >= 1, or Infinity. */
  readonly m: number;
}

/** Largest K: the double integral has about 25 K² nodes. */
const MAX_STEPS = 200;

/**
 * The error after k steps in the limit of large d and m for any Λ and Σ, in units of (y/x)².
 * 𝓔_k ≈ (2πi)⁻² ∮∮ ((1 - z)(1 - z'))^k G(z, z') dz dz',  q_i = y/(y - c_i),  z = y + (1/m) Σ_i c_i q_i,  p = 1/(m y y'),
 *   G = (1/zz') [Σ_ij Γ̃_ij (Γ̃⁻¹)_ij q_i q_j' + p Σ c_i (Γ̃⁻¹)_ii q_i q_i' · Σ c_i Γ̃_ii q_i q_i' / (1 - p Σ c_i² q_i q_i')]
 * $$ \mathcal E_k \approx \frac{1}{(2\pi i)^2} \oint\!\oint ((1 - z)(1 - z'))^k\, G(z, z')\, dz\, dz', \quad q_i = \frac{y}{y - c_i}, \quad
 *    z = y + \frac1m \sum_i c_i q_i, \quad p = \frac{1}{m y y'}, \quad G = \frac{1}{zz'} \Big[ \sum_{ij} \tilde\Gamma_{ij} (\tilde\Gamma^{-1})_{ij} q_i q_j' +
 *    \frac{p \sum_i c_i (\tilde\Gamma^{-1})_{ii} q_i q_i' \cdot \sum_i c_i \tilde\Gamma_{ii} q_i q_i'}{1 - p \sum_i c_i^2 q_i q_i'} \Big] $$
 * Γ^(-1/2) Σ Γ^(-1/2) = V diag(c) Vᵀ and Γ̃ = VᵀΓV. Where Λ and Σ commute it is {@link deterministicEquivalent}; like it, it is that of a typical prompt,
 * with an error of order 1/d that grows with k.
 * @param given covariance Λ, (d, d); n >= 1 or Infinity; m >= 1 or Infinity; target = covariance (Σ); noise = 0 (σ); k in [0, 200]
 * @throws HypothesisError when Λ is singular; TypeError or RangeError outside the domain, or when the error exceeds 1.8e308
 * @origin ours, from the standard two-resolvent formula
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.fromMatrix([[1, 0.3], [0.3, 0.6]])];
 * cot.theory.nonCommutingEquivalent({ covariance, target, n: 20, m: 40, k: 2 }); // => 0.1018
 */
export function nonCommutingEquivalent(given: NonCommutingEquivalentParams & { readonly k: number }): number {
  const { k, ...params } = argumentsOf("nonCommutingEquivalent", given);
  const check: Checks = new Checks("nonCommutingEquivalent");
  return fromLog(check, curve(check, params, "k", k)[k], "logNonCommutingEquivalentCurve");
}

/**
 * The natural logarithms of {@link nonCommutingEquivalent} for k = 0, ..., K at the cost of one, (K+1,).
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; m >= 1 or Infinity; target = covariance (Σ); noise = 0 (σ)
 * @param steps K; integer in [0, 200]
 * @throws as {@link nonCommutingEquivalent}, but for the size of the error
 * @origin ours
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.fromMatrix([[1, 0.3], [0.3, 0.6]])];
 * cot.theory.logNonCommutingEquivalentCurve({ covariance, target, n: 20, m: 40 }, 2); // => [0.693, -0.84, -2.285]
 */
export function logNonCommutingEquivalentCurve(params: NonCommutingEquivalentParams, steps: number): Float64Array {
  argumentsOf("logNonCommutingEquivalentCurve", params);
  return curve(new Checks("logNonCommutingEquivalentCurve"), params, "steps", steps);
}

function curve(check: Checks, { m, ...alignment }: NonCommutingEquivalentParams, name: string, steps: number): Float64Array {
  check.length("m", m);
  check.integer(name, steps, 0, MAX_STEPS);
  const pencil = alignmentPencil(check, "the deterministic equivalent", alignment);
  requireInvertible(check, "covariance", alignment.covariance, "the deterministic equivalent", "lambda_min > 0");
  const { d } = pencil.gamma;
  if (m === Number.POSITIVE_INFINITY || steps === 0) {
    const log = pencilLogErrors(pencil);
    return Float64Array.from({ length: steps + 1 }, (_, k) => log(k));
  }
  const inverseRoot = pencil.gamma.apply((value) => 1 / Math.sqrt(value));
  const { values, vectors } = spectrumOf(sandwich(inverseRoot, pencil.target.matrix));
  const c = values.map((value) => Math.max(value, 0));
  const V = rowMajor(vectors);
  const turned = (matrix: Matrix): Float64Array => multiply(transpose(V, d), multiply(rowMajor(matrix), V, d, d, d), d, d, d);
  const gamma = turned(pencil.gamma.matrix);
  const inverse = turned(pencil.gamma.inverse());
  const diagonal = (matrix: Float64Array): Float64Array => c.map((value, i) => value * matrix[i * (d + 1)]);
  if (c.every((value) => value === 0)) return new Float64Array(steps + 1).fill(Math.log(d));
  const { lower, upper } = spectralEdges({ spectrum: c, m });
  const radius = Math.max(1 - lower, upper - 1) * Math.exp(WIDTH / steps);
  const { z, y, q, theta } = contourNodes(c, m, radius, Math.max(20, 5 * steps));
  const joined = gamma.map((value, at) => value * inverse[at]);
  const plain = bilinearForm(q, d, multiply(q.re, joined, z.length, d, d), multiply(q.im, joined, z.length, d, d));
  const weighted = (weights: Float64Array): Form =>
    bilinearForm(
      q,
      d,
      q.re.map((value, at) => value * weights[at % d]),
      q.im.map((value, at) => value * weights[at % d]),
    );
  const [over, times, square] = [weighted(diagonal(inverse)), weighted(diagonal(gamma)), weighted(c.map((value) => value * value))];
  const { same, mirrored } = integrand(m, { z, y }, { plain, over, times, square });
  return Float64Array.from({ length: steps + 1 }, (_, k) => {
    const mean = contourMean(theta, radius, k, same, mirrored);
    if (!(mean > 0)) check.fail(name, "such that the integral keeps a digit", k);
    return 2 * k * Math.log(radius) + Math.log(mean);
  });
}

/** Complex entries, their parts apart. */
export interface Parts {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** The nodes of the upper half of the contour |z - 1| = r; the lower half has the conjugates. */
export interface Contour {
  readonly z: readonly Complex[];
  readonly y: readonly Complex[];
  /** (N, d). */
  readonly q: Parts;
  /** The angles, (N,). */
  readonly theta: Float64Array;
}

/** The nodes, and what the two-resolvent formula needs there. */
export function contourNodes(c: Float64Array, m: number, radius: number, half: number): Contour {
  const groups: Group[] = Array.from(c, (tau) => ({ alpha: 1, tau, sigma: tau, count: 1 }));
  const d = c.length;
  const q: Parts = { re: new Float64Array(half * d), im: new Float64Array(half * d) };
  const theta = Float64Array.from({ length: half }, (_, node) => (Math.PI * (node + 0.5)) / half);
  const z: Complex[] = [];
  const y: Complex[] = [];
  let last: Complex = [1 + radius, 0];
  let preimage = realPreimage(groups, m, 1 + radius);
  theta.forEach((angle, node) => {
    const next: Complex = [1 + radius * Math.cos(angle), radius * Math.sin(angle)];
    preimage = follow(groups, m, last, next, preimage);
    last = next;
    z.push(next);
    y.push(preimage);
    for (let i = 0; i < d; i++) {
      const [re, im] = divide(preimage, [preimage[0] - c[i], preimage[1]]);
      q.re[node * d + i] = re;
      q.im[node * d + i] = im;
    }
  });
  return { z, y, q, theta };
}

/** A symmetric bilinear form at every pair of nodes: of q with q', and of q with the conjugate of q'. */
export interface Form {
  readonly same: Parts;
  readonly mirrored: Parts;
}

/** From K q for a symmetric K, its parts apart: three real products. */
export function bilinearForm(q: Parts, d: number, re: Float64Array, im: Float64Array): Form {
  const count = q.re.length / d;
  const [right, below] = [transpose(q.re, count, d), transpose(q.im, count, d)];
  const pairs = (a: Float64Array, b: Float64Array): Float64Array => multiply(a, b, count, d, count);
  const [rr, ri, ii] = [pairs(re, right), pairs(re, below), pairs(im, below)];
  const ir = transpose(ri, count);
  // In place, for these are the large arrays: rr ∓ ii and ir ± ri.
  for (let at = 0; at < rr.length; at++) {
    [rr[at], ii[at]] = [rr[at] - ii[at], rr[at] + ii[at]];
    [ri[at], ir[at]] = [ri[at] + ir[at], ir[at] - ri[at]];
  }
  return { same: { re: rr, im: ri }, mirrored: { re: ii, im: ir } };
}

/** G at every pair of nodes, or zz' G: each factor z stands for one S̃ more. */
export function integrand(
  m: number,
  { z, y }: { readonly z: readonly Complex[]; readonly y: readonly Complex[] },
  { plain, over, times, square }: Readonly<Record<"plain" | "over" | "times" | "square", Form>>,
  withFactors = false,
): Form {
  const count = z.length;
  const evaluate = (side: "same" | "mirrored"): Parts => {
    const out: Parts = { re: new Float64Array(count * count), im: new Float64Array(count * count) };
    const sign = side === "same" ? 1 : -1;
    const [{ re: a, im: ai }, { re: b, im: bi }, { re: c, im: ci }, { re: e, im: ei }] = [
      plain[side],
      over[side],
      times[side],
      square[side],
    ];
    for (let i = 0; i < count; i++) {
      const [yr, yi] = y[i];
      const [zr, zi] = z[i];
      for (let j = 0; j <= i; j++) {
        const at = i * count + j;
        // 1/p = m y y'; p b c/(1 - p e) = b c/(1/p - e).
        const pr = m * (yr * y[j][0] - sign * yi * y[j][1]) - e[at];
        const pi = m * (sign * yr * y[j][1] + yi * y[j][0]) - ei[at];
        const norm = pr * pr + pi * pi;
        const br = b[at] * c[at] - bi[at] * ci[at];
        const bj = b[at] * ci[at] + bi[at] * c[at];
        let re = a[at] + (br * pr + bj * pi) / norm;
        let im = ai[at] + (bj * pr - br * pi) / norm;
        if (!withFactors) {
          const wr = zr * z[j][0] - sign * zi * z[j][1];
          const wi = sign * zr * z[j][1] + zi * z[j][0];
          const size = wr * wr + wi * wi;
          [re, im] = [(re * wr + im * wi) / size, (im * wr - re * wi) / size];
        }
        out.re[at] = re;
        out.im[at] = im;
        // G(z', z) = G(z, z'), and its conjugate where one of the two is.
        out.re[j * count + i] = re;
        out.im[j * count + i] = sign * im;
      }
    }
    return out;
  };
  return { same: evaluate("same"), mirrored: evaluate("mirrored") };
}

/** The mean over all pairs of nodes of r² e^{i(k+1)(θ+θ')} G: real parts of the pairs above, each with its conjugate. */
function contourMean(theta: Float64Array, radius: number, k: number, same: Parts, mirrored: Parts): number {
  const count = theta.length;
  const cos = theta.map((angle) => Math.cos((k + 1) * angle));
  const sin = theta.map((angle) => Math.sin((k + 1) * angle));
  let sum = 0;
  for (let a = 0; a < count; a++) {
    const [c, s] = [cos[a], sin[a]];
    for (let b = 0; b < count; b++) {
      const at = a * count + b;
      // Re e^{i(α ± β)} G.
      sum += (c * cos[b] - s * sin[b]) * same.re[at] - (s * cos[b] + c * sin[b]) * same.im[at];
      sum += (c * cos[b] + s * sin[b]) * mirrored.re[at] - (s * cos[b] - c * sin[b]) * mirrored.im[at];
    }
  }
  return (2 * radius * radius * sum) / (2 * count) ** 2;
}

const tilted = /* @__PURE__ */ powerLaw(40, 0.5);
const correlated = /* @__PURE__ */ neighbours(40, 0.25, 0.4);

/** The equivalent, tested on sampled prompts. */
export const nonCommutingEquivalentTheorem = /* @__PURE__ */ ownTheorem<NonCommutingEquivalentParams & { readonly k: number }>(() => ({
  id: "finite-non-commuting-equivalent",
  source: "ours",
  statement: String.raw`$\mathcal E_k$ tends to a double contour integral of the two-resolvent formula as $d, m \to \infty$ together, whether or not $\Lambda$ and $\Sigma$ commute`,
  paper: "Nothing at finite m but the bound for one step.",
  ours: "The error of every k at any test length for any pair of covariances.",
  kind: "approximation",
  tolerance: 0.05,
  draws: 100,
  predict: nonCommutingEquivalent,
  sampler: (params) => momentErrorSampler({ ...learnedUpdates(params), m: params.m }),
  cases: [
    { covariance: tilted, target: correlated, n: 40, m: 100, k: 1 },
    { covariance: tilted, target: correlated, n: 40, m: 100, k: 4 },
    { covariance: correlated, target: tilted.scale(0.4), n: 60, m: 200, k: 3 },
  ],
}));
