/** @file Moves a panel's handles: by mouse or finger anywhere in the plot, by arrow keys on a handle. */
import type { ParameterValue, Values } from "../../core/declaration";
import type { Handle, Panel, Place } from "../panel";
import type { LiveParameter, LiveSpec } from "../spec";
import type { Drawn } from "./drawing";
import { nearestStop, snapped, stops } from "./stops";

type Ranged = LiveParameter & { readonly range: readonly [unknown, unknown] };
/** New values of the parameters that a handle moves. */
export type Moves = Readonly<Record<string, ParameterValue>>;

const parameterOf = (spec: LiveSpec, { name }: Place): Ranged =>
  spec.parameters.find((parameter) => (parameter.role ?? parameter.name) === name) as Ranged;

/** The parameter's value with a new number in its place. */
function placed(spec: LiveSpec, place: Place, value: number, values: Values): Moves {
  const { name } = parameterOf(spec, place);
  if (place.index === undefined) return { [name]: value };
  return { [name]: (values[name] as number[]).map((old, i) => (i === place.index ? value : old)) };
}

/** A handle at a point of the plot, or as near to it as its parameters allow. */
function movedTo(spec: LiveSpec, { xOf, yOf }: Handle, x: number, y: number, values: Values): Moves {
  const to = (place: Place | undefined, value: number): Moves =>
    place === undefined ? {} : placed(spec, place, snapped(parameterOf(spec, place), value, values), values);
  return { ...to(xOf, x), ...to(yOf, y) };
}

/** A handle one stop further along one of its parameters. */
function stepped(spec: LiveSpec, place: Place, at: number, by: number, values: Values): Moves {
  const list = stops(parameterOf(spec, place), values);
  const next = Math.max(0, Math.min(list.length - 1, nearestStop(list, at) + by));
  return placed(spec, place, list[next], values);
}

const ARROWS: Readonly<Record<string, readonly ["xOf" | "yOf", number]>> = {
  ArrowLeft: ["xOf", -1],
  ArrowRight: ["xOf", 1],
  ArrowDown: ["yOf", -1],
  ArrowUp: ["yOf", 1],
  PageDown: ["yOf", -10],
  PageUp: ["yOf", 10],
};

/** The moves that a key makes on a handle; null for a key that makes none. */
export function movesOfKey(spec: LiveSpec, handle: Handle, key: string, values: Values): Moves | null {
  const [wish, by] = ARROWS[key] ?? [];
  if (wish === undefined || by === undefined) return null;
  // A handle with one direction takes both pairs of keys.
  const place = handle[wish] ?? handle.yOf ?? handle.xOf;
  return place ? stepped(spec, place, place === handle.xOf ? handle.x : handle.y, by, values) : null;
}

/** The moves of the handle that is nearest to a point of the drawn panel, in its pixels. */
export function movesOfPointer(
  spec: LiveSpec,
  { handles = [] }: Panel,
  { x, y }: Drawn,
  at: { readonly x: number; readonly y: number },
  values: Values,
): { index: number; moves: Moves } | null {
  if (handles.length === 0) return null;
  // Where all keep their place from left to right, the stroke of a pen sets those that it passes.
  const distance = (handle: Handle): number =>
    Math.hypot(x.place(handle.x) - at.x, handle.xOf === undefined ? 0 : y.place(handle.y) - at.y);
  const index = handles.reduce((best, handle, i) => (distance(handle) < distance(handles[best]) ? i : best), 0);
  return { index, moves: movedTo(spec, handles[index], x.value(at.x), y.value(at.y), values) };
}
