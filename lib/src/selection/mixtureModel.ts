/** @file A fixed set of training tasks and a target, as a function of the mixture: error, growth and their gradient. Ours. */
import { Matrix, solve } from "ml-matrix";
import { Checks, HypothesisError } from "../core/check";
import type { Covariance } from "../model/covariance";
import { logSumExp } from "../model/pencil";
import { checkCovariance, isSingular } from "../theory/paper/hardness";
import { mixtureGrowth } from "../theory/paper/mixtureLimitError";
import { checkLengths, checkTasks, multiTaskOptimum } from "../theory/paper/multiTaskOptimum";
import { type SelectionForm, type SelectionProgram, selectionObjective, selectionProgram } from "../theory/paper/taskSelection";

/** Training tasks to choose from, and what they are to prepare for. */
export interface SelectionSetting {
  /** Λ_l: covariances of the tasks' inputs, L of (d, d), units of x². */
  readonly tasks: readonly Covariance[];
  /** Σ: covariance of the target's inputs, (d, d), positive definite, units of x². */
  readonly target: Covariance;
  /** n_l: training prompt lengths, integers >= 1 or Infinity, one for all or (L,). */
  readonly lengths: number | ArrayLike<number>;
}

/**
 * What a mixture of the tasks learns, prepared once for many mixtures: Λ_l and M_l = (1 + 1/n_l) Λ_l² + (tr Λ_l / n_l) Λ_l,
 * so that A(π) = Λ̄ M̄^{-1} (mixing per prompt). When all matrices are diagonal only their diagonals are kept, and a
 * direction that no task in the mixture covers keeps its error: A is 0 there, which is where training from 0 stays.
 */
export class MixtureModel {
  readonly d: number;
  /** L: number of tasks. */
  readonly count: number;
  /** True when all tasks and the target are diagonal. */
  readonly diagonal: boolean;
  readonly tasks: readonly Covariance[];
  readonly target: Covariance;
  readonly lengths: Float64Array;
  /** Diagonals or matrices of Λ_l, row-major. */
  readonly first: readonly Float64Array[];
  /** Diagonals or matrices of M_l, row-major. */
  readonly second: readonly Float64Array[];
  /** Σ's diagonal or matrix, row-major. */
  readonly sigma: Float64Array;

  /** @throws TypeError or RangeError outside the domain; HypothesisError when Σ is singular */
  constructor(check: Checks, { tasks, target, lengths }: SelectionSetting) {
    this.d = checkTasks(check, tasks);
    this.count = tasks.length;
    checkCovariance(check, "target", target);
    if (target.d !== this.d) check.fail("target", `of the dimension of the tasks (${this.d})`, target.d);
    if (isSingular(target)) {
      throw new HypothesisError(
        "task selection",
        "Sigma is invertible",
        `${check.fn}: target must be positive definite, got lambda_min = ${target.lambdaMin}`,
      );
    }
    if (lengths === undefined) check.fail("lengths", "given: what a mixture learns depends on them", lengths);
    const lengthOf = checkLengths(check, lengths, tasks.length, true);
    this.lengths = Float64Array.from(tasks, (_, l) => lengthOf(l));
    this.tasks = [...tasks];
    this.target = target;
    this.diagonal = target.isDiagonal && tasks.every((task) => task.isDiagonal);
    const flat = (matrix: Matrix) => Float64Array.from(this.diagonal ? matrix.diag() : matrix.to1DArray());
    this.sigma = flat(target.matrix);
    this.first = tasks.map((task) => flat(task.matrix));
    this.second = tasks.map((task, l) => {
      const n = this.lengths[l];
      if (this.diagonal) return this.first[l].map((lambda) => lambda * ((1 + 1 / n) * lambda + task.trace / n));
      const square = task.matrix.mmul(task.matrix).mul(1 + 1 / n);
      return flat(square.add(Matrix.mul(task.matrix, task.trace / n)));
    });
  }

  /**
   * The task-selection program of `selectionProgram`; from the diagonals alone, O(L² d), when there are only diagonals. There the whitened
   * forms are the plain ones.
   */
  program(form: SelectionForm): SelectionProgram {
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

  /** The objective at π, from the residual. */
  objective(form: SelectionForm, weights: ArrayLike<number>): number {
    if (!this.diagonal) return selectionObjective({ ...this.objectiveParams(form), weights });
    return mix(this.comparisons(form), weights).reduce((sum, value) => sum + (1 - value) ** 2, 0);
  }

  /** The diagonal of Γ_l, or of Λ_l when the form does not use lengths, over that of Σ. */
  private comparisons(form: SelectionForm): Float64Array[] {
    const onGamma = form.startsWith("gamma");
    return this.first.map((first, l) => {
      const n = onGamma ? this.lengths[l] : Number.POSITIVE_INFINITY;
      const spread = this.tasks[l].trace / n;
      return first.map((lambda, i) => ((1 + 1 / n) * lambda + spread) / this.sigma[i]);
    });
  }

  private objectiveParams(form: SelectionForm) {
    const { tasks, target, lengths } = this;
    return { tasks, target, form, ...(form.startsWith("gamma") ? { lengths } : {}) };
  }

  /** π as checked numbers. */
  weights(check: Checks, weights: ArrayLike<number>): Float64Array {
    check.weights("weights", weights, this.count);
    return Float64Array.from(weights);
  }

  /** The diagonal of A(π) = Λ̄ M̄^{-1}, 0 in directions without data; only when `diagonal`. */
  steps(weights: ArrayLike<number>): Float64Array {
    const mean = mix(this.first, weights);
    const second = mix(this.second, weights);
    return mean.map((value, i) => (value > 0 ? value / second[i] : 0));
  }

  /**
   * A(π) = Λ̄ M̄^{-1}, (d, d), units of 1/x².
   * @throws HypothesisError when Λ̄ is singular and the matrices are not diagonal
   */
  preconditioner(weights: ArrayLike<number>): Matrix {
    if (this.diagonal) return Matrix.diag(Array.from(this.steps(weights)));
    return multiTaskOptimum({ tasks: this.tasks, weights, lengths: this.lengths });
  }

  /** Spectral radius of I - A(π)Σ: the factor by which the error's norm changes in a step, in the end (m = ∞). */
  growth(weights: ArrayLike<number>): number {
    if (!this.diagonal) return mixtureGrowth({ tasks: this.tasks, weights, lengths: this.lengths, target: this.target });
    return this.steps(weights).reduce((most, a, i) => Math.max(most, Math.abs(1 - a * this.sigma[i])), 0);
  }

  /** ln ‖(I - A(π)Σ)^k‖_F² for k of `steps`, m = ∞; -Infinity for an error of 0. */
  logErrors(weights: ArrayLike<number>, steps: readonly number[]): Float64Array {
    const check: Checks = new Checks("MixtureModel.logErrors");
    steps.forEach((k, i) => {
      check.integer(`steps[${i}]`, k, 0);
    });
    if (this.diagonal) {
      const logs = this.steps(weights).map((a, i) => logDeviation(a * this.sigma[i]));
      return Float64Array.from(steps, (k) => (k === 0 ? Math.log(this.d) : logSumExp(logs.map((log) => 2 * k * log))));
    }
    const residual = Matrix.sub(Matrix.eye(this.d, this.d), this.preconditioner(weights).mmul(this.target.matrix));
    const most = Math.max(0, ...steps);
    const curve = [Math.log(this.d)];
    let power = Matrix.eye(this.d, this.d);
    let log = 0;
    for (let k = 1; k <= most; k++) {
      power = power.mmul(residual);
      const norm = power.norm("frobenius");
      if (norm > 0) power.div(norm);
      log += Math.log(norm);
      curve.push(2 * log);
    }
    return Float64Array.from(steps, (k) => curve[k]);
  }

  /**
   * f(π) = ln ‖(I - A(π)Σ)^k‖_F² and its gradient in π. With D = I - AΣ, P = D^k and K = M̄^{-1} Σ Σ_{a+b=k-1} D^b Pᵀ D^a,
   * $$ \partial_l \|P\|_F^2 = -2\,\mathrm{tr}\big(K (\Lambda_l - A M_l)\big). $$
   */
  logErrorGradient(weights: ArrayLike<number>, k: number): { value: number; gradient: Float64Array } {
    return this.diagonal ? this.diagonalGradient(weights, k) : this.denseGradient(weights, k);
  }

  private diagonalGradient(weights: ArrayLike<number>, k: number) {
    const second = mix(this.second, weights);
    const a = this.steps(weights);
    const logs = a.map((step, i) => logDeviation(step * this.sigma[i]));
    const value = logSumExp(logs.map((log) => 2 * k * log));
    // 2k δ^(2k-1) / Σ δ^(2k), with the large powers taken as logarithms.
    const share = a.map((step, i) => {
      const delta = 1 - step * this.sigma[i];
      return delta === 0 || second[i] === 0
        ? 0
        : (-2 * k * Math.sign(delta) * Math.exp((2 * k - 1) * logs[i] - value) * this.sigma[i]) / second[i];
    });
    const gradient = Float64Array.from(this.first, (first, l) => {
      const moment = this.second[l];
      return share.reduce((sum, factor, i) => sum + factor * (first[i] - a[i] * moment[i]), 0);
    });
    return { value, gradient };
  }

  private denseGradient(weights: ArrayLike<number>, k: number) {
    const { d } = this;
    const A = this.preconditioner(weights);
    const moment = new Matrix(square(mix(this.second, weights), d));
    const D = Matrix.sub(Matrix.eye(d, d), A.mmul(this.target.matrix));
    // D is divided by its norm s, so that powers neither overflow nor vanish; s enters the value as a logarithm.
    const s = D.norm("frobenius") || 1;
    const unit = Matrix.div(D, s);
    const powers = [Matrix.eye(d, d)];
    for (let j = 1; j <= k; j++) powers.push(powers[j - 1].mmul(unit));
    const P = powers[k];
    const norm = Matrix.mul(P, P).sum();
    const inner = Matrix.zeros(d, d);
    for (let a = 0; a < k; a++) inner.add(powers[k - 1 - a].mmul(P.transpose()).mmul(powers[a]));
    const K = solve(moment, this.target.matrix.mmul(inner)).mul(-2 / (s * norm));
    const KA = K.mmul(A);
    const flatK = K.transpose().to1DArray();
    const flatKA = KA.transpose().to1DArray();
    const gradient = Float64Array.from(this.first, (first, l) => {
      const moment = this.second[l];
      return first.reduce((sum, value, i) => sum + flatK[i] * value - flatKA[i] * moment[i], 0);
    });
    return { value: 2 * k * Math.log(s) + Math.log(norm), gradient };
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

/** Σ π_l v_l. */
export function mix(vectors: readonly Float64Array[], weights: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(vectors[0].length);
  vectors.forEach((vector, l) => {
    const weight = weights[l];
    if (weight !== 0) for (let i = 0; i < sum.length; i++) sum[i] += weight * vector[i];
  });
  return sum;
}

/** ln|1 - μ|. */
function logDeviation(mu: number): number {
  return mu < 0.5 ? Math.log1p(-mu) : Math.log(Math.abs(1 - mu));
}

function square(flat: Float64Array, d: number): number[][] {
  return Array.from({ length: d }, (_, i) => Array.from(flat.subarray(i * d, (i + 1) * d)));
}
