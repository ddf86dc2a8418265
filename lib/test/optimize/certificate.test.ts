import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { certifySimplexQp, simplexQp } from "../../dist/optimize/simplexQp.js";
import { objectiveAt, optimalVertices, plain, randomProblem, violation } from "./support.ts";

const random = Random.seed(77);

test("the gap of any feasible point, with any prices, is at least its distance from the optimal value", () => {
  let compared = 0;
  for (let k = 0; k < 150; k++) {
    const stream = random.stream("gap", k);
    const problem = randomProblem(stream, { maxTasks: 4, maxRows: 2 });
    const qp = plain(problem);
    const vertices = optimalVertices(qp);
    // A feasible point: the optimum of another objective over the same set.
    const other = simplexQp({ ...problem, c: problem.c ? Array.from(problem.c, () => stream.normal()) : [] }, { throwOnFailure: false });
    if (vertices.length === 0 || other.status !== "optimal") continue;
    const best = objectiveAt(qp, vertices[0]);
    for (const size of [0, 1, 10]) {
      const multipliers = {
        groups: Float64Array.from(problem.groups ?? [], () => size * stream.normal()),
        inequalities: Float64Array.from(problem.inequalities?.h ?? [], () => size * stream.normal()),
      };
      const { certificate, objective } = certifySimplexQp(problem, other.x, multipliers);
      assert.ok(certificate.gap >= objective - best - 1e-9, `program ${k}: gap ${certificate.gap}, distance ${objective - best}`);
      compared++;
    }
  }
  assert.ok(compared > 150, `${compared}`);
});

test("the certificate of an optimum closes with its own prices, and the objective is recomputed", () => {
  for (let k = 0; k < 60; k++) {
    const problem = randomProblem(random.stream("closed", k), { maxTasks: 15, maxRows: 5 });
    const result = simplexQp(problem, { throwOnFailure: false });
    if (result.status !== "optimal") continue;
    const { objective, certificate } = certifySimplexQp(problem, result.x, result.multipliers);
    const { dualResidual, ...rest } = result.certificate;
    assert.deepEqual({ ...certificate, dualResidual: 0 }, { ...rest, dualResidual: 0 });
    // The price of Σ x = 1 holds the common part of c, and is rounded with it.
    const { simplex } = result.multipliers;
    assert.ok(Math.abs(certificate.dualResidual - dualResidual) <= 2 * Number.EPSILON * Math.abs(simplex), `${certificate.dualResidual}`);
    assert.equal(objective, result.objective);
    assert.ok(Math.abs(objective - objectiveAt(plain(problem), result.x)) < 1e-11);
    assert.ok(Math.abs(certificate.primalResidual - violation(plain(problem), result.x)) < 1e-11);
  }
});

test("a wrong point and wrong multipliers are seen", () => {
  const problem = { H: Matrix.diag([1, 3]), c: [0, 0], upper: [0.7, 1], inequalities: { G: new Matrix([[0, 1]]), h: [0.9] } };
  const { x, multipliers } = simplexQp(problem);
  assert.ok(Math.abs(certifySimplexQp(problem, [0.8, 0.2], multipliers).certificate.primalResidual - 0.1) < 1e-15);
  assert.ok(Math.abs(certifySimplexQp(problem, [0.7, 0.2], multipliers).certificate.primalResidual - 0.1) < 1e-15);
  assert.ok(Math.abs(certifySimplexQp(problem, [0.05, 0.95], multipliers).certificate.primalResidual - 0.05) < 1e-15);
  assert.ok(
    Math.abs(certifySimplexQp(problem, x, { ...multipliers, simplex: multipliers.simplex + 0.25 }).certificate.dualResidual - 0.25) < 1e-14,
  );
  assert.ok(certifySimplexQp(problem, x, { ...multipliers, inequalities: Float64Array.of(-2) }).certificate.dualResidual >= 2);
  // f(½, ½) = ½ against the optimum 0.38 at (0.7, 0.3).
  assert.ok(certifySimplexQp(problem, [0.5, 0.5], multipliers).certificate.gap >= 0.12);
});

test("a negative price of an inequality is seen where it has no weight", () => {
  const problem = { H: Matrix.eye(2), c: [0, 0], inequalities: { G: new Matrix(1, 2), h: [1] } };
  const { x, multipliers } = simplexQp(problem);
  assert.equal(certifySimplexQp(problem, x, { ...multipliers, inequalities: Float64Array.of(-2) }).certificate.dualResidual, 2);
});

test("a price on a bound that a group does not have is a wrong multiplier", () => {
  const problem = { H: Matrix.eye(2), c: [0, 0], groups: [{ members: [0], upper: 0.8 }] };
  const { certificate } = certifySimplexQp(problem, [0.5, 0.5], { groups: Float64Array.of(-1) });
  assert.ok(certificate.dualResidual >= 1);
  assert.ok(Number.isFinite(certificate.gap));
});

test("a constant in c moves nothing, whatever its size", () => {
  for (let k = 0; k < 40; k++) {
    const stream = random.stream("shifted", k);
    const d = 2 + stream.integer(6);
    const H = { factor: Array.from({ length: d + 1 }, () => Array.from({ length: d }, () => stream.normal())) };
    // Differences of 2^-10 stay exact beside 2^40.
    const c = Array.from({ length: d }, () => stream.integer(4096) / 1024);
    const shifted = (by: number) => simplexQp({ H, c: c.map((value) => value + by) });
    const plain = shifted(0);
    for (const by of [2 ** 10, -(2 ** 20), 2 ** 40]) {
      const moved = shifted(by);
      assert.equal(moved.status, "optimal");
      assert.ok(
        moved.x.every((value, i) => Math.abs(value - plain.x[i]) < 1e-13),
        `${k}, ${by}`,
      );
      assert.ok(moved.certificate.dualResidual < 1e-12 && Math.abs(moved.certificate.gap) < 1e-12);
      assert.ok(Math.abs(moved.multipliers.simplex + by - plain.multipliers.simplex) <= 2 * Number.EPSILON * Math.abs(by) + 1e-12);
    }
  }
});

test("multipliers of another length or kind are refused", () => {
  const problem = {
    H: [
      [2, 0],
      [0, 1],
    ],
    c: [0, 0],
    upper: 0.9,
  };
  for (const [multipliers, message] of [
    [{ lower: [1] }, /certifySimplexQp: multipliers\.lower must be an array of 2 finite numbers/],
    [{ upper: [Number.NaN, 0] }, /multipliers\.upper\[0\] must be a finite number/],
    [{ simplex: "1" }, /multipliers\.simplex must be a finite number/],
    [{ groups: [1] }, /multipliers\.groups must be an array of 0 finite numbers/],
  ] as const)
    assert.throws(() => certifySimplexQp(problem, [0.5, 0.5], multipliers as never), message);
});
