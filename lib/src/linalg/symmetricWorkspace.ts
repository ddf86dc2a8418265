/**
 * @file Symmetric eigenproblems in O(d³) with a small constant, on plain arrays that the caller owns.
 *
 * ml-matrix has an eigensolver; this one exists for the Monte Carlo loops, where tens of thousands of small matrices
 * are decomposed and nothing may be allocated. Householder reduction, eigenvalues by the root-free QL iteration of
 * Pal, Walker and Kahan (Parlett, "The Symmetric Eigenvalue Problem", section 8.15), eigenvectors of the tridiagonal
 * matrix by twisted factorisation (Parlett and Dhillon 1997). Eigenvalues are good to a few units of ε‖A‖,
 * eigenvectors to ε‖A‖/gap; `eigenvectors` says when a gap is too small for that, and `eigenvectorsByQl` then serves.
 */
import { backTransform, type Tridiagonal, tridiagonalise } from "./householder";
import { implicitQl, tridiagonalEigenvalues } from "./tridiagonal";

/** Smallest gap between neighbouring eigenvalues, relative to ‖A‖, at which an eigenvector is computed on its own. */
const SMALLEST_GAP = 1e-7;
/** Largest residual ‖Tz - λz‖/‖T‖ that an eigenvector may have. */
const LARGEST_RESIDUAL = 1e-11;

/** Work space for symmetric d x d problems. One instance serves any number of matrices, one after another. */
export class SymmetricWorkspace {
  /** Eigenvalues, ascending, (d,). Filled by `eigenvalues`. */
  readonly values: Float64Array;
  /** Eigenvectors as rows, row-major (d, d), in the order of `values`. Filled by `eigenvectors`. */
  readonly vectors: Float64Array;
  /** T = Qᵀ A Q of the last call of `eigenvalues`. */
  private readonly tridiagonal: Tridiagonal;
  /** Scales of the reflectors of which Q is made, as `backTransform` takes them. */
  private readonly tau: Float64Array;
  private readonly offSquared: Float64Array;
  private reflectors: Float64Array;
  /** The factors of T - λ from the top and from the bottom: multipliers and pivots. */
  private readonly down: { readonly multipliers: Float64Array; readonly pivots: Float64Array };
  private readonly up: { readonly multipliers: Float64Array; readonly pivots: Float64Array };

  /** @param d the dimension */
  constructor(readonly d: number) {
    const line = (): Float64Array => new Float64Array(d);
    this.values = line();
    this.vectors = new Float64Array(d * d);
    this.tridiagonal = { diagonal: line(), off: line() };
    this.tau = line();
    this.offSquared = line();
    this.reflectors = this.vectors;
    this.down = { multipliers: line(), pivots: line() };
    this.up = { multipliers: line(), pivots: line() };
  }

  /**
   * Eigenvalues of a symmetric matrix, ascending.
   * @param a row-major (d, d); only the lower triangle is read; overwritten by the reflectors that `eigenvectors` needs
   * @returns `values`
   * @throws Error when the iteration fails, which needs an entry that is not finite
   */
  eigenvalues(a: Float64Array): Float64Array {
    const { d, values, offSquared, tridiagonal } = this;
    tridiagonalise(a, d, tridiagonal, this.tau, this.up.pivots);
    this.reflectors = a;
    values.set(tridiagonal.diagonal);
    for (let i = 0; i < d; i++) offSquared[i] = tridiagonal.off[i] * tridiagonal.off[i];
    return tridiagonalEigenvalues(values, offSquared, d);
  }

  /**
   * Eigenvectors of the matrix last given to `eigenvalues`, as rows of `vectors`.
   * @returns false when two eigenvalues are too close for the method; `vectors` is then of no use
   */
  eigenvectors(): boolean {
    const { d, values } = this;
    const norm = Math.max(Math.abs(values[0]), Math.abs(values[d - 1]));
    for (let i = 1; i < d; i++) if (!(values[i] - values[i - 1] > SMALLEST_GAP * norm)) return false;
    for (let j = 0; j < d; j++) if (!(this.twistedVector(j, norm) <= LARGEST_RESIDUAL * norm)) return false;
    backTransform(this.reflectors, this.tau, d, this.vectors);
    return true;
  }

  /** The same for any spectrum, by implicit QL with accumulated rotations: about twice the time. */
  eigenvectorsByQl(): void {
    const { d, values, vectors, tridiagonal } = this;
    values.set(tridiagonal.diagonal);
    implicitQl(values, tridiagonal.off.slice(), vectors, d);
    backTransform(this.reflectors, this.tau, d, vectors);
  }

  /**
   * Writes the unit eigenvector of T for values[j], known to rounding, to row j of `vectors`.
   * @returns the residual ‖Tz - λz‖
   */
  private twistedVector(j: number, norm: number): number {
    const { d, vectors, down, up } = this;
    const lambda = this.values[j];
    const { diagonal } = this.tridiagonal;
    this.factor(lambda, norm);
    // gamma_i, the twist's pivot: where it is smallest, the vector is best determined.
    let best = d - 1;
    let smallest = Math.abs(down.pivots[best]);
    for (let i = d - 2; i >= 0; i--) {
      const gamma = Math.abs(down.pivots[i] + up.pivots[i] - (diagonal[i] - lambda));
      if (gamma < smallest) {
        smallest = gamma;
        best = i;
      }
    }
    const at = j * d;
    vectors[at + best] = 1;
    let sum = 1;
    let z = 1;
    for (let i = best - 1; i >= 0; i--) {
      z = -down.multipliers[i] * z;
      vectors[at + i] = z;
      sum += z * z;
    }
    z = 1;
    for (let i = best; i < d - 1; i++) {
      z = -up.multipliers[i] * z;
      vectors[at + i + 1] = z;
      sum += z * z;
    }
    const scale = 1 / Math.sqrt(sum);
    for (let i = 0; i < d; i++) vectors[at + i] = vectors[at + i] * scale;
    return smallest * scale;
  }

  /**
   * T - λ = L D Lᵀ from the top and U D Uᵀ from the bottom. Neither depends on the other: in one loop their divisions overlap.
   * A vanishing pivot is replaced by one of rounding size: it changes T by less than its own error.
   */
  private factor(lambda: number, norm: number): void {
    const { d, down, up } = this;
    const { diagonal, off } = this.tridiagonal;
    const tiny = Number.EPSILON * norm * 1e-3 + Number.MIN_VALUE;
    let fromTop = diagonal[0] - lambda;
    let fromBottom = diagonal[d - 1] - lambda;
    up.pivots[d - 1] = 0;
    for (let i = 0, j = d - 2; i < d - 1; i++, j--) {
      if (fromTop < tiny && fromTop > -tiny) fromTop = tiny;
      if (fromBottom < tiny && fromBottom > -tiny) fromBottom = tiny;
      const l = off[i] / fromTop;
      const u = off[j] / fromBottom;
      down.multipliers[i] = l;
      up.multipliers[j] = u;
      down.pivots[i] = fromTop;
      up.pivots[j] = diagonal[j] - lambda - off[j] * u;
      fromTop = diagonal[i + 1] - lambda - off[i] * l;
      fromBottom = up.pivots[j];
    }
    down.pivots[d - 1] = fromTop;
  }
}
