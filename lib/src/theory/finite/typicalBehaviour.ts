/** @file What many steps do on a given finite prompt, and on a typical one. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { eigenvaluesOf } from "../../linalg/spectrum";
import { Covariance, checkCovariance, sandwich } from "../../model/covariance";
import { inverseGamma } from "../../model/gamma";
import { type AlignmentParams, alignmentPencil } from "../../model/pencil";
import { overthinkingSpectrum } from "../paper/overthinking";
import { learnedUpdates, momentCurveSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";
import { anisotropicCriticalTestLength } from "./criticalTestLength";
import { spectralEdges } from "./spectralEdges";

/** A trained model, a test distribution, and the length of its prompts. */
export interface FinitePromptParams extends AlignmentParams {
  /** m: examples in the test prompt; integer >= 1. */
  readonly m: number;
}

/** What becomes of a typical run as k grows. */
export interface TypicalBehaviour {
  /** The edge of the limiting spectrum of S̃ = Γ^{-1/2} S Γ^{-1/2}, where λ_max(S̃) lies up to fluctuations. */
  readonly edge: number;
  /** m_c, see `anisotropicCriticalTestLength`. */
  readonly criticalTestLength: number;
  /** True when edge < 2, that is m > m_c. */
  readonly converges: boolean;
  /** Dimension of the error that no step reduces, max(d - m, 0) and at least the number of directions without test data. */
  readonly unseen: number;
}

/**
 * Whether many steps converge on a typical prompt.
 * A run converges exactly when {@link largestStepEigenvalue} is below 2, and to 0 exactly when S is invertible too; here that eigenvalue is
 * replaced by the edge to which it tends as d and m grow together. The mean grows without limit all the same, see {@link logMeanErrorLowerBound}.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; m >= 1; target = covariance (Σ); noise = 0 (σ)
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const { edge, converges } = cot.theory.typicalBehaviour({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, m: 20 });
 * [edge, converges]; // => [1.324, true]
 */
export function typicalBehaviour(params: FinitePromptParams): TypicalBehaviour {
  argumentsOf("typicalBehaviour", params);
  const check: Checks = new Checks("typicalBehaviour");
  const { m, ...alignment } = params;
  check.integer("m", m, 1);
  const taus = inNameOf("typicalBehaviour", () => overthinkingSpectrum(alignment));
  // The spectrum is known to rounding: below that a direction counts as unseen.
  const floor = 4 * taus.length * Number.EPSILON * Math.max(taus[0], 1);
  const spectrum = taus.map((tau) => (tau > floor ? tau : 0));
  const length = anisotropicCriticalTestLength(alignment);
  const seen = spectrum.filter((tau) => tau > 0).length;
  return {
    edge: seen === 0 ? 0 : spectralEdges({ spectrum, m }).upper,
    criticalTestLength: length,
    converges: m > length,
    unseen: spectrum.length - Math.min(seen, m),
  };
}

/**
 * The largest eigenvalue of one prompt's step, a pure number: its steps converge as k → ∞ exactly when it is below 2.
 * μ̃_max = λ_max(Γ^(-1/2) S Γ^(-1/2))
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; noise = 0 (σ); S = XXᵀ/m of the test prompt, (d, d), a Covariance or a Matrix
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; TypeError or RangeError outside the domain
 * @origin ours; the paper's condition on the eigenvalues, made exact, with S in place of Σ
 * @example
 * const [covariance, S] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([0.5, 2])];
 * cot.theory.largestStepEigenvalue({ covariance, n: 10, S }); // => 2.857
 */
export function largestStepEigenvalue(params: Omit<AlignmentParams, "target"> & { readonly S: Covariance | Matrix }): number {
  const { S, ...training } = argumentsOf("largestStepEigenvalue", params);
  const check: Checks = new Checks("largestStepEigenvalue");
  checkCovariance(check, "covariance", training.covariance);
  if (!(S instanceof Covariance) && !Matrix.isMatrix(S)) check.wrongKind("S", "a Covariance or a Matrix", S);
  const moment = (S instanceof Covariance ? S : inNameOf("largestStepEigenvalue", () => Covariance.fromMatrix(S))).matrix;
  const { d } = training.covariance;
  if (moment.rows !== d || moment.columns !== d) check.fail("S", `a ${d}x${d} matrix, as the covariance`, moment);
  const { covariance } = training;
  const { gamma } = alignmentPencil(check, "the convergence of a run", training);
  const root = covariance.isSingular
    ? Covariance.fromMatrix(inverseGamma(training)).apply(Math.sqrt)
    : gamma.apply((value) => 1 / Math.sqrt(value));
  const whitened = sandwich(root, moment);
  return eigenvaluesOf(whitened).reduce((max, value) => Math.max(max, value), 0);
}

/** Steps of the experiment below; the error at the end is compared with the error half way. */
const STEPS = 400;

/** The dichotomy at m_c, tested by running prompts well away from it. */
export const typicalConvergence = /* @__PURE__ */ ownTheorem<FinitePromptParams>(() => ({
  id: "finite-typical-convergence",
  source: "ours",
  statement: String.raw`as $d, m \to \infty$ together, the error of a typical prompt diverges in $k$ if $m < m_c$ and does not if $m > m_c$`,
  paper: "Nothing at finite m.",
  ours: "m_c, from the edge of the spectrum of Γ^{-1/2} S Γ^{-1/2}.",
  kind: "dichotomy",
  // The claim is about d, m -> infinity; at d = 40 and m well away from m_c a draw in a hundred or so still goes the other way.
  tolerance: 0.05,
  predict: (params) => (typicalBehaviour(params).converges ? 0 : 1),
  sampler: (params) => {
    const draw = momentCurveSampler({ ...learnedUpdates({ ...params, k: STEPS }), m: params.m });
    return (random) => {
      const errors = draw(random);
      const [halfWay, end] = [errors[STEPS / 2], errors[STEPS]];
      return end === Number.POSITIVE_INFINITY || end > halfWay * (1 + 1e-9) ? 1 : 0;
    };
  },
  cases: [
    { covariance: Covariance.diagonal(new Float64Array(40).fill(1)), n: 80, m: 150 },
    { covariance: Covariance.diagonal(new Float64Array(40).fill(1)), n: 80, m: 35 },
    { covariance: Covariance.diagonal(Array.from({ length: 30 }, (_, i) => 1 / (i + 1))), n: 100, m: 120 },
    { covariance: Covariance.diagonal(Array.from({ length: 30 }, (_, i) => 1 / (i + 1))), n: 1000, m: 15 },
  ],
}));
