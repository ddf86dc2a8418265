/** @file What a page and its workers say to each other. */
import type { LiveValues, Shown } from "./kind";
import type { LiveKindName } from "./kindName";
import type { Drawing } from "./panel";

/** A wish of a page. It cancels the figure's earlier one; "nothing" only does that. */
export interface Task {
  /** The figure's number on the page. */
  readonly figure: number;
  /** Grows by one with every move. */
  readonly move: number;
  readonly what: "formulas" | "draws" | "nothing";
  readonly kind: LiveKindName;
  readonly values: LiveValues;
  /** The parameter that the reader has just moved. */
  readonly changed?: string;
}

/** Slow formulas and simulated points, as far as they are there. */
export interface Points extends Shown {
  /** False while more are to come. */
  readonly done: boolean;
}

/** A worker's answer. */
export type Answer = Pick<Task, "figure" | "move"> &
  (
    | { readonly drawing: Drawing; readonly values: LiveValues }
    | { readonly points: Points | null }
    // What cannot be drawn or simulated at these values, in the library's words.
    | { readonly refusal: string }
  );
