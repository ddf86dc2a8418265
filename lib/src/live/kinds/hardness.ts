/** @file Hardness: draw a spectrum, see what its weakest skill does to the error (notebook 04). */
import { integers } from "../../core/grids";
import { shortNumber } from "../../core/shortNumber";
import { logCurve } from "../../figures/curve";
import { Covariance } from "../../model/covariance";
import { powerLawSpectrum } from "../../model/spectrum";
import { cotError } from "../../simulation/cotError";
import { logCorollary35Bound } from "../../theory/paper/corollary35";
import { stepsForError } from "../../theory/paper/exchange";
import { hardness as hardnessOf } from "../../theory/paper/hardness";
import type { LiveKind } from "../kind";
import { limitCurve } from "../limitCurve";
import { simulatedMeans, simulatedWords } from "../simulatedMeans";

type Values = {
  readonly d: number;
  readonly exponent: number;
  readonly n: number;
  readonly share: number;
  readonly m: number;
  readonly longest: number;
  readonly prompts: number;
  readonly seed: number;
  readonly spectrum: readonly number[];
};

/** Weakest skill that can be drawn, where the strongest is 1. */
const WEAKEST = 1e-6;

const powerLaw = ({ d, exponent }: Pick<Values, "d" | "exponent">): number[] =>
  Array.from(powerLawSpectrum({ d, exponent }), (lambda) => Math.max(lambda, WEAKEST));

/** The steps that are drawn: up to the target and a little beyond. */
function stepsShown(covariance: Covariance, { d, n, share, longest }: Values): { needed: number; ks: number[] } {
  const needed = stepsForError({ covariance, n, error: share * d });
  return { needed, ks: integers(0, Math.max(3, Math.min(longest, Math.ceil(1.3 * needed)))) };
}

export const hardness: LiveKind<Values> = {
  title: "Hardness: draw the strengths of the skills",
  reads: ["d", "exponent", "n", "share", "m", "longest", "prompts", "seed"],
  own: ({ d, exponent }) => ({
    spectrum: {
      kind: "numbers",
      symbol: "λ_i",
      meaning: "strengths of the skills, also to be drawn in the figure",
      range: [WEAKEST, 1],
      log: true,
      size: [1, 300],
      committed: powerLaw({ d, exponent }),
    },
  }),
  // The power law is where drawing starts.
  settle(values, changed) {
    const { d, spectrum } = values;
    return changed === "exponent" || spectrum.length !== d ? { ...values, spectrum: powerLaw(values) } : values;
  },
  draw(values) {
    const { d, n, share, spectrum } = values;
    const covariance = Covariance.diagonal(spectrum);
    const balanced = Covariance.diagonal(new Float64Array(d).fill(1));
    const { needed, ks } = stepsShown(covariance, values);
    const [drawnErrors, balancedErrors] = [covariance, balanced].map((task) => limitCurve({ covariance: task, n }, ks.length - 1).all);
    return {
      panels: [
        {
          title: "Error",
          x: { label: "steps of thought k" },
          y: { label: "mean error at m = ∞, (y/x)^{2}", log: true },
          series: [
            logCurve(ks, (k) => logCorollary35Bound({ covariance, n, k }), { name: "by hardness alone", color: 1 }),
            logCurve(ks, (k) => drawnErrors[k], { name: "this spectrum", color: 0 }),
            logCurve(ks, (k) => balancedErrors[k], { name: "balanced", color: 3 }),
          ],
          marks: [{ axis: "y", value: share * d, label: "target" }],
        },
        {
          title: "Strengths",
          x: { label: "skill i" },
          y: { label: "strength λ_{i}, x^{2}", log: true, range: [WEAKEST, 1.5], keep: true },
          series: [{ x: integers(1, d), y: spectrum, color: 0 }],
          handles: spectrum.map((y, i) => ({ label: `skill ${i + 1}`, x: i + 1, y, yOf: { name: "spectrum", index: i } })),
        },
      ],
      summary:
        `Hardness ${shortNumber(hardnessOf(covariance))}, at the least d = ${d}. The error reaches ${shortNumber(100 * share)} % of its start ` +
        `after ${needed} steps; balanced skills take ${stepsForError({ covariance: balanced, n, error: share * d })}.`,
    };
  },
  simulate(values) {
    const { n, m, prompts, seed, spectrum } = values;
    const covariance = Covariance.diagonal(spectrum);
    const steps = stepsShown(covariance, values).ks.length - 1;
    return {
      experiment: cotError({ test: covariance, train: { covariance, n }, m, steps }),
      draws: prompts,
      seed,
      show: (result) => ({ panel: 0, series: simulatedMeans(result.curves[0], `simulated, m = ${m}`), words: simulatedWords(result) }),
    };
  },
};
