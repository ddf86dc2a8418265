/** @file The figures of the reviewers' questions (notebook 09) that follow its parameters; those of stored runs are in `storedQuestions`. */
import { distinct, geometricIntegers, integers } from "cotlab/dist/core/grids";
import { curve } from "cotlab/dist/figures/curve";
import type { Figure } from "cotlab/dist/figures/figure";
import { lineChart } from "cotlab/dist/figures/lineChart";
import { spanned } from "cotlab/dist/notebook/words";
import type { Curve } from "cotlab/dist/simulation/simulationResult";
import { logLimitError } from "cotlab/dist/theory/paper/overthinking";
import { oneStepError } from "cotlab/dist/theory/paper/theorem33";
import { logTrainedChainError, trainingForSteps } from "cotlab/dist/theory/training/trainingForSteps";
import { MOST_STEPS, type QuestionsSetting, quarterStep, type SmallTraining, type TrainedLayer } from "./questions";
import { powerLaw } from "./scalingLaw";
import { spectrumLaw } from "./spectrumLaw";
import { isStored, type StoredQuestions, storedWords, trainingPoints } from "./storedQuestions";

/** The excess of a layer trained for T steps, by its closed form, with the stored runs where they are of this setting. */
export function excessFigure(setting: QuestionsSetting, stored: StoredQuestions): Figure {
  const { d, n, exponent, steps } = setting;
  const here = isStored(stored, setting);
  const training = quarterStep(setting);
  const ks = distinct([1, Math.ceil(steps / 4), steps]);
  const last = Math.max(here ? 16000 : 100, 2 * trainingForSteps({ ...training, k: steps, tolerance: 0.001 }));
  const first = Math.max(1, Math.floor(trainingForSteps({ ...training, k: 1, tolerance: 0.1 }) / 20));
  const excess = (k: number, T: number) =>
    Math.expm1(logTrainedChainError({ ...training, k }, T) - logLimitError({ covariance: training.covariance, n, k }));
  const inFrame = (value: number) => (value > 1e-4 && value < 1e4 ? value : Number.POSITIVE_INFINITY);
  const points = here ? ks.flatMap((k, i) => trainingPoints(stored, k, i)) : [];
  const ofPoints = ` Points: trained on sampled prompts, 32 a step, 20 runs each with 95 % intervals; ${storedWords(stored)}.`;
  return lineChart({
    x: { label: "steps of training T", log: true },
    y: { label: "relative excess of the error", log: true },
    series: [
      ...ks.map((k, color) => curve(geometricIntegers(first, last, 80), (T) => inFrame(excess(k, T)), { name: `k = ${k}`, color })),
      ...points,
    ],
    caption:
      `Excess error at m = ∞ of a layer trained for T steps, exact for gradient descent by (3); ${spectrumLaw(exponent)}, d = ${d}, ` +
      `n = ${n}.${points.length > 0 ? ofPoints : ""}`,
  });
}

/** Medians of the error with the closed form as lines and with trained layers as points, in four settings. */
export function layersFigure({ d, m, batch, lengths, steps, seed }: QuestionsSetting, layers: readonly TrainedLayer[]): Figure {
  const drawn = [1, 3, 4, 5 + Math.floor(lengths.length / 2)].map((at) => layers[at]);
  const ks = integers(0, steps);
  const median =
    ({ points }: Curve) =>
    (k: number) => {
      const { value } = points[k].median;
      return value > 1e-12 && value < 100 * d ? value : Number.POSITIVE_INFINITY;
    };
  return lineChart({
    x: { label: "steps of thought k" },
    y: { label: "median over prompts of the error", log: true },
    series: [
      ...drawn.map(({ name, closed }, color) => curve(ks, median(closed), { name, color })),
      ...drawn.map(({ sampled }, color) => curve(ks, median(sampled), { style: "points", color })),
    ],
    caption:
      `Lines: closed form. Points: layer trained on ${spanned(drawn.map(({ trained }) => trained))} × ${batch} prompts. Medians of ` +
      `${layers[0].closed.n} prompts, the same for both, up to ${100 * d}; d = ${d}, m = ${m} unless said, seed ${seed}.`,
  });
}

/** The lengths of training at which small n is looked at. */
const LENGTHS = geometricIntegers(1, 1000, 25);

const oneStep = (d: number, m: number, n: number): number => oneStepError({ covariance: powerLaw(d, 0), n, m });

/** The least exact mean error over the training length, and that of one step. */
export function smallTrainingFigure({ d, testLengths }: QuestionsSetting, { least }: SmallTraining): Figure {
  const m = testLengths[0];
  return lineChart({
    x: { label: "training prompt length n", log: true },
    y: { label: `least mean error over 0 ≤ k ≤ ${MOST_STEPS}`, log: true },
    series: [
      ...testLengths.map((length) => curve(LENGTHS, (n) => least(length, n), { name: `m = ${length}` })),
      curve(LENGTHS, (n) => oneStep(d, m, n), { name: `one step, m = ${m}` }),
    ],
    marks: [{ axis: "y", value: d, label: "no steps: d", at: "outside" }],
    caption: `The least exact mean error that 0 to ${MOST_STEPS} steps reach, against n; isotropic, d = ${d}. No sampling.`,
  });
}

/** Where the curves of {@link smallTrainingFigure} are least, and at how many of its n one step is worse than none. */
export function smallTrainingFound({ d, testLengths }: QuestionsSetting, { least }: SmallTraining) {
  const leastAt = testLengths.map((m) => LENGTHS.reduce((best, n) => (least(m, n) < least(m, best) ? n : best), LENGTHS[0]));
  const harmed = LENGTHS.filter((n) => oneStep(d, testLengths[0], n) > d).length;
  return { leastAt, harmed: `${harmed} of the ${LENGTHS.length} n drawn` };
}
