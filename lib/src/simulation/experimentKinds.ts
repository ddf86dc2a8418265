/** @file The library's kinds of experiment, by name. */
import { cotErrorKind } from "./cotError";
import { estimatorsKind } from "./estimatorErrors";
import type { ExperimentKind, FindKind } from "./experiment";

const KINDS = [cotErrorKind, estimatorsKind];

/** The code of an experiment that names its kind. */
export const libraryKind: FindKind = (check, experiment) => {
  if (experiment === null || typeof experiment !== "object") check.wrongKind("experiment", "an object", experiment);
  const found = KINDS.find(({ kind }) => kind === experiment.kind);
  return (found ??
    check.fail("experiment.kind", `one of ${KINDS.map(({ kind }) => `"${kind}"`).join(", ")}`, experiment.kind)) as ExperimentKind<unknown>;
};
