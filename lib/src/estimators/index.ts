/** @file Methods that estimate w from a prompt: chain of thought and its peers. */

export { attentionRollout } from "./attentionRollout";
export { type Estimator, type EstimatorSpec, squaredErrors } from "./estimator";
export { estimatorFromSpec, estimatorNames, estimatorOptions } from "./estimators";
export { gradientDescent, newton } from "./gradientDescent";
export { type HeldOutParams, heldOutStopping, type StoppingChoice, type StoppingParams } from "./heldOutStopping";
export { chebyshev, conjugateGradient } from "./krylov";
export { bayesRidge, crossValidatedRidge, leastSquares, ridge } from "./leastSquares";
export { chainOfThought, directIcl, type PreconditionerOptions, populationNewton } from "./preconditionedIteration";
export type { EstimatePreconditionerParams } from "./preconditioner";
export { estimatePreconditioner, learnedPreconditioner } from "./preconditioner";
export { inputStopping, residualStopping } from "./promptStopping";
