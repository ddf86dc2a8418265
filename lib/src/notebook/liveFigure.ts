/** @file A figure that is redrawn in place while something runs. */
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { checkFigure, type Figure } from "../figures/figure";
import { drawSvg } from "../figures/renderSvg";
import { type Bundle, inKernel, type LiveOutput, sendLiveOutput } from "./kernel";
import { interactive, type ShowOptions, screenSize, sendCaption } from "./show";

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
 * @param options width = 840, height = 525 and fontSize = 15 in px; name? and stored? are not used
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * const live = cot.notebook.liveFigure({ height: 300 });
 * live.update({ data: [{ y: [4, 1] }], layout: {} });
 */
export function liveFigure(options: ShowOptions = {}): LiveFigure {
  argumentsOf("liveFigure", options, "options");
  let live: LiveOutput | undefined;
  let last = Number.NEGATIVE_INFINITY;
  const put = (bundle: Bundle): void => {
    if (live) live.update(bundle);
    else live = sendLiveOutput(bundle);
  };
  return {
    update: (figure) => {
      checkFigure(new Checks("update"), "figure", figure);
      // The clock only spaces the redraws; no result depends on it.
      const now = performance.now();
      if (!inKernel() || now - last < INTERVAL) return;
      last = now;
      put(interactive(figure, screenSize(figure, options)));
    },
    finish: async (figure) => {
      checkFigure(new Checks("finish"), "figure", figure);
      const size = screenSize(figure, options);
      const svg = await inNameOf("finish", () => drawSvg(figure, size));
      if (inKernel()) put({ ...interactive(figure, size), "image/svg+xml": svg });
      sendCaption(figure);
    },
  };
}
