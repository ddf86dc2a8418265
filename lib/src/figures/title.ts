/** @file The title of a chart. */
import type { Layout } from "plotly.js";
import { math } from "./math";
import { FONT_SIZE } from "./theme";

/** The title's part of a layout: left-aligned above everything; it makes its own room. */
export function titleLayout(title: string | undefined): Partial<Layout> {
  if (title === undefined) return {};
  // `automargin` is missing from the published types.
  const heading: Layout["title"] & { automargin: boolean } = {
    text: `<b>${math(title)}</b>`,
    font: { size: FONT_SIZE.title },
    x: 0,
    xref: "container",
    xanchor: "left",
    y: 1,
    yref: "container",
    yanchor: "top",
    pad: { t: 6, b: 0, l: 5 },
    automargin: true,
  };
  return { title: heading };
}
