import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { HypothesisError } from "../../../dist/core/check.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { gammaMatrix } from "../../../dist/model/gamma.js";
import { logLimitError } from "../../../dist/theory/paper/overthinking.js";
import {
  type SelectionForm,
  selectionErrorBound,
  selectionObjective,
  selectionProgram,
} from "../../../dist/theory/paper/selectionProgram.js";
import { assertClose, Lambda, power, reference, referenceParams, rotated, Sigma, simplexMinimum, spectra } from "./support.ts";

for (const name of ["qp_A", "qp_B", "qp_C", "qp_cx_no_H1", "qp_cx_no_H2", "qp_tight"]) {
  test(`${name}: the program's minimum, found by trying every support, is the reference minimum`, () => {
    const params = referenceParams<{ Sigma: number[][]; Lambdas: number[][][] }>(name);
    const expected = reference<{ pi: number[]; objective: number }>(name);
    const problem = { tasks: params.Lambdas.map((rows) => Covariance.fromMatrix(rows)), target: Covariance.fromMatrix(params.Sigma) };
    const { H, c } = selectionProgram(problem);
    const { weights } = simplexMinimum(H, c);
    for (let l = 0; l < weights.length; l++) assert.ok(Math.abs(weights[l] - expected.pi[l]) <= 1e-5, `π_${l} = ${weights[l]}`);
    assert.ok(Math.abs(selectionObjective({ ...problem, weights }) - expected.objective) <= 1e-5);
    const stored = expected.pi.map((value) => value / expected.pi.reduce((a, b) => a + b, 0));
    assert.ok(selectionObjective({ ...problem, weights }) <= selectionObjective({ ...problem, weights: stored }) + 1e-12);
  });
}

const forms: readonly SelectionForm[] = ["paper", "whitened", "gamma", "gamma-whitened"];
const instances = fc.record({
  spectrum: spectra({ maxD: 5, decades: 3 }),
  count: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat(10_000),
  raw: fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }),
});

function instance({ spectrum, count, seed, raw }: { spectrum: number[]; count: number; seed: number; raw: number[] }, form: SelectionForm) {
  const d = spectrum.length;
  const tasks = Array.from({ length: count }, (_, l) =>
    rotated(
      Array.from({ length: d }, (_, i) => (1 + ((seed + 3 * i + 7 * l) % 11)) / 5),
      seed + l,
    ),
  );
  const total = raw.slice(0, count).reduce((a, b) => a + b, 0);
  const weights = raw.slice(0, count).map((value) => value / total);
  const lengths = form.startsWith("gamma") ? tasks.map((_, l) => 1 + ((seed + l) % 40)) : undefined;
  return { tasks, target: rotated(spectrum, seed + 100), form, weights, ...(lengths ? { lengths } : {}) };
}

for (const form of forms) {
  test(`the quadratic form of "${form}" equals the objective at every mixture`, () => {
    fc.assert(
      fc.property(instances, (raw) => {
        const params = instance(raw, form);
        const { H, c, constant } = selectionProgram(params);
        const product = H.mmul(Matrix.columnVector(params.weights)).to1DArray();
        const quadratic = params.weights.reduce((sum, weight, l) => sum + weight * (0.5 * product[l] + c[l]), constant);
        const direct = selectionObjective(params);
        const scale = constant + H.abs().max();
        assert.ok(Math.abs(quadratic - direct) <= 1e-12 * scale, `${quadratic} against ${direct}`);
      }),
      { seed: 111, numRuns: 150 },
    );
  });
}

test("whitening changes nothing when the target commutes with the tasks, and something otherwise", () => {
  const weights = [0.4, 0.6];
  const commuting = { tasks: [power(4, 1), power(4, 2)], target: power(4, 0.5), weights };
  assertClose(selectionObjective({ ...commuting, form: "whitened" }), selectionObjective(commuting), 1e-12);
  const skew = { tasks: [Lambda, power(3, 1)], target: Sigma, weights };
  assert.ok(Math.abs(selectionObjective({ ...skew, form: "whitened" }) - selectionObjective(skew)) > 1e-3);
});

test("the form on Γ sees prompt lengths and becomes the paper's for endless prompts; the paper's does not take lengths", () => {
  const base = { tasks: [Lambda, power(3, 1)], target: Sigma, weights: [0.5, 0.5] };
  const at = (lengths: number | number[]) => selectionObjective({ ...base, form: "gamma", lengths });
  assertClose(at(Number.POSITIVE_INFINITY), selectionObjective(base), 1e-14);
  assert.notEqual(at([3, 50]), at([50, 3]));
  assert.throws(() => selectionObjective({ ...base, lengths: 5 }), {
    message: /lengths must be left out for the form "paper", which does not depend on it, got 5/,
  });
  assert.throws(() => selectionProgram({ ...base, form: "gamma" }), { message: /lengths must be given for the forms on Γ, got undefined/ });
});

test("one matching task has objective 0, to rounding squared", () => {
  assert.ok(selectionObjective({ tasks: [Sigma], target: Sigma, weights: [1] }) < 1e-28);
});

test("the bound on the error holds for the pivot that the objective compares", () => {
  let informative = 0;
  fc.assert(
    fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 200 }), (seed, k, n) => {
      const target = rotated([1, 0.8, 0.5], seed);
      const covariance = Covariance.fromMatrix(Matrix.add(target.matrix, rotated([0.15, 0.05, 0.01], seed + 1).matrix));
      const objective = selectionObjective({ tasks: [covariance], target, weights: [1], form: "gamma", lengths: n });
      fc.pre(objective < 0.99);
      const bound = selectionErrorBound({ objective, form: "gamma", k });
      assert.ok(logLimitError({ covariance, target, n, k }) <= Math.log(bound) + 1e-9);
      if (bound < 3) informative++;
    }),
    { seed: 112, numRuns: 300 },
  );
  assert.ok(informative > 30, `${informative} informative cases`);
  assert.throws(() => selectionErrorBound({ objective: 1, form: "paper", k: 1 }), HypothesisError);
  assert.throws(() => selectionErrorBound({ objective: -0.1, form: "paper", k: 1 }), {
    message: /objective must be a number in \[0, 1\), got -0.1/,
  });
  assert.throws(() => selectionErrorBound({ objective: 0.1, form: "paper", k: 0 }), { message: /k must be an integer >= 1, got 0/ });
});

test("a whitened objective needs the target's condition: without it the bound is false", () => {
  const target = Covariance.diagonal([1, 1e-4]);
  const tasks = [
    Covariance.fromMatrix([
      [1, 1e-3],
      [1e-3, 1e-4],
    ]),
  ];
  const objective = selectionObjective({ tasks, target, weights: [1], form: "whitened" });
  assertClose(objective, 0.02, 1e-9);
  const error = Math.exp(logLimitError({ covariance: tasks[0], target, n: Number.POSITIVE_INFINITY, k: 1 }));
  assert.ok(error > 100);
  assert.ok(selectionErrorBound({ objective, form: "paper", k: 1 }) < 0.03); // what the misuse would say
  const bound = selectionErrorBound({ objective, form: "whitened", target, k: 1 });
  assert.ok(error <= bound && bound < 3 * error, `${bound}`);
  assert.throws(() => selectionErrorBound({ objective, form: "whitened", k: 1 }), {
    message: /target must be given for the whitened forms/,
  });
  assert.throws(() => selectionErrorBound({ objective, form: "paper", target, k: 1 }), {
    message: /target must be left out for the form "paper"/,
  });
  assert.throws(() => selectionErrorBound({ objective, k: 1 } as never), { message: /form must be one of/ });
});

test("the bound from a whitened objective holds for pivots that do not commute with the target", () => {
  let informative = 0;
  fc.assert(
    fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 6 }), (seed, k) => {
      const target = rotated([1, 0.3, 0.05], seed);
      const root = target.apply(Math.sqrt);
      const covariance = Covariance.fromMatrix(root.mmul(rotated([1.3, 1.1, 0.8], seed + 1).matrix).mmul(root));
      const objective = selectionObjective({ tasks: [covariance], target, weights: [1], form: "whitened" });
      const bound = selectionErrorBound({ objective, form: "whitened", target, k });
      assert.ok(logLimitError({ covariance, target, n: Number.POSITIVE_INFINITY, k }) <= Math.log(bound) + 1e-9);
      if (bound < 3) informative++;
    }),
    { seed: 113, numRuns: 200 },
  );
  assert.ok(informative > 30, `${informative} informative cases`);
});

test("Γ^-1 Σ of the program's reading: the objective of a pivot is the norm it says", () => {
  const gamma = gammaMatrix({ covariance: Lambda, n: 9 }).matrix;
  const residual = Matrix.sub(Matrix.eye(3, 3), Sigma.apply((value) => 1 / value).mmul(gamma));
  assertClose(
    selectionObjective({ tasks: [Lambda], target: Sigma, weights: [1], form: "gamma", lengths: 9 }),
    Matrix.mul(residual, residual).sum(),
    1e-12,
  );
});

test("a singular target and bad arguments are refused by name", () => {
  assert.throws(
    () => selectionProgram({ tasks: [power(2, 0)], target: Covariance.diagonal([1, 0]) }),
    (error: unknown) =>
      error instanceof HypothesisError &&
      error.hypothesis === "Sigma is invertible" &&
      /selectionProgram: target must be positive definite/.test(error.message),
  );
  assert.throws(() => selectionProgram({ tasks: [Lambda], target: power(2, 0) }), {
    message: /target must be of the dimension of the tasks \(3\), got 2/,
  });
  assert.throws(() => selectionObjective({ tasks: [Lambda], target: Sigma, weights: [0.9] }), {
    message: /weights must be weights that sum to 1, got 0.9/,
  });
  assert.throws(() => selectionProgram({ tasks: [Lambda], target: Sigma, form: "other" as "paper" }), {
    message: /form must be one of "paper", "whitened", "gamma", "gamma-whitened"/,
  });
});
