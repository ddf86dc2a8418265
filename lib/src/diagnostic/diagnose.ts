/** @file The diagnostic: from files of features to whether more thinking helps, how much, and what to train on. */
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { Random } from "../core/random";
import { type Moments, readMoments } from "../data/moments";
import { readFeatures } from "../data/readFeatures";
import type { FeatureTable, ReadOptions } from "../data/table";
import type { CollectedFeatures } from "./collectFeatures";
import { projectRows, reducedMoments } from "./components";
import { type CoverageReport, coverageReport } from "./coverageReport";
import { drawTestPrompts } from "./errorCurve";
import { Fingerprint } from "./fingerprint";
import { matchFeatures, type OpenedSource, unitNotes } from "./matchFeatures";
import { type Prediction, predict } from "./prediction";
import { noMixture, type Recommendation, recommendMixture } from "./recommendation";
import { Sample } from "./sample";
import type { Shrinkage } from "./shrinkage";
import { type SpectrumReport, spectrumReport } from "./spectra";
import { trainingLengths } from "./trainingLengths";
import { type TrainingNeeds, trainingNeeds } from "./trainingNeeds";

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
  /**
   * Divides every feature by its standard deviation, one for all files: the root of half its variance in the target and half its mean variance
   * in the sources. Default false: the units are part of the task, since a step is the same in all directions.
   */
  readonly standardise?: boolean;
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
  } & Required<
    Pick<DiagnoseParams, "m" | "weights" | "steps" | "confidence" | "centred" | "standardise" | "shrinkage" | "seed" | "prompts">
  >;
  /** What was decided or found that one should know: row indexes set aside, rows in common, units that differ. */
  readonly notes: readonly string[];
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
  /** How many training prompts thinking needs, and what the sources' fourth moments change. */
  readonly training: TrainingNeeds;
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
 * finite m, as in the theory. Files are matched by the names of their features. Data sets of the same rows are recognised and lose blocks
 * together; rows in common, and units that differ by orders of magnitude, are said in `notes`.
 * @param params train and target, files or moments; n and m, the lengths of prompts; the rest has defaults
 * @returns the diagnosis; NaN stands for what there is not: a margin without a recommendation
 * @throws FeatureFileError for what is wrong with a file; RangeError or TypeError for parameters outside their domain
 * @origin ours
 * @example
 * process.getBuiltinModule("fs").writeFileSync("a.csv", Array.from({ length: 99 }, (_, i) => Math.sin(i)).join("\n"));
 * const diagnosis = await cot.diagnose({ train: ["a.csv"], target: "a.csv", n: 20, m: Infinity });
 * diagnosis.prediction.verdict.call; // => "helps"
 */
export async function diagnose(params: DiagnoseParams): Promise<Diagnosis> {
  argumentsOf("diagnose", params);
  const check: Checks = new Checks("diagnose");
  const question = whatIsAsked(check, params);
  const data = await whatTheFilesHold(check, question);
  return whatToExpect(question, data, await reducedSamples(check, question, data));
}

/** 1. What is asked, with all defaults. */
function whatIsAsked(check: Checks, params: DiagnoseParams) {
  const { train, target, n, m, steps = 40, confidence = 0.95, centred = true, shrinkage = "none", seed = 7, prompts = 400 } = params;
  const { standardise = false, components, recommend = true, read, onProgress = () => {} } = params;
  if (!Array.isArray(train) || train.length === 0) check.wrongKind("train", "a non-empty array of data sets", train);
  if (target === undefined) check.wrongKind("target", "a data set", target);
  for (const source of [...train, target]) {
    const { moments, batches } = Object(source) as { moments?: unknown; batches?: unknown };
    if (source === "" || (typeof source !== "string" && moments === undefined && typeof batches !== "function"))
      check.wrongKind("train and target", "names of files, tables, or collected features", source);
  }
  if (params.onProgress !== undefined) check.callable("onProgress", params.onProgress);
  const lengths = trainingLengths(check, n, train.length);
  for (const [name, flag] of Object.entries({ centred, standardise, recommend }))
    if (typeof flag !== "boolean") check.wrongKind(name, "true or false", flag);
  check.length("m", m);
  check.integer("steps", steps, 2, 300);
  check.interval("confidence", confidence, 0.5, 0.999);
  check.oneOf("shrinkage", shrinkage, ["none", "ledoit-wolf", "oas"]);
  check.integer("seed", seed, 0);
  check.integer("prompts", prompts, 10);
  if (components !== undefined) check.integer("components", components, 1);
  if (params.weights !== undefined) check.vector("weights", params.weights, train.length);
  const weights = params.weights ? [...params.weights] : train.map(() => 1 / train.length);
  check.weights("weights", weights, train.length);
  const sources: readonly FeatureSource[] = [...train, target];
  if (params.names && params.names.length !== sources.length)
    check.fail("names", `${sources.length} names, the target's last`, params.names);
  const names = uniqueNames(
    params.names ?? sources.map((source) => (typeof source === "string" ? source.replace(/^.*[\\/]/, "") : source.name)),
  );
  if (typeof standardise !== "boolean") check.wrongKind("standardise", "true or false", standardise);
  const settings = { n: lengths, m, weights, steps, confidence, centred, standardise, shrinkage, seed, prompts };
  return { sources, names, ...settings, components, recommend, read, onProgress };
}

type Question = ReturnType<typeof whatIsAsked>;

/** 2. What the files hold: the moments of every data set, of the target last, the names of the features that they share, and notes. */
async function whatTheFilesHold(check: Checks, question: Question) {
  const { names, components, centred, standardise, seed, read, onProgress } = question;
  // All files are opened before one is read, so that a misfit costs no time.
  const opened: OpenedSource[] = [];
  for (const source of question.sources)
    opened.push(typeof source === "string" ? await inNameOf("diagnose", () => readFeatures(source, read)) : source);
  const { sources, featureNames, notes } = matchFeatures(opened);
  if (components !== undefined && components > featureNames.length)
    check.fail("components", `at most ${featureNames.length}, the number of features`, components);
  const moments: Moments[] = [];
  const fingerprints: (Fingerprint | undefined)[] = [];
  for (const [s, source] of sources.entries()) {
    onProgress(`reading ${names[s]}`);
    const options = { seed: seed + s, centred, components, fourth: !inOtherCoordinates(question), onProgress: rowsRead(question, s) };
    const fingerprint = "moments" in source ? undefined : new Fingerprint();
    moments.push("moments" in source ? source.moments : await readMoments(fingerprinted(source, fingerprint!), options));
    fingerprints.push(fingerprint);
  }
  // A note may be complete only after the pass; one that is the same for all uses of a file is said once.
  const found = [...opened.flatMap((source) => source.notes ?? []), ...notes, ...shareRows(names, moments, fingerprints)];
  const units = unitNotes(names, moments, featureNames, standardise);
  const scaled = standardise ? standardised(moments) : { moments, factors: undefined };
  return { featureNames, notes: [...new Set([...found, ...units])], read: moments, ...scaled };
}

/** Whether the features that are judged are others than those of the files. */
function inOtherCoordinates({ components, standardise }: Question): boolean {
  return components !== undefined || standardise;
}

function rowsRead({ names, onProgress }: Question, s: number): (rows: number) => void {
  return (rows) => onProgress(`reading ${names[s]}: ${rows} rows`);
}

/**
 * The moments of the files' rows in the coordinates that are judged, with fourth moments, which do not follow from those of x: files are read
 * once more. Of moments that were collected before only the second ones follow.
 */
async function readAgain(question: Question, read: readonly Moments[], followed: readonly Moments[], map: RowMap): Promise<Moments[]> {
  const { sources, seed, centred } = question;
  const opened: OpenedSource[] = [];
  for (const source of sources) opened.push(typeof source === "string" ? await readFeatures(source, question.read) : source);
  const again = matchFeatures(opened).sources;
  const found: Moments[] = [];
  for (const [s, source] of again.entries()) {
    const same = read.indexOf(read[s]);
    const options = { seed: seed + s, centred, fourth: true, onProgress: rowsRead(question, s) };
    if (same < s) found.push(found[same]);
    else found.push("moments" in source ? followed[s] : await readMoments(mapped(source, map, followed[s].d), options));
  }
  return found;
}

/** Rows in other coordinates, row-major (rows, R). */
type RowMap = (values: Float64Array, rows: number) => Float64Array;

function mapped(table: FeatureTable, map: RowMap, columns: number): FeatureTable {
  return {
    file: table.file,
    columns,
    async *batches() {
      for await (const { values, rows } of table.batches()) yield { values: map(values, rows), rows };
    },
  };
}

/** A table whose rows are taken in as they are read. */
function fingerprinted(table: FeatureTable, fingerprint: Fingerprint): FeatureTable {
  return {
    ...table,
    async *batches() {
      for await (const batch of table.batches()) {
        fingerprint.add(batch, table.columns);
        yield batch;
      }
    },
  };
}

/** A share of common rows above what chance gives that is worth a note. */
const WORTH_A_NOTE = 0.005;

/** Gives data sets of the same rows the same moments, by which they are known from here on, and says which have rows in common. */
function shareRows(names: readonly string[], moments: Moments[], fingerprints: readonly (Fingerprint | undefined)[]): string[] {
  const notes: string[] = [];
  const percent = (share: number) => `${share > 0.9995 ? 100 : Number((100 * share).toPrecision(2))} %`;
  for (let s = 1; s < moments.length; s++) {
    for (let r = 0; r < s; r++) {
      const [own, other] = [fingerprints[s], fingerprints[r]];
      if (moments[s] === moments[r] || (own && other && own.sameAs(other))) {
        moments[s] = moments[r];
        notes.push(
          `${names[s]} holds the same rows as ${names[r]}: the intervals treat them as one sample, and what is found holds for these rows, not for new ones`,
        );
        break;
      }
      if (!own || !other) continue;
      const [forth, back] = [own.sharedWith(other), other.sharedWith(own)];
      if (Math.max(forth.share - forth.chance, back.share - back.chance) > WORTH_A_NOTE)
        notes.push(
          `${percent(forth.share)} of the rows of ${names[s]} are also in ${names[r]} (${percent(back.share)} of its rows): the files overlap, while the intervals treat them as independent; leave the common rows out of one of them`,
        );
    }
  }
  return notes;
}

/** The moments of features divided by their standard deviations, which are those of the target and of the sources together. */
function standardised(moments: readonly Moments[]): { moments: Moments[]; factors: readonly number[] } {
  const last = moments.length - 1;
  const { d } = moments[last];
  const variances = new Float64Array(d);
  moments.forEach((each, s) => {
    const covariance = each.covariance();
    for (let j = 0; j < d; j++) variances[j] += covariance[j * (d + 1)] * (s === last ? 0.5 : 0.5 / last);
  });
  const factors = Array.from(variances, (variance) => (variance > 0 ? 1 / Math.sqrt(variance) : 1));
  const order = Array.from({ length: d }, (_, j) => j);
  const scaled = new Map(moments.map((each) => [each, each.rearrange(order, factors)]));
  return { moments: moments.map((each) => scaled.get(each)!), factors };
}

type Data = Awaited<ReturnType<typeof whatTheFilesHold>>;

/** 3. The data sets as they are judged: by their principal components, where asked for, each checked to have independent features. */
async function reducedSamples(check: Checks, question: Question, { featureNames, read, moments, factors }: Data) {
  const { names, components, shrinkage, onProgress } = question;
  if (components !== undefined) onProgress("principal components");
  const target = moments[moments.length - 1];
  const reduction = components === undefined ? undefined : reducedMoments(check, moments.slice(0, -1), target, components);
  const labels = reduction ? Array.from({ length: reduction.components }, (_, r) => `component ${r + 1}`) : featureNames;
  const followed = reduction?.moments ?? moments;
  const scaled: RowMap = (values, rows) =>
    factors ? values.slice(0, rows * factors.length).map((x, at) => x * factors[at % factors.length]) : values;
  const map: RowMap = (values, rows) =>
    reduction ? projectRows(scaled(values, rows).subarray(0, rows * target.d), reduction) : scaled(values, rows);
  const judged = inOtherCoordinates(question) ? await readAgain(question, read, followed, map) : followed;
  const samples = judged.map((each, s) => new Sample(names[s], each, shrinkage, labels));
  return { reduction, tasks: samples.slice(0, -1), target: samples[samples.length - 1] };
}

/** E‖x‖⁴ over that of normal rows from which on it rests on few rows: 3 for Student's t of 5 degrees, in the stored calibration. */
const HEAVY = 1.5;

/** Sources whose fourth moments are too large to be known well. */
function heavyTails({ radial }: TrainingNeeds): string[] {
  return Object.entries(radial).flatMap(([name, { value }]) =>
    value < HEAVY
      ? []
      : `${name}: the fourth moment of its rows is ${Number(value.toPrecision(2))} times that of normal rows and rests on few of them; with such tails the intervals are too narrow, and calls are wrong more often than the confidence says: bounded features, or more rows, would help`,
  );
}

/** 4. What to expect: spectra, coverage, the prediction, and a better mixture where there is one. */
async function whatToExpect(
  question: Question,
  { featureNames, moments, notes }: Data,
  { reduction, tasks, target }: Awaited<ReturnType<typeof reducedSamples>>,
): Promise<Diagnosis> {
  const { names, n, m, weights, steps, confidence, centred, standardise, shrinkage, seed, onProgress } = question;
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
  onProgress("training prompts");
  const training = trainingNeeds({ ...about, weights }, Random.seed(seed).stream("diagnose", "training"));
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
      ...{ n, m, weights, steps, confidence, centred, standardise, shrinkage, seed, prompts: tests.whites.length },
    },
    notes: [...notes, ...heavyTails(training)],
    ...(reduction && {
      reduction: {
        components: reduction.components,
        kept: Object.fromEntries(reduction.kept.map((share, s) => [names[s], share])),
        constant: reduction.constant.map((j) => featureNames[j]),
      },
    }),
    spectra,
    coverage,
    training,
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
