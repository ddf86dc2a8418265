/** @file The experiments that can be found by name, and how a user's own is found by its file. */
import { isAbsolute } from "node:path";
import { fail, show } from "../core/check";
import { cotErrorKind } from "./cotError";
import { estimatorsKind } from "./estimatorsExperiment";
import { type Experiment, type ExperimentKind, type PreparedExperiment, taskWidth } from "./experiment";

/** The library's kinds of experiment. */
export const experimentKinds: readonly string[] = [cotErrorKind.kind, estimatorsKind.kind];

function findKind(fn: string, experiment: Experiment): ExperimentKind<unknown> {
  if (experiment === null || typeof experiment !== "object")
    throw new TypeError(`${fn}: experiment must be an object, got ${show(experiment)}`);
  const { kind, module, export: exported = "experiment" } = experiment;
  if ((kind === undefined) === (module === undefined)) fail(fn, "experiment", "named by either kind or module", kind ?? module);
  if (kind !== undefined) {
    const found = [cotErrorKind, estimatorsKind].find((candidate) => candidate.kind === kind);
    if (!found) fail(fn, "experiment.kind", `one of ${experimentKinds.map((name) => `"${name}"`).join(", ")}`, kind);
    return found as ExperimentKind<unknown>;
  }
  if (typeof module !== "string" || !isAbsolute(module)) fail(fn, "experiment.module", "an absolute path", module, "Use require.resolve");
  return experimentOfModule(fn, module, exported);
}

/**
 * A user's own experiment.
 * @param module absolute path
 * @throws RangeError when the module cannot be loaded or has no such export
 */
export function experimentOfModule(fn: string, module: string, exported: string): ExperimentKind<unknown> {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = require(module);
  } catch (error) {
    // Down to the first "at": the message, and before it the place of a syntax error.
    const reason = error instanceof Error ? error.stack?.split(/\n {4}at /)[0] : error;
    throw new RangeError(`${fn}: experiment.module must be a file that can be loaded, got ${module}: ${reason}`, { cause: error });
  }
  const found = exports[exported] as ExperimentKind<unknown> | undefined;
  if (typeof found?.prepare !== "function")
    fail(
      fn,
      "experiment.export",
      `the name of an ExperimentKind exported by ${module}`,
      exported,
      `It exports ${Object.keys(exports).join(", ") || "nothing"}`,
    );
  return found;
}

const isList = (value: unknown): value is ArrayLike<unknown> => Array.isArray(value) || ArrayBuffer.isView(value);

function checkPrepared(fn: string, value: unknown): asserts value is PreparedExperiment {
  const { curves, x, run } = (value ?? {}) as { readonly [key: string]: unknown };
  if (!isList(curves) || !isList(x) || typeof run !== "function")
    fail(fn, "what experiment.prepare returns", "an object with curves (names), x (numbers) and run (a function)", value);
}

/** Finds an experiment's code and prepares it, in whatever thread this is. */
export function prepareExperiment(experiment: Experiment): PreparedExperiment {
  const fn = "simulate";
  const prepared: unknown = findKind(fn, experiment).prepare(experiment.params);
  checkPrepared(fn, prepared);
  if (prepared.x.length === 0 || prepared.curves.length === 0)
    fail(fn, "experiment", "of at least one curve and one point", taskWidth(prepared));
  if (prepared.tailExponents && prepared.tailExponents.length !== prepared.x.length) {
    fail(fn, "experiment.tailExponents", `an array of ${prepared.x.length} exponents`, prepared.tailExponents.length);
  }
  return prepared;
}
