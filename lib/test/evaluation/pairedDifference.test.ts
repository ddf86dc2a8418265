import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { logGamma } from "../../dist/core/incompleteGamma.js";
import { exactShare, fairTail } from "../../dist/evaluation/exactShare.js";
import { pairedDifference } from "../../dist/evaluation/pairedDifference.js";
import { assertClose } from "../support/reference.ts";

test("exact intervals of a share, and tails of a fair coin, are SciPy's", () => {
  // statsmodels 0.15 proportion_confint(count, total, 2 * tail, "beta")
  for (const [count, total, tail, low, high] of [
    [0, 50, 0.0125, 0, 0.08390987800799045],
    [3, 10, 0.025, 0.06673951117773447, 0.6524528500599973],
    [50, 100, 0.00083, 0.34226194059108545, 0.6577380594089146],
    [199, 200, 0.001, 0.9547713730913805, 0.9999949975108445],
    [1000, 1000, 1e-4, 0.9908319448927676, 1],
  ] as const) {
    const share = exactShare(count, total, tail);
    assertClose(share.low, low, 1e-11);
    assertClose(share.high, high, 1e-11);
  }
  // scipy 1.17 binom.sf(count - 1, total, 0.5), half of statsmodels' mcnemar(exact=True)
  for (const [count, total, share] of [
    [15, 20, 0.020694732666015625],
    [10, 10, 2 ** -10],
    [60, 90, 0.0010301328404815372],
  ] as const)
    assertClose(fairTail(count, total), share, 1e-11);
  assert.equal(fairTail(0, 0), 1);
});

test("intervals of a paired difference are those of the formula with SciPy's limits", () => {
  for (const [gained, lost, problems, tail, low, high] of [
    [20, 6, 200, 0.025, 0.017562526603529367, 0.1246840700846753],
    [0, 0, 100, 0.0125, -0.04287403023843849, 0.04287403023843849],
    [30, 5, 100, 0.001, 0.07128416561417222, 0.41826292474220084],
    // The formula's end is above 0, the sign test (2^-11) does not agree.
    [11, 0, 30, 0.0004, 0, 0.6807559735528277],
    [2, 0, 2, 0.025, -0.7763932022500211, 1],
    [90, 60, 1000, 0.0008, -0.00933097192759514, 0.06968088530581495],
  ] as const) {
    const interval = pairedDifference({ gained, lost, problems, tail });
    assert.equal(interval.difference, (gained - lost) / problems);
    assert.ok(Math.abs(interval.low - low) < 1e-10 && Math.abs(interval.high - high) < 1e-10, JSON.stringify(interval));
  }
});

/** How often the lower end lies above the true difference, over all outcomes. */
function wrongBelow(problems: number, tail: number, p: number, q: number): number {
  const log = (share: number, count: number): number => (count === 0 ? 0 : count * Math.log(share));
  let wrong = 0;
  for (let gained = 0; gained <= problems; gained++) {
    for (let lost = 0; lost <= problems - gained; lost++) {
      if (pairedDifference({ gained, lost, problems, tail }).low <= p - q + 1e-12) continue;
      const same = problems - gained - lost;
      const ways = logGamma(problems + 1) - logGamma(gained + 1) - logGamma(lost + 1) - logGamma(same + 1);
      wrong += Math.exp(ways + log(p, gained) + log(q, lost) + log(1 - p - q, same));
    }
  }
  return wrong;
}

test("over all outcomes of 12 and of 40 problems, an end is wrong no more often than stated", () => {
  for (const [problems, tail, most] of [
    [12, 0.0125, 1],
    [12, 0.00125, 1],
    [40, 0.0125, 1],
    [40, 0.00125, 1.1],
  ] as const) {
    for (const q of [0.01, 0.1, 0.3]) {
      for (const difference of [-0.02, 0, 0.02, 0.2]) {
        const [gain, loss] = difference < 0 ? [q, q - difference] : [q + difference, q];
        const wrong = wrongBelow(problems, tail, gain, loss);
        assert.ok(wrong <= most * tail, `${problems} problems, ${gain} gained, ${loss} lost: ${wrong} for ${tail}`);
      }
    }
  }
});

test("an interval holds the difference, turns round with it, grows with certainty, and leaves 0 only where the sign test does", () => {
  const outcome = fc
    .tuple(fc.nat(300), fc.nat(300), fc.integer({ min: 1, max: 300 }))
    .map(([gained, lost, rest]) => ({ gained, lost, problems: gained + lost + rest }));
  fc.assert(
    fc.property(outcome, fc.double({ min: 1e-6, max: 0.25, noNaN: true }), (counts, tail) => {
      const { difference, low, high } = pairedDifference({ ...counts, tail });
      assert.ok(-1 <= low && low <= difference && difference <= high && high <= 1);
      const turned = pairedDifference({ gained: counts.lost, lost: counts.gained, problems: counts.problems, tail });
      assert.ok(turned.low === 0 - high && turned.high === 0 - low);
      const surer = pairedDifference({ ...counts, tail: tail / 4 });
      assert.ok(surer.low <= low && surer.high >= high);
      if (low > 0) assert.ok(fairTail(counts.gained, counts.gained + counts.lost) <= tail);
    }),
  );
});

test("counts and tails outside the domain are refused", () => {
  assert.throws(
    () => pairedDifference({ gained: 3, lost: 3, problems: 5 }),
    /pairedDifference: lost must be an integer in \[0, 2\], got 3/,
  );
  assert.throws(() => pairedDifference({ gained: 0, lost: 0, problems: 0 }), /problems must be/);
  assert.throws(() => pairedDifference({ gained: 0, lost: 0, problems: 5, tail: 0.6 }), /tail must be/);
  assert.throws(() => pairedDifference(null as never), TypeError);
});
