import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { math, plainLabel } from "../../dist/figures/math.js";

describe("math", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["w_{k}", "w<sub>k</sub>"],
    ["n^{-2k}", "n<sup>−2k</sup>"],
    ["n^{−2k}", "n<sup>−2k</sup>"],
    ["λ_{max}", "λ<sub>max</sub>"],
    ["w_{k}^{*}", "w<sub>k</sub><sup>∗</sup>"],
    ["x_{a^{b}}", "x<sub>a<sup>b</sup></sub>"],
    ["error ‖w_k − w‖^2", "error ‖w<sub>k</sub> − w‖<sup>2</sup>"],
    ["(a + b)^2", "(a + b)<sup>2</sup>"],
    ["ŵ_k", "ŵ<sub>k</sub>"],
    ["power_law and snake_k_case", "power_law and snake_k_case"],
    ["2^10", "2^10"],
    ["k < n & n > d", "k &lt; n &amp; n &gt; d"],
    ["already <sub>k</sub> &lt; <b>n</b>", "already <sub>k</sub> &lt; <b>n</b>"],
    ["first<br>second", "first<br>second"],
    ["", ""],
  ];
  for (const [label, expected] of cases) {
    test(`turns ${JSON.stringify(label)} into ${JSON.stringify(expected)}`, () => {
      assert.equal(math(label), expected);
    });
  }

  test("changes nothing when applied twice", () => {
    for (const [label] of cases) assert.equal(math(math(label)), math(label), label);
  });

  test("refuses a brace that is not closed, and what is not a text", () => {
    assert.throws(() => math("w_{k"), { name: "RangeError", message: 'math: label must be a text whose braces close, got "w_{k"' });
    assert.throws(() => math(3 as unknown as string), { name: "TypeError", message: "math: label must be a string, got 3" });
  });

  test("plainLabel undoes the tags", () => {
    assert.equal(plainLabel(math("λ_{max} < n^{-2}")), "λ_max < n^−2");
    assert.equal(plainLabel("a<br><b>b</b> &amp; c"), "a b & c");
  });
});
