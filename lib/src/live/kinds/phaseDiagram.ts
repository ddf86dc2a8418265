/** @file The phase diagram of short test prompts: move a point over both lengths, see what becomes of its error (notebook 05). */
import { Checks } from "../../core/check";
import { geometricIntegers, integers } from "../../core/grids";
import { shortNumber } from "../../core/shortNumber";
import { curve, logCurve } from "../../figures/curve";
import { Covariance } from "../../model/covariance";
import { cotError } from "../../simulation/cotError";
import { criticalTestLength } from "../../theory/finite/criticalTestLength";
import { divergingShare } from "../../theory/finite/divergingShare";
import { bestSteps, isotropicErrorsOrInfinity } from "../../theory/finite/isotropicError";
import type { LiveKind } from "../kind";
import { limitCurve } from "../limitCurve";

type Values = {
  readonly d: number;
  readonly n: number;
  readonly m: number;
  readonly steps: number;
  readonly prompts: number;
  readonly seed: number;
};

const isotropic = (d: number): Covariance => Covariance.diagonal(new Float64Array(d).fill(1));
const percent = (share: number): string => (share > 0 && share < 1e-4 ? "less than 0.01 %" : `${shortNumber(100 * share)} %`);

export const phaseDiagram: LiveKind<Values> = {
  title: "The phase diagram: where a typical chain diverges",
  reads: ["d", "n", "m", "steps", "prompts", "seed"],
  draw({ d, n, m, steps }) {
    const lengths = geometricIntegers(1, 2000, 60).filter((length) => criticalTestLength({ d, n: length }) >= 1);
    const edge = lengths.map((length) => criticalTestLength({ d, n: length }));
    const { all } = limitCurve({ covariance: isotropic(d), n }, steps);
    const critical = criticalTestLength({ d, n });
    const share = divergingShare({ covariance: isotropic(d), n, m });
    return {
      panels: [
        {
          title: "Lengths",
          x: { label: "test length m, examples", log: true, range: [1, 2000], keep: true },
          y: { label: "training length n, examples", log: true, range: [1, 2000], keep: true },
          series: [{ name: "m_{c}(n): to its left a typical chain diverges", x: edge, y: lengths, color: 0 }],
          marks: [{ axis: "x", value: d, label: "m = d" }],
          handles: [{ label: "lengths", x: m, y: n, xOf: { name: "m" }, yOf: { name: "n" } }],
        },
        {
          title: "Error at this point",
          x: { label: "steps of thought k" },
          y: { label: "error ‖w_{k} − w‖^{2}, (y/x)^{2}", log: true },
          series: [logCurve(integers(0, steps), (k) => all[k], { name: "endless prompt", color: 3 })],
        },
      ],
      summary:
        `d = ${d}, m = ${m}, n = ${n}: the edge is at m_c = ${shortNumber(critical)}, so that a typical chain ` +
        `${m > critical ? "converges" : "diverges"}; by the Tracy–Widom law ${percent(share)} of the prompts diverge` +
        `${m < d ? `; ${d - m} directions stay unseen` : ""}.`,
    };
  },
  later({ d, n, m, steps }) {
    const exact = isotropicErrorsOrInfinity(new Checks("phaseDiagram"), { d, m, n, steps });
    return {
      panel: 1,
      series: [curve(integers(0, steps), (k) => (exact[k] > 0 ? exact[k] : Number.NaN), { name: "exact mean", color: 0 })],
      words: `The mean error is least at k = ${bestSteps({ d, m, n })}.`,
    };
  },
  simulate({ d, n, m, steps, prompts, seed }) {
    const covariance = isotropic(d);
    return {
      experiment: cotError({ test: covariance, train: { covariance, n }, m, steps }),
      draws: prompts,
      seed,
      show({ draws, requested, curves: [{ points }] }) {
        const ks = integers(0, steps);
        const quantile = (order: number) => logCurve(ks, (k) => Math.log(points[k].quantiles[order].value)).y;
        const { diverged, median } = points[steps];
        return {
          panel: 1,
          series: [{ name: "median, nine tenths of the prompts", x: ks, y: quantile(2), lower: quantile(0), upper: quantile(4), color: 1 }],
          words:
            `Simulated on ${draws}${draws < requested ? ` of ${requested}` : ""} prompts, seed ${seed}: at k = ${steps} the median error is ` +
            `${shortNumber(median.value)} (95 %: ${shortNumber(median.low)} to ${shortNumber(median.high)}), and above its start on ${percent(diverged)}.`,
        };
      },
    };
  },
};
