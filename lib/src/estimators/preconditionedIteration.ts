/** @file Chain of thought as an estimator: direct in-context learning, and the recursion. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../core/check";
import { rowMajor } from "../linalg/layout";
import { checkBlock } from "../model/block";
import { type Covariance, checkCovariance } from "../model/covariance";
import type { Estimator, EstimatorSpec, NormalEquations } from "./estimator";
import { checkFits, checkPrompt, constantSequence, normalEquations, residual, sequence, times } from "./estimator";

/** A preconditioner A, (d, d), units of 1/x²: Γ^(-1), or an approximation of it. */
export interface PreconditionerOptions {
  /** A, (d, d); see `inverseGamma`, `learnedPreconditioner` and `estimatePreconditioner`. */
  readonly preconditioner: Matrix;
}

/**
 * Direct in-context learning: one step of the layer from ŵ_0 = 0, with no chain of thought.
 * ŵ = A X y/m
 * @param params preconditioner A, (d, d), units of 1/x²
 * @throws RangeError when A is not square or not finite, or does not fit the prompt
 * @origin paper, Theorem 3.3, for A = Γ^(-1)
 * @example
 * const direct = cot.estimators.directIcl({ preconditioner: Matrix.eye(2, 2, 0.5) });
 * direct.estimate({ X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] }, 1); // => [[0, 0], [0.25, 1]]
 */
export function directIcl(params: PreconditionerOptions): Estimator {
  const { preconditioner } = argumentsOf("directIcl", params);
  const check: Checks = new Checks("directIcl");
  return preconditioned(check, "direct ICL", { estimator: "direct-icl", options: {} }, preconditioner, (A, { b }, steps) =>
    constantSequence(times(A, b), steps),
  );
}

/**
 * Chain of thought by its recursion, a preconditioned Richardson iteration on the prompt's least-squares loss.
 * w_{i+1} = w_i + A (X y/m - S w_i),  w_0 = 0
 * Without label noise this is w_{i+1} = w_i - A S (w_i - w).
 * @param params preconditioner A, (d, d), units of 1/x²
 * @throws RangeError when A is not square or not finite, or does not fit the prompt
 * @origin paper, Proposition 3.2, for A = Γ^(-1)
 * @example
 * const chain = cot.estimators.chainOfThought({ preconditioner: Matrix.eye(2, 2, 0.5) });
 * chain.estimate({ X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] }, 2); // => [[0, 0], [0.25, 1], [0.4375, 1]]
 */
export function chainOfThought(params: PreconditionerOptions): Estimator {
  const { preconditioner } = argumentsOf("chainOfThought", params);
  return richardson(new Checks("chainOfThought"), "chain of thought", preconditioner);
}

/**
 * Newton's method with the population's Hessian in place of the prompt's own: {@link chainOfThought} with A = Λ⁻¹, the limit of
 * Γ⁻¹ as n grows.
 * w_{i+1} = w_i + Λ⁻¹ (X y/m - S w_i),  w_0 = 0
 * @param params covariance Λ, (d, d), positive definite
 * @throws RangeError unless Λ is positive definite and fits the prompt
 * @origin ours, a baseline
 * @example
 * const method = cot.estimators.populationNewton({ covariance: cot.Covariance.diagonal([1, 0.5]) });
 * method.estimate({ X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] }, 1); // => [[0, 0], [0.5, 4]]
 */
export function populationNewton(params: { readonly covariance: Covariance }): Estimator {
  const { covariance } = argumentsOf("populationNewton", params);
  const check: Checks = new Checks("populationNewton");
  checkCovariance(check, "covariance", covariance);
  check.positive("covariance.lambdaMin", covariance.lambdaMin);
  const inverse = covariance.apply((lambda) => 1 / lambda);
  return richardson(check, "population Newton", inverse);
}

function richardson(check: Checks, name: string, preconditioner: Matrix): Estimator {
  return preconditioned(check, name, { estimator: "chain-of-thought", options: { name } }, preconditioner, (A, equations, steps) =>
    sequence(equations.d, steps, (w) => {
      const step = times(A, residual(equations, w));
      return w.map((value, i) => value + step[i]);
    }),
  );
}

/** An estimator with a preconditioner, which `run` gets row-major; it is checked here, and against every prompt. */
export function preconditioned(
  check: Checks,
  name: string,
  { estimator, options }: EstimatorSpec,
  preconditioner: Matrix,
  run: (A: Float64Array, equations: NormalEquations, steps: number) => Float64Array[],
): Estimator {
  checkBlock(check, "preconditioner", preconditioner);
  const A = rowMajor(preconditioner);
  return {
    name,
    spec: { estimator, options: { preconditioner: preconditioner.to2DArray(), ...options } },
    estimate(prompt, steps) {
      checkPrompt(check, prompt, steps);
      checkFits(check, "preconditioner", preconditioner, prompt.X.rows);
      return run(A, normalEquations(prompt), steps);
    },
  };
}

/** A matrix from its rows, for estimators made from plain data. */
export function matrixFromRows(check: Checks, argument: string, rows: unknown): Matrix {
  if (!Array.isArray(rows) || !rows.every((row) => Array.isArray(row) && row.length === rows.length)) {
    check.fail(argument, "an array of d rows of d numbers", rows);
  }
  return new Matrix(rows as number[][]);
}
