import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { finiteDifferenceGradient } from "../../dist/core/finiteDifference.js";
import { Random } from "../../dist/core/random.js";
import { largestZ, sampleMean, sampleMeanMatrix } from "../../dist/simulation/sampleMean.js";

test("mean and standard error of known draws", () => {
  // Stream i gives the i-th value: 1, 2, 3, 4 has mean 2.5 and sample variance 5/3.
  const { mean, standardError } = sampleMean((random) => 1 + Number(random.name.split("/").at(-1)), { draws: 4, random: Random.seed(1) });
  assert.equal(mean, 2.5);
  assert.ok(Math.abs(standardError - Math.sqrt(5 / 3 / 4)) < 1e-15);
});

test("standard errors are calibrated: z of the mean has variance 1", () => {
  const zs = Array.from({ length: 400 }, (_, i) => {
    const { mean, standardError } = sampleMean((random) => random.normal() ** 2, { draws: 500, random: Random.seed(i) });
    return (mean - 1) / standardError;
  });
  const square = zs.reduce((sum, z) => sum + z * z, 0) / zs.length;
  assert.ok(Math.abs(square - 1) <= 4 * Math.sqrt(2 / zs.length));
});

test("more draws keep the first ones", () => {
  const names: string[] = [];
  sampleMean((random) => names.push(random.name), { draws: 3, random: Random.seed(9) });
  assert.deepEqual(names, ["9/0", "9/1", "9/2"]);
});

test("largestZ finds the entry that is off, and entries without spread must agree", () => {
  const draws = sampleMeanMatrix((random) => new Matrix([[random.normal(), 2]]), { draws: 100, random: Random.seed(1) });
  assert.ok(largestZ(draws, new Matrix([[0, 2]])) <= 4);
  assert.ok(largestZ(draws, new Matrix([[5, 2]])) > 20);
  assert.ok(largestZ(draws, new Matrix([[0, 2.001]])) > 1e6);
  assert.throws(() => largestZ(draws, Matrix.zeros(2, 2)), RangeError);
});

test("bad draws are named", () => {
  assert.throws(() => sampleMean(() => Number.NaN, { draws: 3, random: Random.seed(1) }), {
    message: "sampleMean: draw 0 must be finite, got NaN",
  });
  assert.throws(() => sampleMean(() => 1, { draws: 1, random: Random.seed(1) }), /draws must be an integer >= 2, got 1/);
});

test("central differences are exact for quadratics up to rounding", () => {
  const V = new Matrix([
    [1, 2],
    [3, 4],
  ]);
  const gradient = finiteDifferenceGradient((M) => Matrix.mul(M, M).sum(), V);
  assert.ok(Matrix.sub(gradient, Matrix.mul(V, 2)).norm("max") < 1e-9);
  assert.throws(() => finiteDifferenceGradient(() => Number.NaN, V), /f near entry \[0\]\[0\] must be finite/);
});
