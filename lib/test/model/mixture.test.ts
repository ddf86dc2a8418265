import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Checks, HypothesisError } from "../../dist/core/check.js";
import { Random } from "../../dist/core/random.js";
import { Covariance } from "../../dist/model/covariance.js";
import { gammaMatrix } from "../../dist/model/gamma.js";
import {
  learnedStep,
  type MixtureParams,
  mixMoments,
  mixtureGamma,
  mixtureMoments,
  mixturePreconditioner,
  promptMoments,
} from "../../dist/model/mixture.js";
import { assertMatrix, Lambda, mixture, power, reference, rotated } from "../theory/paper/support.ts";

test("Gamma_mix has its reference values, per prompt and per token, and is not symmetric", () => {
  const perPrompt = mixtureGamma(mixture);
  assertMatrix(perPrompt, new Matrix(reference<number[][]>("Gamma_mix")), 1e-10);
  assertMatrix(
    mixtureGamma({ ...mixture, lengths: 12, mixing: "per-token" }),
    new Matrix(reference<number[][]>("Gamma_mix_pertoken_n12")),
    1e-10,
  );
  assert.ok(Math.abs(perPrompt.get(0, 1) - perPrompt.get(1, 0)) > 0.01);
});

test("a mixture of one task learns that task's Γ, however it is mixed", () => {
  for (const mixing of ["per-prompt", "per-token"] as const) {
    const single: MixtureParams = { tasks: [Lambda], weights: [1], lengths: 7, mixing, noise: 0.4 };
    assertMatrix(mixtureGamma(single), gammaMatrix({ covariance: Lambda, n: 7, noise: 0.4 }).matrix, 1e-12);
    const split: MixtureParams = { ...single, tasks: [Lambda, Lambda], weights: [0.25, 0.75] };
    assertMatrix(mixtureGamma(split), gammaMatrix({ covariance: Lambda, n: 7, noise: 0.4 }).matrix, 1e-12);
  }
});

test("as n grows, per-token mixing learns the mean covariance and per-prompt mixing does not", () => {
  const endless = { ...mixture, lengths: Number.POSITIVE_INFINITY };
  const { mean } = mixtureMoments(endless);
  assertMatrix(mixtureGamma({ ...endless, mixing: "per-token" }), mean.matrix, 1e-12);
  const apart: MixtureParams = {
    tasks: [Covariance.diagonal([1, 0]), Covariance.diagonal([0, 1])],
    weights: [0.5, 0.5],
    lengths: endless.lengths,
  };
  assertMatrix(mixtureGamma(apart), Matrix.eye(2, 2), 1e-15);
  assertMatrix(mixtureMoments(apart).mean.matrix, Matrix.eye(2, 2, 0.5), 1e-15);
});

test("the second moment is that of sampled prompts", () => {
  const random = Random.seed(9);
  const draws = 40_000;
  for (const mixing of ["per-prompt", "per-token"] as const) {
    const params: MixtureParams = { ...mixture, lengths: 3, mixing };
    const roots = mixture.tasks.map((task) => task.apply(Math.sqrt));
    const sums = [0, 0, 0];
    const squares = [0, 0, 0];
    for (let i = 0; i < draws; i++) {
      let task = random.uniform() < 0.7 ? 0 : 1;
      const S = Matrix.zeros(2, 2);
      for (let j = 0; j < 3; j++) {
        if (mixing === "per-token") task = random.uniform() < 0.7 ? 0 : 1;
        const x = roots[task].mmul(Matrix.columnVector([random.normal(), random.normal()]));
        S.add(x.mmul(x.transpose()).div(3));
      }
      const square = S.mmul(S);
      [square.get(0, 0), square.get(0, 1), square.get(1, 1)].forEach((value, at) => {
        sums[at] += value;
        squares[at] += value * value;
      });
    }
    const { second } = mixtureMoments(params);
    [second.get(0, 0), second.get(0, 1), second.get(1, 1)].forEach((expected, at) => {
      const mean = sums[at] / draws;
      const se = Math.sqrt((squares[at] / draws - mean * mean) / draws);
      assert.ok(Math.abs(mean - expected) <= 4 * se, `${mixing} entry ${at}: z = ${(mean - expected) / se}`);
    });
  }
});

test("tasks that leave a direction uncovered are refused with the hypothesis", () => {
  const half = rotated([1, 0, 0.4], 6);
  for (const compute of [mixtureGamma, mixturePreconditioner]) {
    assert.throws(
      () => compute({ tasks: [half, half.scale(2)], weights: [0.5, 0.5], lengths: 4 }),
      (error: unknown) =>
        error instanceof HypothesisError &&
        error.hypothesis === "the mean covariance is invertible" &&
        /tasks must cover every direction/.test(error.message),
    );
  }
  // The other task covers it, but has no weight.
  assert.throws(() => mixtureGamma({ tasks: [half, power(3, 0)], weights: [1, 0], lengths: 4 }), HypothesisError);
});

test("bad arguments are named", () => {
  assert.throws(() => mixtureMoments({ ...mixture, tasks: [] }), {
    name: "TypeError",
    message: /mixtureMoments: tasks must be a non-empty array of Covariance/,
  });
  assert.throws(() => mixtureMoments({ ...mixture, tasks: [mixture.tasks[0], Lambda] }), {
    message: /tasks\[1\] must be of the dimension of tasks\[0\] \(2\), got 3/,
  });
  assert.throws(() => mixtureMoments({ ...mixture, weights: [0.5, 0.6] }), { message: /weights must be weights that sum to 1/ });
  assert.throws(() => mixtureMoments({ ...mixture, lengths: [8] }), { message: /lengths must be one number, or an array of 2/ });
  assert.throws(() => mixtureMoments({ ...mixture, lengths: [8, 0] }), {
    message: /lengths\[1\] must be an integer >= 1 or Infinity, got 0/,
  });
  assert.throws(() => mixtureMoments({ ...mixture, mixing: "per-token" }), {
    message: /lengths must be one number when examples are mixed per token/,
  });
  assert.throws(() => mixtureMoments({ ...mixture, mixing: "other" as "per-token" }), {
    message: /mixing must be one of "per-prompt", "per-token"/,
  });
});

test("moments on plain arrays, dense or diagonal, give the same preconditioner, with 0 where no task has data", () => {
  const check = new Checks("test");
  const spectra = [Float64Array.of(1, 0.5, 0), Float64Array.of(0.2, 0.1, 0)];
  const weights = [0.25, 0.75];
  const thin = mixMoments(
    spectra.map((spectrum) => promptMoments(spectrum, 3, 9, { noise: 0.3 })),
    weights,
  );
  const step = learnedStep(check, thin, 3);
  assert.equal(step[2], 0);
  const seen = spectra.map((spectrum) => Covariance.diagonal(spectrum.slice(0, 2)));
  const expected = mixturePreconditioner({ tasks: seen, weights, lengths: 9, noise: 0.3 });
  assertMatrix(Matrix.diag(Array.from(step.slice(0, 2))), expected, 1e-15);
});
