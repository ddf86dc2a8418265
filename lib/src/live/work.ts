/** @file What a live figure computes: formulas at once, points as they come. The same in a page's worker and in Node. */
import { type Host, simulateOn } from "../simulation/engine";
import { libraryKind } from "../simulation/experimentKinds";
import type { SimulationResult } from "../simulation/simulationResult";
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
 * A figure's slow formulas and simulated points, of one panel.
 * @param onPoints called with those that there are, now and then
 * @returns those of all draws; null for a figure that has neither
 */
export async function points(
  name: LiveKindName,
  values: LiveValues,
  { signal, onPoints }: { readonly signal?: AbortSignal; readonly onPoints?: (points: Points) => void } = {},
): Promise<Points | null> {
  const kind = liveKind(name);
  const slow = kind.later?.(values) ?? null;
  const simulation = kind.simulate?.(values);
  if (simulation === undefined) return slow && { ...slow, done: true };
  const { experiment, draws, seed, show } = simulation;
  if (slow) onPoints?.({ ...slow, done: false });
  const shown = (result: SimulationResult, done: boolean): Points => {
    const { panel, series, words } = show(result);
    return { panel, series: [...(slow?.series ?? []), ...series], words: slow ? `${slow.words} ${words}` : words, done };
  };
  const result = await simulateOn(HERE, experiment, { draws, seed, signal }, onPoints && ((some) => onPoints(shown(some, false))));
  return shown(result, true);
}
