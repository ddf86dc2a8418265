/** @file Lines and points drawn over another figure, a heatmap above all. */
import { Checks, inNameOf } from "../core/check";
import { checkFigure, type Figure } from "./figure";
import { type LineChartParams, lineChart } from "./lineChart";

/**
 * A figure with lines and points over it, in its axes; the names of the lines make the legend.
 * @param base a figure with one pair of axes, each linear or log: data, layout, caption?, endLabels?, size?
 * @param series lines and points in the units of its axes, at least one; as for {@link lineChart}
 * @throws what {@link lineChart} throws
 * @origin ours
 * @example
 * const axes = { x: { label: "n", log: true }, y: { label: "k" } };
 * const map = cot.heatmap({ ...axes, z: { label: "error" }, columns: [1, 10], rows: [1, 2], values: [[4, 2], [2, 1]] });
 * cot.figures.overlay(map, [{ name: "n = 10", x: [10], y: [1], style: "points" }]).data.length; // => 2
 */
export function overlay(base: Figure, series: LineChartParams["series"]): Figure {
  const check: Checks = new Checks("overlay");
  check.objects("series", series);
  checkFigure(new Checks("overlay"), "base", base as Figure);
  const axis = (name: "xaxis" | "yaxis") => ({ label: name, log: base.layout[name]?.type === "log" });
  const { data, layout } = inNameOf("overlay", () => lineChart({ x: axis("xaxis"), y: axis("yaxis"), series }));
  const { showlegend, legend } = layout;
  return { ...base, data: [...base.data, ...data], layout: { ...base.layout, showlegend, legend } };
}
