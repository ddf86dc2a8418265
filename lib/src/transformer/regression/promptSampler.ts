/** @file Prompts for training and evaluation, drawn straight into flat arrays; each prompt has its own stream. */
import type { Random } from "../../core/random";
import { type PromptDistribution, spectrumValues } from "./recipe";

/** Draws the prompts of a distribution: x ~ N(0, Λ), w ~ N(0, I_d), y = <w, x>. */
export class PromptSampler {
  /** The prompt drawn last: n rows of d inputs, n labels, the task. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly w: Float64Array;
  private readonly roots: Float64Array;

  constructor(
    distribution: PromptDistribution,
    readonly d: number,
  ) {
    this.x = new Float64Array(distribution.n * d);
    this.y = new Float64Array(distribution.n);
    this.w = new Float64Array(d);
    this.roots = spectrumValues(distribution.spectrum, d).map(Math.sqrt);
  }

  /**
   * Draws the next prompt of a stream.
   * @param active dimensions in use: entries of x and w from this one on are 0 (a curriculum's start)
   */
  draw(random: Random, active = this.d): void {
    const { x, y, w, d, roots } = this;
    random.fillNormal(w);
    random.fillNormal(x);
    w.fill(0, active);
    for (let t = 0; t < y.length; t++) {
      let sum = 0;
      for (let j = 0; j < d; j++) {
        const value = j < active ? x[t * d + j] * roots[j] : 0;
        x[t * d + j] = value;
        sum += value * w[j];
      }
      y[t] = sum;
    }
  }
}
