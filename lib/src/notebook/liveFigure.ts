/** @file A figure that is redrawn in place while something runs. */
import type { Figure } from "../figures/figure";
import { fitFigure } from "../figures/fitFigure";
import { renderSvg } from "../figures/renderSvg";
import { inKernel, type LiveOutput, sendLiveOutput, sendOutput } from "./kernel";
import type { ShowOptions } from "./show";

/** A place for a figure in a cell's output. */
export interface LiveFigure {
  /** Redraws the figure, unless it was redrawn a moment ago. */
  update(figure: Figure): void;
  /** Draws the last figure, with the picture for places that have no Plotly, and its caption. Call it with `await`. */
  finish(figure: Figure): Promise<void>;
}

/** Redraws are at least this far apart, in milliseconds; the page draws each one anew. */
const INTERVAL = 1000;

/**
 * Opens a place for a figure that will be redrawn; outside a kernel only the last figure's caption is printed.
 * @param params width = 640 and height = 400 in px; stored? is not used
 * @origin ours
 * @example
 * const live = cot.notebook.liveFigure({ height: 300 });
 * live.update({ data: [{ y: [4, 1] }], layout: {} });
 */
export function liveFigure({ width = 640, height = 400 }: ShowOptions = {}): LiveFigure {
  let live: LiveOutput | undefined;
  let last = Number.NEGATIVE_INFINITY;
  const interactive = (figure: Figure) => {
    const { data, layout } = fitFigure(figure, { width, height });
    return { data, layout: { ...layout, width, height }, config: { displaylogo: false, responsive: false } };
  };
  const put = (bundle: Record<string, unknown>): void => {
    if (live) live.update(bundle);
    else live = sendLiveOutput(bundle);
  };
  return {
    update: (figure) => {
      // The clock only spaces the redraws; no result depends on it.
      const now = performance.now();
      if (!inKernel() || now - last < INTERVAL) return;
      last = now;
      put({ "application/vnd.plotly.v1+json": interactive(figure), "text/plain": figure.caption ?? "(figure)" });
    },
    finish: async (figure) => {
      const svg = await renderSvg(figure, { width, height });
      if (inKernel())
        put({
          "application/vnd.plotly.v1+json": interactive(figure),
          "image/svg+xml": svg,
          "text/plain": figure.caption ?? "(figure)",
        });
      if (figure.caption) sendOutput({ "text/markdown": `*${figure.caption}*`, "text/plain": figure.caption });
    },
  };
}
