/** @file A draw of "cot-error" done the slow way, from the same Bartlett factor. */
import { Matrix } from "ml-matrix";
import type { Random } from "../../dist/core/random.js";
import type { Covariance } from "../../dist/model/covariance.js";
import { bartlettSampler } from "../../dist/model/wishart.js";

/** S in the coordinates where Σ^(1/2) = `root`, from the stream of a draw. */
export function drawSecondMoment(root: Matrix, m: number, random: Random): Matrix {
  const d = root.rows;
  const r = Math.min(d, m);
  const T = new Float64Array(d * r);
  bartlettSampler(d, m)(random, T, new Float64Array(d).fill(1));
  const L = root.mmul(Matrix.from1DArray(d, r, T));
  return L.mmul(L.transpose()).div(m);
}

/** ‖(I - AS)^k‖_F² + (σ²/m) tr(N_k S N_kᵀ), N_k = Σ_{j<k} (I - AS)^j A, by matrix powers. */
export function expectedErrors(A: Matrix, S: Matrix, steps: number, noise: number, m: number): number[] {
  const d = S.rows;
  const C = Matrix.eye(d, d).sub(A.mmul(S));
  let P = Matrix.eye(d, d);
  let N = Matrix.zeros(d, d);
  const out: number[] = [];
  for (let k = 0; k <= steps; k++) {
    out.push(P.norm("frobenius") ** 2 + ((noise * noise) / m) * N.mmul(S).mmul(N.transpose()).trace());
    P = C.mmul(P);
    N = A.clone().add(C.mmul(N));
  }
  return out;
}

/** Lower triangular F with F Fᵀ = Γ^(-1/2) Σ Γ^(-1/2) in the eigenbasis of Γ, by Cholesky's method; Γ and Σ positive definite. */
export function whitenedFactor(Gamma: Covariance, Sigma: Covariance): Matrix {
  const d = Gamma.d;
  const U = Gamma.eigenvectors;
  const G = Matrix.diag(Array.from(Gamma.eigenvalues, (g) => 1 / Math.sqrt(g)));
  const M = G.mmul(U.transpose()).mmul(Sigma.matrix).mmul(U).mmul(G);
  const F = Matrix.zeros(d, d);
  for (let j = 0; j < d; j++) {
    for (let i = j; i < d; i++) {
      let sum = M.get(i, j);
      for (let l = 0; l < j; l++) sum -= F.get(i, l) * F.get(j, l);
      F.set(i, j, i === j ? Math.sqrt(sum) : sum / F.get(j, j));
    }
  }
  return F;
}
