/** @file The scaling law's experiments: on which prompts an aligned chain diverges, random exchanges of n for k, levels that meet at m = n. */
import { Checks } from "cotlab/dist/core/check";
import { geometricIntegers } from "cotlab/dist/core/grids";
import { Random } from "cotlab/dist/core/random";
import { quantiles } from "cotlab/dist/core/statistics";
import { type Share, wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import { Covariance } from "cotlab/dist/model/covariance";
import { powerLawSpectrum } from "cotlab/dist/model/spectrum";
import { cotError } from "cotlab/dist/simulation/cotError";
import { simulate } from "cotlab/dist/simulation/simulate";
import { criticalTestLength } from "cotlab/dist/theory/finite/criticalTestLength";
import { bernoulliSteps, stepsToMatch } from "cotlab/dist/theory/paper/exchange";
import { overthinkingSpectrum } from "cotlab/dist/theory/paper/overthinking";

type OnProgress = (done: number, total: number) => void;

/** Steps after which a chain is judged. */
const STEPS = 400;

/** An aligned model and its test prompts. */
export interface DivergingShareParams {
  /** Λ: covariance of training and test inputs, (d, d). */
  readonly covariance: Covariance;
  /** n: examples in a training prompt; integer >= 1 or Infinity. */
  readonly n: number;
  /** m: examples in a test prompt; integer >= 1. */
  readonly m: number;
  /** Test prompts; integer >= 2. */
  readonly draws: number;
  readonly seed: number;
}

/**
 * The share of test prompts on which the chain of an aligned model diverges: its error after 400 steps is above that of no step at all.
 * It runs with Γ^(-1/2) S Γ^(-1/2) in the place of Γ⁻¹S, which has the same eigenvalues, so that no eigenvector is needed.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export async function divergingShare({ covariance, n, m, draws, seed }: DivergingShareParams): Promise<Share> {
  const identity = Covariance.diagonal(new Float64Array(covariance.d).fill(1));
  const test = Covariance.diagonal(overthinkingSpectrum({ covariance, n }));
  const { curves } = await simulate(cotError({ test, m, steps: STEPS, gamma: identity }), { draws, seed });
  const last = curves[0].values(STEPS);
  return wilsonInterval(last.filter((error) => !(error <= covariance.d)).length, draws);
}

/** Parameters of `phaseDiagram`. */
export interface PhaseDiagramParams {
  /** d: dimension; integer >= 1. */
  readonly d: number;
  /** Test prompts a cell; integer >= 2. */
  readonly draws: number;
  readonly seed: number;
  readonly onProgress?: OnProgress;
}

/** Shares of diverging prompts over test and training length, isotropic inputs. */
export interface PhaseDiagram {
  /** m of the columns, about d/2 to 12 d. */
  readonly m: readonly number[];
  /** n of the rows, about d/2 to 60 d. */
  readonly n: readonly number[];
  /** shares[row][column]. */
  readonly shares: readonly (readonly number[])[];
  /** Every cell with m/m_c(n), its place beside the edge of the limit. */
  readonly cells: readonly { readonly ratio: number; readonly share: number }[];
}

/**
 * The share of diverging prompts for pairs of lengths around the edge m_c(n), isotropic inputs.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export async function phaseDiagram({ d, draws, seed, onProgress }: PhaseDiagramParams): Promise<PhaseDiagram> {
  const covariance = power(d, 0);
  const columns = geometricIntegers(d / 2, 12 * d, 12);
  const rows = geometricIntegers(d / 2, 60 * d, 12);
  const shares: number[][] = [];
  let done = 0;
  for (const n of rows) {
    const row: number[] = [];
    for (const m of columns) {
      row.push((await divergingShare({ covariance, n, m, draws, seed })).value);
      onProgress?.(++done, rows.length * columns.length);
    }
    shares.push(row);
  }
  const cells = rows.flatMap((n, i) => columns.map((m, j) => ({ ratio: m / criticalTestLength({ d, n }), share: shares[i][j] })));
  return { m: columns, n: rows, shares, cells };
}

/** Steps at a shorter training length that match a longer one, for a random task. */
export interface RandomExchange {
  /** The fewest that do. */
  readonly exact: number;
  /** ⌈k₂ n₂/n₁⌉. */
  readonly enough: number;
}

/**
 * Exchanges of training length for steps at m = ∞, on random spectra of up to 30 directions over many orders of magnitude.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function randomExchanges({ count, seed }: { readonly count: number; readonly seed: number }): RandomExchange[] {
  return Array.from({ length: count }, (_, i) => {
    const random = Random.seed(seed).stream("exchange", i);
    const covariance = Covariance.diagonal(Array.from({ length: 1 + random.integer(30) }, () => Math.exp(4 * random.normal())));
    const nShort = 1 + random.integer(40);
    const pair = { nShort, nLong: nShort + random.integer(100), kLong: 1 + random.integer(5) };
    return { exact: stepsToMatch({ covariance, ...pair }), enough: bernoulliSteps(pair) };
  });
}

/** Parameters of `equalLengths`. */
export interface EqualLengthsParams {
  /** n₁ = m₁ of the model that thinks; integer >= 1. */
  readonly short: number;
  /** n₂ = m₂ of the model that answers directly; integer >= 1. */
  readonly long: number;
  /** α of the spectra λ_i ∝ i^(-α). */
  readonly exponents: readonly number[];
  /** d, of each spectrum. */
  readonly sizes: readonly number[];
  /** K: steps of the model that thinks; integer >= 1. */
  readonly steps: number;
  /** Test prompts of each run; integer >= 2. */
  readonly draws: number;
  readonly seed: number;
  readonly onProgress?: OnProgress;
}

/** One setting of `equalLengths`. */
export interface EqualLengthRun {
  readonly exponent: number;
  readonly d: number;
  /** The median error of n = m = n₂ after one step. */
  readonly level: number;
  /** The median error of n = m = n₁ after k = 0..K steps, over `level`. */
  readonly ratio: readonly number[];
}

/**
 * Test prompts as long as the training prompts, m = n: the median error of a model that thinks at n₁ over that of a direct answer at n₂.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export async function equalLengths(params: EqualLengthsParams): Promise<EqualLengthRun[]> {
  const check: Checks = new Checks("equalLengths");
  const { short, long, exponents, sizes, steps, draws, seed, onProgress } = params;
  check.integer("steps", steps, 1);
  const settings = exponents.flatMap((exponent) => sizes.map((d) => ({ exponent, d })));
  const medians = async (covariance: Covariance, n: number, last: number) => {
    const experiment = cotError({ test: covariance, m: n, steps: last, train: { covariance, n } });
    const [curve] = (await simulate(experiment, { draws, seed })).curves;
    return (k: number) => quantiles(curve.values(k), [0.5])[0].value;
  };
  const runs: EqualLengthRun[] = [];
  for (const { exponent, d } of settings) {
    const covariance = power(d, exponent);
    const thinking = await medians(covariance, short, steps);
    const level = (await medians(covariance, long, 1))(1);
    runs.push({ exponent, d, level, ratio: Array.from({ length: steps + 1 }, (_, k) => thinking(k) / level) });
    onProgress?.(runs.length, settings.length);
  }
  return runs;
}

/**
 * Round values, a few, strictly between two numbers: steps of 1, 2 or 5 times a power of ten.
 * @throws RangeError unless low < high
 * @origin ours
 */
export function levelLines(low: number, high: number): number[] {
  const check: Checks = new Checks("levelLines");
  check.finite("low", low);
  if (!(high > low)) check.fail("high", `> low (${low})`, high);
  const rough = (high - low) / 6;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([1, 2, 5].find((factor) => factor * unit >= rough) ?? 10);
  const first = Math.floor(low / step) + 1;
  const count = Math.max(0, Math.ceil(high / step) - first);
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function power(d: number, exponent: number): Covariance {
  return Covariance.diagonal(powerLawSpectrum({ d, exponent, normalise: "trace-d" }));
}
