/** @file Overthinking: the error with its best number of steps, and how far training covers each direction (notebook 06). */
import { integers } from "../../core/grids";
import { shortNumber } from "../../core/shortNumber";
import { logCurve } from "../../figures/curve";
import { Covariance } from "../../model/covariance";
import { powerLawSpectrum } from "../../model/spectrum";
import { cotError } from "../../simulation/cotError";
import { criticalLength, directionContributions } from "../../theory/paper/criticalLength";
import { limitBestSteps } from "../../theory/paper/limitBestSteps";
import type { LiveKind } from "../kind";
import { limitCurve } from "../limitCurve";
import { simulatedMeans, simulatedWords } from "../simulatedMeans";

type Values = {
  readonly d: number;
  readonly exponent: number;
  readonly n: number;
  readonly target: number;
  readonly steps: number;
  readonly draws: number;
  readonly seed: number;
};

/** Training tilted with tr Λ = d, tested on a multiple of I. */
function pair({ d, exponent, n, target }: Values) {
  const covariance = Covariance.diagonal(powerLawSpectrum({ d, exponent, normalise: "trace-d" }));
  return { covariance, target: Covariance.diagonal(new Float64Array(d).fill(target)), n };
}

export const overthinking: LiveKind<Values> = {
  title: "Overthinking: coverage by direction, and the best number of steps",
  reads: ["d", "exponent", "n", "steps", "draws", "seed"],
  own: () => ({
    target: { kind: "number", symbol: "s", meaning: "test covariance Σ = sI", range: [0.05, 20], log: true, committed: 1 },
  }),
  draw(values) {
    const { d, n, steps } = values;
    const model = pair(values);
    const ks = integers(0, steps);
    const directions = directionContributions({ ...model, k: steps });
    const { all, leastCovered } = limitCurve(model, steps);
    const best = limitBestSteps(model);
    const critical = criticalLength(model);
    const places = directions.map((_, i) => i + 1);
    const below = directions.filter(({ mu }) => mu > 2).length;
    return {
      panels: [
        {
          title: "Error",
          x: { label: "steps of thought k" },
          y: { label: "mean error at m = ∞, (y/x)^{2}", log: true },
          series: [
            logCurve(ks, (k) => all[k], { name: "all directions", color: 0 }),
            logCurve(ks, (k) => leastCovered[k], { name: "least covered", color: 1 }),
          ],
          marks: best !== null && best <= steps ? [{ axis: "x", value: best, label: `k* = ${best}` }] : [],
        },
        {
          title: "Coverage",
          x: { label: "direction i, by training strength" },
          y: { label: "coverage γ_{i}/σ_{i}", log: true },
          series: [
            { name: "covered", x: places, y: directions.map(({ mu }) => (mu <= 2 ? 1 / mu : null)), style: "points", color: 0 },
            { name: "below ½: grows", x: places, y: directions.map(({ mu }) => (mu > 2 ? 1 / mu : null)), style: "points", color: 4 },
          ],
          marks: [{ axis: "y", value: 0.5, label: "½" }],
        },
      ],
      summary:
        `${below} of ${d} directions are covered by less than half. ` +
        (best === null ? "More steps never hurt. " : `The error is least at k* = ${best} and grows without limit beyond. `) +
        (critical === Number.POSITIVE_INFINITY
          ? "No training length makes it grow."
          : `It grows for every training length above n_c = ${shortNumber(critical)}; here n = ${n}.`),
    };
  },
  simulate(values) {
    const { steps, draws, seed, n } = values;
    const { covariance, target } = pair(values);
    return {
      // On an endless prompt only w is random.
      experiment: cotError({ test: target, train: { covariance, n }, m: Number.POSITIVE_INFINITY, steps, weights: "drawn" }),
      draws,
      seed,
      show: (result) => ({ panel: 0, series: simulatedMeans(result.curves[0], "simulated"), words: simulatedWords(result) }),
    };
  },
};
