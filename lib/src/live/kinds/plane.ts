/** @file The iteration in two dimensions: the path of the estimates over the loss of one prompt (notebook 02). */
import type { Matrix } from "ml-matrix";
import { Random } from "../../core/random";
import { shortNumber } from "../../core/shortNumber";
import { gradientDescent } from "../../estimators/gradientDescent";
import { chainOfThought } from "../../estimators/preconditionedIteration";
import type { Series } from "../../figures/lineChart";
import { Covariance } from "../../model/covariance";
import { inverseGamma } from "../../model/gamma";
import { samplePrompt } from "../../model/prompt";
import { largestStepEigenvalue } from "../../theory/finite/typicalBehaviour";
import type { LiveKind } from "../kind";

type Values = {
  readonly weak: number;
  readonly n: number;
  readonly m: number;
  readonly steps: number;
  readonly seed: number;
  readonly strongWeight: number;
  readonly weakWeight: number;
};

/** Half the width of the plane that is shown. */
const EXTENT = 2.5;

/** A line of equal loss through the weights plus e, for |S^(1/2) e| = radius. */
function levelLine(S: Matrix, centre: readonly number[], radius: number): Pick<Series, "x" | "y"> {
  const root = Covariance.fromMatrix(S).apply((value) => 1 / Math.sqrt(Math.max(value, 1e-12)));
  const angles = Array.from({ length: 49 }, (_, i) => (i * Math.PI) / 24);
  const point = (row: number, angle: number) =>
    centre[row] + radius * (root.get(row, 0) * Math.cos(angle) + root.get(row, 1) * Math.sin(angle));
  return { x: angles.map((angle) => point(0, angle)), y: angles.map((angle) => point(1, angle)) };
}

export const plane: LiveKind<Values> = {
  title: "The iteration in two dimensions, on one prompt",
  reads: ["weak", "n", "m", "steps", "seed"],
  own: () => ({
    strongWeight: { kind: "number", symbol: "w_1", meaning: "hidden weight, strong direction", range: [-2, 2], committed: 1 },
    weakWeight: { kind: "number", symbol: "w_2", meaning: "hidden weight, weak direction", range: [-2, 2], committed: 1 },
  }),
  draw({ weak, n, m, steps, seed, strongWeight, weakWeight }) {
    const covariance = Covariance.diagonal([1, weak]);
    const w = [strongWeight, weakWeight];
    const prompt = samplePrompt({ covariance, n: m, w }, Random.seed(seed).stream("plane"));
    const S = prompt.X.mmul(prompt.X.transpose()).div(m);
    const path = chainOfThought({ preconditioner: inverseGamma({ covariance, n }) }).estimate(prompt, steps);
    const descent = gradientDescent({ step: "1/L" }).estimate(prompt, steps);
    const line = (estimates: readonly ArrayLike<number>[]) => ({ x: estimates.map((e) => e[0]), y: estimates.map((e) => e[1]) });
    const distance = (estimate: ArrayLike<number>) => Math.hypot(estimate[0] - w[0], estimate[1] - w[1]);
    const largest = largestStepEigenvalue({ covariance, n, S });
    const axis = { range: [-EXTENT, EXTENT] as const, keep: true };
    return {
      panels: [
        {
          title: "",
          x: { label: "weight of the strong direction, y/x", ...axis },
          y: { label: "weight of the weak direction, y/x", ...axis },
          series: [
            ...[0.15, 0.4, 0.8, 1.4].map((radius, i) => ({
              ...(i === 0 ? { name: "equal loss on this prompt" } : {}),
              ...levelLine(S, w, radius),
              color: 2,
            })),
            { name: "gradient descent", ...line(descent), style: "both", color: 3 },
            { name: "steps of thought", ...line(path), style: "both", color: 0 },
          ],
          handles: [{ label: "hidden weights", x: w[0], y: w[1], xOf: { name: "strongWeight" }, yOf: { name: "weakWeight" } }],
          square: true,
        },
      ],
      summary:
        `After ${steps} steps of thought the estimate is ${shortNumber(distance(path[steps]))} from the hidden weights, by gradient descent ` +
        `${shortNumber(distance(descent[steps]))}. The largest eigenvalue of a step is ${shortNumber(largest)}: on this prompt the chain ` +
        `${largest < 2 ? "converges" : "diverges"}.`,
    };
  },
};
