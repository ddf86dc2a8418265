/** @file What a thread does in a training step, independent of the model: the face between the parallel trainer and a task. */
import type { Arena, ComputeContext } from "./computeContext";
import type { ParameterLayout } from "./parameters";

/** The computations of one shard of a batch. Building one hands out addresses only; `bind` comes before `step`. */
export interface Shard {
  bind(context: ComputeContext, weights: number, gradients: number): void;
  /**
   * Draws the shard's part of the batch of a step and leaves the gradient of its part of the loss in the flat array.
   * @returns the shard's part of the loss
   */
  step(step: number): number;
}

/** What the trainer runs. The module of a program exports `program`, so that worker threads can load it by its file name. */
export interface TrainingProgram<Settings> {
  /** Names, places and first values of the parameters. */
  parameters(settings: Settings): ParameterLayout;
  /** Number of shards of a batch. */
  shards(settings: Settings): number;
  /** Rows and depth of the largest matrix product of a shard. */
  largestProduct(settings: Settings): { readonly rows: number; readonly depth: number };
  shard(settings: Settings, index: number, arena: Arena): Shard;
}
