import assert from "node:assert/strict";
import { test } from "node:test";
import { refusalTrial } from "../dist/refusalTrial.js";

test("the condition never accepts what diverges, and refuses some of what converges; far from commuting it refuses more", () => {
  const params = { d: 3, lengths: [5, 20, 80, 300], draws: 40, mixtures: 50, seed: 5 };
  const far = refusalTrial({ ...params, floor: 0 });
  const near = refusalTrial({ ...params, floor: 2 });
  assert.equal(far.wronglyAccepted + near.wronglyAccepted, 0);
  assert.ok(far.refused > near.refused);
  assert.ok(far.falselyRefused > 0 && far.falselyRefused <= far.refused);
  assert.equal(far.share.value, far.falselyRefused / far.refused);
  assert.ok(far.share.low < far.share.value && far.share.value < far.share.high);
  assert.deepEqual(refusalTrial({ ...params, floor: 0 }), far);
});

test("arguments outside their domain are named", () => {
  const params = { d: 3, lengths: [5, 20], draws: 2 };
  assert.throws(() => refusalTrial({ ...params, d: 1 }), /refusalTrial: d must be an integer >= 2, got 1/);
  assert.throws(() => refusalTrial({ ...params, draws: 0 }), /refusalTrial: draws/);
  assert.throws(() => refusalTrial({ ...params, lengths: [] }), /refusalTrial: lengths/);
  assert.throws(() => refusalTrial({ ...params, lengths: [5, 0] }), /refusalTrial: lengths\[1\]/);
});
