/** @file A sweep's specification: one experiment, fixed parameters, and a grid of others. Plain JSON, checked as a whole. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { MOST_VALUES } from "../engine";
import { kindOfModule } from "../userModule";
import { type CellParams, findSweepable, type Json, moduleSweep, type Sweepable } from "./sweepable";

/** Whether cells draw from the same random streams, or each from its own. */
export type StreamMode = "common" | "independent";

/** A checked specification. */
export interface SweepSpec {
  /** Names the results' folder. */
  readonly name: string;
  /** The JSON it was read from: it goes with every result. */
  readonly source: { readonly [key: string]: Json };
  /** What is run. */
  readonly sweepable: Sweepable;
  /** SHA-256 of the module's file, for an experiment of the user's own. Files that it loads are not covered. */
  readonly moduleHash?: string;
  /** Draws a cell; undefined for a prediction. */
  readonly draws?: number;
  /** The seed of all cells; undefined for a prediction. */
  readonly seed?: number | string;
  /** Whether cells share their random streams; default "common". */
  readonly streams: StreamMode;
  /** Parameters with one value. */
  readonly fixed: CellParams;
  /** Parameter by parameter, in the order of the file; the last one varies fastest. */
  readonly grid: readonly (readonly [name: string, values: readonly Json[]])[];
}

/** One point of the grid. */
export interface SweepCell {
  /** Its place in the grid, from 0. */
  readonly index: number;
  /** Its values of the grid's parameters, in the grid's order. */
  readonly values: readonly Json[];
  /** All parameters, defaults included. */
  readonly params: CellParams;
  /** Stands for all that its result depends on but the library's build; the same in any grid that holds this point. */
  readonly fingerprint: string;
}

/** Raised when the fingerprint's own form changes. The build of the library stands in the cell's file, see `libraryBuild`. */
const FORMAT = "cotlab-sweep-2";
const KEYS = ["name", "about", "experiment", "module", "export", "seed", "draws", "streams", "fixed", "grid"];
const MOST_CELLS = 1_000_000;
/** Characters of a value in a cell's label. */
const LABEL = 60;
const check: Checks = new Checks("sweepSpec");

function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON with sorted keys: equal values give equal texts. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(",")}]`;
  if (isObject(value)) {
    const entries = Object.keys(value).sort();
    return `{${entries.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

function chosenSweepable(spec: { readonly [key: string]: Json }, folder: string): Pick<SweepSpec, "sweepable" | "moduleHash"> {
  const { experiment, module, export: exported = "experiment" } = spec;
  if ((experiment === undefined) === (module === undefined))
    check.fail("the file", "an object with either experiment or module", experiment ?? module);
  if (module === undefined) {
    if (spec.export !== undefined) check.fail("export", "given with module only", spec.export);
    return { sweepable: findSweepable(experiment) };
  }
  if (typeof module !== "string" || typeof exported !== "string") check.fail("module", "a path, and export a name", module);
  const path = resolve(folder, module);
  if (!existsSync(path)) check.fail("module", "the path of a file, relative to the specification", module);
  kindOfModule(check, path, exported);
  return { sweepable: moduleSweep(path, exported), moduleHash: createHash("sha256").update(readFileSync(path)).digest("hex") };
}

function checkNames({ parameters }: Sweepable, section: string, values: object): void {
  // What a module takes is its own business.
  const known = parameters.length === 0 ? Object.keys(values) : parameters.map(({ name }) => name);
  check.record(section, values, known);
}

/**
 * Checks a specification, whose keys data/sweeps/README.md explains.
 * @param value parsed JSON
 * @param folder where a module's path starts from: the specification's own folder
 * @param everyCell whether the values of every cell are tried, so that a wrong one is found now and not after hours; default true
 * @throws RangeError or TypeError naming what is unknown, missing or out of range
 * @origin ours
 * @example
 * const json = { name: "a", experiment: "limit-error", fixed: { d: 2, steps: 1 }, grid: { "train.n": [6, 9] } };
 * cot.simulation.sweepSpec(json, ".").grid; // => [["train.n", [6, 9]]]
 */
export function sweepSpec(value: unknown, folder: string, everyCell = true): SweepSpec {
  check.text("folder", folder);
  if (!isObject(value)) check.wrongKind("the file", "a JSON object", value);
  check.record("the file", value, KEYS);
  const { name, seed, draws, streams = "common", fixed = {}, grid = {} } = value;
  check.name("name", name);
  const chosen = chosenSweepable(value, folder);
  const { sweepable } = chosen;
  if (sweepable.simulated) {
    check.integer("draws", draws, 2);
    if (typeof seed !== "string" || seed === "") check.integer("seed", seed, 0);
  } else {
    for (const [key, value] of Object.entries({ draws, seed }))
      if (value !== undefined) check.fail(key, `left out, as ${sweepable.name} is computed and not simulated`, value);
  }
  check.oneOf("streams", streams, ["common", "independent"]);
  if (!isObject(fixed)) check.wrongKind("fixed", "an object of parameters", fixed);
  if (!isObject(grid)) check.wrongKind("grid", "an object of lists", grid);
  checkNames(sweepable, "fixed", fixed);
  checkNames(sweepable, "grid", grid);
  let cells = 1;
  for (const [key, values] of Object.entries(grid)) {
    if (!Array.isArray(values) || values.length === 0) check.fail(`grid.${key}`, "a non-empty list of values", values);
    if (key in fixed) check.fail(key, "given in fixed or in grid", "both");
    const texts = values.map((item: Json) => canonicalJson(item));
    const twice = texts.find((text, i) => texts.indexOf(text) !== i);
    if (twice !== undefined) check.fail(`grid.${key}`, "a list without repetitions", twice);
    cells *= values.length;
  }
  if (cells > MOST_CELLS) check.fail("grid", `of at most ${MOST_CELLS} cells`, cells);
  for (const { name: needed, default: standard } of sweepable.parameters)
    if (standard === undefined && !(needed in fixed) && !(needed in grid))
      check.fail(needed, `given, in fixed or in grid: ${sweepable.name} needs it`, undefined);
  const spec: SweepSpec = {
    name,
    source: value,
    ...chosen,
    ...(sweepable.simulated ? { draws: draws as number, seed: seed as number | string } : {}),
    streams,
    fixed,
    grid: Object.entries(grid) as [string, Json[]][],
  };
  if (everyCell && sweepable.parameters.length > 0) for (const cell of inNameOf(check.fn, () => sweepCells(spec))) tryCell(spec, cell);
  return spec;
}

/** @throws the error of a cell's values, with the cell named */
function tryCell(spec: SweepSpec, cell: SweepCell): void {
  try {
    const work = spec.sweepable.make(cell.params);
    const { width = 1 } = "experiment" in work ? work : {};
    const { draws = 1 } = spec;
    if (draws * width > MOST_VALUES) check.fail("draws", `<= ${Math.floor(MOST_VALUES / width)} for ${width} values a draw`, draws);
  } catch (error) {
    throw nameCell(spec, cell, error);
  }
}

/** The error with its cell named; its kind and its place in the code stay. */
export function nameCell(spec: SweepSpec, cell: SweepCell, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message, stack } = error;
  error.message = `${message} (cell ${cell.index}: ${cellLabel(spec, cell)})`;
  if (stack !== undefined) error.stack = stack.replace(message, () => error.message);
  return error;
}

/**
 * All points of the grid, the last parameter varying fastest; a grid without parameters has one.
 * @param spec of {@link sweepSpec}
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * const json = { name: "a", experiment: "limit-error", fixed: { d: 2 }, grid: { "train.n": [6, 9], steps: [1, 2] } };
 * cot.simulation.sweepCells(cot.simulation.sweepSpec(json, ".")).map(({ values }) => values); // => [[6, 1], [6, 2], [9, 1], [9, 2]]
 */
export function sweepCells(spec: SweepSpec): SweepCell[] {
  argumentsOf("sweepCells", spec, "spec");
  const check: Checks = new Checks("sweepCells");
  checkSpec(check, spec);
  return check.made("spec", "one that sweepSpec made", spec, () => cellsOf(spec));
}

function cellsOf(spec: SweepSpec): SweepCell[] {
  const defaults = spec.sweepable.parameters.filter((parameter) => parameter.default !== undefined);
  const base = { ...Object.fromEntries(defaults.map((parameter) => [parameter.name, parameter.default!])), ...spec.fixed };
  const about = {
    format: FORMAT,
    experiment: spec.moduleHash ?? spec.sweepable.name,
    ...(spec.draws === undefined ? {} : { draws: spec.draws, seed: spec.seed!, streams: spec.streams }),
  };
  let points: Json[][] = [[]];
  for (const [, choices] of spec.grid) points = points.flatMap((point) => choices.map((choice) => [...point, choice]));
  return points.map((values, index) => {
    const params: CellParams = { ...base, ...Object.fromEntries(spec.grid.map(([name], axis) => [name, values[axis]])) };
    const hash = createHash("sha256").update(canonicalJson({ ...about, params }));
    return { index, values, params, fingerprint: hash.digest("hex").slice(0, 24) };
  });
}

/** Throws unless a value is what {@link sweepSpec} made. */
export function checkSpec(check: Checks, spec: SweepSpec): void {
  if (!Array.isArray(spec?.grid) || !isObject(spec.fixed) || !isObject(spec.sweepable))
    check.wrongKind("spec", "one that sweepSpec made", spec);
  spec.grid.forEach((axis: unknown, i) => {
    check.list(`spec.grid[${i}]`, axis);
    check.list(`spec.grid[${i}][1]`, axis[1]);
  });
  if (!Array.isArray(spec.sweepable.parameters) || typeof spec.sweepable.make !== "function")
    check.wrongKind("spec.sweepable", "an experiment that sweepSpec found", spec.sweepable);
}

/** A cell for people: "m = 20, train.n = 10"; long values are cut. */
export function cellLabel(spec: SweepSpec, cell: SweepCell): string {
  const short = (text: string): string => (text.length > LABEL ? `${text.slice(0, LABEL - 3)}...` : text);
  return spec.grid.map(([name], axis) => `${name} = ${short(canonicalJson(cell.values[axis]))}`).join(", ") || "the only cell";
}

/** Which cells one of several machines does: those with index ≡ i modulo N. */
export interface Shard {
  /** i, from 0. */
  readonly index: number;
  /** N. */
  readonly count: number;
}

/** Reads "i/N", i from 0. */
export function shardOf(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || count < 1 || index >= count) check.fail("shard", "i/N with 0 <= i < N, such as 0/4", text);
  return { index, count };
}
