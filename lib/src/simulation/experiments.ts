/** @file The experiments that can be found by name, and how a user's own is found by its file. */
import { isAbsolute } from "node:path";
import { Checks } from "../core/check";
import { cotErrorKind } from "./cotError";
import { estimatorsKind } from "./estimatorsExperiment";
import { type Experiment, type ExperimentKind, type PreparedExperiment, taskWidth } from "./experiment";

/** The library's kinds of experiment. */
export const experimentKinds: readonly string[] = [cotErrorKind.kind, estimatorsKind.kind];

function findKind(check: Checks, experiment: Experiment): ExperimentKind<unknown> {
  if (experiment === null || typeof experiment !== "object") check.wrongKind("experiment", "an object", experiment);
  const { kind, module, export: exported = "experiment" } = experiment;
  if ((kind === undefined) === (module === undefined)) check.fail("experiment", "named by either kind or module", kind ?? module);
  if (kind !== undefined) {
    const found = [cotErrorKind, estimatorsKind].find((candidate) => candidate.kind === kind);
    if (!found) check.fail("experiment.kind", `one of ${experimentKinds.map((name) => `"${name}"`).join(", ")}`, kind);
    return found as ExperimentKind<unknown>;
  }
  if (typeof module !== "string" || !isAbsolute(module)) check.fail("experiment.module", "an absolute path", module, "Use require.resolve");
  return experimentOfModule(check, module, exported);
}

/**
 * A user's own experiment.
 * @param module absolute path
 * @throws RangeError when the module cannot be loaded or has no such export
 */
export function experimentOfModule(check: Checks, module: string, exported: string): ExperimentKind<unknown> {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = require(module);
  } catch (error) {
    // Down to the first "at": the message, and before it the place of a syntax error.
    const reason = error instanceof Error ? error.stack?.split(/\n {4}at /)[0] : error;
    throw new RangeError(`${check.fn}: experiment.module must be a file that can be loaded, got ${module}: ${reason}`, { cause: error });
  }
  const found = exports[exported] as ExperimentKind<unknown> | undefined;
  if (typeof found?.prepare !== "function")
    check.fail(
      "experiment.export",
      `the name of an ExperimentKind exported by ${module}`,
      exported,
      `It exports ${Object.keys(exports).join(", ") || "nothing"}`,
    );
  return found;
}

const isList = (value: unknown): value is ArrayLike<unknown> => Array.isArray(value) || ArrayBuffer.isView(value);

function checkPrepared(check: Checks, value: unknown): asserts value is PreparedExperiment {
  const { curves, x, run } = (value ?? {}) as { readonly [key: string]: unknown };
  if (!isList(curves) || !isList(x) || typeof run !== "function")
    check.fail("what experiment.prepare returns", "an object with curves (names), x (numbers) and run (a function)", value);
}

/** Finds an experiment's code and prepares it, in whatever thread this is. */
export function prepareExperiment(experiment: Experiment): PreparedExperiment {
  const check: Checks = new Checks("simulate");
  const prepared: unknown = findKind(check, experiment).prepare(experiment.params);
  checkPrepared(check, prepared);
  if (prepared.x.length === 0 || prepared.curves.length === 0)
    check.fail("experiment", "of at least one curve and one point", taskWidth(prepared));
  if (prepared.tailExponents && prepared.tailExponents.length !== prepared.x.length) {
    check.fail("experiment.tailExponents", `an array of ${prepared.x.length} exponents`, prepared.tailExponents.length);
  }
  return prepared;
}
