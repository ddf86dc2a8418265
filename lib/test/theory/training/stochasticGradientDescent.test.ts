import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Matrix } from "ml-matrix";
import { Checks } from "../../../dist/core/check.js";
import { Random } from "../../../dist/core/random.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { embed } from "../../../dist/model/embedding.js";
import { structuredParameters } from "../../../dist/model/linearSelfAttention.js";
import { samplePrompt } from "../../../dist/model/prompt.js";
import { powerLawSpectrum } from "../../../dist/model/spectrum.js";
import { promptLoss, promptLossGradient } from "../../../dist/model/trainingLoss.js";
import { largestStableStep, nearestMinimiser, optimalV } from "../../../dist/theory/paper/theorem31.js";
import { promptGradient } from "../../../dist/theory/training/promptGradient.js";
import { cosineSchedule } from "../../../dist/theory/training/schedule.js";
import { stochasticGradientDescent } from "../../../dist/theory/training/stochasticGradientDescent.js";
import { maxDifference, normalMatrix, rotated } from "../../support/lsa.ts";

const tilted = { covariance: Covariance.diagonal(powerLawSpectrum({ d: 4, exponent: 1 })), n: 20, c: 0.7 };

suite("stochasticGradientDescent", () => {
  test("its reduced gradient is the V31 block of f_LSA's gradient, prompt by prompt", () => {
    const random = Random.seed(31);
    for (const covariance of [Covariance.diagonal([0.2, 1, 0.5]), rotated([1, 0.5, 0.2], random)]) {
      for (const extra of [{}, { noise: 0.6 }, { w0Scale: 1.5 }, { noise: 0.3, w0Scale: 0.5 }] as { noise?: number; w0Scale?: number }[]) {
        const params = { covariance, n: 6, c: -0.8, ...extra };
        const V31 = normalMatrix(random, 3);
        const flat = Float64Array.from(V31.to1DArray());
        const gradient = promptGradient(new Checks("test"), params);
        const [a, b] = [Random.seed(9), Random.seed(9)];
        let sum = Matrix.zeros(3, 3);
        for (let draw = 0; draw < 5; draw++) {
          const loss = gradient.add(flat, a);
          const prompt = samplePrompt({ covariance, n: 6, noise: extra.noise ?? 0 }, b);
          const start = new Float64Array(3);
          if (extra.w0Scale !== undefined)
            b.fillNormal(start).forEach((value, i) => {
              start[i] = value * extra.w0Scale!;
            });
          const E = embed(prompt, start);
          const parameters = structuredParameters({ V31, c: params.c });
          const expected = promptLoss(E, parameters, prompt.w);
          assert.ok(Math.abs(loss / expected - 1) < 1e-12);
          sum = Matrix.add(sum, promptLossGradient(E, parameters, prompt.w).V.subMatrix(4, 6, 0, 2));
        }
        assert.ok(maxDifference(Matrix.from1DArray(3, 3, gradient.sum), sum) < 1e-12 * Matrix.abs(sum).max());
      }
    }
  });

  test("learns V_* from prompts: the last iterate to a few per cent, the average ten times closer", async () => {
    const norm = optimalV(tilted).norm("frobenius");
    const run = await stochasticGradientDescent({
      ...tilted,
      step: 0.1 * largestStableStep(tilted),
      steps: 20_000,
      batch: 32,
      random: Random.seed(1),
    });
    const last = run.distances[run.distances.length - 1] / norm;
    const averaged = run.averagedDistances[run.averagedDistances.length - 1] / norm;
    assert.ok(last > 0.01 && last < 0.06, `last iterate: ${last}`);
    assert.ok(averaged < 0.005, `average: ${averaged}`);
    assert.ok(Math.abs(Matrix.sub(run.averaged, run.target).norm("frobenius") / norm - averaged) < 1e-12);
    assert.equal(run.recorded.length, 101);
    assert.equal(run.recorded[100], 20_000);
    assert.ok(maxDifference(run.target, optimalV(tilted)) === 0);
  });

  test("learns the same V_* with a random ŵ_0 and a falling step, and Γ + σ²/n with label noise", async () => {
    const params = { covariance: rotated([1, 0.6], Random.seed(32)), n: 5, c: 1, w0Scale: 0.7, noise: 0.5 };
    const step = cosineSchedule(0.15 * largestStableStep(params));
    const run = await stochasticGradientDescent({ ...params, step, steps: 6000, batch: 32, random: Random.seed(2) });
    const norm = run.target.norm("frobenius");
    const error = run.distances[run.distances.length - 1] / norm;
    assert.ok(error < 0.02, `last iterate: ${error}`);
    const noiseFree = Matrix.sub(optimalV({ ...params, noise: 0 }), run.target).norm("frobenius") / norm;
    assert.ok(noiseFree > 0.025, `the noise moves the optimum by ${noiseFree}`);
  });

  test("the same stream gives the same run, whatever the progress reports", async () => {
    const params = { ...tilted, step: 0.2, steps: 1500, batch: 16 };
    let reports = 0;
    const onProgress = (done: number, total: number) => {
      reports++;
      assert.ok(done <= total && total === 1500);
    };
    const a = await stochasticGradientDescent({ ...params, random: Random.seed(3), onProgress });
    const b = await stochasticGradientDescent({ ...params, random: Random.seed(3), every: 500 });
    assert.ok(reports >= 1);
    assert.deepEqual(a.V31.to2DArray(), b.V31.to2DArray());
    assert.deepEqual(a.averaged.to2DArray(), b.averaged.to2DArray());
    assert.deepEqual(Array.from(b.recorded), [0, 500, 1000, 1500]);
  });

  test("lets other work run while it trains", async () => {
    const order: string[] = [];
    const run = stochasticGradientDescent({ ...tilted, step: 0.2, steps: 8000, batch: 32, random: Random.seed(4) }).then(() =>
      order.push("run"),
    );
    setImmediate(() => order.push("other"));
    await run;
    assert.deepEqual(order, ["other", "run"]);
  });

  test("an average of weights t follows V_t exactly for one and two steps", async () => {
    const params = { ...tilted, step: 0.2, batch: 4, every: 1 };
    const one = await stochasticGradientDescent({ ...params, steps: 1, random: Random.seed(5) });
    const two = await stochasticGradientDescent({ ...params, steps: 2, random: Random.seed(5) });
    assert.ok(maxDifference(one.averaged, one.V31) < 1e-15);
    const expected = Matrix.add(one.V31, Matrix.mul(two.V31, 2)).mul(1 / 3);
    assert.ok(maxDifference(two.averaged, expected) < 1e-15);
  });

  test("a step that is too long is reported as diverged, in finite numbers", async () => {
    for (const factor of [4, 1e300]) {
      const run = await stochasticGradientDescent({
        ...tilted,
        step: factor * largestStableStep(tilted),
        steps: 5000,
        batch: 8,
        random: Random.seed(6),
      });
      assert.equal(run.diverged, true);
      for (const values of [run.V31.to1DArray(), run.averaged.to1DArray(), run.distances, run.averagedDistances]) {
        assert.ok(Array.from(values).every(Number.isFinite));
      }
    }
  });

  test("bad input is refused", async () => {
    const good = { ...tilted, step: 0.1, steps: 10, batch: 1, random: Random.seed(7) };
    await assert.rejects(stochasticGradientDescent({ ...good, n: Number.POSITIVE_INFINITY }), /n must be an integer >= 1, got Infinity/);
    await assert.rejects(stochasticGradientDescent({ ...good, batch: 0 }), /batch must be an integer >= 1, got 0/);
    await assert.rejects(stochasticGradientDescent({ ...good, steps: 0 }), /steps must be/);
    await assert.rejects(stochasticGradientDescent({ ...good, step: 0 }), /step must be a finite number > 0/);
    await assert.rejects(stochasticGradientDescent({ ...good, step: (t) => 1 - t }), /step\(1, 10\) must be a finite number > 0, got 0/);
    await assert.rejects(stochasticGradientDescent({ ...good, every: 0 }), /every must be/);
    await assert.rejects(stochasticGradientDescent({ ...good, c: 0 }), /c must be/);
  });
});

for (const inputs of [{ kind: "student", degrees: 9 }, { kind: "rademacher" }] as const) {
  test(`on ${inputs.kind} inputs training reaches the pivot of their fourth moments, and not the normal one`, async () => {
    const setting = { covariance: Covariance.diagonal([1, 0.5]), n: 4, c: 1 };
    const run = { ...setting, inputs, step: 0.05, steps: 6000, batch: 16, random: Random.seed(3) };
    const { averaged, target } = await stochasticGradientDescent(run);
    const normal = nearestMinimiser({ ...setting, start: Matrix.zeros(2, 2) });
    const [near, far] = [Matrix.sub(averaged, target).norm("frobenius"), Matrix.sub(averaged, normal).norm("frobenius")];
    assert.ok(near < 0.25 * far, `${near} from its own optimum, ${far} from the normal one`);
  });
}
