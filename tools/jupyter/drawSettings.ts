/** @file Settings of a notebook's parameters, drawn from their declared domains, and values that lie outside them. */

import { type Declaration, type Parameter, type ParameterValue, rangeAt } from "../../lib/dist/core/declaration.js";
import { Random } from "../../lib/dist/core/random.js";

/** Sample sizes and seeds: all at their least value, or half of them as committed and half between the two. */
export type Effort = "least" | "drawn";

const pick = <T>(random: Random, items: readonly T[]): T => items[random.integer(items.length)]!;

/** An integer or a real number of the range; every third one lies at an edge of it. */
function drawNumber(random: Random, parameter: Parameter & { range: unknown }, whole: boolean, [least, largest]: [number, number]): number {
  if (random.uniform() < 1 / 3) return pick(random, whole ? [least, Math.min(least + 1, largest), largest] : [least, largest]);
  const share = random.uniform();
  const value = "log" in parameter && parameter.log && least > 0 ? least * (largest / least) ** share : least + (largest - least) * share;
  // Four digits, as a reader would type them.
  return Math.min(largest, Math.max(least, whole ? Math.round(value) : Number(value.toPrecision(4))));
}

function drawValue(random: Random, parameter: Parameter, values: Record<string, unknown>, effort: Effort): ParameterValue {
  if (parameter.kind === "choice") return pick(random, parameter.choices);
  if (parameter.kind === "flag") return random.uniform() < 0.5;
  const [least, largest] = rangeAt(parameter, values);
  const committed = Array.isArray(parameter.committed) ? Math.max(...parameter.committed) : (parameter.committed as number);
  const top = parameter.effort ? (effort === "least" ? least : Math.max(least, Math.min(committed, largest))) : largest;
  const whole = parameter.kind !== "number" && parameter.kind !== "numbers";
  const one = (): number => {
    const endless = parameter.kind.startsWith("length") && random.uniform() < 0.1;
    return endless ? Number.POSITIVE_INFINITY : drawNumber(random, parameter, whole, [least, top]);
  };
  if (!("size" in parameter)) return one();
  const [fewest, most] = parameter.size;
  const size = fewest + random.integer(most - fewest + 1);
  const list = Array.from({ length: size }, one);
  if (parameter.order === undefined) return list;
  const distinct = [...new Set(list)].sort((a, b) => a - b);
  // A range may hold fewer values than the list may have entries.
  for (let x = least; distinct.length < fewest; x++) if (!distinct.includes(x)) distinct.push(x);
  return distinct.sort((a, b) => a - b);
}

/** The i-th setting of a notebook; a quarter of what is asked, and half of the sample sizes, keep their committed values. */
export function drawSettings(declaration: Declaration, name: string, i: number, effort: Effort = "drawn"): Record<string, ParameterValue> {
  const random = Random.seed(1).stream("settings", name).stream("setting", i);
  const values: Record<string, ParameterValue> = {};
  for (const [key, parameter] of Object.entries(declaration)) {
    const keep = random.uniform() < (parameter.effort ? 0.5 : 0.25) && fits(parameter, values);
    values[key] = keep && !(parameter.effort && effort === "least") ? parameter.committed : drawValue(random, parameter, values, effort);
  }
  return values;
}

/** Whether the committed value is allowed beside these earlier ones. */
function fits(parameter: Parameter, values: Record<string, unknown>): boolean {
  if (!("range" in parameter)) return true;
  const [least, largest] = rangeAt(parameter, values);
  return [parameter.committed].flat().every((x) => (x >= least && x <= largest) || x === Number.POSITIVE_INFINITY);
}

/** Five values that a parameter must refuse. */
export function wrongValues(parameter: Parameter, values: Record<string, unknown>): unknown[] {
  if (parameter.kind === "choice" || parameter.kind === "flag") return ["no such word", 3, Number.NaN, null, [1]];
  const [least, largest] = rangeAt(parameter, values);
  const whole = parameter.kind !== "number" && parameter.kind !== "numbers";
  const one = ["ten", Number.NaN, least - 1, 2 * Math.abs(largest) + 1, whole ? least + 0.5 : Number.NEGATIVE_INFINITY];
  if (!("size" in parameter)) return one;
  const length = Math.max(1, parameter.size[0]);
  return [[], ...one.slice(0, 4).map((x) => new Array(length).fill(x))];
}

/** A value as it is typed into a parameters cell. */
export const typed = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(typed).join(", ")}]` : typeof value === "string" ? JSON.stringify(value) : String(value);
