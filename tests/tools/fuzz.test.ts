/** @file The fuzz drivers: damaged files, random programs, and what is called a fault. `npm run fuzz` makes as many as one likes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SimplexQpError } from "../../lib/dist/optimize/qpResult.js";
import { simplexQp } from "../../lib/dist/optimize/simplexQp.js";
import { fuzz, nothingDone } from "../../tools/fuzz/drive.ts";
import { wrongNumber, wrongRefusal } from "../../tools/fuzz/judge.ts";
import { type KillReport, longCommands } from "../../tools/fuzz/kills.ts";
import { drawProgram, exactCertificate, tryPrograms } from "../../tools/fuzz/programs.ts";
import { root } from "../../tools/workspace.mjs";

const none = (faults: readonly object[]) =>
  assert.ok(
    faults.length === 0,
    `${faults.length} faults\n${faults
      .slice(0, 30)
      .map((fault) => JSON.stringify(fault))
      .join("\n")}`,
  );

test("public functions answer with numbers or refuse in words, whatever they are given", async () => {
  const state = await fuzz(nothingDone("functions", 1), 10_000);
  none(state.faults);
  assert.ok(state.names.length > 390, `${state.names.length} names`);
  // These need a server or a trained model; their own tests give them what they do not expect.
  const served = /^(?:evaluation|transformer)\.|Error$|^diagnostic\.writeDiagnosisFigures$/;
  assert.deepEqual(
    state.without.filter((name) => !served.test(name)),
    [],
  );
});

test("damaged feature files are read right or refused", async () => {
  const state = await fuzz(nothingDone("files", 1), 600);
  none(state.faults);
  assert.ok(state.memory < 300e6, `${state.memory} bytes`);
});

test("a damaged run length, which would fill memory for ever, is given up after ten seconds", async () => {
  const state = await fuzz({ ...nothingDone("files", 1), upTo: 3465 }, 3466);
  none(state.faults);
  assert.deepEqual(
    Object.values(state.tallies).map(({ refused }) => refused),
    [1],
  );
});

test("random programs have the certificates that exact arithmetic gives them", () => {
  const { faults, optimal } = tryPrograms(2, 0, 200);
  none(faults);
  assert.ok(optimal > 100);
});

/** The first of the drawn programs that has a solution away from the first corner. */
function firstSpread() {
  for (let index = 0; ; index++) {
    const problem = drawProgram(1, index);
    try {
      const result = simplexQp(problem);
      if (result.x[0] < 0.5) return { problem, result };
    } catch (error) {
      if (!(error instanceof SimplexQpError)) throw error;
    }
  }
}

test("the exact certificate tells a worse point and a wrong price", () => {
  const { problem, result } = firstSpread();
  const moved = { ...result, x: result.x.map((_, j) => (j === 0 ? 1 : 0)) };
  assert.ok(Math.abs(exactCertificate(problem, moved).gap) > 1e-6);
  const off = { ...result, certificate: { ...result.certificate, gap: 1 } };
  assert.ok(exactCertificate(problem, off).gapError > 1e-6);
});

test("a number that is not finite, another speaker and a raw error are faults", () => {
  assert.match(wrongNumber({ a: [1, Number.NaN] }, "x", "") ?? "", /\.a\.1 is NaN/);
  assert.equal(wrongNumber(Number.POSITIVE_INFINITY, "x", "Infinity when it diverges"), undefined);
  const target = { name: "theory.f", of: "function", speaks: ["f"], call: () => 0, seeds: [] } as const;
  assert.equal(wrongRefusal(new RangeError("f: k must be an integer, got 1.5"), { ...target, seeds: [] }), undefined);
  for (const error of [
    new RangeError("g: k must be an integer, got 1"),
    new TypeError("Cannot read properties of undefined"),
    new RangeError("f: no"),
  ])
    assert.match(wrongRefusal(error, { ...target, seeds: [] }) ?? "", /^throws/);
});

test("the stored reports are of runs without a fault", () => {
  const read = (kind: string) => JSON.parse(readFileSync(join(root, "data/fuzz", `${kind}.json`), "utf8"));
  for (const kind of ["programs", "functions", "files"]) none((read(kind) as { faults: object[] }).faults);
  const { commands } = read("kills") as { commands: KillReport[] };
  assert.equal(commands.length, longCommands.length);
  for (const { name, same, met } of commands) assert.ok(same && met >= 10, name);
});
