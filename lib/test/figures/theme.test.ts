import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MAX_SERIES, SEQUENTIAL_SCALE, seriesStyle } from "../../dist/figures/theme.js";

/** CIE lightness L* of a colour, which is what is left of it in greyscale. */
function lightness(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const v = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  const y = 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (24389 / 27) * y;
}

describe("the theme", () => {
  const styles = Array.from({ length: MAX_SERIES }, (_, i) => seriesStyle(i));

  test("gives every series its own colour and its own symbol", () => {
    assert.equal(new Set(styles.map((style) => style.color)).size, MAX_SERIES);
    assert.equal(new Set(styles.map((style) => style.symbol)).size, MAX_SERIES);
  });

  test("uses exactly the colours of Okabe and Ito", () => {
    const palette = ["#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"];
    assert.deepEqual(styles.map((style) => style.color).sort(), palette.sort());
  });

  test("tells any two series apart in greyscale by lightness or by dash", () => {
    for (const [i, a] of styles.entries()) {
      for (const b of styles.slice(i + 1)) {
        const apart = Math.abs(lightness(a.color) - lightness(b.color));
        assert.ok(apart >= 14 || a.dash !== b.dash, `${a.color} and ${b.color}: ${apart.toFixed(1)} apart, same dash`);
      }
    }
  });

  test("tells the first three series apart in greyscale by lightness alone", () => {
    const [a, b, c] = styles.map((style) => lightness(style.color));
    for (const apart of [a! - b!, b! - c!, a! - c!]) assert.ok(Math.abs(apart) > 20, String(apart));
  });

  test("the sequential scale darkens steadily", () => {
    const levels = SEQUENTIAL_SCALE.map(([, color]) => lightness(color));
    for (let i = 1; i < levels.length; i++) assert.ok(levels[i] < levels[i - 1] - 3, levels.map((v) => v.toFixed(0)).join(" "));
  });

  test("refuses a ninth series", () => {
    assert.throws(() => seriesStyle(8), { name: "RangeError", message: "seriesStyle: index must be an integer in [0, 7], got 8" });
    assert.throws(() => seriesStyle(-1), RangeError);
    assert.throws(() => seriesStyle(0.5), RangeError);
  });
});
