import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../dist/core/random.js";
import { sampleMean } from "../../dist/simulation/sampleMean.js";

const draws = 100_000;
/** |z| of a sample mean against its expectation. */
const z = (draw: (random: Random) => number, expected: number, seed: string): number => {
  const { mean, standardError } = sampleMean(draw, { draws, random: Random.seed(seed) });
  return Math.abs(mean - expected) / standardError;
};

test("a stream depends on its name only, not on the order of use or on what was drawn before", () => {
  const first = Random.seed(7).stream("prompts", 12);
  const parent = Random.seed(7);
  parent.normal();
  parent.stream("prompts", 11).normal();
  const second = parent.stream("prompts").stream(12);
  assert.equal(second.name, first.name);
  assert.deepEqual(
    Array.from({ length: 5 }, () => first.normal()),
    Array.from({ length: 5 }, () => second.normal()),
  );
});

test("the generator's numbers are pinned, so that published results stay the same", () => {
  const random = Random.seed(7).stream("pinned");
  assert.deepEqual(
    [random.uniform(), random.normal(), random.integer(1000), random.chiSquare(3)],
    [0.05568090663291514, -0.7173757828562425, 252, 5.820217512875461],
  );
});

test("fillNormal gives the numbers of repeated calls of normal, in parts of any size", () => {
  const whole = Random.seed(3).fillNormal(new Float64Array(11));
  const parts = Random.seed(3);
  const values = [parts.normal(), ...parts.fillNormal(new Float64Array(3)), parts.normal(), ...parts.fillNormal(new Float64Array(6))];
  assert.deepEqual(values, [...whole]);
});

test("normal numbers have the moments of N(0, 1): 0, 1, 0, 3", () => {
  [0, 1, 0, 3].forEach((expected, i) => {
    assert.ok(z((random) => random.normal() ** (i + 1), expected, `normal-${i}`) <= 4);
  });
});

test("chi-square numbers have mean and second moment ν and ν(ν + 2), for small and fractional ν too", () => {
  for (const nu of [0.5, 1, 2.5, 40]) {
    assert.ok(z((random) => random.chiSquare(nu), nu, `chi-${nu}`) <= 4);
    assert.ok(z((random) => random.chiSquare(nu) ** 2, nu * (nu + 2), `chi2-${nu}`) <= 4);
  }
});

test("neighbouring streams are uncorrelated", () => {
  const root = Random.seed("neighbours");
  let sum = 0;
  for (let i = 0; i < draws; i++) sum += root.stream(i).normal() * root.stream(i + 1).normal();
  assert.ok(Math.abs(sum / Math.sqrt(draws)) <= 4);
});

test("the first numbers of many streams are uniform (chi-square over 64 bins)", () => {
  const bins = new Float64Array(64);
  for (let i = 0; i < draws; i++) bins[Math.floor(64 * Random.seed(i).stream("x").uniform())]++;
  const expected = draws / 64;
  const statistic = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // χ² with 63 degrees of freedom: mean 63, standard deviation sqrt(126).
  assert.ok(Math.abs(statistic - 63) / Math.sqrt(126) <= 4);
});

test("permutations and integers are uniform", () => {
  const random = Random.seed("uniform");
  const counts = new Map<string, number>();
  for (let i = 0; i < 60_000; i++) {
    const key = random.permutation(3).join("");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  // Binomial(60000, 1/6): standard deviation 91.3.
  for (const count of counts.values()) assert.ok(Math.abs(count - 10_000) <= 4 * 91.3);
});

test("bad input is named", () => {
  assert.throws(() => Random.seed(-1), { name: "RangeError", message: "Random.seed: seed must be an integer >= 0, got -1" });
  assert.throws(() => Random.seed(1.5), RangeError);
  assert.throws(() => Random.seed(""), RangeError);
  assert.throws(() => Random.seed(1).stream(), RangeError);
  assert.throws(() => Random.seed(1).chiSquare(0), { message: "Random.chiSquare: degrees must be a finite number > 0, got 0" });
  assert.throws(() => Random.seed(1).integer(0), RangeError);
});
