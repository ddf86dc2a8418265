import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../lib/dist/core/random.js";
import { Covariance } from "../../lib/dist/model/covariance.js";
import { limitError } from "../../lib/dist/theory/paper/overthinking.js";
import {
  affordable,
  directionCurves,
  errorCurve,
  identityCovariance,
  lateSteps,
  nearLine,
  overthinkingFindings,
  pairRelations,
  partsGap,
  raisedTest,
  scaleWindow,
  turnOf,
  windowHolds,
} from "../dist/overthinking.js";
import { promptGrowth } from "../dist/promptGrowth.js";
import { scaleWindows } from "../dist/scaleWindows.js";

const tilted = Covariance.diagonal([1, 2, 3, 4].map((i) => 4 / i / (1 + 1 / 2 + 1 / 3 + 1 / 4)));
const pair = (n: number) => ({ covariance: tilted, target: identityCovariance(4), n });

test("random pairs lie between the trace and its multiple, and diverge exactly when an eigenvalue exceeds 2, in one dimension too", () => {
  for (const d of [1, 2, 5]) {
    const found = pairRelations({ d, pairs: 60 }, Random.seed(1));
    assert.equal(found.outside, 0);
    assert.equal(found.disagreements, 0);
    assert.ok(found.largestBracket <= 1 && found.commutingGap < 1e-12);
    assert.ok(found.exceeding > 0 && found.exceeding < 60, String(found.exceeding));
  }
});

test("the parts of the directions add up to the error at every step", () => {
  const errors = errorCurve(pair(40), 12);
  errors.forEach((error, k) => {
    assert.ok(Math.abs(error / limitError({ ...pair(40), k }) - 1) < 1e-12, String(k));
  });
  assert.equal(directionCurves(pair(40), 12).length, 13);
  assert.ok(partsGap(pair(40), 12) < 1e-12);
});

test("inside a window the error falls and then rises, outside it does not", () => {
  for (const d of [2, 7, 40]) for (const n of [1, 10, 200]) assert.ok(windowHolds({ d, exponent: 1, n }), `d = ${d}, n = ${n}`);
  const { low, high } = scaleWindow({ d: 1, exponent: 1, n: 10 });
  assert.ok(Math.abs(high / low - 1) < 1e-14);
  const near10 = scaleWindows({ d: 10, exponent: 1, lengths: [10, 11] });
  assert.ok(near10.meet && near10.asComputed && near10.separation < 1);
  const far = scaleWindows({ d: 10, exponent: 1, lengths: [10, 20, 30] });
  assert.ok(!far.meet && far.asComputed && far.separation > 1);
});

test("a raised direction turns every length, and late steps leave the rest of the error behind", () => {
  const { target, direction, sigma } = raisedTest(tilted, 10);
  assert.equal(direction, 2);
  const pairs = [10, 20].map((n) => ({ covariance: tilted, target, n }));
  assert.ok(Math.abs(sigma / (2.05 * (tilted.eigenvalues[1]! * 1.1 + 0.4)) - 1) < 1e-12);
  assert.ok(pairs.every((one) => turnOf(one).best !== null));
  const k = lateSteps(pairs, 5);
  assert.ok(k >= 5 && limitError({ ...pairs[1]!, k }) > limitError({ ...pairs[0]!, k }));
});

test("eigenvalue, error and misfit of real prompts tell the same story", () => {
  const growth = promptGrowth({ ...pair(20), m: 8, prompts: 100 }, Random.seed(3));
  assert.equal(growth.disagreements, 0);
  assert.ok(growth.diverging > 0 && growth.diverging < growth.clear && growth.clear <= 100);
});

test("findings name what is there: a critical length, or none", () => {
  const windows = scaleWindows({ d: 4, exponent: 1, lengths: [10, 20] });
  const say = (nc: number) =>
    overthinkingFindings({ nc, pairs: [pair(10)], n: 10, directions: directionCurves(pair(10), 3)[3]!, windows })[0]!;
  assert.match(say(50), /n_c = 50/);
  assert.match(say(Number.POSITIVE_INFINITY), /at every training length/);
});

test("a line ends on the border where its values leave it, and repetitions fit a budget", () => {
  assert.deepEqual(nearLine(1, [1, 1e3, 1e9, 1e9]), { x: [0, 1, 1.5, 2, 3], y: [1, 1e3, 1e6, null, null] });
  assert.deepEqual(nearLine(10, [10, 0, 10]), { x: [0, 0, 1, 2, 2], y: [10, 1e-5, null, 1e-5, 10] });
  assert.deepEqual(nearLine(1, [Number.POSITIVE_INFINITY, 1e-9, 0]), { x: [0, 1, 2], y: [null, null, null] });
  assert.equal(affordable(1000, { operations: 10, budget: 1e6, least: 5 }), 1000);
  assert.equal(affordable(1000, { operations: 1e4, budget: 1e6, least: 5 }), 100);
  assert.equal(affordable(1000, { operations: 1e9, budget: 1e6, least: 5 }), 5);
});
