/** @file `npx cotlab problems`: draws reasoning problems and writes them for fine-tuning. */
import { readFile } from "node:fs/promises";
import { isObject } from "../core/isObject";
import { writeTogether } from "../data/writeTogether";
import { commonestAnswer, difficultyProfile } from "../reasoning/difficultyProfile";
import { DETAILS, type Detail, PROBLEM_KINDS, type Problem, type ProblemKind } from "../reasoning/problem";
import { chatLine, detailInTurn, drawProblemSet, type ProblemSetParams, type ProblemSpec, problemSpec } from "../reasoning/problemSet";
import type { Command } from "./command";
import { Options, parseJson } from "./options";

/** The knobs of each kind of problem: option, and the name in `ProblemSpec`. */
const KNOBS: Readonly<Record<ProblemKind, Readonly<Record<string, string>>>> = {
  gcd: { digits: "digits", numbers: "count", "euclid-steps": "euclidSteps", divisor: "divisor" },
  polynomial: { degree: "degree", size: "size", roots: "roots", denominator: "denominator" },
  arithmetic: { digits: "digits", operation: "operation" },
};
const WORDS: readonly string[] = ["roots", "operation"];
const RANGES: readonly string[] = ["euclid-steps", "divisor"];

const KNOB_OPTIONS: readonly string[] = [...new Set(Object.values(KNOBS).flatMap((knobs) => Object.keys(knobs)))];

/** The options that say which problems are meant; `eval` takes them too. */
export const PROBLEM_OPTIONS: readonly string[] = ["spec", "task", "count", "split", "seed", ...KNOB_OPTIONS];

export const PROBLEM_USAGE = `  --task NAME        gcd, polynomial or arithmetic
  --count N          how many problems
  --split NAME       train, validation or test; a problem is always in the same one (default test)
  --seed N           default 1
  --spec FILE        kinds of problems with their knobs as JSON: {specs: [{kind, ...}], count, split, seed}; count, split and seed may
                     be given besides, and go before the file's
  knobs of gcd: --digits N  --numbers N  --euclid-steps LEAST-MOST  --divisor LEAST-MOST
  knobs of polynomial: --degree N  --size N  --roots integer|rational  --denominator N
  knobs of arithmetic: --digits N  --operation NAME`;

/** The problem set that the options describe. @throws UsageError for options that do not fit together */
export async function problemSetParams(options: Options): Promise<ProblemSetParams & { readonly detail?: number | readonly number[] }> {
  const { values } = options;
  const common = options.given(["count", "seed"], ["split"]);
  if (values.spec !== undefined) {
    const also = ["task", ...KNOB_OPTIONS].filter((name) => values[name] !== undefined);
    if (also.length > 0) options.fail(`--spec must be given without --${also.join(", --")}`);
    return { ...(await readSpec(options, values.spec)), ...common };
  }
  const kind = options.required("task") as ProblemKind;
  if (!PROBLEM_KINDS.includes(kind)) options.fail(`--task must be one of ${PROBLEM_KINDS.join(", ")}, got ${kind}`);
  const spec: Record<string, unknown> = { kind };
  for (const name of KNOB_OPTIONS) {
    const value = values[name];
    if (value === undefined) continue;
    const knob = KNOBS[kind][name];
    if (knob === undefined) options.fail(`--${name} must not be given with --task ${kind}`);
    if (RANGES.includes(name)) {
      const range = /^(\d+)(?:-(\d+))?$/.exec(value);
      if (range === null) options.fail(`--${name} must be a range such as 3-8, got ${value}`);
      spec[knob] = [Number(range[1]), Number(range[2] ?? range[1])];
    } else spec[knob] = WORDS.includes(name) ? value : options.number(name);
  }
  options.required("count");
  return { specs: [spec as unknown as ProblemSpec], split: "test", seed: 1, ...common, count: options.number("count")! };
}

const SPEC_FIELDS: readonly string[] = ["specs", "count", "split", "seed", "detail"];

async function readSpec(options: Options, path: string): Promise<ProblemSetParams & { readonly detail?: number | readonly number[] }> {
  const spec = parseJson(path, await readFile(path, "utf8"));
  const known = isObject(spec) ? spec : {};
  const unknown = Object.keys(known).filter((name) => !SPEC_FIELDS.includes(name));
  if (!Array.isArray(known.specs) || unknown.length > 0) {
    options.fail(`--spec must hold ${SPEC_FIELDS.join(", ")} and nothing else, got ${Object.keys(known).join(", ") || path}`);
  }
  return {
    ...(known as unknown as ProblemSetParams & { readonly detail?: number | readonly number[] }),
    specs: known.specs.map(problemSpec),
  };
}

/** The file of a set and the profile that goes with it. */
function profileText(problems: readonly Problem[], params: ProblemSetParams & { readonly detail: Detail | readonly Detail[] }): string {
  const lines = Object.entries(difficultyProfile(problems)).map(
    ([name, profile]) => `    ${JSON.stringify(name)}: ${JSON.stringify(profile)}`,
  );
  const answer = commonestAnswer(problems);
  return `{\n  "set": ${JSON.stringify(params)},\n  "commonestAnswer": ${JSON.stringify(answer)},\n  "difficulty": {\n${lines.join(",\n")}\n  }\n}\n`;
}

async function problems(args: string[]): Promise<number> {
  const options = new Options("problems", args, { values: [...PROBLEM_OPTIONS, "detail", "out"] });
  const params = await problemSetParams(options);
  const details = [options.numbers("detail") ?? params.detail ?? 2].flat() as Detail[];
  for (const each of details) if (!DETAILS.includes(each)) options.fail(`--detail must be 1, 2 or 3, or several of them, got ${each}`);
  const detail = details.length === 1 ? details[0] : details;
  const drawn = drawProblemSet(params);
  const lines = drawn.map((problem, i) => chatLine(problem, detailInTurn(i, params.specs.length, details), details.length > 1));
  const text = `${lines.join("\n")}\n`;
  const out = options.values.out;
  if (out === undefined) process.stdout.write(text);
  else {
    const { specs, count, split, seed } = params;
    const profile = `${out.replace(/\.jsonl$/, "")}.profile.json`;
    await writeTogether({ [out]: text, [profile]: profileText(drawn, { specs, count, split, seed, detail }) });
    process.stderr.write(`${drawn.length} problems in ${out}, their difficulty in ${profile}\n`);
  }
  return 0;
}

export const command: Command = {
  usage: `usage: npx cotlab problems --task NAME --count N [--split NAME] [--seed N] [knobs] [--detail N] [--out FILE]
       npx cotlab problems --spec FILE [--out FILE]

Draws distinct problems of one split and writes them as chat-format JSONL with solutions, and their difficulty beside it.

${PROBLEM_USAGE}
  --detail N,N,...   how much of the solutions is written out: 1, 2 or 3 (default 2); several take turns, and the question then says
                     which is asked for, so that the length of a chain is set by the asker
  --out FILE         where to; without it, to standard output and without the difficulty`,
  run: problems,
};
