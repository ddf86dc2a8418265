/** @file A data set as the diagnostic sees it: a name, feature names, and moments with and without each block of rows. */
import { FeatureFileError } from "../data/featureFileError";
import type { Moments } from "../data/moments";
import { columnLabel } from "../data/table";
import { cholesky, multiply, trace } from "../linalg/dense";
import { type Shrinkage, shrink, shrinkageIntensity } from "./shrinkage";

/** What training and thinking see of some rows. */
export interface RowMoments {
  /** Λ̂ or Σ̂, row-major (d, d), units of x². */
  readonly covariance: Float64Array;
  /** K̂ - 2Ŝ² - tr(Ŝ)Ŝ, row-major (d, d), units of x⁴: what fourth moments add to the normal ones; undefined where they are not known. */
  readonly excess?: Float64Array | undefined;
}

/** A data set. */
export class Sample implements RowMoments {
  /** ρ: intensity of the shrinkage, in [0, 1]; found from all rows and kept when a block is left out. */
  readonly intensity: number;
  /** Λ̂ or Σ̂ from all rows, row-major (d, d), units of x². */
  readonly covariance: Float64Array;
  private found: Float64Array | undefined;

  /** @throws FeatureFileError when a feature is a linear combination of others */
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
      throw new FeatureFileError(name, "have features that are linearly independent", `${label}, a combination of those before it`, {
        remedy: "Leave it out, or give components (--components R)",
      });
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

  /** From all rows; not shrunk, as it is no covariance. */
  get excess(): Float64Array | undefined {
    this.found ??= this.excessOf(this.moments.covariance());
    return this.found;
  }

  /** The moments of the rows outside block b; the excess is formed when it is asked for. */
  without(b: number): RowMoments {
    const S = this.moments.covariance(b);
    const excessOf = (): Float64Array | undefined => this.excessOf(S, b);
    return {
      covariance: shrink(S, this.d, this.intensity),
      get excess() {
        return excessOf();
      },
    };
  }

  private excessOf(S: Float64Array, block?: number): Float64Array | undefined {
    const { moments, d } = this;
    const fourth = moments.fourthMoments(block);
    if (!fourth) return undefined;
    const [square, total] = [multiply(S, S, d, d, d), trace(S, d)];
    return fourth.map((value, at) => value - 2 * square[at] - total * S[at]);
  }
}

/** The same rows as if they were normal. */
export function asNormal({ covariance }: RowMoments): RowMoments {
  return { covariance, excess: undefined };
}
