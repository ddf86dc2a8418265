/** @file What notebook 09 claims on the reviewers' questions, as checks on its own runs and on the stored ones. */
import { simultaneousLimit } from "cotlab/dist/core/simultaneousLimit";
import type { ResultRow } from "cotlab/dist/data/resultTable";
import { formatNumber } from "cotlab/dist/notebook/table";
import { type Check, checkAllZ, checkTrue, given, type SimulatedPoint } from "cotlab/dist/notebook/verdict";
import { spanned } from "cotlab/dist/notebook/words";
import type { OverthinkingBootstrap } from "./overthinkingBootstrap";
import {
  criticalPrompts,
  type ExcessConstants,
  type Fits,
  type MethodRun,
  type PairedMethods,
  predictedExcess,
  type QuestionsSetting,
  type SmallPoint,
  type SmallTraining,
  type TrainedLayer,
  worstRatio,
  zOf,
} from "./questions";
import { powerLaw } from "./scalingLaw";
import {
  bestOf,
  costCase,
  type DiagnosticFamily,
  freeOfNoise,
  isStored,
  noisyCases,
  STOPPED,
  type StoredQuestions,
  sampleRow,
  storedFit,
  type TrainingPoint,
} from "./storedQuestions";

const num = (row: ResultRow, key: string): number => Number(row[key]);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The z of a mean here against a stored one. */
const zAgainst = (here: { mean: number; standardError: number }, mean: number, se: number): number =>
  (here.mean - mean) / Math.hypot(here.standardError, se);

/** z values as points around 0. */
const deviations = (zs: readonly number[]): SimulatedPoint[] => zs.map((mean) => ({ mean, standardError: 1, expected: 0 }));

/** The standard errors that a single deviation may be off. */
const ONE = simultaneousLimit(1);

/** Question 1: trained layers. */
export function trainingChecks(setting: QuestionsSetting, layers: readonly TrainedLayer[], left: readonly TrainingPoint[]): Check[] {
  const { d, n, m, exponent, steps, training, batch, draws, noise, lengths } = setting;
  const gaps = layers.flatMap(({ formulaGap }) => (formulaGap === null ? [] : [formulaGap]));
  const few = Math.min(5, steps);
  const [descent, sampled] = [worstRatio(layers, "descentRatios", steps), worstRatio(layers, "sampledRatios", few)];
  const measured = {
    "d = 10, n = 20, m = 40, α = 1": d === 10 && n === 20 && m === 40 && exponent === 1,
    "m = n = 10, 20, 30 where training is 3 i^(−α)": String(lengths) === "10,20,30",
    "σ ≤ 2, k ≤ 20": noise <= 2 && steps <= 20,
    "prompts ≥ 300": draws >= 300,
  };
  const long = { "training on 128000 prompts": training * batch >= 128000 };
  return [
    given({ "gradient descent was run for all T": gaps.length > 0 }, "1: formula (3) is the run", (name) =>
      checkTrue(name, Math.max(...gaps) < 1e-6, Math.max(...gaps).toExponential(1), "rounding"),
    ),
    given(measured, "1: gradient descent for the T of (3)", (name) =>
      checkTrue(name, descent < 0.03, `off by ${percent(descent)}`, `all settings, k ≤ ${steps}: 3 %`),
    ),
    given({ ...measured, ...long }, `1: sampled prompts, k ≤ ${few}`, (name) =>
      checkTrue(name, sampled < 0.1, `off by ${percent(sampled)}`, "all settings: 10 %"),
    ),
    checkAllZ("1: stored, sampled prompts leave what (4) says", left),
  ];
}

/** The fits and constants that question 2 judges. */
export interface FitRuns {
  readonly fits: readonly Fits[];
  /** At the notebook's d, at two dimensions, and at the stored setting. */
  readonly constants: ExcessConstants;
  readonly plane: ExcessConstants;
  readonly storedConstants: ExcessConstants;
}

/** How far fits here are from the stored ones of the same setting and B, in standard errors: the mean excess, and the share that diverges. */
export function fitsAgainstStored(setting: QuestionsSetting, fits: readonly Fits[], stored: StoredQuestions) {
  return fits.flatMap(({ kind, B, fits: draws, excess, diverging }) => {
    const row = isStored(stored, setting) ? storedFit(stored, kind, B) : undefined;
    // Where the mean is infinite, there is nothing to compare.
    if (row === undefined || (kind === 0 && B <= setting.d + 1)) return [];
    const p = num(row, "diverging");
    const se = Math.sqrt((p * (1 - p)) / draws);
    return [
      {
        kind,
        B,
        excess: excess.mean,
        stored: num(row, "excess"),
        z: zAgainst(excess, num(row, "excess"), num(row, "excessSe")),
        diverging: diverging.value,
        storedDiverging: p,
        divergingZ: se > 0 ? (diverging.value - p) / se : diverging.value === 0 ? 0 : Number.POSITIVE_INFINITY,
      },
    ];
  });
}

/** Question 2: finitely many training prompts. */
export function fitChecks(setting: QuestionsSetting, runs: FitRuns, stored: StoredQuestions): Check[] {
  const { d, n, exponent } = setting;
  const { fits, constants, plane, storedConstants } = runs;
  const here = fitsAgainstStored(setting, fits, stored);
  const wide = fits.filter(({ kind, B }) => kind === 0 && B >= 5 * d);
  // A mean excess against C/(B - d - 1), which has the error of its constant.
  const point = (mean: number, se: number, { ratio, ...rest }: ExcessConstants, B: number): SimulatedPoint => {
    const expected = predictedExcess({ ratio, ...rest }, 0, B)!;
    return { mean, expected, standardError: Math.hypot(se, (expected * ratio.standardError) / ratio.mean) };
  };
  const critical = criticalPrompts(powerLaw(d, exponent), n);
  const above = fits.filter(({ kind, B }) => kind === 0 && B >= 2.5 * critical);
  const falls = zAgainst(plane.ratio, constants.ratio.mean, constants.ratio.standardError);
  const row = (B: number) => storedFit(stored, 0, B)!;
  return [
    given({ "d ≥ 5": d >= 5, "n ≥ 10": n >= 10, "α ≤ 1": exponent <= 1 }, "2: C/(E₁ d) falls with d towards 1", (name) =>
      checkTrue(
        name,
        falls > 4 && constants.ratio.mean > 1 - 4 * constants.ratio.standardError,
        `${plane.ratio.mean.toFixed(2)} for d = 2, ${constants.ratio.mean.toFixed(3)} for d = ${d}`,
        "by 4 se, not below 1",
      ),
    ),
    given({ "some B ≥ 5d": wide.length > 0, "d ≥ 5, n ≥ d": d >= 5 && n >= d }, "2: excess by C/(B − d − 1), B ≥ 5d", (name) =>
      checkAllZ(
        name,
        wide.map(({ B, excess }) => point(excess.mean, excess.standardError, constants, B)),
      ),
    ),
    given({ "some B ≥ 2.5 B_c": above.length > 0, "d ≥ 10": d >= 10 }, "2: few chains diverge from 2.5 B_c on", (name) =>
      checkTrue(
        name,
        above.every(({ diverging }) => diverging.low <= 0.02),
        `at most ${percent(Math.max(...above.map(({ diverging }) => diverging.value)))}`,
        "no more than 2 %, by their intervals",
      ),
    ),
    checkAllZ(
      "2: stored excess by C/(B − d − 1), B ≥ 50",
      [50, 100, 300, 1000, 3000, 10000].map((B) => point(num(row(B), "excess"), num(row(B), "excessSe"), storedConstants, B)),
    ),
    checkTrue("2: stored, diverging at B = d", num(row(10), "divergingLow") > 0.9, percent(num(row(10), "diverging")), "over 90 %"),
    checkTrue("2: stored, diverging from B = 50", num(row(50), "divergingHigh") < 0.01, percent(num(row(50), "diverging")), "below 1 %"),
    given({ "a stored run has these d, n, α and some B": here.length > 0 }, "2: here as stored", (name) =>
      checkAllZ(name, deviations(here.map(({ z }) => z))),
    ),
  ];
}

/** The z of every mean here that a stored run of the same setting has, where both tails allow for it. */
export function methodsAgainstStored({ d, n, m }: QuestionsSetting, runs: readonly MethodRun[], stored: StoredQuestions): number[] {
  if (n !== 2 * d) return []; // the stored runs have n = 2d
  return runs.flatMap(({ exponent, noise, curves }) => {
    const rows = costCase(stored, d, exponent, m, noise);
    return curves.flatMap((curve) =>
      rows
        .filter((row) => row.method === curve.name && num(row, "k") > 0 && num(row, "k") < curve.mean.length)
        .filter((row) => row.heavyTail === "none" && num(row, "mean") > 1e-8 && curve.points[num(row, "k")].heavyTail === "none")
        .map((row) => {
          const k = num(row, "k");
          return zAgainst({ mean: curve.mean[k], standardError: curve.standardError[k] }, num(row, "mean"), num(row, "se"));
        }),
    );
  });
}

/** The runs that question 3 judges. */
export interface CostRuns {
  readonly runs: readonly MethodRun[];
  readonly pairs: readonly PairedMethods[];
}

/** Question 3: methods at equal cost. */
export function costChecks(setting: QuestionsSetting, { runs, pairs }: CostRuns, stored: StoredQuestions): Check[] {
  const { d, n, m, noise, exponent } = setting;
  const zs = methodsAgainstStored(setting, runs, stored);
  const { exactAtOne, chainNever } = freeOfNoise(stored);
  const pair = (name: string) => pairs.find(({ other }) => other === name)!;
  const [cg, bayes] = [pair("conjugate gradients").difference, pair("Bayes ridge").difference];
  const prompts = bayes.n;
  const text = ({ mean, standardError }: { mean: number; standardError: number }) =>
    `${formatNumber(mean, 3)} ± ${formatNumber(standardError, 2)}`;
  const noisy = noisyCases(stored);
  const most = simultaneousLimit(noisy.length * STOPPED.length);
  const bayesLeast = noisy.every(({ rows }) =>
    STOPPED.every((name) => {
      const [other, least] = [bestOf(rows, name), bestOf(rows, "Bayes ridge")];
      return num(least, "mean") <= num(other, "mean") + most * Math.hypot(num(least, "se"), num(other, "se"));
    }),
  );
  const losesShort = noisy
    .filter((at) => at.m <= 20)
    .every(({ rows }) =>
      ["conjugate gradients", "gradient descent (1/L)", "Bayes ridge", "ridge (cross-validated)"].every((name) => {
        const [chain, other] = [bestOf(rows, "chain of thought"), bestOf(rows, name)];
        return num(chain, "mean") - num(other, "mean") > 2 * Math.hypot(num(chain, "se"), num(other, "se"));
      }),
    );
  return [
    given({ "a stored run has these d, n, m": zs.length > 0, "prompts ≥ 300": prompts >= 300 }, "3: means here as stored", (name) =>
      checkAllZ(name, deviations(zs)),
    ),
    checkTrue("3: stored, least squares exact at its cost", exactAtOne, "noise-free, m > d, all settings", "error 0"),
    checkTrue("3: stored, CoT never wins from there on", chainNever, "noise-free, m > d, all settings", "at 1 to 2 ×"),
    given(
      {
        "d = 10, n = 20, m = 40, α = 1, σ = 1": d === 10 && n === 20 && m === 40 && exponent === 1 && noise === 1,
        "prompts ≥ 2000": prompts >= 2000,
      },
      "3: CoT beats CG with noise",
      (name) => checkTrue(name, zOf(cg) < -4, text(cg), "below 0 by 4 se"),
    ),
    given({ "σ > 0": noise > 0 }, "3: CoT does not beat Bayes ridge", (name) =>
      checkTrue(name, zOf(bayes) > -ONE, text(bayes), `not below 0 by ${formatNumber(ONE, 3)} se`),
    ),
    checkTrue(
      "3: stored, CoT loses on short prompts, noisy",
      losesShort,
      "m = 8, 20: above CG, gradient descent and ridge",
      "by 2 se, all rows",
    ),
    checkTrue("3: stored, no mean below Bayes ridge", bayesLeast, `${noisy.length} noisy settings`, `within ${formatNumber(most, 3)} se`),
  ];
}

/** Question 4: small n. */
export function smallChecks({ draws }: QuestionsSetting, small: SmallTraining, points: readonly SmallPoint[]): Check[] {
  return [
    checkTrue("4: first step helps for n ≤ 2m", small.firstHelps.every(Boolean), `${small.firstHelps.length} cases`, "all"),
    checkTrue("4: best k falls with n", small.falls, "isotropic, all test lengths", "from row to row, k = 0 included"),
    given({ "k ≤ half the best": points.length > 0, "draws ≥ 500": draws >= 500 }, "4: n = 1 and 3 by simulation", (name) =>
      checkAllZ(name, points),
    ),
  ];
}

/** Question 5: samples. */
export function sampleChecks(
  setting: QuestionsSetting,
  here: OverthinkingBootstrap,
  families: readonly DiagnosticFamily[],
  stored: StoredQuestions,
): Check[] {
  const { mu, samples } = setting;
  const row = isStored(stored, setting) ? sampleRow(stored, mu, samples) : undefined;
  const all = stored.samples;
  const least = Math.min(...all.map((each) => (num(each, "plugIn") - num(each, "muMax")) / num(each, "plugInSe")));
  const short = all.filter((each) => num(each, "samples") <= 1000).map((each) => num(each, "percentileCovered"));
  const basic = all.map((each) => num(each, "basicCovered"));
  const wrong = Math.max(...all.map((each) => num(each, "basicWrongHigh")));
  const abstains = (N: number) => num(sampleRow(stored, 1.8, N)!, "basicAbstained");
  const sum = (of: readonly DiagnosticFamily[], key: "wrong" | "trials") => of.reduce((total, each) => total + each[key], 0);
  const counted = (of: readonly DiagnosticFamily[]) => `${sum(of, "wrong")} of ${sum(of, "trials")}`;
  const clear = families.filter(({ regime }) => regime !== "boundary");
  const bias = zAgainst(here.plugIn, here.truth, 0);
  return [
    given({ "a stored run has these d, n, α, μ_max and N": row !== undefined }, "5: here as stored", (name) =>
      checkAllZ(name, deviations([zAgainst(here.plugIn, num(row!, "plugIn"), num(row!, "plugInSe"))])),
    ),
    checkTrue("5: the plug-in is not biased down here", bias > -ONE, `z = ${bias.toFixed(1)}`, `above −${formatNumber(ONE, 3)}`),
    checkTrue("5: stored, the plug-in is biased up", least > 4, "all settings", "by more than 4 se"),
    checkTrue(
      "5: stored, percentile intervals miss, N ≤ 1000",
      Math.max(...short) < 0.6,
      `cover ${spanned(short.map((x) => 100 * x))} %`,
      "below 60 %",
    ),
    checkTrue("5: stored, basic intervals", Math.min(...basic) > 0.8, `cover ${spanned(basic.map((x) => 100 * x))} %`, "over 80 %"),
    checkTrue("5: stored, wrong calls, basic interval", wrong < 0.05, `95 % interval up to ${percent(wrong)}`, "below 5 % in every row"),
    checkTrue("5: stored, margin of 10 %: N = 200 is too few", abstains(200) > 0.8, `abstains ${percent(abstains(200))}`, "over 80 %"),
    checkTrue("5: stored, and N = 5000 enough", abstains(5000) < 0.1, `abstains ${percent(abstains(5000))}`, "below 10 %"),
    checkTrue(
      "5: stored, the diagnostic's wrong calls",
      sum(families, "wrong") <= 0.05 * sum(families, "trials"),
      `${counted(families)}; with margins beyond ±0.1, ${counted(clear)}`,
      "at most 5 % of all",
    ),
  ];
}
