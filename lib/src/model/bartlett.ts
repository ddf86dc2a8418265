/** @file Second-moment matrices drawn without their prompts: Bartlett's factor of a Wishart matrix. */
import type { Random } from "../core/random";

/**
 * Draws a lower trapezoidal T, (d, r) with r = min(d, m), such that T Tᵀ has the law of Z Zᵀ for Z of m standard normal
 * columns: T_ii = chi_{m-i} (i from 0), standard normal below the diagonal. d(d-1)/2 normal numbers and d chi-squares
 * in place of d m normal numbers.
 * @see Bartlett 1933; Anderson, "An Introduction to Multivariate Statistical Analysis", section 7.2
 */
export class BartlettSampler {
  /** r: columns of the factor. */
  readonly columns: number;
  private readonly d: number;
  private readonly m: number;
  private readonly normals: Float64Array;

  constructor(d: number, m: number) {
    this.d = d;
    this.m = m;
    this.columns = Math.min(d, m);
    let count = 0;
    for (let i = 0; i < d; i++) count += Math.min(i, this.columns);
    this.normals = new Float64Array(count);
  }

  /**
   * Draws T row by row into `out`, row-major (d, r), each row times `factor[i]`. The strict upper triangle is not written.
   */
  draw(random: Random, out: Float64Array, factor: Float64Array): void {
    const { d, m, columns, normals } = this;
    random.fillNormal(normals);
    let next = 0;
    for (let i = 0; i < d; i++) {
      const row = i * columns;
      const f = factor[i];
      const below = Math.min(i, columns);
      for (let j = 0; j < below; j++) out[row + j] = f * normals[next++];
      if (i < columns) out[row + i] = f * Math.sqrt(random.chiSquare(m - i));
    }
  }
}

/**
 * Squares of a bidiagonal factor of Z Zᵀ, Z (d, m) standard normal, r = min(d, m): its nonzero eigenvalues are those of the
 * tridiagonal matrix with diagonal a_i + b_{i-1} and squared off-diagonal a_i b_i, where a_i ~ chi²_{max - i} and
 * b_i ~ chi²_{r - 1 - i} (i from 0), all independent. 2r - 1 random numbers in place of d m.
 * @param diagonal on return the tridiagonal matrix's diagonal, (r,)
 * @param offSquared on return its squared off-diagonal in 0..r-2, (r,)
 * @see Dumitriu and Edelman, "Matrix models for beta ensembles", J. Math. Phys. 43 (2002) 5830, with beta = 1
 */
export function drawBidiagonal(random: Random, d: number, m: number, diagonal: Float64Array, offSquared: Float64Array): void {
  const r = Math.min(d, m);
  const longer = Math.max(d, m);
  let previous = 0;
  for (let i = 0; i < r; i++) {
    const a = random.chiSquare(longer - i);
    diagonal[i] = a + previous;
    if (i < r - 1) {
      previous = random.chiSquare(r - 1 - i);
      offSquared[i] = a * previous;
    }
  }
}
