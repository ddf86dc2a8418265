/** @file A drawing without what only an interactive plot needs: smaller, and the same from run to run. */
import { SIGN_FAMILY } from "./fonts";
import { fontSize } from "./svgBox";
import { fontRuns, relativeTextWidth } from "./textWidth";

const SVG = "http://www.w3.org/2000/svg";
/** Zero-width space, with which Plotly carries the shift back from a script to the baseline. */
const BLANK = /\u200b/g;
const DROPPED_STYLES = new Set(["pointer-events", "cursor", "white-space", "vector-effect", "visibility", "display"]);
const DEFAULT_STYLES: Record<string, string> = {
  opacity: "1",
  "fill-opacity": "1",
  "stroke-opacity": "1",
  "font-weight": "normal",
  "font-style": "normal",
  "font-variant": "normal",
  "text-decoration": "none",
};
const NUMBERS = new Set(["d", "x", "y", "dx", "dy", "width", "height", "transform", "cx", "cy", "r", "x1", "x2", "y1", "y2"]);

/** Tidies the tree in place. */
export function tidySvg(document: Document, root: Element): void {
  for (const text of Array.from(root.querySelectorAll("text"))) flattenText(document, text);
  for (const element of [root, ...Array.from(root.querySelectorAll("*"))]) {
    for (const { name, value } of Array.from(element.attributes)) {
      if (name === "class" || name === "pointer-events" || name.startsWith("data-") || value === "") element.removeAttribute(name);
      else if (name === "style") setStyle(element, value);
      else if (NUMBERS.has(name)) element.setAttribute(name, roundNumbers(value));
    }
  }
  removeEmpty(root);
}

/** Two decimals: a hundredth of a pixel is far below what any printer shows. */
export function roundNumbers(text: string): string {
  return text.replace(/-?\d*\.\d{3,}(?:e-?\d+)?/g, (number) => String(Math.round(Number(number) * 100) / 100));
}

function parseStyle(style: string): [string, string][] {
  return style
    .split(";")
    .map((entry) => entry.split(":").map((part) => part.trim()) as [string, string])
    .filter(([name, value]) => name !== "" && value !== undefined);
}

function setStyle(element: Element, style: string): void {
  const kept = parseStyle(style)
    .filter(([name, value]) => !DROPPED_STYLES.has(name) && DEFAULT_STYLES[name] !== value)
    .filter(([name, value]) => name !== "font-family" || value === SIGN_FAMILY) // the root carries the text family
    .map(([name, value]) => `${name}:${roundNumbers(hexColor(value))}`);
  if (kept.length === 0) element.removeAttribute("style");
  else element.setAttribute("style", kept.join(";"));
}

function hexColor(value: string): string {
  return value.replace(
    /rgb\((\d+), ?(\d+), ?(\d+)\)/g,
    (_all, ...parts) =>
      `#${parts
        .slice(0, 3)
        .map((part) => Number(part).toString(16).padStart(2, "0"))
        .join("")}`,
  );
}

function removeEmpty(root: Element): void {
  for (const element of Array.from(root.querySelectorAll("*")).reverse()) {
    const tag = element.tagName.toLowerCase();
    const empty = (tag === "g" || tag === "defs") && element.children.length === 0;
    const blank = (tag === "path" && !element.getAttribute("d")) || (tag === "text" && element.textContent === "");
    const unseen = tag === "rect" && isUnseen(element);
    const plain = tag === "g" && element.attributes.length === 0 && element.parentElement !== null;
    if (empty || blank || unseen) element.remove();
    else if (plain) element.replaceWith(...Array.from(element.childNodes));
  }
}

/** A rectangle that only served to catch the pointer. */
function isUnseen(element: Element): boolean {
  if (element.closest("clipPath") !== null) return false;
  const style = new Map(parseStyle(element.getAttribute("style") ?? ""));
  const sized = Number(element.getAttribute("width")) > 0 && Number(element.getAttribute("height")) > 0;
  const filled = style.get("fill-opacity") !== "0" && style.get("fill") !== "none";
  const stroked = style.has("stroke") && style.get("stroke-opacity") !== "0" && style.get("stroke-width") !== "0px";
  return !sized || !(filled || stroked);
}

interface Run {
  text: string;
  style: string;
  /** Height above or below the baseline of the line, in px. */
  shift: number;
  signs: boolean;
  /** Width in px. */
  width: number;
}

/**
 * Rewrites a text as a flat list of runs with explicit shifts.
 * Plotly nests spans and returns to the baseline by shifting an invisible character, which not every renderer honours.
 */
function flattenText(document: Document, text: Element): void {
  const size = sizeOf(text.getAttribute("style") ?? "", 12);
  const lines = Array.from(text.children).filter((child) => child.getAttribute("class") === "line");
  const parts = (lines.length > 0 ? lines : [text]).map((line) => ({ line, runs: collectRuns(line, size) }));
  // A renderer that meets a missing glyph may redraw the whole stretch in the other font,
  // so runs of different fonts become stretches of their own, each with its place. The anchor belongs to all lines.
  const placed = parts.some(({ runs }) => runs.some((run) => run.signs));
  for (const { line, runs } of parts) {
    const start = placed ? startOf(text, line, runs) : 0;
    if (runs.every((run) => run.style === "" && run.shift === 0)) {
      line.textContent = runs.map((run) => run.text).join("");
      if (placed) line.setAttribute("x", roundNumbers(String(start)));
      continue;
    }
    let x = start;
    line.textContent = "";
    let shift = 0;
    for (const run of runs) {
      if (run.style === "" && run.shift === shift && !placed) {
        line.append(document.createTextNode(run.text));
        continue;
      }
      const span = document.createElementNS(SVG, "tspan");
      if (run.style !== "") span.setAttribute("style", run.style);
      if (placed) span.setAttribute("x", roundNumbers(String(x)));
      x += run.width;
      if (run.shift !== shift) span.setAttribute("dy", roundNumbers(String(run.shift - shift)));
      span.append(document.createTextNode(run.text));
      line.append(span);
      shift = run.shift;
    }
  }
}

/** Where a line of text begins once its anchor is resolved; the text itself is then anchored at its start. */
function startOf(text: Element, line: Element, runs: readonly Run[]): number {
  const x = Number.parseFloat(line.getAttribute("x") ?? text.getAttribute("x") ?? "0") || 0;
  const anchor = text.getAttribute("data-anchor") ?? text.getAttribute("text-anchor");
  text.setAttribute("data-anchor", anchor ?? "start"); // for the lines to come; data attributes are dropped in the end
  text.setAttribute("text-anchor", "start");
  const width = runs.reduce((sum, run) => sum + run.width, 0);
  return x - (anchor === "middle" ? width / 2 : anchor === "end" ? width : 0);
}

function collectRuns(line: Element, lineSize: number): Run[] {
  const runs: Run[] = [];
  let shift = 0;
  const walk = (node: Element, size: number, outer: ReadonlyMap<string, string>) => {
    for (const child of Array.from(node.childNodes)) {
      if (child.nodeType === 3) {
        const text = (child.nodeValue ?? "").replace(BLANK, "");
        const style = Array.from(outer, ([name, value]) => `${name}:${value}`).join(";");
        for (const part of fontRuns(text, faceOf(outer))) {
          runs.push({
            text: part.text,
            style: part.signs ? [style, `font-family:${SIGN_FAMILY}`].filter(Boolean).join(";") : style,
            shift: Math.abs(shift) < 1e-9 ? 0 : shift,
            signs: part.signs,
            width: size * relativeTextWidth(part.text, faceOf(outer)),
          });
        }
      } else if (child.nodeType === 1) {
        const span = child as Element;
        const own = new Map(outer);
        const spanSize = sizeOf(span.getAttribute("style") ?? "", size);
        for (const [name, value] of parseStyle(span.getAttribute("style") ?? "")) own.set(name, value);
        if (spanSize !== lineSize) own.set("font-size", `${roundNumbers(String(spanSize))}px`);
        const dy = span.getAttribute("dy");
        if (dy !== null) shift += Number.parseFloat(dy) * (dy.endsWith("em") ? spanSize : 1);
        walk(span, spanSize, own);
      }
    }
  };
  walk(line, lineSize, new Map());
  return runs;
}

function faceOf(style: ReadonlyMap<string, string>) {
  return { bold: style.get("font-weight") === "bold", italic: style.get("font-style") === "italic" };
}

const sizeOf = (style: string, parent: number): number => fontSize(/font-size:\s*([\d.]+(?:px|%|em)?)/.exec(style)?.[1] ?? "", parent);
