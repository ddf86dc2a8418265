/** @file The figures of the benchmarks: ratios with their ranges, and slopes beside the expected ones. */

import type { Data } from "plotly.js";
import { type BenchRow, formatRatio, type GrowthRow } from "../../benchmarks/rows.ts";
import { Checks } from "../../lib/dist/core/check.js";
import { buildAxis } from "../../lib/dist/figures/axes.js";
import type { Figure } from "../../lib/dist/figures/figure.js";
import { legendLayout } from "../../lib/dist/figures/legend.js";
import { baseAxis, baseLayout, FONT_SIZE, MARK_COLOR, MARKER_SIZE, seriesStyle } from "../../lib/dist/figures/theme.js";

/** Height of one row of a dot plot, and of what is around the rows, in px. */
const ROW = 17;
const AROUND = 84;

/** Peers that share a colour, by the first word of their names: there are eight colours. */
const FAMILIES = [
  ["NumPy", "SciPy", "Python"],
  ["PyTorch"],
  ["Clarabel"],
  ["OSQP"],
  ["quadprog"],
  ["HiGHS"],
  ["matplotlib", "ipykernel", "ipywidgets"],
  ["ml-matrix"],
] as const;

/** The groups of a growth. */
const FITTED = "line through all sizes";
const LAST = "last two sizes";

interface Dot {
  readonly label: string;
  readonly group: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** A second mark in the same row. */
  readonly expected?: number;
  /** Drawn open: not measured in full. */
  readonly open?: boolean;
}

export interface DotPlot {
  readonly figure: Figure;
  /** Height in px that gives every row its room. */
  readonly height: number;
}

interface DotPlotParams {
  readonly dots: readonly Dot[];
  readonly axis: { readonly label: string; readonly log: boolean };
  readonly reference: number;
  readonly caption: string;
}

/** One row a label, a dot with its range in each; every group has a colour and a symbol of its own. */
function dotPlot({ dots, axis, reference, caption }: DotPlotParams): DotPlot {
  const named = [...FAMILIES.map((names) => names.join(", ")), "others", FITTED, LAST];
  const groups = named.filter((name) => dots.some(({ group }) => group === name));
  const series = groups.flatMap((group, i) =>
    [false, true].map((open) => ({ group, i, open, own: dots.filter((dot) => dot.group === group && (dot.open ?? false) === open) })),
  );
  const ends = dots.flatMap(({ low, high, value, expected = value }) => [low, high, value, expected, reference]);
  const built = buildAxis(new Checks("dotPlot"), "x", axis, ends, 0.06);
  const labels = [...new Set(dots.map(({ label }) => label))];
  const drawn = series.filter(({ own }) => own.length > 0);
  const data: Data[] = drawn.map(({ group, i, open, own }) => {
    const { color, symbol } = seriesStyle(i);
    return {
      type: "scatter",
      mode: "markers",
      name: open ? `${group} (extrapolated)` : group,
      legendgroup: open ? `${group} (extrapolated)` : group,
      showlegend: true,
      x: own.map(({ value }) => value),
      y: own.map(({ label }) => label),
      marker: { color, symbol: open ? `${symbol}-open` : symbol, size: MARKER_SIZE + 1.5 },
      error_x: {
        type: "data",
        symmetric: false,
        array: own.map(({ value, high }) => high - value),
        arrayminus: own.map(({ value, low }) => value - low),
        color,
        thickness: 1.3,
        width: 0,
      },
    };
  });
  if (dots.some(({ expected }) => expected !== undefined)) {
    data.push({
      type: "scatter",
      mode: "markers",
      name: "expected",
      legendgroup: "expected",
      showlegend: true,
      x: dots.map(({ expected }) => expected ?? null),
      y: dots.map(({ label }) => label),
      marker: { color: MARK_COLOR, symbol: "line-ns-open", size: 11, line: { width: 1.6, color: MARK_COLOR } },
    });
  }
  const figure: Figure = {
    data,
    layout: {
      ...baseLayout(),
      ...legendLayout(data.length > 1 ? "above" : "none"),
      xaxis: built.layout,
      yaxis: {
        ...baseAxis(),
        type: "category",
        categoryorder: "array",
        categoryarray: labels.toReversed(),
        range: [-0.7, labels.length - 0.3],
        tickfont: { size: FONT_SIZE.tick - 1 },
        ticks: "",
        automargin: true,
        showgrid: true,
      },
      shapes: [
        {
          type: "line",
          xref: "x",
          yref: "paper",
          x0: reference,
          x1: reference,
          y0: 0,
          y1: 1,
          layer: "below",
          line: { color: MARK_COLOR, width: 1, dash: "dash" },
        },
      ],
    },
    caption,
  };
  return { figure, height: AROUND + ROW * labels.length };
}

function family(peer: string): string {
  const name = peer.replace(/ .*$/, "");
  return FAMILIES.find((names) => (names as readonly string[]).includes(name))?.join(", ") ?? "others";
}

/** Peer's time over ours, one row a case, with a dot for each peer. */
export function ratioFigure(rows: readonly BenchRow[]): DotPlot | undefined {
  const raced = rows.filter((row) => row.ratio !== null && row.low !== null && row.high !== null);
  if (raced.length === 0) return undefined;
  const dots = raced.map(
    (row): Dot => ({
      label: row.case,
      group: family(row.peer),
      value: row.ratio!,
      low: row.low!,
      high: row.high!,
      open: row.extrapolated !== "",
    }),
  );
  const best = Math.max(...dots.map(({ value }) => value));
  const worst = Math.min(...dots.map(({ value }) => value));
  const extrapolated = dots.some(({ open }) => open)
    ? " Open symbols: one of the two times is extrapolated from a shorter simulation, not measured in full."
    : "";
  return dotPlot({
    dots,
    axis: { label: "peer's time / ours", log: true },
    reference: 1,
    caption: `Time of the peer over ours, ${dots.length} comparisons: right of the dashed line ours is faster. Dots are ratios of medians, lines the least and largest ratio of a round; from ${formatRatio(worst)} to ${formatRatio(best)}.${extrapolated}`,
  });
}

/** How our times grow. */
export function growthFigure(rows: readonly GrowthRow[]): DotPlot | undefined {
  if (rows.length === 0) return undefined;
  return dotPlot({
    dots: rows.flatMap((row) => {
      const { quantity: label, lastSlope, expected } = row;
      const fitted = { label, group: FITTED, value: row.slope, low: row.slopeLow, high: row.slopeHigh, expected };
      return [fitted, { label, group: LAST, value: lastSlope, low: lastSlope, high: lastSlope }];
    }),
    axis: { label: "exponent: slope of log time against log of the quantity", log: false },
    reference: 0,
    caption:
      "Slopes of the logarithm of the run time: of a line through all sizes, with the line's 95 % interval, and between the last two sizes alone, beside the exponent of the largest term of the operation count. Where the two slopes part, the points bend, and the interval of the line says nothing about the exponent.",
  });
}
