/** @file Shared libraries: where the workspace's Python environments keep them, and the package that calls them. */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Checks } from "../core/check";
import { optionalPackage } from "../core/optionalPackage";

/** A function of a library. Pointers are passed as 64-bit integers, or as the typed array that they point into. */
export type NativeFunction = (...args: never[]) => unknown;

/** The part of koffi that is used. */
export interface Koffi {
  load(path: string): { func(name: string, result: string, parameters: readonly string[]): NativeFunction };
  address(value: ArrayBufferView): bigint;
}

/** The paths in a folder, sorted; none where there is no such folder. */
export function pathsIn(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder, { encoding: "utf8" })
        .sort()
        .map((name) => join(folder, name))
    : [];
}

/** Folders that may hold a Python environment of the workspace: beside any folder above this file and the working directory. */
export function pythonEnvironments(name: string): string[] {
  const found = new Set<string>();
  for (const start of [__dirname, process.cwd()]) {
    for (let folder = start; ; folder = dirname(folder)) {
      found.add(join(folder, name));
      if (dirname(folder) === folder) break;
    }
  }
  return [...found];
}

/** The folders of a Python environment's packages. */
export function sitePackages(environment: string): string[] {
  const versions = pathsIn(join(environment, "lib")).filter((path) => basename(path).startsWith("python"));
  return [join(environment, "Lib"), ...versions].map((lib) => join(lib, "site-packages"));
}

/** A library as an environment variable chooses it: "none" turns it off. */
export interface Choice {
  readonly variable: string;
  readonly off: boolean;
  readonly path: string | undefined;
}

/** What an environment variable says about a library. */
export function choiceOf(variable: string): Choice {
  const text = process.env[variable] || undefined;
  const off = text?.toLowerCase() === "none";
  return { variable, off, path: off ? undefined : text };
}

/**
 * The first of the paths that opens; null where none does, or where koffi is missing.
 * @param what what it must be, for people
 * @throws Error when the library that was chosen cannot be opened
 */
export function openFirst<T>(choice: Choice, what: string, paths: readonly string[], open: (koffi: Koffi, path: string) => T): T | null {
  const list = choice.off ? [] : choice.path ? [choice.path] : paths;
  if (list.length === 0) return null;
  let koffi: Koffi;
  try {
    koffi = optionalPackage<Koffi>(new Checks(choice.variable), "koffi");
  } catch (error) {
    if (choice.path) throw error;
    return null;
  }
  for (const path of list) {
    try {
      return open(koffi, path);
    } catch (error) {
      if (choice.path)
        throw new Error(`${choice.variable}: ${path} cannot be used as ${what}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return null;
}
