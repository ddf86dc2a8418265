import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../dist/core/random.js";
import { meanAndError } from "../../dist/core/statistics.js";
import { gradientDescent } from "../../dist/estimators/gradientDescent.js";
import { Covariance } from "../../dist/model/covariance.js";
import { inputGamma } from "../../dist/model/inputGamma.js";
import type { InputLaw } from "../../dist/model/inputLaw.js";
import { cotError } from "../../dist/simulation/cotError.js";
import { estimatorErrors } from "../../dist/simulation/estimatorErrors.js";
import { simulate } from "../../dist/simulation/simulate.js";
import { promptErrorSampler } from "../../dist/theory/simulatedErrors.js";
import { rotated } from "../theory/paper/support.ts";

const laws: readonly InputLaw[] = [{ kind: "student", degrees: 9 }, { kind: "laplace" }, { kind: "rademacher" }, { kind: "uniform" }];
const tilted = Covariance.diagonal([1, 0.5, 0.25]);

for (const inputs of laws) {
  test(`cotError on ${inputs.kind} inputs is what running whole prompts gives, in every form of the experiment`, async () => {
    const k = 3;
    for (const m of [2, 9]) {
      const gamma = inputGamma({ covariance: tilted, n: 8, inputs });
      const draw = promptErrorSampler({ preconditioner: gamma.inverse(), target: tilted, m, k, inputs, noise: 0.3 });
      const random = Random.seed(4).stream(inputs.kind, m);
      const direct = meanAndError(Array.from({ length: 20_000 }, () => draw(random)));
      const common = { test: tilted, m, steps: k, inputs, noise: 0.3 };
      for (const options of [
        { ...common, train: { covariance: tilted, n: 8 } },
        { ...common, gamma, weights: "drawn" as const },
        { ...common, preconditioner: gamma.inverse() },
      ]) {
        const { curves } = await simulate(cotError(options), { draws: 10_000, seed: 2 });
        const { mean, standardError } = curves[0];
        const z = (mean[k] - direct.mean) / Math.hypot(standardError[k], direct.standardError);
        assert.ok(Math.abs(z) < 4, `m = ${m}: ${mean[k]} and ${direct.mean}, z = ${z}`);
      }
    }
  });
}

test("independent coordinates stay where they are when Γ has other axes", async () => {
  const inputs: InputLaw = { kind: "rademacher" };
  const gamma = rotated([1.4, 0.9, 0.5], 6);
  const draw = promptErrorSampler({ preconditioner: gamma.inverse(), target: tilted, m: 4, k: 2, inputs });
  const random = Random.seed(9);
  const direct = meanAndError(Array.from({ length: 20_000 }, () => draw(random)));
  const { curves } = await simulate(cotError({ test: tilted, m: 4, steps: 2, gamma, inputs }), { draws: 10_000, seed: 3 });
  assert.ok(Math.abs(curves[0].mean[2] - direct.mean) < 4 * Math.hypot(curves[0].standardError[2], direct.standardError));
});

test("estimators meet prompts of the law", async () => {
  const options = { test: tilted, m: 6, steps: 1, estimators: [gradientDescent({ step: 0.5 })] };
  const { curves } = await simulate(estimatorErrors({ ...options, inputs: { kind: "student", degrees: 9 } }), { draws: 20_000, seed: 5 });
  // E ‖(I - S/2) w‖² = d - tr Λ + tr(ΛΓ)/4.
  const gamma = inputGamma({ covariance: tilted, n: 6, inputs: { kind: "student", degrees: 9 } });
  const expected = 3 - tilted.trace + tilted.matrix.mmul(gamma.matrix).trace() / 4;
  assert.ok(Math.abs(curves[0].mean[1] - expected) < 4 * curves[0].standardError[1]);
  const normal = await simulate(estimatorErrors(options), { draws: 200, seed: 5 });
  const named = await simulate(estimatorErrors({ ...options, inputs: { kind: "normal" } }), { draws: 200, seed: 5 });
  assert.deepEqual(named.curves[0].mean, normal.curves[0].mean);
});
