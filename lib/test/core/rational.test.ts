import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { logOfRatio, Rational, ratioToNumber } from "../../dist/core/rational.js";

const wide = fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n });
const positive = fc.bigInt({ min: 1n, max: 10n ** 60n });
const rationals = fc.tuple(wide, positive).map(([p, q]) => Rational.of(p, q));

/** The exact value of a double. */
function exact(x: number): Rational {
  let exponent = 0;
  let mantissa = x;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent++;
  }
  return Rational.of(BigInt(mantissa), 1n << BigInt(exponent));
}

/** The next double above or below. */
function neighbour(x: number, direction: 1 | -1): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigInt64(0);
  if (x === 0) return direction * Number.MIN_VALUE;
  view.setBigInt64(0, bits + (x > 0 === direction > 0 ? 1n : -1n));
  return view.getFloat64(0);
}

test("fractions are kept in lowest terms, with the sign in the numerator", () => {
  assert.equal(Rational.of(6, -4).toString(), "-3/2");
  assert.equal(Rational.of(0, -7).toString(), "0");
  assert.equal(Rational.of(-8n, -4n).toString(), "2");
});

test("the field laws hold", () => {
  fc.assert(
    fc.property(rationals, rationals, rationals, (a, b, c) => {
      assert.ok(
        a
          .add(b)
          .multiply(c)
          .equals(a.multiply(c).add(b.multiply(c))),
      );
      assert.ok(a.subtract(b).add(b).equals(a));
      if (b.numerator !== 0n) assert.ok(a.divide(b).multiply(b).equals(a));
      assert.equal(a.compare(b), -b.compare(a) + 0);
    }),
    { seed: 1 },
  );
});

test("pow is repeated multiplication, and negative exponents invert", () => {
  const x = Rational.of(-2, 3);
  assert.equal(x.pow(3).toString(), "-8/27");
  assert.equal(x.pow(-3).toString(), "-27/8");
  assert.equal(x.pow(-2).toString(), "9/4");
  assert.equal(x.pow(0).toString(), "1");
  assert.throws(() => Rational.of(0).pow(-1), RangeError);
});

test("toNumber is the nearest double: no neighbour is nearer, and an exact double comes back", () => {
  fc.assert(
    fc.property(wide, positive, fc.integer({ min: -1100, max: 900 }), (p, q, shift) => {
      const x = shift >= 0 ? Rational.of(p << BigInt(shift), q) : Rational.of(p, q << BigInt(-shift));
      if (p === 0n) return;
      let value: number;
      try {
        value = x.toNumber();
      } catch {
        assert.ok((p < 0n ? Rational.of(0).subtract(x) : x).log() > 709.78, "only an overflow may throw");
        return;
      }
      const distance = (y: number) => {
        const gap = x.subtract(exact(y));
        return gap.numerator < 0n ? Rational.of(-gap.numerator, gap.denominator) : gap;
      };
      for (const direction of [1, -1] as const) {
        const other = neighbour(value, direction);
        if (Number.isFinite(other)) assert.ok(distance(value).compare(distance(other)) <= 0, `${x} -> ${value}`);
      }
      assert.equal(exact(value).toNumber(), value);
    }),
    { seed: 2, numRuns: 500 },
  );
});

test("ties go to even, in the normal and in the subnormal range", () => {
  const two53 = 2n ** 53n;
  assert.equal(ratioToNumber(two53 + 1n, 1n), 2 ** 53);
  assert.equal(ratioToNumber(two53 + 3n, 1n), 2 ** 53 + 4);
  assert.equal(ratioToNumber(1n, 2n ** 1075n), 0);
  assert.equal(ratioToNumber(3n, 2n ** 1075n), 2 * Number.MIN_VALUE);
  assert.equal(ratioToNumber(1n, 2n ** 1074n), Number.MIN_VALUE);
  assert.equal(ratioToNumber((two53 - 1n) * 2n ** 971n, 1n), Number.MAX_VALUE);
});

test("numerators and denominators beyond any double still give the value and its logarithm", () => {
  const x = Rational.of(3n ** 5001n, 3n ** 5000n * 7n);
  assert.equal(x.toNumber(), 3 / 7);
  assert.equal(ratioToNumber(3n ** 5000n, 3n ** 5001n), 1 / 3);
  assert.ok(Math.abs(Rational.of(3).pow(5000).log() - 5000 * Math.log(3)) < 1e-11);
  assert.ok(Math.abs(Rational.of(3).pow(-5000).log() + 5000 * Math.log(3)) < 1e-11);
});

test("the logarithm keeps its relative accuracy near 1", () => {
  const x = Rational.of(10n ** 40n + 1n, 10n ** 40n);
  assert.equal(x.log(), 1e-40);
  assert.equal(Rational.of(10n ** 40n - 1n, 10n ** 40n).log(), -1e-40);
  assert.equal(Rational.of(1).log(), 0);
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (value) => {
      assert.ok(Math.abs(exact(value).log() - Math.log(value)) <= 4e-16 * Math.abs(Math.log(value)));
    }),
    { seed: 3, numRuns: 300 },
  );
});

test("bad input throws and overflow is not silent", () => {
  assert.throws(() => Rational.of(1, 0), /denominator must be non-zero/);
  assert.throws(() => Rational.of(0.5), RangeError);
  assert.throws(() => Rational.of("1" as unknown as number), TypeError);
  assert.throws(() => Rational.of(1).divide(Rational.of(0)), RangeError);
  assert.throws(() => Rational.of(10).pow(400).toNumber(), /Use its logarithm/);
  assert.throws(() => logOfRatio(-1n, 2n), RangeError);
  assert.throws(() => logOfRatio(0n, 2n), RangeError);
});
