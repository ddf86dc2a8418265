/** @file The covariances on which most claims are tested: one tilted spectrum, and two matrices that do not commute. */
import { Covariance } from "../model/covariance";

/** The covariance [a b; b c]. */
export function planar(a: number, b: number, c: number): Covariance {
  return Covariance.fromMatrix([
    [a, b],
    [b, c],
  ]);
}

/** I, (d, d). */
export function ones(d: number): Covariance {
  return Covariance.diagonal(new Float64Array(d).fill(1));
}

/** diag(1, 2^-exponent, ..., d^-exponent): the spectrum of a large d. */
export function powerLaw(d: number, exponent: number): Covariance {
  return Covariance.diagonal(Array.from({ length: d }, (_, i) => (i + 1) ** -exponent));
}

/** Inputs of one variance that are correlated with their neighbours, (d, d): variance * correlation^|i - j|. */
export function neighbours(d: number, variance: number, correlation: number): Covariance {
  const at = Array.from({ length: d }, (_, i) => i);
  return Covariance.fromMatrix(at.map((i) => at.map((j) => variance * correlation ** Math.abs(i - j))));
}

/** diag(1, 1/2, 1/3, 1/4). */
export const tilted = /* @__PURE__ */ Covariance.diagonal([1, 1 / 2, 1 / 3, 1 / 4]);

/** A training covariance that is not diagonal, (3, 3). */
export const train = /* @__PURE__ */ Covariance.fromMatrix([
  [0.9, -0.2, 0.1],
  [-0.2, 0.6, 0],
  [0.1, 0, 0.4],
]);

/** A test covariance that does not commute with it, (3, 3). */
export const test = /* @__PURE__ */ Covariance.fromMatrix([
  [1, 0.3, 0],
  [0.3, 0.8, 0.2],
  [0, 0.2, 0.5],
]);
