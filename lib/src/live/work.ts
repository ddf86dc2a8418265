/** @file What a live figure computes: formulas at once, points as they come. The same in a page's worker and in Node. */
import { libraryKind } from "../simulation/experimentKinds";
import { type Host, simulateOn } from "../simulation/engine";
import type { LiveValues } from "./kind";
import { type LiveKindName, liveKind } from "./kinds";
import type { Drawing } from "./panel";
import type { Points } from "./task";

/** The figure at some values, and the values with those that follow from the last change. */
export function formulas(name: LiveKindName, values: LiveValues, changed?: string): { drawing: Drawing; values: LiveValues } {
  const kind = liveKind(name);
  const settled = kind.settle?.(values, changed) ?? values;
  return { drawing: kind.draw(settled), values: settled };
}

/** A page's worker draws alone: it has no threads of its own. */
const HERE: Host = { findKind: libraryKind, availableThreads: () => 1, startThreads: () => [] };

/**
 * The simulated points of a figure.
 * @param onPoints called with those that there are, now and then
 * @returns those of all draws; null for a figure without a simulation
 */
export async function points(
  name: LiveKindName,
  values: LiveValues,
  { signal, onPoints }: { readonly signal?: AbortSignal; readonly onPoints?: (points: Points) => void } = {},
): Promise<Points | null> {
  const simulation = liveKind(name).simulate?.(values);
  if (simulation === undefined) return null;
  const { experiment, draws, seed, show } = simulation;
  const partial = onPoints && ((result: Parameters<typeof show>[0]) => onPoints({ ...show(result), done: false }));
  const result = await simulateOn(HERE, experiment, { draws, seed, signal }, partial);
  return { ...show(result), done: true };
}
