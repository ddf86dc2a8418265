/** @file The form of every public docstring. `ROOM=theory node tests/tools/docstrings.test.ts` looks at one room and counts what is left. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createConverter } from "tslab/dist/converter.js";
import { printQuickInfo } from "tslab/dist/inspect.js";
import { faults, libraryProgram, type PublicName, publicNames } from "../../tools/docstrings.ts";

/** The public names with incomplete docstrings, a line each. */
function incomplete(folder?: string, chosen: (name: PublicName) => boolean = () => true): { names: number; lines: string[] } {
  const program = libraryProgram(folder);
  const names = publicNames(program, folder).filter(chosen);
  const lines = names.flatMap((name) => {
    const missing = faults(name, program.getTypeChecker());
    return missing.length === 0 ? [] : [`${name.file}:${name.line} ${name.name}: ${missing.join("; ")}`];
  });
  return { names: names.length, lines };
}

test("every public name says what it is, its formula in Unicode wherever there is one in LaTeX, its parameters, its origin, and shows an example", () => {
  const room = process.env.ROOM;
  const { names, lines } = incomplete(undefined, (name) => room === undefined || name.room === room);
  assert.ok(names > (room === undefined ? 500 : 0), `${names} public names in the room ${room}`);
  assert.ok(lines.length === 0, `${lines.length} of ${names} public names have incomplete docstrings\n${lines.join("\n")}`);
});

test("the kernel's Shift+Tab shows the sentence, the formula in Unicode, the fields, and an example; on a field, its words", () => {
  const kernel = createConverter({ isJS: false });
  try {
    const { declOutput } = kernel.convert("", 'import * as cot from "cotlab";\nconst covariance = cot.Covariance.diagonal([1]);');
    const cell = "cot.model.gammaMatrix({ covariance: covariance, n: 3 });";
    const inspect = (word: string): string => printQuickInfo(kernel.inspect(declOutput ?? "", cell, cell.indexOf(word)));
    assert.match(inspect("gammaMatrix"), /\nThe pivot [^\n]*\nΓ = [\s\S]*\n@param params covariance Λ[\s\S]*\/\/ =>/);
    assert.match(inspect("n: 3"), /n: examples in a training prompt/);
    const { candidates } = kernel.complete(declOutput ?? "", "cot.model.gam", 13);
    assert.deepEqual(candidates.slice(0, 2), ["gammaEigenvalues", "gammaMatrix"]);
  } finally {
    kernel.close();
  }
});

test("each part of a docstring is asked for", () => {
  const folder = mkdtempSync(join(tmpdir(), "cotlab-docstrings-"));
  try {
    const whole = `
      /** A thing of parts. */
      export interface Parts {
        /** n: how many. */
        readonly n: number;
        /** σ: how noisy; default 0. */
        readonly noise?: number;
      }
      /**
       * The sum of the parts.
       * s = n + σ
       * $$ s = n + \\sigma $$
       * @param params n >= 0; noise = 0 (σ)
       * @throws RangeError for a negative n
       * @origin ours
       * @example
       * sum({ n: 1 }); // => 1
       */
      export function sum({ n, noise = 0 }: Parts): number {
        if (n < 0) throw new RangeError("n");
        return n + noise;
      }`;
    const variants: readonly (readonly [line: RegExp, by: string, missing: string])[] = [
      [/The sum of the parts\./, "n + σ", "a first sentence in words"],
      [/\* s = n \+ σ\n\s*/, "", "a line in Unicode before the LaTeX"],
      [/\* @param.*\n\s*/, "", "@param params"],
      [/; noise = 0/, "; noise", "noise = default (or noise?) in @param params"],
      [/\* @throws.*\n\s*/, "", "@throws"],
      [/@origin ours/, "@origin Euler", "@origin that begins with paper, ours or standard"],
      [/@origin/, "@see", "one @origin; @origin or {@link} in place of @see"],
      [/\* @example\n.*\n\s*/, "", "@example"],
      [/\/\*\* n: how many\. \*\//, "", "words for n"],
      [/\/\*\* A thing of parts\. \*\//, "", "a docstring"],
    ];
    for (const [i, [line, by]] of variants.entries()) {
      assert.match(whole, line);
      writeFileSync(join(folder, `without${i}.ts`), whole.replace(line, by));
    }
    writeFileSync(join(folder, "whole.ts"), whole);
    const files = ["whole", ...variants.map((_, i) => `without${i}`)];
    writeFileSync(join(folder, "index.ts"), files.map((file) => `export * as ${file} from "./${file}";`).join("\n"));
    const missing = new Map(incomplete(folder).lines.map((text) => [/ (\w+)\./.exec(text)?.[1], text.split(": ").slice(1).join(": ")]));
    assert.deepEqual(missing, new Map(variants.map(([, , words], i) => [`without${i}`, words])));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
