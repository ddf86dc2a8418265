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
  /** Asks, and drops what was asked before. */
  ask(task: Omit<Task, "figure" | "move">): void;
}

let figures = 0;

/** Opens a line; answers to earlier moves are not passed on. */
export function openLine(onAnswer: (answer: Answer) => void): Line {
  const figure = ++figures;
  const moves = { formulas: 0, draws: 0 };
  listeners.set(figure, (answer, what) => {
    if (answer.move === moves[what]) onAnswer(answer);
  });
  return { ask: (task) => workerFor(task.what).postMessage({ ...task, figure, move: ++moves[task.what] }) };
}
