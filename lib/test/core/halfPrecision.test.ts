import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromHalf, toHalf } from "../../dist/core/halfPrecision.js";

test("every half survives the way to a number and back", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const back = toHalf(fromHalf(all));
  for (let i = 0; i < 65536; i++) {
    const isNaNHalf = (i & 0x7c00) === 0x7c00 && (i & 1023) !== 0;
    if (isNaNHalf) assert.ok(Number.isNaN(fromHalf(back.subarray(i, i + 1))[0]));
    else assert.equal(back[i], i);
  }
});

test("a number becomes the nearest half", () => {
  const positive = fromHalf(Uint16Array.from({ length: 0x7c00 }, (_, i) => i));
  fc.assert(
    fc.property(fc.float({ min: -65000, max: 65000, noNaN: true }), (value) => {
      const [h] = toHalf([value]) as unknown as [number];
      const here = Math.abs(value - fromHalf(Uint16Array.of(h))[0]);
      for (const neighbour of [h - 1, h + 1]) {
        const index = neighbour & 0x7fff;
        if (index < positive.length) assert.ok(here <= Math.abs(Math.abs(value) - positive[index]) + 1e-12);
      }
    }),
    { seed: 2 },
  );
  assert.deepEqual(Array.from(toHalf([1, -2, 65504, 1e6, -1e6, 2 ** -24, 2 ** -26, 0])), [0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00, 1, 0, 0]);
});
