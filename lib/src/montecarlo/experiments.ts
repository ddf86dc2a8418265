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
  const found = (require(module) as Record<string, unknown>)[exported] as ExperimentKind<unknown> | undefined;
  if (typeof found?.prepare !== "function") fail(fn, "experiment.export", `the name of an ExperimentKind exported by ${module}`, exported);
  return found;
}

/** Finds an experiment's code and prepares it, in whatever thread this is. */
export function prepareExperiment(experiment: Experiment): PreparedExperiment {
  const fn = "simulate";
  const prepared = findKind(fn, experiment).prepare(experiment.params);
  if (prepared.x.length === 0 || prepared.curves.length === 0)
    fail(fn, "experiment", "of at least one curve and one point", taskWidth(prepared));
  if (prepared.tailExponents && prepared.tailExponents.length !== prepared.x.length) {
    fail(fn, "experiment.tailExponents", `an array of ${prepared.x.length} exponents`, prepared.tailExponents.length);
  }
  return prepared;
}
