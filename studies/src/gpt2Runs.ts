/** @file The stored GPT-2 runs as notebook 10 reads them: curves with their intervals, what they show of contexts, tilts and updates. */
import { Checks } from "cotlab/dist/core/check";
import { distinct, integers } from "cotlab/dist/core/grids";
import { meanAndError, quantiles } from "cotlab/dist/core/statistics";
import { studentQuantile } from "cotlab/dist/diagnostic/studentQuantile";
import { Covariance } from "cotlab/dist/model/covariance";
import { progress } from "cotlab/dist/notebook/progress";
import { type CellValue, formatNumber } from "cotlab/dist/notebook/table";
import { cotError } from "cotlab/dist/simulation/cotError";
import { simulate } from "cotlab/dist/simulation/simulate";
import type { RunConfig } from "cotlab/dist/transformer/regression/recipe";
import { tokensPerStep } from "cotlab/dist/transformer/regression/regressionTrainer";
import { retrainExperiments } from "./runExperiments";
import { type RunStore, readRunStore, type StoredUpdate } from "./runStore";
import { curveRise, type Rise, type SeedCurve, seedCurve, stepsToReach } from "./seedCurves";

/** A row of a table. */
type Row = Record<string, CellValue>;

/** The last step that every stored curve has. */
export const STORED_STEPS = 40;
/** Student's t for the 95 % interval of three seeds. */
const T = studentQuantile(0.975, 2);
/** The normal quantile for 95 %, where the interval is over prompts. */
const Z = 1.96;

/** Runs that differ in the training length alone, each tested at its own length and at one fixed length. */
export interface ContextRuns {
  /** Dimension of x. */
  readonly d: number;
  /** n: training lengths, increasing. */
  readonly lengths: readonly number[];
  /** The fixed test length. */
  readonly fixed: number;
  /** Names of the runs, by length. */
  readonly runs: readonly string[];
}

const contextRuns = (d: number, lengths: readonly number[], stem: string): ContextRuns => ({
  d,
  lengths,
  fixed: lengths[1],
  runs: lengths.map((n) => `${stem}-n${n}`),
});

/** The stored runs about the length of training contexts: reduced models of two dimensions, and those of the paper's size. */
export const CONTEXTS = {
  fives: contextRuns(5, [10, 15, 20], "context-d5"),
  tens: contextRuns(10, [20, 30, 40], "context-d10"),
  paper: contextRuns(10, [20, 30, 40], "paper-d10"),
} as const;

/** Curves that runs under a tilt have: test covariance and length. */
const TILT_TESTS = ["identity m=40", "own m=40", "identity m=20", "own m=20"];

const isPaper = (name: string): boolean => name.startsWith("paper");
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
export const mean = (values: readonly number[]): number => sum(values) / values.length;
const tokensOf = (config: RunConfig): number => config.recipe.steps * tokensPerStep(config) * config.seeds.length;

/** What {@link gpt2Runs} reads and trains. */
export interface Gpt2RunsParams {
  /** The folder of the stored runs. */
  readonly folder: string;
  /** How many of its configurations to train anew, those with the fewest tokens first, and the large models last; 0 trains none. */
  readonly retrain: number;
  /** Where retrained runs go; a run that lies there finished is kept. */
  readonly into: string;
  readonly threads: number;
}

/** The stored runs; those that are trained anew, under a progress bar, take the place of the stored ones. */
export async function gpt2Runs({ folder, retrain, into, threads }: Gpt2RunsParams): Promise<RunStore> {
  const check: Checks = new Checks("gpt2Runs");
  const stored = readRunStore(folder);
  check.integer("retrain", retrain, 0, stored.configs.size);
  if (retrain === 0) return stored;
  const chosen = [...stored.configs.values()]
    .sort((a, b) => Number(isPaper(a.name)) - Number(isPaper(b.name)) || tokensOf(a) - tokensOf(b))
    .slice(0, retrain);
  const total = sum(chosen.map(({ recipe, seeds }) => recipe.steps * seeds.length));
  const taken = new Map<string, number>();
  const report = progress("training stored configurations anew");
  report(0, total);
  await retrainExperiments({
    from: folder,
    into,
    names: chosen.map(({ name }) => name),
    threads,
    onProgress: (run, seed, { step }) => {
      taken.set(`${run} ${seed}`, step);
      report(sum([...taken.values()]), total);
    },
  });
  report(total, total);
  return overlaidRuns(stored, readRunStore(into));
}

/** A store with those runs of another in the place of its own. */
export function overlaidRuns(store: RunStore, other: RunStore): RunStore {
  const again = new Set(other.runs.map(({ run, seed }) => `${run} ${seed}`));
  const over = <R extends { readonly run: string; readonly seed: number }>(own: readonly R[], others: readonly R[]): R[] => [
    ...own.filter(({ run, seed }) => !again.has(`${run} ${seed}`)),
    ...others.filter(({ run, seed }) => again.has(`${run} ${seed}`)),
  ];
  return {
    configs: store.configs,
    missing: store.missing.filter(({ run, seed }) => !again.has(`${run} ${seed}`)),
    runs: over(store.runs, other.runs),
    curves: over(store.curves, other.curves),
    losses: over(store.losses, other.losses),
    updates: over(store.updates, other.updates),
  };
}

/**
 * A stored curve: the geometric mean over seeds, with its 95 % interval over them; with one seed, that of the mean over prompts.
 * @param relativeTo a step: each seed's errors are divided by its own error there
 * @throws RangeError for a curve that the store does not have
 */
export function storedCurve(store: RunStore, run: string, curve: string, relativeTo?: number): SeedCurve {
  const check: Checks = new Checks("storedCurve");
  const found = seedCurve(store.curves, run, curve, T, relativeTo);
  if (found === undefined) return check.fail("run, curve", "a curve that was measured", `${run}, ${curve}`);
  if (found.seeds.length > 1) return found;
  const rows = store.curves.filter((row) => row.run === run && row.curve === curve);
  const half = found.mean.map((_, k) => (Z * rows[k].standardError * found.mean[k]) / rows[k].error);
  return { ...found, lower: found.mean.map((e, k) => e - half[k]), upper: found.mean.map((e, k) => e + half[k]) };
}

const hasCurve = (store: RunStore, run: string, curve: string): boolean =>
  store.curves.some((row) => row.run === run && row.curve === curve);

/** Steps of thought that tables show, up to the last one. */
export function shownSteps(last: number): number[] {
  return distinct([1, 2, 3, 5, 10, 20, 40, last]).filter((k) => k <= last);
}

const medianSeconds = (seconds: readonly number[]): number => quantiles(seconds, [0.5])[0].value;

/** "1500 steps, 27 s": steps and median wall time of a seed. */
export function trainingLabel(store: RunStore, run: string): string {
  const rows = store.runs.filter((row) => row.run === run);
  const steps = distinct(rows.map((row) => row.steps)).join(", ");
  return `${steps} steps, ${Math.round(medianSeconds(rows.map(({ seconds }) => seconds)))} s`;
}

/** Errors after chosen steps with 95 % intervals, a row for each training length. */
export function lengthRows(store: RunStore, { lengths, runs }: ContextRuns, curve: string, steps: readonly number[]): Row[] {
  const number = (value: number): string => formatNumber(value, 2);
  return lengths.map((n, i) => {
    const { mean, lower, upper } = storedCurve(store, runs[i], curve);
    return { n, ...Object.fromEntries(steps.map((k) => [`k = ${k}`, `${number(mean[k])} [${number(lower[k])}, ${number(upper[k])}]`])) };
  });
}

/** Steps of thought that each seed needs for chosen errors. */
export function reachRows(store: RunStore, contexts: readonly ContextRuns[], levels: readonly number[]): Row[] {
  return contexts.flatMap(({ d, lengths, runs }) =>
    lengths.map((n, i) => {
      const { errors } = storedCurve(store, runs[i], "own length");
      const reached = (level: number) => errors.map((list) => stepsToReach(list, level) ?? "never").join(" / ");
      return { d, "n = m": n, ...Object.fromEntries(levels.map((level) => [`error ${level}`, reached(level)])) };
    }),
  );
}

/** For each seed the step at which the shortest context reaches what the longest has after two; undefined where it does not. */
export function catchUpSteps(store: RunStore, { runs }: ContextRuns): (number | undefined)[] {
  const [short, long] = [runs[0], runs[runs.length - 1]].map((run) => storedCurve(store, run, "own length").errors);
  return short.map((errors, i) => stepsToReach(errors, long[i][2]));
}

/** For each seed, the most steps k of the longest context whose error the shortest one reaches, those before reached too; n = m. */
export function levelsReached(store: RunStore, { runs }: ContextRuns): number[] {
  const [short, long] = [runs[0], runs[runs.length - 1]].map((run) => storedCurve(store, run, "own length").errors);
  return short.map((errors, i) => {
    const missed = long[i].findIndex((level) => stepsToReach(errors, level) === undefined);
    return (missed < 0 ? long[i].length : missed) - 1;
  });
}

/** The largest over the smallest error among training lengths, after k steps. */
export function lengthSpread(store: RunStore, { runs }: ContextRuns, curve: string, k: number): number {
  const errors = runs.map((run) => storedCurve(store, run, curve).mean[k]);
  return Math.max(...errors) / Math.min(...errors);
}

/** {@link lengthSpread} at n = m and at the fixed test length. */
export function spreadRows(store: RunStore, contexts: readonly ContextRuns[], k: number): Row[] {
  return contexts.map((runs) => ({
    d: runs.d,
    [`n = m, k = ${k}`]: lengthSpread(store, runs, "own length", k),
    [`m fixed, k = ${k}`]: lengthSpread(store, runs, "fixed length", k),
  }));
}

/** A value of another implementation beside ours. */
export type PeerRow = {
  readonly n: number;
  readonly k: number;
  /** Mean over three seeds. */
  readonly here: number;
  readonly se: number;
  readonly PyTorch: number;
  /** Their difference in standard errors. */
  readonly t: number;
};

/** The curves at n = m, d = 5 beside those that were found with PyTorch. */
export function peerRows(store: RunStore, peer: readonly Readonly<Record<string, number | string>>[]): PeerRow[] {
  return peer.map((row) => {
    const [n, k, theirs, error] = ["n", "k", "mean", "standardError"].map((name) => Number(row[name]));
    const { errors } = storedCurve(store, `context-d5-n${n}`, "own length");
    const { mean: here, standardError: se } = meanAndError(errors.map((list) => list[k]));
    return { n, k, here, se, PyTorch: theirs, t: (here - theirs) / Math.hypot(se, error) };
  });
}

/** How each seed's curve rises from its least value to the last step. */
export function rises(store: RunStore, run: string, curve: string): Rise[] {
  return storedCurve(store, run, curve).errors.map((errors) => curveRise(errors, STORED_STEPS));
}

/** error(41)/error(40) of each seed: odd beside even steps. */
export function parities(store: RunStore, run: string, curve: string): number[] {
  return storedCurve(store, run, curve).errors.map((errors) => errors[STORED_STEPS + 1] / errors[STORED_STEPS]);
}

/** Rises and parities of runs, a row for each curve that they have. */
export function riseRows(store: RunStore, runs: readonly string[]): Row[] {
  return runs.flatMap((run) =>
    [...TILT_TESTS, "own length"]
      .filter((curve) => hasCurve(store, run, curve))
      .map((curve) => {
        const { errors, upper, seeds } = storedCurve(store, run, curve);
        const interval = seeds.length > 1 ? "" : ` ± ${formatNumber(upper[STORED_STEPS] - errors[0][STORED_STEPS], 2)}`;
        const found = rises(store, run, curve);
        const longer = errors.every((list) => list.length > STORED_STEPS + 1);
        return {
          trained: run,
          tested: curve,
          "error at k = 40": errors.map((list) => formatNumber(list[STORED_STEPS], 2)).join(" / ") + interval,
          "rise from the least": found.map(({ ratio }) => ratio.toFixed(2)).join(" / "),
          "least at k": found.map(({ leastAt }) => leastAt).join(" / "),
          "error(41) / error(40)": longer ? twoDigits(parities(store, run, curve)) : "",
        };
      }),
  );
}

/** Ratios of seeds in a sentence. */
export const twoDigits = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(" / ");

/** The geometric mean of positive values of three seeds, and its 95 % interval. */
export function geometricMean(values: readonly number[]): { low: number; mean: number; high: number } {
  const { mean: log, standardError } = meanAndError(values.map(Math.log));
  return { low: Math.exp(log - T * standardError), mean: Math.exp(log), high: Math.exp(log + T * standardError) };
}

/** The mean of the last ten logged losses. */
function lastLoss(store: RunStore, run: string, seed: number): number | null {
  const losses = store.losses.filter((row) => row.run === run && row.seed === seed).slice(-10);
  return losses.length === 0 ? null : mean(losses.map(({ loss }) => loss));
}

/** The runs at the paper's size, in the order of their configurations. */
export function paperRuns(store: RunStore) {
  const order = [...store.configs.keys()];
  return store.runs.filter(({ run }) => isPaper(run)).sort((a, b) => order.indexOf(a.run) - order.indexOf(b.run));
}

/** What was trained at the paper's size, and how far it came beside reduced models. */
export function paperSizeRows(store: RunStore): Row[] {
  return paperRuns(store).map(({ run, seed, steps, stepsWanted, seconds, tokensPerSecond, threads }) => {
    const reduced = run.replace("paper-d10", "context-d10").replace(/^paper-(tilt-.*-n40)$/, "$1-1000");
    return {
      run,
      seed,
      steps,
      wanted: stepsWanted,
      "wall time, s": Math.round(seconds),
      "tokens/s": tokensPerSecond,
      threads,
      "last loss, mean of 10 logged": lastLoss(store, run, seed),
      "reduced, seeds 0 / 1 / 2": reduced === run ? "" : [0, 1, 2].map((s) => lastLoss(store, reduced, s)?.toFixed(3)).join(" / "),
    };
  });
}

/** What is stored at each scale, and what training all of it again costs at the fastest and at the average speed measured. */
export function scaleRows(store: RunStore): Row[] {
  const row = (scale: string, large: boolean): Row => {
    const wanted = [...store.configs.values()].filter(({ name }) => isPaper(name) === large);
    const runs = store.runs.filter(({ run }) => isPaper(run) === large);
    const seconds = sum(runs.map((run) => run.seconds));
    const tokens = sum(wanted.map(tokensOf));
    const fastest = Math.max(...runs.map((run) => run.tokensPerSecond));
    const measured = sum(runs.map((run) => run.seconds * run.tokensPerSecond));
    return {
      scale,
      "runs wanted": sum(wanted.map(({ seeds }) => seeds.length)),
      stored: runs.length,
      "under-trained": runs.filter((run) => run.steps < run.stepsWanted).length,
      "wall time, h": seconds / 3600,
      "fastest, tokens/s": fastest,
      "retrain at that, h": tokens / fastest / 3600,
      "at the average, h": (tokens * seconds) / measured / 3600,
    };
  };
  return [row("reduced", false), row("paper's", true)];
}

/** Steps and wall times behind every stored curve. */
export function configurationRows(store: RunStore): Row[] {
  return [...store.configs.keys()].map((configuration) => {
    const rows = store.runs.filter(({ run }) => run === configuration);
    const seconds = rows.map((row) => row.seconds);
    return {
      configuration,
      seeds: rows.length,
      steps: distinct(rows.map((row) => row.steps)).join(", "),
      wanted: distinct(rows.map((row) => row.stepsWanted)).join(", "),
      "median wall time, s": rows.length > 0 ? medianSeconds(seconds) : null,
      threads: distinct(rows.map(({ threads }) => threads)).join(" and "),
    };
  });
}

/** "missing: ..." with the runs that a configuration asks for and that are not there. */
export function missingRuns({ missing }: RunStore): string {
  return missing.length === 0
    ? "No configured run is missing."
    : `Missing, and therefore nowhere below: ${missing.map(({ run, seed }) => `${run} seed ${seed}`).join("; ")}.`;
}

/** The fitted updates of a run at one distance, or of one of its seeds. */
export function updatesOf({ updates }: RunStore, run: string, distance: number, seed?: number): StoredUpdate[] {
  return updates.filter((row) => row.run === run && row.distance === distance && (seed === undefined || row.seed === seed));
}

/** P_ii / Γ⁻¹_ii, over all directions or in one: its mean for each seed. */
export function updateRatios(store: RunStore, run: string, distance: number, direction?: number): number[] {
  const rows = updatesOf(store, run, distance).filter(({ i }) => direction === undefined || i === direction);
  return distinct(rows.map(({ seed }) => seed)).map((seed) =>
    mean(rows.filter((row) => row.seed === seed).map(({ entry, gammaInverse }) => entry / gammaInverse)),
  );
}

/** The aligned models whose update was fitted. */
export function alignedRuns(store: RunStore): string[] {
  return Object.values(CONTEXTS)
    .flatMap(({ runs }) => runs)
    .filter((run) => updatesOf(store, run, 1).length > 0);
}

/** What one thought of an aligned model does, by the distance from which it starts. */
export function updateRows(store: RunStore): Row[] {
  return alignedRuns(store).flatMap((run) =>
    distinct(store.updates.map(({ distance }) => distance)).map((s) => {
      const rows = updatesOf(store, run, s);
      return {
        run,
        s,
        "P_ii / Γ⁻¹, seeds": twoDigits(updateRatios(store, run, s)),
        "off-diagonal, rms": mean(rows.map(({ offDiagonal }) => offDiagonal)),
        "explained by P": mean(rows.map(({ explained }) => explained)),
        "explained by Γ⁻¹": mean(rows.map(({ explainedByGamma }) => explainedByGamma)),
      };
    }),
  );
}

/** What one thought of models trained under a tilt does at a distance, direction by direction, beside their rise on the identity. */
export function tiltUpdateRows(store: RunStore, runs: readonly string[], distance: number): Row[] {
  return runs.flatMap((run) =>
    rises(store, run, "identity m=40").map(({ ratio }, seed) => {
      const rows = updatesOf(store, run, distance, seed);
      return {
        run,
        seed,
        ...Object.fromEntries([1, 2, 4, 6, 8, 10].map((i) => [`P_ii, i = ${i}`, rows.find((row) => row.i === i)?.entry])),
        "explained by P": rows[0].explained,
        "explained by Γ⁻¹": rows[0].explainedByGamma,
        "rise on Σ = I": ratio.toFixed(2),
      };
    }),
  );
}

/** The linear model at n = m beside the transformer: mean and median over prompts. */
export async function linearRows(
  store: RunStore,
  { d, runs, lengths }: ContextRuns,
  { k: last, draws, seed }: { readonly k: number; readonly draws: number; readonly seed: number },
): Promise<Row[]> {
  const covariance = Covariance.diagonal(new Array(d).fill(1));
  const rows = [0, lengths.length - 1].map(async (i) => {
    const n = lengths[i];
    const experiment = cotError({ test: covariance, m: n, steps: last, train: { covariance, n }, name: `lsa-${n}` });
    const { points } = (await simulate(experiment, { draws, seed, workers: 1 })).curves[0];
    const own = storedCurve(store, runs[i], "own length");
    return shownSteps(last).map((k) => ({
      "n = m": n,
      k,
      "linear, mean": points[k].mean / d,
      se: points[k].standardError / d,
      "linear, median": points[k].median.value / d,
      "transformer, mean": own.mean[k],
      "[95 %]": `[${formatNumber(own.lower[k], 2)}, ${formatNumber(own.upper[k], 2)}]`,
    }));
  });
  return (await Promise.all(rows)).flat();
}

/** Steps 1 to the last of a stored curve that are to be drawn. */
export const drawnSteps = (last: number): number[] => integers(1, Math.min(last, STORED_STEPS));
