/** @file Errors of chain of thought, averaged exactly over the weights and the label noise, for symmetric Γ. */
import type { Random } from "../core/random";
import { SymmetricWorkspace } from "../linalg/symmetricWorkspace";
import { addNoise, addPowers, type CotBasis, type CotKernel, dot, fourDots, orInfinity, promptFactor } from "./cotKernel";

/**
 * With B = Γ^(-1/2) S Γ^(-1/2) = Σ_i μ_i v_i v_iᵀ in the eigenbasis of Γ,
 * $$ E\|w_k - w\|^2 = \|(I-\Gamma^{-1}S)^k\|_F^2 + \tfrac{\sigma^2}{m} \mathrm{tr}(\Gamma^{-1} q_k(B) B q_k(B))
 *    = \sum_{ij} c_{ij} (1-\mu_i)^k (1-\mu_j)^k + \tfrac{\sigma^2}{m} \sum_i f_i \mu_i q_k(\mu_i)^2, $$
 * $$ c_{ij} = (v_i^\top \Gamma v_j)(v_i^\top \Gamma^{-1} v_j), \quad f_i = v_i^\top \Gamma^{-1} v_i, \quad q_k(\mu) = \tfrac{1-(1-\mu)^k}{\mu}, $$
 * since (I - Γ^(-1) S)^k = Γ^(-1/2) (I - B)^k Γ^(1/2). One eigendecomposition gives every k. When m < d, B has rank m: its
 * eigenvectors come from the m x m Gram matrix, and with D_i = (1-μ_i)^k - 1 the first sum is d + 2 Σ D_i + Σ c_ij D_i D_j.
 */
export function averagedKernel({ d, m, steps, gamma, factor, noise, inputs }: CotBasis): CotKernel {
  const prompt = promptFactor(d, m, factor, inputs);
  const { L, r } = prompt;
  const B = new Float64Array(r * r);
  const workspace = new SymmetricWorkspace(r);
  const isotropicGamma = gamma.every((g) => g === gamma[0]);
  const lifted = r < d ? new Float64Array(r * d) : workspace.vectors;
  const c = new Float64Array(r * r);
  const f = new Float64Array(r).fill(1 / gamma[0]);
  const scratch = new Float64Array(4 * d);
  const inverse = gamma.map((g) => 1 / g);
  const rates = new Float64Array(r);
  return {
    hasDriver: true,
    draw(random: Random, out: Float64Array): void {
      prompt.draw(random);
      if (r < d) gramOfColumns(L, d, r, m, B);
      else gramOfRows(L, d, m, B);
      const mu = workspace.eigenvalues(B);
      for (let i = 0; i < r; i++) rates[i] = 1 - mu[i];
      if (isotropicGamma) {
        out.fill(d - r, 0, steps + 1);
        for (let i = 0; i < r; i++) addPowers(rates[i], steps, out);
      } else {
        if (!workspace.eigenvectors()) workspace.eigenvectorsByQl();
        if (r < d) lift(L, d, r, m, workspace, lifted);
        overlaps(lifted, r, d, gamma, inverse, c, f, scratch);
        curve(rates, c, r, d, steps, scratch, out);
      }
      if (noise > 0) for (let i = 0; i < r; i++) addNoise(((noise * noise) / m) * f[i] * Math.max(0, mu[i]), rates[i], steps, out);
      out[steps + 1] = mu[r - 1] - 1;
    },
  };
}

/** B = L Lᵀ / m for a lower triangular L, (d, d); lower triangle only. */
function gramOfRows(L: Float64Array, d: number, m: number, B: Float64Array): void {
  const scale = 1 / m;
  for (let i = 0; i < d; i++) {
    const a = i * d;
    let j = 0;
    for (; j + 3 <= i; j += 4) {
      // Four rows up to the first one's diagonal; what the others have beyond it is added after.
      const b = j * d;
      const sums = fourDots(L, b, d, L, a, j + 1);
      for (let q = 0; q < 4; q++) {
        let s = sums[q];
        for (let l = j + 1; l <= j + q; l++) s += L[a + l] * L[b + q * d + l];
        B[a + j + q] = s * scale;
      }
    }
    for (; j <= i; j++) B[a + j] = dot(L, a, L, j * d, j + 1) * scale;
  }
}

/** B = Lᵀ L / m for a lower trapezoidal L, (d, r); lower triangle only. */
function gramOfColumns(L: Float64Array, d: number, r: number, m: number, B: Float64Array): void {
  B.fill(0);
  for (let a = 0; a < d; a++) {
    const row = a * r;
    const width = Math.min(a + 1, r);
    for (let i = 0; i < width; i++) {
      const value = L[row + i] / m;
      for (let j = 0; j <= i; j++) B[i * r + j] += value * L[row + j];
    }
  }
}

/** Eigenvectors of L Lᵀ / m as rows, (r, d), from those of Lᵀ L / m: v = L u / sqrt(m μ). */
function lift(L: Float64Array, d: number, r: number, m: number, { values, vectors }: SymmetricWorkspace, lifted: Float64Array): void {
  for (let j = 0; j < r; j++) {
    const scale = 1 / Math.sqrt(m * values[j]);
    for (let a = 0; a < d; a++) {
      const width = Math.min(a + 1, r);
      let s = 0;
      for (let i = 0; i < width; i++) s += L[a * r + i] * vectors[j * r + i];
      lifted[j * d + a] = s * scale;
    }
  }
}

/** c_ij in the lower triangle, and f_i. `v` holds eigenvectors as rows, (r, d). */
function overlaps(
  v: Float64Array,
  r: number,
  d: number,
  gamma: Float64Array,
  inverse: Float64Array,
  c: Float64Array,
  f: Float64Array,
  scratch: Float64Array,
): void {
  for (let i = 0; i < r; i += 2) {
    // Two rows at a time, weighted once by Γ and once by its inverse: scratch holds Γv_i, Γv_{i+1}, Γ^(-1)v_i, Γ^(-1)v_{i+1}.
    const pair = i + 1 < r;
    const a0 = i * d;
    const a1 = pair ? a0 + d : a0;
    for (let l = 0; l < d; l++) {
      const x = v[a0 + l];
      const y = v[a1 + l];
      const g = gamma[l];
      const h = inverse[l];
      scratch[l] = g * x;
      scratch[d + l] = g * y;
      scratch[2 * d + l] = h * x;
      scratch[3 * d + l] = h * y;
    }
    // Against rows j and j + 1, up to the two rows themselves, in whose block the entry above the diagonal is not kept.
    for (let j = 0; j <= i; j += 2) {
      const b0 = j * d;
      const b1 = j < i ? b0 + d : a1;
      let g00 = 0;
      let g01 = 0;
      let g10 = 0;
      let g11 = 0;
      let h00 = 0;
      let h01 = 0;
      let h10 = 0;
      let h11 = 0;
      for (let l = 0; l < d; l++) {
        const x = v[b0 + l];
        const y = v[b1 + l];
        const gx = scratch[l];
        const gy = scratch[d + l];
        const hx = scratch[2 * d + l];
        const hy = scratch[3 * d + l];
        g00 += x * gx;
        g01 += y * gx;
        g10 += x * gy;
        g11 += y * gy;
        h00 += x * hx;
        h01 += y * hx;
        h10 += x * hy;
        h11 += y * hy;
      }
      c[i * r + j] = g00 * h00;
      if (j < i) c[i * r + j + 1] = g01 * h01;
      else f[i] = h00;
      if (!pair) continue;
      c[(i + 1) * r + j] = g10 * h10;
      c[(i + 1) * r + j + 1] = g11 * h11;
      if (j === i) f[i + 1] = h11;
    }
  }
}

/**
 * Σ_ij c_ij y_i y_j with y_i = rate_i^k when B has full rank, r = d; else d + 2 Σ D_i + Σ_ij c_ij D_i D_j with D_i = rate_i^k - 1.
 * A sign or a NaN can only come of rounding or of overflow, since the whole is a squared norm.
 */
function curve(rates: Float64Array, c: Float64Array, r: number, d: number, steps: number, y: Float64Array, out: Float64Array): void {
  const shift = r < d ? 1 : 0;
  y.fill(1 - shift, 0, r);
  for (let k = 0; k <= steps; k++) {
    let total = quadraticForm(c, y, r);
    if (shift === 1) {
      let sum = 0;
      for (let i = 0; i < r; i++) sum += y[i];
      total = d + 2 * sum + Math.max(0, orInfinity(total));
    }
    out[k] = Math.max(0, orInfinity(total));
    for (let i = 0; i < r; i++) y[i] = (y[i] + shift) * rates[i] - shift;
  }
}

/** yᵀ c y for the symmetric c in its lower triangle, (n, n); four rows at a time. */
function quadraticForm(c: Float64Array, y: Float64Array, n: number): number {
  let diagonal = 0;
  let rest = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const r0 = i * n;
    const r1 = r0 + n;
    const r2 = r1 + n;
    const r3 = r2 + n;
    const sums = fourDots(c, r0, n, y, 0, i);
    const y0 = y[i];
    const y1 = y[i + 1];
    const y2 = y[i + 2];
    const y3 = y[i + 3];
    const s1 = sums[1] + c[r1 + i] * y0;
    const s2 = sums[2] + (c[r2 + i] * y0 + c[r2 + i + 1] * y1);
    const s3 = sums[3] + (c[r3 + i] * y0 + c[r3 + i + 1] * y1 + c[r3 + i + 2] * y2);
    rest += y0 * sums[0] + y1 * s1 + (y2 * s2 + y3 * s3);
    diagonal += c[r0 + i] * y0 * y0 + c[r1 + i + 1] * y1 * y1 + (c[r2 + i + 2] * y2 * y2 + c[r3 + i + 3] * y3 * y3);
  }
  for (; i < n; i++) {
    rest += y[i] * dot(c, i * n, y, 0, i);
    diagonal += c[i * n + i] * y[i] * y[i];
  }
  return diagonal + 2 * rest;
}
