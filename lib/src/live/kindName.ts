/** @file The names of the live figures, apart from their code: a kernel reads this type at every start. */

/** The name of a kind of live figure. */
export type LiveKindName = "error-against-steps" | "overthinking" | "hardness" | "task-triangle" | "phase-diagram" | "plane";
