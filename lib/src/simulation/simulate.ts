/** @file `simulate`: the Monte Carlo engine on Node, with its worker threads. */
import { argumentsOf } from "../core/check";
import { type Host, type SimulationOptions, simulateOn } from "./engine";
import type { Experiment } from "./experiment";
import { availableThreads, startThreads } from "./pool";
import type { SimulationResult } from "./simulationResult";
import { findKind } from "./userModule";

const NODE: Host = { findKind, availableThreads, startThreads };

/**
 * Runs an experiment many times and summarises it.
 * Draw i has its own random stream, Random.seed(seed).stream(name, i), and values are stored by draw and summed in the
 * order of the draws: the same seed gives the same bits for any number of threads and any batch size. The calling
 * thread takes part, and lets the event loop turn every few milliseconds, so that progress shows and interrupts work.
 * @param experiment params, for the library's kind? or for a module? with its export = "experiment"; name?: stream, by default the kind
 * @param options draws >= 2; seed; workers?: threads; onProgress?; signal?: cancels; batch?
 * @throws RangeError or TypeError for options outside their domain, an unknown experiment, or bad parameters; whatever a draw
 *   throws; the signal's reason when the run is cancelled before two draws are done
 * @origin ours
 * @example
 * const experiment = cot.cotError({ test: cot.Covariance.diagonal([1]), m: 5, steps: 1, gamma: cot.Covariance.diagonal([2]) });
 * const { curves } = await cot.simulate(experiment, { draws: 1000, seed: 1 });
 * [curves[0].mean[1], curves[0].standardError[1]]; // => [0.355, 0.008]
 */
export async function simulate(experiment: Experiment, options: SimulationOptions): Promise<SimulationResult> {
  argumentsOf("simulate", experiment, "experiment");
  argumentsOf("simulate", options, "options");
  return simulateOn(NODE, experiment, options);
}
