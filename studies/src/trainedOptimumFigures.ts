/** @file The figures of notebook 01. */
import { geometricIntegers, integers } from "cotlab/dist/core/grids";
import type { Figure } from "cotlab/dist/figures/figure";
import { lineChart } from "cotlab/dist/figures/lineChart";
import type { Covariance } from "cotlab/dist/model/covariance";
import { type Descent, recoveredShare, type SampledTraining } from "./trainedOptimum";

/** What one step recovers of some directions (from 1), by the length of the training prompts, about n. */
export function recoveredFigure(covariance: Covariance, n: number, directions: readonly number[], caption: string): Figure {
  const x = geometricIntegers(1, Math.max(1000, 50 * n), 40);
  return lineChart({
    x: { label: "examples in a training prompt n", log: true },
    y: { label: "% recovered by one step, 100 λ_{i}/γ_{i}", range: [0, 100] },
    series: directions.map((i) => ({ name: `direction ${i}`, x, y: x.map((n) => 100 * recoveredShare({ covariance, n }, i)) })),
    marks: [{ axis: "x", value: n, label: `n = ${n}` }],
    caption,
  });
}

/** Distances to the optimum: lines as run, points as predicted. */
export function descentFigure(runs: readonly (Descent & { readonly name: string })[], caption: string): Figure {
  const steps = runs[0].run.length - 1;
  const sparse = integers(0, steps).filter((t) => t % Math.ceil(steps / 12) === 0);
  return lineChart({
    x: { label: "gradient steps t" },
    y: { label: "distance to the optimum, ‖V_{t} − V_{*}‖_{F}", log: true },
    series: runs.flatMap(({ name, run, course }, color) => [
      { name, x: integers(0, steps), y: run, color },
      { x: sparse, y: sparse.map((t) => course[t]), style: "points" as const, color },
    ]),
    caption,
  });
}

/** Stochastic training, last and averaged iterate, beside the linear theory of both. */
export function sampledTrainingFigure(run: SampledTraining, caption: string): Figure {
  const lines = [
    { name: "last iterate", y: run.last, theory: run.predictedLast },
    { name: "averaged iterate", y: run.averaged, theory: run.predictedAveraged },
  ];
  const x = run.recorded;
  return lineChart({
    x: { label: "steps of stochastic training t" },
    y: { label: "relative distance, ‖V_{t} − V_{*}‖_{F} / ‖V_{*}‖_{F}", log: true },
    series: [
      ...lines.map(({ name, y }, color) => ({ name, x, y, color, dash: "solid" as const })),
      ...lines.map(({ theory }, color) => ({
        ...(color === 0 ? { name: "linear theory" } : {}),
        x,
        y: theory,
        color,
        dash: "4px,3px" as const,
      })),
    ],
    caption,
  });
}

/** Distances of a chain's estimates to their targets, by name. */
export function chainFigure(curves: Readonly<Record<string, readonly (number | null)[]>>, caption: string): Figure {
  return lineChart({
    x: { label: "steps of thought k" },
    y: { label: "relative distance of w_{k} to its target", log: true },
    series: Object.entries(curves).map(([name, y]) => ({ name, x: y.map((_, k) => k), y })),
    caption,
  });
}
