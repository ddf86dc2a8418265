/** @file The error of k steps on typical test prompts, for covariances known only as numbers. */
import { Checks } from "../core/check";
import type { Random } from "../core/random";
import { cholesky, identity, multiply, transpose } from "../linalg/dense";
import { Covariance } from "../model/covariance";
import { logErrorCurve } from "../model/errorPowers";
import { secondMomentSampler } from "../model/wishart";
import { equivalentCurves, type Operators } from "./promptEquivalent";

/** The random part of test prompts, drawn once and used for every covariance, so that differences are not those of luck. */
export interface TestPrompts {
  readonly d: number;
  /** m: examples in a prompt; Infinity: S = Σ. */
  readonly m: number;
  /** W = ZZᵀ/m of every prompt, Z standard normal; empty where none is drawn: for m = Infinity, and beyond 64 features. */
  readonly whites: readonly Float64Array[];
  /** Weights to start from, (d, q), a column each; one matrix a prompt. */
  readonly starts: readonly Float64Array[];
  /** q: columns. */
  readonly probes: number;
  /** The same with fewer columns, or prompts, for how the errors respond to a block left out: that varies little from one to the other. */
  readonly few?: TestPrompts;
}

/** Features up to which prompts are drawn. Beyond, they are so much alike that the limit of large d stands for them (`equivalentCurves`). */
const DRAWN_FEATURES = 64;
/** Numbers of the vectors that a trace is taken over, beyond 128 features: of q vectors the relative error of tr I-like traces is √(2/(qd)). */
const PROBE_NUMBERS = 2 ** 15;
/** The same for responses. */
const FEW_NUMBERS = 2 ** 11;
/** And prompts. */
const FEW_PROMPTS = 16;

/**
 * Draws prompts. For m = Infinity, and beyond 64 features, none: the mean over w is exact up to d = 128, and beyond it is that over random
 * signs. With prompts it is exact up to d = 16.
 */
export function drawTestPrompts({ d, m, prompts = 400 }: { d: number; m: number; prompts?: number }, random: Random): TestPrompts {
  const drawn = m !== Number.POSITIVE_INFINITY && d <= DRAWN_FEATURES;
  const count = drawn ? prompts : 1;
  const exact = d <= (drawn ? 16 : 128);
  const probes = exact ? d : drawn ? 4 : Math.max(32, Math.ceil(PROBE_NUMBERS / d));
  const unit = identity(d);
  const draw = drawn ? secondMomentSampler({ covariance: Covariance.diagonal(new Float64Array(d).fill(1)), m }) : undefined;
  const streams = Array.from({ length: count }, (_, p) => random.stream(p));
  const signs = (stream: Random, columns: number) => Float64Array.from({ length: d * columns }, () => (stream.integer(2) === 0 ? -1 : 1));
  const whites = draw ? streams.map((stream) => draw(stream.stream("inputs")).slice()) : [];
  const starts = streams.map((stream) => (exact ? unit : signs(stream.stream("weights"), probes)));
  const all = { d, m, whites, starts, probes };
  if (whites.length > FEW_PROMPTS)
    return { ...all, few: { ...all, whites: whites.slice(0, FEW_PROMPTS), starts: starts.slice(0, FEW_PROMPTS) } };
  if (!isLimit(all)) return all;
  const columns = Math.max(4, Math.ceil(FEW_NUMBERS / d));
  return { ...all, few: { ...all, starts: [signs(random.stream("responses"), columns)], probes: columns } };
}

/** ln of the error for every prompt and number of steps; one curve where no prompts are drawn. */
export type LogCurves = readonly Float64Array[];

/**
 * Prepares the errors of one preconditioner A and one Σ: for a factor s on Σ and every prompt, k ↦ ln E_w ‖(I - sAS)^k w‖², k = 0..steps.
 * @param step A, row-major (d, d)
 * @param sigma Σ, row-major (d, d)
 */
export function errorCurves(
  step: Float64Array,
  sigma: Float64Array,
  tests: TestPrompts,
  most: number,
): (scale: number, steps: number) => LogCurves {
  const { d, whites, probes, starts } = tests;
  if (isLimit(tests)) return limitCurves(() => ({ step, sigma }), tests, most);
  // AS as factors, the first one applied first.
  let operators: Float64Array[][] = [[sigma, step]];
  if (whites.length > 0) {
    const F = factorOf(sigma, d);
    const [Ft, AF] = [transpose(F, d), multiply(step, F, d, d, d)];
    operators = whites.map((white) => [Ft, white, AF]);
  }
  // A product with S costs a matrix product once, or two or three products with vectors in every step.
  if (most * probes > d) operators = operators.map((factors) => [factors.reduce((product, next) => multiply(next, product, d, d, d))]);
  const between = operators[0].map(() => new Float64Array(d * probes));
  const apply = operators.map((factors) => (vectors: Float64Array, out: Float64Array) => {
    const last = factors.length - 1;
    factors.reduce((product, next, i) => multiply(next, product, d, d, probes, i === last ? out : between[i]), vectors);
  });
  return (scale, steps) => apply.map((operator, p) => logErrorCurve(operator, starts[p], d, steps, scale));
}

/** Whether the errors come from the limit of large d and m, or, with so many features, from propagators that all scales share. */
export function isLimit({ d, whites }: TestPrompts): boolean {
  return whites.length === 0 && d > DRAWN_FEATURES;
}

/** `errorCurves` of matrices that are formed when they are needed, and not kept: prompts of many features. */
export function limitCurves(
  prepare: () => { readonly step: Float64Array; readonly sigma: Float64Array },
  { d, m, probes, starts }: TestPrompts,
  most: number,
): (scale: number, steps: number) => LogCurves {
  const operators = (): Operators => {
    const { step, sigma } = prepare();
    const product = multiply(step, sigma, d, d, d);
    if (m === Number.POSITIVE_INFINITY) return { product };
    const F = factorOf(sigma, d);
    return { product, root: { transposed: transpose(F, d), stepped: multiply(step, F, d, d, d) } };
  };
  const curves = equivalentCurves(operators, { d, m, start: starts[0], probes }, most);
  return (scale, steps) => [curves(scale, steps)];
}

/** F with FFᵀ = Σ. */
function factorOf(sigma: Float64Array, d: number): Float64Array {
  const check: Checks = new Checks("diagnose");
  const factored = cholesky(sigma, d);
  if ("dependent" in factored) check.fail("the target's features", "linearly independent", `rank ${factored.dependent} of ${d}`);
  return factored.factor;
}

/** Mean over prompts of the logarithms at one k: ln of the typical (geometric mean) error. */
export function typicalLog(curves: LogCurves, k: number): number {
  let sum = 0;
  for (const logs of curves) sum += logs[k];
  return sum / curves.length;
}
