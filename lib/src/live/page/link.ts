/** @file Settings in the fragment of a page's address. What a link says is checked like what a reader types. */
import type { Values } from "../../core/declaration";
import { type LiveSpec, parsedValue, refusalsOf, valuesOf } from "../spec";

const prefixOf = ({ name }: LiveSpec): string => `#live-${name}?`;

const asText = (value: unknown): string => (Array.isArray(value) ? value.join(",") : String(value));

/** The fragment that restores these values: those that differ from what the figure begins with. */
export function fragmentOf(spec: LiveSpec, values: Values): string {
  const start = valuesOf(spec);
  const changed = Object.entries(values).filter(([name, value]) => asText(value) !== asText(start[name]));
  return prefixOf(spec) + new URLSearchParams(changed.map(([name, value]) => [name, asText(value)])).toString();
}

/**
 * The values of a link to this figure; undefined for a fragment that is about something else.
 * @returns the values, or why they may not be used
 */
export function valuesOfFragment(spec: LiveSpec, fragment: string): { readonly values: Values } | { readonly refusal: string } | undefined {
  const prefix = prefixOf(spec);
  if (!fragment.startsWith(prefix)) return undefined;
  const linked = [...new URLSearchParams(fragment.slice(prefix.length))].map(([name, text]) => {
    const parameter = spec.parameters.find((one) => one.name === name);
    return [name, parameter ? parsedValue(parameter, text) : text];
  });
  const values = Object.fromEntries([...Object.entries(valuesOf(spec)), ...linked]) as Values;
  const [wrong] = refusalsOf(spec, values);
  return wrong === undefined ? { values } : { refusal: wrong };
}
