import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Rational } from "../../dist/core/rational.js";
import { integerRoot, Surd } from "../../dist/reasoning/surd.js";

const root = (p: number, q = 1): Surd => Surd.root(Rational.of(p, q))!;
const whole = (value: number): Surd => Surd.of(Rational.of(value));
const same = (a: Surd | undefined, b: Surd | undefined): void => assert.equal(a?.toString(), b?.toString());

test("equal sums of roots are the same, different ones are not", () => {
  same(root(8).add(root(2)), root(18));
  same(
    root(1, 2),
    whole(1)
      .multiply(root(8))!
      .multiply(Surd.of(Rational.of(1, 4))),
  );
  same(root(6), root(2).multiply(root(3)));
  same(
    root(2)
      .add(root(3))!
      .multiply(root(2).add(root(3))!),
    whole(5).add(root(24)),
  );
  same(root(2).add(root(2).negate()), whole(0));
  assert.equal(root(2).add(whole(1))!.rational(), undefined);
  assert.equal(root(49, 9).rational()?.toString(), "7/3");
});

test("roots of negative numbers multiply as imaginary ones", () => {
  same(root(-1).multiply(root(-1)), whole(-1));
  same(root(-2).multiply(root(-3)), root(6).negate());
  same(root(-2).multiply(root(3)), root(-6));
  same(root(-4), root(-1).multiply(whole(2)));
  same(root(-3).inverse(), root(-1, 3).negate());
});

test("a number times its inverse is 1, and sums and products have the value of floating-point arithmetic", () => {
  const part = fc.integer({ min: -30, max: 30 }).filter((value) => value !== 0);
  const radicand = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(part, radicand, part, radicand, (a, p, b, q) => {
      const value = whole(a)
        .multiply(root(p))!
        .add(whole(b).multiply(root(q))!)!;
      const number = a * Math.sqrt(p) + b * Math.sqrt(q);
      if (value.toString() === "0") assert.ok(Math.abs(number) < 1e-9);
      else same(value.inverse()!.multiply(value), whole(1));
      // Its square is A + B √pq.
      const square = a * a * p + b * b * q;
      same(value.multiply(value), whole(square).add(whole(2 * a * b).multiply(root(p * q))!));
    }),
  );
});

test("whole roots are found exactly, beyond the precision of doubles too", () => {
  const base = 12_345_678_901_234_567_890n;
  for (const order of [2, 3, 7]) {
    assert.equal(integerRoot(base ** BigInt(order), order), base);
    assert.equal(integerRoot(base ** BigInt(order) + 1n, order), undefined);
  }
  // A radicand whose square factors cannot be found is not guessed at.
  assert.equal(Surd.root(Rational.of((10n ** 20n + 39n) * (10n ** 20n + 129n))), undefined);
});
