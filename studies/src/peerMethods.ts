/** @file Chain of thought and the methods it is compared with, as one list. */

import { Checks } from "cotlab/dist/core/check";
import type { Estimator } from "cotlab/dist/estimators/estimator";
import { gradientDescent } from "cotlab/dist/estimators/gradientDescent";
import { chebyshev, conjugateGradient } from "cotlab/dist/estimators/krylov";
import { bayesRidge, crossValidatedRidge, leastSquares } from "cotlab/dist/estimators/leastSquares";
import { chainOfThought, populationNewton } from "cotlab/dist/estimators/preconditionedIteration";
import type { GammaParams } from "cotlab/dist/model/gamma";
import { inverseGamma } from "cotlab/dist/model/gamma";

/** What the methods know of the task. */
export interface PeerMethodsParams extends GammaParams {
  /** [a, b], 0 < a <= b: the interval of Chebyshev's iteration with A = Γ^(-1), from `spectralEdges` for instance. */
  readonly interval: readonly [number, number];
}

/**
 * Chain of thought with A = Γ^(-1), and eight peers: conjugate gradients without a preconditioner and with A, Chebyshev's iteration
 * with A, gradient descent with step 1/L, population Newton (A = Λ^(-1)), least squares, Bayes ridge and cross-validated ridge.
 *
 * Those with A, population Newton and Chebyshev know the training distribution; Bayes ridge knows σ; conjugate gradients, gradient
 * descent, least squares and cross-validated ridge know only the prompt. Newton's method with the prompt's own Hessian is least
 * squares after one step.
 * @param params Λ, n and σ, in training as in the prompts; Λ positive definite
 * @returns nine estimators, chain of thought first
 * @throws RangeError outside the domain
 * @origin ours
 */
export function peerMethods({ covariance, n, noise = 0, interval }: PeerMethodsParams): Estimator[] {
  const check: Checks = new Checks("peerMethods");
  check.nonNegative("noise", noise);
  const preconditioner = inverseGamma({ covariance, n, noise });
  return [
    chainOfThought({ preconditioner }),
    conjugateGradient(),
    conjugateGradient({ preconditioner }),
    chebyshev({ preconditioner, interval }),
    gradientDescent({ step: "1/L" }),
    populationNewton({ covariance }),
    leastSquares(),
    bayesRidge({ noise }),
    crossValidatedRidge(),
  ];
}
