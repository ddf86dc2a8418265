import assert from "node:assert/strict";
import { test } from "node:test";
import * as cot from "cotlab";
import { formulas, points } from "../../dist/live/work.js";
import { LIVE_SETTINGS } from "./settings.ts";

/** The ordinates of a series of a panel, by the beginning of its name. */
function series(kind: Parameters<typeof formulas>[0], panel: number, name: string, values = LIVE_SETTINGS[kind]): (number | null)[] {
  const { drawing } = formulas(kind, values);
  return Array.from(drawing.panels[panel]!.series.find((item) => item.name?.startsWith(name))!.y);
}

function close(found: readonly (number | null)[], expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(found[i]! - value) <= 1e-12 * Math.abs(value), `${i}: ${found[i]}, not ${value}`);
}

const powerLaw = (d: number) => cot.Covariance.diagonal(cot.powerLawSpectrum({ d, exponent: 1, normalise: "trace-d" }));
const ks = cot.core.integers(0, 8);

test("error against steps: bound and exact value are the library's; the simulated means those of simulate, bit by bit", async () => {
  const { n, m } = { n: 12, m: 40 };
  const covariance = powerLaw(6);
  close(
    series("error-against-steps", 0, "bound"),
    ks.map((k) => cot.theory.corollary35Bound({ covariance, n, k })),
  );
  close(
    series("error-against-steps", 0, "exact"),
    ks.map((k) => cot.theory.limitError({ covariance, n, k })),
  );
  const [curve] = (await cot.simulate(cot.cotError({ test: covariance, train: { covariance, n }, m, steps: 8 }), { draws: 300, seed: 3 }))
    .curves;
  const [means] = (await points("error-against-steps", LIVE_SETTINGS["error-against-steps"]))!.series;
  assert.deepEqual(
    Array.from(means!.y),
    Array.from(means!.x, (k) => curve!.mean[k!]),
  );
  const exact = await points("error-against-steps", { ...LIVE_SETTINGS["error-against-steps"], exponent: 0 });
  close(Array.from(exact!.series[0]!.y), Array.from(cot.theory.isotropicErrorCurve({ d: 6, m, n, steps: 8 })));
});

test("overthinking: the error, its least covered direction, coverage and k*", () => {
  const pair = { covariance: powerLaw(6), target: cot.Covariance.diagonal(new Float64Array(6).fill(1)), n: 80 };
  close(
    series("overthinking", 0, "all"),
    ks.map((k) => cot.theory.limitError({ ...pair, k })),
  );
  const weakest = (k: number) => cot.theory.directionContributions({ ...pair, k }).reduce((a, b) => (b.mu > a.mu ? b : a));
  close(
    series("overthinking", 0, "least"),
    ks.map((k) => Math.exp(weakest(k).logError)),
  );
  const { drawing } = formulas("overthinking", LIVE_SETTINGS.overthinking);
  assert.deepEqual(
    drawing.panels[0]!.marks!.map(({ value }) => value),
    [cot.theory.limitBestSteps(pair)].filter((best) => best !== null),
  );
});

test("hardness: a new dimension or exponent begins with the power law; a drawn spectrum stays", () => {
  const settled = (changes: object, changed?: string) => formulas("hardness", { ...LIVE_SETTINGS.hardness, ...changes }, changed).values;
  assert.deepEqual(settled({ d: 3 }, "d").spectrum, [1, 1 / 2, 1 / 3]);
  assert.deepEqual(settled({ exponent: 2 }, "exponent").spectrum, [1, 1 / 4, 1 / 9, 1 / 16]);
  assert.deepEqual(settled({ spectrum: [1, 1, 1, 0.2] }, "spectrum").spectrum, [1, 1, 1, 0.2]);
  const covariance = cot.Covariance.diagonal([1, 1, 1, 0.2]);
  const found = series("hardness", 0, "this", { ...LIVE_SETTINGS.hardness, spectrum: [1, 1, 1, 0.2] });
  close(
    found,
    found.map((_, k) => cot.theory.limitError({ covariance, n: 12, k })),
  );
});

test("task triangle: every cell is the error of its mixture, and shares never exceed the whole", () => {
  const values = LIVE_SETTINGS["task-triangle"];
  const { cells } = formulas("task-triangle", values).drawing.panels[0]!;
  const spectrum = (exponent: number) => cot.powerLawSpectrum({ d: 6, exponent });
  const tasks = [spectrum(0.2), spectrum(0.8), spectrum(0.8).reverse()].map((list) => cot.Covariance.diagonal(list));
  const target = cot.Covariance.diagonal(spectrum(0.5));
  for (const [r, c] of [
    [0, 0],
    [5, 10],
    [15, 3],
  ] as const) {
    const [x, y] = [cells!.columns[c]!, cells!.rows[r]!];
    const weights = [1 - x - y, x, y];
    const lengths = [20, 100, 100];
    close([cells!.values[r]![c]!], [cot.theory.mixtureLimitError({ tasks, weights, lengths, target, k: 4 })]);
  }
  assert.equal(cells!.values[20]![20], null);
  const moved = formulas("task-triangle", { ...values, hardShare: 0.9 }, "hardShare").values;
  assert.ok(Math.abs((moved.reversedShare as number) - 0.1) < 1e-12);
});

test("phase diagram: the edge, the exact mean, and shares of prompts", async () => {
  const { x, y } = formulas("phase-diagram", LIVE_SETTINGS["phase-diagram"]).drawing.panels[0]!.series[0]!;
  close(
    Array.from(x),
    Array.from(y, (n) => cot.theory.criticalTestLength({ d: 8, n: n! })),
  );
  const { series: later, words } = (await points("phase-diagram", LIVE_SETTINGS["phase-diagram"]))!;
  close(Array.from(later[0]!.y), Array.from(cot.theory.isotropicErrorCurve({ d: 8, m: 24, n: 20, steps: 12 })));
  assert.match(words, /Simulated on 200 prompts, seed 3/);
});

test("plane: the path is the chain of thought on the stream's prompt", () => {
  const covariance = cot.Covariance.diagonal([1, 0.1]);
  const prompt = cot.model.samplePrompt({ covariance, n: 30, w: [1, 1] }, cot.Random.seed(3).stream("plane"));
  const path = cot.estimators.chainOfThought({ preconditioner: cot.model.inverseGamma({ covariance, n: 20 }) }).estimate(prompt, 8);
  close(
    series("plane", 0, "steps"),
    path.map((estimate) => estimate[1]!),
  );
});
