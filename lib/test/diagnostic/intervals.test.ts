import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { drawMoments } from "../../../studies/dist/calibration.js";
import { Random } from "../../dist/core/random.js";
import { SecondMoments } from "../../dist/data/moments.js";
import { combine, descending, leaveOut } from "../../dist/diagnostic/jackknife.js";
import { Sample } from "../../dist/diagnostic/sample.js";
import { shrink, shrinkageIntensity } from "../../dist/diagnostic/shrinkage.js";
import { spectrumReport } from "../../dist/diagnostic/spectra.js";
import { studentQuantile } from "../../dist/diagnostic/studentQuantile.js";
import { eigenvalues } from "../../dist/linalg/dense.js";

test("quantiles of Student's t are SciPy's", () => {
  // python3 -c "from scipy.stats import t; print([float(t.ppf(p, nu)) for p in (0.6, 0.75, 0.9, 0.975, 0.995, 0.9999)])", SciPy 1.17.1
  const orders = [0.6, 0.75, 0.9, 0.975, 0.995, 0.9999];
  const table: [number, number[]][] = [
    [1, [0.32491969623290634, 1.0000000000000002, 3.0776835371752544, 12.706204736174694, 63.656741162871526, 3183.098757118502]],
    [1.5, [0.30074539256979543, 0.8725946625415716, 2.1963984175655376, 6.016663104427929, 17.820310514462804, 242.26409884652412]],
    [2, [0.2886751345948128, 0.8164965809277261, 1.8856180831641272, 4.302652729749462, 9.924843200918287, 70.70007107496818]],
    [4.7, [0.2680827195410317, 0.730227781246547, 1.4901550815168034, 2.62072607535317, 4.1678920401190584, 10.42294722553972]],
    [9, [0.260955336473911, 0.7027221467513264, 1.3830287383966329, 2.262157162798205, 3.249835541592126, 6.010132129081531]],
    [30.5, [0.25556816383917524, 0.6826187687672801, 1.309931316030375, 2.04086944518632, 2.746967063704737, 4.224575878379301]],
    [200, [0.25368437919014747, 0.6757184114042201, 1.2857987939948012, 1.9718962236339088, 2.600634436191558, 3.789120788747759]],
    [699.9, [0.2534434272881238, 0.6748404409929943, 1.2827623113219768, 1.9633591969552988, 2.5828720172467423, 3.7388119593644302]],
    [700.1, [0.25344339976465663, 0.6748403407636017, 1.282761965110759, 1.9633582253833695, 2.5828700001592435, 3.7388062774627793]],
    [10000, [0.253353843445727, 0.6745142844835927, 1.2816362297304775, 1.960201239890626, 2.5763210466685282, 3.7203958691176684]],
    [100000000, [0.2533471038098203, 0.6744897526494311, 1.2815515740104482, 1.9599640082627663, 2.5758293527143774, 3.719016623348324]],
  ];
  for (const [degrees, values] of table)
    orders.forEach((p, i) => void assert.ok(Math.abs(studentQuantile(p, degrees) / values[i] - 1) < 1e-12, `${p} ${degrees}`));
  assert.equal(studentQuantile(0.5, 3), 0);
  assert.throws(() => studentQuantile(1, 3), /studentQuantile: p must be a number in \[0\.5, 0\.9999\], got 1/);
  assert.throws(() => studentQuantile(0.9, 0), /studentQuantile: degrees must be >= 0.05, got 0/);
});

test("leaving out blocks gives a mean no bias and its standard error, for blocks of any size", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.double({ min: -9, max: 9, noNaN: true })), { minLength: 2, maxLength: 12 }),
      (blocks) => {
        const rows = blocks.map(([count]) => count);
        const total = rows.reduce((a, b) => a + b);
        const sum = blocks.reduce((s, [count, mean]) => s + count * mean, 0);
        const without = blocks.map(([count, mean]) => (sum - count * mean) / (total - count));
        const { bias, variance } = leaveOut("x", sum / total, without, rows);
        assert.ok(Math.abs(bias) < 1e-9);
        const expected = blocks.reduce((s, [count, mean]) => s + (mean - sum / total) ** 2 / (total / count - 1), 0) / blocks.length;
        assert.ok(Math.abs(variance - expected) < 1e-9 * (1 + expected));
      },
    ),
  );
});

test("a bias of c/N is removed exactly, and half of one of c/√N", () => {
  const rows = new Array<number>(50).fill(20);
  const value = (exponent: number, n: number) => 5 + 3 * n ** -exponent;
  for (const [exponent, share] of [
    [1, 1],
    [0.5, 0.5],
  ] as const) {
    const whole = value(exponent, 1000);
    const { bias } = leaveOut(
      "x",
      whole,
      rows.map(() => value(exponent, 980)),
      rows,
    );
    assert.ok(Math.abs(bias / (share * (whole - 5)) - 1) < 0.03, `${exponent}: ${bias}`);
  }
});

test("intervals contain the plain and the corrected estimate, and descending ones descend", () => {
  const estimate = combine(3, [{ source: "a", bias: 0.4, variance: 0.01, blocks: 20 }], 0.95);
  assert.equal(estimate.value, 2.6);
  assert.ok(estimate.low < 2.2 && estimate.high > 3);
  const sorted = descending([
    { value: 1, low: 0.5, high: 2, plugIn: 3 },
    { value: 2, low: 1, high: 2.5, plugIn: 2 },
    { value: 0.1, low: 0, high: 1, plugIn: 1 },
  ]);
  for (let i = 1; i < 3; i++) for (const key of ["value", "low", "high"] as const) assert.ok(sorted[i][key] <= sorted[i - 1][key]);
});

test("Ledoit and Wolf's intensity is that of the definition, and shrinking keeps the trace", () => {
  const [N, d] = [40, 5];
  const random = Random.seed(2);
  const moments = new SecondMoments(d, { centred: false });
  const rows = Array.from({ length: N }, () => Float64Array.from({ length: d }, (_, j) => (j + 1) * random.normal()));
  for (const row of rows) moments.add(row, 1);
  const found = moments.finish();
  const S = found.covariance();
  const norm = (a: Float64Array) => a.reduce((sum, value) => sum + value * value, 0);
  const trace = S.reduce((sum, value, at) => sum + (at % (d + 1) === 0 ? value : 0), 0);
  const beta = rows.reduce((sum, row) => sum + norm(S.map((value, at) => row[Math.floor(at / d)] * row[at % d] - value)), 0) / N ** 2;
  const delta = norm(S.map((value, at) => value - (at % (d + 1) === 0 ? trace / d : 0)));
  assert.ok(Math.abs(shrinkageIntensity(found, "ledoit-wolf") - Math.min(1, beta / delta)) < 1e-10);
  const rho = shrinkageIntensity(found, "oas");
  const formula = ((1 - 2 / d) * norm(S) + trace ** 2) / ((N + 1 - 2 / d) * (norm(S) - trace ** 2 / d));
  assert.ok(Math.abs(rho - Math.min(1, formula)) < 1e-12);
  const shrunk = shrink(S, d, rho);
  assert.ok(Math.abs(shrunk.reduce((sum, value, at) => sum + (at % (d + 1) === 0 ? value : 0), 0) / trace - 1) < 1e-12);
});

test("shrinkage comes nearer to a true covariance close to the identity than the sample does", () => {
  const d = 10;
  const truth = Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? 1 + 0.05 * Math.floor(at / d) : 0));
  const distance = (a: Float64Array) => a.reduce((sum, value, at) => sum + (value - truth[at]) ** 2, 0);
  for (const kind of ["ledoit-wolf", "oas"] as const) {
    let wins = 0;
    for (let i = 0; i < 20; i++) {
      const moments = drawMoments(truth, d, 30, "normal", Random.seed(4).stream(kind, i));
      const S = moments.covariance();
      if (distance(shrink(S, d, shrinkageIntensity(moments, kind))) < distance(S)) wins++;
    }
    assert.ok(wins >= 19, `${kind} ${wins}`);
  }
});

test("intervals of eigenvalues, effective ranks and hardness hold the truth at least as often as they say", () => {
  const d = 6;
  const trials = 120;
  for (const flat of [true, false]) {
    const spectrum = Float64Array.from({ length: d }, (_, i) => (flat ? 1 : 1 / (i + 1)));
    const truth = Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? spectrum[Math.floor(at / d)] : 0));
    const sum = spectrum.reduce((a, b) => a + b);
    const expected = {
      hardness: sum / spectrum[d - 1],
      effectiveRank: Math.exp(-spectrum.reduce((s, value) => s + (value / sum) * Math.log(value / sum), 0)),
      participation: sum ** 2 / spectrum.reduce((s, value) => s + value ** 2, 0),
    };
    const covered: Record<string, number> = { top: 0, bottom: 0, hardness: 0, effectiveRank: 0, participation: 0 };
    for (let i = 0; i < trials; i++) {
      const sample = new Sample("x", drawMoments(truth, d, 120, "normal", Random.seed(6).stream(String(flat), i)), "none");
      const report = spectrumReport(sample, 0.9);
      assert.ok(Math.abs(report.eigenvalues[0].plugIn / eigenvalues(sample.covariance, d)[0] - 1) < 1e-12);
      const holds = ({ low, high }: { low: number; high: number }, value: number) =>
        low <= value * (1 + 1e-12) && value * (1 - 1e-12) <= high;
      if (holds(report.eigenvalues[0], spectrum[0])) covered.top!++;
      if (holds(report.eigenvalues[d - 1], spectrum[d - 1])) covered.bottom!++;
      for (const key of ["hardness", "effectiveRank", "participation"] as const) if (holds(report[key], expected[key])) covered[key]++;
    }
    // 90 % wanted; 120 trials of that give fewer than 96 with probability 5e-4.
    for (const [key, count] of Object.entries(covered)) assert.ok(count >= 96, `${flat ? "flat" : "1/i"} ${key}: ${count} of ${trials}`);
  }
});
