/** @file The page's two workers, for all its figures: one for formulas, one for draws, made from the source that comes with this script. */
import type { Answer, Task } from "../task";

/** The bundled worker as text, put in its place by the bundler: from a file a page may start no worker of another file. */
declare const WORKER_SOURCE: string;

const workers = new Map<Task["what"], Worker>();
const listeners = new Map<number, (answer: Answer, what: Task["what"]) => void>();

function workerFor(what: Task["what"]): Worker {
  const running = workers.get(what);
  if (running) return running;
  const worker = new Worker(URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" })));
  worker.onmessage = ({ data }: MessageEvent<Answer>) => listeners.get(data.figure)?.(data, what);
  workers.set(what, worker);
  return worker;
}

/** A figure's line to the workers. */
export interface Line {
  /** Asks for formulas, and stops the draws of the figure as it was. While one answer is awaited, of later wishes only the last is kept. */
  askFormulas(wish: Wish): void;
  /** Asks for draws, and drops those that were asked for before. */
  askDraws(wish: Wish): void;
}

type Wish = Pick<Task, "kind" | "values" | "changed">;

let figures = 0;

/**
 * Opens a line.
 * @param onAnswer called with an answer, and whether it is to the last wish: formulas come for earlier ones, too, so that a figure
 * moves while it is dragged
 */
export function openLine(onAnswer: (answer: Answer, latest: boolean) => void): Line {
  const figure = ++figures;
  const moves = { formulas: 0, draws: 0 };
  let busy = false;
  let waiting: Task | undefined;
  const send = (task: Task): void => workerFor(task.what).postMessage(task);
  listeners.set(figure, (answer, what) => {
    if (what !== "formulas") {
      if (answer.move === moves.draws) onAnswer(answer, true);
      return;
    }
    busy = waiting !== undefined;
    if (waiting) send(waiting);
    waiting = undefined;
    onAnswer(answer, answer.move === moves.formulas);
  });
  return {
    askFormulas(wish) {
      workers.get("draws")?.postMessage({ ...wish, figure, move: ++moves.draws, what: "nothing" } satisfies Task);
      const task: Task = { ...wish, figure, move: ++moves.formulas, what: "formulas" };
      if (busy) waiting = task;
      else send(task);
      busy = true;
    },
    askDraws: (wish) => send({ ...wish, figure, move: ++moves.draws, what: "draws" }),
  };
}
