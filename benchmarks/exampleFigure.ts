/** @file The figures that the benchmarks draw; run with a folder, it writes one there: a whole process for one figure. */
import { fileURLToPath } from "node:url";
import { exportFigure } from "../lib/dist/figures/exportFigure.js";
import type { Figure } from "../lib/dist/figures/figure.js";
import { heatmap } from "../lib/dist/figures/heatmap.js";
import { lineChart } from "../lib/dist/figures/lineChart.js";

export type FigureKind = "lines" | "heatmap";

/** Three curves of 51 points, one of them with a band, on a log axis; or a heatmap of 30 x 20 cells. */
export function exampleFigure(kind: FigureKind): Figure {
  const k = Array.from({ length: 51 }, (_, i) => i);
  if (kind === "heatmap") {
    const x = Array.from({ length: 30 }, (_, i) => i + 1);
    const y = Array.from({ length: 20 }, (_, i) => i + 1);
    const z = y.map((b) => x.map((a) => Math.sin(a / 5) * Math.cos(b / 4)));
    return heatmap({ x: { label: "n" }, y: { label: "m" }, z: { label: "error" }, columns: x, rows: y, values: z });
  }
  const curve = (rate: number): number[] => k.map((i) => 20 * Math.exp(-rate * i) + 0.01);
  const middle = curve(0.2);
  return lineChart({
    x: { label: "steps k" },
    y: { label: "mean squared error", log: true },
    series: [
      { name: "n = 10", x: k, y: curve(0.1) },
      { name: "n = 20", x: k, y: middle, lower: middle.map((value) => 0.9 * value), upper: middle.map((value) => 1.1 * value) },
      { name: "n = 40", x: k, y: curve(0.4) },
    ],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await exportFigure(exampleFigure("lines"), { name: "first", directory: process.argv[2] });
