/** @file The task-selection program: which mixture of training tasks matches a target. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../../core/check";
import { Covariance, checkCovariance, checkTasks, requireInvertible, sandwich } from "../../model/covariance";
import { gammaMatrix } from "../../model/gamma";
import { covarianceGram } from "../../model/gram";
import { checkLengths } from "../../model/mixture";
import { planar } from "../caseMatrices";
import { limitErrorSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";

const RESULT = "the task-selection program";

/**
 * Which objective the program minimises.
 * - "paper": ‖I - Σ⁻¹ Λ̄‖_F² with Λ̄ = Σ_l π_l Λ_l, as printed;
 * - "whitened": ‖I - Σ^(-1/2) Λ̄ Σ^(-1/2)‖_F², the same when Σ commutes with every Λ_l, and the form for which Proposition 4.3 can be proved;
 * - "gamma" and "gamma-whitened": the same two with Γ_l, the pivot of task l at its own prompt length n_l, in place of Λ_l.
 */
export type SelectionForm = "paper" | "whitened" | "gamma" | "gamma-whitened";
/** All of them. */
export const SELECTION_FORMS: readonly SelectionForm[] = ["paper", "whitened", "gamma", "gamma-whitened"];

/** A choice among training tasks. */
export interface SelectionParams {
  /** Λ_l: covariances of the tasks' inputs, L of (d, d), units of x². */
  readonly tasks: readonly Covariance[];
  /** Σ: covariance of the target's inputs, (d, d), positive definite, units of x². */
  readonly target: Covariance;
  /** Which objective; default "paper". */
  readonly form?: SelectionForm;
  /** n_l: training prompt lengths, integers >= 1 or Infinity, one or (L,); only for the two "gamma" forms, which need it. */
  readonly lengths?: number | ArrayLike<number>;
}

/** A task-selection objective as the quadratic form ½ πᵀHπ + cᵀπ + constant. */
export interface SelectionProgram {
  /** H_ab = 2 tr(C_aᵀ C_b), (L, L), symmetric positive semidefinite. */
  readonly H: Matrix;
  /** c_a = -2 tr(C_a), (L,). */
  readonly c: Float64Array;
  /** d. */
  readonly constant: number;
}

/**
 * The task-selection objective as a quadratic form on the simplex {π >= 0, Σ π_l = 1}, with C_l = Σ⁻¹Λ_l or as {@link SelectionForm} says.
 * ‖I - Σ_l π_l C_l‖_F² = ½ πᵀHπ + cᵀπ + d
 * @param params tasks Λ_l, L of (d, d); target Σ, (d, d); form = "paper"; lengths? n_l, for the "gamma" forms alone
 * @throws HypothesisError when Σ is singular; TypeError or RangeError outside the domain, or on overflow
 * @origin paper, the quadratic program after Proposition 4.3 (form "paper"); the other forms are ours
 * @example
 * const [tasks, target] = [[cot.Covariance.diagonal([2, 2]), cot.Covariance.diagonal([1, 0.1])], cot.Covariance.diagonal([1, 1])];
 * cot.theory.selectionProgram({ tasks, target }).c; // => [-8, -2.2]
 */
export function selectionProgram(params: SelectionParams): SelectionProgram {
  argumentsOf("selectionProgram", params);
  const check: Checks = new Checks("selectionProgram");
  const { target } = params;
  const pivots = comparedPivots(check, params);
  const overflow = (value: number) => check.fail("target", "comparable with the tasks: Σ^{-1}Λ overflows", value);
  const inverse = target.inverse();
  const c = Float64Array.from(pivots, ({ matrix }) => -2 * Matrix.mul(inverse, matrix).sum());
  // 1/σ² must be a number before it can be a weight of the Gram matrix.
  if (!Number.isFinite(target.lambdaMin ** -2)) overflow(target.lambdaMin ** -2);
  const H = covarianceGram({ covariances: pivots, target, norm: isWhitened(params.form) ? "whitened" : "left" }).mul(2);
  for (let a = 0; a < pivots.length; a++) {
    const worst = [H.get(a, a), c[a]].find((value) => !Number.isFinite(value));
    if (worst !== undefined) overflow(worst); // |H_ab| is at most the larger of H_aa and H_bb
  }
  return { H, c, constant: target.d };
}

/**
 * The task-selection objective of {@link selectionProgram} at given weights, from the residual, so that values near 0 keep their digits.
 * @param given tasks Λ_l, L of (d, d); target Σ, (d, d); form = "paper"; lengths? n_l, for the "gamma" forms alone; weights π, (L,)
 * @throws HypothesisError when Σ is singular; TypeError or RangeError outside the domain, or on overflow
 * @origin paper, the quadratic program after Proposition 4.3 (form "paper"); the other forms are ours
 * @example
 * const [tasks, target] = [[cot.Covariance.diagonal([2, 2]), cot.Covariance.diagonal([1, 0.1])], cot.Covariance.diagonal([1, 1])];
 * cot.theory.selectionObjective({ tasks, target, weights: [0.25, 0.75] }); // => 0.2431
 */
export function selectionObjective(given: SelectionParams & { readonly weights: ArrayLike<number> }): number {
  const { weights, ...params } = argumentsOf("selectionObjective", given);
  const check: Checks = new Checks("selectionObjective");
  const terms = comparisonMatrices(check, params);
  check.weights("weights", weights, terms.length);
  const residual = Matrix.eye(params.target.d, params.target.d);
  for (const [l, term] of terms.entries()) residual.sub(Matrix.mul(term, weights[l]));
  const value = Matrix.mul(residual, residual).sum();
  if (!Number.isFinite(value)) check.fail("target", "comparable with the tasks: Σ^{-1}Λ overflows", value);
  return value;
}

/** An objective that was reached, and the form that it has. */
export interface SelectionErrorBoundParams {
  /** q: value of the objective at the mixture, in [0, 1). */
  readonly objective: number;
  /** The form that q was computed with; no default, since a whitened q promises less than a printed one. */
  readonly form: SelectionForm;
  /** Σ: covariance of the target's inputs, positive definite; for the whitened forms only. */
  readonly target?: Covariance;
  /** k: updates; integer >= 1. */
  readonly k: number;
}

/**
 * What a small objective q promises: a bound on the m = ∞ error after k steps of a model whose pivot Γ is the mixture that the objective
 * compares with Σ (Σ_l π_l Γ_l, or Λ̄, which mixing per token learns as n → ∞), in units of (y/x)².
 * ‖(I - Γ⁻¹Σ)^k‖_F² ≤ (√q/(1 - √q))^(2k),  q = ‖I - Σ⁻¹Γ‖_F² < 1
 * $$ \|(I - \Gamma^{-1}\Sigma)^k\|_F^2 \le \Big(\frac{\sqrt q}{1 - \sqrt q}\Big)^{2k}, \quad q = \|I - \Sigma^{-1}\Gamma\|_F^2 < 1,\ k \ge 1 $$
 * Steps are sure to help once q < 1/4; a larger q promises nothing, since the program weighs overshoot (Γ above Σ, which only slows) like
 * undershoot. Derivation: I - Γ⁻¹Σ = -(I - R)⁻¹ R with R = I - Σ⁻¹Γ. A whitened q promises less: the bound gains the factor cond(Σ),
 * since then I - Γ⁻¹Σ = -Σ^(-1/2) (I - R_w)⁻¹ R_w Σ^(1/2).
 * @param params objective q, in [0, 1); form of q; target? Σ, for the whitened forms alone, which need its condition; k >= 1
 * @throws HypothesisError when q >= 1 or Σ is singular; TypeError or RangeError outside the domain, or on overflow
 * @origin ours
 * @example
 * cot.theory.selectionErrorBound({ objective: 0.04, form: "paper", k: 1 }); // => 0.0625
 */
export function selectionErrorBound(params: SelectionErrorBoundParams): number {
  argumentsOf("selectionErrorBound", params);
  const check: Checks = new Checks("selectionErrorBound");
  const { objective, form, target, k } = params;
  if (typeof objective !== "number") throw new TypeError(`${check.fn}: objective must be a number in [0, 1), got ${typeof objective}`);
  if (!(objective >= 0)) check.fail("objective", "a number in [0, 1)", objective);
  const result = "the selection error bound";
  if (objective >= 1) check.refuse(result, "the objective is below 1", "objective", `below 1 for ${result}`, objective);
  check.oneOf("form", form, SELECTION_FORMS);
  if (isWhitened(form) === (target === undefined)) {
    const rule = isWhitened(form) ? "given for the whitened forms" : `left out for the form "${form}", which does not need it`;
    check.fail("target", rule, target);
  }
  if (target) {
    checkCovariance(check, "target", target);
    requireInvertible(check, "target", target, result, "Sigma is invertible");
  }
  check.integer("k", k, 1);
  const root = Math.sqrt(objective);
  const condition = target ? target.lambdaMax / target.lambdaMin : 1;
  const bound = condition * (root / (1 - root)) ** (2 * k);
  if (!Number.isFinite(bound)) check.fail("k", "small enough for the bound not to overflow", k);
  return bound;
}

/** Throws unless tasks and target have one dimension, which is returned, and Σ is invertible, as a result needs it. */
export function checkSelection(check: Checks, { tasks, target }: Pick<SelectionParams, "tasks" | "target">, result: string): number {
  const d = checkTasks(check, tasks);
  checkCovariance(check, "target", target);
  if (target.d !== d) check.fail("target", `of the dimension of the tasks (${d})`, target.d);
  requireInvertible(check, "target", target, result, "Sigma is invertible");
  return d;
}

/** Λ_l or Γ_l for each task: what the objective compares with Σ. */
function comparedPivots(check: Checks, { tasks, target, form = "paper", lengths }: SelectionParams): Covariance[] {
  checkSelection(check, { tasks, target }, RESULT);
  check.oneOf("form", form, SELECTION_FORMS);
  const onGamma = form === "gamma" || form === "gamma-whitened";
  if (onGamma === (lengths === undefined)) {
    check.fail("lengths", onGamma ? "given for the forms on Γ" : `left out for the form "${form}", which does not depend on it`, lengths);
  }
  if (!onGamma) return [...tasks];
  const lengthOf = checkLengths(check, lengths!, tasks.length, true);
  return tasks.map((covariance, l) => gammaMatrix({ covariance, n: lengthOf(l) }));
}

/** C_l for each task. */
function comparisonMatrices(check: Checks, params: SelectionParams): Matrix[] {
  const pivots = comparedPivots(check, params).map(({ matrix }) => matrix);
  if (isWhitened(params.form)) return whitenedTasks(params.target, pivots);
  const inverse = params.target.inverse();
  return pivots.map((pivot) => inverse.mmul(pivot));
}

function isWhitened(form: SelectionForm = "paper"): boolean {
  return form === "whitened" || form === "gamma-whitened";
}

/** B_l = Σ^{-1/2} Λ_l Σ^{-1/2}, each (d, d), exactly symmetric. */
export function whitenedTasks(target: Covariance, matrices: readonly Matrix[]): Matrix[] {
  const inverseRoot = target.apply((value) => 1 / Math.sqrt(value));
  return matrices.map((matrix) => sandwich(inverseRoot, matrix));
}

/** A mixture whose mean covariance is the pivot. */
export interface SelectionCase extends SelectionParams {
  /** π, (L,). */
  readonly weights: readonly number[];
  /** k: updates; integer >= 1. */
  readonly k: number;
}

/** The promise of a small objective. */
export const selectionPromise = /* @__PURE__ */ ownTheorem<SelectionCase>(() => ({
  id: "task-selection-promise",
  source: "ours",
  statement: String.raw`$E\|w_k-w\|^2 \le (\sqrt q/(1-\sqrt q))^{2k}$ at $m=\infty$ for the pivot $\bar\Lambda$, $q=\|I-\Sigma^{-1}\bar\Lambda\|_F^2<1$`,
  paper: "The mixture should minimise q; why this lowers the test error is not shown in our source.",
  ours: "The bound, which makes steps help once q < 1/4. The program uses Λ and not Γ, and does not see prompt lengths.",
  kind: "upper-bound",
  predict: ({ k, ...params }) => {
    const { form = "paper", target } = params;
    return selectionErrorBound({ objective: selectionObjective(params), form, k, ...(isWhitened(form) ? { target } : {}) });
  },
  sampler({ tasks, target, weights, k }) {
    const mean = Matrix.zeros(target.d, target.d);
    for (const [l, task] of tasks.entries()) mean.add(Matrix.mul(task.matrix, weights[l]));
    return limitErrorSampler({ preconditioner: Covariance.fromMatrix(mean).inverse(), target, k });
  },
  cases: [
    {
      tasks: [Covariance.diagonal([2, 0.4]), Covariance.diagonal([0.2, 1.4])],
      target: Covariance.diagonal([1, 1]),
      weights: [0.5, 0.5],
      k: 1,
    },
    { tasks: [planar(1.2, 0.1, 0.4), planar(0.8, 0.3, 0.9)], target: planar(1, 0.2, 0.6), weights: [0.5, 0.5], k: 3 },
  ],
}));
