/** @file A laid-out figure with all its text, lines and distances larger or smaller by one factor. */
import type { Figure } from "./figure";
import { FONT_SIZE } from "./theme";

/** Attributes in px, inside the parts of a trace or a layout: the top level has only the sizes of bars and of the figure. */
const LENGTHS = new Set(
  `size width ticklen tickwidth linewidth gridwidth thickness outlinewidth standoff xshift yshift borderpad borderwidth
  itemwidth entrywidth xpad ypad l r t b pad`.split(/\s+/),
);
/** Parts that hold no length on the page. */
const OTHERS = new Set("customdata meta xbins ybins contours".split(" "));

/** What a layout's `meta` says of a scaled figure; `meta` is missing from the published types. */
type WithMeta = Figure["layout"] & { readonly meta?: { readonly textScale?: number } };

/** Text larger by this factor than the theme's; the factor is noted in the layout, and {@link unscaled} takes it back. */
export function scaled(figure: Figure, factor: number): Figure {
  if (factor === 1) return figure;
  const { data, layout } = figure;
  const own: WithMeta = scaledParts(layout, factor, 4);
  const font = { size: FONT_SIZE.axis * factor, ...own.font };
  const meta = { ...own.meta, textScale: factor };
  return { ...figure, data: data.map((trace) => scaledParts(trace, factor, 4)), layout: { ...own, font, meta } as WithMeta };
}

/** The figure with text of the theme's own size. */
export function unscaled(figure: Figure): Figure {
  const { meta, ...layout } = figure.layout as WithMeta;
  const { textScale, ...rest } = meta ?? {};
  if (textScale === undefined) return figure;
  const own = scaledParts(layout, 1 / textScale, 3);
  return {
    ...figure,
    data: figure.data.map((trace) => scaledParts(trace, 1 / textScale, 3)),
    layout: Object.keys(rest).length > 0 ? ({ ...own, meta: rest } as WithMeta) : own,
  };
}

function scaledParts<T extends object>(whole: T, factor: number, digits: number): T {
  const times = (value: number): number => Number((value * factor).toFixed(digits));
  const scale = (value: unknown, key: string): unknown => {
    // Plotly takes no narrower samples in a legend than those of the theme.
    if (typeof value === "number")
      return LENGTHS.has(key) ? Math.max(key === "itemwidth" ? 30 : Number.NEGATIVE_INFINITY, times(value)) : value;
    if (typeof value === "string") return key === "dash" ? value.replace(/[\d.]+(?=px)/g, (px) => String(times(Number(px)))) : value;
    if (Array.isArray(value)) return key === "size" || typeof value[0] === "object" ? value.map((item) => scale(item, key)) : value;
    if (value === null || typeof value !== "object" || ArrayBuffer.isView(value) || OTHERS.has(key)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, scale(item, name)]));
  };
  return Object.fromEntries(Object.entries(whole).map(([key, part]) => [key, typeof part === "object" ? scale(part, key) : part])) as T;
}
