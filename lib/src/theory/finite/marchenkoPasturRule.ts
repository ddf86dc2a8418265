/** @file Gauss's rule for the Marchenko-Pastur law: exact for polynomials, with its atom. */
import { eigen } from "../../linalg/dense";

/** Points and masses, of sum 1. */
export interface PointMasses {
  /** Eigenvalues x_i of S, ascending or not, dimensionless. */
  readonly points: Float64Array;
  /** Masses, > 0. */
  readonly masses: Float64Array;
}

/**
 * The rule with N points, exact up to degree 2N - 1: eigenvalues of the law's Jacobi matrix, whose entries are constant but for the first
 * (diagonal 1, 1 + c, 1 + c, ..., off-diagonal √c, c = d/m), and the squares of the first components of its eigenvectors.
 */
export function marchenkoPasturRule({ d, m }: { readonly d: number; readonly m: number }, count: number): PointMasses {
  const c = d / m;
  const jacobi = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    jacobi[i * (count + 1)] = i === 0 ? 1 : 1 + c;
    if (i > 0) jacobi[i * count + i - 1] = jacobi[(i - 1) * count + i] = Math.sqrt(c);
  }
  const { values, vectors } = eigen(jacobi, count);
  // Below rounding a point stands for the atom at 0.
  const zero = count * Number.EPSILON * values[0];
  return {
    points: values.map((value) => (value > zero ? value : 0)),
    masses: values.map((_, i) => vectors[i * count] ** 2),
  };
}

/**
 * N points of the continuous part alone, dense at the edges: the trapezoidal rule in φ, x = mid - half cos φ, in which the law is
 * 2 sin²φ/(π x) dφ. For integrands with poles beside the support.
 */
export function marchenkoPasturTrapezoid({ d, m }: { readonly d: number; readonly m: number }, count: number): PointMasses {
  const root = Math.sqrt(d / m);
  const points = Float64Array.from(
    { length: count },
    (_, j) => (1 - root) ** 2 + 4 * root * Math.sin((Math.PI * (j + 1)) / (2 * count + 2)) ** 2,
  );
  return { points, masses: points.map((x, j) => (2 * Math.sin((Math.PI * (j + 1)) / (count + 1)) ** 2) / ((count + 1) * x)) };
}
