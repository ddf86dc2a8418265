/** @file The diagnostic: from files of features to whether more thinking helps, how much, and what to train on. */
import { Checks } from "../core/check";
import { Random } from "../core/random";
import { FeatureFileError } from "../data/featureFileError";
import { type Moments, readMoments } from "../data/moments";
import { readFeatures } from "../data/readFeatures";
import type { FeatureTable, ReadOptions } from "../data/table";
import type { CollectedFeatures } from "./collectFeatures";
import { reducedMoments } from "./components";
import { type CoverageReport, coverageReport } from "./coverageReport";
import { drawTestPrompts } from "./errorCurve";
import { type Prediction, predict } from "./prediction";
import { noMixture, type Recommendation, recommendMixture } from "./recommendation";
import { Sample } from "./sample";
import type { Shrinkage } from "./shrinkage";
import { type SpectrumReport, spectrumReport } from "./spectra";
import { trainingLengths } from "./trainingLengths";

/** A data set: a file, or moments that have been collected (`SecondMoments`) with a name and, if there are any, feature names. */
export type FeatureSource = string | Omit<CollectedFeatures, "heldOut">;

/** What to diagnose. */
export interface DiagnoseParams {
  /** Features of the training tasks or sources, one data set each. */
  readonly train: readonly FeatureSource[];
  /** Features of the target. */
  readonly target: FeatureSource;
  /** n: examples in a training prompt; integers >= 1 or Infinity; one number, or one a source. */
  readonly n: number | readonly number[];
  /** m: examples in a test prompt; integer >= 1 or Infinity. */
  readonly m: number;
  /** π: share of the training prompts from each source; default: equal shares. */
  readonly weights?: readonly number[];
  /** K: the most steps considered; integer in [2, 300]; default 40. */
  readonly steps?: number;
  /** Names of the sources, of the target's file last; default: the files' names. */
  readonly names?: readonly string[];
  /** Second moments about the mean (default) or, with false, about 0. */
  readonly centred?: boolean;
  /** Shrinkage of the covariances; default "none": it would hide the bias that the intervals account for. */
  readonly shrinkage?: Shrinkage;
  /** R: components to reduce the features to before everything else (`reduceMoments`); default: none, the features as they are. */
  readonly components?: number;
  /** Whether a mixture is recommended; default true. False saves most of the time where only the verdict is wanted. */
  readonly recommend?: boolean;
  /** Coverage of the intervals; in [0.5, 0.999]; default 0.95. */
  readonly confidence?: number;
  /** Test prompts simulated for finite m; integer >= 10; default 400. With more than 72 features fewer are taken. */
  readonly prompts?: number;
  /** Seed of the blocks and prompts; an integer >= 0; default 7. */
  readonly seed?: number;
  /** How files are read. */
  readonly read?: ReadOptions;
  /** Called with what is being done. */
  readonly onProgress?: (message: string) => void;
}

/** The diagnosis. Plain data. */
export interface Diagnosis {
  /** What was asked, with all defaults. */
  readonly settings: {
    readonly train: readonly string[];
    readonly target: string;
    readonly features: number;
    readonly featureNames: readonly string[];
    readonly n: readonly number[];
  } & Required<Pick<DiagnoseParams, "m" | "weights" | "steps" | "confidence" | "centred" | "shrinkage" | "seed" | "prompts">>;
  /** With `components`: how many, the share of every data set's variance that they hold, and the features that are constant everywhere. */
  readonly reduction?: {
    readonly components: number;
    readonly kept: Readonly<Record<string, number>>;
    readonly constant: readonly string[];
  };
  /** Of every source, and of the target last. */
  readonly spectra: readonly SpectrumReport[];
  /** Which directions of the target training covers. */
  readonly coverage: CoverageReport;
  /** The error against k, and whether more steps help. */
  readonly prediction: Prediction;
  /** Which mixture to train on. */
  readonly recommendation: Recommendation;
  /** The prediction for the recommended mixture; absent when none is recommended or nothing would change. */
  readonly recommended?: Prediction;
}

/**
 * Diagnoses whether a model trained in context on given sources will, on a given target, gain from more chain-of-thought steps.
 *
 * Every file is read once; per file 20 (from d = 512 on 10) blocks of second moments are kept, and all intervals come from leaving out
 * blocks. They hold for rows that are independent draws; no normal distribution is assumed for the data, only for the test prompts of
 * finite m, as in the theory.
 * @param params train and target, files or moments; n and m, the lengths of prompts; the rest has defaults
 * @throws FeatureFileError for what is wrong with a file; RangeError or TypeError for parameters outside their domain
 * @origin ours
 * @example
 * process.getBuiltinModule("fs").writeFileSync("a.csv", Array.from({ length: 99 }, (_, i) => Math.sin(i)).join("\n"));
 * const diagnosis = await cot.diagnose({ train: ["a.csv"], target: "a.csv", n: 20, m: Infinity });
 * diagnosis.prediction.verdict.call; // => "helps"
 */
export async function diagnose(params: DiagnoseParams): Promise<Diagnosis> {
  const check: Checks = new Checks("diagnose");
  const question = whatIsAsked(check, params);
  const data = await whatTheFilesHold(check, question);
  return whatToExpect(question, data, reducedSamples(check, question, data));
}

type OpenedSource = FeatureTable | Exclude<FeatureSource, string>;

/** 1. What is asked, with all defaults. */
function whatIsAsked(check: Checks, params: DiagnoseParams) {
  const { train, target, n, m, steps = 40, confidence = 0.95, centred = true, shrinkage = "none", seed = 7, prompts = 400 } = params;
  const { components, recommend = true, read, onProgress = () => {} } = params;
  if (!Array.isArray(train) || train.length === 0) check.wrongKind("train", "a non-empty array of data sets", train);
  if (target === undefined) check.wrongKind("target", "a data set", target);
  const lengths = trainingLengths(check, n, train.length);
  check.length("m", m);
  check.integer("steps", steps, 2, 300);
  check.interval("confidence", confidence, 0.5, 0.999);
  check.oneOf("shrinkage", shrinkage, ["none", "ledoit-wolf", "oas"]);
  check.integer("seed", seed, 0);
  check.integer("prompts", prompts, 10);
  if (components !== undefined) check.integer("components", components, 1);
  const weights = params.weights ? [...params.weights] : train.map(() => 1 / train.length);
  check.weights("weights", weights, train.length);
  const sources: readonly FeatureSource[] = [...train, target];
  if (params.names && params.names.length !== sources.length)
    check.fail("names", `${sources.length} names, the target's last`, params.names);
  const names = uniqueNames(
    params.names ?? sources.map((source) => (typeof source === "string" ? source.replace(/^.*[\\/]/, "") : source.name)),
  );
  const settings = { n: lengths, m, weights, steps, confidence, centred, shrinkage, seed, prompts };
  return { sources, names, ...settings, components, recommend, read, onProgress };
}

type Question = ReturnType<typeof whatIsAsked>;

/** 2. What the files hold: the moments of every data set, of the target last, and the names of the features that they share. */
async function whatTheFilesHold(check: Checks, { sources, names, components, centred, seed, read, onProgress }: Question) {
  // All files are opened before one is read, so that a misfit costs no time.
  const opened: OpenedSource[] = [];
  for (const source of sources) opened.push(typeof source === "string" ? await readFeatures(source, read) : source);
  const featureNames = checkSameFeatures(opened);
  if (components !== undefined && components > featureNames.length)
    check.fail("components", `at most ${featureNames.length}, the number of features`, components);
  const moments: Moments[] = [];
  for (const [s, source] of opened.entries()) {
    const name = names[s];
    onProgress(`reading ${name}`);
    const options = { seed: seed + s, centred, components, onProgress: (rows: number) => onProgress(`reading ${name}: ${rows} rows`) };
    moments.push("moments" in source ? source.moments : await readMoments(source, options));
  }
  return { featureNames, moments };
}

type Data = Awaited<ReturnType<typeof whatTheFilesHold>>;

/** 3. The data sets as they are judged: by their principal components, where asked for, each checked to have independent features. */
function reducedSamples(check: Checks, { names, components, shrinkage, onProgress }: Question, { featureNames, moments }: Data) {
  if (components !== undefined) onProgress("principal components");
  const target = moments[moments.length - 1];
  const reduction = components === undefined ? undefined : reducedMoments(check, moments.slice(0, -1), target, components);
  const labels = reduction ? Array.from({ length: reduction.components }, (_, r) => `component ${r + 1}`) : featureNames;
  const samples = (reduction?.moments ?? moments).map((each, s) => new Sample(names[s], each, shrinkage, labels));
  return { reduction, tasks: samples.slice(0, -1), target: samples[samples.length - 1] };
}

/** 4. What to expect: spectra, coverage, the prediction, and a better mixture where there is one. */
async function whatToExpect(
  question: Question,
  { featureNames, moments }: Data,
  { reduction, tasks, target }: ReturnType<typeof reducedSamples>,
): Promise<Diagnosis> {
  const { names, n, m, weights, steps, confidence, centred, shrinkage, seed, onProgress } = question;
  const about = { tasks, target, lengths: n, m, steps, confidence };
  const spectra: SpectrumReport[] = [];
  for (const sample of [...tasks, target]) {
    onProgress(`spectrum of ${sample.name}`);
    spectra.push(spectrumReport(sample, confidence));
    await turn();
  }
  onProgress("coverage");
  const original = reduction && { loadings: reduction.loadings, covariance: moments[tasks.length].covariance() };
  const coverage = coverageReport({ ...about, weights, names: featureNames, ...(original && { original }) });
  await turn();
  const tests = drawTestPrompts({ d: target.d, m, prompts: question.prompts }, Random.seed(seed).stream("diagnose", "prompts"));
  const predictFor = (mixture: ArrayLike<number>, label: string) =>
    predict({ ...about, weights: mixture, tests, onProgress: (share) => onProgress(`${label}: ${Math.round(100 * share)} %`) });
  const prediction = predictFor(weights, "prediction");
  await turn();
  onProgress("recommended mixture");
  const recommendation = question.recommend ? recommendMixture({ ...about, tests }) : noMixture("skipped", tasks.length);
  await turn();
  const changes =
    ["recommended", "narrow", "searched"].includes(recommendation.status) &&
    recommendation.weights.some((weight, l) => Math.abs(weight - weights[l]) > 1e-6);
  return {
    settings: {
      ...{ train: names.slice(0, -1), target: names[names.length - 1], features: target.d, featureNames },
      ...{ n, m, weights, steps, confidence, centred, shrinkage, seed, prompts: tests.whites.length },
    },
    ...(reduction && {
      reduction: {
        components: reduction.components,
        kept: Object.fromEntries(reduction.kept.map((share, s) => [names[s], share])),
        constant: reduction.constant.map((j) => featureNames[j]),
      },
    }),
    spectra,
    coverage,
    prediction,
    recommendation,
    ...(changes && { recommended: predictFor(recommendation.weights, "prediction for the recommended mixture") }),
  };
}

/** Lets the event loop turn, so that progress shows and an interrupt arrives. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Two files of one name in different folders are told apart by a number; "prompts" is a source of its own in the predictions. */
function uniqueNames(names: readonly string[]): string[] {
  const seen = new Map([["prompts", 1]]);
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}

/** Throws unless all data sets have the same number of features, and the same names where they have names. Returns the names. */
function checkSameFeatures(opened: readonly OpenedSource[]): readonly string[] {
  const about = opened.map((source) =>
    "moments" in source
      ? { file: source.name, columns: source.moments.d, names: source.featureNames }
      : { file: source.file, columns: source.columns, names: source.names },
  );
  const first = about[0];
  const named = about.find(({ names }) => names !== undefined);
  for (const { file, columns, names } of about) {
    if (columns !== first.columns) throw new FeatureFileError(file, `have ${first.columns} features, as ${first.file} has`, `${columns}`);
    const differs = names?.findIndex((name, j) => name !== named!.names![j]) ?? -1;
    if (differs >= 0) {
      const got = `"${names![differs]}" in place of "${named!.names![differs]}"`;
      throw new FeatureFileError(file, `have the features of ${named!.file}, in the same order`, got, { column: String(differs + 1) });
    }
  }
  return named?.names ?? Array.from({ length: first.columns }, (_, j) => `x${j + 1}`);
}
