/** @file Refuses fields that a function would not read. */
import { show } from "../core/check";

/**
 * Throws unless `value` is an object with no other fields than those allowed: a misspelt bound must not be a bound left out.
 * @throws TypeError naming the field and the allowed ones
 */
export function checkFields(fn: string, argument: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== "object" || value === null) throw new TypeError(`${fn}: ${argument} must be an object, got ${show(value)}`);
  const unknown = Object.keys(value).find((key) => !allowed.includes(key));
  if (unknown === undefined) return;
  throw new TypeError(`${fn}: ${argument} must have no other fields than ${allowed.join(", ")}, got ${show(unknown)}`);
}
