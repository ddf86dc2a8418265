/** @file What notebook 07 runs: its pools, its live trial, the program beside its stable form in many pools, the instances of Proposition 4.3. */
import { Covariance, core, Random, selection, theory } from "cotlab";
import { alphaBTable } from "./alphaBTable";
import { type EstimationRow, estimateTasks, estimationTrial } from "./estimationTrial";
import { type MixtureScatter, mixtureScatter } from "./mixtureScatter";
import { type Proposition43Counterexample, proposition43Counterexamples } from "./proposition43Counterexamples";
import { type RefusalTrial, refusalTrial } from "./refusalTrial";
import type { SelectionRule } from "./selectionRules";
import { type SelectionTrial, selectionTrial } from "./selectionTrial";
import { half, lengthB, nthTaskPool, spectralA, type TaskPool, type TaskPoolParams } from "./taskPool";
import {
  type AgainstErrorOptimum,
  againstErrorOptimum,
  comparePool,
  type PoolComparison,
  type ResampledWeight,
  resampledWeights,
  type StableWithin,
  stableWithin,
} from "./taskSelection";

type OnProgress = (done: number, total: number) => void;

/** What the notebook's parameters are; their meaning and domains stand in its declaration. */
export interface SelectionSetting {
  readonly d: number;
  readonly perType: number;
  readonly exponents: readonly number[];
  readonly short: number;
  readonly long: number;
  readonly wide: number;
  readonly tilt: number;
  readonly scale: number;
  readonly small: number;
  readonly steps: number;
  readonly comparedAt: number;
  readonly m: number;
  readonly margin: number;
  readonly denseD: number;
  readonly ratios: readonly number[];
  readonly refuseD: number;
  readonly refuseLengths: readonly number[];
  readonly pools: number;
  readonly draws: number;
  readonly seed: number;
}

/** A way to draw pools, with its target's name in a sentence and in a figure's label. */
export interface NamedPools {
  readonly pool: TaskPoolParams;
  readonly target: string;
  readonly label: string;
}

/** A multiple of the identity, like "0.5 I". */
const multiple = (scale: number): string => (scale === 1 ? "I" : `${scale} I`);

/** Reading B with the tilted and with the flat target, reading A likewise. */
export function studyPools({ d, perType, exponents, short, long, wide, tilt, scale, small }: SelectionSetting) {
  const tasks = { exponents: [exponents[0], exponents[1]], sizes: [short, long] } as const;
  const lengths = { reading: "length", d, perType, ...tasks } as const;
  const directions = { reading: "directions", d: wide, perType: 1, ...tasks } as const;
  const tilted = { target: tilt > 0 ? `i^-${tilt}` : "I", label: tilt > 0 ? `i^{-${tilt}}` : "I" };
  const flat = (factor: number) => ({ target: multiple(factor), label: multiple(factor) });
  return {
    tilted: { pool: { ...lengths, targetExponent: tilt }, ...tilted },
    flat: { pool: { ...lengths, targetExponent: 0, targetScale: scale }, ...flat(scale) },
    wideTilted: { pool: { ...directions, targetExponent: tilt }, ...tilted },
    wideFlat: { pool: { ...directions, targetExponent: 0, targetScale: small }, ...flat(small) },
  } satisfies Record<string, NamedPools>;
}

/** Whether pools and targets are those of the stored runs. */
export function asStored(setting: SelectionSetting): boolean {
  const { d, perType, exponents, short, long, wide, tilt, scale, small } = setting;
  const stored = [lengthB.d, lengthB.perType, 0.2, 0.8, 20, 100, spectralA.d, 0.5, half.targetScale, 0.1];
  return String([d, perType, ...exponents, short, long, wide, tilt, scale, small]) === String(stored);
}

/** Rules of the live trial. */
export const LIVE_RULES = [
  "selected",
  "printed",
  "stable",
  "uniform",
  "easy-only",
  "hard-only",
  "long-only",
  "greedy",
] as const satisfies readonly SelectionRule[];

/** k at which errors are shown: about seven up to the most steps, and the one at which they are compared. */
const shownSteps = ({ steps, comparedAt }: SelectionSetting): number[] =>
  core.distinct([...core.geometricIntegers(1, steps, 7), comparedAt]);

/** The live trial on endless test prompts. */
export function liveTrial(setting: SelectionSetting, pool: TaskPoolParams, onProgress: OnProgress): SelectionTrial {
  const { pools, margin, seed } = setting;
  return selectionTrial({ pool, pools, rules: LIVE_RULES, steps: shownSteps(setting), margin, seed, bestSingle: false, onProgress });
}

/** The live trial on finite test prompts: fewer pools, as a prompt costs d³. */
export function finiteTrial(setting: SelectionSetting, pool: TaskPoolParams, onProgress: OnProgress): SelectionTrial {
  const { d, m, margin, seed } = setting;
  return selectionTrial({
    pool,
    pools: Math.max(2, Math.round(0.3 * setting.pools * Math.min(1, 20 / d))),
    rules: LIVE_RULES.filter((rule) => rule !== "easy-only" && rule !== "greedy"),
    steps: shownSteps(setting),
    m,
    prompts: d > 100 ? 5 : 9,
    margin,
    seed,
    bestSingle: false,
    onProgress,
  });
}

/** A counterexample with what its easy tasks get from the solved program. */
export interface SolvedCounterexample extends Proposition43Counterexample {
  readonly solved: number;
}

/** The counterexamples to the proposition without its hypotheses, solved. */
export function solvedCounterexamples(): SolvedCounterexample[] {
  return proposition43Counterexamples.map((example) => {
    const { weights } = selection.selectTasks(example);
    return { ...example, solved: example.easy.reduce((sum, e) => sum + weights[e], 0) };
  });
}

/** The error where a direction is left out. */
export interface LeftOut {
  readonly growth: number;
  /** After one step and after 60. */
  readonly errors: readonly number[];
}

/** Λ = diag(1, 0.4, 0), Σ = diag(0.8, 0.5, 0.3), n = 50: the third direction is never learned. */
export function leftOut(): LeftOut {
  const [partial, beyond] = [
    [1, 0.4, 0],
    [0.8, 0.5, 0.3],
  ].map((eigenvalues) => Covariance.diagonal(eigenvalues));
  const model = new selection.MixtureModel({ tasks: [partial], target: beyond, lengths: 50 });
  return { growth: model.growth([1]), errors: Array.from(model.logErrors([1], [1, 60]), Math.exp) };
}

/** A case of the proposition on random instances: what the hard tasks get. */
export interface PropositionRun extends theory.Judgement, theory.Proposition43Case {}

/** One registered case of the proposition on random instances. */
export function propositionRun(index: number, { draws, seed }: { readonly draws: number; readonly seed: number }): PropositionRun {
  const registered = theory.theorems.find(({ id }) => id === theory.proposition43Theorem.id)!;
  const random = Random.seed(seed).stream("prop", index);
  return { ...theory.proposition43Theorem.cases[index], ...theory.judgeClaim(registered, index, { random, draws }) };
}

/** The places of the proposition's registered cases. */
export const PROPOSITION_CASES: readonly number[] = theory.proposition43Theorem.cases.map((_, i) => i);

/** The weights of the tasks 2I and 10⁻⁶ I for the target I, which come near the proposition's bound. */
export function tightWeights(): number[] {
  const [two, tiny, unit] = [2, 1e-6, 1].map((value) => Covariance.diagonal([value, value]));
  return Array.from(selection.selectTasks({ tasks: [two, tiny], target: unit }).weights);
}

/** A pool of the seed, and the program beside its stable form in it. */
export interface ComparedPool extends PoolComparison {
  readonly pool: TaskPool;
}

/** The pool with the given place in the seed's sequence. */
export function comparedPool({ margin, seed }: SelectionSetting, pool: TaskPoolParams, index: number): ComparedPool {
  const drawn = nthTaskPool(pool, index, seed);
  return { pool: drawn, ...comparePool(drawn, margin) };
}

/** The stable selection under a constraint on one of the pivots. */
export interface PivotRun {
  readonly pivot: selection.StablePivot;
  readonly most: number;
  /** Undefined where no mixture meets the condition. */
  readonly found: StableWithin | undefined;
}

/** One pool with estimated covariances, which do not commute, under a constraint on each pivot; and N, the examples behind each estimate. */
export function densePivots({ denseD, ratios, margin, seed }: SelectionSetting, pool: TaskPoolParams) {
  const examples = ratios[0] * denseD;
  const drawn = nthTaskPool({ ...pool, d: denseD }, 2, seed);
  const { tasks, target, lengths } = estimateTasks(drawn, examples, Random.seed(seed).stream("dense"));
  const runs = (["per-prompt", "mean-gamma", "mean-covariance"] as const).map((pivot): PivotRun => {
    const setting = { tasks, target, lengths, pivot };
    return { pivot, most: selection.largestMargin(setting), found: stableWithin(setting, margin) };
  });
  return { examples, count: tasks.length, runs };
}

/** Refusals of the sufficient condition at one added multiple of I. */
export function refusalsAt({ refuseD, refuseLengths, draws, seed }: SelectionSetting, floor: number): RefusalTrial & { floor: number } {
  return { floor, ...refusalTrial({ d: refuseD, lengths: refuseLengths, draws: Math.ceil(0.6 * draws), floor, seed }) };
}

/** The direct minimisation of the error in one pool, at k = 1 and at the k of the comparison. */
export function errorOptima({ comparedAt, seed }: SelectionSetting, compared: ComparedPool): (AgainstErrorOptimum & { k: number })[] {
  return core.distinct([1, comparedAt]).map((k) => ({ k, ...againstErrorOptimum(compared.pool, compared, k, seed) }));
}

/** The settings of the live (α, B) table, with their names here and in the stored one. */
export function tableSettings(setting: SelectionSetting) {
  const { tilted, flat, wideTilted, wideFlat } = studyPools(setting);
  return [
    { ...wideTilted, reading: "A", stored: "A; target i^-0.5" },
    { ...wideFlat, reading: "A", stored: "A; target 0.1 I" },
    { ...flat, reading: "B", stored: "B; target I/2" },
    { ...tilted, reading: "B", stored: "B; target i^-0.5" },
  ];
}

/** One of them run. */
export function liveTable({ draws, seed }: SelectionSetting, table: ReturnType<typeof tableSettings>[number]) {
  const name = (target: string): string => `${table.reading}; target ${target}`;
  return { name: name(table.target), label: name(table.label), stored: table.stored, ...alphaBTable({ ...table.pool, draws, seed }) };
}

/** Random mixtures of the first pools of the seed, at most 21 of them. */
export function scatters({ pools, draws, comparedAt, seed }: SelectionSetting, pool: TaskPoolParams): MixtureScatter[] {
  return core
    .integers(0, Math.min(20, pools) - 1)
    .map((i) => mixtureScatter({ pool: nthTaskPool(pool, i, seed), form: "gamma", k: comparedAt, mixtures: draws, seed: `${seed}-${i}` }));
}

/** Selections from estimated covariances in a few pools. */
export function liveEstimation(setting: SelectionSetting, pool: TaskPoolParams, onProgress: OnProgress) {
  const { denseD, ratios, comparedAt, margin, seed } = setting;
  const pools = Math.max(2, Math.round(setting.pools / 10));
  const rows: EstimationRow[] = estimationTrial({ pool: { ...pool, d: denseD }, pools, ratios, k: comparedAt, margin, seed, onProgress });
  return { pools, rows };
}

/** The bootstrap of the selection from N examples, one task of each kind. */
export function bootstrapAt(
  { denseD, draws, seed }: SelectionSetting,
  pool: TaskPoolParams,
  examples: number,
): { readonly examples: number; readonly resamples: number; readonly weights: ResampledWeight[] } {
  const resamples = Math.max(40, Math.ceil(0.6 * draws));
  const drawn = nthTaskPool({ ...pool, d: denseD, perType: 1 }, 3, seed);
  return { examples, resamples, weights: resampledWeights(drawn, examples, resamples, Random.seed(seed).stream("boot", examples)) };
}

/** One way to weigh somebody's own tasks. */
export interface OwnChoice {
  readonly choice: string;
  /** Undefined where the stable form is out of reach. */
  readonly weights: Float64Array | undefined;
}

/** The program as printed and on Γ, its stable form, and the direct minimisation of the error at k. */
export function ownChoices(own: selection.SelectionSetting, margin: number, k: number): OwnChoice[] {
  const stable = stableWithin(own, margin);
  return [
    { choice: "printed", weights: selection.selectTasks({ tasks: own.tasks, target: own.target }).weights },
    { choice: "on Γ", weights: selection.selectTasks({ ...own, form: "gamma" }).weights },
    { choice: stable ? `stable, margin ${Number(stable.asked.toPrecision(2))}` : "stable", weights: stable?.weights },
    { choice: `error at k = ${k} minimised`, weights: selection.errorSelection({ ...own, k }).weights },
  ];
}
