/** @file Where the names of the series stand. */
import type { Layout } from "plotly.js";
import { FONT_SIZE } from "./theme";

/** Where the names of the series can stand: above the plot, each at the end of its line, in a corner, or nowhere. */
export const LEGEND_PLACES = ["above", "ends", "top left", "top right", "bottom left", "bottom right", "none"] as const;
/** One of {@link LEGEND_PLACES}. */
export type LegendPlace = (typeof LEGEND_PLACES)[number];

/**
 * The legend's part of a layout. Every series is its own group (`legendgroup`): Plotly then fills rows from the left.
 * "ends" and "none" have no legend.
 */
export function legendLayout(place: LegendPlace): Partial<Layout> {
  if (place === "none" || place === "ends") return { showlegend: false };
  const common = { font: { size: FONT_SIZE.legend }, tracegroupgap: 0, traceorder: "grouped" as const, itemwidth: 30 };
  if (place === "above") {
    // Measured from the figure's own corner: Plotly then makes room at the top and nowhere else.
    const corner = { xref: "container", x: 0, xanchor: "left", yref: "container", y: 1, yanchor: "top" } as const;
    return { showlegend: true, legend: { ...common, ...corner, orientation: "h", bgcolor: "rgba(255,255,255,0)" } };
  }
  const [vertical, horizontal] = place.split(" ") as ["top" | "bottom", "left" | "right"];
  return {
    showlegend: true,
    legend: {
      ...common,
      orientation: "v",
      x: horizontal === "left" ? 0.015 : 0.985,
      xanchor: horizontal,
      y: vertical === "top" ? 0.985 : 0.015,
      yanchor: vertical,
      bgcolor: "rgba(255,255,255,0.8)",
    },
  };
}
