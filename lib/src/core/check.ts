/** @file Argument checks. Every message reads `function: argument must be <rule>, got <value>`. */

/** A hypothesis of a named result does not hold for the given input. */
export class HypothesisError extends RangeError {
  override readonly name = "HypothesisError";

  constructor(
    /** The result whose hypothesis failed, for example "Theorem 3.3". */
    readonly result: string,
    /** The hypothesis, for example "lambda_min > 0". */
    readonly hypothesis: string,
    message: string,
  ) {
    super(message);
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

/**
 * A function's argument object, as it came: a call without one, or with null, is refused in the library's words before a field is read.
 * @param fn the function
 * @param value what it was given
 * @param argument the argument's name
 */
export function argumentsOf<T extends object>(fn: string, value: T, argument = "params"): T {
  if (typeof value !== "object" || value === null || Array.isArray(value)) new Checks(fn).wrongKind(argument, "an object", value);
  return value;
}

/**
 * Calls other functions of the library in the name of the one that was called: what they refuse, they refuse with its name.
 * @param fn the function that was called
 * @param work what calls the others, with arguments of the same names
 */
export function inNameOf<T>(fn: string, work: () => T): T {
  const renamed = (error: unknown): never => {
    if (error instanceof RangeError || error instanceof TypeError) error.message = error.message.replace(/^[A-Za-z][\w.]*(?=: )/, fn);
    throw error;
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(renamed) as T) : result;
  } catch (error) {
    return renamed(error);
  }
}

/**
 * The checks of one function's arguments, bound to its name once. Every check throws RangeError for a value outside the rule and TypeError
 * for another kind of value. The annotation is needed: TypeScript narrows only through a name whose type is written out.
 *
 * ```ts
 * const check: Checks = new Checks("limitError");
 * check.integer("k", k, 0);
 * ```
 */
export class Checks {
  /** @param fn the function whose arguments are checked */
  constructor(readonly fn: string) {}

  /** Throws RangeError in the one form all messages share. */
  fail(argument: string, rule: string, value: unknown, remedy = ""): never {
    throw new RangeError(this.message(argument, rule, value, remedy));
  }

  /** Throws TypeError in the same form: the value is of another kind than it must be. */
  wrongKind(argument: string, rule: string, value: unknown, remedy = ""): never {
    throw new TypeError(this.message(argument, rule, value, remedy));
  }

  /** Throws HypothesisError in the same form: a hypothesis of a named result fails. */
  refuse(result: string, hypothesis: string, argument: string, rule: string, value: unknown): never {
    throw new HypothesisError(result, hypothesis, this.message(argument, rule, value, ""));
  }

  private message(argument: string, rule: string, value: unknown, remedy: string): string {
    return `${this.fn}: ${argument} must be ${rule}, got ${show(value)}${remedy ? `. ${remedy}` : ""}`;
  }

  private number(argument: string, rule: string, value: unknown, holds: (value: number) => boolean): void {
    if (typeof value !== "number") this.wrongKind(argument, rule, value);
    if (!holds(value)) this.fail(argument, rule, value);
  }

  /** An integer in [min, max]. */
  integer(argument: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): asserts value is number {
    const rule = max === Number.MAX_SAFE_INTEGER ? `an integer >= ${min}` : `an integer in [${min}, ${max}]`;
    this.number(argument, rule, value, (x) => Number.isInteger(x) && x >= min && x <= max);
  }

  /** An integer >= min of which so many are the most that is made at once. */
  count(argument: string, value: unknown, min: number, most: number): asserts value is number {
    this.integer(argument, value, min);
    if (value > most) this.fail(argument, `at most ${most}`, value);
  }

  /** An integer >= min, or Infinity (a prompt so long that the empirical covariance is exact). */
  length(argument: string, value: unknown, min = 1): asserts value is number {
    // Beyond 2^53 whole numbers are not told apart.
    const holds = (x: number): boolean => x === Number.POSITIVE_INFINITY || (Number.isSafeInteger(x) && x >= min);
    const most = typeof value === "number" && value > Number.MAX_SAFE_INTEGER ? ` (below 2^53)` : "";
    this.number(argument, `an integer >= ${min}${most} or Infinity`, value, holds);
  }

  /** A finite number. */
  finite(argument: string, value: unknown): asserts value is number {
    this.number(argument, "a finite number", value, Number.isFinite);
  }

  /** A finite number > 0. */
  positive(argument: string, value: unknown): asserts value is number {
    this.number(argument, "a finite number > 0", value, (x) => x > 0 && Number.isFinite(x));
  }

  /** A finite number >= 0. */
  nonNegative(argument: string, value: unknown): asserts value is number {
    this.number(argument, "a finite number >= 0", value, (x) => x >= 0 && Number.isFinite(x));
  }

  /** A finite number in [min, max]. */
  interval(argument: string, value: unknown, min: number, max: number): asserts value is number {
    this.number(argument, `a number in [${min}, ${max}]`, value, (x) => x >= min && x <= max);
  }

  /** One of a closed list of words. */
  oneOf<T extends string>(argument: string, value: unknown, allowed: readonly T[]): asserts value is T {
    if (!allowed.includes(value as T)) this.fail(argument, `one of ${allowed.map((word) => `"${word}"`).join(", ")}`, value);
  }

  /** A name of files and streams. */
  name(argument: string, value: unknown): asserts value is string {
    if (typeof value !== "string" || !/^[a-z0-9][a-z0-9._-]*$/i.test(value))
      this.fail(argument, "a name of letters, digits, dots, hyphens and underscores", value);
  }

  /** A non-empty list of seeds. */
  seeds(argument: string, value: unknown): asserts value is number[] {
    if (!Array.isArray(value) || value.length === 0) this.wrongKind(argument, "a list of integers >= 0, not empty", value);
    for (const [i, seed] of value.entries()) this.integer(`${argument}[${i}]`, seed, 0);
  }

  /** An object without keys but the known ones: a misspelt key must not be ignored. */
  record<Key extends string>(argument: string, value: unknown, known: readonly Key[]): asserts value is { readonly [K in Key]?: unknown } {
    const rule = `an object with keys among ${known.join(", ")}`;
    if (typeof value !== "object" || value === null || Array.isArray(value)) this.wrongKind(argument, rule, value);
    for (const key of Object.keys(value)) if (!known.includes(key as Key)) this.fail(argument, rule, key);
  }

  /** A function. */
  callable(argument: string, value: unknown): asserts value is (...args: never[]) => unknown {
    if (typeof value !== "function") this.wrongKind(argument, "a function", value);
  }

  /** A list of any values. */
  list(argument: string, value: unknown): asserts value is readonly unknown[] {
    if (!Array.isArray(value)) this.wrongKind(argument, "an array", value);
  }

  /** A list of objects. */
  objects(argument: string, value: unknown): asserts value is readonly object[] {
    this.list(argument, value);
    value.forEach((entry, i) => {
      if (typeof entry !== "object" || entry === null || Array.isArray(entry)) this.wrongKind(`${argument}[${i}]`, "an object", entry);
    });
  }

  /** A list or a typed array, whatever it holds. */
  indexed(argument: string, value: unknown): asserts value is ArrayLike<unknown> {
    if (!(Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))))
      this.wrongKind(argument, "an array of numbers", value);
  }

  /** A matrix of ml-matrix; told by its methods, since this room knows no matrices. */
  matrix(argument: string, value: unknown): void {
    const matrix = value as { rows?: unknown; columns?: unknown; to2DArray?: unknown } | null | undefined;
    if (typeof matrix?.to2DArray !== "function" || typeof matrix.rows !== "number") this.wrongKind(argument, "a Matrix", value);
  }

  /** An object that the library made, by the kinds of its fields. */
  shape(argument: string, value: unknown, fields: Readonly<Record<string, "array" | "object" | "text">>): void {
    argumentsOf(this.fn, value as object, argument);
    for (const [key, kind] of Object.entries(fields)) {
      const field = (value as Record<string, unknown>)[key];
      const found =
        Array.isArray(field) || (ArrayBuffer.isView(field) && !(field instanceof DataView))
          ? "array"
          : typeof field === "string"
            ? "text"
            : typeof field;
      if (found !== kind || field === null)
        this.wrongKind(`${argument}.${key}`, { array: "an array", object: "an object", text: "a text" }[kind], field);
    }
  }

  /**
   * Reads an object that another function of the library made: where it lacks what it must hold the reading breaks off, and that is said in the
   * one form, with the first failure as its cause.
   */
  made<T>(argument: string, rule: string, value: unknown, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Error) || error instanceof HypothesisError || error.message.startsWith(`${this.fn}: `)) throw error;
      throw new TypeError(this.message(argument, rule, value, ""), { cause: error });
    }
  }

  /** A text. */
  text(argument: string, value: unknown): asserts value is string {
    if (typeof value !== "string") this.wrongKind(argument, "a text", value);
  }

  /** A list of texts. */
  texts(argument: string, value: unknown): asserts value is readonly string[] {
    this.list(argument, value);
    value.forEach((text, i) => {
      this.text(`${argument}[${i}]`, text);
    });
  }

  /** A stream of random numbers, {@link Random}; told by its methods, since a stream's own file needs these checks. */
  random(argument: string, value: unknown): void {
    const stream = value as { uniform?: unknown; fillNormal?: unknown } | null | undefined;
    if (typeof stream?.uniform !== "function" || typeof stream.fillNormal !== "function")
      this.wrongKind(argument, "a stream of random numbers (Random.seed(1))", value);
  }

  /** A vector of finite numbers, of the given length when one is given. */
  vector(argument: string, value: unknown, length?: number): asserts value is ArrayLike<number> {
    const rule = length === undefined ? "a non-empty array of finite numbers" : `an array of ${length} finite numbers`;
    if (!(Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView)))) this.wrongKind(argument, rule, value);
    const vector = value as unknown as ArrayLike<number>;
    if (length === undefined ? vector.length === 0 : vector.length !== length) this.fail(argument, rule, value);
    for (let i = 0; i < vector.length; i++) {
      if (typeof vector[i] !== "number" || !Number.isFinite(vector[i])) this.fail(`${argument}[${i}]`, "a finite number", vector[i]);
    }
  }

  /** A probability vector: entries >= 0 that sum to 1 within 1e-9. */
  weights(argument: string, value: unknown, length: number): asserts value is ArrayLike<number> {
    this.vector(argument, value, length);
    let sum = 0;
    for (let i = 0; i < length; i++) {
      if (value[i] < 0) this.fail(`${argument}[${i}]`, "a weight >= 0", value[i]);
      sum += value[i];
    }
    if (Math.abs(sum - 1) > 1e-9) this.fail(argument, "weights that sum to 1", sum, "Divide them by their sum");
  }
}
