import assert from "node:assert/strict";
import { test } from "node:test";
import { startPeers } from "../../../benchmarks/peers/qpPeers.ts";
import { Random } from "../../dist/core/random.js";
import { simplexQp } from "../../dist/optimize/simplexQp.js";
import { FAMILIES, familyProblem, objectiveAt, plain, randomProblem, violation } from "./support.ts";

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

test("programs of every family, and with every kind of constraint, agree with Clarabel", async (t) => {
  const peers = await startPeers((reason) => t.skip(reason));
  if (!peers) return;
  try {
    if (!peers.versions.clarabel) {
      t.skip("the Python found has no clarabel");
      return;
    }
    const random = Random.seed(31);
    const problems = [
      ...FAMILIES.map((family) => ({ name: family.name, problem: familyProblem(family.build(random.stream(family.name))) })),
      ...Array.from({ length: 40 }, (_, k) => ({
        name: `program ${k}`,
        problem: randomProblem(random.stream(k), { maxTasks: 30, maxRows: 6 }),
      })),
    ];
    let compared = 0;
    for (const { name, problem } of problems) {
      const result = simplexQp(problem, { throwOnFailure: false });
      const qp = plain(problem);
      await peers.load({
        H: qp.H,
        c: qp.c,
        upper: qp.upper.map(orNull),
        rows: qp.rows.map(({ a, low, high }) => ({ a, low: orNull(low), high: orNull(high) })),
      });
      const { x, status } = await peers.solve("clarabel", 1e-9);
      if (result.status === "infeasible") {
        assert.notEqual(status, "Solved", name);
        continue;
      }
      if (status !== "Solved") continue;
      compared++;
      const scale = Math.max(1, ...qp.c.map(Math.abs));
      assert.ok(violation(qp, x) < 1e-6, name);
      assert.ok(Math.abs(objectiveAt(qp, x) - result.objective) < 1e-6 * scale, `${name}: ${objectiveAt(qp, x)} and ${result.objective}`);
      if (result.unique && name.startsWith("program")) {
        assert.ok(
          x.every((value, j) => Math.abs(value - result.x[j]) < 1e-2),
          name,
        );
      }
    }
    assert.ok(compared > 20, `${compared}`);
  } finally {
    peers.close();
  }
});
