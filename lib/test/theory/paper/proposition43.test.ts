import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { proposition43Counterexamples } from "../../../../studies/dist/proposition43Counterexamples.js";
import { HypothesisError } from "../../../dist/core/check.js";
import { Random } from "../../../dist/core/random.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { examineProposition43, guaranteedHardShare, proposition43, proposition43Splits } from "../../../dist/theory/paper/proposition43.js";
import { selectionObjective, selectionProgram } from "../../../dist/theory/paper/selectionProgram.js";
import { power, reference, rotated, simplexMinimum } from "./support.ts";

const identity = power(2, 0);

/** A positive semidefinite matrix with random eigenvectors and eigenvalues drawn from [low, high]. */
function draw(d: number, low: number, high: number, random: Random): Matrix {
  const spectrum = Array.from({ length: d }, () => low + (high - low) * random.uniform());
  return rotated(spectrum, random.integer(2 ** 31)).matrix;
}

/** Two easy and two hard tasks in whitened form; the mean of the two hard ones, or the first of them, is below each easy one. */
function instance(seed: number, beta: number, combined: boolean) {
  const random = Random.seed(seed).stream("instance");
  const d = 1 + random.integer(4);
  const target = rotated(
    Array.from({ length: d }, () => 0.3 + random.uniform()),
    seed,
  );
  const easy = [0, 1].map(() => Matrix.add(draw(d, 0, 3, random), Matrix.eye(d, d, beta)));
  const below = draw(d, 0, beta, random); // ⪯ βI ⪯ B_e
  let hard = [below, draw(d, 0, 4, random)];
  if (combined) {
    // B_h ± D with -B_h ⪯ D ⪯ B_h: neither need be below B_e, their mean is.
    const root = Covariance.fromMatrix(Matrix.add(below, Matrix.eye(d, d, 1e-9))).apply(Math.sqrt);
    const signs = rotated(
      Array.from({ length: d }, (_, i) => 1 + (i % 2)),
      seed + 5,
    ).matrix.clone();
    const swing = root.mmul(signs.sub(Matrix.eye(d, d, 1.5)).mul(1.9)).mmul(root);
    hard = [Matrix.add(below, swing), Matrix.sub(below, swing)].map((matrix) => matrix.add(Matrix.eye(d, d, 1e-9)));
  }
  const root = target.apply(Math.sqrt);
  const tasks = [...easy, ...hard].map((matrix) => {
    const task = root.mmul(matrix).mmul(root);
    return Covariance.fromMatrix(task.add(task.transpose()).mul(0.5));
  });
  return { tasks, target, easy: [0, 1], beta };
}

for (const combined of [false, true]) {
  test(`every minimiser gives hard tasks at least 1 - 1/β when H1 and H2 hold (${combined ? "a combination" : "one task"} below), 400 instances`, () => {
    let strongest = 0;
    for (let seed = 0; seed < 400; seed++) {
      const beta = [1.2, 1.5, 2, 3, 5][seed % 5];
      const params = instance(seed, beta, combined);
      const report = examineProposition43(params);
      assert.ok(report.h1, `H1, seed ${seed}`);
      if (combined && report.h2 === "undecided") continue;
      assert.equal(report.h2, "holds", `H2, seed ${seed}`);
      const share = proposition43(params);
      assert.equal(share, guaranteedHardShare(beta));
      const { H, c } = selectionProgram({ tasks: params.tasks, target: params.target, form: "whitened" });
      const { weights } = simplexMinimum(H, c);
      const hard = weights[2] + weights[3];
      assert.ok(hard >= share - 1e-9, `seed ${seed}: hard mass ${hard} below ${share}`);
      strongest = Math.max(strongest, (1 - hard) * beta);
    }
    assert.ok(strongest > 0.5, `the bound was never approached: ${strongest}`);
  });
}

test("witnesses are combinations of hard tasks below each easy one", () => {
  for (let seed = 0; seed < 40; seed++) {
    const params = instance(seed, 2, seed % 2 === 0);
    const { witnesses } = examineProposition43(params);
    const inverseRoot = params.target.apply((value) => 1 / Math.sqrt(value));
    witnesses.forEach((witness, at) => {
      if (witness === null) return;
      assert.equal(witness[0], 0);
      assert.equal(witness[1], 0);
      const gap = params.tasks[params.easy[at]].matrix.clone();
      params.tasks.forEach((task, l) => {
        gap.sub(Matrix.mul(task.matrix, witness[l]));
      });
      const whitened = inverseRoot.mmul(gap).mmul(inverseRoot);
      for (let trial = 0; trial < 20; trial++) {
        const v = Matrix.columnVector(Array.from(Random.seed(trial).fillNormal(new Float64Array(gap.rows))));
        assert.ok(v.transpose().mmul(whitened).mmul(v).get(0, 0) >= -1e-9);
      }
    });
  }
});

test("the bound is tight: 2I and a nearly empty task share the mass as the reference says", () => {
  const tasks = [identity.scale(2), identity.scale(1e-6)];
  assert.equal(proposition43({ tasks, target: identity, easy: [0], beta: 2 }), 0.5);
  const { H, c } = selectionProgram({ tasks, target: identity });
  const { weights } = simplexMinimum(H, c);
  const expected = reference<{ pi: number[] }>("qp_tight").pi;
  for (let l = 0; l < 2; l++) assert.ok(Math.abs(weights[l] - expected[l]) <= 1e-8);
});

for (const example of proposition43Counterexamples) {
  test(`counterexample "${example.name}": the stated weights are the minimiser, the easy task takes all, and a hypothesis fails`, () => {
    const { tasks, target, easy, form, weights } = example;
    const { H, c } = selectionProgram({ tasks, target, form });
    const found = simplexMinimum(H, c).weights;
    for (let l = 0; l < weights.length; l++) assert.ok(Math.abs(weights[l] - found[l]) <= 1e-9, `${found}`);
    assert.ok(easy.reduce((sum, e) => sum + weights[e], 0) > 1 / 2);
    // Hard in the paper's sense: a smaller least eigenvalue than each easy task.
    tasks.forEach((task, l) => {
      if (!easy.includes(l)) for (const e of easy) assert.ok(task.lambdaMin < tasks[e].lambdaMin);
    });
    const report = examineProposition43({ tasks, target, easy, beta: 2 });
    if (example.fails.startsWith("the objective")) {
      assert.equal(report.hardShare, 0.5);
      const whitened = selectionProgram({ tasks, target, form: "whitened" });
      const best = simplexMinimum(whitened.H, whitened.c).weights;
      assert.ok(best[0] <= 0.5 + 1e-12, "in the whitened form the proposition holds");
      assert.ok(selectionObjective({ tasks, target, weights }) < selectionObjective({ tasks, target, weights: best }));
    } else {
      assert.equal(report.hardShare, null);
      assert.equal(proposition43Splits({ tasks, target }).filter((split) => split.easy.includes(easy[0])).length, 0);
    }
  });
}

test("H1 and H2 failing are two different hypothesis errors", () => {
  const of = (easyTask: Covariance, hardTask: Covariance) => () =>
    proposition43({ tasks: [easyTask, hardTask], target: identity, easy: [0], beta: 2 });
  assert.throws(
    of(identity, Covariance.diagonal([1, 0.1])),
    (error: unknown) => error instanceof HypothesisError && error.hypothesis.startsWith("H1") && /got 1$/.test(error.message),
  );
  assert.throws(
    of(identity.scale(2), Covariance.diagonal([4, 0.01])),
    (error: unknown) =>
      error instanceof HypothesisError && error.hypothesis.startsWith("H2") && /a proof that there is none/.test(error.message),
  );
  // An equal task is below, but not different.
  assert.throws(
    of(identity.scale(2), identity.scale(2)),
    (error: unknown) => error instanceof HypothesisError && error.hypothesis.startsWith("H2"),
  );
  assert.throws(() => proposition43({ tasks: [identity.scale(3)], target: identity, easy: [0], beta: 2 }), HypothesisError);
});

test("a combination is needed and found: diag(4, 0.1) and diag(0.1, 4) are each not below 3I, their mean is", () => {
  const tasks = [identity.scale(3), Covariance.diagonal([4, 0.1]), Covariance.diagonal([0.1, 4])];
  const report = examineProposition43({ tasks, target: identity, easy: [0], beta: 3 });
  assert.equal(report.h2, "holds");
  assert.equal(report.hardShare, 1 - 1 / 3);
  // And refuted when the mean is above too.
  const above = examineProposition43({ tasks: [identity.scale(2), ...tasks.slice(1)], target: identity, easy: [0], beta: 2 });
  assert.equal(above.h2, "fails");
});

test("splits are found by threshold, and each one's promise is kept by the minimiser", () => {
  let found = 0;
  for (let seed = 0; seed < 100; seed++) {
    const { tasks, target } = instance(seed, 1.5, false);
    const { H, c } = selectionProgram({ tasks, target, form: "whitened" });
    const { weights } = simplexMinimum(H, c);
    for (const { easy, hard, beta, hardShare } of proposition43Splits({ tasks, target })) {
      found++;
      assert.equal(easy.length + hard.length, tasks.length);
      assert.equal(hardShare, 1 - 1 / beta);
      assert.ok(hard.reduce((sum, l) => sum + weights[l], 0) >= hardShare - 1e-9);
    }
  }
  assert.ok(found > 50, `${found} splits`);
  assert.deepEqual(proposition43Splits({ tasks: [identity, identity.scale(0.5)], target: identity }), []);
});

test("bad arguments are named", () => {
  const tasks = [identity.scale(3), identity];
  const params = { tasks, target: identity, easy: [0], beta: 2 };
  assert.throws(() => proposition43({ ...params, beta: 1 }), { message: /proposition43: beta must be a finite number > 1, got 1/ });
  assert.throws(() => proposition43({ ...params, easy: [] }), { message: /easy must be a non-empty array of task indices/ });
  assert.throws(() => proposition43({ ...params, easy: [2] }), { message: /easy\[0\] must be an integer in \[0, 1\], got 2/ });
  assert.throws(() => proposition43({ ...params, easy: [0, 0] }), {
    message: /easy\[1\] must be an index that was not given before, got 0/,
  });
  assert.throws(() => proposition43({ ...params, target: Covariance.diagonal([1, 0]) }), HypothesisError);
  assert.throws(() => proposition43({ ...params, maxIterations: 0 }), { message: /maxIterations must be an integer >= 1/ });
  assert.throws(() => guaranteedHardShare(Number.NaN), { message: /guaranteedHardShare: beta must be a finite number > 0/ });
  fc.assert(
    fc.property(
      fc.double({ min: 1.0001, max: 1e6, noNaN: true }),
      (beta) => guaranteedHardShare(beta) > 0 && guaranteedHardShare(beta) < 1,
    ),
  );
});
