/** One figure of every kind, shared by the snapshot and the browser tests. */
import { barChart } from "../../dist/figures/barChart.js";
import type { Figure } from "../../dist/figures/figure.js";
import { heatmap } from "../../dist/figures/heatmap.js";
import { lineChart } from "../../dist/figures/lineChart.js";

const steps = Array.from({ length: 20 }, (_, i) => i + 1);
const some = steps.filter((k) => k % 3 === 1);

export const gallery: Readonly<Record<string, Figure>> = {
  "log-lines": lineChart({
    title: "Error against steps",
    x: { label: "steps k", log: true },
    y: { label: "error ‖w_k − w‖²", log: true },
    series: [
      {
        name: "theory",
        x: steps,
        y: steps.map((k) => Math.exp(-k / 4)),
        lower: steps.map((k) => 0.6 * Math.exp(-k / 4)),
        upper: steps.map((k) => 1.5 * Math.exp(-k / 4)),
      },
      { name: "simulation, n = 20", x: some, y: some.map((k) => Math.exp(-k / 4)), style: "points", color: 0 },
      { name: "λ_{max} = 2", x: steps, y: steps.map((k) => k ** -1.5), style: "both" },
    ],
    marks: [
      { axis: "y", value: 0.02, label: "noise floor σ²" },
      { axis: "x", value: 5, label: "k^* = 5" },
    ],
    caption: "Error after k steps; d = 20, seed 7.",
  }),
  "linear-ends": lineChart({
    x: { label: "time t (s)" },
    y: { label: "loss ℒ / ŵ^{⊤}Σ w" },
    series: [0, 1, 2].map((s) => ({
      name: `n = ${10 * 2 ** s}`,
      x: steps,
      y: steps.map((k) => 1e4 * (s + 1) * (1 - Math.exp(-k / (s + 2)))),
    })),
    legend: "ends",
  }),
  "error-bars": lineChart({
    x: { label: "condition number κ", log: true, range: [2, 7] },
    y: { label: "rate", log: true },
    series: [
      { name: "exact", x: [2, 3, 4, 5, 6, 7], y: [0.31, 0.35, 0.4, 0.44, 0.46, 0.5] },
      {
        name: "Monte Carlo",
        x: [2, 4, 6],
        y: [0.3, 0.41, 0.45],
        lower: [0.28, 0.38, 0.43],
        upper: [0.32, 0.44, 0.47],
        style: "points",
        color: 0,
      },
    ],
    legend: "bottom right",
  }),
  "long-titles": lineChart({
    x: { label: "angle between the inputs of training and those of the test prompt θ, degrees" },
    y: { label: "relative distance to the optimum of training, ‖V_t − V_{*}‖_F / ‖V_{*}‖_F", log: true },
    series: [
      { name: "last iterate, small steps", x: [0, 45, 90], y: [1, 1e-3, 1e-7] },
      { name: "averaged iterate", x: [0, 45, 90], y: [1, 1e-2, 1e-5] },
    ],
  }),
  heatmap: heatmap({
    x: { label: "prompt length n", log: true },
    y: { label: "steps k", log: true },
    z: { label: "error", log: true },
    columns: [10, 20, 40, 80, 160],
    rows: [1, 2, 4, 8],
    values: [1, 2, 4, 8].map((k) => [10, 20, 40, 80, 160].map((n) => (n === 160 && k === 8 ? null : 1 / (k * n)))),
    contours: [0.01],
  }),
  bars: barChart({
    categories: ["least squares", "ridge, λ = 0.1", "k = 5"],
    x: { label: "estimator" },
    y: { label: "excess risk / σ²" },
    series: [
      { name: "theory", values: [1, 0.8, 0.3] },
      { name: "simulation", values: [1.02, 0.79, 0.29], lower: [0.9, 0.7, 0.25], upper: [1.1, 0.9, 0.35] },
      { name: "bound", values: [1.5, null, 0.9] },
    ],
    marks: [{ axis: "y", value: 0.5, label: "noise floor" }],
  }),
};
