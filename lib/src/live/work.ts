/** @file What a live figure computes: formulas at once, points as they come. The same in a page's worker and in Node. */
import { Checks } from "../core/check";
import { type Host, simulateOn } from "../simulation/engine";
import { libraryKind } from "../simulation/experimentKinds";
import type { SimulationResult } from "../simulation/simulationResult";
import type { LiveValues } from "./kind";
import type { LiveKindName } from "./kindName";
import { LIVE_KINDS } from "./kinds";
import type { Drawing } from "./panel";
import type { Points } from "./task";

/** The figure at some values, and the values with those that follow from the last change. */
export function formulas(name: LiveKindName, values: LiveValues, changed?: string): { drawing: Drawing; values: LiveValues } {
  // A page's specification comes from a file that anybody may have written.
  const check: Checks = new Checks("explore");
  check.oneOf("figure", name, Object.keys(LIVE_KINDS) as LiveKindName[]);
  const kind = LIVE_KINDS[name];
  const settled = kind.settle?.(values, changed) ?? values;
  return { drawing: kind.draw(settled), values: settled };
}

/** A page's worker draws alone: it has no threads of its own. */
const HERE: Host = { findKind: libraryKind, availableThreads: () => 1, startThreads: () => [] };

/**
 * A figure's slow formulas and simulated points, of one panel.
 * @param options signal: cancels; onPoints: called with those that there are, now and then; share = 1 of the draws that are asked for
 * @returns those of all draws; null for a figure that has neither
 */
export async function points(
  name: LiveKindName,
  values: LiveValues,
  options: { readonly signal?: AbortSignal; readonly onPoints?: (points: Points) => void; readonly share?: number } = {},
): Promise<Points | null> {
  const { signal, onPoints, share = 1 } = options;
  const kind = LIVE_KINDS[name];
  const slow = kind.later?.(values) ?? null;
  const simulation = kind.simulate?.(values);
  if (simulation === undefined) return slow && { ...slow, done: true };
  const { experiment, seed, show } = simulation;
  const draws = Math.max(2, Math.round(share * simulation.draws));
  if (slow) onPoints?.({ ...slow, done: false });
  const shown = (result: SimulationResult, done: boolean): Points => {
    const { panel, series, words } = show(result);
    return { panel, series: [...(slow?.series ?? []), ...series], words: slow ? `${slow.words} ${words}` : words, done };
  };
  const result = await simulateOn(HERE, experiment, { draws, seed, signal }, onPoints && ((some) => onPoints(shown(some, false))));
  return shown(result, true);
}
