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
import { limitError, logLimitError } from "../../theory/paper/overthinking";
import type { LiveKind } from "../kind";
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

/** The exact mean on prompts of m examples, which is known for isotropic inputs alone. */
function exactMean({ d, exponent, n, m, steps }: Values): Float64Array | undefined {
  if (exponent !== 0) return undefined;
  return isotropicErrorsOrInfinity(new Checks("exactMean"), { d, m, n, steps }).map((value) => (value > 0 ? value : Number.NaN));
}

export const errorAgainstSteps: LiveKind<Values> = {
  title: "Error against steps of thought",
  reads: ["d", "exponent", "n", "m", "steps", "prompts", "seed"],
  draw(values) {
    const { n, m, steps } = values;
    const covariance = powerLaw(values);
    const ks = integers(0, steps);
    const exact = exactMean(values);
    const at = { covariance, n, k: steps };
    return {
      panels: [
        {
          title: "",
          x: { label: "steps of thought k" },
          y: { label: "mean error ‖w_{k} − w‖^{2}, (y/x)^{2}", log: true },
          series: [
            logCurve(ks, (k) => logCorollary35Bound({ covariance, n, k }), { name: "bound, m = ∞", color: 1 }),
            logCurve(ks, (k) => logLimitError({ covariance, n, k }), { name: "exact, m = ∞", color: 0 }),
            ...(exact ? [curve(ks, (k) => exact[k], { name: `exact, m = ${m}`, color: 5 })] : []),
          ],
        },
      ],
      summary:
        `Hardness ${shortNumber(hardness(covariance))}. After k = ${steps} steps: bound ${shortNumber(corollary35Bound(at))}, exact at m = ∞ ` +
        `${shortNumber(limitError(at))}${exact ? `, exact at m = ${m} ${shortNumber(exact[steps])}` : ""}.`,
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
