/** @file The figures of the scaling law (notebook 05). */
import { distinct, geometricIntegers, integers } from "cotlab/dist/core/grids";
import { curve, logCurve } from "cotlab/dist/figures/curve";
import type { Figure } from "cotlab/dist/figures/figure";
import { heatmap } from "cotlab/dist/figures/heatmap";
import { lineChart } from "cotlab/dist/figures/lineChart";
import { overlay } from "cotlab/dist/figures/overlay";
import { formatNumber } from "cotlab/dist/notebook/table";
import { counted } from "cotlab/dist/notebook/words";
import type { Curve } from "cotlab/dist/simulation/simulationResult";
import { scalingLawTestLength } from "cotlab/dist/theory/finite/inverseLengthExpansion";
import { bestSteps, logIsotropicError } from "cotlab/dist/theory/finite/isotropicError";
import { logMarchenkoPasturError } from "cotlab/dist/theory/finite/marchenkoPastur";
import { logCorollary35Bound } from "cotlab/dist/theory/paper/corollary35";
import { localExponent, stepsToMatch } from "cotlab/dist/theory/paper/exchange";
import { hardness } from "cotlab/dist/theory/paper/hardness";
import { limitError, logLimitError } from "cotlab/dist/theory/paper/overthinking";
import {
  type CostCurves,
  type EqualLengths,
  endsOf,
  errorMap,
  fewLogSteps,
  type HarderTasks,
  lengthOfFirstOrder,
  levelLines,
  type PhaseDiagram,
  powerLaw,
  type ScalingLawSetting,
  type ShortPrompts,
  threeExponents,
} from "./scalingLaw";
import { spectrumLaw } from "./spectrumLaw";

const STEPS = { label: "steps of thought k" };
const TRAINING = { label: "training prompt length n", log: true };

/** The law on endless prompts, and the exact mean on prompts of m, isotropic. */
export function findingsFigure({ d, m, lengths, steps }: ScalingLawSetting): Figure {
  const covariance = powerLaw(d, 0);
  const [, longest] = endsOf(lengths);
  const ks = integers(0, steps);
  const law = (n: number, k: number) => logCorollary35Bound({ covariance, n, k });
  const inSight = (log: number) => (log <= Math.log(1000 * d) ? log : Number.POSITIVE_INFINITY);
  return lineChart({
    x: STEPS,
    y: { label: "mean error E‖w_{k} − w‖^{2}", log: true },
    series: [
      ...lengths.map((n, color) => logCurve(ks, (k) => law(n, k), { name: `n = ${n}`, color, dash: "solid" })),
      ...lengths.map((n, color) => {
        const name = color === 0 ? { name: `m = ${m}` } : {};
        return logCurve(ks, (k) => inSight(logIsotropicError({ d, m, n, k })), { ...name, color, dash: "4px,3px" });
      }),
    ],
    marks: [{ axis: "y", value: Math.exp(law(longest, 1)), label: `n = ${longest}, direct` }],
    caption:
      `Isotropic inputs, d = ${d}, exact. Solid: the law, endless test prompts. Dashed: test prompts of ` +
      `${counted(m, "example")}, up to a thousand times the start. No sampling.`,
  });
}

/** The law and the paper's bounds as lines, simulated means on long prompts as points. */
export function lawFigure({ d, exponent, lengths, steps, long, seed }: ScalingLawSetting, curves: readonly Curve[]): Figure {
  const covariance = powerLaw(d, exponent);
  const [, longest] = endsOf(lengths);
  const ks = integers(0, steps);
  const sparse = ks.filter((k) => k === 1 || k % Math.ceil(steps / 10) === 0);
  const bounds = (color: number) => ({ color, ...(color === lengths.length - 1 ? { name: "the paper's bounds" } : {}) });
  return lineChart({
    x: STEPS,
    y: { label: "error E‖w_{k} − w‖^{2}", log: true },
    series: lengths.flatMap((n, color) => [
      logCurve(ks, (k) => logLimitError({ covariance, n, k }), { name: `n = ${n}`, color, dash: "solid" }),
      logCurve(ks, (k) => logCorollary35Bound({ covariance, n, k }), { ...bounds(color), dash: "2px,3px" }),
      logCurve(sparse, (k) => Math.log(curves[color].mean[k]), { color, style: "points" }),
    ]),
    marks: [{ axis: "y", value: limitError({ covariance, n: longest, k: 1 }), label: `n = ${longest}, direct` }],
    caption:
      `The scaling law: lines exact at m = ∞, points simulated means at m = ${long}, ${curves[0].n} prompts, seed ${seed}; d = ${d}, ` +
      `${spectrumLaw(exponent)}.`,
  });
}

/** The error over training length and steps at m = ∞, with lines of equal error and the exchange marked. */
export function exchangeFigure(setting: ScalingLawSetting): Figure {
  const { d, exponent, lengths } = setting;
  const [short, longest] = endsOf(lengths);
  const steps = stepsToMatch({ covariance: powerLaw(d, exponent), nShort: short, nLong: longest });
  const map = errorMap(setting);
  const base = heatmap({
    x: TRAINING,
    y: { ...STEPS, log: true },
    z: { label: "log_{10} of the error", range: [map.least, map.most] },
    columns: map.n,
    rows: map.k,
    values: map.values,
    contours: levelLines(map.least, map.most),
    caption:
      `Exact error at m = ∞, d = ${d}, ${spectrumLaw(exponent)}, with lines of equal error, labelled by log10; from ` +
      `10^${map.least.toFixed(1)} down one colour. Points: n = ${short} after ${counted(steps, "step")}, n = ${longest} after 1. No sampling.`,
  });
  return overlay(base, [{ x: [short, longest], y: [steps, 1], style: "points", color: 1 }]);
}

/** Test prompts as long as training prompts: thinking at the shortest length over a direct answer at the longest, isotropic. */
export function equalLengthsFigure({ lengths, steps, seed }: ScalingLawSetting, { runs, draws }: EqualLengths): Figure {
  const [short, longest] = endsOf(lengths);
  return lineChart({
    x: { label: `steps of thought k at n = m = ${short}` },
    y: { label: `median error over that of n = m = ${longest}, k = 1`, log: true },
    series: runs
      .filter(({ exponent }) => exponent === 0)
      .map(({ d, ratio }) => logCurve(integers(1, 2 * steps), (k) => Math.log(ratio[k]), { name: `d = ${d}` })),
    marks: [
      { axis: "y", value: 1, label: "equal", at: "start" },
      { axis: "x", value: steps, label: `k = ${steps}` },
    ],
    caption:
      `Isotropic inputs, test prompts as long as training prompts, ratio of medians; ${draws} prompts each, seed ${seed}. A line that ` +
      `crosses 1 at k = ${steps} is the statement read as an equality.`,
  });
}

/** Steps to the target over the exponent of the spectrum. */
export function harderFigure(
  { d, lengths, share, long, seed }: ScalingLawSetting,
  { alphas, exact, simulated, draws }: HarderTasks,
): Figure {
  return lineChart({
    x: { label: "exponent α of the spectrum λ_{i} ∝ i^{−α}" },
    y: { label: `steps to ${formatNumber(100 * share)} % of the first error`, log: true },
    series: lengths.flatMap((n, color) => {
      const runs = simulated.filter((run) => run.n === n);
      const line = curve(alphas, (_, i) => exact[color][i], { name: `n = ${n}`, color, dash: "solid" });
      const dots = { x: runs.map(({ alpha }) => alpha), y: runs.map(({ found }) => found), color };
      return runs.length === 0 ? [line] : [line, { ...dots, style: "points" as const }];
    }),
    caption:
      `Lines exact at m = ∞; points simulated means, ${draws} prompts of m = ${long} examples each, seed ${seed}, where 60 steps are ` +
      `enough; d = ${d}.`,
  });
}

/** How far the exact mean is above the law, over the length of the test prompt; isotropic. */
export function littleOFigure({ d, m, n, steps }: ScalingLawSetting): Figure {
  const covariance = powerLaw(d, 0);
  const shown = fewLogSteps(steps);
  const excess = (k: number, length: number) =>
    Math.expm1(logIsotropicError({ d, m: length, n, k }) - logCorollary35Bound({ covariance, n, k }));
  const lengthOf = (k: number) => lengthOfFirstOrder({ d, n, k });
  const grid = geometricIntegers(Math.max(1, lengthOf(1) / 100), 1000 * lengthOf(steps), 60);
  const inFrame = (value: number) => (value > 1e-9 && value < 1e4 ? value : Number.POSITIVE_INFINITY);
  return lineChart({
    x: { label: "examples in the test prompt m", log: true },
    y: { label: `relative excess over the law, n = ${n}`, log: true },
    series: shown.flatMap((k, color) => {
      const far = geometricIntegers(10 * lengthOf(k), 1000 * lengthOf(k), 4);
      const line = curve(grid, (length) => inFrame(excess(k, length)), { name: `k = ${k}`, color });
      return [line, curve(far, (length) => scalingLawTestLength({ d, n, k }) / length, { style: "points", color })];
    }),
    marks: [
      { axis: "y", value: 1, label: "twice the law" },
      { axis: "x", value: m, label: `m = ${m}` },
    ],
    caption:
      "What the o(1) hides: exact mean error (6) over d(1 + n/(1 + d))^(-2k), less one, up to 10^4; isotropic inputs, " +
      `d = ${d}, n = ${n}; points: first order (5). No sampling.`,
  });
}

/** The local exponent of the error in n. */
export function smallNFigure(setting: ScalingLawSetting): Figure {
  const { d, exponent, steps } = setting;
  const wide = 1e3 * Math.min(1e9, hardness(powerLaw(d, exponent)));
  const grid = geometricIntegers(1, Math.max(1e3, wide), 60);
  return lineChart({
    x: TRAINING,
    y: { label: "local exponent in n, divided by 2k", range: [-1, 0] },
    series: threeExponents(setting).flatMap((alpha, color) =>
      distinct([1, Math.ceil(steps / 2)]).map((k, i) => {
        const slope = (n: number) => localExponent({ covariance: powerLaw(d, alpha), n, k }) / (2 * k);
        return curve(grid, slope, { name: `α = ${alpha}, k = ${k}`, color, dash: i === 0 ? "solid" : "6px,3px" });
      }),
    ),
    caption:
      `Local exponent of the error in n, exact at m = ∞; λ_i ∝ i^(-α), d = ${d}. The power law n^(-2k) is the lower edge; for α = 0 the ` +
      "lines of all k coincide.",
  });
}

/** The total cost at the target. */
export function costFigure({ d, exponent, share }: ScalingLawSetting, { n, curves }: CostCurves): Figure {
  return lineChart({
    x: TRAINING,
    y: { label: "multiplications per training prompt", log: true },
    series: curves.map(({ load, costs }) => curve(n, (_, i) => costs[i], { name: `Q/B = ${load}` })),
    caption:
      `Cost (8) of training and thinking at an error of ${formatNumber(100 * share)} % against n; d = ${d}, ${spectrumLaw(exponent)}, ` +
      "m = ∞. The jumps are those of the whole number k.",
  });
}

/** Mean against typical error on short prompts. */
export function finiteFigure({ d, m, n, seed }: ScalingLawSetting, { curve: { points, mean, n: draws }, last }: ShortPrompts): Figure {
  const ks = integers(0, last);
  const thirds = ks.filter((k) => k % Math.ceil(last / 14) === 1 % Math.ceil(last / 14));
  const quantile = (order: number) => logCurve(ks, (k) => Math.log(points[k].quantiles[order].value)).y;
  const means = (tame: boolean) =>
    logCurve(thirds, (k) => ((points[k].heavyTail === "none") === tame ? Math.log(mean[k]) : Number.POSITIVE_INFINITY)).y;
  const best = bestSteps({ d, m, n });
  return lineChart({
    x: STEPS,
    y: { label: "error ‖w_{k} − w‖^{2}", log: true },
    series: [
      logCurve(ks, (k) => logIsotropicError({ d, m, n, k }), { name: "exact mean", color: 0 }),
      { name: "median, band", x: ks, y: quantile(2), lower: quantile(0), upper: quantile(4), color: 1 },
      logCurve(ks, (k) => logMarchenkoPasturError({ d, m, n, k }), { name: "MP law", color: 3 }),
      { name: "simulated", x: thirds, y: means(true), style: "points" as const, color: 0 },
      { name: "heavy tail", x: thirds, y: means(false), style: "points" as const, color: 5 },
    ].filter(({ y }) => Array.from(y).some((value) => value !== null)),
    marks: best <= last ? [{ axis: "x", value: best, label: `least at k = ${best}` }] : [],
    caption:
      `Mean against typical error, aligned isotropic inputs, d = ${d}, m = ${m}, n = ${n}; ${draws} prompts, seed ${seed}. Band: nine ` +
      "tenths of the prompts; MP law: Marchenko–Pastur, large d; an average with a heavy tail is no mean.",
  });
}

/** The share of prompts that diverge over both lengths, with the edge m_c(n). */
export function phaseFigure({ phaseD, phasePrompts, seed }: ScalingLawSetting, phase: PhaseDiagram): Figure {
  const over = (lengths: readonly (number | null)[]) => lengths.map((length) => length && length / phaseD);
  const rows = phase.n.map((length) => length / phaseD);
  const wall = 3 + 2 * Math.SQRT2;
  const base = heatmap({
    x: { label: "test length m / d", log: true },
    y: { label: "training length n / d", log: true },
    z: { label: "share of prompts that diverge", range: [0, 1] },
    columns: phase.m.map((length) => length / phaseD),
    rows,
    values: phase.shares,
    contours: [0.5],
    caption:
      `Aligned isotropic inputs, d = ${phaseD}, ${phasePrompts} prompts a cell, seed ${seed}. m_c is that of equation (10); white line: ` +
      "half of the prompts diverge.",
  });
  return overlay(base, [
    { name: "m_{c}(n), large d", x: over(phase.edge), y: rows, color: 4, dash: "solid" },
    { name: "m = (3 + 2√2) d", x: [wall, wall], y: endsOf(rows), color: 4, dash: "4px,4px" },
  ]);
}
