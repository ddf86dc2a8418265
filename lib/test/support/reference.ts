/** @file The stored reference values of an independent implementation, and closeness. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

interface ReferenceValue {
  readonly name: string;
  readonly value: unknown;
  readonly params: Record<string, unknown>;
  readonly tol: { readonly rel: number };
}

const stored: { readonly values: readonly ReferenceValue[] } = JSON.parse(
  readFileSync(new URL("../fixtures/reference.json", import.meta.url), "utf8"),
);

function find(name: string): ReferenceValue {
  const found = stored.values.find((entry) => entry.name === name);
  assert.ok(found, `no reference value ${name}`);
  return found;
}

/** A stored reference value. */
export function reference<T = number>(name: string): T {
  return find(name).value as T;
}

/** The parameters of a stored reference value. */
export function referenceParams<T>(name: string): T {
  return find(name).params as T;
}

/** A stored number or numbers, with the relative tolerance stored beside them. */
export function referenceNumbers(name: string): { value: number[]; rel: number } {
  const { value, tol } = find(name);
  return { value: [value as number | number[]].flat(), rel: tol.rel };
}

/** Fails unless |actual - expected| <= relative |expected|. */
export function assertClose(actual: number, expected: number, relative: number, what = ""): void {
  const gap = Math.abs(actual - expected);
  assert.ok(
    gap <= relative * Math.abs(expected),
    `${what === "" ? "" : `${what}: `}${actual} differs from ${expected} by ${gap / Math.abs(expected)} (relative)`,
  );
}
