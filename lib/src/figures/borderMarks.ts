/** @file Arrows at the border of the frame where curves leave it. */
import type { Annotations } from "plotly.js";
import type { Figure } from "./figure";
import { type Exit, exitsOf } from "./inspectFigure";
import { FONT_SIZE } from "./theme";

/** By this name the marks are known again; `name` is missing from the published types. */
const NAME = "leaves";
type Named = Partial<Annotations> & { readonly name?: string };
/** Marks nearer than this, as a fraction of the axis, would cover one another: only the first is drawn. */
const APART = 0.012;

const SIGNS = { top: "↑", bottom: "↓", left: "←", right: "→" } as const;

/** The figure with a mark at every place where a curve first leaves the frame; marks of before are forgotten. */
export function markBorders(figure: Figure): Figure {
  const before: readonly Named[] = figure.layout.annotations ?? [];
  const others = before.filter(({ name }) => name !== NAME);
  const exits = exitsOf(figure).filter(
    (exit, i, all) => !all.slice(0, i).some(({ side, at }) => side === exit.side && Math.abs(at - exit.at) < APART),
  );
  if (exits.length === 0 && others.length === before.length) return figure;
  return { ...figure, layout: { ...figure.layout, annotations: [...others, ...exits.map(mark)] } };
}

function mark({ side, at, color }: Exit): Named {
  const upright = side === "top" || side === "bottom";
  const end = side === "top" || side === "right" ? 1 : 0;
  return {
    name: NAME,
    text: `<b>${SIGNS[side]}</b>`,
    xref: "paper",
    x: upright ? at : end,
    xanchor: upright ? "center" : side === "right" ? "right" : "left",
    yref: "paper",
    y: upright ? end : at,
    yanchor: upright ? (side === "top" ? "top" : "bottom") : "middle",
    showarrow: false,
    borderpad: 0,
    font: { size: FONT_SIZE.label, color },
  };
}
