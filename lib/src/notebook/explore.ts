/** @file A live figure in a notebook: it moves in JupyterLab and in the book, and is a static figure elsewhere. */
import { argumentsOf, Checks, inNameOf } from "../core/check";
import type { ParameterValue } from "../core/declaration";
import type { Figure } from "../figures/figure";
import { rememberOrigin } from "../figures/figureOrigin";
import { heatmap } from "../figures/heatmap";
import { lineChart } from "../figures/lineChart";
import { overlay } from "../figures/overlay";
import { drawSvg } from "../figures/renderSvg";
import { checkFigureName, rememberFigure } from "../figures/shownFigures";
import type { LiveValues } from "../live/kind";
import type { LiveKindName } from "../live/kindName";
import { LIVE_KINDS } from "../live/kinds";
import type { Panel } from "../live/panel";
import { infinityAsText, LIVE_MIME, type LiveParameter, type LiveSpec } from "../live/spec";
import { formulas, points } from "../live/work";
import { inKernel, leaveUnprinted, notebookName, sendOutput } from "./kernel";
import { declaredParameters } from "./parameters";
import { interactive, type ShowOptions, screenSize, sendCaption } from "./show";

/** A live figure's name, and which of the notebook's parameters it reads. */
export interface ExploreOptions extends Omit<ShowOptions, "name" | "stored"> {
  /** A name for the figure, its files and its links; default: the kind's. */
  readonly name?: string;
  /** The notebook's parameter for one of the figure's, where the names differ: `{ d: "phaseD" }`. */
  readonly use?: Readonly<Record<string, string>>;
}

/**
 * A figure that follows its parameters: in JupyterLab, opened or run, and in the book it has sliders for the notebook's declared parameters,
 * and the library computes in the page. Elsewhere it is the static figure of this run, as {@link show} gives it.
 * @param kind which figure: "error-against-steps", "overthinking", "hardness", "task-triangle", "phase-diagram" or "plane"
 * @param options name?; use? the notebook's names of parameters; width = 840, height = 525 and fontSize = 15 of the static figure
 * @returns the static figure; as a cell's last statement it prints nothing further
 * @throws RangeError for an unknown kind, or when the notebook has not declared a parameter that the figure reads
 * @origin ours
 * @example
 * const number = (committed: number) => ({ kind: "integer", meaning: "a size", range: [1, 300], committed }) as const;
 * const names = { d: 4, exponent: 0, n: 10, m: 20, steps: 5, prompts: 50, seed: 1 };
 * const exponent = { kind: "number", meaning: "decay", range: [0, 6], committed: 0 } as const;
 * cot.parameters({ ...Object.fromEntries(Object.entries(names).map(([name, value]) => [name, number(Math.max(1, value))])), exponent }, names);
 * (await cot.explore("error-against-steps")).layout.yaxis?.type; // => "log"
 */
export async function explore(kind: LiveKindName, options: ExploreOptions = {}): Promise<Figure> {
  const check: Checks = new Checks("explore");
  check.oneOf("kind", kind, Object.keys(LIVE_KINDS) as LiveKindName[]);
  argumentsOf("explore", options, "options");
  const { name = kind, use = {} } = options;
  checkFigureName(check, name);
  const spec = liveSpec(check, kind, name, use);
  const roles = Object.fromEntries(spec.parameters.map(({ name, role = name, value }) => [role, value])) as LiveValues;
  const { drawing, values } = inNameOf("explore", () => formulas(kind, roles));
  // The page draws while it is read; here a reader waits, and beyond d = 30 fewer draws are enough.
  const share = "d" in values ? Math.min(1, (30 / Number(values.d)) ** 2) : 1;
  const simulated = await inNameOf("explore", () => points(kind, values, { share }));
  const [panel] = drawing.panels;
  const drawn = simulated?.panel === 0 ? { ...panel, series: [...panel.series, ...simulated.series] } : panel;
  const figure = staticFigure(drawn, ["At this run's parameters:", drawing.summary, ...(simulated ? [simulated.words] : [])].join(" "));
  const size = screenSize(figure, options);
  const svg = await inNameOf("explore", () => drawSvg(figure, size));
  sendOutput({
    [LIVE_MIME]: JSON.parse(JSON.stringify(spec, infinityAsText)),
    ...interactive(figure, size),
    "image/svg+xml": svg,
    "application/vnd.cotlab.figure+json": { name },
  });
  if (inKernel()) sendCaption(figure);
  rememberOrigin(figure);
  rememberFigure(name, figure);
  return leaveUnprinted(figure);
}

/** What the page is told: the parameters that the figure reads, as this notebook declares them, then its own. */
function liveSpec(check: Checks, kind: LiveKindName, name: string, use: Readonly<Record<string, string>>): LiveSpec {
  const { title, reads, own } = LIVE_KINDS[kind];
  const { declaration, values } = declaredParameters();
  const nameOf = (role: string): string => use[role] ?? role;
  for (const role of Object.keys(use))
    if (!reads.includes(role)) check.fail("use", `of the figure's parameters, ${reads.join(", ")}`, role);
  for (const role of reads)
    if (!(nameOf(role) in declaration))
      check.fail("parameters", `declared with the figure's, ${reads.map(nameOf).join(", ")}`, Object.keys(declaration));
  const read = reads.map((role): LiveParameter => {
    const parameter = { ...declaration[nameOf(role)], name: nameOf(role), value: values[nameOf(role)] as ParameterValue };
    return nameOf(role) === role ? parameter : { ...parameter, role };
  });
  const roles = Object.fromEntries(read.map(({ name, role = name, value }) => [role, value]));
  const ownParameters = Object.entries(own?.(roles) ?? {}).map(
    ([name, parameter]): LiveParameter => ({ ...parameter, name, value: parameter.committed, own: true }),
  );
  const others = Object.entries(values).filter(([name]) => !read.some((parameter) => parameter.name === name));
  const notebook = notebookName();
  return {
    figure: kind,
    title,
    name,
    ...(notebook === undefined ? {} : { notebook }),
    parameters: [...read, ...ownParameters],
    rest: others as [string, ParameterValue][],
  };
}

/** A panel as a figure that does not move. */
function staticFigure({ x, y, series, marks, cells, handles = [] }: Panel, caption: string): Figure {
  const points = handles.map(({ x, y, label }) => ({ name: label, x: [x], y: [y], style: "points" as const, color: 4 }));
  const lines = lineChart({ x, y, series: [...series, ...points], marks, caption });
  if (cells === undefined) return lines;
  const { label, log, ...grid } = cells;
  return overlay(heatmap({ x, y, z: { label, log }, ...grid, caption }), [...series, ...points]);
}
