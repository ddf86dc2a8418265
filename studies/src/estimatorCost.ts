/** @file What an estimate costs, in multiplications, so that methods can be compared at equal cost. */
import { Checks } from "cotlab/dist/core/check";
import type { Estimator } from "cotlab/dist/estimators/estimator";

/** The size of a prompt and the number of steps. */
export interface EstimatorCostParams {
  /** d: dimension of x; integer >= 1. */
  readonly d: number;
  /** m: examples in the prompt; integer >= 1. */
  readonly m: number;
  /** k: steps; integer >= 0; direct methods cost the same for every k >= 1. */
  readonly k: number;
}

/** A cost, and how it is reached. */
export interface EstimatorCost {
  /** Multiplications, divisions and square roots. */
  readonly multiplications: number;
  /**
   * "examples": S v is computed as X(Xᵀv), 2md a product; "moments": S = XXᵀ/m is formed once, md(d+1)/2, and a product is d²;
   * "factorisation": the smaller of XXᵀ and XᵀX is formed and factorised.
   */
  readonly way: "examples" | "moments" | "factorisation";
}

/** Leading terms for a symmetric s x s matrix, in multiplications: half the flops in Golub and Van Loan, "Matrix Computations". */
const EIGENVALUES = 2 / 3; // tridiagonal form; the QR sweeps on it are O(s²) and left out
const EIGENVECTORS = 4.5;
/** Candidates for λ that `crossValidatedRidge` tries by default. */
const DEFAULT_CANDIDATES = 17;

/**
 * The multiplications that k steps of a method take on one prompt.
 * $$ \text{chain of thought:}\quad md + \min\{(k-1)\,2md,\; \tfrac{md(d+1)}2 + (k-1)d^2\} + k d^2 $$
 *
 * The model, the same for every method:
 * - A multiplication counts 1, with the addition that goes with it; so does a division or a square root. k = 0 costs nothing.
 * - From w_0 = 0 the first residual is Xy/m, md, and takes no product with S. Every later product S v takes the cheaper of the two
 *   ways for the given k. (`updateCost` counts forming S always, and a product in the first step too.)
 * - A preconditioner A is a full d x d matrix: d² a step. It was made in training, and so were a fixed step size and Chebyshev's
 *   interval: they cost the prompt nothing.
 * - The step 1/L needs λ_max(S): S formed, and 2/3 d³ for its eigenvalues.
 * - Least squares, Newton and ridge with a given λ: Cholesky's factorisation of the smaller of XXᵀ and XᵀX, exactly counted.
 * - Cross-validated ridge: eigenvectors of the smaller one, 4.5 min(d,m)³ to leading order, and leave-one-out errors of each λ.
 *
 * It counts the method as one would write it, not this library's code (which uses singular values), and not the attention layer
 * that carries out chain of thought, which multiplies whole embeddings.
 * @param estimator made by this library's functions
 * @throws RangeError outside the domain, or for an estimator without a count (the layer's rollout, or one of your own)
 * @origin ours
 */
export function estimatorCost(estimator: Estimator, { d, m, k }: EstimatorCostParams): EstimatorCost {
  const check: Checks = new Checks("estimatorCost");
  check.integer("d", d, 1);
  check.integer("m", m, 1);
  check.integer("k", k, 0);
  const name = estimator?.spec?.estimator;
  const options = estimator?.spec?.options ?? {};
  const b = m * d;
  const moments = (m * d * (d + 1)) / 2;
  /** Some products S v and the rest of the steps. */
  const iterative = (products: number, rest: number): EstimatorCost => {
    const byExamples = products * 2 * m * d;
    const byMoments = products === 0 ? 0 : moments + products * d * d;
    return byExamples <= byMoments
      ? { multiplications: b + byExamples + rest, way: "examples" }
      : { multiplications: b + byMoments + rest, way: "moments" };
  };
  const small = Math.min(d, m);
  const gram = (Math.max(d, m) * small * (small + 1)) / 2 + b;
  const count = (): EstimatorCost => {
    switch (name) {
      case "direct-icl":
        return iterative(0, d * d);
      case "chain-of-thought":
        return iterative(k - 1, k * d * d);
      case "gradient-descent":
        if (options.step !== "1/L") return iterative(k - 1, k * d);
        return { multiplications: b + moments + EIGENVALUES * d ** 3 + (k - 1) * d * d + k * d, way: "moments" };
      case "conjugate-gradient":
        // A step: S p; two inner products and a division for each of α and β; three vectors updated, two in the last.
        return iterative(k, d + k * (2 * d + 1) + (k - 1) * (3 * d + 1) + (options.preconditioner === undefined ? 0 : k * d * d));
      case "chebyshev":
        return iterative(k - 1, k * (d * d + d) + (k - 1) * d);
      case "least-squares":
      case "newton":
      case "ridge":
      case "bayes-ridge":
        return { multiplications: gram + (small * (small + 1) * (small + 2)) / 6 + small * (small + 1), way: "factorisation" };
      case "cross-validated-ridge": {
        const candidates = Array.isArray(options.grid) ? options.grid.length : DEFAULT_CANDIDATES;
        const vectors = EIGENVECTORS * small ** 3 + m * small * (m < d ? 2 : d + 2);
        return {
          multiplications: gram + vectors + candidates * (2 * m * small + 2 * m + small) + small * (1 + Math.max(d, small)),
          way: "factorisation",
        };
      }
      default:
        return check.fail("estimator", "one whose multiplications are counted here", name ?? estimator?.name);
    }
  };
  const cost = count();
  return k === 0 ? { multiplications: 0, way: cost.way } : cost;
}
