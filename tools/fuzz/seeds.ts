/** @file Calls that work, recorded from the docstrings' examples and the theorems' cases: what the fuzzer's arguments grow from. */
import { AsyncLocalStorage } from "node:async_hooks";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Example, examplesOf, libraryExamples, runExamples, transpileExamples } from "../examples.ts";
import { root } from "../workspace.mjs";

type Func = (...args: unknown[]) => unknown;

/** One call, with what it takes to make it again. */
export interface Seed {
  readonly self: unknown;
  readonly args: readonly unknown[];
  /** The fields that the function reads of each argument that is a plain object, given or not. */
  readonly fields: Map<number, Set<string>>;
}

/** A public function, class, method, or function that a public function returns. */
export interface Target {
  /** As one writes it after `cot.`: `theory.limitError`, `core.Random.seed`, `estimators.newton().estimate`. */
  readonly name: string;
  /** What its messages may begin with; any function's name when empty. */
  readonly speaks: readonly string[];
  readonly of: "function" | "class" | "member" | "returned";
  readonly call: (self: unknown, args: readonly unknown[]) => unknown;
  readonly seeds: Seed[];
}

const MOST_SEEDS = 12;
/** Functions that come back as the caller gave them. */
const THE_CALLERS = /^theory\.(?:defineTheorem|register)\(\)/;
const library = (): Record<string, unknown> => createRequire(join(root, "tools/fuzz/seeds.ts"))("cotlab");

type Class = (new (...args: unknown[]) => object) & { readonly prototype: object };

const isClass = (value: unknown): value is Class => typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** Records calls while the examples run. */
class Recorder {
  readonly targets = new Map<string, Target>();
  private readonly wrapped = new Map<unknown, unknown>();
  private readonly undo: (() => void)[] = [];
  /** True within a call that is recorded, and in what goes on after it: only calls that the examples make themselves are kept. */
  private readonly inside = new AsyncLocalStorage<boolean>();

  target(name: string, of: Target["of"], call: Target["call"]): Target {
    const parts = name.replace(/\(\)/g, "").split(".");
    const own = parts.at(-1) ?? name;
    const speaks = [own, ...(parts.length > 2 || name.includes("()") ? [`${parts.at(-2)}.${own}`, parts.at(-2) ?? ""] : [])];
    // A theorem's prediction is the formula of a function, which is named.
    const target = {
      name,
      of,
      speaks: own === "predict" || name === "estimators.estimatorFromSpec().estimate" ? [] : speaks,
      call,
      seeds: [],
    };
    this.targets.set(name, target);
    return target;
  }

  /** A call, kept when it succeeds. */
  private record(target: Target, self: unknown, args: unknown[], run: () => unknown): unknown {
    if (target.seeds.length >= MOST_SEEDS || this.inside.getStore()) return run();
    const kept = { self, args: [...args], fields: new Map<number, Set<string>>() };
    const result = this.inside.run(true, run);
    target.seeds.push(kept);
    return this.returned(`${target.name}()`, result);
  }

  /** The functions of a returned value are public too. */
  private returned(name: string, value: unknown): unknown {
    if (THE_CALLERS.test(name)) return value;
    if (typeof value === "function") return this.wrap(name, value as Func);
    if (!isPlain(value)) return value;
    const methods = Object.entries(value).filter(([, field]) => typeof field === "function" && !isClass(field));
    if (methods.length === 0) return value;
    return { ...value, ...Object.fromEntries(methods.map(([key, method]) => [key, this.wrap(`${name}.${key}`, method as Func)])) };
  }

  wrap(name: string, fn: Func): Func {
    const recorder = this;
    // Of a returned function each is another: it is kept as what it is called on.
    const closure = name.includes("()");
    const known = this.targets.get(name);
    const target =
      known ?? this.target(name, closure ? "returned" : "function", (self, args) => (closure ? (self as Func)(...args) : fn(...args)));
    return function (this: unknown, ...args: unknown[]) {
      return recorder.record(target, closure ? fn : this, args, () => fn.apply(this, args));
    };
  }

  wrapClass(name: string, of: Class): unknown {
    const target = this.target(name, "class", (_, args) => new of(...args));
    for (const holder of [of, of.prototype]) {
      for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
        if (key === "constructor" || typeof property.value !== "function" || !property.writable) continue;
        const method = property.value as Func;
        const recorder = this;
        const member = this.target(`${name}.${key}`, "member", (self, args) => method.apply(holder === of ? of : self, [...args]));
        Object.defineProperty(holder, key, {
          ...property,
          value(this: unknown, ...args: unknown[]) {
            return recorder.record(member, this, args, () => method.apply(this, args));
          },
        });
        this.undo.push(() => Object.defineProperty(holder, key, property));
      }
    }
    return new Proxy(of, { construct: (_, args) => this.record(target, undefined, args, () => new of(...args)) as object });
  }

  /** The library with every function in a coat that records. */
  coat(name: string, value: unknown): unknown {
    if (this.wrapped.has(value)) return this.wrapped.get(value);
    let coat = value;
    if (isClass(value)) coat = this.wrapClass(name, value);
    else if (typeof value === "function") coat = this.wrap(name, value as Func);
    if (coat !== value) this.wrapped.set(value, coat);
    return coat;
  }

  restore(): void {
    for (const undo of this.undo) undo();
  }
}

/** The fields that a function reads of its plain arguments: it is called once more, with arguments that note what is asked of them. */
async function noteFields({ call, seeds }: Target): Promise<void> {
  for (const { self, args, fields } of seeds.slice(0, 2)) {
    const watched = args.map((arg, at) => {
      if (!isPlain(arg)) return arg;
      const read = new Set(Object.keys(arg));
      fields.set(at, read);
      const get = (from: object, key: string | symbol): unknown => {
        if (typeof key === "string") read.add(key);
        return Reflect.get(from, key);
      };
      return new Proxy(arg, { get });
    });
    try {
      await call(self, watched);
    } catch {
      // Such arguments cannot be sent to another thread, for example; what was read until then is known.
    }
  }
}

/** Calls of functions that the docstrings' examples do not run. */
function furtherExamples(): Example[] {
  const file = "tools/fuzz/further.ts";
  return examplesOf(file, readFileSync(join(root, file), "utf8"));
}

/** The public functions with calls of theirs that work. Examples that write files write them in the present folder. */
export async function recordSeeds(): Promise<Map<string, Target>> {
  const recorder = new Recorder();
  const cot = library();
  const coated: Record<string, unknown> = {};
  const groups = Object.entries(cot).filter(([, value]) => typeof value === "object" && value !== null);
  for (const [group, names] of groups)
    coated[group] = Object.fromEntries(
      Object.entries(names as object).map(([key, value]) => [key, recorder.coat(`${group}.${key}`, value)]),
    );
  for (const [key, value] of Object.entries(cot)) if (!(key in coated)) coated[key] = recorder.coat(key, value);
  for (const [key, theorem] of Object.entries(cot.theory as object)) {
    if (!isPlain(theorem) || typeof theorem.predict !== "function" || !Array.isArray(theorem.cases)) continue;
    const predict = theorem.predict as Func;
    const target = recorder.target(`theory.${key}.predict`, "function", (_, args) => predict(...args));
    for (const params of theorem.cases.slice(0, MOST_SEEDS))
      target.seeds.push({ self: undefined, args: [params], fields: new Map([[0, new Set(Object.keys(params))]]) });
  }
  const examples = [...libraryExamples(), ...furtherExamples()];
  const faults = await runExamples(examples, transpileExamples(examples), coated);
  recorder.restore();
  if (faults.length > 0) throw new Error(`fuzz: the examples must run, got ${faults.join("\n")}`);
  for (const target of recorder.targets.values()) await noteFields(target);
  return recorder.targets;
}
