/** @file The transformer runs: trains every seed of named configurations, measures their curves, and stores the results. */
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Checks } from "cotlab/dist/core/check";
import { Random } from "cotlab/dist/core/random";
import { readResults } from "cotlab/dist/data/resultTable";
import { defaultBackend } from "cotlab/dist/linalg/backend";
import { findBlas } from "cotlab/dist/linalg/blas";
import { Covariance } from "cotlab/dist/model/covariance";
import { gammaEigenvalues } from "cotlab/dist/model/gamma";
import { readCheckpoint, writeCheckpoint } from "cotlab/dist/transformer/checkpoint";
import { measureCurves } from "cotlab/dist/transformer/regression/curveTable";
import { type RunConfig, spectrumValues } from "cotlab/dist/transformer/regression/recipe";
import { tokensPerStep } from "cotlab/dist/transformer/regression/regressionTrainer";
import { type RunProgress, trainingRun } from "cotlab/dist/transformer/regression/trainingRun";
import { Matrix } from "ml-matrix";
import { learnedUpdate } from "./learnedUpdate";
import {
  configFingerprint,
  curveFingerprint,
  curveFingerprints,
  type RunStore,
  readRunStore,
  type StoredLoss,
  type StoredRun,
  type StoredUpdate,
  storeRun,
} from "./runStore";

/** Larger models are not kept. */
const LARGEST_MODEL = 1e6;
/** Distances at which a model's thought is regressed. */
const DISTANCES = [0.03, 0.1, 0.3, 1] as const;
/** Prompts of each regression; fewer for a large model, whose every prompt costs a hundred times as much. */
const updatePrompts = (parameters: Float32Array): number => (parameters.length <= LARGEST_MODEL ? 4096 : 1024);

export interface ExperimentParams {
  /** The folder with configs/ that receives the results: data/gpt2. */
  readonly folder: string;
  /** Where unfinished runs keep their checkpoints. */
  readonly work: string;
  /** Names of configurations; default: all in the folder. */
  readonly names?: readonly string[];
  readonly threads: number;
  readonly onProgress?: (run: string, seed: number, progress: RunProgress) => void;
  /** Told of every run that was kept, or whose curves alone were measured, or that is done. */
  readonly onRun?: (run: string, seed: number, what: "kept" | "measured" | "done") => void;
  /** Asked at every pause; true measures and stores what is trained so far and ends. */
  readonly stopped?: () => boolean;
  /** Milliseconds between pauses. */
  readonly pause?: number;
  /** Whether trained models are kept beside the results (large ones never are); default true. */
  readonly keepModels?: boolean;
}

function lossesOf(file: string, run: string, seed: number): StoredLoss[] {
  return readResults(file).map(({ step, loss }) => ({ run, seed, step: Number(step), loss: Number(loss) }));
}

/** What a trained model does in one thought, from several distances: its effective preconditioner beside Γ^-1. */
export function measureUpdates(config: RunConfig, seed: number, parameters: Float32Array): StoredUpdate[] {
  const { model: shape, train, name: run } = config;
  const { d } = shape;
  const covariance = Covariance.diagonal(Array.from(spectrumValues(train.spectrum, d)));
  // Every spectrum in use is descending, as the eigenvalues of a Covariance are.
  const inverse = Array.from(gammaEigenvalues({ covariance, n: train.n }), (value) => 1 / value);
  return DISTANCES.flatMap((distance) => {
    const random = Random.seed(3605).stream("gpt2", "update");
    const fit = learnedUpdate({ shape, parameters, test: train, distance, prompts: updatePrompts(parameters), random });
    const P = fit.preconditioner;
    const off = Matrix.sub(P, Matrix.diag(P.diag()));
    const common = {
      run,
      seed,
      distance,
      explained: fit.explained,
      explainedByGamma: fit.explainedBy(Matrix.diag(inverse)),
      offDiagonal: Math.sqrt(off.dot(off) / Math.max(1, d * (d - 1))),
    };
    return P.diag().map((entry, i) => ({ ...common, i: i + 1, entry, gammaInverse: inverse[i] }));
  });
}

async function experimentRun(config: RunConfig, seed: number, params: ExperimentParams): Promise<boolean> {
  const { folder, work, threads, onProgress, stopped, pause } = params;
  const { name } = config;
  const mark = configFingerprint(config);
  const place = join(work, `${name}-seed${seed}-${mark}`);
  const { finished, ...run } = await trainingRun(config, seed, place, {
    resume: true,
    threads,
    ...(stopped === undefined ? {} : { stopped }),
    ...(pause === undefined ? {} : { pause }),
    ...(onProgress === undefined ? {} : { onProgress: (progress) => onProgress(name, seed, progress) }),
  });
  const { parameters, ...about } = run;
  const curves = measureCurves(config, seed, parameters);
  const model = modelFile(folder, name, seed);
  const kept = params.keepModels !== false && parameters.length <= LARGEST_MODEL;
  if (kept) writeCheckpoint(model, { about, arrays: { parameters } }, true);
  // From the model as it is stored, in half precision, so that the stored numbers can be had again from it.
  const updates = measureUpdates(config, seed, kept ? readCheckpoint(model).arrays.parameters! : parameters);
  const stored = {
    run: name,
    seed,
    steps: run.step,
    stepsWanted: config.recipe.steps,
    seconds: run.seconds,
    tokensPerSecond: Math.round((run.step * tokensPerStep(config)) / Math.max(run.seconds, 0.1)),
    threads,
    backend: defaultBackend() === "blas" ? (findBlas()?.description ?? "blas") : "simd",
    config: mark,
    curves: curveFingerprints(config),
    ...(run.processorSeconds !== undefined && { processorSeconds: run.processorSeconds }),
  };
  storeRun(folder, stored, { curves, updates, losses: lossesOf(join(place, "metrics.csv"), name, seed) });
  if (finished) rmSync(place, { recursive: true, force: true });
  return finished;
}

const modelFile = (folder: string, name: string, seed: number): string => join(folder, "models", `${name}-seed${seed}.bin`);

/** Measures the curves of a finished run that were added since, or changed, on its stored model, and forgets those that are no longer asked for. */
function measureAdded(config: RunConfig, row: StoredRun, store: RunStore, folder: string): void {
  const { name, curves: asked } = config;
  const { seed } = row;
  const own = <R extends { readonly run: string; readonly seed: number }>(rows: readonly R[]) =>
    rows.filter((each) => each.run === name && each.seed === seed);
  const known = row.curves.split(" ");
  const added = asked.filter((curve) => !known.includes(curveFingerprint(curve)));
  const { parameters } = readCheckpoint(modelFile(folder, name, seed)).arrays;
  const measured = added.length === 0 ? [] : measureCurves({ ...config, curves: added }, seed, parameters!);
  const all = [...own(store.curves).filter(({ curve }) => !added.some((each) => each.name === curve)), ...measured];
  const curves = asked.flatMap((curve) => all.filter((each) => each.curve === curve.name));
  storeRun(folder, { ...row, curves: curveFingerprints(config) }, { curves, updates: own(store.updates), losses: own(store.losses) });
}

/**
 * Trains every seed of the named configurations, measures their curves and stores all of it. A finished run whose training is
 * unchanged is kept, and curves that were added are measured on its stored model, where there is one; one in the middle goes on from its checkpoint. A sitting that `stopped` ends stores its curves too, with the
 * number of steps it had.
 * @returns false when it was stopped before the end
 */
export async function runExperiments(params: ExperimentParams): Promise<boolean> {
  const check: Checks = new Checks("runExperiments");
  const { folder, names, threads, onRun } = params;
  check.integer("threads", threads, 1);
  const { configs } = readRunStore(folder);
  const wanted = names ?? [...configs.keys()];
  for (const name of wanted)
    if (!configs.has(name)) check.fail("names", `among the configurations of ${folder}: ${[...configs.keys()].join(", ")}`, name);
  if (params.keepModels !== false) mkdirSync(join(folder, "models"), { recursive: true });
  for (const name of wanted) {
    const config = configs.get(name)!;
    for (const seed of config.seeds) {
      // Read anew for each: another process may be filling the same folder.
      const store = readRunStore(folder);
      const row = store.runs.find((stored) => stored.run === name && stored.seed === seed);
      if (row !== undefined && row.config === configFingerprint(config) && row.steps === row.stepsWanted) {
        const kept = row.curves === curveFingerprints(config);
        if (kept || existsSync(modelFile(folder, name, seed))) {
          if (!kept) measureAdded(config, row, store, folder);
          onRun?.(name, seed, kept ? "kept" : "measured");
          continue;
        }
      }
      if (!(await experimentRun(config, seed, params))) return false;
      onRun?.(name, seed, "done");
    }
  }
  return true;
}

export interface RetrainParams extends Omit<ExperimentParams, "folder" | "work"> {
  /** The folder whose configurations are trained again; nothing in it is changed. */
  readonly from: string;
  /** The folder that receives the results, and checkpoints of unfinished runs; what it already holds is kept. */
  readonly into: string;
}

/** Trains a folder's configurations once more, into another folder. */
export async function retrainExperiments({ from, into, ...params }: RetrainParams): Promise<boolean> {
  const check: Checks = new Checks("retrainExperiments");
  if (into === from) check.fail("into", "another folder than `from`", into);
  cpSync(join(from, "configs"), join(into, "configs"), { recursive: true });
  return runExperiments({ ...params, folder: into, work: join(into, "unfinished") });
}
