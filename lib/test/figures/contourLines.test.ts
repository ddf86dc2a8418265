import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { contourLines } from "../../dist/figures/contourLines.js";

const grid = (n: number) => Array.from({ length: n }, (_, i) => (2 * i) / (n - 1) - 1);

describe("contourLines", () => {
  test("finds the level line of a plane exactly", () => {
    const [line, ...rest] = contourLines(
      [0, 1, 2],
      [0, 1],
      [
        [0, 1, 2],
        [1, 2, 3],
      ],
      1.5,
    );
    assert.equal(rest.length, 0);
    for (const [i, x] of line!.x.entries()) assert.ok(Math.abs(x + line!.y[i] - 1.5) < 1e-12);
  });

  test("closes a circle, and follows it to second order in the grid's spacing", () => {
    for (const n of [21, 41]) {
      const xs = grid(n);
      const lines = contourLines(
        xs,
        xs,
        xs.map((y) => xs.map((x) => x * x + y * y)),
        0.5,
      );
      assert.equal(lines.length, 1);
      const { x, y } = lines[0];
      assert.deepEqual([x[0], y[0]], [x[x.length - 1], y[y.length - 1]]);
      const h = 2 / (n - 1);
      for (let i = 0; i < x.length; i++) assert.ok(Math.abs(x[i] ** 2 + y[i] ** 2 - 0.5) <= (h * h) / 4 + 1e-12);
    }
  });

  test("stops at missing values", () => {
    const [line] = contourLines(
      [0, 1, 2],
      [0, 1],
      [
        [0, 0, null],
        [1, 1, 1],
      ],
      0.5,
    );
    assert.deepEqual(
      [line!.x.slice().sort(), line!.y],
      [
        [0, 1],
        [0.5, 0.5],
      ],
    );
  });

  test("splits a saddle by the mean of its corners", () => {
    const lines = contourLines(
      [0, 1],
      [0, 1],
      [
        [1, 0],
        [0, 1],
      ],
      0.4,
    ); // the centre is above: the low corners are cut off
    assert.equal(lines.length, 2);
    for (const { x, y } of lines) assert.ok(x.every((v, i) => v > 0.5 === y[i] < 0.5));
  });

  test("every point of a line has the level, between the two grid values beside it", () => {
    const value = fc.integer({ min: -5, max: 5 });
    fc.assert(
      fc.property(fc.array(fc.array(value, { minLength: 4, maxLength: 4 }), { minLength: 4, maxLength: 4 }), (values) => {
        const at = (x: number, y: number) => {
          const [i, j] = [Math.floor(y), Math.floor(x)];
          const [u, v] = [x - j, y - i];
          const pick = (a: number, b: number) => values[Math.min(a, 3)][Math.min(b, 3)];
          return u === 0 ? (1 - v) * pick(i, j) + v * pick(i + 1, j) : (1 - u) * pick(i, j) + u * pick(i, j + 1);
        };
        for (const { x, y } of contourLines([0, 1, 2, 3], [0, 1, 2, 3], values, 0.5)) {
          for (let k = 0; k < x.length; k++) {
            assert.ok(Number.isInteger(x[k]) || Number.isInteger(y[k]), "on an edge of the grid");
            assert.ok(Math.abs(at(x[k], y[k]) - 0.5) < 1e-9);
          }
        }
      }),
    );
  });
});
