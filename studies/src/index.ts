/** @file The studies' names, for the notebooks. */

export {
  type AlphaBScanParams,
  type AlphaBScanRow,
  type AlphaBTable,
  type AlphaBTableParams,
  alphaBScan,
  alphaBSettings,
  alphaBTable,
} from "./alphaBTable";
export { type CalibrationParams, type CalibrationResult, type CalibrationTrial, calibrate, calibrationSettings } from "./calibration";
export {
  momentsOfRows,
  type Population,
  type RealCalibrationParams,
  type RealTrial,
  realCalibrationSettings,
  realTrial,
} from "./calibrationReal";
export { type CalibrationSummary, calibrationSummary } from "./calibrationSummary";
export { type CostComparison, type CostedCurve, compareAtCost } from "./compareAtCost";
export { type CompareStoppingParams, compareStopping, type Share, type StoppingRule, type StoppingScore } from "./compareStopping";
export { type EstimationRow, type EstimationTrialParams, estimateTasks, estimationSettings, estimationTrial } from "./estimationTrial";
export { type EstimatorCost, type EstimatorCostParams, estimatorCost } from "./estimatorCost";
export { type LearnedUpdate, type LearnedUpdateParams, learnedUpdate } from "./learnedUpdate";
export { type Measured, type MeasuredCurve, type Measurement, type MeasureParams, measureOnRows } from "./measureOnRows";
export { type MixtureScatter, mixtureScatter, rankCorrelation } from "./mixtureScatter";
export {
  type IntervalScore,
  type OverthinkingBootstrap,
  type OverthinkingBootstrapParams,
  overthinkingBootstrap,
} from "./overthinkingBootstrap";
export { type PeerMethodsParams, peerMethods } from "./peerMethods";
export {
  type ExcessConstantParams,
  excessConstant,
  type PreconditionerFits,
  type PreconditionerFitsParams,
  preconditionerFits,
} from "./preconditionerFits";
export { type Proposition43Counterexample, proposition43Counterexamples } from "./proposition43Counterexamples";
export {
  type Band,
  type ChainWays,
  chainWays,
  type Excess,
  excessBand,
  excessOver,
  hessianDistances,
  type LayerError,
  type LossDerivatives,
  layerErrors,
  lossDerivatives,
  METHODS,
  type Method,
  medianBand,
  methodCurves,
  methodNamed,
  overSteps,
  type PlanePaths,
  type PromptRace,
  planePaths,
  promptRace,
  promptTestLoss,
  relativeGap,
  STEPWISE,
  type Stopped,
  shareBelow,
  stoppedAtBest,
  stoppedGap,
  UNDER_NOISE,
} from "./pseudoNewton";
