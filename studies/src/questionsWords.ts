/** @file What notebook 09 says of its runs, in sentences. */
import type { Mean } from "cotlab/dist/core/statistics";
import { formatNumber } from "cotlab/dist/notebook/table";
import { counted, listed, spanned } from "cotlab/dist/notebook/words";
import { bestSteps } from "cotlab/dist/theory/finite/isotropicError";
import { trainingForSteps } from "cotlab/dist/theory/training/trainingForSteps";
import type { OverthinkingBootstrap } from "./overthinkingBootstrap";
import {
  criticalPrompts,
  type ExcessConstants,
  type Fits,
  type MethodRun,
  MOST_STEPS,
  type PairedMethods,
  pairedWords,
  type QuestionsSetting,
  quarterStep,
  type SmallPoint,
  type SmallTraining,
  stepsForOneSolution,
  type TrainedLayer,
  worstRatio,
} from "./questions";
import { fitsAgainstStored, methodsAgainstStored } from "./questionsChecks";
import { smallTrainingFound } from "./questionsFigures";
import { spectrumLaw } from "./spectrumLaw";
import { type StoredQuestions, sampleRow, storedWords } from "./storedQuestions";

const percent = (share: number): string => `${formatNumber(100 * share, 3)} %`;
const trainingFor = (setting: QuestionsSetting, k: number): number => trainingForSteps({ ...quarterStep(setting), k, tolerance: 0.01 });
const criticalOf = (setting: QuestionsSetting): string => formatNumber(criticalPrompts(quarterStep(setting).covariance, setting.n), 3);

/** The answers in a line each, as far as closed forms and stored runs give them. */
export function questionsFindings(setting: QuestionsSetting, stored: StoredQuestions): string[] {
  const { d, m, n, exponent, steps } = setting;
  const best = (length: number) => {
    const k = bestSteps({ d, m, n: length });
    return k < MOST_STEPS ? `${k}` : `${MOST_STEPS} or more`;
  };
  const abstains = (N: number) => percent(Number(sampleRow(stored, 1.8, N)!.basicAbstained));
  return [
    "- **A trained layer is as good as the closed form once trained long enough,** and how long depends on the thinking: at m = ∞, " +
      `${spectrumLaw(exponent)}, gradient descent takes T = ${trainingFor(setting, 1)} to within 1 % of the closed form after one step of ` +
      `thought, and T = ${trainingFor(setting, steps)} for k = ${steps}.`,
    `- **Finitely many prompts:** chains with a step fitted to B prompts converge from about B_c = ${criticalOf(setting)} on (d = ${d}, ` +
      `n = ${n}; a limit for large d).`,
    `- **At equal cost CoT is no solver:** one least-squares solution costs as much as ${counted(stepsForOneSolution({ d, m }), "step")} of ` +
      `CoT at m = ${m}, d = ${d}, and is exact without noise${m >= d ? "" : " only where m ≥ d, not here"}.`,
    `- **Up to n = 2m the first step helps, above it may not:** on isotropic prompts of m = ${m} the mean error is least after ${best(1)} ` +
      `steps (of 0 to ${MOST_STEPS}) at n = 1, after ${best(n)} at n = ${n} and after ${best(1000)} at n = 1000.`,
    "- **Predicting overthinking takes samples:** with a margin of 10 % (μ = 1.8) a bootstrap interval that allows for the bias abstains " +
      `on ${abstains(200)} of the data sets of N = 200, on ${abstains(1000)} for 1000, on ${abstains(5000)} for 5000 (Λ: ` +
      `${storedWords(stored)}).`,
  ];
}

/** How far medians with trained layers are from those with the closed form. */
export function layerWords({ steps }: QuestionsSetting, layers: readonly TrainedLayer[]): string {
  const few = Math.min(5, steps);
  const worst = (which: "descentRatios" | "sampledRatios", k: number) => percent(worstRatio(layers, which, k));
  return (
    `Largest gap of a median ratio here: ${worst("descentRatios", steps)} after gradient descent; on sampled prompts ` +
    `${worst("sampledRatios", few)} for k ≤ ${few} and ${worst("sampledRatios", steps)} for k ≤ ${steps}.`
  );
}

/** The fits here beside the stored ones. */
export function fitWords(setting: QuestionsSetting, fits: readonly Fits[], stored: StoredQuestions): string {
  const beside = fitsAgainstStored(setting, fits, stored);
  const zs = (values: readonly number[]) => listed(values.map((z) => formatNumber(z, 2)));
  return beside.length === 0
    ? `No stored fits have this setting and B to compare with (stored: ${storedWords(stored)}).`
    : `Mean excess here against the stored fits of the same B: z = ${zs(beside.map(({ z }) => z))}; share that diverges: ` +
        `z = ${zs(beside.map(({ divergingZ }) => divergingZ))}.`;
}

/** The methods here, against each other and beside the stored runs. */
export function methodWords(
  setting: QuestionsSetting,
  runs: readonly MethodRun[],
  pairs: readonly PairedMethods[],
  stored: StoredQuestions,
): string[] {
  const zs = methodsAgainstStored(setting, runs, stored);
  const beside = `${zs.length} means here against stored ones: |z| up to ${Math.max(...zs.map(Math.abs)).toFixed(1)}.`;
  return [pairedWords(pairs), zs.length > 0 ? beside : "No stored run has this setting."];
}

/** Where the least error over n is reached, and at how many n one step is worse than none. */
export function smallWords(setting: QuestionsSetting, small: SmallTraining): string {
  const { leastAt, harmed } = smallTrainingFound(setting, small);
  const { testLengths } = setting;
  return (
    `Of these n the least error is reached at n = ${listed(leastAt)} for m = ${listed(testLengths)}; one step on prompts of ` +
    `${counted(testLengths[0], "example")} is worse than none at ${harmed}.`
  );
}

/** The simulated means at n = 1 and 3 over the exact ones. */
export function tinyWords({ d }: QuestionsSetting, points: readonly SmallPoint[]): string {
  const ratios = points.map(({ n, k, mean, expected }) => `${(mean / expected).toFixed(3)} (n = ${n}, k = ${k})`);
  return points.length === 0
    ? "No mean at n = 1 or 3 is far enough from its best step to be simulated."
    : `n = 1 and 3 on prompts of ${2 * d}, simulated over exact mean: ${listed(ratios)}.`;
}

/** What the data sets drawn here say, and how often the stored basic intervals cover. */
export function sampleWords(
  { d, n, mu, samples }: QuestionsSetting,
  { trials, plugIn, plugInWrong, percentile, basic }: OverthinkingBootstrap & { readonly trials: number },
  stored: StoredQuestions,
): string {
  const covered = stored.samples.map((row) => 100 * Number(row.basicCovered));
  return (
    `Here, ${trials} data sets of N = ${samples} at μ_max = ${mu}, d = ${d}, n = ${n}: the plug-in estimate is ${plugIn.mean.toFixed(3)} ± ` +
    `${plugIn.standardError.toFixed(3)} in the mean, and calls ${percent(plugInWrong.value)} wrong; the percentile interval covers ` +
    `${percent(percentile.covered.value)}, the basic one ${percent(basic.covered.value)}, which abstains on ` +
    `${percent(basic.abstained.value)} and calls ${percent(basic.wrong.value)} wrong. In the stored rows the basic interval covers ` +
    `${spanned(covered)} % (nominal: 95 %).`
  );
}

const ratioText = ({ mean, standardError }: Mean): string => `${formatNumber(mean, 3)} ± ${formatNumber(standardError, 1)}`;

/** What to take away, a line for each question; `constants` are those at two dimensions and at the setting's. */
export function questionsTakeaways(
  setting: QuestionsSetting,
  runs: {
    readonly layers: readonly TrainedLayer[];
    readonly plane: ExcessConstants;
    readonly constants: ExcessConstants;
    readonly small: SmallTraining;
  },
): string[] {
  const { d, m, steps, testLengths } = setting;
  const { layers, plane, constants, small } = runs;
  const many = stepsForOneSolution({ d: 5 * d, m: 5 * m });
  return [
    "- **The closed form is a fair stand-in for training**, provided training goes on long enough, and *long enough depends on how long " +
      "one thinks*: logarithmically in k for gradient descent, like k² for training on sampled prompts, as (3′) says and the stored runs " +
      `agree within their errors. Sampled training is checked for k ≤ ${Math.min(5, steps)} here; it is up to ` +
      `${percent(worstRatio(layers, "sampledRatios", steps))} off for k ≤ ${steps}. Here k = 1 takes T = ${trainingFor(setting, 1)} of ` +
      `gradient descent, and k = ${steps} takes T = ${trainingFor(setting, steps)}.`,
    `- **Finite training data** adds C/(B − d − 1) to the error of one step where B > d + 1, C = ${ratioText(constants.ratio)} times E₁d at ` +
      `d = ${d}, ${formatNumber(plane.ratio.mean, 3)} times at d = 2: no constant of nature. Where d is large, chains need more than ` +
      `B_c = ${criticalOf(setting)} prompts, and long ones keep a visible loss far above that.`,
    `- **At equal cost** CoT is no solver: least squares costs about as much as ${counted(stepsForOneSolution({ d, m }), "step")} of CoT at ` +
      `d = ${d}, ${many} at d = ${5 * d}, and is exact without noise for m ≥ d. With noise CoT is a regulariser: in the stored runs better ` +
      'than CG at m = 40, worse than Bayes ridge everywhere. (The sentence "CoT never beats CG" is false.)',
    "- **Up to n = 2m the first step helps**, by (7), whatever the spectrum; above it can be worse than none (isotropic, " +
      `m = ${testLengths[0]}: at ${smallTrainingFound(setting, small).harmed}).`,
    "- **Predicting overthinking** takes an interval that allows for the bias of the largest eigenvalue; the plug-in value and the " +
      'percentile bootstrap say "diverges" far too often. In the stored data sets (d = 10) a margin of 10 % takes more than a thousand ' +
      "samples to be decided reliably, one of 25 to 30 % some hundreds; with fewer one must abstain, and the diagnostic does.",
    "- **Not covered:** the cost of the attention layer itself, which multiplies whole embeddings; training all blocks at once (notebook " +
      "01); other input laws than the normal.",
  ];
}
