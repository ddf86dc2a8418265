/** @file Estimators found by name, so that they can be made again in another thread. */
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { attentionRollout } from "./attentionRollout";
import type { Estimator, EstimatorSpec } from "./estimator";
import { gradientDescent, newton } from "./gradientDescent";
import { chebyshev, conjugateGradient } from "./krylov";
import { bayesRidge, crossValidatedRidge, leastSquares, ridge } from "./leastSquares";
import { chainOfThought, directIcl, matrixFromRows } from "./preconditionedIteration";

const check: Checks = new Checks("estimatorFromSpec");
type Options = Readonly<Record<string, unknown>>;
const A = (options: Options) => matrixFromRows(check, "preconditioner", options.preconditioner);

/** An estimator by name: its options with their meaning, and what makes it. The function that is called checks the options' values. */
interface Maker {
  readonly options: Readonly<Record<string, string>>;
  readonly make: (options: Options) => Estimator;
}

const PRECONDITIONER = "A: d rows of d numbers";
const makers: Readonly<Record<string, Maker>> = {
  "direct-icl": { options: { preconditioner: PRECONDITIONER }, make: (options) => directIcl({ preconditioner: A(options) }) },
  "chain-of-thought": {
    options: { preconditioner: PRECONDITIONER, name: "a name for tables and legends; may be left out" },
    make: (options) => ({
      ...chainOfThought({ preconditioner: A(options) }),
      ...(typeof options.name === "string" && { name: options.name }),
    }),
  },
  "attention-rollout": {
    options: { V31: "the trained block: d rows of d numbers", c: "scale of the key-query matrix; finite and not 0" },
    make: (options) => attentionRollout({ V31: matrixFromRows(check, "V31", options.V31), c: options.c as number }),
  },
  "least-squares": { options: {}, make: () => leastSquares() },
  ridge: { options: { lambda: "λ >= 0" }, make: (options) => ridge({ lambda: options.lambda as number }) },
  "bayes-ridge": { options: { noise: "σ of the labels; >= 0" }, make: (options) => bayesRidge({ noise: options.noise as number }) },
  "cross-validated-ridge": {
    options: { grid: "candidates for λ, each > 0; may be left out: 10^-4 to 10^4 in half decades" },
    make: (options) => crossValidatedRidge(options.grid === undefined ? {} : { grid: options.grid as number[] }),
  },
  "gradient-descent": {
    options: { step: 'η > 0, or "1/L"' },
    make: (options) => gradientDescent({ step: options.step as number | "1/L" }),
  },
  newton: { options: {}, make: () => newton() },
  "conjugate-gradient": {
    options: { preconditioner: `${PRECONDITIONER}; may be left out: I` },
    make: (options) => conjugateGradient(options.preconditioner === undefined ? {} : { preconditioner: A(options) }),
  },
  chebyshev: {
    options: { preconditioner: PRECONDITIONER, interval: "[a, b], 0 < a <= b: bounds of the eigenvalues of A S" },
    make: (options) => {
      check.vector("interval", options.interval, 2);
      return chebyshev({ preconditioner: A(options), interval: options.interval as [number, number] });
    },
  },
};

/** The names that {@link estimatorFromSpec} knows. */
export const estimatorNames: readonly string[] = Object.keys(makers);

/** The options of each estimator, with their meaning. */
export const estimatorOptions: Readonly<Record<string, Readonly<Record<string, string>>>> = Object.fromEntries(
  Object.entries(makers).map(([name, { options }]) => [name, options]),
);

/**
 * Makes an estimator from its plain description.
 * @param spec estimator, one of {@link estimatorNames}, and options, as {@link estimatorOptions} lists them
 * @throws RangeError or TypeError for an unknown name, an option that the estimator does not have, or one outside its domain
 * @origin ours
 * @example
 * cot.estimators.estimatorFromSpec({ estimator: "ridge", options: { lambda: 0.1 } }).name; // => "ridge (lambda = 0.1)"
 */
export function estimatorFromSpec(spec: EstimatorSpec): Estimator {
  argumentsOf("estimatorFromSpec", spec, "spec");
  return namedEstimator(new Checks("estimatorFromSpec"), "spec", spec);
}

/** `estimatorFromSpec`, speaking in the name of the function and the argument that holds the description. */
export function namedEstimator(check: Checks, argument: string, spec: EstimatorSpec): Estimator {
  const name: unknown = spec?.estimator;
  const maker = typeof name === "string" && Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (!maker) check.fail(`${argument}.estimator`, `one of ${estimatorNames.map((known) => `"${known}"`).join(", ")}`, name);
  const options: unknown = spec.options === undefined ? {} : spec.options;
  const known = Object.keys(maker.options);
  const rule = known.length === 0 ? `left out or {}, as ${name} has none` : `an object with keys among ${known.join(", ")}`;
  if (typeof options !== "object" || options === null || Array.isArray(options)) check.wrongKind(`${argument}.options`, rule, options);
  for (const key of Object.keys(options)) if (!known.includes(key)) check.fail(`${argument}.options`, rule, key);
  return inNameOf(check.fn, () => maker.make(options as Options));
}
