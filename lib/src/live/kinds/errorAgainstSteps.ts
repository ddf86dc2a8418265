/** @file Error against steps: the paper's bound, the exact value, and chains on sampled prompts (notebook 05). */
import { Checks } from "../../core/check";
import { integers } from "../../core/grids";
import { shortNumber } from "../../core/shortNumber";
import { curve, logCurve } from "../../figures/curve";
import { Covariance } from "../../model/covariance";
import { powerLawSpectrum } from "../../model/spectrum";
import { cotError } from "../../simulation/cotError";
import { isotropicErrorsOrInfinity } from "../../theory/finite/isotropicError";
import { corollary35Bound, logCorollary35Bound } from "../../theory/paper/corollary35";
import { hardness } from "../../theory/paper/hardness";
import { limitError } from "../../theory/paper/overthinking";
import type { LiveKind } from "../kind";
import { limitCurve } from "../limitCurve";
import { simulatedMeans, simulatedWords } from "../simulatedMeans";

type Values = {
  readonly d: number;
  readonly exponent: number;
  readonly n: number;
  readonly m: number;
  readonly steps: number;
  readonly prompts: number;
  readonly seed: number;
};

const powerLaw = ({ d, exponent }: Values): Covariance => Covariance.diagonal(powerLawSpectrum({ d, exponent, normalise: "trace-d" }));

export const errorAgainstSteps: LiveKind<Values> = {
  title: "Error against steps of thought",
  reads: ["d", "exponent", "n", "m", "steps", "prompts", "seed"],
  draw(values) {
    const { n, steps } = values;
    const covariance = powerLaw(values);
    const ks = integers(0, steps);
    const { all } = limitCurve({ covariance, n }, steps);
    const at = { covariance, n, k: steps };
    return {
      panels: [
        {
          title: "",
          x: { label: "steps of thought k" },
          y: { label: "mean error ‖w_{k} − w‖^{2}, (y/x)^{2}", log: true },
          series: [
            logCurve(ks, (k) => logCorollary35Bound({ covariance, n, k }), { name: "bound, m = ∞", color: 1 }),
            logCurve(ks, (k) => all[k], { name: "exact, m = ∞", color: 0 }),
          ],
        },
      ],
      summary:
        `Hardness ${shortNumber(hardness(covariance))}. After k = ${steps} steps: bound ${shortNumber(corollary35Bound(at))}, exact at m = ∞ ` +
        `${shortNumber(limitError(at))}.`,
    };
  },
  // The exact mean on prompts of m examples is known for isotropic inputs alone.
  later({ d, exponent, n, m, steps }) {
    if (exponent !== 0) return null;
    const exact = isotropicErrorsOrInfinity(new Checks("errorAgainstSteps"), { d, m, n, steps });
    return {
      panel: 0,
      series: [curve(integers(0, steps), (k) => (exact[k] > 0 ? exact[k] : Number.NaN), { name: `exact, m = ${m}`, color: 5 })],
      words: `Exact at m = ${m}: ${shortNumber(exact[steps])}.`,
    };
  },
  simulate(values) {
    const { n, m, steps, prompts, seed } = values;
    const covariance = powerLaw(values);
    return {
      experiment: cotError({ test: covariance, train: { covariance, n }, m, steps }),
      draws: prompts,
      seed,
      show: (result) => ({ panel: 0, series: simulatedMeans(result.curves[0], `simulated, m = ${m}`), words: simulatedWords(result) }),
    };
  },
};
