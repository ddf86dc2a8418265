import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../dist/core/random.js";
import { judgeClaim, register } from "../../dist/theory/judgeClaim.js";
import { theorems } from "../../dist/theory/registry.js";
import type { ClaimKind } from "../../dist/theory/theorem.js";

const root = Random.seed(2510);

/** THEOREM=corollary-3.5 runs that result's cases alone; all of them take a minute and more. */
const wanted = process.env.THEOREM;
if (wanted !== undefined) test(`there is a result ${wanted}`, () => assert.ok(theorems.some(({ id }) => id === wanted)));

for (const theorem of theorems.filter(({ id }) => wanted === undefined || id === wanted)) {
  theorem.cases.forEach((_, index) => {
    test(`${theorem.id} keeps its claim (${theorem.kind}), case ${index}`, (context) => {
      const { holds, prediction, mean, standardError, z, draws, effectiveDraws, least, largest } = judgeClaim(theorem, index, {
        random: root.stream(theorem.id, index),
      });
      const line = `predicted ${prediction}, mean ${mean} ± ${standardError} (z = ${z.toFixed(2)}, ${draws} draws, ${Math.round(effectiveDraws)} effective, in [${least}, ${largest}])`;
      context.diagnostic(line);
      assert.ok(holds, line);
    });
  });
}

test("results have distinct names, cases, and every text that a reader needs", () => {
  assert.equal(new Set(theorems.map((theorem) => theorem.id)).size, theorems.length);
  for (const { id, source, statement, paper, ours, cases } of theorems) {
    assert.match(id, /^[a-z0-9.-]+$/);
    for (const text of [source, statement, paper, ours]) assert.ok(text.length > 0, id);
    assert.ok(cases.length > 0, `${id} has no cases`);
  }
});

test("simulate and sampler draw the same numbers, which depend on the stream alone", () => {
  for (const theorem of theorems) {
    const draw = () => theorem.cases[0].sampler()(root.stream("twice", theorem.id));
    assert.equal(draw(), draw(), theorem.id);
  }
});

const raw = { id: "test", source: "test", statement: "test", paper: "test", ours: "test", predict: () => 1 };

/** A claim about draws of mean 1 and standard deviation 0.1. */
function claim(kind: ClaimKind, prediction: number, extra: { everyDraw?: boolean; tolerance?: number } = {}) {
  return register<number>({
    ...raw,
    kind,
    predict: () => prediction,
    simulate: (_, random) => 1 + 0.1 * random.normal(),
    cases: [0],
    ...extra,
  });
}

test("false claims of every kind are found out", () => {
  const holds = (kind: ClaimKind, prediction: number, extra = {}) =>
    judgeClaim(claim(kind, prediction, extra), 0, { random: Random.seed(1), draws: 10_000 }).holds;
  assert.ok(holds("equality", 1) && !holds("equality", 1.006) && !holds("equality", 0.994));
  assert.ok(holds("upper-bound", 1.2) && holds("upper-bound", 1) && !holds("upper-bound", 0.994));
  assert.ok(holds("lower-bound", 0.8) && holds("lower-bound", 1) && !holds("lower-bound", 1.006));
  assert.ok(!holds("upper-bound", 1.2, { everyDraw: true }) && holds("upper-bound", 1.6, { everyDraw: true }));
  assert.ok(!holds("lower-bound", 0.8, { everyDraw: true }) && holds("lower-bound", 0.4, { everyDraw: true }));
  assert.ok(holds("rate", 1.01, { tolerance: 0.01 }) && !holds("rate", 1.02, { tolerance: 0.01 }));
  assert.ok(!holds("dichotomy", 1));
  const coin = register<number>({
    ...raw,
    kind: "dichotomy",
    tolerance: 0.1,
    simulate: (p, random) => (random.uniform() < p ? 1 : 0),
    cases: [0.95, 0.8],
  });
  const judged = [0, 1].map((index) => judgeClaim(coin, index, { random: Random.seed(2), draws: 10_000 }).holds);
  assert.deepEqual(judged, [true, false]);
});
