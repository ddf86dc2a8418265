/** @file Refuses fields that a function would not read. */
import { type Checks, show } from "../core/check";

/**
 * Throws unless `value` is an object with no other fields than those allowed: a misspelt bound must not be a bound left out.
 * @throws TypeError naming the field and the allowed ones
 */
export function checkFields(check: Checks, argument: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== "object" || value === null) check.wrongKind(argument, "an object", value);
  const unknown = Object.keys(value).find((key) => !allowed.includes(key));
  if (unknown === undefined) return;
  throw new TypeError(`${check.fn}: ${argument} must have no other fields than ${allowed.join(", ")}, got ${show(unknown)}`);
}
