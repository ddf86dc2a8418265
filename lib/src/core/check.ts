/** @file Argument checks. Every message reads `function: argument must be <rule>, got <value>`. */

/** A hypothesis of a named result does not hold for the given input. */
export class HypothesisError extends RangeError {
  override readonly name = "HypothesisError";
  /** The result whose hypothesis failed, for example "Theorem 3.3". */
  readonly result: string;
  /** The hypothesis, for example "lambda_min > 0". */
  readonly hypothesis: string;

  constructor(result: string, hypothesis: string, message: string) {
    super(message);
    this.result = result;
    this.hypothesis = hypothesis;
  }
}

/** A short rendering of any value for an error message. */
export function show(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = Array.from(value as ArrayLike<unknown>);
    const head = items.slice(0, 6).map(show).join(", ");
    return items.length > 6 ? `[${head}, ...] (length ${items.length})` : `[${head}]`;
  }
  const shape = value as { rows?: unknown; columns?: unknown };
  if (typeof shape.rows === "number" && typeof shape.columns === "number") return `a ${shape.rows}x${shape.columns} matrix`;
  return `a value of type ${typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value}`;
}

/** Throws RangeError (or TypeError, when the kind is wrong) in the one form all messages share. */
export function fail(fn: string, argument: string, rule: string, value: unknown, remedy = ""): never {
  throw new RangeError(`${fn}: ${argument} must be ${rule}, got ${show(value)}${remedy ? `. ${remedy}` : ""}`);
}

function requireNumber(fn: string, argument: string, rule: string, value: unknown): asserts value is number {
  if (typeof value !== "number") throw new TypeError(`${fn}: ${argument} must be ${rule}, got ${show(value)}`);
}

/** An integer in [min, max]. */
export function checkInteger(
  fn: string,
  argument: string,
  value: unknown,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  const rule = max === Number.MAX_SAFE_INTEGER ? `an integer >= ${min}` : `an integer in [${min}, ${max}]`;
  requireNumber(fn, argument, rule, value);
  if (!Number.isInteger(value) || value < min || value > max) fail(fn, argument, rule, value);
}

/** An integer >= min, or Infinity (a prompt so long that the empirical covariance is exact). */
export function checkLength(fn: string, argument: string, value: unknown, min = 1): asserts value is number {
  const rule = `an integer >= ${min} or Infinity`;
  requireNumber(fn, argument, rule, value);
  if (value !== Number.POSITIVE_INFINITY && (!Number.isInteger(value) || value < min)) fail(fn, argument, rule, value);
}

/** A finite number. */
export function checkFinite(fn: string, argument: string, value: unknown): asserts value is number {
  requireNumber(fn, argument, "a finite number", value);
  if (!Number.isFinite(value)) fail(fn, argument, "a finite number", value);
}

/** A finite number > 0. */
export function checkPositive(fn: string, argument: string, value: unknown): asserts value is number {
  requireNumber(fn, argument, "a finite number > 0", value);
  if (!(value > 0 && Number.isFinite(value))) fail(fn, argument, "a finite number > 0", value);
}

/** A finite number >= 0. */
export function checkNonNegative(fn: string, argument: string, value: unknown): asserts value is number {
  requireNumber(fn, argument, "a finite number >= 0", value);
  if (!(value >= 0 && Number.isFinite(value))) fail(fn, argument, "a finite number >= 0", value);
}

/** A finite number in [min, max]. */
export function checkInterval(fn: string, argument: string, value: unknown, min: number, max: number): asserts value is number {
  const rule = `a number in [${min}, ${max}]`;
  requireNumber(fn, argument, rule, value);
  if (!(value >= min && value <= max)) fail(fn, argument, rule, value);
}

/** One of a closed list of words. */
export function checkOneOf<T extends string>(fn: string, argument: string, value: unknown, allowed: readonly T[]): asserts value is T {
  if (!allowed.includes(value as T)) fail(fn, argument, `one of ${allowed.map((word) => `"${word}"`).join(", ")}`, value);
}

/** A vector of finite numbers, of the given length when one is given. */
export function checkVector(fn: string, argument: string, value: unknown, length?: number): asserts value is ArrayLike<number> {
  const rule = length === undefined ? "a non-empty array of finite numbers" : `an array of ${length} finite numbers`;
  if (!(Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView)))) {
    throw new TypeError(`${fn}: ${argument} must be ${rule}, got ${show(value)}`);
  }
  const vector = value as unknown as ArrayLike<number>;
  if (length === undefined ? vector.length === 0 : vector.length !== length) fail(fn, argument, rule, value);
  for (let i = 0; i < vector.length; i++) {
    if (typeof vector[i] !== "number" || !Number.isFinite(vector[i])) fail(fn, `${argument}[${i}]`, "a finite number", vector[i]);
  }
}

/** A probability vector: entries >= 0 that sum to 1 within 1e-9. */
export function checkWeights(fn: string, argument: string, value: unknown, length: number): asserts value is ArrayLike<number> {
  checkVector(fn, argument, value, length);
  let sum = 0;
  for (let i = 0; i < length; i++) {
    if (value[i]! < 0) fail(fn, `${argument}[${i}]`, "a weight >= 0", value[i]);
    sum += value[i]!;
  }
  if (Math.abs(sum - 1) > 1e-9) fail(fn, argument, "weights that sum to 1", sum, "Divide them by their sum");
}
