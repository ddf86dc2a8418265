/** @file Plotly.js without a browser: jsdom for the document, our own geometry for text and paths. */
import { readFileSync } from "node:fs";
import { compileFunction } from "node:vm";
import type { Config, Data, Layout } from "plotly.js";
import { Checks } from "../core/check";
import { optionalPackage } from "../core/optionalPackage";
import { clientBox, elementBox, pathLength, pointAtLength } from "./svgBox";
import { FakeCanvas } from "./vectorCanvas";

/** The part of Plotly.js that the renderer uses. */
export interface Plotly {
  newPlot(element: unknown, data: Data[], layout: Partial<Layout>, config: Partial<Config>): Promise<unknown>;
  purge(element: unknown): void;
  validate(data: Data[], layout: Partial<Layout>): { code: string; msg: string }[] | undefined;
  setPlotConfig(config: Partial<Config>): void;
  Snapshot: { toSVG(element: unknown, format: string): string };
  PlotSchema: { get(): object };
}

export interface HeadlessPlotly {
  readonly plotly: Plotly;
  readonly document: Document;
  serialise(node: Element): string;
  /** What Plotly has warned about since the last call. */
  takeWarnings(): string[];
}

/** The part of jsdom that is used; its published types bring all of a browser's into every notebook's type check. */
interface Jsdom {
  readonly JSDOM: new (html: string, options: { virtualConsole: VirtualConsole }) => { readonly window: Window & typeof globalThis };
  readonly VirtualConsole: new () => VirtualConsole;
}
interface VirtualConsole {
  on(event: string, listener: (...parts: unknown[]) => void): this;
}

/** Plotly comes in several sizes; the smaller one holds what this library draws, and loads in a third of the time. */
const BUNDLES = { cartesian: "plotly.js-cartesian-dist", whole: "plotly.js-dist" } as const;

/** The kinds of trace in the smaller one. */
const CARTESIAN = new Set(
  "scatter bar box heatmap histogram histogram2d histogram2dcontour contour image pie violin scatterternary".split(" "),
);

const loaded = new Map<string, HeadlessPlotly>();

/**
 * Loads the Plotly that these kinds of trace need, once; nothing is put on `globalThis`, so that no other library takes Node for a browser.
 */
export function headlessPlotly(kinds: readonly string[] = []): HeadlessPlotly {
  const bundle = kinds.every((kind) => CARTESIAN.has(kind)) ? BUNDLES.cartesian : BUNDLES.whole;
  const found = loaded.get(bundle) ?? load(bundle);
  loaded.set(bundle, found);
  return found;
}

/** The names of the browser that Plotly's source uses freely. */
const BROWSER_NAMES = [
  "document",
  "navigator",
  "getComputedStyle",
  "XMLSerializer",
  "DOMParser",
  "Element",
  "HTMLElement",
  "SVGElement",
  "Node",
  "Event",
  "CustomEvent",
  "MouseEvent",
] as const;

function load(bundle: string): HeadlessPlotly {
  const check: Checks = new Checks("renderSvg");
  const source = readFileSync(optionalPackage<string>(check, bundle, require.resolve), "utf8");
  const { JSDOM, VirtualConsole } = optionalPackage<Jsdom>(check, "jsdom");
  const warnings: string[] = [];
  const note = (...parts: unknown[]) => {
    warnings.push(parts.map((part) => (part instanceof Error ? part.message : String(part))).join(" "));
  };
  const virtualConsole = new VirtualConsole();
  virtualConsole.on("warn", note).on("error", note).on("jsdomError", note);
  const window = new JSDOM("<!DOCTYPE html><body></body>", { virtualConsole }).window;
  supplyGeometry(window as unknown as BrowserWindow);

  const quiet = () => undefined;
  const console = { trace: note, warn: note, error: note, log: quiet, info: quiet, debug: quiet, assert: quiet };
  const frame = (callback: (time: number) => void) => setImmediate(() => callback(0));
  const values: Record<string, unknown> = { window, self: window, console, requestAnimationFrame: frame, module: undefined };
  for (const name of BROWSER_NAMES) {
    const value = (window as unknown as Record<string, unknown>)[name];
    values[name] = name === "getComputedStyle" ? (value as () => unknown).bind(window) : value;
  }
  Object.assign(window, { requestAnimationFrame: frame });
  // Compiled in this realm, so that typed arrays from the caller are typed arrays to Plotly.
  const run = compileFunction(source, Object.keys(values), { filename: "plotly.js" });
  run.apply(window, Object.values(values));
  const plotly = (window as unknown as { Plotly: Plotly }).Plotly;
  plotly.setPlotConfig({ logging: 1, notifyOnLogging: 0 });
  // Each validation would put the list of all attributes together anew, a quarter of the time that a figure takes.
  const { PlotSchema } = plotly;
  const list = PlotSchema.get;
  let schema: object | undefined;
  PlotSchema.get = () => {
    schema ??= list();
    return schema;
  };
  const serializer = new window.XMLSerializer();
  return {
    plotly,
    document: window.document,
    serialise: (node) => serializer.serializeToString(node),
    takeWarnings: () => warnings.splice(0),
  };
}

interface BrowserWindow {
  readonly SVGElement: { prototype: object };
  readonly Element: { prototype: object };
  readonly HTMLCanvasElement: { prototype: object };
  readonly URL: { createObjectURL?: unknown };
  supportsCSS?: () => boolean;
}

function supplyGeometry(window: BrowserWindow): void {
  const define = (target: object, methods: Record<string, (this: Element, ...args: number[]) => unknown>) => {
    for (const [name, value] of Object.entries(methods)) {
      Object.defineProperty(target, name, { value, configurable: true, writable: true });
    }
  };
  define(window.SVGElement.prototype, {
    getBBox() {
      return elementBox(this);
    },
    getBoundingClientRect() {
      return clientBox(this);
    },
    getComputedTextLength() {
      return elementBox(this).width;
    },
    getTotalLength() {
      return pathLength(this.getAttribute("d") ?? "");
    },
    getPointAtLength(at) {
      return pointAtLength(this.getAttribute("d") ?? "", at);
    },
  });
  const canvases = new WeakMap<Element, FakeCanvas>();
  const canvasOf = (element: Element) => {
    const canvas = canvases.get(element) ?? new FakeCanvas();
    canvases.set(element, canvas);
    return canvas;
  };
  define(window.HTMLCanvasElement.prototype, {
    getContext() {
      return canvasOf(this);
    },
    toDataURL() {
      return canvasOf(this).toDataURL();
    },
  });
  window.URL.createObjectURL = () => "";
  // Says that pixelated images are not supported: Plotly then draws heatmaps cell by cell, which the canvas above records.
  window.supportsCSS = () => false;
}
