/** @file Errors of chain of thought, averaged exactly over the weights and the label noise, for symmetric Γ. */
import type { Random } from "../core/random";
import { SymmetricWorkspace } from "../linalg/symmetricWorkspace";
import { BartlettSampler } from "../model/wishart";
import { type CotBasis, type CotKernel, multiplyLower } from "./cotKernel";

/**
 * With B = Γ^(-1/2) S Γ^(-1/2) = Σ_i μ_i v_i v_iᵀ in the eigenbasis of Γ,
 * $$ E\|w_k - w\|^2 = \|(I-\Gamma^{-1}S)^k\|_F^2 + \tfrac{\sigma^2}{m} \mathrm{tr}(\Gamma^{-1} q_k(B) B q_k(B))
 *    = \sum_{ij} c_{ij} (1-\mu_i)^k (1-\mu_j)^k + \tfrac{\sigma^2}{m} \sum_i f_i \mu_i q_k(\mu_i)^2, $$
 * $$ c_{ij} = (v_i^\top \Gamma v_j)(v_i^\top \Gamma^{-1} v_j), \quad f_i = v_i^\top \Gamma^{-1} v_i, \quad q_k(\mu) = \tfrac{1-(1-\mu)^k}{\mu}, $$
 * since (I - Γ^(-1) S)^k = Γ^(-1/2) (I - B)^k Γ^(1/2). One eigendecomposition gives every k. When m < d, B has rank m: its
 * eigenvectors come from the m x m Gram matrix, and with D_i = (1-μ_i)^k - 1 the first sum is d + 2 Σ D_i + Σ c_ij D_i D_j.
 */
export function averagedKernel({ d, m, steps, gamma, factor, noise }: CotBasis): CotKernel {
  const sampler = new BartlettSampler(d, m);
  const r = sampler.columns;
  const diagonalFactor = factor.length === d;
  const scaling = diagonalFactor ? factor : new Float64Array(d).fill(1);
  const L = new Float64Array(d * r);
  const B = new Float64Array(r * r);
  const workspace = new SymmetricWorkspace(r);
  const isotropicGamma = gamma.every((g) => g === gamma[0]);
  const lifted = r < d ? new Float64Array(r * d) : workspace.vectors;
  const c = new Float64Array(r * r);
  const f = new Float64Array(r).fill(1 / gamma[0]);
  const scratch = new Float64Array(4 * d);
  const inverse = gamma.map((g) => 1 / g);
  const rates = new Float64Array(r);
  const powers = new Float64Array(r);
  return {
    hasDriver: true,
    run(random: Random, out: Float64Array): void {
      sampler.draw(random, L, scaling);
      if (!diagonalFactor) multiplyLower(factor, d, r, L);
      if (r < d) gramOfColumns(L, d, r, m, B);
      else gramOfRows(L, d, m, B);
      const mu = workspace.eigenvalues(B);
      for (let i = 0; i < r; i++) rates[i] = 1 - mu[i];
      if (isotropicGamma) sumOfPowers(rates, steps, d - r, out);
      else {
        if (!workspace.eigenvectors()) workspace.eigenvectorsByQl();
        if (r < d) lift(L, d, r, m, workspace, lifted);
        overlaps(lifted, r, d, gamma, inverse, c, f, scratch);
        if (r < d) deficientCurve(rates, c, r, d, steps, powers, out);
        else curve(rates, c, d, steps, powers, out);
      }
      if (noise > 0) addNoise(mu, f, r, (noise * noise) / m, steps, out);
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
      // Four rows share the loads of row i; the columns beyond each row's own diagonal are added after.
      const b0 = j * d;
      const b1 = b0 + d;
      const b2 = b1 + d;
      const b3 = b2 + d;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let l = 0; l <= j; l++) {
        const value = L[a + l];
        s0 += value * L[b0 + l];
        s1 += value * L[b1 + l];
        s2 += value * L[b2 + l];
        s3 += value * L[b3 + l];
      }
      const u = L[a + j + 1];
      const v = L[a + j + 2];
      const w = L[a + j + 3];
      B[a + j] = s0 * scale;
      B[a + j + 1] = (s1 + u * L[b1 + j + 1]) * scale;
      B[a + j + 2] = (s2 + u * L[b2 + j + 1] + v * L[b2 + j + 2]) * scale;
      B[a + j + 3] = (s3 + u * L[b3 + j + 1] + v * L[b3 + j + 2] + w * L[b3 + j + 3]) * scale;
    }
    for (; j <= i; j++) {
      const b = j * d;
      let s = 0;
      for (let l = 0; l <= j; l++) s += L[a + l] * L[b + l];
      B[a + j] = s * scale;
    }
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
    // i is even: rows j and j + 1 are both below it, until row i itself is left.
    for (let j = 0; j < i; j += 2) {
      const b0 = j * d;
      const b1 = b0 + d;
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
      c[i * r + j + 1] = g01 * h01;
      if (pair) c[(i + 1) * r + j] = g10 * h10;
      if (pair) c[(i + 1) * r + j + 1] = g11 * h11;
    }
    let g0 = 0;
    let g1 = 0;
    let h0 = 0;
    let h1 = 0;
    for (let l = 0; l < d; l++) {
      const x = v[a0 + l];
      g0 += x * scratch[l];
      g1 += x * scratch[d + l];
      h0 += x * scratch[2 * d + l];
      h1 += x * scratch[3 * d + l];
    }
    c[i * r + i] = g0 * h0;
    f[i] = h0;
    if (pair) c[(i + 1) * r + i] = g1 * h1;
    if (pair) {
      let g = 0;
      let h = 0;
      for (let l = 0; l < d; l++) {
        const value = v[a1 + l];
        g += value * scratch[d + l];
        h += value * scratch[3 * d + l];
      }
      c[(i + 1) * r + i + 1] = g * h;
      f[i + 1] = h;
    }
  }
}

/** Σ_i rate_i^(2k) + null, for Γ a multiple of I. */
function sumOfPowers(rates: Float64Array, steps: number, nullity: number, out: Float64Array): void {
  out.fill(nullity, 0, steps + 1);
  for (let i = 0; i < rates.length; i++) {
    const square = rates[i] * rates[i];
    let power = 1;
    for (let k = 0; k <= steps; k++) {
      out[k] += power;
      power *= square;
    }
  }
}

/** Σ_ij c_ij rate_i^k rate_j^k. */
function curve(rates: Float64Array, c: Float64Array, d: number, steps: number, powers: Float64Array, out: Float64Array): void {
  powers.fill(1);
  for (let k = 0; k <= steps; k++) {
    out[k] = quadraticForm(c, powers, d);
    for (let i = 0; i < d; i++) powers[i] = powers[i] * rates[i];
  }
}

/** d + 2 Σ D_i + Σ_ij c_ij D_i D_j with D_i = rate_i^k - 1. */
function deficientCurve(
  rates: Float64Array,
  c: Float64Array,
  r: number,
  d: number,
  steps: number,
  powers: Float64Array,
  out: Float64Array,
): void {
  powers.fill(0);
  for (let k = 0; k <= steps; k++) {
    let sum = 0;
    for (let i = 0; i < r; i++) sum += powers[i];
    const total = d + 2 * sum + quadraticForm(c, powers, r);
    out[k] = Number.isNaN(total) ? Number.POSITIVE_INFINITY : Math.max(0, total);
    for (let i = 0; i < r; i++) powers[i] = (powers[i] + 1) * rates[i] - 1;
  }
}

/** yᵀ c y for the symmetric c in its lower triangle; +Infinity when it overflows. */
function quadraticForm(c: Float64Array, y: Float64Array, d: number): number {
  let diagonal = 0;
  let rest = 0;
  let i = 0;
  for (; i + 3 < d; i += 4) {
    const r0 = i * d;
    const r1 = r0 + d;
    const r2 = r1 + d;
    const r3 = r2 + d;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < i; j++) {
      const value = y[j];
      s0 += c[r0 + j] * value;
      s1 += c[r1 + j] * value;
      s2 += c[r2 + j] * value;
      s3 += c[r3 + j] * value;
    }
    const y0 = y[i];
    const y1 = y[i + 1];
    const y2 = y[i + 2];
    const y3 = y[i + 3];
    s1 += c[r1 + i] * y0;
    s2 += c[r2 + i] * y0 + c[r2 + i + 1] * y1;
    s3 += c[r3 + i] * y0 + c[r3 + i + 1] * y1 + c[r3 + i + 2] * y2;
    rest += y0 * s0 + y1 * s1 + (y2 * s2 + y3 * s3);
    diagonal += c[r0 + i] * y0 * y0 + c[r1 + i + 1] * y1 * y1 + (c[r2 + i + 2] * y2 * y2 + c[r3 + i + 3] * y3 * y3);
  }
  for (; i < d; i++) {
    const a = i * d;
    let s = 0;
    for (let j = 0; j < i; j++) s += c[a + j] * y[j];
    rest += y[i] * s;
    diagonal += c[a + i] * y[i] * y[i];
  }
  const total = diagonal + 2 * rest;
  // The form is a squared norm: a sign or a NaN can only come of rounding or of overflow.
  return Number.isNaN(total) ? Number.POSITIVE_INFINITY : Math.max(0, total);
}

/** Adds (σ²/m) Σ_i f_i μ_i q_k(μ_i)², by q_{k+1} = 1 + (1-μ) q_k. */
function addNoise(mu: Float64Array, f: Float64Array, r: number, variance: number, steps: number, out: Float64Array): void {
  for (let i = 0; i < r; i++) {
    const weight = variance * f[i] * Math.max(0, mu[i]);
    const rate = 1 - mu[i];
    let q = 0;
    for (let k = 0; k <= steps; k++) {
      out[k] += weight * q * q;
      q = 1 + rate * q;
    }
  }
}
