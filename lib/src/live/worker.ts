/** @file A page's worker: the library at work, away from the thread that draws. */
import type { Answer, Task } from "./task";
import { formulas, points } from "./work";

/** What is used of a worker's global scope, which the types of a page do not have. */
const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: Task }) => void;
  postMessage(answer: Answer): void;
};
const running = new Map<number, AbortController>();

scope.onmessage = async ({ data: { figure, move, what, kind, values, changed } }) => {
  running.get(figure)?.abort();
  const controller = new AbortController();
  running.set(figure, controller);
  const { signal } = controller;
  const answer = (part: object): void => {
    if (!signal.aborted) scope.postMessage({ figure, move, ...part } as Answer);
  };
  try {
    if (what === "formulas") answer(formulas(kind, values, changed));
    else if (what === "draws") answer({ points: await points(kind, values, { signal, onPoints: (some) => answer({ points: some }) }) });
  } catch (error) {
    answer({ refusal: error instanceof Error ? error.message : String(error) });
  }
};
