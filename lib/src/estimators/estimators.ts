/** @file Estimators found by name, so that they can be made again in another thread. */
import { fail } from "../core/check";
import type { Estimator, EstimatorSpec } from "./estimator";
import { gradientDescent, newton } from "./gradientDescent";
import { chebyshev, conjugateGradient } from "./krylov";
import { bayesRidge, crossValidatedRidge, leastSquares, ridge } from "./leastSquares";
import { attentionRollout, chainOfThought, directIcl, matrixFromRows } from "./preconditionedIteration";

const fn = "estimatorFromSpec";
type Options = Readonly<Record<string, unknown>>;
const A = (options: Options) => matrixFromRows(fn, "preconditioner", options.preconditioner);

/** What each name makes. The options are checked by the function that is called. */
const makers: Readonly<Record<string, (options: Options) => Estimator>> = {
  "direct-icl": (options) => directIcl({ preconditioner: A(options) }),
  "chain-of-thought": (options) => ({ ...chainOfThought({ preconditioner: A(options) }), ...nameOf(options) }),
  "attention-rollout": (options) => attentionRollout({ V31: matrixFromRows(fn, "V31", options.V31), c: options.c as number }),
  "least-squares": () => leastSquares(),
  ridge: (options) => ridge({ lambda: options.lambda as number }),
  "bayes-ridge": (options) => bayesRidge({ noise: options.noise as number }),
  "cross-validated-ridge": (options) => crossValidatedRidge({ grid: options.grid as number[] }),
  "gradient-descent": (options) => gradientDescent({ step: options.step as number | "1/L" }),
  newton: () => newton(),
  "conjugate-gradient": (options) => conjugateGradient(options.preconditioner === undefined ? {} : { preconditioner: A(options) }),
  chebyshev: (options) => chebyshev({ preconditioner: A(options), interval: options.interval as [number, number] }),
};

function nameOf({ name }: Options): { name?: string } {
  return typeof name === "string" ? { name } : {};
}

/** The names that `estimatorFromSpec` knows. */
export const estimatorNames: readonly string[] = Object.keys(makers);

/**
 * Makes an estimator from its plain description.
 * @throws RangeError for an unknown name or options outside their domain
 */
export function estimatorFromSpec(spec: EstimatorSpec): Estimator {
  const maker = Object.hasOwn(makers, spec?.estimator) ? makers[spec.estimator] : undefined;
  if (!maker) fail(fn, "spec.estimator", `one of ${estimatorNames.map((name) => `"${name}"`).join(", ")}`, spec?.estimator);
  return maker(spec.options ?? {});
}
