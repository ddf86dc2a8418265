/** @file The folder of measured transformer runs (data/gpt2): what is in it, and what is still missing. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Checks } from "cotlab/dist/core/check";
import { recordsCsv } from "cotlab/dist/core/csvText";
import { type Columns, parseRecords } from "cotlab/dist/data/resultTable";
import { writeFileAtomic } from "cotlab/dist/data/writeFileAtomic";
import { CURVE_COLUMNS, CURVE_DIGITS, type CurveRow, type RunRow } from "cotlab/dist/transformer/regression/curveTable";
import { type RunConfig, runConfig } from "cotlab/dist/transformer/regression/recipe";

/** How a stored run was trained. */
export interface StoredRun extends RunRow {
  /** Steps trained; fewer than `stepsWanted` when the run is under-trained. */
  readonly steps: number;
  /** Steps that the configuration asks for. */
  readonly stepsWanted: number;
  /** Wall time of training, in seconds, on whatever else the machine was doing. */
  readonly seconds: number;
  /** Tokens of prompts and thoughts a second. */
  readonly tokensPerSecond: number;
  /** Threads that trained it. */
  readonly threads: number;
  /** What multiplied its matrices. */
  readonly backend: string;
  /** Fingerprint of what it was trained by: the configuration without seeds and curves. */
  readonly config: string;
  /** Fingerprints of its curves, each of the name, test and length of one, joined by spaces. */
  readonly curves: string;
  /** Seconds of processors in training; not of runs that were stored before they were counted. */
  readonly processorSeconds?: number;
}

/** One logged step of a stored run. */
export interface StoredLoss extends RunRow {
  /** The step, from 0. */
  readonly step: number;
  /** Its batch's loss, as the recipe defines it. */
  readonly loss: number;
}

/** One diagonal entry of the effective preconditioner of a stored model, fitted at one distance from the target. */
export interface StoredUpdate extends RunRow {
  /** s: the thought starts at w + s ε, ε ~ N(0, I). */
  readonly distance: number;
  /** Part of the thoughts' sum of squares that the fitted map explains. */
  readonly explained: number;
  /** Part that Γ⁻¹ of the training data explains. */
  readonly explainedByGamma: number;
  /** Root mean square of the fitted map's entries off the diagonal. */
  readonly offDiagonal: number;
  /** i from 1: the direction with the i-th largest eigenvalue of the training covariance. */
  readonly i: number;
  /** The fitted map's entry, in units of 1/x². */
  readonly entry: number;
  /** 1/γ_i, in units of 1/x². */
  readonly gammaInverse: number;
}

/** What was measured of runs. */
export interface RunResults {
  /** Measured curves: curves.csv. */
  readonly curves: readonly CurveRow[];
  /** Losses in training: losses.csv. */
  readonly losses: readonly StoredLoss[];
  /** What one thought does: updates.csv. */
  readonly updates: readonly StoredUpdate[];
}

/** Everything that a folder of runs holds. */
export interface RunStore extends RunResults {
  /** The trained runs: runs.csv. */
  readonly runs: readonly StoredRun[];
  /** The configurations beside the results, by name. */
  readonly configs: ReadonlyMap<string, RunConfig>;
  /** Runs that a configuration asks for and that are not there at all. */
  readonly missing: readonly RunRow[];
}

const RUN_COLUMNS: Columns<StoredRun> = {
  names: [
    "run",
    "seed",
    "steps",
    "stepsWanted",
    "seconds",
    "tokensPerSecond",
    "threads",
    "backend",
    "config",
    "curves",
    "processorSeconds",
  ],
  texts: ["run", "backend", "config", "curves"],
  optional: ["processorSeconds"],
};
const LOSS_COLUMNS: Columns<StoredLoss> = { names: ["run", "seed", "step", "loss"], texts: ["run"] };
const UPDATE_COLUMNS: Columns<StoredUpdate> = {
  names: ["run", "seed", "distance", "explained", "explainedByGamma", "offDiagonal", "i", "entry", "gammaInverse"],
  texts: ["run"],
};

/** A table; empty where there is no file. */
function readTable<Row>(path: string, columns: Columns<Row>): Row[] {
  const check: Checks = new Checks("readRunStore");
  return existsSync(path) ? parseRecords(check, readFileSync(path, "utf8"), path, columns) : [];
}

/**
 * Reads a folder of measured runs; a table that is not there is empty.
 * @param folder the folder with configs/*.json and the tables, such as data/gpt2
 * @throws RangeError or TypeError when the folder has no configurations, or one of them or a table is not as this library writes it
 * @origin ours
 */
export function readRunStore(folder: string): RunStore {
  const check: Checks = new Checks("readRunStore");
  const place = join(folder, "configs");
  if (!existsSync(place)) check.fail("folder", "a folder that holds configs/*.json, such as data/gpt2", folder);
  const files = readdirSync(place).filter((file) => file.endsWith(".json"));
  const configs = files.sort().map((file) => runConfig(JSON.parse(readFileSync(join(place, file), "utf8"))));
  const runs = readTable(join(folder, "runs.csv"), RUN_COLUMNS);
  const missing = configs.flatMap(({ name, seeds }) =>
    seeds.filter((seed) => !runs.some((row) => row.run === name && row.seed === seed)).map((seed) => ({ run: name, seed })),
  );
  return {
    runs,
    curves: readTable(join(folder, "curves.csv"), CURVE_COLUMNS),
    losses: readTable(join(folder, "losses.csv"), LOSS_COLUMNS),
    updates: readTable(join(folder, "updates.csv"), UPDATE_COLUMNS),
    configs: new Map(configs.map((config) => [config.name, config])),
    missing,
  };
}

/** Puts one run's results in the place of what the folder held of it. */
export function storeRun(folder: string, run: StoredRun, { curves, losses, updates }: RunResults): void {
  const replaceIn = <Row extends RunRow>(file: string, columns: Columns<Row>, rows: readonly Row[], digits = 6): void => {
    const path = join(folder, file);
    const others = readTable(path, columns).filter((row) => row.run !== run.run || row.seed !== run.seed);
    writeFileAtomic(path, [recordsCsv([...others, ...rows], columns.names, digits)]);
  };
  replaceIn("curves.csv", CURVE_COLUMNS, curves, CURVE_DIGITS);
  replaceIn("losses.csv", LOSS_COLUMNS, losses);
  replaceIn("updates.csv", UPDATE_COLUMNS, updates);
  // Last, because a run counts as stored when its row is here.
  replaceIn("runs.csv", RUN_COLUMNS, [run]);
}

function fingerprint(value: unknown): string {
  let hash = 0;
  for (const char of JSON.stringify(value)) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0;
  return (hash >>> 0).toString(16);
}

/** A short fingerprint of what a run is trained by, so that a changed one is run again; seeds and curves are added without. */
export const configFingerprint = ({ seeds: _, curves: __, ...described }: RunConfig): string => fingerprint(described);

/** A short fingerprint of a curve, so that a changed one is measured again. */
export const curveFingerprint = (curve: RunConfig["curves"][number]): string => fingerprint(curve);

/** The fingerprints of a configuration's curves, as {@link StoredRun} has them. */
export const curveFingerprints = ({ curves }: RunConfig): string => curves.map(curveFingerprint).join(" ");
