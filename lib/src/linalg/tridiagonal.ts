/** @file Eigenvalues of tridiagonal matrices, and eigenvectors for any spectrum. */

/** QL sweeps per eigenvalue before an iteration is called failed; 2 is usual. */
const MAX_SWEEPS = 60;

/**
 * Eigenvalues of a symmetric tridiagonal matrix, ascending, by the root-free QL iteration.
 * @param values on entry the diagonal, (d,); on return the eigenvalues
 * @param offSquared squares of the subdiagonal in 0..d-2; overwritten
 * @throws Error when a sweep does not converge, which needs an entry that is not finite
 */
export function tridiagonalEigenvalues(values: Float64Array, offSquared: Float64Array, d: number): Float64Array {
  const eps2 = Number.EPSILON * Number.EPSILON;
  let norm = 0;
  for (let i = 0; i < d; i++) norm = Math.max(norm, Math.abs(values[i]), i < d - 1 ? Math.sqrt(offSquared[i]) : 0);
  if (!Number.isFinite(norm)) throw new Error("tridiagonalEigenvalues: an entry is not finite");
  const floor = eps2 * norm * norm;
  if (d > 0) offSquared[d - 1] = 0;
  for (let l = 0; l < d; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < d - 1 && offSquared[m] > floor) m++;
      if (m === l) break;
      if (sweep === MAX_SWEEPS) throw new Error("tridiagonalEigenvalues: the QL iteration did not converge");
      offSquared[m] = 0;
      // Wilkinson's shift from the leading 2 x 2 block.
      const root = Math.sqrt(offSquared[l]);
      const slope = (values[l + 1] - values[l]) / (2 * root);
      const hypot = Math.sqrt(slope * slope + 1);
      const shift = values[l] - root / (slope + (slope >= 0 ? hypot : -hypot));
      let c = 1;
      let s = 0;
      let gamma = values[m] - shift;
      let p = gamma * gamma;
      for (let i = m - 1; i >= l; i--) {
        const bb = offSquared[i];
        const r = p + bb;
        if (i !== m - 1) offSquared[i + 1] = s * r;
        const oldC = c;
        const inverse = 1 / r;
        c = p * inverse;
        s = bb * inverse;
        const oldGamma = gamma;
        const alpha = values[i];
        gamma = c * (alpha - shift) - s * oldGamma;
        values[i + 1] = oldGamma + (alpha - gamma);
        p = c !== 0 ? (gamma * gamma) / c : oldC * bb;
      }
      offSquared[l] = s * p;
      values[l] = shift + gamma;
    }
  }
  // The iteration leaves the values nearly sorted, where insertion is linear.
  for (let i = 1; i < d; i++) {
    const value = values[i];
    let j = i - 1;
    for (; j >= 0 && values[j] > value; j--) values[j + 1] = values[j];
    values[j + 1] = value;
  }
  return values;
}

/**
 * Eigenvalues and eigenvectors (as rows, sorted) of a tridiagonal matrix: QL with implicit shifts, rotating the rows of an identity.
 * @param values on entry the diagonal
 * @param off the entries beside it, destroyed
 * @origin standard, EISPACK's imtql2 (Wilkinson and Reinsch, Handbook for Automatic Computation II/4); entries below ε‖T‖ count as zero
 */
export function implicitQl(values: Float64Array, off: Float64Array, z: Float64Array, d: number): void {
  z.fill(0);
  let norm = 0;
  for (let i = 0; i < d; i++) {
    z[i * (d + 1)] = 1;
    norm = Math.max(norm, Math.abs(values[i]) + Math.abs(off[i]));
  }
  const negligible = Number.EPSILON * norm;
  for (let l = 0; l < d; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < d - 1 && Math.abs(off[m]) > negligible) m++;
      if (m === l) break;
      if (sweep === MAX_SWEEPS) throw new Error("symmetricEigen: the QL iteration did not converge");
      let g = (values[l + 1] - values[l]) / (2 * off[l]);
      let r = Math.sqrt(g * g + 1);
      g = values[m] - values[l] + off[l] / (g + (g >= 0 ? r : -r));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * off[i];
        const b = c * off[i];
        r = Math.sqrt(f * f + g * g);
        off[i + 1] = r;
        if (r === 0) {
          values[i + 1] -= p;
          break;
        }
        s = f / r;
        c = g / r;
        g = values[i + 1] - p;
        r = (values[i] - g) * s + 2 * c * b;
        p = s * r;
        values[i + 1] = g + p;
        g = c * r - b;
        rotate(z, i * d, d, c, s);
      }
      if (i >= l) {
        off[m] = 0;
        continue;
      }
      values[l] -= p;
      off[l] = g;
      off[m] = 0;
    }
  }
  sortRows(values, z, d);
}

/** Rotates the rows at `at` and at + d. */
function rotate(z: Float64Array, at: number, d: number, c: number, s: number): void {
  for (let i = at, j = at + d; i < at + d; i++, j++) {
    const upper = z[i];
    const lower = z[j];
    z[j] = s * upper + c * lower;
    z[i] = c * upper - s * lower;
  }
}

/** Sorts the values, ascending, and the rows with them; equal values keep their order. */
function sortRows(values: Float64Array, rows: Float64Array, d: number): void {
  const order = Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j]);
  if (order.every((from, to) => from === to)) return;
  const [oldValues, oldRows] = [values.slice(), rows.slice()];
  order.forEach((from, to) => {
    values[to] = oldValues[from];
    rows.set(oldRows.subarray(from * d, (from + 1) * d), to * d);
  });
}
