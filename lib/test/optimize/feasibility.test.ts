import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import type { SimplexQpProblem } from "../../dist/optimize/qpProblem.js";
import { simplexQp } from "../../dist/optimize/simplexQp.js";
import { optimalVertices, plain, randomProblem } from "./support.ts";

const base = { H: Matrix.eye(4), c: [0, 0, 0, 0] };

function conflictOf(problem: SimplexQpProblem) {
  const result = simplexQp(problem, { throwOnFailure: false });
  assert.equal(result.status, "infeasible");
  assert.ok(result.conflict);
  return result.conflict;
}

test("upper bounds that do not reach 1 are named with their sum", () => {
  const problem = { ...base, upper: 0.2 };
  assert.throws(() => simplexQp(problem), {
    name: "SimplexQpError",
    message: /the upper bounds sum to 0.8, and the weights must sum to 1/,
  });
  assert.deepEqual(conflictOf(problem).upper, [0, 1, 2, 3]);
});

test("two groups that ask for too much together are named, and a third that does not is not", () => {
  const groups = [
    { members: [0], lower: 0.6, name: "hard" },
    { members: [2], upper: 0.9, name: "easy" },
    { members: [1], lower: 0.5 },
  ];
  assert.throws(() => simplexQp({ ...base, groups }), {
    message: /group "hard" >= 0.6 and group 2 >= 0.5 exclude each other on the simplex\. No point .* Relax one that the conflict names/,
  });
  const conflict = conflictOf({ ...base, groups });
  assert.deepEqual(conflict.groups, [
    { group: 0, side: "lower" },
    { group: 2, side: "lower" },
  ]);
  assert.deepEqual(conflict.upper, []);
  // The excess of 0.1 is least in the Euclidean norm when it is halved.
  assert.ok(Math.abs(conflict.violation - Math.SQRT1_2 * 0.1) < 1e-12);
});

test("an upper bound that takes part in a conflict is named", () => {
  const conflict = conflictOf({ ...base, upper: [0.2, 0.3, 1, 1], groups: [{ members: [0, 1], lower: 0.6 }] });
  assert.deepEqual(conflict.upper, [0, 1]);
  assert.match(conflict.text, /group 0 >= 0.6 and the upper bounds of tasks 0, 1 exclude each other/);
});

test("an upper bound that x meets without need is not named", () => {
  const groups = [
    { members: [0], lower: 0.6 },
    { members: [1], lower: 0.5 },
  ];
  assert.deepEqual(conflictOf({ ...base, upper: [1, 1, 0, 1], groups }).upper, []);
});

test("an inequality that no point of the simplex meets is named alone", () => {
  const conflict = conflictOf({
    ...base,
    inequalities: {
      G: new Matrix([
        [1, 0, 0, 0],
        [5, 6, 7, 8],
        [0, 0, 0, 0],
      ]),
      h: [0.5, 4, 0],
    },
  });
  assert.deepEqual(conflict.inequalities, [1]);
  assert.match(conflict.text, /inequality 1 \(<= 4\) excludes every point/);
  assert.match(conflictOf({ ...base, inequalities: { G: new Matrix(1, 4), h: [-1] } }).text, /inequality 0 \(<= -1\)/);
  assert.match(conflictOf({ ...base, groups: [{ members: [0, 1], lower: 1.5 }] }).text, /group 0 >= 1.5 excludes/);
});

test("a conflict is one: alone it is infeasible, and without any one of its rows it is not", () => {
  let seen = 0;
  for (let k = 0; k < 250; k++) {
    const problem = randomProblem(Random.seed(4).stream("conflict", k), { maxTasks: 4, maxRows: 5 });
    const result = simplexQp(problem, { throwOnFailure: false });
    if (!result.conflict || (result.conflict.groups.length === 0 && result.conflict.inequalities.length === 0)) continue;
    seen++;
    const { groups = [], inequalities } = problem;
    const named = [
      ...result.conflict.groups.map(({ group, side }) => ({
        group: { ...groups[group], [side === "lower" ? "upper" : "lower"]: undefined },
        row: -1,
      })),
      ...result.conflict.inequalities.map((row) => ({ group: undefined, row })),
    ];
    const only = (kept: typeof named): SimplexQpProblem => {
      const rows = kept.filter(({ row }) => row >= 0).map(({ row }) => row);
      return {
        H: problem.H,
        c: problem.c,
        ...(problem.upper === undefined ? {} : { upper: problem.upper }),
        groups: kept.flatMap(({ group }) => (group ? [group] : [])),
        ...(rows.length > 0
          ? {
              inequalities: {
                G: new Matrix(rows.map((row) => (inequalities!.G as Matrix).getRow(row))),
                h: rows.map((row) => inequalities!.h[row]),
              },
            }
          : {}),
      };
    };
    assert.equal(optimalVertices(plain(only(named))).length, 0, `program ${k}: ${result.conflict.text}`);
    named.forEach((_, leave) => {
      const rest = named.filter((_, i) => i !== leave);
      assert.ok(optimalVertices(plain(only(rest))).length > 0, `program ${k}: ${result.conflict!.text}, without member ${leave}`);
    });
  }
  assert.ok(seen > 40, `${seen}`);
});

test("constraints that leave a single point are met exactly", () => {
  const result = simplexQp({
    H: Matrix.eye(3),
    c: [1, 2, 3],
    groups: [
      { members: [0, 1], lower: 0.4, upper: 0.4 },
      { members: [1, 2], lower: 0.75, upper: 0.75 },
    ],
  });
  assert.equal(result.unique, true);
  [0.25, 0.15, 0.6].forEach((expected, j) => {
    assert.ok(Math.abs(result.x[j] - expected) < 1e-14);
  });
});

test("redundant and repeated constraints do no harm", () => {
  const group = { members: [0, 1, 2, 3], lower: 1, upper: 1 };
  const G = new Matrix([
    [1, 1, 0, 0],
    [1, 1, 0, 0],
    [2, 2, 0, 0],
    [0, 0, -1, -1],
  ]);
  const result = simplexQp({ ...base, groups: [group, group], inequalities: { G, h: [0.4, 0.4, 0.8, -0.6] } });
  [0.2, 0.2, 0.3, 0.3].forEach((expected, j) => {
    assert.ok(Math.abs(result.x[j] - expected) < 1e-13, `${result.x}`);
  });
  assert.equal(result.status, "optimal");
});
