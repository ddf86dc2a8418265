import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { rowMajor } from "../../../dist/linalg/layout.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { matrixLogErrors } from "../../../dist/model/errorPowers.js";
import { gammaMatrix, inverseGamma } from "../../../dist/model/gamma.js";
import { mixtureCoverage } from "../../../dist/selection/coverage.js";
import { cotError } from "../../../dist/simulation/cotError.js";
import { simulate } from "../../../dist/simulation/simulate.js";
import { deterministicEquivalent } from "../../../dist/theory/finite/deterministicEquivalent.js";
import { inverseLengthExpansion } from "../../../dist/theory/finite/inverseLengthExpansion.js";
import { nonCommutingError } from "../../../dist/theory/finite/nonCommutingError.js";
import { largestStepEigenvalue, typicalBehaviour } from "../../../dist/theory/finite/typicalBehaviour.js";
import { criticalLength, criticalLengths } from "../../../dist/theory/paper/criticalLength.js";
import { limitBehaviour, limitError, overthinkingSpectrum, traceRelation } from "../../../dist/theory/paper/overthinking.js";
import { optimalV } from "../../../dist/theory/paper/theorem31.js";
import { oneStepError } from "../../../dist/theory/paper/theorem33.js";
import { gradientDescent } from "../../../dist/theory/training/gradientDescent.js";
import { uncoveredError } from "../../../dist/theory/training/uncoveredError.js";
import { assertClose } from "../../support/reference.ts";
import { rotated } from "./support.ts";

const straight = { covariance: Covariance.diagonal([1, 0.4, 0]), target: Covariance.diagonal([0.8, 0.5, 0.3]), n: 50 };
const pairs = [
  straight,
  { covariance: Covariance.diagonal([1, 0.6, 0, 0]), target: rotated([0.9, 0.7, 0.5, 0.2], 4), n: 30 },
  { covariance: rotated([1, 0.5, 0, 0.2], 6), target: rotated([0.9, 0.4, 0.2, 0.6], 7), n: 12 },
  { covariance: rotated([1, 0.5, 0], 6), target: rotated([0.9, 0.4, 0.2], 6), n: 12 },
  { covariance: rotated([1, 0.5, 0], 3), target: Covariance.diagonal([1, 0.4, 0]), n: 9, noise: 0.5 },
];

test("the layer is what gradient descent from 0 reaches, in every function that has it", () => {
  for (const { covariance, n, ...pair } of pairs) {
    const noise = "noise" in pair ? pair.noise : 0;
    const { V31 } = gradientDescent({ covariance, n, noise, c: 1, step: 0.5, steps: 20_000 });
    const A = inverseGamma({ covariance, n, noise });
    assert.ok(Matrix.add(V31, A).norm("frobenius") < 1e-10);
    assert.ok(Matrix.add(optimalV({ covariance, n, noise, c: 1 }), A).norm("frobenius") < 1e-12);
  }
});

test("errors, growth and the spectrum are those of its powers", () => {
  for (const params of pairs) {
    const { covariance, target } = params;
    const { d } = covariance;
    const powers = matrixLogErrors(rowMajor(inverseGamma(params)), rowMajor(target.matrix), d);
    for (const k of [0, 1, 2, 7, 40]) assertClose(limitError({ ...params, k }), Math.exp(powers(k)), 1e-9, `k = ${k}`);
    assertClose(oneStepError({ ...params, m: Number.POSITIVE_INFINITY }), Math.exp(powers(1)), 1e-9);
    const { behaviour, growth } = limitBehaviour(params);
    assert.equal(behaviour, "stalls");
    assertClose(growth, 1, 1e-12);
    assert.ok(Math.abs(overthinkingSpectrum(params)[d - 1]) < 1e-12);
    const { logTrace, logError, logUpper } = traceRelation({ ...params, k: 3 });
    assert.ok(logTrace <= logError + 1e-9 && logError <= logUpper + 1e-9);
  }
});

test("the example: 1.0775 after one step and 1.00000003 after six, where the inverse of Γ would give 7e11", () => {
  assertClose(limitError({ ...straight, k: 1 }), 1.0775, 1e-4);
  assertClose(limitError({ ...straight, k: 6 }) - 1, 3e-8, 0.2);
  const whole = gammaMatrix(straight).inverse();
  assert.ok(matrixLogErrors(rowMajor(whole), rowMajor(straight.target.matrix), 3)(6) > Math.log(1e11));
});

test("the limit of thinking is the uncovered part and what it leaks: d - r + ‖Σ_PP⁻¹ Σ_PU‖²", () => {
  const { covariance, target, n } = pairs[1];
  const block = target.matrix.subMatrix(0, 1, 0, 1);
  const determinant = block.get(0, 0) * block.get(1, 1) - block.get(0, 1) ** 2;
  const inverse = new Matrix([
    [block.get(1, 1), -block.get(0, 1)],
    [-block.get(0, 1), block.get(0, 0)],
  ]).div(determinant);
  const leak = inverse.mmul(target.matrix.subMatrix(0, 1, 2, 3)).norm("frobenius") ** 2;
  assertClose(limitError({ covariance, target, n, k: 5000 }), 2 + leak, 1e-10);
  for (const params of pairs) assertClose(uncoveredError(params), limitError({ ...params, k: 20_000 }), 1e-9);
  assert.equal(uncoveredError({ covariance: target, target: target.scale(4), n: 1e6 }), Number.POSITIVE_INFINITY);
  assert.equal(uncoveredError({ covariance: target, n: 9 }), 0);
  assert.equal(uncoveredError({ covariance: Covariance.diagonal([1, 0.5, 0]), target: Covariance.diagonal([1, 0, 1]), n: 9 }), 2);
});

test("no length diverges where there are no data, and the covered directions decide", () => {
  assert.equal(criticalLength({ covariance: Covariance.diagonal([1, 0]), target: Covariance.diagonal([1, 5]) }), Number.POSITIVE_INFINITY);
  const [covariance, target] = [Covariance.diagonal([1, 0.2, 0]), Covariance.diagonal([1, 1, 4])];
  const straightLength = criticalLength({ covariance, target });
  assertClose(straightLength, 1.4 / 0.3, 1e-12);
  const turned = { covariance: rotated([1, 0.2, 0], 5), target: rotated([1, 1, 4], 5) };
  assertClose(criticalLength(turned), straightLength, 1e-9);
  assert.equal(criticalLengths(turned).filter(({ criticalLength: length }) => Number.isFinite(length)).length, 1);
  assert.equal(limitBehaviour({ ...turned, n: 4 }).behaviour, "stalls");
  assert.equal(limitBehaviour({ ...turned, n: 6 }).behaviour, "diverges");
});

test("finite prompts: the experiment, the expansion and the equivalent agree with the exact error of one and two steps", async () => {
  const { covariance, target, n } = straight;
  const preconditioner = inverseGamma(straight);
  const m = 40;
  const exact = [1, 2].map((k) => nonCommutingError({ preconditioner, target, m, k }));
  const { curves } = await simulate(cotError({ test: target, m, steps: 2, train: { covariance, n } }), { draws: 20_000, seed: 3 });
  for (const k of [1, 2]) assert.ok(Math.abs(curves[0].mean[k] - exact[k - 1]) < 4 * curves[0].standardError[k]);
  const { limit, correction } = inverseLengthExpansion({ ...straight, k: 2 });
  const long = nonCommutingError({ preconditioner, target, m: 1e6, k: 2 });
  assertClose((long - limit) * 1e6, correction, 1e-3);
  // At k = 1 the equivalent leaves out tr((AΣ)²)/m alone.
  const step = preconditioner.mmul(target.matrix);
  assertClose(deterministicEquivalent({ ...straight, m, k: 1 }) + step.mmul(step).trace() / m, exact[0], 1e-9);
});

test("typical prompts and mixtures give the same answer", () => {
  assert.equal(typicalBehaviour({ ...straight, m: 60 }).unseen, 1);
  const S = Covariance.diagonal([1, 0.5, 9]);
  assertClose(largestStepEigenvalue({ covariance: straight.covariance, n: 50, S }), limitLargest(S), 1e-12);
  const { growth } = mixtureCoverage({ tasks: [straight.covariance], target: straight.target, lengths: 50, weights: [1] });
  assertClose(growth, limitBehaviour(straight).growth, 1e-12);
});

function limitLargest(target: Covariance): number {
  return overthinkingSpectrum({ covariance: straight.covariance, n: 50, target })[0];
}
