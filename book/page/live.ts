/** @file Figures that move, where the page has the script that draws them; what stands in the page is shown until one is there. */

/** The script's face: it puts a figure into an element. */
interface LiveFigures {
  mount(element: HTMLElement, spec: unknown): unknown;
}

/** Puts a live figure in the place of every figure that has one. A figure that cannot be drawn stays as it is. */
export function mountLiveFigures(): void {
  const { cotlabLive } = globalThis as { cotlabLive?: LiveFigures };
  if (cotlabLive === undefined) return;
  for (const figure of document.querySelectorAll<HTMLElement>("figure.live")) void mount(cotlabLive, figure);
}

async function mount(live: LiveFigures, figure: HTMLElement): Promise<void> {
  const still = figure.querySelector<HTMLElement>(".still")!;
  const place = document.createElement("div");
  still.after(place);
  try {
    await live.mount(place, JSON.parse(figure.querySelector("script")!.text));
    still.hidden = true;
  } catch (error) {
    place.remove();
    console.warn("A live figure could not be drawn:", error);
  }
}
