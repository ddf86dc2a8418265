/** @file Another look for a finished figure: curves left out, renamed, recoloured; titles, ranges, legend and size. */
import type { Dash, Data, LayoutAxis } from "plotly.js";
import { argumentsOf, Checks } from "../core/check";
import { cutRange, rangeLayout, within } from "./axes";
import { endsOfLines } from "./endLabels";
import type { EndLabel, Figure, FigureSize } from "./figure";
import { inheritOrigin } from "./figureOrigin";
import { liftEndLabels } from "./fitFigure";
import type { Range } from "./fitRange";
import { LEGEND_PLACES, type LegendPlace, legendLayout } from "./legend";
import { math, plainLabel } from "./math";
import { unscaled } from "./scaleText";
import { namedFigure } from "./shownFigures";
import { baseAxis, translucent } from "./theme";
import { titleLayout } from "./title";
import { bandName, isNamed, numbersOf, seriesName, type Trace } from "./trace";

/** What {@link restyle} changes; names of curves are those of the legend, in the light markup of {@link math} or as they are read. */
export interface Restyling extends Partial<FigureSize> {
  /** Curves to leave out; the axes close in on the others. */
  readonly drop?: string | readonly string[];
  /** The only curves to keep. */
  readonly keep?: string | readonly string[];
  /** New names by old ones. */
  readonly rename?: Readonly<Record<string, string>>;
  /** Colours, "#rrggbb", by names before renaming; bands and error bars follow. */
  readonly colours?: Readonly<Record<string, string>>;
  /** Dashes by names before renaming: "solid", "dot", "dash", or strokes and gaps in px such as "4px,2px". */
  readonly dash?: Readonly<Record<string, string>>;
  /** Another heading. */
  readonly title?: string;
  /** Another title of the x axis. */
  readonly xLabel?: string;
  /** Another title of the y axis. */
  readonly yLabel?: string;
  /** First and last value of the x axis; they hold whatever the data are. */
  readonly xRange?: Range;
  /** First and last value of the y axis. */
  readonly yRange?: Range;
  /** Where the names stand. */
  readonly legend?: LegendPlace;
  /** Another caption. */
  readonly caption?: string;
}

/**
 * The figure in another look; the given one stays as it is. What is not named keeps its look, fonts included.
 * @param figure a chart, any Plotly figure, or the name under which one was shown
 * @param changes drop?, keep?, rename?, colours?, dash?, title?, xLabel?, yLabel?, xRange?, yRange?, legend?, width?, height?, fontSize?, caption?
 * @throws RangeError for a curve that the figure does not have, with the names of those it has, and for values outside the domain
 * @origin ours
 * @example
 * const series = ["theory", "bound"].map((name, i) => ({ name, x: [1, 2], y: [1 + i, 3 + 9 * i] }));
 * const figure = cot.lineChart({ x: { label: "k" }, y: { label: "error" }, series });
 * cot.figures.restyle(figure, { drop: "bound", rename: { theory: "limit" }, colours: { theory: "#D55E00" } }).data[0].name; // => "limit"
 */
export function restyle(figure: Figure | string, changes: Restyling): Figure {
  argumentsOf("restyle", changes, "changes");
  const check: Checks = new Checks("restyle");
  return check.made("figure", "a chart or another Plotly figure", figure, () => restyled(check, figure, changes));
}

function restyled(check: Checks, figure: Figure | string, changes: Restyling): Figure {
  const given = liftEndLabels(unscaled(namedFigure(check, figure)));
  const traces = given.data as readonly Trace[];
  const curves = traces.map((trace, i) => curveOf(traces, trace, i));
  const known = [...new Set(curves.filter((name) => name !== undefined))];
  const find = (argument: string, name: string): string => {
    check.text(argument, name);
    const found = known.find((curve) => curve === plainLabel(math(name)));
    return found ?? check.fail(argument, `the names of curves of the figure (${known.map((curve) => `"${curve}"`).join(", ")})`, name);
  };
  const named = (argument: string, names: string | readonly string[]) => {
    if (typeof names !== "string") check.list(argument, names);
    return new Set((typeof names === "string" ? [names] : names).map((name) => find(argument, name)));
  };
  const byCurve = (argument: string, values: Readonly<Record<string, string>> = {}) =>
    new Map(Object.entries(values).map(([name, value]) => [find(argument, name), value]));

  const { drop = [], keep, rename, colours, dash, title, xLabel, yLabel, xRange, yRange, legend, caption, ...size } = changes;
  for (const [argument, values] of Object.entries({ rename, colours, dash }))
    if (values !== undefined) argumentsOf(check.fn, values, argument);
  if (legend !== undefined) check.oneOf("legend", legend, LEGEND_PLACES);
  for (const [argument, text] of Object.entries({ title, xLabel, yLabel, caption })) if (text !== undefined) check.text(argument, text);
  for (const [curve, name] of Object.entries(rename ?? {})) check.text(`rename["${curve}"]`, name);
  for (const key of ["width", "height", "fontSize"] as const) if (size[key] !== undefined) check.positive(key, size[key]);
  const [dropped, kept] = [named("drop", drop), keep === undefined ? undefined : named("keep", keep)];
  const stays = (curve: string | undefined) => curve === undefined || (!dropped.has(curve) && (kept?.has(curve) ?? true));
  const looks = { names: byCurve("rename", rename), colours: byCurve("colours", colours), dashes: byCurve("dash", dash) };
  for (const [curve, colour] of looks.colours) {
    if (typeof colour !== "string" || !/^#[0-9a-f]{6}$/i.test(colour))
      check.fail(`colours["${curve}"]`, 'a colour such as "#0072B2"', colour);
  }
  const seen = traces.filter((_, i) => stays(curves[i]));
  const data = given.data.flatMap((trace, i) => (stays(curves[i]) ? [relook(check, trace, curves[i], looks)] : []));
  if (data.length === 0) check.fail(keep === undefined ? "drop" : "keep", "fewer than all curves", keep ?? drop);

  const fewer = seen.length < traces.length;
  const axis = (key: "x" | "y", label: string | undefined, range: Range | undefined): Partial<LayoutAxis> => {
    const old = given.layout[`${key}axis`] ?? {};
    if (range !== undefined) check.vector(`${key}Range`, range, 2);
    if (range?.some((value) => !Number.isFinite(value) || (old.type === "log" && value <= 0)) || (range && range[0] === range[1])) {
      check.fail(`${key}Range`, `two different numbers${old.type === "log" ? " > 0" : ""}`, range);
    }
    const heading = label === undefined ? {} : { title: { ...(old.title as object), text: math(label) } };
    return { ...old, ...(range ? freshRange(old, range) : fewer ? closedIn(old, seen, key) : {}), ...heading };
  };
  const [xaxis, yaxis] = [axis("x", xLabel, xRange), axis("y", yLabel, yRange)];
  const place = legend ?? (given.layout.showlegend === false && labelsOf(given, traces).length > 0 ? "ends" : undefined);
  const { legend: before, ...rest } = given.layout;
  const layout = {
    ...rest,
    ...(legend === undefined ? (before === undefined ? {} : { legend: before }) : legendLayout(legend)),
    ...titleLayout(title),
    xaxis,
    yaxis,
  };
  const inLegend = legend === undefined ? undefined : legend !== "none" && legend !== "ends";
  const others = (given.endLabels ?? []).filter((label) => !labelsOf(given, traces).includes(label));
  const endLabels = [...moved(others, given.layout.yaxis, yaxis), ...(place === "ends" ? endsOfLines(data, yaxis) : [])];
  const restyled: Figure = {
    ...given,
    data: inLegend === undefined ? data : (data.map((trace) => ({ ...trace, showlegend: inLegend && isNamed(trace as Trace) })) as Data[]),
    layout,
    ...(caption === undefined ? {} : { caption }),
    ...(endLabels.length > 0 || given.endLabels ? { endLabels } : {}),
    ...(Object.keys(size).length > 0 || given.size ? { size: { ...given.size, ...size } } : {}),
  };
  return inheritOrigin(restyled, given);
}

/** The name by which a reader knows the curve that this trace belongs to; none for level lines and cells. */
function curveOf(traces: readonly Trace[], trace: Trace, index: number): string | undefined {
  if (trace.fill === "toself" && trace.name !== undefined) return bandName(trace);
  if (trace.type === "heatmap" || (trace.hoverinfo === "skip" && trace.name === undefined)) return undefined;
  return seriesName(traces, index);
}

interface Looks {
  readonly names: ReadonlyMap<string, string>;
  readonly colours: ReadonlyMap<string, string>;
  readonly dashes: ReadonlyMap<string, string>;
}

function relook(check: Checks, data: Data, curve: string | undefined, { names, colours, dashes }: Looks): Data {
  if (curve === undefined) return data;
  const trace = data as Trace;
  const band = trace.fill === "toself";
  const [name, color, dash] = [names.get(curve), colours.get(curve), dashes.get(curve)];
  if (dash !== undefined && !band && !(trace.mode ?? "lines").includes("lines"))
    check.fail("dash", "the names of curves with lines", curve);
  const line = { ...trace.line, ...(color ? { color } : {}), ...(dash && !band ? { dash: dash as Dash } : {}) };
  return {
    ...trace,
    ...(name === undefined ? {} : { name: `${math(name)}${band ? " (band)" : ""}` }),
    ...(trace.line || (dash && !band) ? { line } : {}),
    ...(color && trace.marker ? { marker: { ...trace.marker, color } } : {}),
    ...(color && band ? { fillcolor: translucent(color, 0.2) } : {}),
    ...(color && trace.error_y && trace.type !== "bar" ? { error_y: { ...trace.error_y, color } } : {}),
  } as Data;
}

/** What belongs to a range. */
const TICKS = new Set([
  "range",
  "autorange",
  "tick0",
  "dtick",
  "tickmode",
  "tickvals",
  "ticktext",
  "tickfont",
  "minor",
  "separatethousands",
]);

/** Another range, with the ticks that go with it. */
function freshRange(old: Partial<LayoutAxis>, range: Range): Partial<LayoutAxis> {
  const rest = Object.entries(old).filter(([key]) => !TICKS.has(key));
  return { ...Object.fromEntries(rest), tickfont: baseAxis().tickfont, ...rangeLayout(range, old.type === "log") };
}

/** The axis as near round these traces as its range allows: what left the frame before does not widen it. */
function closedIn(old: Partial<LayoutAxis>, traces: readonly Trace[], key: "x" | "y"): Partial<LayoutAxis> {
  if (old.range === undefined || (old.type !== "log" && old.type !== "linear")) return old;
  const log = old.type === "log";
  const values = traces.flatMap((trace) => {
    const list = numbersOf(trace[key]);
    const [array, arrayminus] = [trace.error_y?.array, trace.error_y?.arrayminus].map((ends) => (key === "y" ? numbersOf(ends) : []));
    const ends = list.flatMap((value, i) => (value === null ? [] : [value, value + (array[i] ?? 0), value - (arrayminus[i] ?? 0)]));
    return trace.type === "bar" && key === "y" && !log ? [...ends, 0] : ends;
  });
  const usable = values.filter((value) => !log || value > 0);
  const [start, end] = old.range as [number, number];
  const asked = [start, end].map((value) => (log ? 10 ** value : Math.abs(value) < 1e-5 * Math.abs(end - start) ? 0 : value)) as [
    number,
    number,
  ];
  const range = usable.length > 0 ? cutRange(asked, usable, log, key === "y" ? 0.05 : 0.01, Number.POSITIVE_INFINITY) : undefined;
  return range === undefined || range === asked ? old : freshRange(old, range);
}

/** The labels that stand for curves; the others are those of reference lines. */
function labelsOf({ endLabels = [] }: Figure, traces: readonly Trace[]): readonly EndLabel[] {
  return endLabels.filter(({ text }) => traces.some((trace) => isNamed(trace) && trace.name === text));
}

/** Labels at the same values of another axis, those beyond its ends left out. */
function moved(labels: readonly EndLabel[], from: Partial<LayoutAxis> | undefined, to: Partial<LayoutAxis>): readonly EndLabel[] {
  if (!from?.range || !to.range) return labels;
  const [[a, b], [start, end]] = [from.range, to.range] as [number, number][];
  return labels
    .map((label) => ({ ...label, height: (a + label.height * (b - a) - start) / (end - start) }))
    .filter(({ height }) => within(height));
}
