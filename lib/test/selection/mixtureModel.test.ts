import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { drawTaskPool } from "../../../studies/dist/taskPool.js";
import { HypothesisError } from "../../dist/core/check.js";
import { Random } from "../../dist/core/random.js";
import { Covariance } from "../../dist/model/covariance.js";
import { randomMixture } from "../../dist/selection/errorSelection.js";
import { MixtureModel } from "../../dist/selection/mixtureModel.js";
import { logMixtureLimitError, mixtureGrowth } from "../../dist/theory/paper/mixtureLimitError.js";
import { selectionObjective, selectionProgram } from "../../dist/theory/paper/selectionProgram.js";
import { randomSetting } from "./support.ts";

const random = Random.seed(3).stream("mixtures");
const pool = drawTaskPool({ reading: "length", d: 6, perType: 2 }, Random.seed(3).stream("pool"));
const dense = randomSetting(4, 3, 11);
const close = (a: number, b: number, relative: number, what = "") =>
  assert.ok(Math.abs(a - b) <= relative * Math.max(1, Math.abs(b)), `${what} ${a} against ${b}`);

for (const [name, setting] of [
  ["diagonal", pool],
  ["dense", dense],
] as const) {
  const { tasks, target, lengths } = setting;
  const model = new MixtureModel({ tasks, target, lengths });

  test(`${name}: errors and growth are those of the closed form`, () => {
    assert.equal(model.diagonal, name === "diagonal");
    const weights = randomMixture(tasks.length, random.stream(name));
    for (const k of [0, 1, 4, 13]) {
      close(model.logErrors(weights, [k])[0], logMixtureLimitError({ tasks, target, lengths, weights, k }), 1e-9, `k = ${k}`);
    }
    close(model.growth(weights), mixtureGrowth({ tasks, target, lengths, weights }), 1e-10);
  });

  test(`${name}: the gradient of the log error is that of central differences along the simplex`, () => {
    for (const k of [1, 2, 5]) {
      const weights = randomMixture(tasks.length, random.stream(name, k));
      const { value, gradient } = model.logErrorGradient(weights, k);
      close(value, model.logErrors(weights, [k])[0], 1e-10);
      for (let l = 1; l < tasks.length; l++) {
        const moved = (t: number) =>
          model.logErrors(
            Float64Array.from(weights, (w, j) => w + (j === l ? t : j === 0 ? -t : 0)),
            [k],
          )[0];
        close(gradient[l] - gradient[0], (moved(1e-6) - moved(-1e-6)) / 2e-6, 1e-5, `k = ${k}, l = ${l}`);
      }
    }
  });

  test(`${name}: program and objective are those of the general functions`, () => {
    const weights = randomMixture(tasks.length, random.stream(name, "objective"));
    for (const form of ["paper", "whitened", "gamma", "gamma-whitened"] as const) {
      const params = { tasks, target, form, ...(form.startsWith("gamma") ? { lengths } : {}) };
      const program = selectionProgram(params);
      const own = model.program(form);
      const scale = program.H.clone().abs().max();
      assert.ok(Matrix.sub(program.H, own.H).abs().max() <= 1e-12 * scale);
      for (let l = 0; l < tasks.length; l++) close(own.c[l], program.c[l], 1e-12);
      close(model.objective(form, weights), selectionObjective({ ...params, weights }), 1e-12, form);
    }
  });
}

test("a direction without data keeps its error, as training from zero leaves it", () => {
  const model = new MixtureModel({
    tasks: [Covariance.diagonal([1, 0])],
    target: Covariance.diagonal([1, 1]),
    lengths: 10,
  });
  const far = model.logErrors([1], [200])[0];
  close(far, 0, 1e-12);
  assert.equal(model.growth([1]), 1);
});

test("a singular target is refused as a hypothesis", () => {
  assert.throws(
    () => new MixtureModel({ tasks: [Covariance.diagonal([1, 1])], target: Covariance.diagonal([1, 0]), lengths: 5 }),
    HypothesisError,
  );
});
