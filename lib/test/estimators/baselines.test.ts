import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Estimator } from "../../dist/estimators/estimator.js";
import { gradientDescent, newton } from "../../dist/estimators/gradientDescent.js";
import { conjugateGradient } from "../../dist/estimators/krylov.js";
import { bayesRidge, leastSquares } from "../../dist/estimators/leastSquares.js";
import { chainOfThought, populationNewton } from "../../dist/estimators/preconditionedIteration.js";
import { Covariance } from "../../dist/model/covariance.js";
import { inverseGamma } from "../../dist/model/gamma.js";
import { powerLawSpectrum } from "../../dist/model/spectrum.js";
import { compare } from "../../dist/simulation/compare.js";
import { estimatorErrors } from "../../dist/simulation/estimatorErrors.js";
import { simulate } from "../../dist/simulation/simulate.js";
import type { SimulationResult } from "../../dist/simulation/simulationResult.js";
import { findCurve } from "../support/findCurve.ts";
import { reference } from "../support/lsa.ts";

const n = 20;
const identity = Covariance.diagonal(new Float64Array(10).fill(1));
const tilted = Covariance.diagonal(powerLawSpectrum({ d: 10, exponent: 1 }));

function run(test: Covariance, m: number, steps: number, noise: number, extra: readonly Estimator[] = []): Promise<SimulationResult> {
  const estimators = [chainOfThought({ preconditioner: inverseGamma({ covariance: test, n, noise }) }), conjugateGradient(), ...extra];
  return simulate(estimatorErrors({ test, m, steps, noise, estimators }), { draws: 2000, seed: 9, workers: 1 });
}

/**
 * The expected numbers are means over 2000 prompts of an independent implementation, so their standard error is about ours:
 * the z-score is of a difference of two such means, with half a unit of the last printed digit allowed on top.
 */
function assertMean(result: SimulationResult, name: string, k: number, expected: number, digit: number): void {
  const { mean, standardError, heavyTail } = findCurve(result, name).points[k];
  assert.notEqual(heavyTail, "mean", `${name}, k = ${k}`);
  const excess = Math.max(0, Math.abs(mean - expected) - digit / 2);
  assert.ok(excess <= 4 * Math.SQRT2 * standardError, `${name}, k = ${k}: ${mean} (se ${standardError}), expected ${expected}`);
}

suite("baselines", () => {
  test("noise-free prompts of m = 40, isotropic: chain of thought, gradient descent, conjugate gradients, Newton", async () => {
    const result = await run(identity, 40, 20, 0, [gradientDescent({ step: "1/L" }), newton(), populationNewton({ covariance: identity })]);
    assertMean(result, "chain of thought", 5, 0.172, 0.001);
    assertMean(result, "chain of thought", 10, 0.0186, 0.0001);
    assertMean(result, "gradient descent (1/L)", 5, 0.333, 0.001);
    assertMean(result, "gradient descent (1/L)", 20, 0.003, 0.0001);
    assertMean(result, "conjugate gradients", 3, 0.092, 0.001);
    assertMean(result, "conjugate gradients", 5, 0.0027, 0.0001);
    const exact = reference("iso_exact:d=10,m=40,n=20,k=5").value[0];
    const { mean, standardError } = findCurve(result, "chain of thought").points[5];
    assert.ok(Math.abs(mean - exact) <= 4 * standardError);
    assert.ok(findCurve(result, "Newton").mean[1] < 1e-20);
    // Newton with the population's Hessian diverges for m < 5.83 d = 58: its mean is gone, its median is not.
    const divergent = findCurve(result, "population Newton").points[5];
    assert.notEqual(divergent.heavyTail, "none");
    assert.ok(
      divergent.median.low <= 0.34 && divergent.median.high >= 0.3,
      `median in [${divergent.median.low}, ${divergent.median.high}]`,
    );
    assert.ok(divergent.mean > 1);
  });

  test("noise-free prompts of m = 40, λ ∝ 1/i: chain of thought beats gradient descent, conjugate gradients beat both", async () => {
    const result = await run(tilted, 40, 5, 0, [gradientDescent({ step: "1/L" })]);
    assertMean(result, "chain of thought", 5, 0.334, 0.001);
    assertMean(result, "gradient descent (1/L)", 5, 2.23, 0.01);
    assertMean(result, "conjugate gradients", 5, 0.044, 0.001);
  });

  test("label noise 0.5, isotropic: nothing beats Bayes ridge; stopping early acts as ridge", async () => {
    const extra = [leastSquares(), bayesRidge({ noise: 0.5 })];
    const long = await run(identity, 40, 22, 0.5, extra);
    assertMean(long, "Bayes ridge", 1, 0.0858, 0.0001);
    assertMean(long, "least squares", 1, 0.0869, 0.0001);
    assertMean(long, "chain of thought", 22, 0.0867, 0.0001);
    const { mean, standardError } = findCurve(long, "least squares").points[1];
    assert.ok(Math.abs(mean - (0.25 * 10) / (40 - 10 - 1)) <= 4 * standardError, "σ² d/(m - d - 1), the inverse-Wishart mean");

    const short = await run(identity, 20, 6, 0.5, extra);
    assertMean(short, "Bayes ridge", 1, 0.263, 0.001);
    assertMean(short, "least squares", 1, 0.278, 0.001);
    assertMean(short, "conjugate gradients", 5, 0.336, 0.001);
    const deficient = await run(identity, 8, 6, 0.5, extra);
    assertMean(deficient, "Bayes ridge", 1, 2.72, 0.01);
    for (const result of [long, short, deficient]) {
      const bayes = findCurve(result, "Bayes ridge");
      for (const curve of result.curves) {
        if (curve === bayes) continue;
        compare(curve, bayes).forEach((difference, k) => {
          // At k = 0 every estimate is 0, and nothing can be compared.
          if (k > 0)
            assert.ok(
              difference.mean > -4 * difference.standardError,
              `${curve.name}, k = ${k}: ${difference.mean} (se ${difference.standardError})`,
            );
        });
      }
    }
  });
});
