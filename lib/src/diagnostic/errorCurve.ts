/** @file The error of k steps on typical test prompts, for covariances known only as numbers. */
import { Checks } from "../core/check";
import type { Random } from "../core/random";
import { cholesky, identity, multiply, transpose } from "../linalg/dense";
import { Covariance } from "../model/covariance";
import { logErrorCurve } from "../model/errorPowers";
import { secondMomentSampler } from "../model/wishart";

/** The random part of test prompts, drawn once and used for every covariance, so that differences are not those of luck. */
export interface TestPrompts {
  readonly d: number;
  /** m: examples in a prompt; Infinity: S = Σ. */
  readonly m: number;
  /** W = ZZᵀ/m of every prompt, Z standard normal; empty for m = Infinity. */
  readonly whites: readonly Float64Array[];
  /** Weights to start from, (d, q), a column each; one matrix a prompt. */
  readonly starts: readonly Float64Array[];
  /** q: columns. */
  readonly probes: number;
}

/** Numbers kept for prompts at most. */
const PROMPT_NUMBERS = 2 ** 21;

/**
 * Draws prompts. Up to d = 16 (m = Infinity: 128) the mean over w is taken exactly, over the d unit vectors; beyond, over random signs.
 * The larger d, the more alike are the prompts, and the fewer are drawn.
 */
export function drawTestPrompts({ d, m, prompts = 400 }: { d: number; m: number; prompts?: number }, random: Random): TestPrompts {
  const endless = m === Number.POSITIVE_INFINITY;
  const count = endless ? 1 : Math.max(Math.min(prompts, 12), Math.min(prompts, Math.floor(PROMPT_NUMBERS / (d * d))));
  const exact = d <= (endless ? 128 : 16);
  const probes = exact ? d : endless ? 32 : 4;
  const unit = identity(d);
  const draw = endless ? undefined : secondMomentSampler({ covariance: Covariance.diagonal(new Float64Array(d).fill(1)), m });
  const streams = Array.from({ length: count }, (_, p) => random.stream(p));
  const signs = (stream: Random) => Float64Array.from({ length: d * probes }, () => (stream.integer(2) === 0 ? -1 : 1));
  return {
    d,
    m,
    whites: draw ? streams.map((stream) => draw(stream.stream("inputs")).slice()) : [],
    starts: streams.map((stream) => (exact ? unit : signs(stream.stream("weights")))),
    probes,
  };
}

/** ln of the error for every prompt and number of steps. */
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
  const check: Checks = new Checks("diagnose");
  const { d, whites, probes, starts } = tests;
  // AS as factors, the first one applied first.
  let operators: Float64Array[][] = [[sigma, step]];
  if (whites.length > 0) {
    const factored = cholesky(sigma, d);
    if ("dependent" in factored) check.fail("the target's features", "linearly independent", `rank ${factored.dependent} of ${d}`);
    const F = factored.factor;
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

/** Mean over prompts of the logarithms at one k: ln of the typical (geometric mean) error. */
export function typicalLog(curves: LogCurves, k: number): number {
  let sum = 0;
  for (const logs of curves) sum += logs[k];
  return sum / curves.length;
}
