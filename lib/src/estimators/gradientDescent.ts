/** @file Gradient descent and Newton's method on the prompt's least-squares loss. */
import { argumentsOf, Checks } from "../core/check";
import { checkFiniteEntries } from "../linalg/layout";
import { pseudoInverse } from "../linalg/pseudoInverse";
import { SymmetricWorkspace } from "../linalg/symmetricWorkspace";
import { checkPrompt, type Estimator, type NormalEquations, normalEquations, residual, sequence, times } from "./estimator";

/**
 * Gradient descent with a constant step on ℓ(w) = ‖y - Xᵀw‖²/(2m): chain of thought with A = η I.
 * w_{i+1} = w_i + η (X y/m - S w_i),  w_0 = 0
 * @param params step η > 0, units of 1/x²; or "1/L", the inverse of L = λ_max(S), found from each prompt
 * @throws RangeError outside the domain
 * @origin standard
 * @example
 * cot.estimators.gradientDescent({ step: "1/L" }).estimate({ X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] }, 1); // => [[0, 0], [0.25, 1]]
 */
export function gradientDescent(params: { readonly step: number | "1/L" }): Estimator {
  const { step } = argumentsOf("gradientDescent", params);
  const check: Checks = new Checks("gradientDescent");
  if (step !== "1/L") check.positive("step", step);
  return {
    name: step === "1/L" ? "gradient descent (1/L)" : `gradient descent (step ${step})`,
    spec: { estimator: "gradient-descent", options: { step } },
    estimate(prompt, steps) {
      checkPrompt(check, prompt, steps);
      const equations = normalEquations(prompt);
      checkFiniteEntries(check, "X Xᵀ/m", equations.S, equations.d);
      const eta = step === "1/L" ? inverseSmoothness(equations) : step;
      return sequence(equations.d, steps, (w) => {
        const r = residual(equations, w);
        return w.map((value, i) => value + eta * r[i]);
      });
    },
  };
}

/** 1/λ_max(S); 0 for S = 0, where nothing can be learned. */
function inverseSmoothness({ d, S }: NormalEquations): number {
  const values = new SymmetricWorkspace(d).eigenvalues(S.slice());
  const largest = values[d - 1];
  return largest > 0 ? 1 / largest : 0;
}

/**
 * Newton's method with the prompt's own Hessian: chain of thought with A = S⁺.
 * w_{i+1} = w_i + S⁺ (X y/m - S w_i),  w_0 = 0
 * The loss is quadratic, so w_1 is already the least-squares solution of least norm; a further step only corrects its rounding.
 * Numerical method: eigendecomposition of S, eigenvalues below d ε λ_max counted as zero; it works on the square of the
 * prompt's condition number, so {@link leastSquares} is the more accurate.
 * @throws RangeError or TypeError from `estimate`, for a malformed prompt
 * @origin standard
 * @example
 * cot.estimators.newton().estimate({ X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] }, 1); // => [[0, 0], [1, 1]]
 */
export function newton(): Estimator {
  return {
    name: "Newton",
    spec: { estimator: "newton", options: {} },
    estimate(prompt, steps) {
      const check: Checks = new Checks("newton");
      checkPrompt(check, prompt, steps);
      const equations = normalEquations(prompt);
      checkFiniteEntries(check, "X Xᵀ/m", equations.S, equations.d);
      const inverse = pseudoInverse(equations.S, equations.d);
      return sequence(equations.d, steps, (w) => {
        const move = times(inverse, residual(equations, w));
        return w.map((value, i) => value + move[i]);
      });
    },
  };
}
