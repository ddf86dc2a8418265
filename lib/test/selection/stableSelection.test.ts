import assert from "node:assert/strict";
import { test } from "node:test";
import { EigenvalueDecomposition, Matrix, solve } from "ml-matrix";
import { drawTaskPool } from "../../../studies/dist/taskPool.js";
import { Random } from "../../dist/core/random.js";
import { Covariance } from "../../dist/model/covariance.js";
import { gammaMatrix } from "../../dist/model/gamma.js";
import { mixturePreconditioner } from "../../dist/model/mixture.js";
import { sampleSecondMoment } from "../../dist/model/wishart.js";
import { mixtureCoverage, promptMargin } from "../../dist/selection/coverage.js";
import { errorSelection, randomMixture } from "../../dist/selection/errorSelection.js";
import { selectTasks } from "../../dist/selection/selectTasks.js";
import { largestMargin, StableSelectionError, stableSelection } from "../../dist/selection/stableSelection.js";
import { selectionObjective, whitenedTasks } from "../../dist/theory/paper/selectionProgram.js";
import { randomSetting, simplexGrid } from "./support.ts";

const least = (matrix: Matrix) => Math.min(...new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues);
const pools = Array.from({ length: 40 }, (_, i) =>
  drawTaskPool({ reading: "length", d: 10, perType: 5 }, Random.seed(7).stream("task-pool", i)),
);

test("where everything commutes the stable selection reaches its margin, and costs nothing where the selection had it", () => {
  let bound = 0;
  for (const pool of pools) {
    const { tasks, target, lengths } = pool;
    const plain = selectTasks({ tasks, target, lengths, form: "gamma" });
    const stable = stableSelection({ tasks, target, lengths, form: "gamma", margin: 0.1 });
    assert.ok(stable.coverage >= 0.6 - 1e-7, `coverage ${stable.coverage}`);
    // μ <= 1/0.6, so 1 - μ >= -2/3; directions learned timidly may be slower than that, but not diverge.
    assert.ok(stable.growth < 1);
    const already = mixtureCoverage({ tasks, target, lengths, weights: plain.weights }).coverage >= 0.6;
    if (already) assert.ok(Math.abs(stable.objective - plain.objective) <= 1e-8 * (1 + plain.objective));
    else {
      bound++;
      assert.ok(stable.objective > plain.objective);
      assert.ok(stable.certificate.binding.length > 0);
    }
    assert.ok(stable.objective >= stable.certificate.lowerBound - 1e-7);
  }
  assert.ok(bound >= 5, `the constraint bound in ${bound} pools only`);
});

test("no direction is left out to satisfy the constraint, unless that is allowed; then it is frozen and does not diverge", () => {
  let frozen = 0;
  for (const index of [1, 14]) {
    const pool = drawTaskPool({ reading: "directions", d: 100, perType: 10, promptLength: 500 }, Random.seed(7).stream("task-pool", index));
    const { tasks, target, lengths } = pool;
    // Rounding leaves traces of tasks here, which teach their own Γ_l however small their weight.
    const loose = stableSelection({ tasks, target, lengths, margin: 0.3, cover: 0 });
    assert.ok(loose.coverage >= 0.8 - 1e-6, `pool ${index}: coverage ${loose.coverage}`);
    assert.ok(loose.growth <= 1, `pool ${index}: growth ${loose.growth}`);
    if (loose.growth === 1) frozen++;
    const strict = stableSelection({ tasks, target, lengths, margin: 0.1 });
    assert.ok(strict.growth < 1, `pool ${index}: growth ${strict.growth}`);
  }
  assert.ok(frozen > 0);
});

for (const pivot of ["mean-gamma", "mean-covariance", "per-prompt"] as const) {
  test(`without commuting, "${pivot}": no mixture on a grid satisfies the constraint and has a smaller objective`, () => {
    let binding = 0;
    for (let seed = 0; seed < 7; seed++) {
      const { tasks, target, lengths } = randomSetting(3, 3, seed, 0.1);
      const most = largestMargin({ tasks, target, lengths, pivot });
      if (most < 0.02) continue;
      const margin = Math.min(0.6 * most, 0.4);
      const stable = stableSelection({ tasks, target, lengths, pivot, margin, form: "whitened" });
      assert.ok(stable.certificate.slack >= -1e-8);
      assert.ok(Math.abs(stable.objective - stable.certificate.lowerBound) <= 1e-6 * (1 + stable.objective));
      if (stable.certificate.binding.length > 0) binding++;
      for (const weights of simplexGrid(24)) {
        if (constraint(pivot, weights, { tasks, target, lengths }, 0.5 + margin) < 0) continue;
        const objective = selectionObjective({ tasks, target, form: "whitened", weights });
        assert.ok(objective >= stable.objective - 1e-6, `${weights} has ${objective} < ${stable.objective}`);
      }
    }
    assert.ok(binding >= 2, `the constraint pressed in ${binding} instances only`);
  });
}

function constraint(
  pivot: string,
  weights: readonly number[],
  { tasks, target, lengths }: ReturnType<typeof randomSetting>,
  tau: number,
): number {
  if (pivot === "per-prompt") return contraction(weights, { tasks, target, lengths }, tau);
  const sum = Matrix.zeros(target.d, target.d);
  tasks.forEach((task, l) => {
    const gamma = gammaMatrix({ covariance: task, n: pivot === "mean-covariance" ? Number.POSITIVE_INFINITY : lengths[l] }).matrix;
    sum.add(Matrix.sub(gamma, Matrix.mul(target.matrix, tau)).mul(weights[l]));
  });
  return least(sum.add(sum.transpose()).mul(0.5));
}

/** λ_min of ΣΛ̄ + Λ̄Σ - 2τ Λ̄Σ M̄^{-1} ΣΛ̄, from the learned A = Λ̄M̄^{-1}: Λ̄Σ M̄^{-1} ΣΛ̄ = (ΣΛ̄)ᵀ M̄^{-1} ΣΛ̄ and Λ̄M̄^{-1} = A. */
function contraction(weights: readonly number[], { tasks, target, lengths }: ReturnType<typeof randomSetting>, tau: number): number {
  const mean = Matrix.zeros(target.d, target.d);
  tasks.forEach((task, l) => {
    mean.add(Matrix.mul(task.matrix, weights[l]));
  });
  if (least(mean) < 1e-12) return Number.NEGATIVE_INFINITY;
  const A = mixturePreconditioner({ tasks, lengths, weights });
  const cross = target.matrix.mmul(mean);
  const product = solve(mean, A).transpose(); // M̄^{-1}, since Λ̄^{-1}A = M̄^{-1}
  const curved = cross
    .transpose()
    .mmul(product)
    .mmul(cross)
    .mul(2 * tau);
  const gap = Matrix.add(cross, cross.transpose()).sub(curved);
  return least(gap.add(gap.transpose()).mul(0.5));
}

test("whatever the tasks, a stable selection converges: 300 settings of high condition that do not commute", () => {
  const random = Random.seed(77);
  let solved = 0;
  let unstable = 0;
  for (let t = 0; t < 300; t++) {
    const r = random.stream(t);
    const size = () => Math.exp(5 * (2 * r.uniform() - 1));
    const tasks = Array.from({ length: 3 }, () => rotated(Math.PI * r.uniform(), size(), size()));
    const target = rotated(Math.PI * r.uniform(), 0.03 * size(), 3 * size());
    const lengths = tasks.map(() => [5, 100, Number.POSITIVE_INFINITY][r.integer(3)]);
    const plain = selectTasks({ tasks, target, form: "whitened" }).weights;
    if (mixtureCoverage({ tasks, target, lengths, weights: plain }).growth > 1) unstable++;
    const { status, growth } = stableSelection({
      tasks,
      target,
      lengths,
      form: "whitened",
      margin: 0.01,
      maxRounds: 60,
      throwOnFailure: false,
    });
    if (status !== "optimal") continue;
    solved++;
    assert.ok(growth < 1, `setting ${t}: growth ${growth}`);
  }
  assert.ok(solved >= 100 && unstable >= 100, `${solved} solved, ${unstable} unstable without the constraint`);
});

function rotated(angle: number, first: number, second: number): Covariance {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return Covariance.fromMatrix([
    [c * c * first + s * s * second, c * s * (first - second)],
    [c * s * (first - second), s * s * first + c * c * second],
  ]);
}

test("coverage above one half is exactly a contraction of every step in the norm of the target", () => {
  const random = Random.seed(5);
  let above = 0;
  for (let seed = 0; seed < 60; seed++) {
    const setting = randomSetting(3, 3, seed, 0.02);
    const weights = randomMixture(3, random.stream(seed));
    const { coverage, growth } = mixtureCoverage({ ...setting, weights });
    const root = setting.target.apply(Math.sqrt);
    const step = Matrix.sub(Matrix.eye(3, 3), root.mmul(mixturePreconditioner({ ...setting, weights })).mmul(root));
    const norm = Math.sqrt(-least(step.transpose().mmul(step).mul(-1)));
    assert.equal(coverage > 0.5, norm < 1, `coverage ${coverage}, norm ${norm}`);
    if (coverage > 0.5) {
      above++;
      assert.ok(growth < 1);
    }
  }
  assert.ok(above > 5 && above < 55, `${above} of 60 are above one half`);
});

test("tasks that are too weak in one direction are reported as infeasible, with the largest margin below the one asked for", () => {
  const setting = {
    tasks: [Covariance.diagonal([1, 0.1]), Covariance.diagonal([0.8, 0.2])],
    target: Covariance.diagonal([1, 1]),
    lengths: 1e6,
  };
  assert.throws(() => stableSelection(setting), StableSelectionError);
  const result = stableSelection({ ...setting, throwOnFailure: false });
  assert.equal(result.status, "infeasible");
  const most = largestMargin(setting);
  assert.ok(Math.abs(most - (0.2 - 0.5)) < 2e-4, `${most}`);
});

test("off the commuting case a refusal does not claim that nothing converges, and where it is exact it does", () => {
  const lengths = [5, 20, 80, 300];
  let found = 0;
  for (let seed = 0; seed < 60; seed++) {
    const setting = { ...randomSetting(3, 4, seed, 0), lengths };
    const result = stableSelection({ ...setting, margin: 0, throwOnFailure: false });
    assert.equal(result.exact, false);
    if (result.status !== "infeasible") continue;
    const { weights } = errorSelection({ ...setting, k: 20, maxIterations: 100 });
    if (mixtureCoverage({ ...setting, weights }).growth < 0.999) found++;
    assert.throws(
      () => stableSelection({ ...setting, margin: 0 }),
      /meets the sufficient condition.*a mixture may converge all the same \(see errorSelection/,
    );
  }
  assert.ok(found > 2, `${found} refusals with a mixture that converges`);
  const weak = { tasks: [Covariance.diagonal([1, 0.1])], target: Covariance.diagonal([1, 1]), lengths: 1000 };
  assert.throws(
    () => stableSelection({ ...weak, margin: 0 }),
    /no mixture of these tasks reaches a margin of 0: in some direction all are too weak/,
  );
  assert.equal(stableSelection({ ...weak, margin: 0, throwOnFailure: false }).exact, true);
});

test("the largest margin can be reached, and no more", () => {
  const { tasks, target, lengths } = pools[0];
  const most = largestMargin({ tasks, target, lengths });
  assert.equal(stableSelection({ tasks, target, lengths, margin: most - 1e-3, throwOnFailure: false }).status, "optimal");
  assert.equal(stableSelection({ tasks, target, lengths, margin: most + 1e-3, throwOnFailure: false }).status, "infeasible");
});

test("with the margin of a finite prompt nearly all prompts converge", () => {
  const d = 60;
  const m = 120;
  const margin = promptMargin({ d, m });
  const target = Covariance.diagonal(Array.from({ length: d }, (_, i) => 1 / (1 + i)));
  const pivot = target.scale((0.5 + margin) * 1.08).apply((value) => 1 / Math.sqrt(value));
  const random = Random.seed(9);
  const largest = Array.from({ length: 40 }, (_, t) => {
    const [M] = whitenedTasks(Covariance.diagonal(Array.from({ length: d }, () => 1)), [
      pivot.mmul(sampleSecondMoment({ covariance: target, m }, random.stream(t))).mmul(pivot),
    ]);
    return -least(M!.mul(-1));
  });
  assert.ok(largest.filter((value) => value < 2).length >= 38, `largest ${Math.max(...largest)}`);
  assert.equal(promptMargin({ d: 5, m: Number.POSITIVE_INFINITY }), 0);
});

test("arguments outside their domain are named", () => {
  const { tasks, target, lengths } = pools[0];
  assert.throws(
    () => stableSelection({ tasks, target, lengths, margin: -0.1 }),
    /stableSelection: margin must be a number in \[0, 10\], got -0.1/,
  );
  assert.throws(() => stableSelection({ tasks, target, lengths, pivot: "mean" as never }), /pivot must be one of/);
  assert.throws(() => promptMargin({ d: 0, m: 5 }), /promptMargin: d/);
});
