import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../lib/dist/core/random.js";
import { meanAndError } from "../../lib/dist/core/statistics.js";
import { learnedPreconditioner } from "../../lib/dist/estimators/preconditioner.js";
import { inverseGamma } from "../../lib/dist/model/gamma.js";
import { logLimitError } from "../../lib/dist/theory/paper/overthinking.js";
import { largestStableStep } from "../../lib/dist/theory/paper/theorem31.js";
import { stochasticGradientDescent } from "../../lib/dist/theory/training/stochasticGradientDescent.js";
import { sampledTraining } from "../dist/sampledTraining.js";
import { powerLaw } from "../dist/scalingLaw.js";

test("training on sampled prompts ends where the prediction says, in distance and in excess error", async () => {
  const [covariance, n, batch, steps, runs] = [powerLaw(3, 1), 10, 16, 1500, 40];
  const training = { covariance, n, c: 1 };
  const best = inverseGamma({ covariance, n });
  const ks = [1, 8];
  const predicted = sampledTraining({ covariance, n, prompts: batch * steps, steps: ks, draws: 20_000 }, Random.seed(1).stream("p"));
  const distances: number[] = [];
  const excess = ks.map(() => [] as number[]);
  for (let run = 0; run < runs; run++) {
    const random = Random.seed(2).stream("run", run);
    const { averaged } = await stochasticGradientDescent({ ...training, step: largestStableStep(training) / 4, steps, batch, random });
    const A = learnedPreconditioner({ V31: averaged, c: 1 });
    distances.push(Matrix.sub(A, best).norm("frobenius") / best.norm("frobenius"));
    ks.forEach((k, i) => {
      const step = Matrix.eye(3, 3).sub(A.mmul(covariance.matrix));
      const error =
        Array.from({ length: k })
          .reduce((product: Matrix) => product.mmul(step), Matrix.eye(3, 3))
          .norm("frobenius") ** 2;
      excess[i].push(Math.abs(error / Math.exp(logLimitError({ covariance, n, k })) - 1));
    });
  }
  for (const [found, expected] of [
    // The root mean square, as predicted.
    [distances.map((value) => value ** 2), { ...predicted.distance, mean: predicted.distance.mean ** 2 }],
    ...excess.map((values, i) => [values, predicted.excess[i]] as const),
  ] as const) {
    const { mean, standardError } = meanAndError(found);
    assert.ok(Math.abs(mean - expected.mean) < 4 * standardError + 0.02 * expected.mean, `${mean} ± ${standardError}, ${expected.mean}`);
    assert.ok(standardError < 0.25 * expected.mean, "the comparison is sharp enough to tell the factor 4/3 or k");
  }
});

test("four times the prompts halve what is left", () => {
  const params = { covariance: powerLaw(2, 1), n: 5, steps: [2], draws: 100 };
  const [once, fourTimes] = [100, 400].map((prompts) => sampledTraining({ ...params, prompts }, Random.seed(1).stream("p")));
  assert.ok(Math.abs(once.distance.mean / fourTimes.distance.mean - 2) < 1e-12);
  assert.ok(Math.abs(once.excess[0].mean / fourTimes.excess[0].mean - 2) < 1e-12);
  assert.throws(() => sampledTraining({ ...params, prompts: 0 }, Random.seed(1)), /sampledTraining: prompts must be/);
});
