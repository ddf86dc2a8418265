/** @file Whether a call ended as it may: with numbers that are finite or said to be otherwise, or with a refusal in the library's words. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../workspace.mjs";
import type { Target } from "./seeds.ts";

/** What the declarations say: the docstrings of the public names, of classes' members as `Class.member`. */
export interface Declared {
  readonly docs: ReadonlyMap<string, string>;
}

/** Reads the compiled library's declarations. */
export function readDeclarations(): Declared {
  const docs = new Map<string, string>();
  for (const file of globSync("lib/dist/**/*.d.ts", { cwd: root })) {
    const text = readFileSync(join(root, file), "utf8");
    let owner = "";
    for (const [, doc = "", declaration] of text.matchAll(/\s*(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)?\s*([^\n]*)\n/g)) {
      const [, kind, name] = /^export declare (?:abstract )?(function|const|class) (\w+)/.exec(declaration) ?? [];
      if (kind === "class") owner = name;
      if (kind !== undefined) docs.set(name, `${docs.get(name) ?? ""}${doc}`);
      const [, secret, member] = /^(private|protected)? ?(?:static |readonly )*(\w+)[(;:?]/.exec(declaration) ?? [];
      if (member === undefined || owner === "" || kind !== undefined || secret !== undefined) continue;
      docs.set(`${owner}.${member}`, doc);
    }
  }
  return { docs };
}

const own = (name: string): string[] => name.replaceAll("()", "").split(".");

/** True for what no reader sees: a member that is not declared, a constructor of that kind, and the constructor of an error. */
export function isHidden({ name, of }: Target, { docs }: Declared): boolean {
  const parts = own(name);
  const member = of === "class" ? `${parts.at(-1)}.constructor` : parts.slice(-2).join(".");
  if (docs.get(member)?.includes("@internal")) return true;
  if (of === "class") return /Error$/.test(parts.at(-1) ?? "") || !docs.has(`${parts.at(-1)}.constructor`);
  return of === "member" && !docs.has(parts.slice(-2).join("."));
}

/** The docstring that speaks of a target's results. */
export function docOf({ name }: Target, { docs }: Declared): string {
  const parts = own(name);
  const [owner, last] = [parts.at(-2) ?? "", parts.at(-1) ?? ""];
  // A method's result may be an object of its class, whose fields say what they may be.
  const fields = [...docs].filter(([key]) => key.startsWith(`${owner}.`)).map(([, doc]) => doc);
  return [docs.get(last) ?? "", docs.get(owner) ?? "", ...fields].join("\n");
}

/** What hands back what it was given: series and figures with the caller's numbers, his theorem, his sweep's parameters, the results of his function,
 * a file's numbers. */
const ECHO =
  /^(?:figures\.(?:overlay|restyle|fitFigure)|notebook\.(?:frame|inTurn|show)|simulation\.(?:sweepCells|sweepSpec)|theory\.(?:defineTheorem|register)|transformer\.readCheckpoint)$/;
/** Objects with a state of their own, not results. */
const STATE = ["Random", "CellStore", "ChatClient"];

/** The first number of a result that must not be there, with its place. */
export function wrongNumber(value: unknown, name: string, doc: string, { docs }: Declared = { docs: new Map() }): string | undefined {
  if (ECHO.test(name)) return undefined;
  // What every estimator does beyond the range of numbers stands at their interface.
  const [mayBeInfinite, mayBeNaN] = [/Infinity|∞/.test(doc) || /\(\)\.estimate$/.test(name), /NaN/.test(doc)];
  let visits = 0;
  const look = (part: unknown, place: string, depth: number): string | undefined => {
    if (++visits > 5000) return undefined;
    if (typeof part === "number") {
      const allowed = Number.isFinite(part) || (Number.isNaN(part) ? mayBeNaN : mayBeInfinite);
      return allowed ? undefined : `${place || "the result"} is ${part}`;
    }
    if (typeof part !== "object" || part === null || depth > 5 || STATE.includes(part.constructor?.name)) return undefined;
    const list = ArrayBuffer.isView(part) && "length" in part ? Array.from(part as Float64Array).slice(0, 1000) : part;
    const kind = part.constructor?.name;
    for (const [key, field] of Object.entries(list)) {
      // The fields of a class say themselves what they may be.
      if (typeof field === "number" && Number.isNaN(field) && /NaN/.test(docs.get(`${kind}.${key}`) ?? "")) continue;
      const found = look(field, `${place}.${key}`, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return look(value, "", 0);
}

const BUILT_IN = ["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "AggregateError"];
const RULE = / must [\s\S]+, got [\s\S]*/;

/** What is wrong with a refusal; undefined for one in the library's words. */
export function wrongRefusal(error: unknown, { name, speaks }: Target): string | undefined {
  // The caller's own function throws what it likes.
  if (name === "notebook.inTurn") return undefined;
  if (!(error instanceof Error)) return `throws ${String(error)}`;
  const text = `${error.constructor.name}: ${error.message}`;
  // What is wrong with a file, a server or a whole program is told by an error of its own, which names that.
  const own = /^[A-Z]\w*Error$/.test(error.name) && !BUILT_IN.includes(error.name);
  if (own && error.name !== "HypothesisError") return undefined;
  const speaker = /^[\w.]+(?=: )/.exec(error.message)?.[0];
  if (speaker === undefined || (speaks.length > 0 && !speaks.includes(speaker))) return `throws ${text}`;
  return RULE.test(error.message) ? undefined : `throws ${text}`;
}
