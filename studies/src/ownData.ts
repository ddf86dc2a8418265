/** @file Your own data (notebook 08): the files, the mixtures that are compared, and the tables of what was diagnosed and measured. */
import { type Moments, SecondMoments } from "cotlab/dist/data/moments";
import type { ResultRow } from "cotlab/dist/data/resultTable";
import { type CollectedFeatures, collectFeatures } from "cotlab/dist/diagnostic/collectFeatures";
import { type DiagnoseParams, type Diagnosis, diagnose } from "cotlab/dist/diagnostic/diagnose";
import type { Prediction } from "cotlab/dist/diagnostic/prediction";
import type { Figure } from "cotlab/dist/figures/figure";
import { lineChart } from "cotlab/dist/figures/lineChart";
import { formatNumber } from "cotlab/dist/notebook/table";
import { type Check, checkTrue, given } from "cotlab/dist/notebook/verdict";
import { calibrationSummary } from "./calibrationSummary";
import { type Measured, type Measurement, measureOnRows } from "./measureOnRows";
import { readLabels } from "./readLabels";

type Row = Record<string, number | string | null>;
type OnProgress = (done: number, total: number) => void;

/** The files, with the same columns in all. */
export interface OwnFiles {
  readonly folder: string;
  readonly train: readonly string[];
  readonly target: string;
  /** A CSV file with a label for every row of the target, or "". */
  readonly labels: string;
  readonly label: string;
  /** Whether the features are reduced to components; false takes them as they are. */
  readonly reduce: boolean;
}

/** What the notebook's parameters are; their meaning and domains stand in its declaration. */
export interface OwnDataSetting {
  readonly weights: readonly number[];
  readonly components: number;
  readonly n: number;
  readonly m: number;
  readonly steps: number;
  readonly heldOut: number;
  readonly prompts: number;
  readonly checkPrompts: number;
  readonly seed: number;
}

/** The files as read: moments, and rows of the target that were kept back. */
export interface OwnData {
  readonly files: OwnFiles;
  readonly setting: OwnDataSetting;
  readonly sources: readonly CollectedFeatures[];
  readonly target: CollectedFeatures;
  /** Labels of the rows that were kept back, where there are any. */
  readonly labels?: ArrayLike<number>;
}

/** The components, where the features are reduced. */
const reduction = (files: OwnFiles, { components }: OwnDataSetting) => (files.reduce ? { components } : {});

/** Reads all files. */
export async function readOwnData(files: OwnFiles, setting: OwnDataSetting, centred = true): Promise<OwnData> {
  const { seed, heldOut } = setting;
  const options = { seed, centred, ...reduction(files, setting) };
  const path = (file: string) => files.folder + file;
  const sources = await Promise.all(files.train.map((file) => collectFeatures(path(file), options)));
  const target = await collectFeatures(path(files.target), { ...options, heldOut });
  const labels = files.labels === "" ? undefined : await readLabels(path(files.labels), files.label);
  return { files, setting, sources, target, ...(labels && { labels: target.heldOut.rows.map((row) => labels[row]) }) };
}

/** Weights as shares of the sources: those beyond the list get none, and all the same when none is left. */
export function sourceShares(weights: readonly number[], count: number): number[] {
  const own = Array.from({ length: count }, (_, l) => weights[l] ?? 0);
  const total = own.reduce((sum, weight) => sum + weight, 0);
  return own.map((weight) => (total > 0 ? weight / total : 1 / count));
}

/** A diagnosis of the data for a mixture. */
export function askFor(data: OwnData, weights: readonly number[], extra: Partial<DiagnoseParams> = {}): Promise<Diagnosis> {
  const { n, m, steps, prompts, seed } = data.setting;
  const reduce = reduction(data.files, data.setting);
  return diagnose({ train: data.sources, target: data.target, weights, n, m, steps, prompts, seed, ...reduce, ...extra });
}

/** A value with its interval. */
export function intervalText({ value, low, high }: Measured): string {
  return `${value.toPrecision(3)} [${low.toPrecision(3)}, ${high.toPrecision(3)}]`;
}

/** The files as rows of a table. */
export function fileRows({ spectra, reduction: reduced }: Diagnosis): Row[] {
  return spectra.map(({ name, rows, effectiveRank, hardness }) => ({
    "data set": name,
    rows,
    "variance kept": reduced?.kept[name] ?? 1,
    "effective rank": intervalText(effectiveRank),
    "hardness tr Λ/λ_min": intervalText(hardness),
  }));
}

/** The directions of the target that training covers least. */
export function directionRows({ coverage }: Diagnosis): Row[] {
  return coverage.directions.map(({ mu, state, features, fill }, j) => ({
    direction: j + 1,
    μ: intervalText(mu),
    state,
    features: features
      .slice(0, 3)
      .map(({ feature, correlation }) => `${feature} (${correlation.toFixed(2)})`)
      .join(", "),
    "could be filled by": fill ?? "none",
  }));
}

/** What was predicted for a mixture and what was measured on rows that were kept back. */
export interface MixtureCheck {
  readonly name: string;
  readonly prediction: Prediction;
  readonly measured: Measurement;
}

/** The mixture asked about beside the recommended one; no weight where none is recommended. */
export function recommendationRows({ sources }: OwnData, asked: readonly number[], { recommendation }: Diagnosis): Row[] {
  const { weights, support } = recommendation;
  return sources.map(({ name }, l) => ({
    source: name,
    asked: asked[l],
    recommended: Number.isNaN(weights[l]) ? null : weights[l],
    support: support?.[l] ?? null,
  }));
}

/** What thinking does under the recommended mixture, or why there is none. */
export function recommendationText({ recommended, recommendation: { status } }: Diagnosis): string {
  if (recommended) return recommended.verdict.text;
  return status === "none" ? "No mixture that was tried leaves a smaller error than no answer." : "Nothing changes.";
}

/** The mixtures, each once: as asked, equal shares, and half of each of the last two sources. */
function mixturesOf({ sources, setting }: OwnData): { name: string; weights: number[] }[] {
  const asked = sourceShares(setting.weights, sources.length);
  const last = sources.slice(-2).map(({ name }, i) => ({ name, at: sources.length - Math.min(2, sources.length) + i }));
  const mixtures = [
    { name: "as asked", weights: asked },
    { name: "equal shares", weights: asked.map(() => 1 / asked.length) },
    ...last.map(({ name, at }) => ({ name: `half ${name}`, weights: asked.map((weight, l) => weight / 2 + (l === at ? 0.5 : 0)) })),
  ];
  return mixtures.filter(({ weights }, i) => mixtures.findIndex((other) => String(other.weights) === String(weights)) === i);
}

/** R, or the number of features where they are not reduced. */
const dimension = ({ files, setting, target }: OwnData): number => (files.reduce ? setting.components : target.moments.d);

/** The length of the prompts on rows that were kept back: m, or three quarters of these rows where that is less. */
export function checkLength({ target, setting }: OwnData): number {
  return Math.min(setting.m, Math.floor(0.75 * target.heldOut.rows.length));
}

/** Predicts and measures every mixture. */
export async function checkMixtures(data: OwnData, onProgress?: OnProgress): Promise<MixtureCheck[]> {
  const { n, steps, checkPrompts: prompts, seed } = data.setting;
  const mixtures = mixturesOf(data);
  const m = checkLength(data);
  const checks: MixtureCheck[] = [];
  onProgress?.(0, mixtures.length);
  for (const { name, weights } of mixtures) {
    const { prediction } = await askFor(data, weights, { recommend: false, m });
    const measured = measureOnRows({
      train: data.sources.map(({ moments }) => moments),
      target: data.target.moments,
      rows: data.target.heldOut.values,
      weights,
      n,
      m,
      steps,
      prompts,
      seed,
      ...reduction(data.files, data.setting),
      ...(data.labels && { labels: data.labels }),
    });
    checks.push({ name, prediction, measured });
    onProgress?.(checks.length, mixtures.length);
  }
  return checks;
}

/** Prediction beside measurement. */
export function checkRows(checks: readonly MixtureCheck[]): Row[] {
  return checks.map(({ name, prediction: { verdict, curve }, measured: { weightError } }) => {
    const last = curve.length - 1;
    return {
      mixture: name,
      verdict: verdict.call,
      "best k": verdict.bestSteps.value,
      "measured verdict": weightError.call,
      "measured best k": weightError.bestSteps,
      "predicted e_1": intervalText(curve[1].error),
      "measured e_1": intervalText(weightError.points[1]),
      "predicted e_K": intervalText(curve[last].error),
      "measured e_K": intervalText(weightError.points[last]),
    };
  });
}

/** The largest error that is drawn. */
const FAR = 1e8;

/** Prediction (lines, bands) and measurement (points) up to ten steps. */
export function checkChart(checks: readonly MixtureCheck[], caption: string): Figure {
  const drawn = (all: readonly Measured[]) => {
    const shown = all.slice(0, 11);
    const of = (pick: (each: Measured) => number) =>
      shown.map((each) => (each.value < FAR && each.low > 0 && each.high < Number.MAX_VALUE ? Math.min(pick(each), 10 * FAR) : null));
    return { x: shown.map((_, k) => k), y: of(({ value }) => value), lower: of(({ low }) => low), upper: of(({ high }) => high) };
  };
  return lineChart({
    x: { label: "thinking steps k" },
    y: { label: "typical error of the weights", log: true },
    series: checks.flatMap(({ name, prediction, measured }, color) => [
      { name, ...drawn(prediction.curve.map(({ error }) => error)), color, dash: "solid" },
      { ...drawn(measured.weightError.points), color, style: "points" as const },
    ]),
    caption,
  });
}

/** Unexplained shares of a random linear label and of the real one, beside ridge regression. */
export function labelRows(checks: readonly MixtureCheck[], label: string): Row[] {
  return checks.flatMap(({ name, measured: { linearLabel, realLabel } }) =>
    [{ kind: "linear label", of: linearLabel }, ...(realLabel ? [{ kind: label, of: realLabel }] : [])].map(({ kind, of }) => {
      const { points, bestSteps } = of.thinking;
      const [five, last] = [Math.min(5, points.length - 1), points.length - 1];
      return {
        mixture: name,
        label: kind,
        "k = 1": intervalText(points[1]),
        ...(five < last && { [`k = ${five}`]: intervalText(points[five]) }),
        "k = K": intervalText(points[last]),
        "best k": bestSteps,
        ridge: intervalText(of.ridge),
      };
    }),
  );
}

/** Wrong calls and abstentions of the stored studies, by regime. */
export function calibrationRows(synthetic: readonly ResultRow[], real: readonly ResultRow[]) {
  const groups = [
    ...["normal", "heavy"].flatMap((law) =>
      ["helps", "hurts", "boundary"].map((regime) => ({ study: `${law} rows`, where: { law, regime }, rows: synthetic })),
    ),
    ...["natural", "near"].map((regime) => ({ study: "real rows", where: { regime }, rows: real })),
  ];
  return groups.map(({ study, where, rows }) => {
    const { regime } = where;
    const { trials, wrong, wrongAtMost, abstained, bestCovered } = calibrationSummary(rows, where);
    return { study, regime, trials, "wrong calls": wrong, "at most (95 %)": wrongAtMost, abstained, "k* in its interval": bestCovered };
  });
}

/** What the stored studies say of confidence where the fourth moments of rows are hardly known. */
export function calibrationOfTails(synthetic: readonly ResultRow[]): string {
  const said = ["normal", "heavy"].map((law) => {
    const { trials, wrong, wrongAtMost, errorCovered } = calibrationSummary(synthetic, { law });
    const covered = Math.min(...errorCovered);
    return `${law} rows: ${wrong} of ${trials} calls wrong (at most ${formatNumber(100 * wrongAtMost, 2)} %), the error in its interval in ${formatNumber(100 * covered, 2)} % of trials or more`;
  });
  return (
    `By tails, at 95 % confidence: ${said.join("; ")}. Training sees the fourth moments of its rows, and those of Student's t of 5 degrees, three times ` +
    "the normal ones, rest on few rows: there intervals are too narrow. The diagnosis says so of a source whose rows look like that."
  );
}

/** The stored study of real rows, by length of the test prompt. */
export function calibrationByLength(real: readonly ResultRow[]): Row[] {
  return [...new Set(real.map(({ mOverR }) => String(mOverR)))].map((mOverR) => {
    const { trials, wrong, wrongAtMost, abstained } = calibrationSummary(real, { mOverR });
    return { "m over R": mOverR, trials, "wrong calls": wrong, "at most (95 %)": wrongAtMost, abstained };
  });
}

/** A diagnosis with an assumption broken. */
export interface BrokenCase {
  readonly name: string;
  readonly of: Diagnosis;
}

/** Rows ten times over, few rows, and moments about 0; the mixture asked about gives a tenth to the last source. */
export async function brokenCases(data: OwnData): Promise<BrokenCase[]> {
  const { d } = data.target.moments;
  const rows = data.target.heldOut.values;
  const count = rows.length / d;
  const few = Math.max(60, 3 * dimension(data));
  const targetOf = (values: Float64Array, times: number): { target: { name: string; moments: Moments } } => {
    const moments = new SecondMoments(d, { seed: data.setting.seed });
    for (let i = 0; i < times; i++) moments.add(values);
    return { target: { name: "target", moments: moments.finish() } };
  };
  const asked = sourceShares(data.setting.weights, data.sources.length);
  const edge = sourceShares(
    asked.map((weight, l) => (l === asked.length - 1 ? 0.1 : 0.9 * weight)),
    asked.length,
  );
  const uncentred = await readOwnData(data.files, { ...data.setting, heldOut: 0 }, false);
  const quick = { recommend: false };
  const cases: { name: string; values: Float64Array; times: number }[] = [
    { name: "held-out rows once", values: rows, times: 1 },
    { name: "each ten times", values: rows, times: 10 },
    { name: `${few} of them`, values: rows.slice(0, few * d), times: 1 },
  ];
  const broken: BrokenCase[] = [];
  // Fewer rows than these do not determine a covariance.
  for (const { name, values, times } of count > few ? cases : [])
    broken.push({ name, of: await askFor(data, edge, { ...targetOf(values, times), ...quick }) });
  broken.push({ name: "not centred", of: await askFor(uncentred, edge, { centred: false, ...quick }) });
  return broken;
}

/** The broken cases as rows of a table. */
export function brokenRows(cases: readonly BrokenCase[]): Row[] {
  return cases.map(({ name, of: { prediction, spectra } }) => ({
    case: name,
    call: prediction.verdict.call,
    "margin of the last step": intervalText(prediction.margins[prediction.margins.length - 1].factor),
    "hardness of the target": intervalText(spectra[spectra.length - 1].hardness),
    "rows needed, factor": prediction.verdict.moreData?.factor.toFixed(1) ?? "none",
  }));
}

/** The verdict's checks: prediction against measurement, and the wrong calls of the stored studies. */
export function ownDataChecks(data: OwnData, checks: readonly MixtureCheck[], calibrated: ReturnType<typeof calibrationRows>): Check[] {
  const { checkPrompts, prompts } = data.setting;
  const opposed = checks.filter(({ prediction, measured }) => {
    const [said, found] = [prediction.verdict.call, measured.weightError.call];
    return (said === "helps" && found === "hurts") || (said === "hurts" && found === "helps");
  });
  const inside = checks.filter(({ prediction: { verdict }, measured: { weightError } }) => {
    const { low, high } = verdict.bestSteps;
    return low <= weightError.bestSteps && weightError.bestSteps <= high;
  });
  const long = { "m ≥ 6R": checkLength(data) >= 6 * dimension(data), "prompts ≥ 40 and 100": prompts >= 40 && checkPrompts >= 100 };
  const wrong = (study: string): Check => {
    const rows = calibrated.filter((row) => row.study === study);
    const worst = rows.reduce((a, b) => (a["wrong calls"] / a.trials > b["wrong calls"] / b.trials ? a : b));
    return checkTrue(
      `stored: wrong calls, ${study}, worst regime`,
      worst["wrong calls"] <= 0.05 * worst.trials,
      `${worst["wrong calls"]} of ${worst.trials} (${worst.regime})`,
      "at most 5 %",
    );
  };
  return [
    given(long, "opposite verdicts", (name) => checkTrue(name, opposed.length === 0, `${opposed.length} of ${checks.length}`, "0")),
    given(long, "measured best k in the predicted interval", (name) =>
      checkTrue(name, inside.length === checks.length, `${inside.length} of ${checks.length}`, "all"),
    ),
    wrong("normal rows"),
    wrong("real rows"),
  ];
}
