import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { HypothesisError } from "../../../dist/core/check.js";
import { Random } from "../../../dist/core/random.js";
import { rollout } from "../../../dist/model/chainOfThought.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { gammaMatrix } from "../../../dist/model/gamma.js";
import { structuredParameters } from "../../../dist/model/linearSelfAttention.js";
import { samplePrompt } from "../../../dist/model/prompt.js";
import { newtonDistance, pseudoNewtonClosedForm, pseudoNewtonStep, stepsOfPaperIndex } from "../../../dist/theory/paper/proposition32.js";
import { assertClose, Lambda, power, rotated, Sigma, spectra } from "./support.ts";

const momentOf = (X: Matrix) => X.mmul(X.transpose()).div(X.columns);

function assertVector(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++)
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance * scale, `entry ${i}: ${actual[i]} against ${expected[i]}`);
}

test("the layer's chain of thought, the recursion and the closed form are one, for random tasks, lengths and starts", () => {
  fc.assert(
    fc.property(
      spectra({ maxD: 5, decades: 3, deficient: true }),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 0, max: 6 }),
      fc.nat(10_000),
      fc.boolean(),
      (spectrum, n, m, k, seed, fromZero) => {
        const d = spectrum.length;
        const covariance = rotated(spectrum, seed);
        const random = Random.seed(seed);
        const prompt = samplePrompt({ covariance: power(d, 1), n: m }, random.stream("prompt"));
        const start = fromZero ? new Float64Array(d) : random.stream("start").fillNormal(new Float64Array(d));
        const preconditioner = gammaMatrix({ covariance, n }).apply((gamma) => 1 / gamma);
        let estimate = start;
        for (let step = 0; step < k; step++) estimate = pseudoNewtonStep(prompt, preconditioner, estimate);
        const closed = pseudoNewtonClosedForm({ preconditioner, moment: momentOf(prompt.X), w: prompt.w, k, start });
        // Both carry the rounding of (1 + ‖AS‖)^k.
        const growth = (1 + preconditioner.mmul(momentOf(prompt.X)).norm("frobenius")) ** k;
        assertVector(closed, estimate, 1e-13 * growth);
        const parameters = structuredParameters({ V31: preconditioner.clone().div(-1.7), c: 1.7 });
        assertVector(rollout(prompt, parameters, { steps: k, start })[k], estimate, 1e-13 * growth);
      },
    ),
    { seed: 21, numRuns: 200 },
  );
});

test("k steps from a start called w_1 = 0 end at the paper's w_{k+1}, and from w_0 = 0 they do not", () => {
  const prompt = samplePrompt({ covariance: Sigma, n: 5 }, Random.seed(3));
  const preconditioner = gammaMatrix({ covariance: Lambda, n: 9 }).apply((gamma) => 1 / gamma);
  const closed = (k: number) => pseudoNewtonClosedForm({ preconditioner, moment: momentOf(prompt.X), w: prompt.w, k });
  // The paper's recursion, its own index: paper[1] = 0, paper[i + 1] = step(paper[i]).
  const paper: Float64Array[] = [new Float64Array(0), new Float64Array(3)];
  for (let i = 1; i <= 4; i++) paper[i + 1] = pseudoNewtonStep(prompt, preconditioner, paper[i]);
  for (let k = 0; k <= 4; k++) {
    assertVector(paper[k + 1], closed(k), 1e-11);
    assert.equal(stepsOfPaperIndex(k + 1), k);
  }
  const firstStep = paper[2];
  assert.ok(
    firstStep.some((value, i) => Math.abs(value - closed(0)[i]) > 0.01),
    "one step differs from exponent 0",
  );
  assert.throws(() => stepsOfPaperIndex(0), { message: /stepsOfPaperIndex: index must be an integer >= 1, got 0/ });
});

test("with the exact inverse Hessian one step is Newton's method and finds w", () => {
  const prompt = samplePrompt({ covariance: Sigma, n: 8 }, Random.seed(4));
  const hessian = Covariance.fromMatrix(momentOf(prompt.X));
  const newton = hessian.apply((value) => 1 / value);
  assertVector(pseudoNewtonStep(prompt, newton, [0, 0, 0]), prompt.w, 1e-10);
});

test("Γ^-1 is within (1+H)/(n+1+H) of Newton's method for Λ, and tends to Λ^-1 only for n >> 1 + H", () => {
  for (const covariance of [power(6, 1), Lambda]) {
    const hard = covariance.trace / covariance.lambdaMin;
    for (const n of [1, 10, 1000, 1_000_000]) {
      const { contraction, inverseDistance } = newtonDistance({ covariance, n, hessian: covariance });
      assertClose(contraction, (1 + hard) / (n + 1 + hard), 1e-12);
      assert.ok(inverseDistance > 0 && inverseDistance <= contraction * (1 + 1e-12));
    }
  }
});

test("the Hessian of a short prompt's loss is S, far from Λ, and singular for m < d", () => {
  const random = Random.seed(5);
  const moment = (m: number) => Covariance.fromMatrix(momentOf(samplePrompt({ covariance: Sigma, n: m }, random.stream(m)).X));
  const far = newtonDistance({ covariance: Sigma, n: 1_000_000, hessian: moment(4) });
  const near = newtonDistance({ covariance: Sigma, n: 1_000_000, hessian: moment(100_000) });
  assert.ok(near.inverseDistance < 0.02 && near.contraction < 0.02);
  assert.ok(far.inverseDistance > 10 * near.inverseDistance);
  assert.throws(
    () => newtonDistance({ covariance: Sigma, n: 10, hessian: moment(2) }),
    (error: unknown) =>
      error instanceof HypothesisError && error.result === "Proposition 3.2" && /hessian must be positive definite/.test(error.message),
  );
});

test("bad arguments are named", () => {
  const prompt = samplePrompt({ covariance: Sigma, n: 5 }, Random.seed(3));
  const preconditioner = Matrix.eye(3, 3);
  const moment = momentOf(prompt.X);
  assert.throws(() => pseudoNewtonStep(prompt, preconditioner, [0, 0]), {
    message: /pseudoNewtonStep: estimate must be an array of 3 finite numbers/,
  });
  assert.throws(() => pseudoNewtonStep(prompt, Matrix.eye(2, 2), [0, 0, 0]), {
    message: /pseudoNewtonStep: preconditioner must be a 3x3 Matrix/,
  });
  assert.throws(() => pseudoNewtonClosedForm({ preconditioner, moment, w: [1, 2, Number.NaN], k: 1 }), {
    message: /pseudoNewtonClosedForm: w\[2\] must be a finite number, got NaN/,
  });
  assert.throws(() => pseudoNewtonClosedForm({ preconditioner, moment, w: prompt.w, k: -1 }), {
    message: /k must be an integer >= 0, got -1/,
  });
  assert.throws(() => pseudoNewtonClosedForm({ preconditioner: Matrix.eye(3, 3, 1e9), moment, w: prompt.w, k: 100 }), {
    message: /the estimate must be finite/,
  });
});
