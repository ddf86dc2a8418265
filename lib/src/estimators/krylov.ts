/** @file Conjugate gradients and Chebyshev's semi-iteration on the prompt's normal equations. */
import type { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../core/check";
import { rowMajor } from "../linalg/layout";
import { eigenvaluesOf } from "../linalg/spectrum";
import { dot } from "../linalg/vectors";
import { checkBlock } from "../model/block";
import { checkFits, checkPrompt, type Estimator, normalEquations, residual, sequence, times } from "./estimator";
import { type PreconditionerOptions, preconditioned } from "./preconditionedIteration";

/**
 * Conjugate gradients on the prompt's normal equations S w = X y/m, from w_0 = 0.
 * w_k minimises the prompt's loss over the Krylov space that k steps of chain of thought with the same A span, so its loss,
 * though not always its weight error, is never larger. It ends early when the residual falls to rounding; the estimate is then repeated.
 * When the prompt does not determine w, it finds the solution of least A^(-1) norm: the least-squares one of least norm only for A = I.
 * @param params preconditioner = I (A, symmetric positive definite, (d, d))
 * @throws RangeError when A is not square, not finite, not symmetric or has a diagonal entry <= 0, or does not fit the prompt
 * @origin standard, Hestenes and Stiefel 1952
 * @example
 * cot.estimators.conjugateGradient().estimate({ X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] }, 2); // => [[0, 0], [0.262, 1.046], [1, 1]]
 */
export function conjugateGradient(params: { readonly preconditioner?: Matrix } = {}): Estimator {
  const { preconditioner } = argumentsOf("conjugateGradient", params);
  const check: Checks = new Checks("conjugateGradient");
  if (preconditioner !== undefined) checkSymmetric(check, preconditioner);
  const A = preconditioner && rowMajor(preconditioner);
  return {
    name: preconditioner ? "preconditioned conjugate gradients" : "conjugate gradients",
    spec: { estimator: "conjugate-gradient", options: preconditioner ? { preconditioner: preconditioner.to2DArray() } : {} },
    estimate(prompt, steps) {
      checkPrompt(check, prompt, steps);
      if (preconditioner) checkFits(check, "preconditioner", preconditioner, prompt.X.rows);
      const equations = normalEquations(prompt);
      const apply = (v: Float64Array): Float64Array => (A ? times(A, v) : v);
      const r = equations.b.slice();
      const start = dot(r, r);
      let z = apply(r);
      let p = z.slice();
      let rz = dot(r, z);
      return sequence(equations.d, steps, (w) => {
        // The squared residual has fallen to rounding (or was zero): any further direction would be noise.
        if (dot(r, r) <= start * (4 * Number.EPSILON) ** 2) return w.slice();
        const Sp = times(equations.S, p);
        const curvature = dot(p, Sp);
        if (!(curvature > 0)) return w.slice();
        const alpha = rz / curvature;
        for (let i = 0; i < r.length; i++) r[i] -= alpha * Sp[i];
        const next = w.map((value, i) => value + alpha * p[i]);
        z = apply(r);
        const rzNext = dot(r, z);
        const beta = rzNext / rz;
        rz = rzNext;
        p = p.map((value, i) => z[i] + beta * value);
        return next;
      });
    },
  };
}

/**
 * Chebyshev's semi-iteration with the preconditioner of chain of thought: after k steps the error is p_k(A S) times the first
 * one, where p_k, p_k(0) = 1, is the polynomial of degree k that is smallest on the interval.
 * w_k - w = p_k(A S)(w_0 - w),  p_k(μ) = T_k((b + a - 2μ)/(b - a)) / T_k((b + a)/(b - a))
 * $$ w_k - w = p_k(A S)(w_0 - w), \quad p_k(\mu) = T_k\!\Big(\frac{b+a-2\mu}{b-a}\Big) \Big/ T_k\!\Big(\frac{b+a}{b-a}\Big) $$
 * For eigenvalues of A S in [a, b] it contracts by 2 q^k/(1 + q^(2k)), q = (sqrt(b/a) - 1)/(sqrt(b/a) + 1), where chain of
 * thought, which is w_{k+1} = w_k + A r_k, needs b < 2 and contracts by max(|1-a|, |1-b|)^k. Eigenvalues outside are amplified.
 * @param params preconditioner A, (d, d); interval [a, b], 0 < a <= b, no unit: bounds of the eigenvalues of A S, known or supposed
 * @throws RangeError outside the domain, or when A does not fit the prompt
 * @origin standard, Golub and Varga 1961
 * @example
 * const prompt = { X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] };
 * cot.estimators.chebyshev({ preconditioner: Matrix.eye(2), interval: [0.5, 2] }).estimate(prompt, 1); // => [[0, 0], [0.4, 1.6]]
 */
export function chebyshev(params: PreconditionerOptions & { readonly interval: readonly [number, number] }): Estimator {
  const { preconditioner, interval } = argumentsOf("chebyshev", params);
  const check: Checks = new Checks("chebyshev");
  check.vector("interval", interval, 2);
  const [low, high] = interval;
  check.positive("interval[0]", low);
  check.finite("interval[1]", high);
  if (high < low) check.fail("interval[1]", `>= interval[0] = ${low}`, high);
  const centre = (high + low) / 2;
  const half = (high - low) / 2;
  const spec = { estimator: "chebyshev", options: { interval: [low, high] } };
  return preconditioned(check, "Chebyshev", spec, preconditioner, (A, equations, steps) => {
    let direction = new Float64Array(equations.d);
    let alpha = 0;
    return sequence(equations.d, steps, (w, step) => {
      const z = times(A, residual(equations, w));
      // Saad, "Iterative Methods for Sparse Linear Systems", algorithm 12.1, written with alpha in place of rho.
      const beta = step === 0 ? 0 : step === 1 ? (half * alpha) ** 2 / 2 : (half * alpha) ** 2 / 4;
      alpha = step === 0 ? 1 / centre : 1 / (centre - beta / alpha);
      direction = direction.map((value, i) => z[i] + beta * value);
      return w.map((value, i) => value + alpha * direction[i]);
    });
  });
}

function checkSymmetric(check: Checks, A: Matrix): void {
  checkBlock(check, "preconditioner", A);
  const scale = A.clone().abs().max();
  for (let i = 0; i < A.rows; i++) {
    for (let j = 0; j < i; j++) {
      if (Math.abs(A.get(i, j) - A.get(j, i)) > 1e-10 * scale) check.fail("preconditioner", "symmetric", A);
    }
    if (!(A.get(i, i) > 0)) check.fail("preconditioner", "positive definite", A);
  }
  const least = eigenvaluesOf(A)[0];
  if (!(least > 0)) check.fail("preconditioner", "positive definite", `the eigenvalue ${least}`);
}
