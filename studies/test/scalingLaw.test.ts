import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../lib/dist/core/random.js";
import { tridiagonalEigenvalues } from "../../lib/dist/linalg/tridiagonal.js";
import { drawBidiagonal } from "../../lib/dist/model/wishart.js";
import { statusOf } from "../../lib/dist/notebook/verdict.js";
import {
  affordable,
  alignedChain,
  divergingShare,
  edgeRows,
  equalLengths,
  exchangeTable,
  levelLines,
  powerLaw,
  randomExchanges,
  type ScalingLawSetting,
  threeExponents,
} from "../dist/scalingLaw.js";
import { exchangeChecks, shortPromptChecks } from "../dist/scalingLawChecks.js";

const setting: ScalingLawSetting = {
  d: 6,
  exponent: 1,
  lengths: [10, 30],
  steps: 20,
  share: 0.01,
  m: 20,
  n: 10,
  long: 1e5,
  phaseD: 4,
  sizes: [4, 8],
  prompts: 200,
  phasePrompts: 50,
  seed: 3,
};

test("the share of diverging prompts is that of a largest eigenvalue above 2", async () => {
  const [d, n, m, draws] = [8, 30, 12, 400];
  const found = await divergingShare({ covariance: powerLaw(d, 0), n, m, draws, seed: 5 });
  // Another route: eigenvalues of S/γ of other prompts.
  const [diagonal, off] = [new Float64Array(d), new Float64Array(d)];
  let above = 0;
  for (let i = 0; i < draws; i++) {
    drawBidiagonal(Random.seed(6).stream("prompts", i), d, m, diagonal, off);
    tridiagonalEigenvalues(diagonal, off, d);
    if (diagonal[d - 1] / (m * (1 + (d + 1) / n)) > 2) above++;
  }
  const share = above / draws;
  const spread = Math.sqrt((2 * share * (1 - share)) / draws);
  assert.ok(share > 0.2 && share < 0.9);
  assert.ok(Math.abs(found.value - share) <= 4 * spread, `${found.value} against ${share}`);
});

test("whitened prompts of a tilted task diverge as often as the prompts themselves", async () => {
  const covariance = powerLaw(6, 1);
  const [n, m, draws] = [50, 8, 600];
  const whitened = await divergingShare({ covariance, n, m, draws, seed: 1 });
  const curve = await alignedChain(covariance, { n, m, steps: 400, draws, seed: 2 });
  const plain = curve.values(400).filter((error) => !(error <= 6)).length / draws;
  assert.ok(plain > 0.2 && plain < 0.9);
  assert.ok(Math.abs(whitened.value - plain) <= 4 * Math.sqrt((2 * plain * (1 - plain)) / draws), `${whitened.value} against ${plain}`);
});

test("no random exchange takes more steps than (4) allows, and some take as many", () => {
  const found = randomExchanges({ count: 50, seed: 2 });
  assert.ok(found.every(({ exact, enough }) => exact <= enough));
  assert.ok(found.some(({ exact, enough }) => exact === enough));
});

test("level lines are round, a few, and strictly between the ends", () => {
  assert.deepEqual(levelLines(-9.06, 0.94), [-8, -6, -4, -2, 0]);
  for (const [low, high] of [
    [0, 1],
    [-1e-3, 5e-4],
    [0.9, 1],
    [-300, 2],
    [1, 1 + 1e-6],
  ]) {
    const lines = levelLines(low, high);
    assert.ok(lines.length >= 2 && lines.length <= 6, `${low} ${high}: ${lines}`);
    assert.ok(lines.every((line) => line > low && line < high));
  }
  assert.throws(() => levelLines(1, 1), /high must be > low/);
});

test("large matrices get fewer draws, and small numbers of draws stay as they are", () => {
  assert.deepEqual(
    [affordable(2000, 10), affordable(2000, 60), affordable(2000, 300), affordable(10, 300), affordable(19.25, 300)],
    [2000, 500, 40, 10, 19],
  );
  assert.deepEqual(threeExponents({ exponent: 0 }), [0, 1, 2]);
});

test("levels at equal lengths: the floor d - m is never passed", async () => {
  const { runs, rows } = await equalLengths({ ...setting, lengths: [4, 12], steps: 5 });
  assert.equal(rows.length, runs.length);
  for (const { d, level, ratio } of runs) {
    assert.equal(ratio.length, 16);
    assert.ok(ratio.every((value) => value * level >= Math.max(0, d - 4) - 1e-9));
  }
});

test("checks outside their hypotheses are not made, and a false claim fails", async () => {
  const table = exchangeTable(setting);
  const equal = { runs: [{ exponent: 0, d: 10, level: 1, ratio: new Array(61).fill(2) }], rows: [], draws: 2000 };
  const status = (steps: number) =>
    exchangeChecks({ ...setting, steps }, { random: [{ exact: 4, enough: 3 }], table, equal }).map(statusOf);
  assert.deepEqual(status(20), ["fails", "holds", "holds", "fails"]);
  assert.deepEqual(status(2), ["fails", "outside its hypotheses", "holds", "outside its hypotheses"]);
});

test("mean and median on short prompts do what theory says on either side of the edge", async () => {
  for (const m of [4, 60]) {
    const given = { ...setting, d: 24, n: 40, m, prompts: 600 };
    const curve = await alignedChain(powerLaw(24, 0), { n: 40, m, steps: 8, draws: 600, seed: 1 });
    assert.ok(shortPromptChecks(given, curve).every((check) => statusOf(check) !== "fails"));
    const wrong = shortPromptChecks({ ...given, m: 64 - m }, curve).map(statusOf);
    assert.ok(wrong.includes("fails"));
  }
});

test("edge rows give a share at every fraction of m_c", async () => {
  const { rows, near, at } = await edgeRows({ ...setting, sizes: [1, 6] });
  assert.deepEqual([rows.length, near.length, at.length], [2, 2, 2]);
  assert.ok([...near, ...at].every((share) => share >= 0 && share <= 1));
});
