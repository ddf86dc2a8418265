/** @file The covariances on which most claims are tested: one tilted spectrum, and two matrices that do not commute. */
import { Covariance } from "../model/covariance";

/** The covariance [a b; b c]. */
export function planar(a: number, b: number, c: number): Covariance {
  return Covariance.fromMatrix([
    [a, b],
    [b, c],
  ]);
}

/** diag(1, 1/2, 1/3, 1/4). */
export const tilted = Covariance.diagonal([1, 1 / 2, 1 / 3, 1 / 4]);

/** A training covariance that is not diagonal, (3, 3). */
export const train = Covariance.fromMatrix([
  [0.9, -0.2, 0.1],
  [-0.2, 0.6, 0],
  [0.1, 0, 0.4],
]);

/** A test covariance that does not commute with it, (3, 3). */
export const test = Covariance.fromMatrix([
  [1, 0.3, 0],
  [0.3, 0.8, 0.2],
  [0, 0.2, 0.5],
]);
