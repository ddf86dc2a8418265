/** @file A fixed set of training tasks and a target, as a function of the mixture: error, growth and their gradient. Ours. */
import { Matrix, solve } from "ml-matrix";
import { argumentsOf, Checks } from "../core/check";
import { logDeviation } from "../core/logSum";
import { type Covariance, toMatrix } from "../model/covariance";
import { commutingLogErrors, matrixLogErrors, stepGrowth, stepPowers } from "../model/errorPowers";
import { checkedStep, checkLengths, learnedStep, mix, mixMoments, type PromptMoments, promptMoments } from "../model/mixture";
import type { SelectionForm, SelectionParams, SelectionProgram } from "../theory/paper/selectionProgram";
import { checkSelection, SELECTION_FORMS, selectionObjective, selectionProgram } from "../theory/paper/selectionProgram";

/** Largest k of a gradient of matrices, which is a sum of k products. */
const MOST_DENSE_STEPS = 100_000;

/** Training tasks to choose from, and what they are to prepare for. */
export interface SelectionSetting extends Pick<SelectionParams, "tasks" | "target"> {
  /** n_l: training prompt lengths, integers >= 1 or Infinity, one for all or (L,). */
  readonly lengths: number | ArrayLike<number>;
}

/**
 * What a mixture of the tasks learns (mixing per prompt), with the moments of every task prepared once for many mixtures. Lengths may be Infinity.
 * A(π) = Λ̄ M̄⁻¹
 * When all matrices are diagonal only their diagonals are kept, and A is 0 in a direction that no task in the mixture covers: there the error
 * stays, as in training from 0.
 * @origin ours
 * @example
 * const [tasks, target] = [[[2, 0.5], [0.5, 2]].map(cot.Covariance.diagonal), cot.Covariance.diagonal([1, 1])];
 * const model = new cot.selection.MixtureModel({ tasks, target, lengths: 20 });
 * [model.growth([0.5, 0.5]), model.logErrors([0.5, 0.5], [5])[0]]; // => [0.476, -6.721]
 */
export class MixtureModel {
  /** d: dimension of x. */
  readonly d: number;
  /** L: number of tasks. */
  readonly count: number;
  /** True when all tasks and the target are diagonal. */
  readonly diagonal: boolean;
  /** Λ_l, L of (d, d). */
  readonly tasks: readonly Covariance[];
  /** Σ, (d, d). */
  readonly target: Covariance;
  /** n_l, (L,); Infinity for endless prompts. */
  readonly lengths: Float64Array;
  /** Λ_l and M_l, diagonals or row-major. */
  readonly moments: readonly PromptMoments[];
  /** Σ's diagonal or matrix, row-major. */
  readonly sigma: Float64Array;

  /** @throws TypeError or RangeError outside the domain; HypothesisError when Σ is singular */
  constructor(setting: SelectionSetting) {
    const { tasks, target, lengths } = argumentsOf("MixtureModel", setting, "setting");
    const check: Checks = new Checks("MixtureModel");
    this.d = checkSelection(check, { tasks, target }, "task selection");
    this.count = tasks.length;
    if (lengths === undefined) check.fail("lengths", "given: what a mixture learns depends on them", lengths);
    const lengthOf = checkLengths(check, lengths, tasks.length, true);
    this.lengths = Float64Array.from(tasks, (_, l) => lengthOf(l));
    this.tasks = [...tasks];
    this.target = target;
    this.diagonal = target.isDiagonal && tasks.every((task) => task.isDiagonal);
    const flat = (matrix: Matrix) => Float64Array.from(this.diagonal ? matrix.diag() : matrix.to1DArray());
    this.sigma = flat(target.matrix);
    this.moments = tasks.map((task, l) => promptMoments(flat(task.matrix), this.d, this.lengths[l]));
  }

  /**
   * The task-selection program of {@link selectionProgram}; from the diagonals, in O(L² d), when there are only diagonals.
   * @param form the objective
   * @throws TypeError or RangeError for arguments of another kind
   */
  program(form: SelectionForm): SelectionProgram {
    const check: Checks = new Checks("MixtureModel.program");
    check.oneOf("form", form, SELECTION_FORMS);
    if (!this.diagonal) return selectionProgram(this.objectiveParams(form));
    const terms = this.comparisons(form);
    const { count } = this;
    const H = Matrix.zeros(count, count);
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let sum = 0;
        for (let i = 0; i < this.d; i++) sum += terms[a][i] * terms[b][i];
        H.set(a, b, 2 * sum);
        H.set(b, a, 2 * sum);
      }
    }
    return { H, c: Float64Array.from(terms, (term) => -2 * term.reduce((sum, value) => sum + value, 0)), constant: this.d };
  }

  /**
   * The objective of {@link selectionObjective} at a mixture, from the residual.
   * @param form which objective
   * @param weights π, (L,), sum 1
   * @throws TypeError or RangeError for arguments of another kind
   */
  objective(form: SelectionForm, weights: ArrayLike<number>): number {
    const check: Checks = new Checks("MixtureModel.objective");
    check.oneOf("form", form, SELECTION_FORMS);
    check.weights("weights", weights, this.count);
    if (!this.diagonal) return selectionObjective({ ...this.objectiveParams(form), weights });
    return mix(this.comparisons(form), weights).reduce((sum, value) => sum + (1 - value) ** 2, 0);
  }

  /** The diagonal of Γ_l, or of Λ_l when the form does not use lengths, over that of Σ. */
  private comparisons(form: SelectionForm): Float64Array[] {
    const onGamma = form.startsWith("gamma");
    return this.moments.map(({ first }, l) => {
      const n = onGamma ? this.lengths[l] : Number.POSITIVE_INFINITY;
      const spread = this.tasks[l].trace / n;
      return first.map((lambda, i) => ((1 + 1 / n) * lambda + spread) / this.sigma[i]);
    });
  }

  private objectiveParams(form: SelectionForm) {
    const { tasks, target, lengths } = this;
    return { tasks, target, form, ...(form.startsWith("gamma") ? { lengths } : {}) };
  }

  /**
   * The preconditioner A(π), row-major (d, d), or its diagonal, (d,), 0 in directions without data; units of 1/x².
   * @param weights π, (L,), sum 1
   * @throws HypothesisError when Λ̄ is singular and the matrices are not diagonal
   */
  step(weights: ArrayLike<number>): Float64Array {
    const check: Checks = new Checks("MixtureModel.step");
    check.weights("weights", weights, this.count);
    return this.stepOf(check, weights);
  }

  private stepOf(check: Checks, weights: ArrayLike<number>): Float64Array {
    const moments = mixMoments(this.moments, weights);
    return this.diagonal ? learnedStep(check, moments, this.d) : checkedStep(check, moments, this.d);
  }

  /**
   * The preconditioner A(π) as a matrix, (d, d), units of 1/x².
   * @param weights π, (L,), sum 1
   * @throws HypothesisError as in `step`
   */
  preconditioner(weights: ArrayLike<number>): Matrix {
    const check: Checks = new Checks("MixtureModel.preconditioner");
    check.weights("weights", weights, this.count);
    const step = this.stepOf(check, weights);
    return this.diagonal ? Matrix.diag(Array.from(step)) : toMatrix(step, this.d);
  }

  /**
   * The spectral radius of I - A(π)Σ: the factor by which the error's norm changes in a step, in the end (m = ∞).
   * @param weights π, (L,), sum 1
   * @throws HypothesisError as in `step`
   */
  growth(weights: ArrayLike<number>): number {
    const check: Checks = new Checks("MixtureModel.growth");
    check.weights("weights", weights, this.count);
    return stepGrowth(this.stepOf(check, weights), this.sigma, this.d);
  }

  /**
   * The logarithms of the errors ‖(I - A(π)Σ)^k‖_F² after several numbers of steps, at m = ∞; -Infinity for an error of 0.
   * @param weights π, (L,), sum 1
   * @param steps the k, integers >= 0
   * @throws RangeError for another k; HypothesisError as in `step`
   */
  logErrors(weights: ArrayLike<number>, steps: readonly number[]): Float64Array {
    const check: Checks = new Checks("MixtureModel.logErrors");
    check.weights("weights", weights, this.count);
    check.list("steps", steps);
    for (const [i, k] of steps.entries()) check.integer(`steps[${i}]`, k, 0);
    return Float64Array.from(steps, matrixLogErrors(this.stepOf(check, weights), this.sigma, this.d));
  }

  /**
   * The logarithm of the error after k steps at m = ∞, and its gradient in π, (L,).
   * ∂_l ‖P‖_F² = -2 tr(K (Λ_l - A M_l)),  P = D^k,  D = I - AΣ,  K = M̄⁻¹ Σ Σ_{a+b=k-1} D^b Pᵀ D^a
   * @param weights π, (L,), sum 1
   * @param k integer >= 0
   * @throws HypothesisError as in `step`
   */
  logErrorGradient(weights: ArrayLike<number>, k: number): { value: number; gradient: Float64Array } {
    const check: Checks = new Checks("MixtureModel.logErrorGradient");
    check.weights("weights", weights, this.count);
    check.integer("k", k, 0, this.diagonal ? Number.MAX_SAFE_INTEGER : MOST_DENSE_STEPS);
    return this.diagonal ? this.diagonalGradient(check, weights, k) : this.denseGradient(check, weights, k);
  }

  private diagonalGradient(check: Checks, weights: ArrayLike<number>, k: number) {
    const { second } = mixMoments(this.moments, weights);
    const a = this.stepOf(check, weights);
    const logs = a.map((step, i) => logDeviation(step * this.sigma[i]));
    const value = commutingLogErrors(logs)(k);
    // 2k δ^(2k-1) / Σ δ^(2k), with the large powers taken as logarithms.
    const share = a.map((step, i) => {
      const delta = 1 - step * this.sigma[i];
      return delta === 0 || second[i] === 0
        ? 0
        : (-2 * k * Math.sign(delta) * Math.exp((2 * k - 1) * logs[i] - value) * this.sigma[i]) / second[i];
    });
    const gradient = Float64Array.from(this.moments, (task) =>
      share.reduce((sum, factor, i) => sum + factor * (task.first[i] - a[i] * task.second[i]), 0),
    );
    return { value, gradient };
  }

  private denseGradient(check: Checks, weights: ArrayLike<number>, k: number) {
    const { d } = this;
    const moments = mixMoments(this.moments, weights);
    const step = checkedStep(check, moments, d);
    // Powers of norm 1, so that they neither overflow nor vanish: Σ D^b Pᵀ D^a / ‖P‖² from logarithms that are near each other.
    const power = stepPowers(step, this.sigma, d);
    const { matrix, log } = power(k);
    const P = toMatrix(matrix, d).transpose();
    const inner = Matrix.zeros(d, d);
    for (let a = 0; a < k; a++) {
      const [left, right] = [power(k - 1 - a), power(a)];
      const term = toMatrix(left.matrix, d).mmul(P).mmul(toMatrix(right.matrix, d));
      inner.add(term.mul(Math.exp(left.log + right.log - log)));
    }
    const K = solve(toMatrix(moments.second, d), this.target.matrix.mmul(inner)).mul(-2);
    const flatK = K.transpose().to1DArray();
    const flatKA = K.mmul(toMatrix(step, d)).transpose().to1DArray();
    const gradient = Float64Array.from(this.moments, ({ first, second }) =>
      first.reduce((sum, value, i) => sum + flatK[i] * value - flatKA[i] * second[i], 0),
    );
    return { value: 2 * log, gradient };
  }
}

/** A weight below this is what rounding leaves of 0. */
const ZERO_WEIGHT = 1e-9;

/**
 * A mixture without the residues of rounding. They matter: a direction covered by one task alone learns that task's Γ_l there, however small
 * its weight, and nothing at weight 0.
 */
export function withoutResidues(weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, weight) => (weight < ZERO_WEIGHT ? sum : sum + weight), 0);
  return weights.map((weight) => (weight < ZERO_WEIGHT ? 0 : weight / total));
}
