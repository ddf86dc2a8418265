/** @file The selection of tasks: the error over all mixtures of three tasks, its edges those of two (notebook 07). */
import { integers } from "../../core/grids";
import { shortNumber } from "../../core/shortNumber";
import { logCurve } from "../../figures/curve";
import { Covariance } from "../../model/covariance";
import { powerLawSpectrum } from "../../model/spectrum";
import { errorSelection } from "../../selection/errorSelection";
import { MixtureModel } from "../../selection/mixtureModel";
import { selectFrom } from "../../selection/selectTasks";
import { stableFrom } from "../../selection/stableSelection";
import type { LiveKind } from "../kind";

type Values = {
  readonly d: number;
  readonly exponents: readonly number[];
  readonly short: number;
  readonly long: number;
  readonly tilt: number;
  readonly steps: number;
  readonly comparedAt: number;
  readonly margin: number;
  readonly hardShare: number;
  readonly reversedShare: number;
};

/** Largest logarithm, on either side of 0, of an error that is shown. */
const MOST = 690;
/** Steps of the search for the least error, from each of two starts. */
const MOST_ITERATIONS = 40;
/** Cells along an edge of the triangle. */
const CELLS = 20;

/** An easy task on short prompts, a hard one on long prompts, and the hard one with its skills in the opposite order. */
function modelOf({ d, exponents: [easy, hard], short, long, tilt }: Values): MixtureModel {
  const spectrum = (exponent: number) => powerLawSpectrum({ d, exponent });
  const tasks = [spectrum(easy), spectrum(hard), spectrum(hard).reverse()].map((values) => Covariance.diagonal(values));
  return new MixtureModel({ tasks, target: Covariance.diagonal(spectrum(tilt)), lengths: [short, long, long] });
}

/** The weights of the three tasks; what is left after two is the first's. */
const weightsAt = (hard: number, reversed: number): number[] => [Math.max(0, 1 - hard - reversed), hard, reversed];

const percents = (weights: ArrayLike<number>): string => Array.from(weights, (weight) => `${Math.round(100 * weight)}`).join(" : ");

export const taskTriangle: LiveKind<Values> = {
  title: "Which tasks to train on: the error over all mixtures of three",
  reads: ["d", "exponents", "short", "long", "tilt", "steps", "comparedAt", "margin"],
  own: () => ({
    hardShare: { kind: "number", symbol: "π_2", meaning: "share of the hard task", range: [0, 1], committed: 0.3 },
    reversedShare: { kind: "number", symbol: "π_3", meaning: "share of the reversed hard task", range: [0, 1], committed: 0.3 },
  }),
  settle(values, changed) {
    const { hardShare, reversedShare } = values;
    if (hardShare + reversedShare <= 1) return values;
    return changed === "hardShare" ? { ...values, reversedShare: 1 - hardShare } : { ...values, hardShare: 1 - reversedShare };
  },
  draw(values) {
    const { steps, comparedAt: k, margin, hardShare, reversedShare } = values;
    const model = modelOf(values);
    const own = weightsAt(hardShare, reversedShare);
    const centres = integers(0, CELLS).map((i) => i / CELLS);
    // Colours need a number: an error beyond what one can hold has the colour of the largest or least.
    const errorAt = (weights: ArrayLike<number>): number => Math.exp(Math.max(-MOST, Math.min(MOST, model.logErrors(weights, [k])[0])));
    const program = selectFrom(model, "paper");
    const stable = stableFrom(model, { form: "paper", margin });
    const { tasks, target, lengths } = model;
    const least = errorSelection({ tasks, target, lengths, k, randomStarts: 0, maxIterations: MOST_ITERATIONS }).weights;
    const ks = integers(0, steps);
    const logs = (weights: ArrayLike<number>) => model.logErrors(weights, ks);
    const point = (name: string, weights: ArrayLike<number>, color: number) =>
      ({ name, x: [weights[1]], y: [weights[2]], style: "points", color }) as const;
    const line = (name: string, weights: ArrayLike<number>, color: number) => {
      const values = logs(weights);
      return logCurve(ks, (at) => values[at], { name, color });
    };
    const found = stable.status === "optimal";
    return {
      panels: [
        {
          title: "Mixtures",
          x: { label: "share of the hard task", range: [-0.02, 1.02], keep: true },
          y: { label: "share of the reversed hard task", range: [-0.02, 1.02], keep: true },
          series: [
            point("the paper's program", program, 1),
            ...(found ? [point("with coverage", stable.weights, 5)] : []),
            point("least error found", least, 2),
          ],
          cells: {
            label: `error after ${k} steps, (y/x)^{2}`,
            columns: centres,
            rows: centres,
            values: centres.map((y) => centres.map((x) => (x + y > 1 + 1e-9 ? null : errorAt(weightsAt(x, y))))),
            log: true,
          },
          handles: [{ label: "your mixture", x: hardShare, y: reversedShare, xOf: { name: "hardShare" }, yOf: { name: "reversedShare" } }],
          square: true,
        },
        {
          title: "Error",
          x: { label: "steps of thought k" },
          y: { label: "mean error at m = ∞, (y/x)^{2}", log: true },
          series: [
            line("your mixture", own, 0),
            line("the paper's program", program, 1),
            ...(found ? [line("with coverage", stable.weights, 5)] : []),
            line("least error found", least, 2),
          ],
          marks: [{ axis: "x", value: k, label: `k = ${k}` }],
        },
      ],
      summary:
        `Shares of easy : hard : reversed in percent, and the error after ${k} steps: yours ${percents(own)}, ${shortNumber(errorAt(own))}; the paper's ` +
        `program ${percents(program)}, ${shortNumber(errorAt(program))}; least found ${percents(least)}, ${shortNumber(errorAt(least))}. ` +
        (found
          ? `With coverage above ½ + ${margin}: ${percents(stable.weights)}, ${shortNumber(errorAt(stable.weights))}.`
          : `No mixture of these has coverage above ½ + ${margin}.`),
    };
  },
};
