/** @file A canvas that remembers filled rectangles: Plotly's heatmap cells stay vectors instead of becoming a bitmap. */

const PREFIX = "data:cells,";

/** The one kind of drawing that Plotly's heatmap does: `fillStyle`, then `fillRect`. */
export class FakeCanvas {
  fillStyle = "rgba(0,0,0,1)";
  private readonly cells = new Map<string, string[]>();

  fillRect(x: number, y: number, width: number, height: number): void {
    const color = hex(this.fillStyle);
    if (color === undefined) return;
    // Half a pixel of overlap to the right and below: without it viewers show hairlines between neighbours.
    const path = `M${x},${y}h${width + 0.5}v${height + 0.5}h${-width - 0.5}z`;
    const paths = this.cells.get(color);
    if (paths === undefined) this.cells.set(color, [path]);
    else paths.push(path);
  }

  createImageData(): never {
    throw new Error("renderSvg: a heatmap must have zsmooth: false, got a smoothed one, which needs a bitmap");
  }

  /** The cells as SVG paths, one a colour, in a form that survives inside an attribute. */
  toDataURL(): string {
    const groups = Array.from(this.cells, ([color, paths]) => `${color}=${paths.join("")}`);
    return PREFIX + groups.join(";");
  }
}

function hex(style: string): string | undefined {
  const [r, g, b, alpha] = (style.match(/[\d.]+/g) ?? []).map(Number);
  if (alpha === 0) return undefined; // a cell without a value
  return `#${[r, g, b]
    .map((v) =>
      Math.round(v ?? 0)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

/** Replaces the images that came from such canvases by their cells. */
export function inlineCells(document: Document, root: Element): void {
  for (const image of Array.from(root.querySelectorAll("image"))) {
    const href = image.getAttribute("xlink:href") ?? image.getAttribute("href") ?? "";
    if (!href.startsWith(PREFIX)) continue;
    const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
    group.setAttribute("transform", `translate(${image.getAttribute("x")},${image.getAttribute("y")})`);
    for (const entry of href.slice(PREFIX.length).split(";")) {
      const [color, path] = entry.split("=");
      if (!color || !path) continue;
      const cell = document.createElementNS("http://www.w3.org/2000/svg", "path");
      cell.setAttribute("d", path);
      cell.setAttribute("fill", color);
      group.appendChild(cell);
    }
    image.replaceWith(group);
  }
}
