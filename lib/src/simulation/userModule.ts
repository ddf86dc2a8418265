/** @file Experiments of a user's own, found by the file of their code. */
import { isAbsolute } from "node:path";
import type { Checks } from "../core/check";
import type { ExperimentKind, FindKind } from "./experiment";
import { libraryKind } from "./experimentKinds";

/** The code of an experiment that names its kind or its module. */
export const findKind: FindKind = (check, experiment) => {
  if (experiment === null || typeof experiment !== "object") return libraryKind(check, experiment);
  const { kind, module, export: exported = "experiment" } = experiment;
  if ((kind === undefined) === (module === undefined)) check.fail("experiment", "named by either kind or module", kind ?? module);
  if (module === undefined) return libraryKind(check, experiment);
  if (typeof module !== "string" || !isAbsolute(module)) check.fail("experiment.module", "an absolute path", module, "Use require.resolve");
  return kindOfModule(check, module, exported);
};

/**
 * A user's own experiment.
 * @param module absolute path
 * @throws RangeError when the module cannot be loaded or has no such export
 */
export function kindOfModule(check: Checks, module: string, exported: string): ExperimentKind<unknown> {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = require(module);
  } catch (error) {
    // Down to the first "at": the message, and before it the place of a syntax error.
    const reason = error instanceof Error ? error.stack?.split(/\n {4}at /)[0] : error;
    throw new RangeError(`${check.fn}: experiment.module must be a file that can be loaded, got ${module}: ${reason}`, { cause: error });
  }
  const found = exports[exported] as ExperimentKind<unknown> | undefined;
  if (typeof found?.prepare === "function") return found;
  const names = Object.keys(exports).join(", ") || "nothing";
  return check.fail("experiment.export", `the name of an ExperimentKind exported by ${module}`, exported, `It exports ${names}`);
}
