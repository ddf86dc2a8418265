/** @file The layout that charts have in common. */
import type { Layout } from "plotly.js";
import type { BuiltAxis } from "./axes";
import { type LegendPlace, legendLayout } from "./legend";
import { baseLayout } from "./theme";
import { titleLayout } from "./title";

/** A title, a legend and two axes in the house's look. */
export function chartLayout(
  title: string | undefined,
  place: LegendPlace,
  xAxis: Pick<BuiltAxis, "layout">,
  yAxis: Pick<BuiltAxis, "layout">,
): Partial<Layout> {
  return { ...baseLayout(), ...legendLayout(place), ...titleLayout(title), xaxis: xAxis.layout, yaxis: yAxis.layout };
}
