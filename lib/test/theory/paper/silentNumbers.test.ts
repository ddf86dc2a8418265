import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Covariance } from "../../../dist/model/covariance.js";
import { inputGamma } from "../../../dist/model/inputGamma.js";
import * as mixture from "../../../dist/model/mixture.js";
import * as damping from "../../../dist/theory/finite/damping.js";
import { divergingShare } from "../../../dist/theory/finite/divergingShare.js";
import * as firstOrder from "../../../dist/theory/finite/firstOrderLength.js";
import { logNonCommutingEquivalentCurve } from "../../../dist/theory/finite/nonCommutingEquivalent.js";
import * as corollary from "../../../dist/theory/paper/corollary35.js";
import * as critical from "../../../dist/theory/paper/criticalLength.js";
import * as exchange from "../../../dist/theory/paper/exchange.js";
import * as hardness from "../../../dist/theory/paper/hardness.js";
import { limitBestSteps } from "../../../dist/theory/paper/limitBestSteps.js";
import * as mixtureLimit from "../../../dist/theory/paper/mixtureLimitError.js";
import { multiTaskMinimalLoss } from "../../../dist/theory/paper/multiTaskLoss.js";
import * as over from "../../../dist/theory/paper/overthinking.js";
import { newtonDistance } from "../../../dist/theory/paper/proposition32.js";
import { examineProposition43, proposition43Splits } from "../../../dist/theory/paper/proposition43.js";
import * as selection from "../../../dist/theory/paper/selectionProgram.js";
import * as theorem33 from "../../../dist/theory/paper/theorem33.js";
import * as criticalPretraining from "../../../dist/theory/pretraining/criticalPrompts.js";
import * as pretraining from "../../../dist/theory/pretraining/pretrainingError.js";
import * as noiseOf from "../../../dist/theory/pretraining/pretrainingNoise.js";
import * as tuning from "../../../dist/theory/training/fineTuning.js";
import { rotated } from "./support.ts";

interface Input {
  readonly covariance: Covariance;
  readonly target: Covariance;
  readonly n: number;
  readonly m: number;
  readonly k: number;
  readonly noise: number;
  readonly error: number;
}

/** Every function of a number kind, with what may be infinite in its result. */
const functions: Readonly<Record<string, { readonly call: (input: Input) => unknown; readonly infinite?: "positive" | "negative" }>> = {
  hardness: { call: (p) => hardness.hardness(p.covariance) },
  skillHardness: { call: (p) => hardness.skillHardness(p.covariance), infinite: "positive" },
  oneStepError: { call: theorem33.oneStepError },
  theorem33Bound: { call: theorem33.theorem33Bound },
  theorem33SharperBound: { call: theorem33.theorem33SharperBound },
  theorem33Vacuity: { call: theorem33.theorem33Vacuity },
  corollary35Bound: { call: corollary.corollary35Bound },
  logCorollary35Bound: { call: corollary.logCorollary35Bound, infinite: "negative" },
  stepsForError: { call: exchange.stepsForError, infinite: "positive" },
  stepsForErrorByBound: { call: exchange.stepsForErrorByBound },
  stepsToMatch: { call: (p) => exchange.stepsToMatch({ covariance: p.covariance, nShort: p.n, nLong: p.m, kLong: p.k }) },
  localExponent: { call: exchange.localExponent },
  limitError: { call: over.limitError },
  logLimitError: { call: over.logLimitError, infinite: "negative" },
  traceRelation: { call: over.traceRelation, infinite: "negative" },
  overthinkingSpectrum: { call: over.overthinkingSpectrum },
  limitBehaviour: { call: over.limitBehaviour },
  criticalLength: { call: critical.criticalLength, infinite: "positive" },
  criticalLengths: { call: critical.criticalLengths, infinite: "positive" },
  limitBestSteps: { call: (p) => limitBestSteps({ ...p, maxTrials: 1000 }) },
  newtonDistance: { call: (p) => newtonDistance({ ...p, hessian: p.target }) },
  pretrainingErrorCurve: {
    call: (p) =>
      pretraining.pretrainingErrorCurve({ ...p, m: p.k % 2 === 0 ? p.m : Number.POSITIVE_INFINITY, prompts: prompts(p), draws: 3 }, 12)
        .logErrors,
    infinite: "negative",
  },
  criticalPrompts: { call: criticalPretraining.criticalPrompts, infinite: "positive" },
  pretrainingGrowth: { call: (p) => criticalPretraining.pretrainingGrowth({ ...p, m: Number.POSITIVE_INFINITY, prompts: prompts(p) }) },
  pretrainingNoise: { call: (p) => noiseOf.pretrainingNoise({ ...p, prompts: prompts(p) }).discRadius },
  logFineTunedError: { call: (p) => tuning.logFineTunedError({ ...tuned(p), updates: Math.min(p.k, 1e6), k: p.k }), infinite: "negative" },
  fineTunedGrowth: { call: (p) => tuning.fineTunedGrowth({ ...tuned(p), updates: Math.min(p.k, 1e6) }) },
  logForgetting: { call: (p) => tuning.logForgetting({ ...tuned(p), updates: 3, k: p.k }), infinite: "positive" },
  dampingLimits: { call: (p) => damping.dampingLimits(p).rates },
  logDampedCurve: { call: (p) => damping.logDampedCurve({ ...p, method: "chebyshev" }, 30), infinite: "negative" },
  divergingShare: { call: divergingShare },
  firstOrderLength: { call: (p) => firstOrder.firstOrderLength({ ...p, k: Math.min(p.k, 1000) }) },
  firstOrderLaw: { call: (p) => firstOrder.firstOrderLaw({ ...p, k: Math.min(p.k, 1000) }) },
  logNonCommutingEquivalentCurve: { call: (p) => logNonCommutingEquivalentCurve(p, Math.min(p.k, 6)), infinite: "negative" },
  inputGamma: { call: (p) => inputGamma({ ...p, inputs: { kind: "student", degrees: 5 } }).eigenvalues },
  mixtureGamma: { call: (p) => mixture.mixtureGamma(pair(p)).to1DArray() },
  mixturePreconditioner: { call: (p) => mixture.mixturePreconditioner(pair(p)).to1DArray() },
  multiTaskMinimalLoss: { call: (p) => multiTaskMinimalLoss(pair(p)) },
  logMixtureLimitError: { call: (p) => mixtureLimit.logMixtureLimitError({ ...pair(p), target: p.target, k: p.k }), infinite: "negative" },
  mixtureGrowth: { call: (p) => mixtureLimit.mixtureGrowth({ ...pair(p), target: p.target }) },
  selectionProgram: { call: (p) => selection.selectionProgram({ tasks: pair(p).tasks, target: p.target }).H.to1DArray() },
  selectionObjective: { call: (p) => selection.selectionObjective({ ...pair(p), target: p.target, form: "gamma-whitened" }) },
  examineProposition43: {
    call: (p) => examineProposition43({ tasks: pair(p).tasks, target: p.target, easy: [0], beta: 2, maxIterations: 20 }).easyMargins,
  },
  proposition43Splits: {
    call: (p) => proposition43Splits({ tasks: pair(p).tasks, target: p.target, maxIterations: 20 }).map((split) => split.hardShare),
  },
};

/** A number of training prompts, small and large. */
const prompts = ({ covariance, m, n }: Input): number => (n % 2 === 0 ? covariance.d + 1 + (m % 50) : m);

/** A fine-tune on the target with a stable step. */
function tuned({ covariance, target, n }: Input) {
  const largest = (1 + 1 / n) * target.lambdaMax + target.trace / n;
  return { pretraining: covariance, fineTuning: target, n, step: 1 / (target.lambdaMax * largest) };
}

function pair({ covariance, target, n, m, noise }: Input) {
  return { tasks: [covariance, target], weights: [0.25, 0.75], lengths: [n, m], noise };
}

/** The numbers in a result. */
function numbers(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (value === null || typeof value === "boolean" || typeof value === "string") return [];
  return Object.values(value as object).flatMap(numbers);
}

const spectrum = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.double({ min: -12, max: 0, noNaN: true }).map((e) => 10 ** e) },
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constant(1) },
  ),
  { minLength: 5, maxLength: 5 },
);
const length = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom(1, 1e6, 1e15, Number.POSITIVE_INFINITY));
const inputs = fc
  .record({
    d: fc.integer({ min: 1, max: 5 }),
    a: spectrum,
    b: spectrum,
    basis: fc.constantFrom("both", "train", "none", "equal"),
    seed: fc.nat(1000),
    scale: fc.constantFrom(1, 1, 1e-60, 1e60),
    n: length,
    m: length,
    k: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constantFrom(0, 1, 1e6, 1e12)),
    noise: fc.constantFrom(0, 0, 0.5),
    error: fc.double({ min: -12, max: 1, noNaN: true }).map((e) => 10 ** e),
  })
  .filter(({ d, a, b }) => a.slice(0, d).some((v) => v > 0) && b.slice(0, d).some((v) => v > 0))
  .map(({ d, a, b, basis, seed, scale, ...rest }): Input => {
    const make = (values: number[], turned: boolean, at: number) =>
      (turned ? rotated(values, at) : Covariance.diagonal(values)).scale(scale);
    const covariance = make(a.slice(0, d), basis !== "none", seed);
    const target = basis === "equal" ? covariance : make(b.slice(0, d), basis === "both", seed + 1);
    return { covariance, target, ...rest, noise: rest.noise * Math.sqrt(scale) };
  });

for (const [name, { call, infinite }] of Object.entries(functions)) {
  test(`${name} gives a number or names what is wrong, on spectra of condition 1e12, zeros, any units, n and m from 1 to Infinity`, () => {
    let answered = 0;
    fc.assert(
      fc.property(inputs, (input) => {
        let result: unknown;
        try {
          result = call(input);
        } catch (error) {
          assert.ok(error instanceof RangeError, `${error}`);
          assert.match(error.message, /^[A-Za-z0-9.]+: .+ must .+got /, error.message);
          return;
        }
        answered++;
        for (const value of numbers(result)) {
          assert.ok(!Number.isNaN(value), `NaN in ${JSON.stringify(result)}`);
          const allowed =
            infinite === "positive"
              ? value !== Number.NEGATIVE_INFINITY
              : infinite === "negative"
                ? value !== Number.POSITIVE_INFINITY
                : Number.isFinite(value);
          assert.ok(allowed, `${value}`);
        }
      }),
      { seed: 120, numRuns: 400 },
    );
    assert.ok(answered > 20, `only ${answered} answers`);
  });
}
