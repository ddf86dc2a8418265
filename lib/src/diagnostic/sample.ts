/** @file A data set as the diagnostic sees it: a name, feature names, and covariances with and without each block of rows. */
import type { Moments } from "../data/moments";
import { columnLabel } from "../data/table";
import { cholesky } from "../linalg/dense";
import { type Shrinkage, shrink, shrinkageIntensity } from "./shrinkage";

/** A data set. */
export class Sample {
  /** ρ: intensity of the shrinkage, in [0, 1]; found from all rows and kept when a block is left out. */
  readonly intensity: number;
  /** Λ̂ or Σ̂ from all rows, row-major (d, d), units of x². */
  readonly covariance: Float64Array;

  /** @throws RangeError when a feature is a linear combination of others */
  constructor(
    readonly name: string,
    readonly moments: Moments,
    shrinkage: Shrinkage,
    featureNames?: readonly string[],
  ) {
    this.intensity = shrinkageIntensity(moments, shrinkage);
    this.covariance = shrink(moments.covariance(), moments.d, this.intensity);
    const factored = cholesky(this.covariance, moments.d);
    if ("dependent" in factored) {
      const label = `feature ${columnLabel(featureNames, factored.dependent)}`;
      throw new RangeError(
        `diagnose: the features of ${name} must be linearly independent, got ${label}, a combination of those before it. Leave it out, or give components (--components R)`,
      );
    }
  }

  get d(): number {
    return this.moments.d;
  }

  /** B: blocks that can be left out. */
  get blocks(): number {
    return this.moments.blockRows.length;
  }

  /** Rows of every block. */
  get blockRows(): readonly number[] {
    return this.moments.blockRows;
  }

  /** The covariance from the rows outside block b. */
  without(b: number): Float64Array {
    return shrink(this.moments.covariance(b), this.d, this.intensity);
  }
}
