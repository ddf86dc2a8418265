/** @file The experiment "estimators": squared weight errors of several estimators on the same prompts. */
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { type Estimator, type EstimatorSpec, squaredErrors } from "../estimators/estimator";
import { estimatorFromSpec } from "../estimators/estimators";
import { Covariance } from "../model/covariance";
import { checkInputs, type InputLaw } from "../model/inputLaw";
import { samplePrompt } from "../model/prompt";
import type { CotErrorOptions } from "./cotError";
import type { Experiment, ExperimentKind, Sampler } from "./experiment";

/** Parameters of {@link estimatorErrors}. */
export interface EstimatorErrorOptions extends Pick<CotErrorOptions, "test" | "noise"> {
  /** m: examples in a prompt; integer >= 1. */
  readonly m: number;
  /** K: steps of every estimator; integer >= 0. */
  readonly steps: number;
  /** The law of the inputs; default normal. */
  readonly inputs?: InputLaw;
  /** The estimators, made by this library's functions, with names that differ. */
  readonly estimators: readonly Estimator[];
  /** Name of the random streams; default "estimators". */
  readonly name?: string;
}

/** @internal The parameters as plain data. */
export interface EstimatorErrorParams extends Required<Pick<EstimatorErrorOptions, "m" | "steps" | "noise">> {
  readonly test: number[][];
  readonly inputs?: InputLaw;
  readonly estimators: readonly { readonly name: string; readonly spec: EstimatorSpec }[];
}

/**
 * The experiment that compares estimators: for each a curve of ‖w_k - w‖², k = 0..K, in (y/x)², all on the same prompts.
 * Prompts are those of `samplePrompt`; an estimator sees X and y and nothing else.
 * @param options test Σ, (d, d); m >= 1; steps K >= 0; noise = 0 (σ); inputs? the law of x; estimators, at least one; name = "estimators"
 * @throws RangeError or TypeError for parameters outside their domain, equal names, or an estimator without a spec (run those
 *   by an experiment of your own, in a module)
 * @origin ours
 * @example
 * const estimators = [cot.estimators.gradientDescent({ step: "1/L" }), cot.estimators.newton()];
 * const experiment = cot.simulation.estimatorErrors({ test: cot.Covariance.diagonal([1, 0.5]), m: 9, steps: 1, estimators });
 * (await cot.simulate(experiment, { draws: 100, seed: 1 })).curves[0].mean; // => [1.806, 0.348]
 */
export function estimatorErrors(options: EstimatorErrorOptions): Experiment<EstimatorErrorParams> {
  argumentsOf("estimatorErrors", options, "options");
  const check: Checks = new Checks("estimatorErrors");
  const { test, m, steps, noise = 0, inputs, estimators, name = "estimators" } = options;
  if (!(test instanceof Covariance)) check.wrongKind("test", "a Covariance", test);
  check.text("name", name);
  check.integer("m", m, 1);
  check.integer("steps", steps, 0);
  check.nonNegative("noise", noise);
  if (inputs !== undefined) checkInputs(check, inputs, test);
  if (!Array.isArray(estimators) || estimators.length === 0) check.fail("estimators", "a non-empty array", estimators);
  const specs = estimators.map((estimator: Estimator, i) => {
    if (!estimator?.spec) check.fail(`estimators[${i}]`, "an estimator made by this library", estimator, "Give your own by a module");
    if (estimators.findIndex((other: Estimator) => other.name === estimator.name) !== i) {
      check.fail(`estimators[${i}].name`, "unlike the others", estimator.name, "Copy it with another name: { ...estimator, name }");
    }
    check.text(`estimators[${i}].name`, estimator.name);
    inNameOf(check.fn, () => estimatorFromSpec(estimator.spec!));
    return { name: estimator.name, spec: estimator.spec };
  });
  return {
    kind: "estimators",
    name,
    params: { test: test.matrix.to2DArray(), m, steps, noise, ...(inputs && { inputs }), estimators: specs },
  };
}

/** The experiment's code. */
export const estimatorsKind: ExperimentKind<EstimatorErrorParams> = {
  kind: "estimators",
  prepare({ test, m, steps, noise, inputs, estimators }: EstimatorErrorParams): Sampler {
    const check: Checks = new Checks("simulate");
    check.integer("m", m, 1);
    check.integer("steps", steps, 0);
    check.nonNegative("noise", noise);
    const covariance = Covariance.fromMatrix(test);
    const made = estimators.map(({ spec }) => estimatorFromSpec(spec));
    return {
      curves: estimators.map(({ name }) => name),
      x: Array.from({ length: steps + 1 }, (_, k) => k),
      xLabel: "k",
      draw(random, out) {
        const { X, y, w } = samplePrompt({ covariance, n: m, noise, inputs }, random);
        for (const [c, { estimate }] of made.entries()) out.set(squaredErrors(estimate({ X, y }, steps), w), c * (steps + 1));
      },
    };
  },
};
