/** @file The thread in which `trainModel` trains. */
import { parentPort, workerData } from "node:worker_threads";
import type { ModelWorkerMessage, ModelWorkerStart } from "./trainModel";
import { recipeStep, regressionTrainer } from "./trainRegression";

/** Milliseconds between messages. */
const INTERVAL = 250;

const { config, seed, options } = workerData as ModelWorkerStart;
const send = (message: ModelWorkerMessage): void => parentPort!.postMessage(message);
const trainer = regressionTrainer(config, seed, options);
try {
  let losses: number[] = [];
  // The clock only spaces the messages; no result depends on it.
  let last = performance.now();
  while (trainer.step < config.recipe.steps) {
    const { loss } = recipeStep(trainer, config);
    if (!Number.isFinite(loss))
      throw new RangeError(`trainModel: the loss is ${loss} at step ${trainer.step - 1}; lower recipe.learningRate`);
    losses.push(loss);
    const now = performance.now();
    if (now - last >= INTERVAL && trainer.step < config.recipe.steps) {
      send({ losses });
      [losses, last] = [[], now];
    }
  }
  send({ losses, parameters: trainer.parameters.slice() });
} finally {
  trainer.close();
}
