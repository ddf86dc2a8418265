import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { Covariance } from "../../dist/model/covariance.js";
import { covarianceGram } from "../../dist/model/gram.js";
import type { SimplexQpProblem } from "../../dist/optimize/qpProblem.js";
import { SIMPLEX_QP_STATUS, SimplexQpError, type SimplexQpResult } from "../../dist/optimize/qpResult.js";
import { simplexQp } from "../../dist/optimize/simplexQp.js";
import { reference, referenceParams } from "../theory/paper/support.ts";
import {
  byHighs,
  byQuadprog,
  FAMILIES,
  factoredProblem,
  familyProblem,
  loadHighs,
  objectiveAt,
  optimalVertices,
  plain,
  randomProblem,
  violation,
} from "./support.ts";

const random = Random.seed(2510);
const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number => largest(Array.from(a, (value, i) => value - b[i]));
const norm = (x: ArrayLike<number>): number => Math.hypot(...Array.from(x));

/** The conditions for an optimum, written out here once more: feasible, stationary, complementary, signs. */
function assertKkt(problem: SimplexQpProblem, result: SimplexQpResult, tolerance: number): void {
  const qp = plain(problem);
  const { x, multipliers } = result;
  assert.ok(violation(qp, x) <= 1e-11, `violation ${violation(qp, x)}`);
  const groups = problem.groups?.length ?? 0;
  const prices = [...multipliers.groups, ...multipliers.inequalities];
  for (let j = 0; j < qp.size; j++) {
    const gradient = qp.c[j] + qp.H[j].reduce((sum, entry, i) => sum + entry * x[i], 0);
    const priced = prices.reduce((sum, price, r) => sum + price * qp.rows[r].a[j], gradient + multipliers.simplex);
    const rest = priced - multipliers.lower[j] + multipliers.upper[j];
    assert.ok(Math.abs(rest) <= tolerance, `task ${j}: the Lagrangian's gradient is ${rest}`);
    assert.ok(multipliers.lower[j] >= 0 && multipliers.upper[j] >= 0);
    assert.ok(multipliers.lower[j] * x[j] <= tolerance);
    if (multipliers.upper[j] > 0) assert.ok(multipliers.upper[j] * (qp.upper[j] - x[j]) <= tolerance);
  }
  prices.forEach((price, r) => {
    const { a, low, high } = qp.rows[r];
    const value = a.reduce((sum, entry, j) => sum + entry * x[j], 0);
    if (r >= groups) assert.ok(price >= 0);
    if (price > 0) assert.ok(price * (high - value) <= tolerance, `row ${r} is ${high - value} from its upper bound with price ${price}`);
    if (price < 0) assert.ok(-price * (value - low) <= tolerance, `row ${r} is ${value - low} from its lower bound with price ${price}`);
  });
}

test("two tasks: the minimiser is where the marginal costs meet, and the certificate is exact", () => {
  // ½ (x₁² + 3 x₂²) on x₁ + x₂ = 1: x₁ = 3 x₂.
  const result = simplexQp({ H: Matrix.diag([1, 3]), c: [0, 0] });
  assert.ok(difference(result.x, [0.75, 0.25]) < 1e-15);
  assert.ok(Math.abs(result.objective - 0.375) < 1e-15);
  assert.equal(result.status, "optimal");
  assert.equal(result.unique, true);
  assert.ok(Math.abs(result.multipliers.simplex + 0.75) < 1e-15);
  assert.deepEqual(result.active, { free: [0, 1], lower: [], upper: [], groups: [], inequalities: [] });
  assert.ok(largest(Object.values(result.certificate)) < 1e-15);
});

test("an upper bound, a group and an inequality each press with the multiplier of the hand calculation", () => {
  const H = Matrix.diag([1, 3]);
  const capped = simplexQp({ H, c: [0, 0], upper: [0.5, 1] });
  // At (½, ½) the gradient is (½, 3/2): task 0 is worth 1 more than its price.
  assert.deepEqual([...capped.x], [0.5, 0.5]);
  assert.ok(Math.abs(capped.multipliers.upper[0] - 1) < 1e-15);
  assert.deepEqual(capped.active.upper, [0]);
  const grouped = simplexQp({ H, c: [0, 0], groups: [{ members: [1], lower: 0.5 }] });
  assert.ok(difference(grouped.x, [0.5, 0.5]) < 1e-15);
  assert.ok(Math.abs(grouped.multipliers.groups[0] + 1) < 1e-14);
  assert.deepEqual(grouped.active.groups, [{ group: 0, side: "lower" }]);
  const cut = simplexQp({ H, c: [0, 0], inequalities: { G: new Matrix([[2, 0]]), h: [1] } });
  assert.ok(difference(cut.x, [0.5, 0.5]) < 1e-15);
  assert.ok(Math.abs(cut.multipliers.inequalities[0] - 0.5) < 1e-14);
  assert.deepEqual(cut.active.inequalities, [0]);
});

for (const name of ["qp_A", "qp_B", "qp_C", "qp_cx_no_H1", "qp_cx_no_H2", "qp_tight"]) {
  test(`${name}: the task-selection optimum has its reference value`, () => {
    const expected = reference<{ pi: number[]; objective: number }>(name);
    const params = referenceParams<{ Sigma: number[][]; Lambdas: number[][][] }>(name);
    const target = Covariance.fromMatrix(params.Sigma);
    const covariances = params.Lambdas.map((matrix) => Covariance.fromMatrix(matrix));
    const inverse = target.apply((value) => 1 / value);
    const H = covarianceGram({ covariances, target }).mul(2);
    const { x, objective, unique } = simplexQp({ H, c: covariances.map(({ matrix }) => -2 * inverse.mmul(matrix).trace()) });
    assert.ok(difference(x, expected.pi) < 1e-5, `${x}`);
    assert.ok(Math.abs(objective + target.d - expected.objective) < 1e-9, `${objective + target.d}`);
    assert.equal(unique, true);
  });
}

test("tiny programs with every kind of constraint: value, uniqueness and least norm agree with exhaustive search", () => {
  let ties = 0;
  let infeasible = 0;
  for (let k = 0; k < 2000; k++) {
    const problem = randomProblem(random.stream("tiny", k), { maxTasks: 5, maxRows: 4 });
    const qp = plain(problem);
    const vertices = optimalVertices(qp);
    const result = simplexQp(problem, { throwOnFailure: false });
    assert.equal(result.status, vertices.length > 0 ? "optimal" : "infeasible", `program ${k}`);
    if (vertices.length === 0) {
      infeasible++;
      continue;
    }
    const { x } = result;
    assert.ok(violation(qp, x) < 1e-11, `program ${k}: violation ${violation(qp, x)}`);
    assert.ok(Math.abs(result.objective - objectiveAt(qp, vertices[0])) < 1e-9, `program ${k}: ${result.objective}`);
    assert.equal(result.unique, vertices.length === 1, `program ${k}: ${vertices.length} optimal vertices`);
    assert.equal(result.leastNorm, true);
    // x is the projection of 0 onto the hull of the vertices v exactly when x·(v - x) >= 0 for all of them.
    for (const v of vertices) {
      const inner = v.reduce((sum, value, j) => sum + x[j] * (value - x[j]), 0);
      assert.ok(inner > -1e-8, `program ${k}: a shorter optimum lies towards ${v} (${inner})`);
    }
    if (vertices.length > 1) ties++;
    assertKkt(problem, result, 1e-9);
  }
  assert.ok(ties > 150 && infeasible > 150, `${ties} ties, ${infeasible} infeasible: the draw should have many of both`);
});

test("positive definite programs with constraints agree with quadprog", () => {
  let compared = 0;
  for (let k = 0; k < 150; k++) {
    const problem = randomProblem(random.stream("quadprog", k), { maxTasks: 40, maxRows: 8, definite: true });
    const expected = byQuadprog(plain(problem));
    const result = simplexQp(problem, { throwOnFailure: false });
    if (!expected || violation(plain(problem), expected) > 1e-9) continue;
    compared++;
    assert.equal(result.status, "optimal");
    assert.equal(result.unique, true);
    assert.ok(difference(result.x, expected) < 1e-8, `program ${k} differs by ${difference(result.x, expected)}`);
  }
  assert.ok(compared > 75, `${compared} of 150 were feasible`);
});

test("ill-conditioned programs with many constraints are solved to rounding, not only to the tolerance", () => {
  let solved = 0;
  // Ranges in which some programs are off by 1e-13 when the constraints are not restored at the end.
  const draws = [
    { spread: 1e3, from: 640, to: 720 },
    { spread: 1e6, from: 650, to: 720 },
    { spread: 1e8, from: 350, to: 430 },
  ].flatMap(({ spread, from, to }) => Array.from({ length: to - from }, (_, i) => ({ spread, k: from + i })));
  for (const { spread, k } of draws) {
    const problem = randomProblem(random.stream("rounding", spread, k), {
      maxTasks: 150,
      maxRows: 20,
      maxRank: spread === 1e8 ? 20 : 40,
      spread,
    });
    const result = simplexQp(problem, { throwOnFailure: false });
    if (result.status === "infeasible") continue;
    solved++;
    const { primalResidual, dualResidual, gap } = result.certificate;
    const scale =
      largest(
        plain(problem)
          .H.map((row, i) => row[i])
          .concat(plain(problem).c),
      ) || 1;
    assert.equal(result.status, "optimal");
    assert.ok(primalResidual < 8e-14, `program ${spread} ${k}: ${primalResidual}`);
    assert.ok(Math.abs(gap) < 2e-13 * scale && dualResidual < 2e-13 * scale, `program ${k}: ${gap}, ${dualResidual}, ${scale}`);
  }
  assert.ok(solved > 100, `${solved}`);
});

test("programs with a singular H agree with HiGHS in value and in feasibility", async () => {
  const highs = await loadHighs();
  let infeasible = 0;
  for (let k = 0; k < 60; k++) {
    const problem = randomProblem(random.stream("highs", k), { maxTasks: 20, maxRows: 6 });
    const qp = plain(problem);
    const result = simplexQp(problem, { throwOnFailure: false });
    const feasible = byHighs(highs, qp, false);
    assert.equal(result.status, feasible ? "optimal" : "infeasible", `program ${k}`);
    if (!feasible) {
      infeasible++;
      continue;
    }
    const peer = byHighs(highs, qp);
    assert.ok(peer);
    if (peer.status !== "Optimal") continue;
    // HiGHS allows violations of 1e-7, which may buy it that much objective.
    assert.ok(
      result.objective <= objectiveAt(qp, peer.x) + 1e-6,
      `program ${k}: HiGHS ${objectiveAt(qp, peer.x)}, here ${result.objective}`,
    );
    assert.ok(
      result.objective >= objectiveAt(qp, peer.x) - 1e-5,
      `program ${k}: HiGHS ${objectiveAt(qp, peer.x)}, here ${result.objective}`,
    );
  }
  assert.ok(infeasible > 5 && infeasible < 40, `${infeasible} infeasible`);
});

/** What must hold on every family; the seed draws the instance. */
const properties: { name: string; check(problem: ReturnType<typeof factoredProblem>, random: Random): void }[] = [
  {
    name: "the solution satisfies the optimality conditions and its certificate says so",
    check(problem) {
      const result = simplexQp({ H: problem.H, c: problem.c });
      const scale = Math.max(largest(problem.H.diagonal()), largest(problem.c));
      assertKkt(problem, result, 1e-9 * scale);
      assert.ok(result.certificate.primalResidual < 1e-12 && result.certificate.dualResidual <= 1e-11 * scale);
      assert.ok(Math.abs(result.certificate.gap) <= 1e-11 * scale);
      assert.equal(result.leastNorm, true);
    },
  },
  {
    name: "a factor B gives the value of H = BᵀB",
    check(problem) {
      const dense = simplexQp({ H: problem.H, c: problem.c });
      const factored = simplexQp({ H: { factor: problem.factor }, c: problem.c });
      assert.ok(Math.abs(dense.objective - factored.objective) <= 1e-11 * Math.max(1, largest(problem.c)));
      assert.equal(dense.unique, factored.unique);
    },
  },
  {
    name: "reordering the tasks reorders the solution",
    check({ H, c }, random) {
      const order = random.permutation(c.length);
      const straight = simplexQp({ H, c });
      const shuffled = simplexQp({
        H: new Matrix(Array.from(order, (i) => Array.from(order, (j) => H.get(i, j)))),
        c: Array.from(order, (i) => c[i]),
      });
      assert.equal(straight.unique, shuffled.unique);
      const back = Float64Array.from(c);
      order.forEach((i, at) => {
        back[i] = shuffled.x[at];
      });
      // Directions with a curvature of 1e-12 are fixed by rounding only to about this.
      assert.ok(difference(straight.x, back) < 2e-3, `${difference(straight.x, back)}`);
      assert.ok(Math.abs(straight.objective - shuffled.objective) <= 1e-11 * Math.max(1, largest(c)));
    },
  },
  {
    name: "a constant added to c changes only the objective, and scaling the objective changes nothing",
    check({ H, c }) {
      const { x, objective } = simplexQp({ H, c });
      const shifted = simplexQp({ H, c: c.map((value) => value + 3) });
      const scaled = simplexQp({ H: Matrix.mul(H, 2 ** 20), c: c.map((value) => value * 2 ** 20) });
      assert.deepEqual(scaled.x, x);
      assert.ok(difference(shifted.x, x) < 2e-3);
      assert.ok(Math.abs(shifted.objective - objective - 3) <= 1e-11 * Math.max(1, largest(c)));
    },
  },
  {
    name: "no optimum is shorter, and one that is reported unique has no other",
    check({ H, c, factor }, random) {
      const { x, unique } = simplexQp({ H, c });
      // Optima share Bx (and then cᵀx): the one that a random linear function prefers among them.
      const rows = factor.to2DArray();
      const values = rows.map((row) => row.reduce((sum, entry, j) => sum + entry * x[j], 0));
      const face = {
        G: new Matrix([...rows, ...rows.map((row) => row.map((entry) => -entry))]),
        h: [...values, ...values.map((value) => -value)],
      };
      const other = simplexQp({
        H: Matrix.zeros(c.length, c.length),
        c: random.fillNormal(new Float64Array(c.length)),
        inequalities: face,
      });
      const inner = other.x.reduce((sum, value, j) => sum + x[j] * (value - x[j]), 0);
      assert.ok(inner > -1e-6, `a shorter optimum lies in the direction of another (${inner})`);
      if (unique) assert.ok(difference(other.x, x) < 1e-5, `${difference(other.x, x)}`);
    },
  },
];

for (const family of FAMILIES) {
  for (const property of properties) {
    test(`${family.name}: ${property.name}`, () => {
      fc.assert(
        fc.property(fc.nat(1e6), (seed) => {
          const stream = Random.seed(seed).stream(family.name);
          property.check(factoredProblem(family.build(stream)), stream);
        }),
        { numRuns: 8, seed: 7 },
      );
    });
  }
}

test("equal tasks share their weight equally", () => {
  const B = [1, 2, 2, 2, 5];
  const H = new Matrix(B.map((x) => B.map((y) => x * y)));
  const { x, unique } = simplexQp({ H, c: B.map((value) => -2 * value) });
  assert.equal(unique, false);
  // x = α + β B with Σ x = 1 and B·x = 2: 5 α + 12 β = 1, 12 α + 38 β = 2, so α = 14/46 and β = -2/46.
  assert.ok(
    difference(
      x,
      [12, 10, 10, 10, 4].map((value) => value / 46),
    ) < 1e-14,
  );
});

test("a vertex that is itself the shortest optimum is not taken for the only one", () => {
  // x₁ + 4 x₂ = 0.4: the optima run from (0.6, 0.4, 0) to (0.9, 0, 0.1), and the first end is the shortest.
  const H = new Matrix([
    [0, 0, 0],
    [0, 1, 4],
    [0, 4, 16],
  ]);
  // The bound, which presses on neither, makes the solver start elsewhere and reach the first end at once.
  for (const bound of [{}, { upper: [0.95, 1, 1] }, { groups: [{ members: [0], upper: 0.95 }] }]) {
    const { x, unique } = simplexQp({ H, c: [0, -0.4, -1.6], ...bound });
    assert.equal(unique, false);
    assert.ok(difference(x, [0.6, 0.4, 0]) < 1e-14);
  }
  // Here the solver meets the shortest end of a segment of optima first, at a lower bound.
  const four = new Matrix([
    [9, -1, 2, 4],
    [-1, 9, -10, 4],
    [2, -10, 12, -4],
    [4, 4, -4, 4],
  ]);
  const met = simplexQp({ H: four, c: [-2, -6, 4, -4] });
  assert.equal(met.unique, false);
  assert.ok(difference(met.x, [0, 4 / 7, 1 / 7, 2 / 7]) < 1e-13);
  assert.equal(optimalVertices(plain({ H: four, c: [-2, -6, 4, -4] })).length, 2);
  const flat = { H: Matrix.zeros(2, 2), c: [0, 0] };
  for (const bound of [
    { upper: [0.5, 1] },
    { inequalities: { G: new Matrix([[1, 0]]), h: [0.5] } },
    { groups: [{ members: [0], upper: 0.5 }] },
  ]) {
    const { x, unique } = simplexQp({ ...flat, ...bound });
    assert.equal(unique, false);
    assert.ok(difference(x, [0.5, 0.5]) < 1e-15);
  }
});

test("a tie that the constraints break leaves one optimum", () => {
  // Tasks 0, 4, 5, 7 and 9 are equal, and nothing is left for them: the others are at their bounds.
  const upper = [0.4, 0.3, 0.2, 0.7, 0.5, 1, 0.9, 0.4, 0.3, 0.2];
  const B = [1, -3, 2, 4, 1, 1, 5, 1, -1, 1];
  const c = [0, -9, -9, -9, 0, 0, 9, 0, -9, 0];
  const problem = { H: new Matrix(B.map((p) => B.map((q) => p * q))), c, upper, groups: [{ members: [3], upper: 0.2 }] };
  const { x, unique } = simplexQp(problem);
  assert.ok(difference(x, [0, 0.3, 0.2, 0.2, 0, 0, 0, 0, 0.3, 0]) < 1e-14);
  assert.equal(unique, true);
});

test("Beale's cycling example comes to an end", () => {
  // A linear program whose first vertex is degenerate; the largest-coefficient rule without care repeats six bases for ever.
  const G = new Matrix([
    [1 / 4, -60, -1 / 25, 9, 0],
    [1 / 2, -90, -1 / 50, 3, 0],
    [0, 0, 1, 0, 0],
  ]);
  const { x, objective, iterations } = simplexQp({
    H: Matrix.zeros(5, 5),
    c: [-3 / 4, 150, -1 / 50, 6, 0],
    inequalities: { G, h: [0, 0, 0.5] },
  });
  assert.ok(difference(x, [0.02, 0, 0.5, 0, 0.48]) < 1e-14, `${x}`);
  assert.ok(Math.abs(objective + 1 / 40) < 1e-13);
  assert.ok(iterations < 100);
});

test("an almost-tie is no tie", () => {
  const result = simplexQp({ H: Matrix.zeros(3, 3), c: [0, 1e-6, 1] });
  assert.deepEqual([...result.x], [1, 0, 0]);
  assert.equal(result.unique, true);
  assert.ok(Math.abs(result.multipliers.lower[1] - 1e-6) < 1e-15);
});

test("where the tolerance does not allow the rounding of the least-norm point, the vertex found first stands", () => {
  const problem = { H: Matrix.zeros(7, 7), c: new Float64Array(7) };
  const { x, status, unique, leastNorm } = simplexQp(problem, { tolerance: 1e-18 });
  assert.deepEqual([status, unique, leastNorm], ["optimal", false, false]);
  assert.deepEqual([...x], [1, ...new Array(6).fill(0)]);
  assert.ok(difference(simplexQp(problem).x, new Float64Array(7).fill(1 / 7)) < 1e-15);
});

test("2,000 tasks in 20 directions: the optimum of least norm, from the dense H and from the factor", () => {
  const stream = random.stream("2000");
  const B = Array.from({ length: 2000 }, () => stream.fillNormal(new Float64Array(20)));
  const b = B[0].map((_, i) => B.reduce((sum, column) => sum + column[i] / 2000, 0));
  const factor = new Matrix(B).transpose();
  const c = B.map((column) => -column.reduce((sum, value, i) => sum + value * b[i], 0));
  for (const H of [factor.transpose().mmul(factor), { factor }]) {
    const result = simplexQp({ H, c });
    assert.equal(result.unique, false);
    // b is the mean of the tasks, and no probability vector is shorter than the uniform one.
    assert.ok(difference(result.x, new Float64Array(2000).fill(1 / 2000)) < 1e-12);
  }
});

test("2,000 equal tasks with a group: the weight is shared equally inside and outside it", () => {
  const result = simplexQp({
    H: new Matrix(2000, 2000).fill(3),
    c: new Float64Array(2000).fill(-7),
    groups: [{ members: [3, 5, 7], lower: 0.6 }],
  });
  assert.ok(
    difference(
      Array.from([3, 5, 7], (j) => result.x[j]),
      [0.2, 0.2, 0.2],
    ) < 1e-12,
  );
  assert.ok(Math.abs(result.x[0] - 0.4 / 1997) < 1e-12);
  assert.equal(result.unique, false);
});

test("a step limit that is hit is a status with a certificate, or an error", () => {
  const problem = familyProblem(FAMILIES.find(({ name }) => name.startsWith("full rank"))!.build(random.stream("limit")));
  const result = simplexQp(problem, { maxIterations: 2, throwOnFailure: false });
  assert.equal(result.status, "iteration-limit");
  assert.equal(result.message, SIMPLEX_QP_STATUS["iteration-limit"]);
  assert.equal(result.unique, false);
  assert.ok(violation(plain(problem), result.x) < 1e-12);
  const best = simplexQp(problem).objective;
  assert.ok(result.objective > best && result.objective - best <= result.certificate.gap);
  assert.throws(() => simplexQp(problem, { maxIterations: 2 }), { name: "SimplexQpError", message: /simplexQp: The step limit/ });
  const constrained = { ...problem, groups: [{ members: [0, 1, 2], lower: 0.9, upper: 0.95 }], upper: 0.4 };
  assert.equal(simplexQp(constrained, { maxIterations: 1, throwOnFailure: false }).status, "iteration-limit");
});

test("a certificate above the tolerance is a status", () => {
  const problem = familyProblem(FAMILIES[5].build(random.stream("inaccurate")));
  const result = simplexQp(problem, { tolerance: 1e-30, throwOnFailure: false });
  assert.equal(result.status, "inaccurate");
  assert.throws(
    () => simplexQp(problem, { tolerance: 1e-30 }),
    (error: unknown) => error instanceof SimplexQpError && error.result.status === "inaccurate",
  );
});

test("rows of numbers are as good as a Matrix, for H, its factor and G", () => {
  const rows = [
    [2, 0.5],
    [0.5, 1],
  ];
  const G = [[1, -1]];
  const c = [0, 0.1];
  const inMatrices = simplexQp({ H: new Matrix(rows), c, inequalities: { G: new Matrix(G), h: [-0.2] } });
  assert.deepEqual(simplexQp({ H: rows, c, inequalities: { G, h: [-0.2] } }), inMatrices);
  assert.deepEqual(simplexQp({ H: rows.map((row) => Float64Array.from(row)), c }).x, simplexQp({ H: new Matrix(rows), c }).x);
  assert.deepEqual(simplexQp({ H: { factor: rows }, c }), simplexQp({ H: { factor: new Matrix(rows) }, c }));
});

test("fields that are not read are refused by name, with those that are", () => {
  const problem = { H: Matrix.eye(2), c: [0, 0] };
  const bad = (extra: object, message: RegExp, options?: object): void => {
    assert.throws(() => simplexQp({ ...problem, ...extra } as SimplexQpProblem, options), { name: "TypeError", message });
  };
  bad({ u: [0.5, 0.5] }, /problem must have no other fields than H, c, constant, upper, groups, inequalities, got "u"/);
  bad({}, /options must have no other fields than tolerance, maxIterations, throwOnFailure, assumeConvex, got "maxiter"/, { maxiter: 1 });
  bad({ groups: [{ members: [0], max: 0.5 }] }, /groups\[0\] must have no other fields than members, lower, upper, name, got "max"/);
  bad({ inequalities: { A: Matrix.eye(2), h: [1, 1] } }, /inequalities must have no other fields than G, h, got "A"/);
  bad({ H: { factor: Matrix.eye(2), scale: 2 } }, /H must have no other fields than factor, got "scale"/);
});

test("bad input is refused with the argument, the rule and the value", () => {
  const H = Matrix.eye(2);
  const c = [0, 0];
  const bad = (problem: unknown, message: RegExp, options?: object): void => {
    assert.throws(() => simplexQp(problem as SimplexQpProblem, options), { message });
  };
  bad({ H: 1, c: [0] }, /H must be a Matrix of ml-matrix, its rows, or \{ factor \} with either, got 1/);
  bad({ H: [[1, 0], [0]], c }, /H\[1\] must be an array of 2 finite numbers/);
  bad({ H: [1, 2], c }, /H\[0\] must be a non-empty array of finite numbers, got 1/);
  bad({ H: new Matrix(2, 3), c }, /H must be square, got a 2x3 matrix/);
  bad(
    {
      H: new Matrix([
        [1, 2],
        [0, 1],
      ]),
      c,
    },
    /H must be symmetric, got entries \[1\]\[0\] = 0 and \[0\]\[1\] = 2/,
  );
  bad(
    {
      H: new Matrix([
        [1, 2],
        [2, 1],
      ]),
      c,
    },
    /H must be positive semidefinite, got a curvature of -3/,
  );
  bad(
    {
      H: new Matrix([
        [0, 1],
        [1, 0],
      ]),
      c,
    },
    /H must be positive semidefinite/,
  );
  bad(
    {
      H: new Matrix([
        [-1, 0],
        [0, 1],
      ]),
      c,
    },
    /H\[0\]\[0\] must be a number >= 0 .*got -1/,
  );
  const saddle = new Matrix([
    [1, -4, -1],
    [-4, 0, -4],
    [-1, -4, 1],
  ]);
  bad({ H: saddle, c: [-1, 0, 2] }, /negative curvature in a direction that involves task 1/, { assumeConvex: true });
  bad(
    {
      H: new Matrix([
        [1, Number.NaN],
        [0, 1],
      ]),
      c,
    },
    /H\[0\]\[1\] must be a finite number, got NaN/,
  );
  bad({ H, c: [0] }, /c must be an array of 2 finite numbers/);
  bad({ H, c: [0, Number.POSITIVE_INFINITY] }, /c\[1\] must be a finite number, got Infinity/);
  bad({ H: Matrix.mul(H, 1e200), c }, /Rescale/);
  bad({ H, c, upper: [1, -1] }, /upper\[1\] must be a number >= 0 or Infinity, got -1/);
  bad({ H, c, upper: [1] }, /upper must be a number or an array of 2 numbers/);
  bad({ H, c, groups: [{ members: [0, 2], lower: 0 }] }, /groups\[0\].members\[1\] must be an integer in \[0, 1\], got 2/);
  bad({ H, c, groups: [{ members: [1, 1], lower: 0 }] }, /groups\[0\].members must be distinct indices/);
  bad({ H, c, groups: [{ members: [1] }] }, /groups\[0\] must be given a lower or an upper bound/);
  bad({ H, c, groups: [{ members: [1], lower: 0.5, upper: 0.4 }] }, /groups\[0\].lower must be at most groups\[0\].upper = 0.4, got 0.5/);
  bad({ H, c, inequalities: { G: new Matrix(1, 3), h: [0] } }, /inequalities.G must be a matrix with 2 columns/);
  bad({ H, c, inequalities: { G: new Matrix(1, 2), h: [0, 0] } }, /inequalities.h must be an array of 1 finite numbers/);
  bad({ H, c }, /tolerance must be a finite number > 0/, { tolerance: 0 });
  bad({ H, c }, /maxIterations must be an integer >= 1/, { maxIterations: 0 });
});

test("the input is left as it was", () => {
  const problem = randomProblem(random.stream("input"), { maxTasks: 10, maxRows: 4 });
  const before = structuredClone(plain(problem));
  simplexQp(problem, { throwOnFailure: false });
  assert.deepEqual(plain(problem), before);
});

test("the same program gives the same numbers, bit for bit", () => {
  const problem = familyProblem(FAMILIES[6].build(random.stream("again")));
  assert.deepEqual(simplexQp(problem), simplexQp(problem));
  assert.equal(norm(simplexQp(problem).x) > 0, true);
});
