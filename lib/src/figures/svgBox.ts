/** @file Boxes and path lengths of SVG elements: the geometry that a DOM without a layout engine lacks. */
import { ASCENT, DESCENT, relativeTextWidth } from "./textWidth";

/** A box in px; `right` and `bottom` as in DOMRect. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

type Point = readonly [number, number];
/** An affine map (a, b, c, d, e, f) as in SVG's matrix(). */
type Affine = readonly [number, number, number, number, number, number];

const IDENTITY: Affine = [1, 0, 0, 1, 0, 0];

export function boxOfPoints(points: readonly Point[]): Box {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (points.length === 0) left = top = right = bottom = 0;
  return { x: left, y: top, width: right - left, height: bottom - top, left, top, right, bottom };
}

/** getBBox: the element's box in its own coordinates (strokes do not count). */
export function elementBox(element: Element): Box {
  return boxOfPoints(cornerPoints(element));
}

/** getBoundingClientRect: the element's box after its own and its ancestors' transforms. */
export function clientBox(element: Element): Box {
  let points = cornerPoints(element);
  for (let node: Element | null = element; node !== null; node = node.parentElement) {
    const transform = node.getAttribute("transform");
    if (transform) {
      const map = parseTransform(transform);
      points = points.map((p) => apply(map, p));
    }
  }
  return boxOfPoints(points);
}

function cornerPoints(element: Element): Point[] {
  const tag = element.tagName.toLowerCase();
  const number = (name: string) => Number.parseFloat(element.getAttribute(name) ?? "") || 0;
  if (tag === "text") return textPoints(element);
  if (tag === "path") return flattenPath(element.getAttribute("d") ?? "");
  if (tag === "rect" || tag === "image") {
    const [x, y] = [number("x"), number("y")];
    return corners(x, y, x + number("width"), y + number("height"));
  }
  if (tag === "circle") {
    const [x, y, r] = [number("cx"), number("cy"), number("r")];
    return corners(x - r, y - r, x + r, y + r);
  }
  if (tag === "g" || tag === "svg" || tag === "a") {
    return Array.from(element.children).flatMap((child) => {
      const box = elementBox(child);
      if (box.width === 0 && box.height === 0) return [];
      const map = parseTransform(child.getAttribute("transform") ?? "");
      return corners(box.left, box.top, box.right, box.bottom).map((p) => apply(map, p));
    });
  }
  return [];
}

const corners = (left: number, top: number, right: number, bottom: number): Point[] =>
  [left, right].flatMap((x) => [top, bottom].map((y) => [x, y] as const));

/** The cells of a text: one box a run, the font's ascent above and its descent below the baseline, lines anchored one by one. */
function textPoints(text: Element): Point[] {
  const points: Point[] = [];
  let line: { left: number; right: number; top: number; bottom: number }[] = [];
  const flush = () => {
    if (line.length === 0) return;
    const left = Math.min(...line.map((run) => run.left));
    const right = Math.max(...line.map((run) => run.right));
    const anchor = text.getAttribute("text-anchor") ?? (text as unknown as { style?: CSSStyleDeclaration }).style?.textAnchor;
    const shift = anchor === "middle" ? (right - left) / 2 : anchor === "end" ? right - left : 0;
    for (const run of line) points.push([run.left - shift, run.top], [run.right - shift, run.bottom]);
    line = [];
  };
  const pen = { x: 0, y: 0 };
  const walk = (node: Element, parentSize: number, parentFace: { bold: boolean; italic: boolean }) => {
    const style = (node as unknown as { style: CSSStyleDeclaration }).style;
    const size = fontSize(style.fontSize || node.getAttribute("font-size") || "", parentSize);
    const weight = style.fontWeight;
    const face = {
      bold: weight ? weight === "bold" || Number(weight) >= 600 : parentFace.bold,
      italic: style.fontStyle ? style.fontStyle === "italic" : parentFace.italic,
    };
    const x = node.getAttribute("x");
    const y = node.getAttribute("y");
    if (x !== null) {
      flush();
      pen.x = Number.parseFloat(x) || 0;
    }
    if (y !== null) pen.y = Number.parseFloat(y) || 0;
    pen.x += length(node.getAttribute("dx"), size);
    pen.y += length(node.getAttribute("dy"), size);
    for (const child of Array.from(node.childNodes)) {
      if (child.nodeType === 3) {
        const content = child.nodeValue ?? "";
        if (content === "") continue;
        const width = size * relativeTextWidth(content, face);
        line.push({
          left: pen.x,
          right: pen.x + width,
          top: pen.y - Math.round(ASCENT * size),
          bottom: pen.y + Math.round(DESCENT * size),
        });
        pen.x += width;
      } else if (child.nodeType === 1) walk(child as Element, size, face);
    }
  };
  walk(text, 12, { bold: false, italic: false });
  flush();
  return points;
}

/** A font size in px: px, em or a percentage of the parent's. */
export function fontSize(text: string, parent: number): number {
  const value = Number.parseFloat(text);
  if (Number.isNaN(value)) return parent;
  if (text.endsWith("%")) return (parent * value) / 100;
  return text.endsWith("em") ? parent * value : value;
}

function length(text: string | null, em: number): number {
  if (text === null) return 0;
  const value = Number.parseFloat(text) || 0;
  return text.endsWith("em") ? value * em : value;
}

function parseTransform(text: string): Affine {
  let map = IDENTITY;
  for (const [, name, list] of text.matchAll(/(\w+)\(([^)]*)\)/g)) {
    const v = list
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    if (name === "translate") map = compose(map, [1, 0, 0, 1, v[0], v[1] ?? 0]);
    else if (name === "scale") map = compose(map, [v[0], 0, 0, v[1] ?? v[0], 0, 0]);
    else if (name === "matrix") map = compose(map, v as unknown as Affine);
    else if (name === "rotate") {
      const [cos, sin] = [Math.cos((v[0] * Math.PI) / 180), Math.sin((v[0] * Math.PI) / 180)];
      const [cx, cy] = [v[1] ?? 0, v[2] ?? 0];
      map = compose(map, [cos, sin, -sin, cos, cx - cos * cx + sin * cy, cy - sin * cx - cos * cy]);
    }
  }
  return map;
}

function compose(p: Affine, q: Affine): Affine {
  return [
    p[0] * q[0] + p[2] * q[1],
    p[1] * q[0] + p[3] * q[1],
    p[0] * q[2] + p[2] * q[3],
    p[1] * q[2] + p[3] * q[3],
    p[0] * q[4] + p[2] * q[5] + p[4],
    p[1] * q[4] + p[3] * q[5] + p[5],
  ];
}

function apply(m: Affine, [x, y]: Point): Point {
  return [m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]];
}

/** getTotalLength, of the flattened path. */
export function pathLength(d: string): number {
  const points = flattenPath(d);
  let total = 0;
  for (let i = 1; i < points.length; i++) total += distance(points[i - 1], points[i]);
  return total;
}

/** getPointAtLength, of the flattened path. */
export function pointAtLength(d: string, at: number): { x: number; y: number } {
  const points = flattenPath(d);
  let rest = Math.max(0, at);
  for (let i = 1; i < points.length; i++) {
    const step = distance(points[i - 1], points[i]);
    if (rest <= step && step > 0) {
      const t = rest / step;
      return { x: mix(points[i - 1][0], points[i][0], t), y: mix(points[i - 1][1], points[i][1], t) };
    }
    rest -= step;
  }
  const last = points[points.length - 1] ?? [0, 0];
  return { x: last[0], y: last[1] };
}

function distance(p: Point, q: Point): number {
  return Math.hypot(q[0] - p[0], q[1] - p[1]);
}

function mix(p: number, q: number, t: number): number {
  return p + (q - p) * t;
}

let lastPath = "";
let lastPoints: Point[] = [];

/** Corner points of a path, curves replaced by 8 chords (Plotly draws M L H V C Q S Z; the box of an arc A is its end points'). */
function flattenPath(d: string): Point[] {
  if (d === lastPath) return lastPoints;
  const points: Point[] = [];
  let [x, y, startX, startY, controlX, controlY] = [0, 0, 0, 0, 0, 0];
  for (const [, command, list] of d.matchAll(/([a-zA-Z])([^a-zA-Z]*(?:e[-+]?\d[^a-zA-Z]*)*)/g)) {
    const v = (list.match(/[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/g) ?? []).map(Number);
    const kind = command.toUpperCase();
    const relative = command !== kind;
    const size = { M: 2, L: 2, H: 1, V: 1, C: 6, S: 4, Q: 4, A: 7, Z: 0 }[kind];
    if (size === undefined) throw new Error(`flattenPath: command must be one of M, L, H, V, C, S, Q, A, Z, got "${command}"`);
    if (kind === "Z") {
      [x, y] = [startX, startY];
      points.push([x, y]);
      continue;
    }
    for (let i = 0; i + size <= v.length; i += size) {
      const [ox, oy] = relative ? [x, y] : [0, 0];
      const end: Point = kind === "H" ? [ox + v[i], y] : kind === "V" ? [x, oy + v[i]] : [ox + v[i + size - 2], oy + v[i + size - 1]];
      if (kind === "C" || kind === "S") {
        const first: Point = kind === "C" ? [ox + v[i], oy + v[i + 1]] : [2 * x - controlX, 2 * y - controlY];
        const second: Point = [ox + v[i + size - 4], oy + v[i + size - 3]];
        for (let k = 1; k <= 8; k++) points.push(cubic([x, y], first, second, end, k / 8));
        [controlX, controlY] = second;
      } else if (kind === "Q") {
        const toMiddle = (from: Point): Point => [mix(from[0], ox + v[i], 2 / 3), mix(from[1], oy + v[i + 1], 2 / 3)];
        const [first, second] = [toMiddle([x, y]), toMiddle(end)];
        for (let k = 1; k <= 8; k++) points.push(cubic([x, y], first, second, end, k / 8));
      } else points.push(end);
      [x, y] = end;
      if (kind !== "C" && kind !== "S") [controlX, controlY] = end;
      if (kind === "M" && i === 0) [startX, startY] = end;
    }
  }
  lastPath = d;
  lastPoints = points;
  return points;
}

function cubic(p: Point, q: Point, r: Point, s: Point, t: number): Point {
  const u = 1 - t;
  const at = (k: 0 | 1) => u * u * u * p[k] + 3 * u * u * t * q[k] + 3 * u * t * t * r[k] + t * t * t * s[k];
  return [at(0), at(1)];
}
