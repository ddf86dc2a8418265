import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../lib/dist/core/random.js";
import { estimatePreconditioner } from "../../lib/dist/estimators/preconditioner.js";
import { Covariance } from "../../lib/dist/model/covariance.js";
import { inverseGamma } from "../../lib/dist/model/gamma.js";
import { powerLawSpectrum } from "../../lib/dist/model/spectrum.js";
import { nonCommutingError } from "../../lib/dist/theory/finite/nonCommutingError.js";
import { rotated } from "../../lib/test/support/lsa.ts";
import { excessConstant, preconditionerFits } from "../dist/preconditionerFits.js";

const tilted = Covariance.diagonal(powerLawSpectrum({ d: 10, exponent: 1, normalise: "trace-d" }));
const full = rotated([2, 1, 0.5], Random.seed(1));

test("the excess is the difference of two exact one-step errors, drawn or averaged, with a full covariance and noise", () => {
  for (const weights of ["drawn", "averaged"] as const) {
    const params = { covariance: full, n: 8, prompts: 40, noise: 0.5, weights };
    const random = Random.seed(5);
    const errors = [0, 1, 2].map((fit) => {
      const preconditioner = estimatePreconditioner(params, random.stream(fit));
      return nonCommutingError({ preconditioner, target: full, m: 8, k: 1, noise: 0.5 });
    });
    const best = nonCommutingError({ preconditioner: inverseGamma(params), target: full, m: 8, k: 1, noise: 0.5 });
    const { excess } = preconditionerFits({ ...params, draws: 3 }, Random.seed(5));
    const expected = (errors[0] + errors[1] + errors[2]) / 3 - best;
    assert.ok(Math.abs(excess.mean / expected - 1) < 1e-9);
  }
});

test("the excess falls like C/B, with the constant of the sandwich formula", () => {
  for (const weights of ["drawn", "averaged"] as const) {
    const params = { covariance: tilted, n: 20, weights };
    const { excess } = preconditionerFits({ ...params, prompts: 1000, draws: 40 }, Random.seed(2));
    const constant = excessConstant({ ...params, draws: 4000 }, Random.seed(3));
    const se = Math.hypot(excess.standardError, constant.standardError / 1000);
    // The next term is of relative order d/B: one per cent here, to which the tolerance adds nothing.
    assert.ok(Math.abs(excess.mean - constant.mean / 1000) <= 4 * se + 0.02 * excess.mean, `${weights} ${excess.mean} ${constant.mean}`);
  }
});

test("few prompts give fits that diverge, many do not, and averaging over w helps", () => {
  const share = (prompts: number, weights: "drawn" | "averaged") =>
    preconditionerFits({ covariance: tilted, n: 20, prompts, draws: 200, weights }, Random.seed(4)).diverging;
  assert.ok(share(10, "drawn").low > 0.85);
  const some = share(20, "drawn");
  assert.ok(some.low < 0.15 && some.high > 0.15, `${some.low} ${some.high}`);
  assert.equal(share(50, "drawn").value, 0);
  assert.equal(share(10, "averaged").value, 0);
});

test("fewer prompts than directions stall, which is not counted as divergence by rounding alone", () => {
  const { errors } = preconditionerFits({ covariance: full, n: 200, prompts: 1, draws: 20, steps: [3] }, Random.seed(6));
  // Rank one: two directions of three are never corrected.
  assert.ok(errors[0].median.value > 1);
});

test("arguments outside the domain are refused by name", () => {
  const params = { covariance: full, n: 8, prompts: 40 };
  assert.throws(() => preconditionerFits({ ...params, draws: 1 }, Random.seed(1)), /preconditionerFits: draws must be/);
  assert.throws(() => excessConstant({ covariance: full, n: 8, draws: 1 }, Random.seed(1)), /excessConstant: draws must be/);
  assert.throws(
    () => excessConstant({ covariance: full, n: 8, draws: 9, noise: 1, weights: "averaged" }, Random.seed(1)),
    /noise must be 0 for averaged weights/,
  );
});
