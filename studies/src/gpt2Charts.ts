/** @file The figures of notebook 10: errors over thoughts, rises, odd and even steps, losses, fitted updates. */
import { integers } from "cotlab/dist/core/grids";
import type { Figure } from "cotlab/dist/figures/figure";
import { lineChart, type Series } from "cotlab/dist/figures/lineChart";
import type { Mark } from "cotlab/dist/figures/marks";
import type { ThinkingCurve } from "cotlab/dist/transformer/regression/thinkingCurve";
import { CONTEXTS, type ContextRuns, drawnSteps, mean, paperRuns, STORED_STEPS, storedCurve, trainingLabel, updatesOf } from "./gpt2Runs";
import type { RunStore } from "./runStore";

const STEPS = { label: "steps of thought k" } as const;
const ERROR = { label: "error, ‖w_{k} − w‖^{2} / d", log: true } as const;
const BRACKETS = "In brackets: training steps and median wall time of one seed.";

/** A stored curve and how it is drawn. */
export interface DrawnCurve extends Pick<Series, "color" | "dash"> {
  readonly run: string;
  readonly curve: string;
  readonly name: string;
}

/** What is common to figures of stored curves. */
export interface StoredChartParams {
  /** The last step that is drawn, where it is stored. */
  readonly k: number;
  readonly caption: string;
  /** Whether intervals are drawn; default true. */
  readonly bands?: boolean;
}

/** Errors over thoughts, with 95 % intervals over seeds, or over prompts where there is one seed. */
export function errorChart(store: RunStore, drawn: readonly DrawnCurve[], { k, caption, bands = true }: StoredChartParams): Figure {
  const x = drawnSteps(k);
  const series = drawn.map(({ run, curve, name, ...style }) => {
    const { mean, lower, upper } = storedCurve(store, run, curve);
    const at = (values: readonly number[]): number[] => x.map((step) => values[step]);
    return {
      name: `${name} (${trainingLabel(store, run)})`,
      x,
      y: at(mean),
      ...(bands ? { lower: at(lower), upper: at(upper) } : {}),
      ...style,
    };
  });
  return lineChart({ x: STEPS, y: ERROR, series, caption: `${caption} ${BRACKETS}` });
}

/** Training lengths tested at their own length, or at the fixed one. */
export function lengthCurves({ lengths, runs, fixed }: ContextRuns, curve: "own length" | "fixed length"): DrawnCurve[] {
  return lengths.map((n, i) => ({ run: runs[i], curve, name: curve === "own length" ? `n = m = ${n}` : `n = ${n}, m = ${fixed}` }));
}

/** Both of them in one figure, in one colour a length. */
export function contextChart(store: RunStore, contexts: ContextRuns, { k, caption }: StoredChartParams): Figure {
  const x = drawnSteps(k);
  const series = (["own length", "fixed length"] as const).flatMap((curve, j) =>
    lengthCurves(contexts, curve).map(({ run, name }, color) => {
      const { mean } = storedCurve(store, run, curve);
      return { name, x, y: x.map((step) => mean[step]), color, dash: ["solid", "5px,4px"][j] };
    }),
  );
  return lineChart({ x: STEPS, y: ERROR, series, caption });
}

/** Trained under a tilt, and the controls, after so many training steps. */
export function tiltCurves(training: 1000 | 4000): DrawnCurve[] {
  const drawn = (run: string, curve: string, name: string) => ({ run: `tilt-${run}-${training}`, curve, name });
  return [
    drawn("square-n40", "identity m=40", "λ = i⁻², Σ = I, n = 40"),
    drawn("square-n20", "identity m=40", "λ = i⁻², Σ = I, n = 20"),
    drawn("square-n40", "own m=40", "λ = i⁻², own Σ, n = 40"),
    drawn("inverse-n40", "identity m=40", "λ = 1/i, Σ = I, n = 40"),
    drawn("aligned-n40", "own m=40", "aligned, n = 40"),
  ];
}

/** The same at the paper's size. */
export const PAPER_TILT_CURVES: readonly DrawnCurve[] = [
  ...["paper-tilt-square-n40-500", "paper-tilt-square-n40"].flatMap((run) => [
    { run, curve: "identity m=40", name: "λ = i⁻², Σ = I" },
    { run, curve: "own m=40", name: "λ = i⁻², own Σ" },
  ]),
  { run: "paper-d10-n40", curve: "own length", name: "aligned" },
];

/** Each seed's error over its own error at one step: the identity beside the run's own covariance. */
export function riseChart(store: RunStore, run: string, at: number, caption: string): Figure {
  const x = integers(Math.ceil(at / 2), STORED_STEPS);
  const seeds = (curve: string, name: string, color: number): Series[] =>
    storedCurve(store, run, curve, at).errors.map((errors, i) => ({
      ...(i === 0 ? { name: `${name} (${trainingLabel(store, run)})` } : {}),
      x,
      y: x.map((k) => errors[k]),
      color,
    }));
  return lineChart({
    x: STEPS,
    y: { label: `error(k) / error(${at})` },
    series: [...seeds("identity m=40", "Σ = I, three seeds", 0), ...seeds("own m=40", "own Σ, three seeds", 1)],
    marks: [
      { axis: "y", value: 1 },
      { axis: "x", value: at, label: `k = ${at}` },
    ],
    caption: `${caption} ${BRACKETS}`,
  });
}

/** Odd and even steps apart. */
export function parityChart(store: RunStore, runs: readonly string[], { k, caption }: StoredChartParams): Figure {
  const series = runs.flatMap((run) =>
    [0, 1].map((odd) => {
      const x = drawnSteps(Math.max(2, k)).filter((step) => step % 2 === odd);
      const { mean } = storedCurve(store, run, "identity m=40");
      return { name: `${run.slice(-4)} steps, ${odd ? "odd" : "even"} k`, x, y: x.map((step) => mean[step]), style: "both" as const };
    }),
  );
  return lineChart({ x: STEPS, y: ERROR, series, caption });
}

/** Training losses at the paper's size, with one reduced run beside them. */
export function lossesChart(store: RunStore): Figure {
  const line = (name: string, run: string): Series => {
    const rows = store.losses.filter((row) => row.run === run && row.seed === 0);
    return { name: `${name} (${trainingLabel(store, run)})`, x: rows.map(({ step }) => step), y: rows.map(({ loss }) => loss) };
  };
  const large = paperRuns(store).map(({ run }) =>
    line(`9.5 M, ${run.includes("tilt") ? "λ = i⁻², n = 40" : run.replace("paper-d10-n", "n = ")}`, run),
  );
  return lineChart({
    x: { label: "training step" },
    y: { label: "relative loss", log: true },
    series: [line("reduced, n = 20", CONTEXTS.tens.runs[0]), ...large],
    caption: "Training loss, every tenth step, one seed each; in brackets: training steps, wall time of a run.",
  });
}

/** The diagonal of the fitted update, direction by direction, beside Γ⁻¹. */
export function updateChart(store: RunStore, runs: readonly string[], distance: number, caption: string): Figure {
  const x = integers(1, 10);
  const over = (run: string, pick: (row: { readonly entry: number; readonly gammaInverse: number }) => number): number[] =>
    x.map((i) =>
      mean(
        updatesOf(store, run, distance)
          .filter((row) => row.i === i)
          .map(pick),
      ),
    );
  return lineChart({
    x: { label: "direction i, from the strongest" },
    y: { label: "diagonal of P", log: true },
    series: [
      { name: "Γ⁻¹: the linear model", x, y: over(runs[0], ({ gammaInverse }) => gammaInverse) },
      ...runs.map((run) => ({
        name: `transformer (${trainingLabel(store, run)})`,
        style: "both" as const,
        x,
        y: over(run, ({ entry }) => entry),
      })),
    ],
    caption: `${caption} ${BRACKETS}`,
  });
}

/** Steps over which a live loss is averaged. */
const WINDOW = 20;

/** The loss of a training so far, over all of its steps. */
export function trainingChart(losses: readonly number[], steps: number, caption?: string): Figure {
  const smooth = losses.map((_, i) => mean(losses.slice(Math.max(0, i - WINDOW + 1), i + 1)));
  return lineChart({
    x: { label: "training step", range: [0, steps], keep: true },
    y: { label: `relative loss, mean of ${WINDOW} steps`, log: true },
    series: [{ x: losses.map((_, i) => i), y: smooth, ...(losses.length === 1 ? { style: "points" as const } : {}) }],
    marks: [{ axis: "y", value: 1, label: "no improvement" }],
    ...(caption === undefined ? {} : { caption }),
  });
}

/** Measured curves with bands of 95 % over prompts. */
export function thinkingChart(curves: Readonly<Record<string, ThinkingCurve>>, marks: readonly Mark[], caption: string): Figure {
  const series = Object.entries(curves).map(([name, { error, standardError }]) => ({
    name,
    x: integers(0, error.length - 1),
    y: error,
    lower: Array.from(error, (e, k) => Math.max(e - 1.96 * standardError[k], 0.1 * e)),
    upper: Array.from(error, (e, k) => e + 1.96 * standardError[k]),
  }));
  return lineChart({ x: STEPS, y: ERROR, series, marks, caption });
}
